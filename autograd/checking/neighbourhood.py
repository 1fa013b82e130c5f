"""f beside the point: along one element of an input (`Line`), and along a direction in it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from autograd.checking.choices import Choices
from autograd.checking.finite_differences import Estimate, Rise, Stencil, first_step
from autograd.checking.lines import Line, refined
from autograd.checking.point import Point
from autograd.checking.subject import value_of
from autograd.checking.undisturbed import noting

Index = tuple[int, ...]


class Neighbourhood:
    """Ways to move an input of f and to see what that does to sum(weights * f)."""

    def __init__(self, point: Point) -> None:
        self._point, self._work = point, point.subject.work

    def line(self, k: int, index: Index, exact: Estimate | None) -> Line:
        """f along one element of input k, whose slope a complex step may have found already."""
        rise, x = rise_of(self._work[k], self._change), float(self._work[k][index])
        label = f"{self._point.subject.names[k]}{list(index) if index else ''}"

        def noted(t: float) -> float:
            with noting(lambda: f"with {label} moved from {x!r} to {x + t!r}"):
                return rise(index, t)

        return Line(x, noted, exact, self._smoothness(k, index), self._point.grain)

    def rise_along(self, k: int, direction: np.ndarray) -> Rise:
        """sum(weights * f) along a direction in input k."""
        work, name = self._work[k], self._point.subject.names[k]
        held = work.copy()

        def rise(t: float) -> float:
            work[...] = held + t * direction
            try:
                with noting(lambda: f"with {name} moved by {t!r} times a ±1 direction"):
                    return self._change()
            finally:
                work[...] = held

        return rise

    def slope_along(self, k: int, direction: np.ndarray) -> Estimate:
        """The slope of sum(weights * f) along a direction in input k; by differences if a complex step finds none."""
        if self._point.complex is not None:
            e = self._point.complex.slope(k, direction)
            if math.isfinite(e.bound):
                return e
        scale, noise = float(np.abs(self._work[k]).max(initial=1.0)), self._point.size * 2.0**-52
        line = Line(scale, self.rise_along(k, direction), None, lambda t: True)
        first = Stencil.around(scale, line.rise, first_step(scale)).estimate(noise)
        return refined(line, first, noise, self._point.tolerance.certified)

    def value_along(self, k: int, direction: np.ndarray) -> float:
        """That slope without its bound, for less."""
        if self._point.complex is not None and math.isfinite(value := self._point.complex.value(k, direction)):
            return value
        return self.slope_along(k, direction).value

    def _change(self) -> float:
        point = self._point
        return float(np.sum(point.weights * (value_of(point.subject.run()) - point.start)))

    def _smoothness(self, k: int, index: Index) -> Callable[[float], bool]:
        """Whether the branches of the tape at x - t and x + t are those at x; True where there is no tape."""
        tape, work = self._point.tape, self._work
        if tape is None:
            return lambda t: True

        def signature(t: float) -> Choices:
            held = work[k][index]
            work[k][index] = held + t
            try:
                choices = Choices()
                tape.evaluate(work, choices)
                return choices
            finally:
                work[k][index] = held

        return lambda t: (here := signature(0.0)).same_as(signature(t)) and here.same_as(signature(-t))


def rise_of(work: np.ndarray, change: Callable[[], float]) -> Callable[[Index, float], float]:
    """What `change()` says when one element of `work` moves by t; the element is put back, whatever happens."""

    def rise(index: Index, t: float) -> float:
        x = work[index]
        work[index] = x + t
        try:
            return change()
        finally:
            work[index] = x

    return rise
