"""One recorded run made into a program that is ready to be called again."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import numpy as np

from autograd.capture import CURRENT, EDITS
from autograd.compiler.arguments import map_arrays, paths
from autograd.compiler.linking import Linked
from autograd.compiler.outside import Outside
from autograd.compiler.passes import optimized
from autograd.compiler.program import Program
from autograd.compiler.questions import Questions
from autograd.compiler.recording import Capture
from autograd.compiler.source import Source
from autograd.compiler.tracing import Trace
from autograd.errors import CaptureError
from autograd.graph import Location, here, leaf, tick, user_place
from autograd.modes import capturing
from autograd.tensor import Tensor, tensor_of


class Specialised:
    """A program with how its inputs are read, and what happens to its results."""

    def __init__(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        keywords: dict[str, Any],
        linked: type[Linked] = Linked,
        explain: bool = False,
    ) -> None:
        """Run the function, recording it; `result` is what this run returned."""
        self._edits = EDITS[0]
        arguments: list[Tensor] = []
        given: list[bool] = []

        def lifted(x: Any) -> Tensor:
            given.append(isinstance(x, Tensor))
            arguments.append(_input(x))
            return arguments[-1]

        args, keywords = map_arrays(args, lifted), map_arrays(keywords, lifted)
        names = dict(zip((tensor._node for tensor in arguments), _names(function, args, keywords), strict=True))
        self._outside = Outside(function)
        self._capture = capture = Capture()
        with _capturing(capture):
            with self._outside.watching():
                result = function(*args, **keywords)
            _refuse_strangers(result, _place_of(function))
            self._outside.refuse_changes(capture.draws)
            results: list[Tensor] = []
            self._structure = map_arrays(result, lambda x: _placed(x, results))
            gradients = capture.final_gradients()
            left = [_with_node(g) for g in gradients.values() if g is not None]
            leaving = [x._node for x in (*results, *left)]
            places = {node: i for i, node in enumerate(dict.fromkeys(leaving))}
            capture.name_values(self._outside.values)
            trace = Trace(capture, _name_of(function), names, list(places), self._outside.names)
        self._as_tensors = any(given)
        self._places = [places[x._node] for x in results]
        leaves = dict(capture.assigned_leaves)
        self._numbers = [(node, leaves[node]) for node in trace.floats]
        self._arrays = [node for node in leaves if node not in trace.floats]
        self.recorded: Program = trace.program
        self.program: Program = optimized(self.recorded)
        self._explained = (self.recorded, list(trace.cotangents())) if explain else None
        self._place = _place_of(function)
        self._without_gradient = [node for node, g in gradients.items() if g is None]
        kept = [node for node, g in gradients.items() if g is not None]
        held = [(node, places[g._node]) for node, g in zip(kept, left, strict=True)]
        taken = Counter([*self._places, *(place for _, place in held)])
        self._with_gradient = [(node, place, taken[place] > 1) for node, place in held]
        self._guards = list(capture.gradients.items())
        nodes = [tensor._node for tensor in arguments]
        asked = [
            (node, *rest) for node, *rest in capture.decisions if node.primitive is None and node.output is not None
        ]
        self._of_arguments = [(nodes.index(node), *rest) for node, *rest in asked if node in nodes]
        self._of_results = Questions(capture, names)
        self._of_leaves = [(node, node.clock, *rest) for node, *rest in asked if node not in nodes]
        self._leaves = [(node, node.requires_grad) for node in dict.fromkeys((*trace.inputs, *gradients))]
        self._used = list(capture.used.values())
        self.prepare_each = capture.prepares
        for node, g in gradients.items():
            node.grad = None if g is None else g._data
        self.result: Any = self._handed([x._data if type(x._data) is float else x._data.copy() for x in results])
        self.linked = linked(self.program, trace.inputs, nodes, capture)
        capture.finish()
        for node in nodes:
            if type(node.output) is np.ndarray:
                node.output = _PLACE  # the arguments of this run need not be kept

    @cached_property
    def source(self) -> Source:
        """The program as text, written when it is first asked for."""
        return Source(self.program, self._place, self._explained)

    def prepare(self, values: list[Any]) -> tuple[Any, ...] | None:
        """What has to be computed before a call; None if the program does not hold any more."""
        if self._edits != EDITS[0]:
            for thing, before in self._used:
                now = vars(thing)
                if now.keys() != before.keys() or any(now[name] is not value for name, value in before.items()):
                    return None
            if any(node.requires_grad is not before for node, before in self._leaves):
                return None
            self._edits = EDITS[0]
        if not self._outside.is_unchanged():
            return None
        for place, question, args, answer in self._of_arguments:
            if question(np.asarray(values[place]), *args) != answer:
                return None
        if not self._of_results.hold(values):
            return None
        for node, clock, question, args, answer in self._of_leaves:
            if node.clock != clock and question(np.asarray(node.output), *args) != answer:
                return None
        for node, had in self._guards:
            if (node.grad is not None) is not had:
                return None
        prepared = []
        for prepare in self.prepare_each:
            constants = prepare()
            if constants is None:
                return None
            prepared.append(constants)
        return tuple(prepared)

    def run(self, values: list[Any], prepared: tuple[Any, ...]) -> Any:
        """Call the program with the arrays among the arguments."""
        return self.finish(self.linked.run(values, prepared))

    def finish(self, values: tuple[Any, ...]) -> Any:
        """Put the program's results where they belong; returns those of the function."""
        for node in self._without_gradient:
            node.grad = None
        for node, place, is_shared in self._with_gradient:
            value = values[place]
            node.grad = value if type(value) is float else value.copy() if is_shared else _own(value)
        if self._numbers or self._arrays:
            self._stamp(values[len(values) - len(self._numbers) :])
        for action in self._capture.afters:
            action()
        if self._structure is _PLACE:  # one result: no containers to look for
            value = _result(values[self._places[0]])
            return Tensor(value) if self._as_tensors else value
        return self._handed([values[place] for place in self._places])

    def _stamp(self, numbers: tuple[Any, ...]) -> None:
        """Note the assignments, which the program made, as the leaves' own `assign` does; numbers are made here."""
        code, lasti = user_place(2)
        now = tick()
        for (node, tensor), value in zip(self._numbers, numbers, strict=True):
            tensor._data = node.output = value if type(value) is float else float(value)
            node.clock, node.code, node.lasti, node.snapshot = now, code, lasti, None
        for node in self._arrays:
            node.clock, node.code, node.lasti, node.snapshot = now, code, lasti, None

    def _handed(self, values: Any) -> Any:
        """Results in the function's containers, as arrays of the caller's own."""
        copied = [_result(value) for value in values]
        if self._as_tensors:
            copied = [Tensor(value) for value in copied]
        if self._structure is _PLACE:
            return copied[0]
        rest = iter(copied)
        return map_arrays(self._structure, lambda _: next(rest))


