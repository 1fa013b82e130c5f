"""Analytic against numeric, element by element: PASS, FAIL, or an honest INCONCLUSIVE.

    FAIL           |analytic - numeric| > tolerance + bound, and another method or a shorter step says the same
    PASS           otherwise, if the bound is small: below the tolerance, or beside the element's or the input's slope
    INCONCLUSIVE   otherwise: a pole, a branch that the graph does not show, or rounding that drowns the slope

with tolerance = rtol max(|analytic|, |numeric|) + atol. So a large atol may excuse an error but a large bound never
does. Two cases have a rule of their own. Where both derivatives are zero as far as float64 can tell, the element
passes. Exactly on a kink, any value between the slopes on both sides passes, and the element's `reason` says so. Where
f jumps exactly at the point it has no derivative: INCONCLUSIVE, whatever slope an op publishes there (`KINKS.md`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from autograd.checking.findings import FAIL, INCONCLUSIVE, PASS, Element
from autograd.checking.finite_differences import (
    EPS,
    Estimate,
    Stencil,
    best_of,
    other_steps,
    telling_step,
)
from autograd.checking.lines import Line, clear_step, jumps, noise_of, own_noise, sides_of_kink
from autograd.checking.methods import measured, ridders
from autograd.checking.tolerances import Tolerance, is_flat, is_zero

Index = tuple[int, ...]

_KNOWN = 1e-3  # an analytic derivative that rounding may change by more is no result
JUMP = "f jumps exactly here, so it has no derivative; check at another point"


def judge(
    name: str,
    indices: Sequence[Index],
    lines: Sequence[Line],
    analytic: np.ndarray,
    rounding: np.ndarray,
    size: float,
    tolerance: Tolerance,
    method: str = "auto",
    is_time_up: Callable[[float], bool] = lambda share: False,
) -> list[Element]:
    """The verdict on each of the elements of one input at `indices`, or on the first of them if time is up before.

    `is_time_up` tells whether a share of the time has passed; estimates take half of it.
    """
    left = [line for line in lines if line.exact is None or not math.isfinite(line.exact.bound)]
    noise = max(EPS * size / 3, 1e-300) if not left or method == "complex" else noise_of(left, size)
    first: list[Estimate] = []
    for line in lines:
        if first and is_time_up(0.5):
            break
        first.append(_first_estimate(line, method, noise))
    largest = max((abs(e.value) - e.bound for e in first if math.isfinite(e.bound)), default=0.0)
    fine = tolerance.certified * max(largest, 0.0)
    elements: list[Element] = []
    for i, line, estimate in zip(indices, lines, first, strict=False):
        if elements and is_time_up(1.0):
            break
        a = float(analytic[i])
        tolerance = tolerance._replace(rounding=float(rounding[i]))
        if estimate.method == "complex":
            e, verdict = _by_complex_step(line, a, estimate, tolerance, fine, size, noise)
        elif method in ("auto", "five_point"):
            e, verdict = _by_differences(line, a, estimate, noise, tolerance, fine, size)
        else:
            e, verdict = _by_one_estimate(a, estimate, tolerance, fine, size, line.x)
        on_kink = e.is_kink or e.has_tie
        reason = _reason(a, e, verdict)
        # A derivative's absence shows as a tie or a kink, or as slopes that no step settles.
        if (on_kink or verdict == INCONCLUSIVE) and verdict != FAIL and jumps(line.x, line.rise, line.grain):
            verdict, reason = INCONCLUSIVE, JUMP
        elements.append(
            Element(name, i, a, e.value, e.bound, tolerance.of(a, e.value), verdict, reason, e.method, on_kink)
        )
    return elements


def _first_estimate(line: Line, method: str, noise: float) -> Estimate:
    """By a complex step where the graph allows it, else by differences as the method asks for."""
    if line.exact is not None and (method == "complex" or math.isfinite(line.exact.bound)):
        return line.exact
    if method in ("forward", "central", "ridders"):
        return measured(method, line.x, line.rise, max(noise, own_noise(line)))
    return Stencil.around(line.x, line.rise, clear_step(line)).estimate(noise)


def _by_one_estimate(
    a: float, e: Estimate, tolerance: Tolerance, fine: float, size: float, x: float
) -> tuple[Estimate, str]:
    """The verdict where a method was asked for: its one estimate decides."""
    if tolerance.excludes(a, e, fine):
        return e, FAIL
    is_known = tolerance.rounding <= max(_KNOWN * abs(e.value), fine)
    is_fine = (tolerance.is_met_by(e, a, fine) and is_known) or (a == 0 and is_flat(e))
    return e, PASS if is_fine or is_zero(a, e, size, x) else INCONCLUSIVE


def _by_complex_step(
    line: Line, a: float, e: Estimate, tolerance: Tolerance, fine: float, size: float, noise: float
) -> tuple[Estimate, str]:
    """The verdict by the slope on the replayed tape; before it accuses, f itself is asked."""
    estimate, verdict = _by_one_estimate(a, e, tolerance, fine, size, line.x)
    if verdict == PASS:
        return estimate, verdict
    by_f, by_f_verdict = _by_differences(
        line, a, Stencil.around(line.x, line.rise, clear_step(line)).estimate(noise), noise, tolerance, fine, size
    )
    is_piece = e.has_tie and not e.is_kink and by_f.is_kink  # (heaviside(x, 1/2) * x at 0 is a third piece of its own)
    if verdict == FAIL and (e.is_kink or not e.contradicts(by_f)) and not is_piece:
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
        if not excluded and (is_fine or (analytic == 0 and is_flat(best))):
            return best, PASS
        step = None if excluded and is_fine else next(steps, None)
        if step is not None:
            if line.is_smooth(2 * step) or best.is_kink:
                found.append(Stencil.around(x, rise, step).estimate(noise))
        elif excluded and attempts and (is_fine or math.isfinite(analytic)):
            # Before accusing anybody: is it the same at shorter steps, down to the shortest that could tell?
            attempts -= 1
            probes = _at_shorter_steps(line, best, analytic, noise, size)
            is_same = not any(best.contradicts(p) for p in probes)
            if is_same and any(tolerance.excludes(analytic, p, fine) for p in probes):
                return best, FAIL
            found += probes
        else:
            return _by_what_is_left(line, analytic, best, noise, tolerance, fine, size)


def _at_shorter_steps(line: Line, best: Estimate, analytic: float, noise: float, size: float) -> list[Estimate]:
    """The slope with a shorter step than the best one, and with the shortest that could tell it from the analytic."""
    shorter = max(best.step / 8, 64 * math.ulp(line.x))
    shortest = min(shorter, telling_step(line.x, abs(analytic - best.value), size))
    return [
        Stencil.around(line.x, line.rise, shorter).estimate(noise),
        Stencil.around(line.x, line.rise, shortest).estimate(EPS * size / 3),
    ]


def _by_what_is_left(
    line: Line, analytic: float, best: Estimate, noise: float, tolerance: Tolerance, fine: float, size: float
) -> tuple[Estimate, str]:
    """The verdict where no step of a stencil settles it: by Ridders' method, as on a kink, or as a slope of zero."""
    x = line.x
    if not best.is_kink and best.bound > 0 and math.isfinite(analytic):
        last = ridders(x, line.rise, noise)
        if last.bound < best.bound and line.is_smooth(64 * last.step) and not best.contradicts(last):
            best, verdict = _by_one_estimate(analytic, last, tolerance, fine, size, x)
            return best, INCONCLUSIVE if verdict == FAIL else verdict
    if best.is_kink and (kink := _at_kink(line, analytic, noise)) is not None:
        return kink
    return best, PASS if is_zero(analytic, best, size, x) and not best.is_kink else INCONCLUSIVE


def _at_kink(line: Line, a: float, noise: float) -> tuple[Estimate, str] | None:
    """The verdict if a kink lies exactly here: any value between the slopes on its two sides passes."""
    e = sides_of_kink(line, noise)
    if e is None:
        return None
    return e, PASS if min(e.left, e.right) - e.bound <= a <= max(e.left, e.right) + e.bound else INCONCLUSIVE


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
