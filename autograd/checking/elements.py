"""Which elements of an input are looked at, within a budget: all one by one, or all at once along directions.

The cost of looking at all of them is estimated first, by the size of f's graph. Above the budget, all elements are
checked at once along three random ±1 directions. Where the estimate was wrong, the clock stops the check, though only
at ten times the budget (ten seconds, if that is more), lest reports vary with a machine's load: then one direction
for each input that is left, and the bisection to a first fault, is all that is done. So however short the time, no
element is left out of every check.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from autograd.checking.directions import along, find_faults, random_directions
from autograd.checking.findings import INCONCLUSIVE, PASS, Element, rough
from autograd.checking.finite_differences import Estimate
from autograd.checking.lines import jumps
from autograd.checking.neighbourhood import Index, Neighbourhood
from autograd.checking.point import Point
from autograd.checking.verdicts import JUMP, judge

_LEEWAY = 10  # times the budget, when the clock stops a check


class Elements:
    """The verdicts on the elements of each input; the clock begins to run here."""

    def __init__(self, point: Point) -> None:
        self._point, self._beside = point, Neighbourhood(point)
        self._rng = np.random.default_rng(point.options.seed)
        self._began, self._most = time.perf_counter(), _LEEWAY * max(point.options.budget, 1.0)
        self.seconds = self._estimate()
        self.notes: list[str] = []

    def of(self, k: int) -> list[Element]:
        """Those of input k."""
        gradient, options = self._point.analytic[k], self._point.options
        if options.max_elements is not None:
            return self._judged(k, _chosen(gradient, options.max_elements, self._rng), has_end=False)
        limit = f"the budget of {options.budget:g} s"
        if self.seconds > options.budget:
            self._note(
                f"one by one, elements would take about {rough(self.seconds)} s, above {limit}: all at once, then"
            )
            return self._by_directions(k)
        singly = self._judged(k, list(np.ndindex(gradient.shape)))
        if len(singly) == gradient.size:
            return singly
        self._note(f"stopped by the clock, {_LEEWAY} times over {limit}: what was left is checked all at once")
        known = {e.index for e in singly}
        return singly + [e for e in self._by_directions(k) if e.direction or e.index not in known]

    def _note(self, what: str) -> None:
        if what not in self.notes:
            self.notes.append(what)

    def _is_time_up(self, share: float = 1.0) -> bool:
        """Whether a share of the time is used up."""
        return time.perf_counter() - self._began > share * self._most

    def _estimate(self) -> float:
        """Seconds to look at each element; of an f with a graph by its size alone, so that reports do not vary."""
        point = self._point
        elements = sum(w.size for w in point.subject.work)
        if point.tape is None:
            return 6 * elements * point.seconds
        numbers = elements + sum(np.size(node.output) for node in point.tape.ops)
        if point.complex is None:
            return 10 * elements * (2e-5 * len(point.tape.steps) + 4e-8 * numbers)
        each = 4e-5 * len(point.tape.steps) / point.complex.rows_at_once(numbers) + 4e-8 * numbers
        return 4 * elements * each

    def _judged(self, k: int, indices: Sequence[Index], has_end: bool = True) -> list[Element]:
        """One by one, as many as the clock allows, but at least one."""
        point, is_time_up = self._point, self._is_time_up if has_end else lambda share: False
        exact: list[Estimate | None] = [None] * len(indices)
        if point.complex is not None:
            exact = []
            for some in point.complex.slopes(k, indices):
                exact += some
                if is_time_up(0.5):
                    break
        lines = [self._beside.line(k, i, e) for i, e in zip(indices, exact, strict=False)]
        return judge(
            point.subject.names[k],
            indices[: len(lines)],
            lines,
            point.analytic[k],
            point.rounding[k],
            point.size,
            point.tolerance,
            point.options.method,
            is_time_up,
        )

    def _by_directions(self, k: int) -> list[Element]:
        """All at once along random directions, and one by one those that a bisection leads to."""
        point, name = self._point, self._point.subject.names[k]
        slope, value = partial(self._beside.slope_along, k), partial(self._beside.value_along, k)
        g = point.analytic[k].copy()  # corrected where a fault is found
        elements: list[Element] = []
        suspects: dict[Index, None] = {}
        largest = float(np.abs(g).max(initial=0.0))
        for n, direction in enumerate(random_directions(g.shape, self._rng), start=1):
            if elements and self._is_time_up():
                self._note(f"stopped by the clock, {_LEEWAY} times over its budget: fewer directions than usual")
                break
            whole = along(direction, g, slope, float(np.sqrt(np.sum(np.square(point.rounding[k])))))
            if not whole.agrees:
                for index in find_faults(g, slope, value, whole):
                    suspects[index] = None
                    if self._is_time_up():
                        break
            e = whole.numeric
            tolerance = point.tolerance.certified * largest + point.tolerance.atol
            verdict = PASS if whole.agrees and whole.bound <= tolerance else INCONCLUSIVE
            reason = "" if verdict == PASS else f"{name} does not agree along ±1 direction {n}"
            gap = whole.analytic - e.value
            if abs(gap) <= whole.bound and verdict != PASS:
                reason = f"the slope along a ±1 direction is known only to ± {whole.bound:.1e}"
            on_kink = e.is_kink or e.has_tie
            if (on_kink or verdict != PASS) and jumps(1.0, self._beside.rise_along(k, direction), point.grain):
                verdict, reason = INCONCLUSIVE, JUMP
            elements.append(
                Element(name, (), whole.analytic, e.value, whole.bound, 0.0, verdict, reason, e.method, e.is_kink, n)
            )
        others = [i for i in _chosen(point.analytic[k], 4, self._rng) if i not in suspects]
        single = self._judged(k, [*suspects, *others], has_end=False)
        if all(e.verdict == PASS for e in single) and suspects:
            # What was found is below the tolerance; the directions agree up to it.
            elements = [replace(e, verdict=PASS, reason="") if e.error <= tolerance else e for e in elements]
        return [*single, *elements]


def _chosen(analytic: np.ndarray, limit: int | None, rng: np.random.Generator) -> list[Index]:
    """Indices of all elements, or of a random sample with the largest (or first non-finite) analytic one."""
    if limit is None or analytic.size <= limit:
        return list(np.ndindex(analytic.shape))
    largest = int(np.argmax(np.where(np.isfinite(analytic), np.abs(analytic), np.inf)))
    others = rng.choice(analytic.size - 1, limit - 1, replace=False)
    drawn = [largest, *(others + (others >= largest))]
    return [tuple(int(j) for j in np.unravel_index(i, analytic.shape)) for i in sorted(drawn)]
