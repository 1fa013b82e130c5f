"""Any number of elements in a few evaluations: slopes along random ±1 directions, and bisection to a wrong element.

Along d with every |d_i| = 1, one wrong element shows with its whole error, however many there are: only rounding hides
it. Several may cancel in one direction, hardly in three. Where the slope along d is not that of the analytic gradient,
the half of d with the larger gap is followed until one element is left: log2(n) evaluations.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from autograd.checking.finite_differences import EPS, Estimate

Slope = Callable[[np.ndarray], Estimate]
Value = Callable[[np.ndarray], float]  # the slope alone, where its bound is not needed

DIRECTIONS = 3
_MOST_FAULTS = 8


@dataclass(frozen=True, slots=True)
class Along:
    """A direction, the slope of f along it twice, and what rounding may account for."""

    direction: np.ndarray
    analytic: float
    numeric: Estimate
    bound: float
    rounding: float

    @property
    def gap(self) -> float:
        """By how much the two slopes are apart; beyond those of a kink's two sides."""
        e = self.numeric
        ends = (e.left, e.right) if e.is_kink else (e.value,)
        low, high = min(ends), max(ends)
        return max(low - self.analytic, self.analytic - high, 0.0)

    @property
    def agrees(self) -> bool:
        return self.gap <= self.bound


def along(direction: np.ndarray, gradient: np.ndarray, slope: Slope, rounding: float) -> Along:
    """Both slopes along `direction`, given the gradient that is to be checked and how far rounding carries its norm."""
    e = slope(direction)
    bound = e.bound + rounding + 16 * EPS * float(np.sqrt(np.sum(np.square(gradient))))
    return Along(direction, float(np.sum(gradient * direction)), e, bound, rounding)


def random_directions(shape: tuple[int, ...], rng: np.random.Generator) -> Iterator[np.ndarray]:
    for _ in range(DIRECTIONS):
        yield rng.choice([-1.0, 1.0], shape)


def find_faults(gradient: np.ndarray, slope: Slope, value: Value, first: Along) -> Iterator[tuple[int, ...]]:
    """Indices of elements that account for the gap along a direction, the largest first, a few at most.

    After each, `gradient` takes what f says of that element, and the search goes on in what is left.
    """
    now = first
    for _ in range(_MOST_FAULTS):
        if now.agrees and math.isfinite(now.analytic):
            return
        index = _bisect(gradient, value, now)
        yield index
        unit = np.zeros_like(gradient)
        unit[index] = 1.0
        gradient[index] = value(unit)
        now = along(first.direction, gradient, slope, first.rounding)


def _bisect(gradient: np.ndarray, value: Value, whole: Along) -> tuple[int, ...]:
    """The element at the end of the larger gap: of each half one evaluation, since slopes along parts add up."""
    signs, errors = whole.direction.reshape(-1), whole.analytic - whole.numeric.value
    flat = gradient.reshape(-1)
    places = np.flatnonzero(signs)
    while len(places) > 1:
        first, second = places[: len(places) // 2], places[len(places) // 2 :]
        if not np.isfinite(flat[places]).all():
            places = first if not np.isfinite(flat[first]).all() else second
            errors = 0.0
            continue
        d = np.zeros_like(signs)
        d[first] = signs[first]
        of_first = float(np.sum(flat[first] * signs[first])) - value(d.reshape(gradient.shape))
        places, errors = (first, of_first) if abs(of_first) >= abs(errors - of_first) else (second, errors - of_first)
    return tuple(int(i) for i in np.unravel_index(places[0], gradient.shape))
