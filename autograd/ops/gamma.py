"""The gamma function's logarithm and its derivatives; `x log y`, which is in the logarithm of every likelihood.

`polygamma` of order n is the (n + 1)-th derivative of lgamma; `digamma` is that of order 0.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.primitives import Primitive, elementwise

# B_2, B_4, ... of the asymptotic series (Abramowitz and Stegun, 6.3.18 and 6.4.11).
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330)


def _lgamma_scalar(x: float) -> float:
    """log |gamma(x)|; inf at the poles 0, -1, -2 ..., where `math.lgamma` raises."""
    if x <= 0.0 and x == math.floor(x):
        return math.inf
    return math.lgamma(x)


def _lgamma(x: Any) -> Any:
    x = np.asarray(x, None if getattr(x, "dtype", None) is not None else float)
    return np.array([_lgamma_scalar(one) for one in x.reshape(-1).tolist()], x.dtype).reshape(x.shape)


def _polygamma(x: Any, order: int = 0) -> Any:
    """By the series for large arguments, to which the recurrence leads; left of 1/2 by reflection."""
    is_left = np.less(x, 0.5)
    y = _right_polygamma(np.where(is_left, 1 - x, x), order)
    if not np.any(is_left):
        return y
    c = 1 / np.tan(np.pi * (x - np.rint(x)))
    left = (-1) ** order * y - _cotangent_slope(c, order).astype(y.dtype)
    at_pole = np.where(np.equal(x, 0), (-1) ** (order + 1) * math.inf, math.nan).astype(y.dtype)
    is_pole = np.less_equal(x, 0) & np.equal(x, np.floor(x))
    return np.where(is_left, np.where(is_pole, at_pole, left), y)


def _right_polygamma(x: Any, order: int) -> Any:
    """For x >= 1/2. psi_n(x) = psi_n(x + 1) - (-1)**n n! / x**(n + 1)."""
    sign, factorial = (-1) ** order, math.factorial(order)
    y = np.zeros_like(x)
    for _ in range(12 + 2 * order):
        y = y - sign * factorial / x ** (order + 1)
        x = x + 1
    if order == 0:
        y = y + np.log(x) - 1 / (2 * x)
    else:
        y = y - sign * (math.factorial(order - 1) / x**order + factorial / (2 * x ** (order + 1)))
    for k, bernoulli in enumerate(_BERNOULLI, start=1):
        ratio = math.factorial(2 * k + order - 1) / math.factorial(2 * k)
        y = y - sign * bernoulli * ratio / x ** (2 * k + order)
    return y


def _cotangent_slope(c: Any, order: int) -> Any:
    """The derivative of pi cot(pi x) of any order, given c = cot(pi x), whose own is -pi (1 + c**2): a polynomial."""
    p = np.polynomial.Polynomial([0, np.pi])
    for _ in range(order):
        p = p.deriv() * np.polynomial.Polynomial([-np.pi, 0, -np.pi])
    return p(c)


def _xlogy(x: Any, y: Any) -> Any:
    is_zero = np.equal(x, 0)
    return np.where(is_zero & (y == y), 0, x * np.log(y + is_zero * np.equal(y, 0)))


# fmt: off
polygamma: Primitive = elementwise(_polygamma, lambda g, y, x, order=0: g * polygamma(x, order=order + 1))
digamma   = elementwise(lambda x: _polygamma(x), lambda g, y, x: g * polygamma(x, order=1), name="digamma")
lgamma    = elementwise(_lgamma,    lambda g, y, x: g * digamma(x),                 scalar=_lgamma_scalar)
# At x = y = 0 the value is 0, and both slopes are taken as 0: there y is taken as 1.
xlogy     = elementwise(_xlogy,     lambda g, y, a, b: g * np.log(b + (a == 0) * (b == 0)),
                                    lambda g, y, a, b: g * a / (b + (a == 0) * (b == 0)))
# fmt: on
