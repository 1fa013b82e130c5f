"""f along one element of an input: estimates by differences, with the noise they must rise above, kinks and jumps."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from autograd.checking.finite_differences import (
    EPS,
    Estimate,
    Rise,
    Stencil,
    best_of,
    first_step,
    noise_step,
    other_steps,
)
from autograd.checking.tolerances import is_flat

_NOISE_SAMPLES = 5
_NEAREST_BRANCH = 2.0**-80


@dataclass(frozen=True, slots=True)
class Line:
    """f along one element of an input: what a verdict on that element may ask of it."""

    x: float
    rise: Rise  # f(x + t) - f(x)
    exact: Estimate | None  # the slope by a complex step; None where the graph does not allow it
    is_smooth: Callable[[float], bool]  # whether no branch begins between x - t and x + t, as far as is known
    grain: float = 0.0  # to what f's values are rounded


def noise_of(lines: Sequence[Line], size: float) -> float:
    """The standard deviation of f's rounding errors; `size` is that of f's value.

    Rounding shows at very short steps; one element's fourth difference can be small by chance, the median of a few
    is not.
    """
    few = lines[:: max(1, len(lines) // _NOISE_SAMPLES)][:_NOISE_SAMPLES]
    shakes = [Stencil.around(line.x, line.rise, noise_step(line.x)).noise for line in few]
    seen = [s for s in shakes if math.isfinite(s)]
    return max(EPS * size / 3, float(np.median(seen)) if seen else 0.0)


def own_noise(line: Line) -> float:
    """Twice the rounding that f shows at this very element; 0 where f is not finite."""
    shake = 2 * Stencil.around(line.x, line.rise, noise_step(line.x)).noise
    return shake if math.isfinite(shake) else 0.0


def refined(line: Line, first: Estimate, noise: float, rtol: float) -> Estimate:
    """The best estimate there is, trying further steps until its bound is below `rtol` of it."""
    found = [first]
    for step in other_steps(line.x):
        best = best_of(found)
        if best.bound <= rtol * abs(best.value) or is_flat(best):
            break
        found.append(Stencil.around(line.x, line.rise, step).estimate(noise))
    return best_of(found)


def clear_step(line: Line) -> float:
    """The usual step, or a shorter one that does not reach the next branch; the usual one if a branch begins here."""
    usual = step = first_step(line.x)
    while step > max(64 * math.ulp(line.x), _NEAREST_BRANCH):
        if line.is_smooth(2 * step):
            return step
        step /= 8
    return usual


def sides_of_kink(line: Line, noise: float) -> Estimate | None:
    """The slopes on the two sides if a kink lies exactly here: they stay as they are when the step shrinks."""
    longest = first_step(line.x)
    steps = [s for s in (longest, longest / 64) if s > 64 * math.ulp(line.x)]
    seen = [Stencil.around(line.x, line.rise, s).estimate(noise) for s in steps]
    lefts, rights = [e.left for e in seen], [e.right for e in seen]
    rounding = 12 * noise / steps[-1]
    apart = max(abs(lefts[0] - lefts[-1]), abs(rights[0] - rights[-1])) + rounding
    if len(seen) < 2 or not abs(lefts[0] - rights[0]) > 8 * apart:
        return None
    left, right = lefts[-1], rights[-1]
    return Estimate((left + right) / 2, apart, steps[-1], left, right, True)


def jumps(x: float, rise: Rise, grain: float) -> bool:
    """Whether f is not continuous here: however short the step, it rises or falls by as much, on one side at least."""
    near, nearer = (step * (abs(x) or 1.0) for step in (2.0**-30, 2.0**-42))
    for side in (1, -1):
        r, s = rise(side * near), rise(side * nearer)
        if abs(s) > 64 * grain and abs(r - s) <= abs(s) / 4:
            return True
    return False
