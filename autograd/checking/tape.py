"""f's recorded graph as a program: evaluated again from other values of its inputs, also in complex numbers.

    tape = Tape(output, leaves, since)
    tape.evaluate(values)

Nothing of the rules under test is used: each op computes with its own `forward`. What f computed outside the graph (a
mask, a detached value) stays as it was recorded; whether that matters, `unfaithful` finds out by comparing with f.
"""

from __future__ import annotations

import contextlib
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd.checking.branches import Branched, branched
from autograd.checking.choices import Choices, reporting_to, shaken
from autograd.graph import Node, ancestors
from autograd.ops.shaping import astype
from autograd.primitives import ELEMENTWISE, Primitive
from autograd.rows import TOGETHER, Rows
from autograd.tensor import Tensor

EPS = float(np.finfo(np.float64).eps)
# How far inputs are moved, relative to their size, to see whether f and its tape move alike.
_TRIAL_STEPS = (2.0**-10, 2.0**-20, 2.0**-30)


class Step(NamedTuple):
    """One op of the tape; an argument is the number of an earlier value, or a constant."""

    node: Node
    arguments: tuple[tuple[bool, Any], ...]  # (True, number) or (False, constant)
    keywords: dict[str, Any]


class Tape:
    """Steps that turn the values of some leaves into one value."""

    def __init__(
        self, steps: list[Step], leaf_shapes: Sequence[tuple[int, ...]], output: int, constant: Any = None
    ) -> None:
        self.steps = steps
        self.leaf_shapes = leaf_shapes
        self._dependents: dict[int, list[int]] = {}
        self.output, self._constant = output, constant  # number of the value that is the result; -1: a constant

    @property
    def leaf_count(self) -> int:
        return len(self.leaf_shapes)

    @classmethod
    def recorded(cls, output: Tensor, leaves: Sequence[Tensor], since: int) -> Tape:
        """The ops between `leaves` and `output` that were recorded after the clock's reading `since`, oldest first."""
        ops, _ = ancestors([output._node], since) if output.requires_grad else ([], [])
        number = {node: i for i, node in enumerate((*(leaf._node for leaf in leaves), *ops))}
        steps = [Step(node, tuple(_argument(x, number) for x in node.inputs), node.keywords or {}) for node in ops]
        return cls(steps, [leaf.shape for leaf in leaves], number.get(output._node, -1), output._data)

    @classmethod
    def of_op(cls, node: Node, positions: Sequence[int]) -> Tape:
        """One op alone, as a function of its arguments at `positions`."""
        arguments = tuple(
            (True, positions.index(i)) if i in positions else _argument(x, {}) for i, x in enumerate(node.inputs)
        )
        shapes = [np.shape(node.inputs[i].output) for i in positions]
        return cls([Step(node, arguments, node.keywords or {})], shapes, len(positions))

    @property
    def ops(self) -> list[Node]:
        return [step.node for step in self.steps]

    @property
    def is_complex(self) -> bool:
        """Whether f passes through complex numbers, which this file reads as steps."""
        return any(np.asarray(x).dtype.kind == "c" for step in self.steps for x in _values_of(step))

    @property
    def narrowest(self) -> np.dtype:
        """The least precise dtype that f passes through."""
        dtypes = {np.dtype(getattr(node.output, "dtype", np.float64)) for node in self.ops}
        return min((d for d in dtypes if d.kind == "f"), key=lambda d: d.itemsize, default=np.dtype(np.float64))

    def dependents(self, leaf: int) -> list[int]:
        """The steps that a leaf has a part in."""
        if leaf not in self._dependents:
            moved, first = {leaf}, self.leaf_count
            for i, step in enumerate(self.steps):
                if any(is_number and x in moved for is_number, x in step.arguments):
                    moved.add(first + i)
            self._dependents[leaf] = sorted(number - first for number in moved - {leaf})
        return self._dependents[leaf]

    def evaluate(self, values: Sequence[np.ndarray], choices: Choices | None = None) -> np.ndarray:
        """f's value for other values of the leaves; its branches are reported to `choices`, or taken from there."""
        return self.result(self.run([branched(v) for v in values], range(len(self.steps)), choices or Choices()))

    def run(self, held: list[Any], steps: Sequence[int], choices: Choices) -> list[Any]:
        """Compute some steps anew; `held` are the values of the leaves and of the other steps, and then of all."""
        first = self.leaf_count
        held += [None] * (first + len(self.steps) - len(held))
        with (
            reporting_to(choices),
            np.errstate(all="ignore"),
            warnings.catch_warnings(action="error", category=np.exceptions.ComplexWarning),
        ):
            for i in steps:
                node, arguments, keywords = self.steps[i]
                choices.begin(i)
                given = [held[x] if is_number else x for is_number, x in arguments]
                held[first + i] = _applied(node.primitive, given, keywords)
        return held

    def result(self, held: list[Any]) -> np.ndarray:
        """f's value among those of all steps."""
        return np.asarray(self._constant if self.output < 0 else held[self.output]).view(np.ndarray)


