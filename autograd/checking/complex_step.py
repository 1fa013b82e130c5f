"""A slope without a step: Im f(x + ih d) / h on the replayed tape, with a bound from random rounding.

Real and imaginary parts are never subtracted, so there is neither truncation nor cancellation: what is left is the
rounding of each op. A few further runs are shaken (`choices.py`), and their spread says how far rounding carries. On a
kink, +ih and -ih follow the two sides.

Slopes along many elements take one run for hundreds of them: the points are `Rows`, stacked along an axis that the
ops do not see.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from autograd.checking.analytic import NotAnalyticError
from autograd.checking.branches import branched
from autograd.checking.choices import Choices, Rounding
from autograd.checking.finite_differences import EPS, Estimate, Stencil
from autograd.checking.tape import Tape
from autograd.rows import Rows

_STEP = 2.0**-200
_RUNS = 3
_SAFETY = 8.0
_TOGETHER = 1 << 18  # numbers that one run over stacked points may hold: a few megabytes
_MOST_ROWS, _FEWEST_ROWS = 512, 4


class ComplexStep:
    """Slopes of sum(weights * f) along directions in one input at a time."""

    method = "complex"

    def __init__(self, tape: Tape, work: Sequence[np.ndarray], weights: np.ndarray, seed: int) -> None:
        self._tape, self._work, self._weights, self._seed = tape, work, weights, seed

    def refusal(self) -> str:
        """Why the tape cannot be evaluated in complex numbers; empty if it can.

        The slope along one random direction is also measured by differences, lest an op of the user's own compute
        something else in complex numbers than its real function continued.
        """
        rng = np.random.default_rng(self._seed)
        for k, x in enumerate(self._work):
            direction = rng.choice([-1.0, 1.0], x.shape) * np.where(x == 0, 1.0, np.abs(x))
            try:
                exact = self.slope(k, direction)
            except NotAnalyticError as error:
                return f"{error} is not known to be analytic"
            except Exception as error:  # an op of the user's own may do anything to complex numbers
                return f"{type(error).__name__} in complex numbers: {error}"
            if math.isfinite(exact.bound) and all(exact.contradicts(e) for e in self._by_differences(k, direction)):
                return "it contradicts differences: f jumps here, or an op computes with np.asarray or .real"
        return ""

    def by_differences(self, k: int, direction: np.ndarray) -> Estimate:
        """The same slope by differences, at the step of those tried that knows it best."""
        return min(self._by_differences(k, direction), key=lambda e: e.bound)

    def _by_differences(self, k: int, direction: np.ndarray) -> Iterator[Estimate]:
        values = list(self._work)
        start = self._tape.evaluate(values)

        def rise(t: float) -> float:
            values[k] = self._work[k] + t * direction
            return float(np.sum(self._weights * (self._tape.evaluate(values) - start)))

        size = float(np.sum(np.abs(self._weights * start)))
        for step in (2.0**-13, 2.0**-17, 2.0**-26):
            yield Stencil.around(1.0, rise, step).estimate(EPS * size)

    def slope(self, k: int, direction: np.ndarray) -> Estimate:
        """The slope along `direction` in input k; nan with an infinite bound where the tape is not analytic."""
        h = self._step(k, direction)
        choices = Choices()
        right = self._along(k, direction, h, choices)
        left = self._along(k, direction, -h, Choices()) if choices.has_tie else right
        rounding = Rounding(self._seed)
        shaken = [
            self._along(k, direction, h, Choices(choices.made, rounding), of_others)
            for of_others in self._shaken_values
        ]
        slope = float(np.sum(right))
        spread = max(abs(float(np.sum(s)) - slope) for s in shaken)
        bound = _SAFETY * (spread + EPS * abs(slope)) + h  # h: what f's third derivative may leave of a zero
        jump = float(np.sum(right - left if right.size == 1 else np.abs(right - left)))
        if not math.isfinite(bound + jump):
            return Estimate(math.nan, math.inf, h, slope - jump, slope, False, self.method)
        middle = (float(np.sum(left)) + slope) / 2
        is_kink = abs(jump) > 2 * bound
        return Estimate(middle, bound, h, middle - jump / 2, middle + jump / 2, is_kink, self.method, choices.has_tie)

    def value(self, k: int, direction: np.ndarray) -> float:
        """The slope alone, in one evaluation."""
        return float(np.sum(self._along(k, direction, self._step(k, direction), Choices())))

    def slopes(self, k: int, indices: Sequence[tuple[int, ...]]) -> Iterator[list[Estimate]]:
        """The slopes along single elements of input k: some at a time, as many in one run as memory allows."""
        nodes = [self._tape.steps[i].node for i in self._tape.dependents(k)]
        count = self.rows_at_once(self._work[k].size + sum(np.size(node.output) for node in nodes))
        fewest = _FEWEST_ROWS
        for start in range(0, len(indices), count):
            part = indices[start : start + count]
            together = self._slopes_together(k, part) if len(part) >= fewest else None
            if together is not None and start == 0 and self._along_element(k, part[-1]).contradicts(together[-1]):
                together, fewest = None, count + 1  # an op of the user's own may mix the rows
            if together is not None:
                yield together
            else:
                yield from ([self._along_element(k, i)] for i in part)

    @staticmethod
    def rows_at_once(numbers: int) -> int:
        """How many points may be stacked in a run that computes `numbers` for each."""
        return max(1, min(_MOST_ROWS, _TOGETHER // max(numbers, 1)))

    def _along_element(self, k: int, index: tuple[int, ...]) -> Estimate:
        unit = np.zeros_like(self._work[k])
        unit[index] = 1.0
        return self.slope(k, unit)

    def _slopes_together(self, k: int, indices: Sequence[tuple[int, ...]]) -> list[Estimate] | None:
        """The slopes along some elements in one run; None if an op does not allow it, or a branch may begin here."""
        x, count = self._work[k], len(indices)
        places = (np.arange(count), *(np.array(axis) for axis in zip(*indices, strict=True)))
        sizes = np.where(x == 0, 1.0, np.abs(x))[places[1:]] * np.ones(count)
        h = _STEP * np.clip(sizes, 1e-60, 1.0)
        moved = np.broadcast_to(x, (count, *x.shape)).astype(complex)
        moved[places] += 1j * h
        choices, rounding = Choices(), Rounding(self._seed)
        try:
            slopes = self._sums(k, moved, choices, self._values) / h
            if choices.has_tie:
                return None
            shaken = [
                self._sums(k, moved, Choices(choices.made, rounding), of_others) / h
                for of_others in self._shaken_values
            ]
        except Exception:  # an op of the user's own may do anything
            return None
        spread = np.max([np.abs(s - slopes) for s in shaken], axis=0)
        bounds = _SAFETY * (spread + EPS * np.abs(slopes)) + h
        is_known = np.isfinite(bounds)
        columns = np.where(is_known, slopes, math.nan), np.where(is_known, bounds, math.inf), h, slopes
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return [Estimate(value, bound, t, s, s, False, self.method) for value, bound, t, s in rows]

    def _sums(self, k: int, moved: np.ndarray, choices: Choices, of_others: list[Any]) -> np.ndarray:
        """The imaginary part of sum(weights * f) at each of the points that are stacked in `moved`."""
        held = list(of_others)
        held[k] = Rows(branched(moved))
        y = self._tape.run(held, self._tape.dependents(k), choices)[self._tape.output]
        each = np.asarray(y.stacked(len(moved))).view(np.ndarray).imag * self._weights
        return each.reshape(len(moved), -1).sum(axis=1)

    def _step(self, k: int, direction: np.ndarray) -> float:
        """So small beside every element that its square is nothing."""
        moved = self._work[k][direction != 0]
        small = float(np.abs(moved[moved != 0]).min(initial=1.0))
        return _STEP * max(min(small, 1.0), 1e-60)

    def _along(
        self, k: int, direction: np.ndarray, h: float, choices: Choices, of_others: list[Any] | None = None
    ) -> np.ndarray:
        """What each element of f contributes to the slope. Only steps that depend on input k are computed anew."""
        held = list(self._values if of_others is None else of_others)
        held[k] = branched(self._work[k] + 1j * (h * direction))
        y = self._tape.result(self._tape.run(held, self._tape.dependents(k), choices))
        return self._weights * y.imag / h

    @cached_property
    def _values(self) -> list[Any]:
        return self._of_all_steps(Choices())

    @cached_property
    def _shaken_values(self) -> list[list[Any]]:
        """The values of all steps in a few shaken runs."""
        plain, rounding = Choices(), Rounding(self._seed)
        self._of_all_steps(plain)
        return [self._of_all_steps(Choices(plain.made, rounding)) for _ in range(_RUNS)]

    def _of_all_steps(self, choices: Choices) -> list[Any]:
        return self._tape.run([branched(w) for w in self._work], range(len(self._tape.steps)), choices)
