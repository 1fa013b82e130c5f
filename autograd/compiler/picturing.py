"""A program as a graph for `draw`: a box for each line of its source, in frames for forward, backward and update.

A long program is folded: a box for each of the user's lines, or for each part of the program.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from autograd.compiler.program import Variable
from autograd.compiler.source import Source, names_in
from autograd.graph import Location
from autograd.viz.formatting import clipped
from autograd.viz.model import CONSTANT, LEAF, OP, Edge, Graph, GraphNode


@dataclass(frozen=True)
class _Step:
    """What is to be one box: one line, or several folded into one."""

    defines: tuple[str, ...]
    reads: tuple[str, ...]
    text: str
    section: str
    form: Variable | None = None
    location: Location | None = None
    name: str | None = None
    remark: str = ""


def graph_of_program(source: Source, most: int) -> Graph:
    """The graph, of at most so many boxes for lines where folding achieves it."""
    lines = list(_lines(source))
    steps, folded = lines, ""
    for key, what in ((_of_place, "of the function"), (_of_section, "of the program")):
        if len(steps) <= most:
            break
        steps = [_folded(list(run)) for _, run in groupby(lines, key)]
        folded = f", folded to {len(steps)} parts {what}"
    drawn = _Drawn()
    _add_inputs(drawn, source, most // 2)
    for step in steps:
        drawn.add(OP, step)
    results = tuple(source.names[x] for x in source.program.outputs)
    drawn.add(OP, _Step((), results, clipped(f"return {', '.join(results) or None}"), ""))
    return Graph(drawn.nodes, drawn.edges, f"{source.program.name}: {len(lines)} lines of NumPy{folded}")


class _Drawn:
    """Collects nodes and edges; a name means what was assigned to it last."""

    def __init__(self) -> None:
        self.nodes: list[GraphNode] = []
        self.edges: list[Edge] = []
        self._made: dict[str, int] = {}

    def add(self, kind: str, step: _Step) -> None:
        number = len(self.nodes)
        sources = dict.fromkeys(self._made[name] for name in step.reads if name in self._made)
        self.edges += [Edge(at, number, position, None) for position, at in enumerate(sources)]
        self._made.update((name, number) for name in step.defines)
        self.nodes.append(
            GraphNode(
                id=number,
                kind=kind,
                op=step.text,
                keywords={},
                name=step.name,
                shape=None if step.form is None else step.form.shape,
                dtype=None if step.form is None else str(step.form.dtype),
                value=None,
                grad=None,
                requires_grad=kind == LEAF,
                location=step.location,
                remark=step.remark,
                section=step.section,
            )
        )


def _add_inputs(drawn: _Drawn, source: Source, most: int) -> None:
    """A box for each argument and each piece of a vector; one for all where there are many."""
    names, program = source.names, source.program
    written = {target for target, _ in program.writes} | set(source.pieces)
    steps = []
    for x in (*source.inputs, *source.pieces):
        whole = (names[source.pieces[x][0]],) if x in source.pieces else ()
        steps.append((x in written, _Step((names[x],), whole, text="", section="", form=x, name=names[x])))
    if len(steps) <= most:
        for is_written, step in steps:
            drawn.add(LEAF if is_written else CONSTANT, step)
        return
    for kind, chosen in ((CONSTANT, False), (LEAF, True)):
        group = [step for is_written, step in steps if is_written is chosen]
        if group:
            defined = tuple(name for step in group for name in step.defines)
            shown = clipped(", ".join(defined))
            drawn.add(kind, _Step(defined, (), "", "", name=shown, remark=f"{len(group)} inputs"))


def _lines(source: Source) -> Iterator[_Step]:
    """The lines of the source, but for the definitions of pieces."""
    for equation, target, value in source.statements:
        name = target.removesuffix("[...]")
        reads = tuple(sorted(names_in(value), key=ast.unparse(value).find))
        text = clipped(ast.unparse(value))
        yield _Step((name,), reads, text, equation.section, equation.output, equation.location, name=name)
    for target, name in source.copies():
        form = next(x for x in source.program.inputs if source.names[x] == target)
        section = source.statements[-1].equation.section if source.statements else ""
        yield _Step((target,), (name,), name, section, form, name=target)


def _of_place(step: _Step) -> Any:
    place = step.location
    return step.section, None if place is None else (place.file, place.line)


def _of_section(step: _Step) -> Any:
    return step.section


def _folded(run: list[_Step]) -> _Step:
    if len(run) == 1:
        return run[0]
    defined = tuple(dict.fromkeys(name for step in run for name in step.defines))
    reads = tuple(dict.fromkeys(name for step in run for name in step.reads))
    last = run[-1]
    place = last.location if len({_of_place(step) for step in run}) == 1 else None
    text = clipped(last.section if place is None else place.text)
    remark = f"{len(run)} lines, to {last.name}"
    return _Step(defined, reads, text, last.section, last.form, last.location, remark=remark)
