"""Analytic against numeric, element by element: PASS, FAIL, or an honest INCONCLUSIVE.

    FAIL           |analytic - numeric| > tolerance + bound, and another method or a shorter step says the same
    PASS           otherwise, if the bound is small: below the tolerance, or beside the element's or the input's slope
    INCONCLUSIVE   otherwise: a pole, a branch that the graph does not show, or rounding that drowns the slope

with tolerance = rtol max(|analytic|, |numeric|) + atol. So a large atol may excuse an error but a large bound never
does. Two cases have a rule of their own. Where both derivatives are zero as far as float64 can tell, the element
passes. Exactly on a kink, any value between the slopes on both sides passes, and the element's `reason` says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from autograd.checking.findings import FAIL, INCONCLUSIVE, PASS, Element
from autograd.checking.finite_differences import (
    EPS,
    Estimate,
    Stencil,
    best_of,
    first_step,
    noise_step,
    other_steps,
    telling_step,
)
from autograd.checking.methods import measured, ridders

Index = tuple[int, ...]

# "Zero as far as float64 can tell", relative to f's own size over a unit of x: what rounding may leave of an analytic
# zero, and how well the numeric one must be known.
_ZERO, _ZERO_BOUND = 1e-14, 1e-8
_NOISE_SAMPLES = 5
_KNOWN = 1e-3  # an analytic derivative that rounding may change by more is no result


class Tolerance(NamedTuple):
    """How far two derivatives may be apart, and how well the numeric one must be known to certify the analytic one."""

    rtol: float
    atol: float
    certified: float  # relative bound that suffices for PASS; no less than rtol
    rounding: float = 0.0  # what rounding may do to the analytic derivative

    def of(self, analytic: float, numeric: float) -> float:
        """The tolerance for one element; numeric alone sets it where analytic is not a number."""
        sizes = [abs(v) for v in (analytic, numeric) if math.isfinite(v)]
        return self.rtol * max(sizes, default=0.0) + self.atol + self.rounding

    def is_met_by(self, e: Estimate, analytic: float, fine: float) -> bool:
        """Whether the estimate is good enough to let the analytic value pass."""
        sizes = [abs(v) for v in (analytic, e.value) if math.isfinite(v)]
        return e.bound <= max(self.certified * max(sizes, default=0.0), self.of(analytic, e.value), fine)

    def excludes(self, analytic: float, e: Estimate, fine: float) -> bool:
        """Whether the estimate proves the analytic value wrong. Bounds that are not small may be too small."""
        tolerance = self.of(analytic, e.value)
        margin = e.bound if e.bound <= max(tolerance, self.rtol * fine / self.certified) else 4 * e.bound
        low, high = (min(e.left, e.right), max(e.left, e.right)) if e.is_kink else (e.value, e.value)
        return math.isfinite(e.bound) and not low - tolerance - margin <= analytic <= high + tolerance + margin


@dataclass(frozen=True, slots=True)
class Line:
    """f along one element of an input: what a verdict on that element may ask of it."""

    x: float
    rise: Callable[[float], float]  # f(x + t) - f(x)
    exact: Estimate | None  # the slope by a complex step; None where the graph does not allow it
    is_smooth: Callable[[float], bool]  # whether no branch begins between x - t and x + t, as far as is known


def measure(lines: Sequence[Line], size: float) -> tuple[list[Estimate], float]:
    """First estimates by differences, and the standard deviation of f's rounding errors; `size` is that of f's value.

    Rounding shows at very short steps; one element's fourth difference can be small by chance, the median of a few
    is not.
    """
    few = lines[:: max(1, len(lines) // _NOISE_SAMPLES)][:_NOISE_SAMPLES]
    shakes = [Stencil.around(line.x, line.rise, noise_step(line.x)).noise for line in few]
    seen = [s for s in shakes if math.isfinite(s)]
    noise = max(EPS * size / 3, float(np.median(seen)) if seen else 0.0)
    return [Stencil.around(line.x, line.rise, _clear_step(line)).estimate(noise) for line in lines], noise


def _own_noise(line: Line) -> float:
    """Twice the rounding that f shows at this very element; 0 where f is not finite."""
    shake = 2 * Stencil.around(line.x, line.rise, noise_step(line.x)).noise
    return shake if math.isfinite(shake) else 0.0


def refined(line: Line, first: Estimate, noise: float, rtol: float) -> Estimate:
    """The best estimate there is, trying further steps until its bound is below `rtol` of it."""
    found = [first]
    for step in other_steps(line.x):
        best = best_of(found)
        if best.bound <= rtol * abs(best.value) or _is_flat(best):
            break
        found.append(Stencil.around(line.x, line.rise, step).estimate(noise))
    return best_of(found)


def _clear_step(line: Line) -> float:
    """The usual step, or a shorter one that does not reach the next branch."""
    step = first_step(line.x)
    while not line.is_smooth(2 * step) and step / 8 > 64 * math.ulp(line.x):
        step /= 8
    return step


def judge(
    name: str,
    indices: Sequence[Index],
    lines: Sequence[Line],
    analytic: np.ndarray,
    rounding: np.ndarray,
    size: float,
    tolerance: Tolerance,
    method: str = "auto",
) -> list[Element]:
    """The verdict on each of the elements of one input at `indices`."""
    chosen = [line.exact for line in lines]
    left = [line for line, e in zip(lines, chosen, strict=True) if e is None or not math.isfinite(e.bound)]
    noise = max(EPS * size / 3, 1e-300)
    if left and method not in ("complex", "forward", "central", "ridders"):
        rest, noise = measure(left, size)
    elif left and method != "complex":
        _, noise = measure(left[:_NOISE_SAMPLES], size)
        rest = [measured(method, line.x, line.rise, max(noise, _own_noise(line))) for line in left]
    else:
        rest = [e for e in chosen if e is not None and not math.isfinite(e.bound)]
    replacements = iter(rest)
    first = [e if e is not None and math.isfinite(e.bound) else next(replacements) for e in chosen]
    largest = max((abs(e.value) - e.bound for e in first if math.isfinite(e.bound)), default=0.0)
    fine = tolerance.certified * max(largest, 0.0)
    elements = []
    for i, line, estimate in zip(indices, lines, first, strict=True):
        a = float(analytic[i])
        tolerance = tolerance._replace(rounding=float(rounding[i]))
        if estimate.method == "complex":
            e, verdict = _by_complex_step(line, a, estimate, tolerance, fine, size, noise)
        elif method in ("auto", "five_point"):
            e, verdict = _by_differences(line, a, estimate, noise, tolerance, fine, size)
        else:
            e, verdict = _by_one_estimate(a, estimate, tolerance, fine, size, line.x)
        on_kink = e.is_kink or e.has_tie
        elements.append(
            Element(
                name,
                i,
                a,
                e.value,
                e.bound,
                tolerance.of(a, e.value),
                verdict,
                _reason(a, e, verdict),
                e.method,
                on_kink,
            )
        )
    return elements


def _by_one_estimate(
    a: float, e: Estimate, tolerance: Tolerance, fine: float, size: float, x: float
) -> tuple[Estimate, str]:
    """The verdict where a method was asked for: its one estimate decides."""
    if tolerance.excludes(a, e, fine):
        return e, FAIL
    is_known = tolerance.rounding <= max(_KNOWN * abs(e.value), fine)
    is_fine = (tolerance.is_met_by(e, a, fine) and is_known) or (a == 0 and _is_flat(e))
    return e, PASS if is_fine or _is_zero(a, e, size, x) else INCONCLUSIVE


def _by_complex_step(
    line: Line, a: float, e: Estimate, tolerance: Tolerance, fine: float, size: float, noise: float
) -> tuple[Estimate, str]:
    """The verdict by the slope on the replayed tape; before it accuses, f itself is asked."""
    estimate, verdict = _by_one_estimate(a, e, tolerance, fine, size, line.x)
    if verdict == PASS:
        return estimate, verdict
    by_f, by_f_verdict = _by_differences(
        line, a, Stencil.around(line.x, line.rise, _clear_step(line)).estimate(noise), noise, tolerance, fine, size
    )
    if verdict == FAIL and (e.is_kink or not e.contradicts(by_f)):
        return estimate, FAIL
    return by_f, by_f_verdict


def _by_differences(
    line: Line,
    analytic: float,
    first: Estimate,
    noise: float,
    tolerance: Tolerance,
    fine: float,
    size: float,
) -> tuple[Estimate, str]:
    """The best estimate and the verdict; further steps are tried as long as nothing is settled."""
    x, rise = line.x, line.rise
    found, steps, attempts = [first], other_steps(x), 3
    while True:
        best = best_of(found)
        is_fine = tolerance.is_met_by(best, analytic, fine)
        excluded = tolerance.excludes(analytic, best, fine)
        if not excluded and (is_fine or (analytic == 0 and _is_flat(best))):
            return best, PASS
        step = None if excluded and is_fine else next(steps, None)
        if step is not None:
            if line.is_smooth(2 * step) or best.is_kink:
                found.append(Stencil.around(x, rise, step).estimate(noise))
        elif excluded and attempts and (is_fine or math.isfinite(analytic)):
            # Before accusing anybody: is it the same at shorter steps, down to the shortest that could tell?
            attempts -= 1
            shorter = max(best.step / 8, 64 * math.ulp(x))
            shortest = min(shorter, telling_step(x, abs(analytic - best.value), size))
            probes = [
                Stencil.around(x, rise, shorter).estimate(noise),
                Stencil.around(x, rise, shortest).estimate(EPS * size / 3),
            ]
            if not any(best.contradicts(p) for p in probes) and any(
                tolerance.excludes(analytic, p, fine) for p in probes
            ):
                return best, FAIL
            found += probes
        else:
            break
    if not best.is_kink and best.bound > 0 and math.isfinite(analytic):
        last = ridders(x, rise, noise)
        if last.bound < best.bound and line.is_smooth(64 * last.step) and not best.contradicts(last):
            best, verdict = _by_one_estimate(analytic, last, tolerance, fine, size, x)
            return best, INCONCLUSIVE if verdict == FAIL else verdict
    if best.is_kink and (kink := _at_kink(line, analytic, noise, size, tolerance)) is not None:
        return kink
    return best, PASS if _is_zero(analytic, best, size, x) and not best.is_kink else INCONCLUSIVE


def _at_kink(line: Line, a: float, noise: float, size: float, tolerance: Tolerance) -> tuple[Estimate, str] | None:
    """Whether a kink lies exactly here: the slopes on the two sides stay as they are when the step shrinks."""
    longest = first_step(line.x)
    steps = [s for s in (longest, longest / 64) if s > 64 * math.ulp(line.x)]
    seen = [Stencil.around(line.x, line.rise, s).estimate(noise) for s in steps]
    lefts, rights = [e.left for e in seen], [e.right for e in seen]
    jump = abs(lefts[0] - rights[0])
    rounding = 12 * noise / steps[-1]
    apart = max(abs(lefts[0] - lefts[-1]), abs(rights[0] - rights[-1])) + rounding
    if len(seen) < 2 or not jump > 8 * apart:
        return None
    left, right = lefts[-1], rights[-1]
    at_kink = Estimate((left + right) / 2, apart, steps[-1], left, right, True)
    is_between = min(left, right) - apart <= a <= max(left, right) + apart
    return at_kink, PASS if is_between else INCONCLUSIVE


def _is_zero(analytic: float, e: Estimate, size: float, x: float) -> bool:
    unit = max(size, 1.0) / max(abs(x), 1.0)
    return abs(analytic) <= _ZERO * unit and abs(e.value) <= e.bound <= _ZERO_BOUND * unit


def _is_flat(e: Estimate) -> bool:
    """Whether f did not move at all."""
    return e.value == e.left == e.right == 0


def _reason(analytic: float, e: Estimate, verdict: str) -> str:
    if verdict == PASS:
        if e.is_kink:
            return f"on a kink: the slope is {e.left:.6g} on the left and {e.right:.6g} on the right"
        return ""
    if verdict == FAIL:
        return f"the analytic derivative is {analytic:.9g}, the numeric one {e.value:.9g} ± {e.bound:.1e}"
    if not math.isfinite(e.bound):
        return f"f is not finite on both sides of this point (slopes {e.left:.6g} left, {e.right:.6g} right)"
    if not math.isfinite(analytic):
        return f"the analytic derivative is {analytic}; no step settles the numeric one ({e.value:.6g} ± {e.bound:.1e})"
    if e.is_kink:
        return (
            f"a kink: the slope is {e.left:.6g} on the left and {e.right:.6g} on the right, analytic {analytic:.6g}; "
            "check at another point"
        )
    return (
        f"the numeric derivative {e.value:.6g} is known only to ± {e.bound:.1e}: the slope is too small beside f's "
        "rounding errors, or f too rough; scale f or its inputs, work in float64 throughout, or give atol"
    )
