"""One recorded op by itself, at the values it had: what its rules give, and the slopes that they should give."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograd.checking.analytic import NotAnalyticError
from autograd.checking.complex_step import ComplexStep
from autograd.checking.finite_differences import EPS, Estimate, Stencil
from autograd.checking.tape import Tape
from autograd.graph import Node
from autograd.replay import plain

_TRIALS = 3
_ROUNDINGS = 256


class OpUnderTest:
    """One recorded op: its rules, and the slopes of sum(g * forward) that they should give."""

    def __init__(self, node: Node, seed: int, rtol: float = 0.0) -> None:
        self.node, self.primitive = node, node.primitive
        self.keywords = node.keywords or {}
        self.arguments = [plain(x) for x in node.inputs]
        self.y = plain(node)
        # Of sizes 1 to 2, so that a cotangent that is dropped, squared or taken from another place shows.
        self.g = random_like(self.y, np.random.default_rng(seed))[()]
        self.positions = [i for i, x in enumerate(node.inputs) if type(x) is Node and x.requires_grad]
        self._tape = Tape.of_op(node, self.positions)
        self._seed = seed
        dtypes = [np.asarray(v).dtype for v in (self.y, *self.arguments)]
        eps = max(float(np.finfo(dtype).eps) for dtype in dtypes if dtype.kind in "fc")
        self._rounding = _ROUNDINGS * eps
        self._rtol = rtol
        self._is_replayed = self._gives_its_value(float(np.sqrt(eps)))

    def _gives_its_value(self, rtol: float) -> bool:
        """Whether the op, computed again, gives what it gave, and for far other arguments something else.

        If not, nothing can be said of its rules: `checkpoint` runs its function again whatever the arguments.
        """
        work = [wide(self.arguments[i]) for i in self.positions]
        try:
            y = self._evaluated(work)
        except Exception:  # an op of the user's own may do anything
            return False
        if y.shape != np.shape(self.y) or not np.allclose(y, self.y, rtol=rtol, atol=1e-12, equal_nan=True):
            return False
        try:
            with np.errstate(all="ignore"):
                other = self._evaluated([0.37 - 1.7 * x for x in work])
        except Exception:  # it heeds its arguments, since it objects to them
            return True
        return not y.size or not np.array_equal(y, other, equal_nan=True)

    def _evaluated(self, work: Sequence[np.ndarray]) -> np.ndarray:
        """The op's value where the arguments that take gradients are others."""
        return self._tape.evaluate(work)

    def contribution(self, position: int, g: Any = None, y: Any = None, arguments: Sequence[Any] | None = None) -> Any:
        """What the rule gives for an argument, as it comes: with other values in the places of its own, if given."""
        g = self.g if g is None else g
        y = self.y if y is None else y
        arguments = self.arguments if arguments is None else arguments
        if self.primitive.joint is not None:
            return self.primitive.joint(g, y, *arguments, **self.keywords)[position]
        rule = self.primitive.rules[position]
        return None if rule is None else rule(g, y, *arguments, **self.keywords)

    def slope(
        self, position: int, direction: np.ndarray, g: Any = None, arguments: Sequence[Any] | None = None
    ) -> Estimate:
        """The slope of sum(g * forward) along a direction of one argument."""
        given = self.arguments if arguments is None else arguments
        work = [np.asarray(given[i], dtype=np.float64) for i in self.positions]
        weights = np.asarray(self.g if g is None else g, dtype=np.float64)
        k = self.positions.index(position)
        step = ComplexStep(self._tape, work, weights, self._seed)
        try:
            e = step.slope(k, direction)
        except NotAnalyticError:
            return step.by_differences(k, direction)
        except Exception:  # an op of the user's own may do anything to complex numbers
            return step.by_differences(k, direction)
        if math.isfinite(e.bound) and e.value != 0:
            return e
        other = step.by_differences(k, direction)  # nothing at all may also be a step that was lost on the way
        return e if math.isfinite(e.bound) and not e.contradicts(other) else other

    def directions(self, position: int) -> Iterator[np.ndarray]:
        rng = np.random.default_rng(self._seed + 1)
        for _ in range(1 if self._rtol else _TRIALS):  # one will do where only large errors count
            yield random_like(self.arguments[position], rng)

    def agrees(
        self, position: int, contribution: Any, g: Any = None, arguments: Sequence[Any] | None = None
    ) -> bool | None:
        """Whether a contribution has the slopes of `forward` along a few directions; None where that is not known."""
        c = wide(contribution)
        if c.shape != np.shape(self.arguments[position]):
            return False
        if not np.isfinite(c).all():
            known = [self.slope(position, d, g, arguments) for d in self.directions(position)]
            return None if any(not math.isfinite(e.bound) for e in known) else False
        for d in self.directions(position):
            e = self.slope(position, d, g, arguments)
            size = float(np.sqrt(np.sum(np.square(np.abs(c * d)))))
            low, high = min(e.left, e.right), max(e.left, e.right)
            if e.method != "complex":
                low = high = e.value
            # A rule may subtract: y - t is as good as g y, not as y - t.
            cotangent = float(np.sqrt(np.sum(np.square(np.abs(self.g)))))
            margin = 4 * e.bound + self._rtol * size + self._rounding * (size + cotangent)
            if not math.isfinite(e.bound) or 4 * e.bound > 1e-3 * max(size, abs(e.value)) > 0:
                return None
            slope = inner(c, d)
            if not low - margin <= slope <= high + margin:
                return False
        return True

    def verdict(self, position: int) -> bool | None:
        """Whether the rule for an argument is right; None where that is not known."""
        shape = np.shape(self.arguments[position])
        if not self._is_replayed:
            return None
        try:
            raw = self.contribution(position)
        except Exception:
            return False
        if raw is None:  # which says: no gradient
            return self.agrees(position, np.zeros(shape))
        if not hasattr(raw, "shape"):
            return False
        if np.asarray(self.arguments[position]).dtype.kind != "c":
            raw = np.real(raw)  # all that a real argument takes
        return self.agrees(position, summed(raw, shape) if self.primitive.is_elementwise else raw)


