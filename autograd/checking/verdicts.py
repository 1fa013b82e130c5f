"""Analytic against numeric, element by element: PASS, FAIL, or an honest INCONCLUSIVE.

    FAIL           |analytic - numeric| > tolerance + bound, at a shorter step too (4 bounds, if the bound is not small)
    PASS           otherwise, if the bound is small: below the tolerance, or below rtol times the input's largest slope
    INCONCLUSIVE   otherwise: a kink, a pole, or rounding that drowns the slope

with tolerance = rtol max(|analytic|, |numeric|) + atol. So a large atol may excuse an error but a large bound never
does. One case has no slope to be relative to: where both derivatives are zero as far as float64 can tell, the element
passes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

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
from autograd.checking.report import FAIL, INCONCLUSIVE, PASS, Element

Index = tuple[int, ...]

# "Zero as far as float64 can tell", relative to f's own size over a unit of x: what rounding may leave of an analytic
# zero, and how well the numeric one must be known.
_ZERO, _ZERO_BOUND = 1e-14, 1e-8
_NOISE_SAMPLES = 5


class Tolerance(NamedTuple):
    """How far two derivatives may be apart."""

    rtol: float
    atol: float

    def of(self, analytic: float, numeric: float) -> float:
        """The tolerance for one element; numeric alone sets it where analytic is not a number."""
        sizes = [abs(v) for v in (analytic, numeric) if math.isfinite(v)]
        return self.rtol * max(sizes, default=0.0) + self.atol

    def excludes(self, analytic: float, e: Estimate, fine: float) -> bool:
        """Whether the estimate proves the analytic value wrong. Bounds that are not small may be too small."""
        tolerance = self.of(analytic, e.value)
        margin = e.bound if e.bound <= max(tolerance, fine) else 4 * e.bound
        return math.isfinite(e.bound) and not abs(analytic - e.value) <= tolerance + margin


def measure(
    x: np.ndarray, rise: Callable[[Index, float], float], indices: Sequence[Index], size: float
) -> tuple[list[Estimate], float]:
    """First estimates of the slopes at `indices`, and the standard deviation of f's rounding errors.

    `rise(index, t)` is f's rise when one element of x moves by t, and `size` is that of f's value. Rounding shows at
    very short steps; one element's fourth difference can be small by chance, the median of a few is not.
    """
    few = indices[:: max(1, len(indices) // _NOISE_SAMPLES)][:_NOISE_SAMPLES]
    shakes = [Stencil.around(float(x[i]), partial(rise, i), noise_step(float(x[i]))).noise for i in few]
    seen = [s for s in shakes if math.isfinite(s)]
    noise = max(EPS * size / 3, float(np.median(seen)) if seen else 0.0)
    stencils = [Stencil.around(float(x[i]), partial(rise, i), first_step(float(x[i]))) for i in indices]
    return [s.estimate(noise) for s in stencils], noise


def refined(x: float, rise: Callable[[float], float], first: Estimate, noise: float, rtol: float) -> Estimate:
    """The best estimate there is, trying further steps until its bound is below `rtol` of it."""
    found = [first]
    for step in other_steps(x):
        best = best_of(found)
        if best.bound <= rtol * abs(best.value) or _is_flat(best):
            break
        found.append(Stencil.around(x, rise, step).estimate(noise))
    return best_of(found)


def judge(
    name: str,
    x: np.ndarray,
    analytic: np.ndarray,
    rise: Callable[[Index, float], float],
    indices: Sequence[Index],
    size: float,
    tolerance: Tolerance,
) -> list[Element]:
    """The verdict on each of the elements of one input at `indices`."""
    first, noise = measure(x, rise, indices, size)
    largest = max((abs(e.value) - e.bound for e in first if math.isfinite(e.bound)), default=0.0)
    fine = tolerance.rtol * max(largest, 0.0)
    elements = []
    for i, estimate in zip(indices, first, strict=True):
        a = float(analytic[i])
        e, verdict = _settle(float(x[i]), a, partial(rise, i), estimate, noise, tolerance, fine, size)
        reason = "" if verdict == PASS else _reason(a, e, verdict)
        elements.append(Element(name, i, a, e.value, e.bound, tolerance.of(a, e.value), verdict, reason))
    return elements


def _settle(
    x: float,
    analytic: float,
    rise: Callable[[float], float],
    first: Estimate,
    noise: float,
    tolerance: Tolerance,
    fine: float,
    size: float,
) -> tuple[Estimate, str]:
    """The best estimate and the verdict; further steps are tried as long as nothing is settled."""
    found, steps, attempts = [first], other_steps(x), 3
    while True:
        best = best_of(found)
        is_fine = best.bound <= max(tolerance.of(analytic, best.value), fine)
        excluded = tolerance.excludes(analytic, best, fine)
        if not excluded and (is_fine or (analytic == 0 and _is_flat(best))):
            return best, PASS
        step = None if excluded and is_fine else next(steps, None)
        if step is not None:
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
    unit = max(size, 1.0) / max(abs(x), 1.0)
    is_zero = abs(analytic) <= _ZERO * unit and abs(best.value) <= best.bound <= _ZERO_BOUND * unit
    return best, PASS if is_zero and not best.is_kink else INCONCLUSIVE


def _is_flat(e: Estimate) -> bool:
    """Whether f did not move at all."""
    return e.value == e.left == e.right == 0


def _reason(analytic: float, e: Estimate, verdict: str) -> str:
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