def _own(value: Any) -> Any:
    """A result as an array of its own: a view may be of a buffer."""
    return value.copy() if type(value) is np.ndarray and value.base is not None else value


def _result(value: Any) -> Any:
    """A result as an array of the caller's own; a number with an array's methods."""
    return np.float64(value) if type(value) is float else _own(value)


def _placed(x: Tensor, results: list[Tensor]) -> Any:
    """Note a Tensor of the result; a mark stands in its place."""
    results.append(_with_node(x))
    return _PLACE


def _with_node(x: Tensor) -> Tensor:
    """The Tensor, with a node of its own: one that was computed from constants alone has none."""
    return x if x._node.output is not None else Tensor(x._data, dtype=x.dtype)


_PLACE = np.empty(0)  # stands for an array in a result


def _input(x: Any) -> Tensor:
    value = x._data if isinstance(x, Tensor) else x
    value = float(value) if isinstance(value, float) else np.array(value)
    return tensor_of(leaf(value, requires_grad=False))


@contextmanager
def _capturing(capture: Capture) -> Iterator[None]:
    token = CURRENT.set(capture)
    try:
        with capturing():
            yield
    except BaseException:
        capture.roll_back()
        raise
    finally:
        CURRENT.reset(token)


def _names(function: Callable[..., Any], args: tuple[Any, ...], keywords: dict[str, Any]) -> list[str]:
    """A name for each array among the arguments, by the function's parameters."""
    try:
        bound = inspect.signature(function).bind(*args, **keywords).arguments
        own = [name for name, value in bound.items() if value is not args]
    except (TypeError, ValueError):
        own = []
    own += [f"x{i}" for i in range(len(own), len(args))]
    found = [path for name, x in zip(own, args, strict=False) for path in paths(x, name)]
    return found + [path for name, x in keywords.items() for path in paths(x, name)]


def _name_of(function: Callable[..., Any]) -> str:
    name = getattr(function, "__name__", "program")
    return name if name.isidentifier() else "program"


def _place_of(function: Callable[..., Any]) -> Location | None:
    code = getattr(inspect.unwrap(function), "__code__", None)
    return None if code is None else Location(code.co_filename, code.co_firstlineno, "")


def _refuse_strangers(result: Any, place: Location | None) -> None:
    """Raise for what is no array computed from the inputs; `place` is the function's."""
    if isinstance(result, tuple | list):
        for part in result:
            _refuse_strangers(part, place)
    elif isinstance(result, dict):
        _refuse_strangers(tuple(result.values()), place)
    elif result is not None and not isinstance(result, Tensor):
        where = here() if place is None else f"{place.file}:{place.line}"
        raise CaptureError(
            f"compile: the function at {where} returned a {type(result).__name__} that was not computed from Tensors, "
            "so it would be the same in every later call; return Tensors, or tuples, lists and dicts of them"
        )