class ComplexOpUnderTest(OpUnderTest):
    """One of complex numbers: its real and imaginary parts are moved apart, and slopes are those of differences.

    The contribution for z = a + ib is dL/da + i dL/db with L = sum(Re(conj(g) forward)).
    """

    def _evaluated(self, work: Sequence[np.ndarray]) -> np.ndarray:
        arguments = list(self.arguments)
        for i, x in zip(self.positions, work, strict=True):
            arguments[i] = x[()]
        with np.errstate(all="ignore"):
            return np.asarray(self.primitive.forward(*arguments, **self.keywords))

    def slope(
        self, position: int, direction: np.ndarray, g: Any = None, arguments: Sequence[Any] | None = None
    ) -> Estimate:
        """The slope of L along a direction of one argument, whose imaginary part moves its imaginary part."""
        given, g = self.arguments if arguments is None else arguments, self.g if g is None else g
        work = [wide(given[i]) for i in self.positions]
        start, k = self._evaluated(work), self.positions.index(position)

        def rise(t: float) -> float:
            moved = [x + t * direction if i == k else x for i, x in enumerate(work)]
            return inner(g, self._evaluated(moved) - start)

        noise = EPS * float(np.sum(np.abs(g * start)))
        found = (Stencil.around(1.0, rise, step).estimate(noise) for step in (2.0**-13, 2.0**-17, 2.0**-26))
        return min(found, key=lambda e: e.bound)


def wide(x: Any) -> np.ndarray:
    """In float64 or complex128."""
    x = np.asarray(x)
    return x.astype(np.complex128 if x.dtype.kind == "c" else np.float64)


def inner(c: Any, d: Any) -> float:
    """What a gradient c says of a step d: of complex numbers, both parts count."""
    return float(np.sum(np.real(np.conj(c) * d)))


def random_like(x: Any, rng: np.random.Generator) -> np.ndarray:
    """Numbers of random sign and size 1 to 2; where x is complex, both parts."""
    shape = np.shape(x)
    drawn = rng.choice([-1.0, 1.0], shape) * rng.uniform(1, 2, shape)
    if np.asarray(x).dtype.kind != "c":
        return drawn
    return drawn + 1j * rng.choice([-1.0, 1.0], shape) * rng.uniform(1, 2, shape)


def summed(c: Any, shape: tuple[int, ...]) -> np.ndarray:
    """c summed to `shape` over the axes that broadcasting stretched; c itself where that cannot be."""
    c = np.asarray(c)
    extra = c.ndim - len(shape)
    if extra < 0:
        return c
    stretched = tuple(i for i in range(extra, c.ndim) if shape[i - extra] == 1 and c.shape[i] != 1)
    total = c.sum(axis=stretched, keepdims=True).sum(axis=tuple(range(extra)))
    return total if total.shape == shape else c
