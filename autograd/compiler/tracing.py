"""From the graph of one run to a `Program`: the operations that its results depend on, oldest first."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from autograd.compiler.literals import WRITTEN_OUT
from autograd.compiler.program import Equation, Program, Variable
from autograd.compiler.recording import Capture
from autograd.graph import Location, Node, clock_of, leaf, locate
from autograd.tensor import Tensor

_AT_THE_END = sys.maxsize  # later than whatever happened in the run


class Trace:
    """A program, with the leaf nodes that its inputs stand for."""

    def __init__(
        self,
        capture: Capture,
        name: str,
        arguments: dict[Node, str],
        results: list[Any],
        held: dict[Node, str],
        with_writes: bool = True,
    ) -> None:
        self.capture = capture
        self._held_names = held  # Tensors by the variables that hold them
        self.arguments = arguments
        self.variables: dict[Node, Variable] = {}
        self._large: dict[Any, Node] = {}
        self._locations: dict[Any, Location] = {}
        self.inputs: dict[Node, Variable] = {}  # leaf -> its variable, in the order of first use
        targets = list(_written(capture)) if with_writes else []
        roots = [x for x in (*results, *(new for _, new in targets)) if isinstance(x, Node)]
        ops = self._reachable(roots)
        for node in arguments:
            self._input(node)
        equations = [self._equation(node) for node in ops]
        outputs = [self._result(x) for x in results]
        self.floats = {node: None for node, _ in targets if _is_number(node.output)}  # to be assigned by the caller
        outputs += [self._result(new) for node, new in targets if node in self.floats]
        writes = tuple((self._input(node), self._result(new)) for node, new in targets if node not in self.floats)
        hints = _names_of_results(equations)
        given = set(self.inputs.values())
        for node in self.floats:
            new = self.variables.get(self._resolved(node, _AT_THE_END))
            if new is not None and new not in given:
                hints.setdefault(new, f"new_{self._input(node).hint}")
        self._name_cotangents(hints)
        aliases = {self.inputs[node]: _shared(node, self.inputs) for node, _ in targets if node in self.inputs}
        self.program = Program(
            name, tuple(self.inputs.values()), tuple(equations), tuple(outputs), writes, hints, aliases,
            homes={self.variables[node]: array for node, array in capture.homes.items() if node in self.variables},
        )  # fmt: skip

    def cotangents(self) -> Iterator[tuple[Variable, Variable | None]]:
        """(x, dL/dx) for what has a place in the program, as the backward pass came to it; None for a plain number."""
        for node, g in self.capture.cotangents.pairs:
            x = self.variables.get(self._resolved(node))
            if x is not None:
                yield x, self.variables.get(self._resolved(g))

    def _reachable(self, roots: Iterable[Node]) -> list[Node]:
        """Op nodes that the roots depend on, oldest first."""
        seen: set[Node] = set()
        stack = [self._resolved(root, _AT_THE_END) for root in roots]
        ops = []
        while stack:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            if node.primitive is None:
                continue
            ops.append(node)
            for parent in parents_of(node):
                stack.append(self._resolved(parent, node.clock))
        return sorted(ops, key=clock_of)

    def _resolved(self, node: Node, clock: int | None = None) -> Node:
        """What a leaf stands for at that time: itself, what it was made of, or what was assigned to it."""
        while node.primitive is None:
            if node in self.capture.aliases:
                node = self.capture.aliases[node]
                continue
            before = [one for one in self.capture.versions.get(node, ()) if clock is not None and one[0] < clock]
            if not before:
                break
            clock, node = before[-1]  # what was assigned is what it stood for then
        return node

    def _section(self, clock: int) -> str:
        """The part of the program that was running then; what prepares an assignment behind a backward pass updates."""
        for begin, end, name in self.capture.sections:
            if begin <= clock <= end:
                return name
        updates = any(end < clock for _, end, _ in self.capture.sections) and any(
            clock < at for node in self.capture.assigned_leaves for at, _ in self.capture.versions[node]
        )
        return "update" if updates else "forward"

    def _input(self, node: Node) -> Variable:
        if node not in self.inputs:
            name = self.arguments.get(node) or self.capture.names.get(node)
            if name is None:
                kind = self._held_names.get(node) or ("parameter" if node.requires_grad else "constant")
                name = (node.notes.name if node.notes is not None else None) or kind
            self.inputs[node] = self.variables[node] = Variable.like(node.output, _identifier(name))
        return self.inputs[node]

    def _value(self, x: Any, clock: int | None = None) -> Any:
        """The variable of a node; a plain value as it is."""
        if isinstance(x, Tensor):
            x = x._node
        if isinstance(x, Node):
            node = self._resolved(x, clock)
            if node in self.capture.constants:
                return self._constant(np.float64(node.output) if type(node.output) is float else node.output)
            return self._input(node) if node.primitive is None else self.variables[node]
        if isinstance(x, tuple | list):
            return type(x)(self._value(part, clock) for part in x)
        return self._constant(x)

    def _constant(self, x: Any) -> Any:
        """A constant; a large array is an input, one for all that are equal."""
        if not isinstance(x, np.ndarray) or x.size <= WRITTEN_OUT:
            return x
        return self._held(x)

    def _result(self, x: Any) -> Variable:
        """What leaves the program; a constant is an input, so that it is a variable."""
        value = self._value(x, _AT_THE_END)
        return value if isinstance(value, Variable) else self._held(np.asarray(value))

    def _held(self, x: np.ndarray) -> Variable:
        """The input that stands for a constant array, and for all that are equal."""
        key = (x.dtype, x.shape, x.tobytes())
        if key not in self._large:
            self._large[key] = held = leaf(x, requires_grad=False)
            self.capture.reads[held] = lambda: x
            self.capture.large.add(held)
            for array, name in self.capture.names_of_arrays:
                if array.dtype == x.dtype and np.array_equal(array, x):
                    self.capture.names.setdefault(held, name)
        return self._input(self._large[key])

    def _equation(self, node: Node) -> Equation:
        inputs = tuple(self._value(x, node.clock) for x in node.inputs)
        keywords = {name: self._value(x, node.clock) for name, x in (node.keywords or {}).items()}
        output = Variable.like(node.output, self.capture.names.get(node) or _HINTS.get(node.primitive.name, "y"))
        self.variables[node] = output
        section = self._section(node.clock)
        is_given = any(node.output is x.output for x in node.inputs if isinstance(x, Node))
        is_view = is_given or getattr(node.output, "base", None) is not None
        return Equation(node.primitive, inputs, keywords, output, section, self._location(node), is_view)

    def _location(self, node: Node) -> Location:
        """The line that recorded a node, looked up once for each place of the code."""
        place = (node.code, node.lasti)
        if place not in self._locations:
            self._locations[place] = locate(*place)
        return self._locations[place]

    def _name_cotangents(self, names: dict[Variable, str]) -> None:
        """Say what each cotangent belongs to; of several things, which got it handed on, one that the user named."""
        found: dict[Variable, Variable] = {}
        for x, g in self.cotangents():
            if g is not None and found.get(g) not in names:
                found[g] = x
        for g, x in found.items():
            g.of = x


# What to call a result, by the operation.
_HINTS = {
    "affine": "z", "matmul": "z", "dot": "z", "tanh": "h", "relu": "h", "sigmoid": "h", "softmax": "p",
    "log_softmax": "log_p", "greater": "mask", "less": "mask", "add": "s", "subtract": "r", "multiply": "q",
    "divide": "q", "negative": "r", "square": "q", "transpose": "t", "reshape": "t", "getitem": "t",
}  # fmt: skip


def parents_of(node: Node) -> list[Node]:
    """The nodes that an operation was applied to, those in its keywords too."""
    parts = [*node.inputs, *(node.keywords or {}).values()]
    for part in parts:
        if isinstance(part, tuple | list):
            parts.extend(part)
    found = [part._node if isinstance(part, Tensor) else part for part in parts]
    return [part for part in found if isinstance(part, Node)]


def _written(capture: Capture) -> Iterable[tuple[Node, Any]]:
    """Leaves and arrays that were overwritten, and their last values; a leaf in an array is written with that."""
    written = [memory for memory in capture.memory.values() if memory.is_written]
    for node in capture.assigned_leaves:
        place = node.output
        if type(place) is not np.ndarray or not any(np.may_share_memory(place, one.array) for one in written):
            yield node, node
    for memory in written:
        yield memory.before._node, memory.current._node


def _is_number(value: Any) -> bool:
    """Whether a leaf's value is not an array that assigning writes to: a float, if need be as `.data` has shown it."""
    if type(value) is not np.ndarray:
        return type(value) is float
    return not value.ndim and value.base is None and value.dtype == np.float64


