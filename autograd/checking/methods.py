"""Ways to measure one slope by evaluating f beside the point, for `method=`; each knows what it may be off by.

    forward      (r(h) - r(0)) / h                          the error falls with h
    central      (r(h) - r(-h)) / 2h                        with h²
    five_point   (4 D(h) - D(2h)) / 3                       with h⁴
    ridders      central slopes at h, h/2, h/4 ..., extrapolated to h = 0 (Ridders 1982); the table's own
                 disagreement is the bound, floored by the rounding of f's values

with r(t) = f(x + t) - f(x). "complex" needs no step: see `complex_step.py`.

Two things are not done, on purpose. Matrix factorisations (`eigh svd qr cholesky` ...) are left to differences:
LAPACK's complex routines conjugate (A = L L^H where the analytic continuation is L L^T), and formulas for their
imaginary parts would be the very derivatives that are under test. And nothing is evaluated in longdouble: of 10,920
elements of the tests' corpus and of the samples of 126 ops, "auto" leaves none undecided for want of digits.
"""

from __future__ import annotations

import math

from autograd.checking.finite_differences import EPS, Estimate, Rise, Stencil, first_step, power_of_two

METHODS = ("auto", "complex", "ridders", "five_point", "central", "forward")
_ROWS = 9


def measured(method: str, x: float, rise: Rise, noise: float) -> Estimate:
    """The slope at x by one of the methods above, at the step that suits it."""
    if method == "forward":
        return _forward(x, rise, noise)
    stencil = Stencil.around(x, rise, first_step(x))
    best = stencil.estimate(noise)
    if method == "five_point":
        return best
    if method == "ridders":  # whose long steps may reach over a kink: the short one has a say
        long = ridders(x, rise, noise)
        return best if best.contradicts(long) else long
    near = (stencil.right - stencil.left) / (2 * stencil.step)
    return best._replace(value=near, bound=best.bound + abs(best.value - near), method="central")


def _forward(x: float, rise: Rise, noise: float) -> Estimate:
    h = power_of_two(math.sqrt(EPS) * max(1.0, abs(x)))
    near, far = rise(h) / h, rise(2 * h) / (2 * h)
    bound = 4 * abs(near - far) + 6 * noise / h + 4 * EPS * abs(x * near) / h
    if not math.isfinite(bound):
        return Estimate(math.nan, math.inf, h, near, near, False, "forward")
    return Estimate(near, bound, h, near, near, False, "forward")


def ridders(x: float, rise: Rise, noise: float) -> Estimate:
    """Neville's table over halved steps; of its entries the one that agrees best with those it was made of."""
    h = power_of_two(max(2.0**-5 * abs(x), 2.0**-7 if abs(x) < 2.0**-20 or abs(x) > 0.5 else 2.0**-4 * abs(x)))
    best = Estimate(math.nan, math.inf, h, math.nan, math.nan, False, "ridders")
    above: list[float] = []
    for row in range(_ROWS):
        right, left = rise(h) / h, -rise(-h) / h
        floor = 6 * noise / h + 4 * EPS * abs(x * (left + right)) / h
        line, factor = [(left + right) / 2], 1.0
        for column in range(row):
            factor *= 4
            line.append((factor * line[-1] - above[column]) / (factor - 1))
            gap = max(abs(line[-1] - line[-2]), abs(line[-1] - above[column]))
            bound = 2 * gap + floor + 4 * EPS * abs(line[-1])
            if bound < best.bound:
                best = Estimate(line[-1], bound, h, left, right, False, "ridders")
        above, h = line, h / 2
    return best
