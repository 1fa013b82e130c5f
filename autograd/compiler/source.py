"""A program as a NumPy module that a person can read, and that runs without this library."""

from __future__ import annotations

import ast
import keyword
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from autograd.compiler.explaining import Derivations
from autograd.compiler.literals import literal
from autograd.compiler.lowering import Lowering
from autograd.compiler.program import Equation, Program, Variable, named
from autograd.graph import Location

WIDTH = 100
_MOST_DESCRIBED = 16
_MOST_LISTED = 8

# Results that deserve a line of their own: layers and their activations, and gradients.
_LINES = ("z", "h", "p", "log_p", "draw")


class Statement(NamedTuple):
    """A line of the program: the last equation in it, what it assigns to, and the expression."""

    equation: Equation
    target: str
    value: ast.expr


_RESERVED = {"np", "math", *keyword.kwlist}


class Source:
    """The text of a program, and the functions in it that have no source of their own.

    `explained`, the program as it was recorded and its (x, dL/dx), adds the chain rule's steps to the backward pass.
    """

    def __init__(
        self,
        program: Program,
        place: Location | None = None,
        explained: tuple[Program, list[tuple[Variable, Variable | None]]] | None = None,
        *,
        fold: bool = True,
    ) -> None:
        self.program = program
        self._place = place
        self.names = named(program, lambda name: name in _RESERVED or name == program.name)
        self.lowering = Lowering({*self.names.values(), program.name, *_RESERVED})
        self._uses = program.uses()
        self._user = {x: equation for equation in program.equations for x in equation.reads()}
        self._fold = fold
        self.statements = self._statements()
        self._stored = _write_in_place(self.statements, self.program, self.names)
        texts = {x.equation.output: f"{x.target} = {ast.unparse(x.value)}" for x in self.statements}
        self._derivations = None if explained is None else Derivations(*explained, self.names, texts)
        body = list(self._body())
        self.objects = self.lowering.helpers.objects
        self.pieces = pieces = {
            x: (target, start)
            for target, others in program.aliases.items()
            for x, start in others.items()
            if start is not None and x.size and x not in program.aliases
        }
        self.inputs = [x for x in program.inputs if x not in pieces and x not in program.tables]
        parameters = ", ".join(self.names[x] for x in self.inputs)
        lines = [f'"""{self._title()}"""', "", *self._imports(), ""]
        for definition in self.lowering.helpers.definitions.values():
            lines += ["", *definition.splitlines(), *([""] if definition.startswith("def") else [])]
        for x, values in program.tables.items():
            lines += ["", *self._table(x, values)]
        lines += [""] if program.tables else []
        head = _wrapped(f"def {program.name}({parameters}):")
        lines += ["", *head, *self._docstring(), *self._pieces(pieces), *body]
        self.text = "\n".join(lines) + "\n"

    def _title(self) -> str:
        place = self._place
        origin = f" of {Path(place.file).name}:{place.line}" if place is not None and place.line else ""
        return f"{self.program.name}{origin} as plain NumPy, written by readgrad."

    def _docstring(self) -> Iterator[str]:
        """What the function returns and writes to, and the shapes and dtypes of its arguments."""
        written = [self.names[x] for x, _ in self.program.writes]
        results = [self.names[x] for x in self.program.outputs]
        returned = f"Return {_listed(results)}" if results else ""
        wrote = f"{'write new values' if results else 'Write new values'} to {_listed(written)}" if written else ""
        summary = ", and ".join(part for part in (returned, wrote) if part)
        if not summary:
            return
        if len(self.inputs) > _MOST_DESCRIBED or not self.inputs:
            yield from textwrap.wrap(f'"""{summary}."""', WIDTH, initial_indent="    ", subsequent_indent="    ")
            return
        yield from textwrap.wrap(f'"""{summary}.', WIDTH, initial_indent="    ", subsequent_indent="    ")
        yield ""
        width = max(len(self.names[x]) for x in self.inputs)
        for x in self.inputs:
            shape = x.shape if x.shape or self.names[x] in written else "number"
            form = "a Generator" if x.dtype.kind == "O" else f"{x.dtype} {shape}"
            form += ", made of numbers" if x in self.program.packs else ""
            yield f"    {self.names[x]:<{width}} : {form}"
        yield '    """'

    def _imports(self) -> list[str]:
        used = any("math." in text for text in self.lowering.helpers.definitions.values())
        return ["import math", "", "import numpy as np"] if used else ["import numpy as np"]

    def _table(self, x: Variable, values: np.ndarray) -> Iterator[str]:
        """Lines that define a constant, which say what it is if it tells which elements of an array are gathered."""
        user = self._user.get(x)
        if user is not None and x.dtype.kind == "i" and isinstance(gathered := user.inputs[0], Variable):
            yield f"# The elements of {self.names[gathered]} in {self.names[user.output]}."
        tree = literal(values)
        assert tree is not None
        yield from _broken(f"{self.names[x]} = {ast.unparse(tree)}")

    def _pieces(self, pieces: dict[Variable, tuple[Variable, int]]) -> Iterator[str]:
        """Lines for parameters that are parts of one vector."""
        for x, (target, start) in sorted(pieces.items(), key=lambda item: item[1][1]):
            part = f"{self.names[target]}[{start}:{start + x.size}]" if x.ndim else f"{self.names[target]}[{start}]"
            shape = "" if x.ndim < 2 else f".reshape({', '.join(map(str, x.shape))})"
            yield f"    {self.names[x]} = {part}{shape}"
        if pieces:
            yield ""

    def _body(self) -> Iterator[str]:
        """The lines of the function."""
        section = line = None
        several = len({equation.section for equation, _, _ in self.statements}) > 1
        for equation, target, value in self.statements:
            if several and equation.section != section:
                yield from ([""] if section else [])
                yield f"    # --- {equation.section} ---"
                section, line = equation.section, None
            place = equation.location
            if place is not None and place.text and (place.file, place.line) != line:
                line = (place.file, place.line)
                yield f"    # {Path(place.file).name}:{place.line}: {place.text}"
            if self._derivations is not None:
                yield from (f"    # {step}" for step in self._derivations.of(equation.output))
            yield _statement(target, value, equation.output.shape)
        for x in self.program.leaving_views():
            if x in self._stored:
                continue
            yield f"    {self.names[x]} = {self.names[x]}.copy()"
        for target, name in self.copies():
            yield f"    {target}[...] = {name}"
        results = [self.names[x] for x in self.program.outputs]
        ending = f"    return {', '.join(results)}" if results else "    return None"
        if len(ending) <= WIDTH:
            yield ending
        else:
            yield "    return ("
            yield from textwrap.wrap(f"{', '.join(results)},", WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 8)
            yield "    )"

    def copies(self) -> Iterator[tuple[str, str]]:
        """The arrays that take their new values at the end, and what these are called."""
        placed = {target for _, target, _ in self.statements}
        for written, new in self.program.writes:
            if f"{self.names[written]}[...]" not in placed:
                yield self.names[written], self.names[self._stored.get(new, new)]

    def _statements(self) -> list[Statement]:
        """An equation, the name it defines and its expression, with results that are used once written in place."""
        written: dict[Variable, ast.expr] = {x: ast.Name(self.names[x], ast.Load()) for x in self.program.inputs}
        statements = []
        for equation in self.program.equations:
            value = ast.fix_missing_locations(self.lowering.expression(equation, written))
            if self._folds(equation, value):
                written[equation.output] = value
                continue
            name = self.names[equation.output]
            written[equation.output] = ast.Name(name, ast.Load())
            statements.append(Statement(equation, name, value))
        return statements

    def _folds(self, equation: Equation, value: ast.expr) -> bool:
        """Whether a result is written where it is used: once, in the same part, and with no name of its own."""
        output = equation.output
        if not self._fold or self._uses.get(output) != 1 or output in self.program.names:
            return False
        if output.hint in _LINES or output.of is not None or len(ast.unparse(value)) > 44:
            return False
        user = self._user.get(output)
        return user is not None and user.section == equation.section and equation.primitive.name != "draw"


