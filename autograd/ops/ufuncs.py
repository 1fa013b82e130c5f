"""NumPy's elementwise functions that take more than a line: families of derivatives, several results, options."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.ops.elementwise import gate, power, remainder
from autograd.ops.nondifferentiable import floor_divide
from autograd.primitives import Primitive, composed, elementwise


def _ldexp(x: Any, exponent: Any) -> Any:
    """x 2**exponent. A Python integer arrives as a float, since it took the dtype of x."""
    whole = np.asarray(exponent).astype(int)
    if not np.array_equal(whole, exponent):
        raise TypeError("the exponents of 2 must be integers")
    return np.ldexp(x, whole)


def _sinc_slope(x: Any, order: int = 1) -> Any:
    """The derivative of `np.sinc` of any order.

    sinc(x) is the mean of cos(u t) over t in [0, 1], where u = pi x; its n-th derivative by u is the mean of
    t**n cos(u t + n pi / 2). By parts that is (sin(u + n pi / 2) - n times the one before) / u; near 0, a power series.
    """
    u = np.pi * x
    is_near = np.abs(u) <= order + 1
    away = np.where(is_near, np.ones_like(u), u)
    sine, cosine = np.sin(away), np.cos(away)
    far = sine / away
    for n in range(1, order + 1):
        far = ((sine, cosine, -sine, -cosine)[n % 4] - n * far) / away
    near, power = np.zeros_like(u), np.where(is_near, np.ones_like(u), 0)
    for k in range(30 + 3 * order):
        near = near + (1, 0, -1, 0)[(order + k) % 4] * power / (order + k + 1)
        power = power * u / (k + 1)
    return math.pi**order * np.where(is_near, near, far)


def _i0_slope(x: Any, order: int = 1) -> Any:
    """The derivative of `np.i0` of any order: the mean of cos(t)**order exp(x cos(t)) over the circle.

    Of a periodic function the midpoint rule is exact to rounding (64 points of a quarter, up to where i0 overflows),
    and all terms have one sign.
    """
    cosines = np.cos((np.arange(64) + 0.5) * (np.pi / 128)).tolist()
    grow = np.sinh if order % 2 else np.cosh
    total = np.zeros_like(x)
    for c in cosines:
        total = total + c**order * grow(x * c)
    return total / len(cosines)


def _fraction(x: Any) -> Any:
    return np.modf(x)[0]


def _nan_to_num(x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    return np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


# fmt: off
ldexp: Primitive = elementwise(np.ldexp,  lambda g, y, x, exponent: ldexp(g, exponent), None, forward=_ldexp)
sinc_slope: Primitive = elementwise(_sinc_slope, lambda g, y, x, order=1: g * sinc_slope(x, order=order + 1))
sinc        = elementwise(np.sinc,        lambda g, y, x: g * sinc_slope(x))
i0_slope: Primitive = elementwise(_i0_slope, lambda g, y, x, order=1: g * i0_slope(x, order=order + 1))
i0          = elementwise(np.i0,          lambda g, y, x: g * i0_slope(x))
fraction    = elementwise(_fraction,      lambda g, y, x: g)
# What is replaced takes no gradient, and a nan or inf before it sends none on.
nan_to_num  = elementwise(np.nan_to_num,  lambda g, y, x, **keywords: gate(g, np.isfinite(x)), forward=_nan_to_num,
                                                                                            masks=True)
# fmt: on


@composed(np.float_power)
def float_power(x1: Any, x2: Any) -> Any:
    """`np.power` in float64 at least."""
    return power(np.multiply(x1, np.float64(1)), np.multiply(x2, np.float64(1)))


@composed(np.divmod)
def divmod_(x1: Any, x2: Any) -> tuple[Any, Any]:
    """Floored quotient, which takes no gradient, and remainder."""
    return floor_divide(x1, x2), remainder(x1, x2)


@composed(np.modf)
def modf(x: Any) -> tuple[Any, Any]:
    """Fractional part, and the whole part, which takes no gradient; both with the sign of x."""
    return fraction(x), np.trunc(x)