def _values_of(step: Step) -> Iterator[Any]:
    yield step.node.output
    yield from (x for is_number, x in step.arguments if not is_number)


def _applied(primitive: Primitive, given: list[Any], keywords: dict[str, Any]) -> Any:
    if primitive is astype and np.dtype(keywords["dtype"]).kind == "f":
        return given[0]  # as if f worked in this precision throughout
    if primitive.structure != ELEMENTWISE:  # may be one call in C, which cannot be shaken inside
        given = [_mapped(x, lambda a: shaken(a.view(np.ndarray)).view(Branched)) for x in given]
        if any(x.dtype.kind == "c" for x in given if isinstance(x, Branched | Rows)):
            given = [_mapped(x, lambda a: a.astype(complex)) for x in given]
    if any(isinstance(x, Rows) for x in given) and not primitive.is_elementwise and primitive not in TOGETHER:
        with contextlib.suppress(TypeError):  # what is written with NumPy's functions, runs on Rows; else row by row
            return primitive.forward(*given, **keywords)
    return primitive(*given, **keywords)


def _mapped(x: Any, change: Callable[[Branched], Any]) -> Any:
    """A Branched array, or Rows of them, changed; anything else as it is."""
    if isinstance(x, Rows) and isinstance(x._data, Branched):
        return Rows(change(x._data), x.is_stack)
    return change(x) if isinstance(x, Branched) else x


def _argument(x: Any, number: dict[Node, int]) -> tuple[bool, Any]:
    if type(x) is not Node:
        return (False, np.float64(x) if type(x) is float else x)
    if x in number:
        return (True, number[x])
    return (False, np.float64(x.output) if type(x.output) is float else x.output)


def unfaithful(
    tape: Tape, work: Sequence[np.ndarray], value: Callable[[], np.ndarray], weights: np.ndarray, seed: int
) -> str:
    """Why the tape does not stand for f: it gives another value at the point, or near it; empty if it does.

    `value()` is f's at the present `work`; inputs are moved one after the other, and put back.
    """

    def total(y: np.ndarray) -> float:
        return float(np.sum(weights * y))

    start = value()
    noise = 64 * float(np.finfo(tape.narrowest).eps) * float(np.sum(np.abs(weights * start)))
    try:
        there = tape.evaluate(work)
    except Exception as error:  # a primitive of the user's may do anything
        return f"its graph cannot be replayed: {type(error).__name__}: {error}"
    if there.shape != start.shape or not abs(total(there) - total(start)) <= noise:
        return "its graph, replayed, does not give f's own value"
    rng = np.random.default_rng(seed)
    for k, x in enumerate(work):
        held = x.copy()
        reach = rng.choice([-1.0, 1.0], x.shape) * np.where(held == 0, 1.0, held)
        for side in (1, -1):  # on one side of a branch f and its tape may be alike

            def gap(t: float, x: np.ndarray = x, moved: np.ndarray = side * reach, held: np.ndarray = held) -> float:
                x[...] = held + t * moved
                return abs(total(value() - tape.evaluate(work)))

            try:
                why = _part(gap, noise)
            finally:
                x[...] = held
            if why:
                return f"{why} (input {k})"
    return ""


def _part(gap: Callable[[float], float], noise: float) -> str:
    """Why f and its tape do not move alike, given how far apart they are after a step; empty if they do."""
    gaps: list[tuple[float, float]] = []
    for t in _TRIAL_STEPS:
        if (now := gap(t)) <= noise:
            break
        gaps.append((t, now))
    else:
        return "what f computes is not all in its graph: it moves otherwise than its graph does"
    # A smaller gap at a smaller step may be one that only shrank into the noise.
    if any(before * (t / moved) <= 8 * noise or not math.isfinite(before) for moved, before in gaps):
        return "f branches near this point in a way that its graph does not show"
    return ""
