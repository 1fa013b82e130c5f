"""One slope, measured: central differences at two steps, extrapolated, with a bound on what the number may be off by.

With r(t) = f(x + t) - f(x), in float64:

    D(h)   = (r(h) - r(-h)) / 2h                   central difference
    value  = (4 D(h) - D(2h)) / 3                  Richardson: the h² term cancels
    S(h)   = (r(h) + r(-h)) / h                    right minus left slope: h f'' where f is smooth, the jump at a kink
    bound  = |D(h) - D(2h)|                        what changing the step changed: curvature, or a kink off x
           + |2 S(h) - S(2h)| / 2                  nothing where f is smooth, half the jump at a kink at x
           + 1.5 ν / h                             rounding, where f's values carry errors up to ν = 4 σ
           + 2 eps |x value| / h                   and where f's first operation rounds, which is as good as moving x

For one kink of any size, anywhere between x - 2h and x + 2h, the sum of the first two covers the error.

σ is seen in the fourth difference r(2h) - 4 r(h) - 4 r(-h) + r(-2h): of order h⁴ where f is smooth, it shows almost
nothing but rounding.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

# r(t) = f(x + t) - f(x), as a function of one element's displacement.
Rise = Callable[[float], float]

EPS = float(np.finfo(np.float64).eps)
UNDERFLOW = float(np.finfo(np.float64).tiny)
STEP = 2.0**-17  # eps**(1/3) in a form that adds to most x without rounding


class Estimate(NamedTuple):
    """A slope, what it may be off by (infinite: not measurable), and the slopes on both sides."""

    value: float
    bound: float
    step: float
    left: float
    right: float
    is_kink: bool  # the slopes on both sides differ by a jump that rounding does not explain
    method: str = "five_point"
    has_tie: bool = False  # values that f compares are equal here: a branch may begin

    def contradicts(self, other: Estimate) -> bool:
        """Whether both bounds cannot hold."""
        return math.isfinite(other.bound) and not abs(self.value - other.value) <= self.bound + other.bound


class Stencil(NamedTuple):
    """f's rises at four points around x; the raw material of an estimate."""

    step: float
    far_left: float
    left: float
    right: float
    far_right: float
    slack: float  # relative to the step: what x + t was rounded by, and what f may round x by

    @classmethod
    def around(cls, x: float, rise: Rise, step: float) -> Stencil:
        """Four evaluations, at x ± step and x ± 2 step."""
        rounded = max(abs((x + t) - x - t) for t in (-2 * step, -step, step, 2 * step)) + 2 * EPS * abs(x)
        return cls(step, rise(-2 * step), rise(-step), rise(step), rise(2 * step), rounded / step)

    @property
    def noise(self) -> float:
        """Standard deviation of the rounding errors of f's values; nan where f is not finite."""
        return abs(self.far_left - 4 * self.left - 4 * self.right + self.far_right) / math.sqrt(70)

    def estimate(self, noise: float) -> Estimate:
        """The slope, given the standard deviation of f's rounding errors (more, if these four values show more)."""
        h = self.step
        near = (self.right - self.left) / (2 * h)
        far = (self.far_right - self.far_left) / (4 * h)
        value = (4 * near - far) / 3
        jump = 2 * (self.right + self.left) / h - (self.far_right + self.far_left) / (2 * h)
        largest_rise = max(abs(self.far_left), abs(self.left), abs(self.right), abs(self.far_right))
        rounding = 6 * max(noise, self.noise, EPS / 3 * largest_rise, UNDERFLOW) / h
        bound = abs(near - far) + abs(jump) / 2 + rounding + abs(value) * (self.slack + 4 * EPS)
        if not math.isfinite(bound):
            value, bound = math.nan, math.inf
        is_kink = abs(jump) > max(bound / 4, 24 * noise / h)
        return Estimate(value, bound, h, -self.left / h, self.right / h, is_kink)


def first_step(x: float) -> float:
    """eps^(1/3) max(1, |x|), as a power of two."""
    return power_of_two(STEP * max(1.0, abs(x)))


def noise_step(x: float) -> float:
    """So short that no smooth f shows in the fourth difference, yet many floats wide."""
    return power_of_two(max(2.0**-30 * min(abs(x) or 1.0, 1.0), 64 * math.ulp(x)))


def telling_step(x: float, difference: float, size: float) -> float:
    """The shortest step at which slopes that differ by `difference` stand clear of the rounding of values of `size`."""
    clear = 1000 * EPS * size / difference if difference > 0 else math.inf
    return power_of_two(max(min(clear, STEP), 64 * math.ulp(x)))


def best_of(estimates: list[Estimate]) -> Estimate:
    """The estimate with the smallest bound that no shorter step contradicts.

    Short steps suffer from rounding, which the bound knows well; long ones from what f does in between, which it can
    only guess: kinks that cancel, or waves shorter than the step.
    """
    trusted: list[Estimate] = []
    for e in sorted(estimates, key=lambda e: e.step):
        if not any(e.contradicts(t) for t in trusted):
            trusted.append(e)
    return min(trusted, key=lambda e: e.bound)


def other_steps(x: float) -> Iterator[float]:
    """Steps to try where the first one did not settle the matter, likeliest first.

    Smaller ones leave kinks and poles aside, larger ones rise above noise; those that go with |x| alone are for
    functions that live near zero (log at 1e-9), those of fixed size for functions that do not grow coarser away
    from it (sin at 1e6).
    """
    sizes = [abs(x)] if 0 < abs(x) < 0.5 else [1.0] if abs(x) > 2 else []
    tried = {first_step(x)}
    for factor in (1, 1 / 32, 16, 128, 1024):
        for size in (max(1.0, abs(x)), *sizes):
            step = power_of_two(STEP * size * factor)
            if step not in tried and x + step != x:
                tried.add(step)
                yield step


def power_of_two(size: float) -> float:
    return 2.0 ** max(round(math.log2(size)), -1000) if size > 0 else 2.0**-1000