def _listed(names: list[str]) -> str:
    """`a, b and c`; `a, b ... z` of many."""
    if len(names) > _MOST_LISTED:
        return f"{names[0]}, {names[1]} ... {names[-1]}"
    return " and ".join(", ".join(names).rsplit(", ", 1))


def _statement(target: str, value: ast.expr, shape: tuple[int, ...]) -> str:
    text = f"    {target} = {ast.unparse(value)}"
    name = target.removesuffix("[...]")
    if name != target and isinstance(value, ast.BinOp) and isinstance(value.left, ast.Name) and value.left.id == name:
        text = f"    {name} {_AUGMENTED[type(value.op)]}= {ast.unparse(value.right)}"
    *first, last = _broken(text)
    return "\n".join([*first, f"{last:<60}  # {shape}" if shape else last])


def _broken(text: str) -> list[str]:
    """A long line, broken behind commas inside of its brackets."""
    lines = []
    indent = " " * (text.find("[", 4) + 1 or 8)
    while len(text) > WIDTH and (cut := text.rfind(", ", len(indent) + 1, WIDTH)) > 0:
        lines.append(text[: cut + 1])
        text = indent + text[cut + 2 :]
    return [*lines, text]


_AUGMENTED = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.MatMult: "@", ast.Mod: "%",
    ast.FloorDiv: "//", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
}  # fmt: skip


def _write_in_place(
    statements: list[Statement], program: Program, names: dict[Variable, str]
) -> dict[Variable, Variable]:
    """Let a statement that computes an array's new value write it there, where nothing reads the old one later."""
    stored: dict[Variable, Variable] = {}
    kept = {*program.outputs, *program.inputs}
    origins = program.origins()
    leaving = {origins.get(x, x) for x in program.needed()}
    for target, value in program.writes:
        if value in kept or value in stored or value.shape != target.shape:
            continue
        place = next((i for i, (equation, _, _) in enumerate(statements) if equation.output is value), None)
        memory = {target, *program.aliases.get(target, ())}
        old = {names[x] for x in memory} | {names[x] for x, origin in origins.items() if origin in memory}
        later = [] if place is None else statements[place + 1 :]
        if (
            place is None
            or value.dtype != target.dtype
            or memory & leaving
            or any(old & names_in(tree) for _, _, tree in later)
        ):
            continue
        equation, name, tree = statements[place]
        statements[place] = Statement(equation, f"{names[target]}[...]", tree)
        for i, (other, left, right) in enumerate(later, place + 1):
            statements[i] = Statement(other, left, _Renamed(name, names[target]).visit(right))
        stored[value] = target
    return stored


def names_in(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


class _Renamed(ast.NodeTransformer):
    def __init__(self, old: str, new: str) -> None:
        self.old, self.new = old, new

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self.new, node.ctx) if node.id == self.old else node


def _wrapped(text: str) -> list[str]:
    """A long line of parameters on several lines."""
    if len(text) <= WIDTH:
        return [text]
    head, inner = text.split("(", 1)
    lines, current = [f"{head}("], "   "
    for part in inner.removesuffix("):").split(", "):
        if len(current) + len(part) + 2 > WIDTH:
            lines.append(current)
            current = "   "
        current += f" {part},"
    return [*lines, current, "):"]
