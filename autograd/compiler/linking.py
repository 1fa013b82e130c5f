"""A planned program tied to the arrays it works on: from a call's arguments to its results."""

from __future__ import annotations

import linecache
import threading
from collections.abc import Callable
from contextvars import Context
from itertools import accumulate, count
from operator import itemgetter
from typing import Any

import numpy as np

from autograd.compiler.passes import Passes, through, to_be_run
from autograd.compiler.planning import Plan
from autograd.compiler.program import Program, Variable
from autograd.compiler.recording import Capture
from autograd.graph import LIBRARY_MARK, Node

_serial = count(1)


class Linked:
    """Runs a program; links it anew when a leaf has been given other memory."""

    passes: Passes = staticmethod(to_be_run)
    planner: Callable[..., Any] = Plan

    def __init__(self, program: Program, inputs: dict[Node, Variable], arguments: list[Node], capture: Capture) -> None:
        self._program = through(self.passes, program)
        self._inputs = inputs
        self._arguments = arguments
        self._capture = capture
        self._lock = threading.RLock()
        self._link()

    def _link(self) -> None:
        staying = {node: x for node, x in self._inputs.items() if self._stays(node)}
        tables = self._program.tables
        constants = frozenset((*(x for node, x in staying.items() if node in self._capture.large), *tables))
        self.plan = self.planner(
            self._program, {**{x: node.output for node, x in staying.items()}, **tables}, constants
        )
        quiet = Context()  # one in which NumPy does not warn: entering it takes a tenth of the time of np.errstate
        quiet.run(np.seterr, all="ignore")
        bound: dict[str, Any] = {
            LIBRARY_MARK: True, "step": self._step(), "lock": self._lock, "float64": np.float64,
            "relink": self._relinked, "quietly": quiet.run, "array": np.array,
        }  # fmt: skip
        read = {x: self._read(i, node, bound) for i, (node, x) in enumerate(self._inputs.items())}
        places = {*staying.values(), *tables}
        parts = [self._packed(x, read) for x in self._program.inputs if x not in places]
        moved = []
        for i, node in enumerate(staying):
            if node not in self._capture.reads:  # a leaf, which may be bound to other memory
                bound[f"node{i}"], bound[f"array{i}"] = node, node.output
                moved.append(f"node{i}.output is not array{i}")
        check = f"  if {' or '.join(moved)}:\n    return relink(values, prepared)\n" if moved else ""
        call = f"quietly({', '.join(['step', *parts])})"
        results = f"({call},)" if len(self._program.outputs) == 1 else call
        if self._program.spread:
            bound["spread"] = _Spread(self._program)
            results = f"spread({results})"
        text = f"def run(values, prepared):\n{check}  with lock:\n    return {results}\n"
        exec(text, bound)
        self.run: Callable[[list[Any], tuple[Any, ...]], tuple[Any, ...]] = bound["run"]

    def _step(self) -> Callable[..., Any]:
        """The function of the planned text, which tracebacks can show."""
        text, name = self.plan.text, self._program.name
        file = f"<compiled {name} {next(_serial)}>"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        namespace = {**self.plan.objects, LIBRARY_MARK: True}
        exec(compile(text, file, "exec"), namespace)
        return namespace[name]

    @property
    def source(self) -> str | None:
        """The text to be shown to the user, where it is not that of the program."""
        return None

    def inputs(self, values: list[Any], prepared: tuple[Any, ...], wanted: list[Variable]) -> list[Any]:
        """The present values of inputs."""
        bound: dict[str, Any] = {"values": values, "prepared": prepared, "float64": np.float64, "array": np.array}
        read = {x: self._read(i, node, bound) for i, (node, x) in enumerate(self._inputs.items())}
        return [eval(self._packed(x, read), bound) for x in wanted]

    def _packed(self, x: Variable, read: dict[Variable, str]) -> str:
        """The expression for an input, which may be an array of several numbers."""
        members = self._program.packs.get(x)
        if members is None:
            return read[x]
        numbers = ", ".join(read[number].removeprefix("float64") for number in members)
        reshaped = f".reshape({x.shape!r})" if x.ndim > 1 else ""
        return f"array([{numbers}], {x.dtype.name!r}){reshaped}"

    def _relinked(self, values: list[Any], prepared: tuple[Any, ...]) -> tuple[Any, ...]:
        for rebind in self._capture.rebinds:
            rebind()
        self._link()
        return self.run(values, prepared)

    def _stays(self, node: Node) -> bool:
        """Whether an input is an array that lies in one place from call to call."""
        if node in self._arguments or node in self._capture.slots or node in self._capture.moving:
            return False
        return type(node.output) is np.ndarray and node.output.ndim > 0

    def _read(self, i: int, node: Node, bound: dict[str, Any]) -> str:
        """The expression that reads an input at each call."""
        if node in self._arguments:
            part = f"values[{self._arguments.index(node)}]"
        elif node in self._capture.slots:
            return "prepared[{}][{}]".format(*self._capture.slots[node])
        elif node in self._capture.reads:
            bound[f"read{i}"] = self._capture.reads[node]
            part = f"read{i}()"
        else:
            bound[f"leaf{i}"] = node
            part = f"leaf{i}.output"
        return f"float64({part})" if type(node.output) is float else part


class _Spread:
    """Gives each result of the function from the outputs of its program, which may hold several as an array."""

    def __init__(self, program: Program) -> None:
        holders = {i for i, at in program.spread if at is not None}
        self._is_array = [i in holders for i in range(len(program.outputs))]
        sizes = [x.size if i in holders else 1 for i, x in enumerate(program.outputs)]
        starts = [0, *accumulate(sizes)]
        self._get = itemgetter(*(starts[i] + (at or 0) for i, at in program.spread), 0)  # one more: always a tuple

    def __call__(self, outputs: tuple[Any, ...]) -> tuple[Any, ...]:
        numbers: list[Any] = []
        for value, is_array in zip(outputs, self._is_array, strict=True):
            if not is_array:
                numbers.append(value)
            elif value.dtype == np.float64:
                numbers += value.ravel().tolist()
            else:
                numbers += list(value.ravel())
        return self._get(numbers)[:-1]
