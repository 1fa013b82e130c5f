"""How far two derivatives may be apart, and how well one must be known to accuse or certify the other."""

from __future__ import annotations

import math
from typing import NamedTuple

from autograd.checking.finite_differences import Estimate

# "Zero as far as float64 can tell", relative to f's own size over a unit of x: what rounding may leave of an analytic
# zero, and how well the numeric one must be known.
_ZERO, _ZERO_BOUND = 1e-14, 1e-8


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


def is_zero(analytic: float, e: Estimate, size: float, x: float) -> bool:
    """Whether both derivatives are zero as far as float64 can tell."""
    unit = max(size, 1.0) / max(abs(x), 1.0)
    return abs(analytic) <= _ZERO * unit and abs(e.value) <= e.bound <= _ZERO_BOUND * unit


def is_flat(e: Estimate) -> bool:
    """Whether f did not move at all."""
    return e.value == e.left == e.right == 0
