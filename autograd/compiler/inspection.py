"""What a compiled program costs: operations after each pass, memory before and after planning, time of each line."""

from __future__ import annotations

import ast
import copy
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from time import perf_counter_ns
from typing import Any

import numpy as np

from autograd.compiler.passes import Passes, to_be_read
from autograd.compiler.planning import Plan
from autograd.compiler.program import Equation, Program
from autograd.compiler.source import Source

_RUNS = 20  # of which the median counts


@dataclass(frozen=True)
class Memory:
    """Bytes that a call needs besides its arguments, parameters and state.

    `unplanned` : each result of an operation in an array of its own, as in the NumPy text. `planned` : what is run, of
    which `kept` are buffers that stay from call to call, and the rest is allocated anew in each call.
    """

    unplanned: int
    planned: int
    kept: int

    def __str__(self) -> str:
        share = f" ({self.planned / self.unplanned:.2f}x)" if self.unplanned else ""
        return (
            f"{self.unplanned:,} bytes with an array for each result, {self.planned:,} as planned{share}, "
            f"of which {self.kept:,} stay from call to call"
        )

    __repr__ = __str__


@dataclass(frozen=True)
class Pass:
    """How many operations a program has after a pass."""

    name: str
    operations: int


@dataclass(frozen=True)
class Line:
    """A line of the NumPy text, its number in it, and the median of its times in seconds."""

    number: int
    text: str
    seconds: float


@dataclass(frozen=True)
class Stats:
    """How a program became what it is; prints as tables.

    `written` : from the recorded run to the NumPy text. `run` : from there to what is run. `lines` : times, if asked
    for.
    """

    written: tuple[Pass, ...]
    run: tuple[Pass, ...]
    lines: tuple[Line, ...] = ()

    def __str__(self) -> str:
        rows = []
        for title, passes in (("as written", self.written), ("as run", self.run)):
            rows.append(f"{title:<28}operations")
            rows += [f"  {one.name.replace('_', ' '):<26}{one.operations:>10,}" for one in passes]
        if self.lines:
            total = sum(line.seconds for line in self.lines)
            rows.append(f"{'microseconds':>12}  share  line of NumPy ({total * 1e6:,.1f} us in all)")
            for line in self.lines:
                share = line.seconds / total if total else 0.0
                rows.append(f"{line.seconds * 1e6:>12,.1f} {share:>6.0%}  {line.number:>4}: {line.text}")
        return "\n".join(rows)

    __repr__ = __str__


def memory_of(program: Program, plan: Plan) -> Memory:
    """Of a program as it is written, and as it is run."""
    kept = _kept(plan)
    assigned = {line.strip().split(" = ")[0] for line in plan.text.splitlines()}
    anew = [equation for equation in plan.program.equations if plan.names[equation.output] in assigned]
    return Memory(_bytes_of_results(program.equations), kept + _bytes_of_results(anew), kept)


def _bytes_of_results(equations: Iterable[Equation]) -> int:
    made = (equation.output for equation in equations if not equation.is_view)
    return sum(x.size * x.dtype.itemsize for x in made)


def _kept(plan: Plan) -> int:
    """Bytes of the arrays that a planned program names, but for those of others; parts of one array count once."""
    inputs = [plan.objects.get(plan.names[x]) for x in plan.program.inputs]
    known = {id(_whole(x)) for x in (*inputs, *plan.program.homes.values()) if isinstance(x, np.ndarray)}
    total = 0
    stack = list(plan.objects.values())
    while stack:
        value = stack.pop()
        if isinstance(value, list | tuple):
            stack.extend(value)
        elif isinstance(value, np.ndarray) and id(whole := _whole(value)) not in known:
            known.add(id(whole))
            total += whole.nbytes
    return total


def _whole(array: np.ndarray) -> np.ndarray:
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def stats_of(recorded: Program, to_be_run: Passes, lines: tuple[Line, ...]) -> Stats:
    """Follow the passes once more, to what is read and from there to what is run, and count."""
    program = recorded
    counted: list[list[Pass]] = []
    for first, passes in (("recorded", to_be_read), ("source", to_be_run)):
        counted.append([Pass(first, len(program.equations))])
        for name, made in passes(program):
            counted[-1].append(Pass(name, len(made.equations)))
            program = made
    return Stats(tuple(counted[0]), tuple(counted[1]), lines)


def times_of(source: Source, inputs: list[Any]) -> tuple[Line, ...]:
    """The time of each line of the source, run on copies of the inputs, so that nothing of the caller's changes."""
    tree = ast.parse(source.text)
    function = next(x for x in tree.body if isinstance(x, ast.FunctionDef) and x.name == source.program.name)
    *timed, ending = [line for line in function.body if not isinstance(line, ast.Expr)]
    function.body = [part for line in (*timed, ending) for part in _clocked(line)]
    readings: list[int] = []
    namespace = {**source.objects, "_note": readings.append, "_now": perf_counter_ns}
    exec(compile(ast.fix_missing_locations(tree), f"<{source.program.name} under a clock>", "exec"), namespace)
    runs = []
    with np.errstate(all="ignore"):
        for _ in range(_RUNS):
            readings.clear()
            namespace[source.program.name](*copy.deepcopy(inputs))
            runs.append(np.diff(readings))
    texts = source.text.splitlines()
    seconds = [statistics.median(column) / 1e9 for column in zip(*runs, strict=True)]
    rows = zip(timed, seconds, strict=True)
    return tuple(Line(line.lineno, texts[line.lineno - 1].split("  # ")[0].strip(), time) for line, time in rows)


def _clocked(line: ast.stmt) -> list[ast.stmt]:
    """A line with a reading of the clock before it."""
    return [ast.parse("_note(_now())").body[0], line]