def _shared(target: Node, inputs: dict[Node, Variable]) -> dict[Variable, int | None]:
    """The inputs that lie in the memory of one that is written to, and where they begin in it."""
    whole = target.output
    if type(whole) is not np.ndarray:
        return {}
    found = {}
    for node, variable in inputs.items():
        part = node.output
        if node is target or type(part) is not np.ndarray or not np.may_share_memory(part, whole):
            continue
        first, begin = (array.__array_interface__["data"][0] for array in (whole, part))
        is_piece = whole.ndim == 1 and part.dtype == whole.dtype
        is_piece = is_piece and part.flags.c_contiguous and whole.flags.c_contiguous
        found[variable] = (begin - first) // whole.itemsize if is_piece else None
    return found


def _names_of_results(equations: list[Equation]) -> dict[Variable, str]:
    """The user's own names: of `h = np.tanh(z)` the last operation of that line is `h`."""
    last: dict[tuple[str, int], Equation] = {}
    for equation in equations:
        if equation.output.of is None and equation.location is not None:
            last[equation.location[:2]] = equation
    names = {}
    for equation in last.values():
        assert equation.location is not None
        target = _assigned_name(equation.location.text)
        if target:
            names[equation.output] = target
    return names


def _assigned_name(line: str) -> str | None:
    try:
        statements = ast.parse(line).body
    except SyntaxError:
        return None
    if len(statements) == 1 and isinstance(statements[0], ast.Assign) and len(statements[0].targets) == 1:
        if any(isinstance(node, ast.Lambda) for node in ast.walk(statements[0])):  # the line defines the function
            return None
        target = statements[0].targets[0]
        return target.id if isinstance(target, ast.Name) else None
    return None


def _identifier(text: str) -> str:
    cleaned = "".join(c if c.isalnum() else "_" for c in text).strip("_")
    return cleaned if cleaned.isidentifier() else f"_{cleaned}"
