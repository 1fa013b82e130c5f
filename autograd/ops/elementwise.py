"""Operations on each element alone: what they compute and how they differentiate.

Read a line as calculus: g is the cotangent of the output y; a, b, x are the arguments; the result is the part of
the derivative that flows to one argument. Broadcasting is undone by the replay, not here.

A function with a complex derivative is declared `holomorphic`: of complex numbers too (`complexes.py`).

Values of 0-d float64 Tensors may arrive as Python floats where an op declares `scalar`: such rules use
operators and ufuncs only, and no `**` (Python makes a negative base complex where NumPy says nan).

Functions that take more than a line are in `ufuncs.py` (NumPy's) and `special.py` (others').
"""

from __future__ import annotations

import math
import operator
from functools import lru_cache
from typing import Any

import numpy as np

from autograd.ops.nondifferentiable import share, taken
from autograd.primitives import Primitive, elementwise, holomorphic, same


def _gate(g: Any, mask: Any) -> Any:
    """g where the mask is true and 0 elsewhere: what `g * mask` would be, were not inf * 0 nan.

    It is three times as fast as `np.where`, which serves where a nan shows.
    """
    y = g * mask
    flat = y if y.ndim == 1 else y.reshape(-1)
    square = flat.dot(flat)
    return y if square == square else np.where(mask, g, np.zeros_like(g))  # nan alone does not equal itself


def gate(g: Any, mask: Any) -> Any:
    """The op `gated`; on plain values without the way through its declaration, which is half of its cost on few."""
    if type(g) is float:
        return g if mask else 0.0
    return _gate(g, mask) if type(g) is np.ndarray is type(mask) else gated(g, mask)


def _relu(x: Any) -> Any:
    return np.maximum(x, 0)


def _relu_scalar(x: float) -> float:
    return 0.0 if x <= 0.0 else x  # so written that nan passes through


def _sigmoid(x: Any) -> Any:
    e = np.exp(-np.abs(x))  # never overflows, and keeps small results exact where 1 - 1/(1 + e) would not
    return np.where(np.greater_equal(x, 0), np.ones_like(e), e) / (1 + e)


def _sigmoid_scalar(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


def _softplus(x: Any) -> Any:
    # Few numbers as log(e**x + e**0): one call, but 20 ns an element, and it warns of nan, which does not equal itself.
    if not isinstance(x, np.ndarray):
        if x == x:
            return np.logaddexp(x, 0)
    elif 0 < x.size < 256:
        least = x.item(x.argmin())  # which is nan if there is one
        if least == least:
            return np.logaddexp(x, _zero(x.dtype))
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))  # the same: six calls, and 3 ns an element


@lru_cache
def _zero(dtype: np.dtype) -> np.ndarray:
    """A typed 0, which saves a ufunc the 250 ns that it takes to find the type of a Python number."""
    return np.zeros((), dtype)


def over(x: Any, r: Any) -> Any:
    """x / r; where r is 0, 0, and so is its derivative."""
    return x * (r != 0) / (r + (r == 0))


def root(x: Any) -> Any:
    """The square root, with slope 0 at 0: the subgradient of least norm where it serves as a distance."""
    zero = x == 0
    return np.sqrt(x + zero) * np.logical_not(zero)


def _bind_clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    low = a_min if min is None else min
    high = a_max if max is None else max
    dtype = a.dtype if hasattr(a, "dtype") else np.asarray(a).dtype
    limits: Any = np.iinfo(dtype) if dtype.kind in "iu" else None
    if low is None:
        low = limits.min if limits else -math.inf
    if high is None:
        high = limits.max if limits else math.inf
    return (a, low, high), {}


# fmt: off

# --- arithmetic ---
add         = holomorphic(np.add,         same, same,                                       scalar=operator.add)
subtract    = holomorphic(np.subtract,    same,
                                          lambda g, y, a, b: -g,                            scalar=operator.sub)
multiply    = holomorphic(np.multiply,    lambda g, y, a, b: g * b,
                                          lambda g, y, a, b: g * a,                         scalar=operator.mul)
divide      = holomorphic(np.divide,      lambda g, y, a, b: g / b,
                                          lambda g, y, a, b: -(g * y) / b,                  scalar=operator.truediv)
negative    = holomorphic(np.negative,    lambda g, y, x: -g,                               scalar=operator.neg)
positive    = holomorphic(np.positive,    lambda g, y, x: g,                                scalar=operator.pos)
deg2rad     = elementwise(np.deg2rad,     lambda g, y, x: g * (math.pi / 180),              scalar=math.radians,
                                                                                            aliases=(np.radians,))
rad2deg     = elementwise(np.rad2deg,     lambda g, y, x: g * (180 / math.pi),              scalar=math.degrees,
                                                                                            aliases=(np.degrees,))

# --- powers ---
# b a**(b - 1) is 0 at a = b = 0, where a**(b - 1) is infinite: there the exponent is taken as 0. (1.0, since b may be
# an unsigned integer.) a**b log(a) is taken as its limit 0 where a is 0 and b is not negative.
power       = holomorphic(np.power,       lambda g, y, a, b: g * b * np.power(a, b - 1.0 + (a == 0) * (b == 0)),
                                          lambda g, y, a, b: g * y * np.log(a + (a == 0) * (b.real >= 0)),
                                                                                            scalar=math.pow)
square      = holomorphic(np.square,      lambda g, y, x: g * (2 * x),                      scalar=lambda x: x * x)
sqrt        = holomorphic(np.sqrt,        lambda g, y, x: g / (2 * y),                      scalar=math.sqrt)
cbrt        = elementwise(np.cbrt,        lambda g, y, x: g / (3 * y * y))
reciprocal  = holomorphic(np.reciprocal,  lambda g, y, x: -g * y * y)
# As norm' is: 0 at (0, 0).
hypot       = elementwise(np.hypot,       lambda g, y, a, b: g * over(a, y),
                                          lambda g, y, a, b: g * over(b, y))

# --- exponentials and logarithms ---
exp         = holomorphic(np.exp,         lambda g, y, x: g * y,                            scalar=math.exp)
exp2        = holomorphic(np.exp2,        lambda g, y, x: g * y * math.log(2))
expm1       = holomorphic(np.expm1,       lambda g, y, x: g * (y + 1),                      scalar=math.expm1)
log         = holomorphic(np.log,         lambda g, y, x: g / x,                            scalar=math.log)
log2        = holomorphic(np.log2,        lambda g, y, x: g / (x * math.log(2)),            scalar=math.log2)
log10       = holomorphic(np.log10,       lambda g, y, x: g / (x * math.log(10)),           scalar=math.log10)
log1p       = holomorphic(np.log1p,       lambda g, y, x: g / (1 + x),                      scalar=math.log1p)
# Not exp(a - y): where a and b are large and near each other, y has few digits left for their difference.
# The ufunc itself computes it, which warns of nan, since a compiled program writes into buffers by ufuncs alone.
logaddexp   = elementwise(np.logaddexp,   lambda g, y, a, b: g * sigmoid(a - b),
                                          lambda g, y, a, b: g * sigmoid(b - a))
logaddexp2  = elementwise(np.logaddexp2,  lambda g, y, a, b: g * sigmoid((a - b) * math.log(2)),
                                          lambda g, y, a, b: g * sigmoid((b - a) * math.log(2)))

# --- trigonometric and hyperbolic ---
sin         = holomorphic(np.sin,         lambda g, y, x: g * np.cos(x),                    scalar=math.sin)
cos         = holomorphic(np.cos,         lambda g, y, x: -g * np.sin(x),                   scalar=math.cos)
tan         = holomorphic(np.tan,         lambda g, y, x: g * (1 + y * y),                  scalar=math.tan)
arcsin      = holomorphic(np.arcsin,      lambda g, y, x: g / np.sqrt(1 - x * x),           scalar=math.asin)
arccos      = holomorphic(np.arccos,      lambda g, y, x: -g / np.sqrt(1 - x * x),          scalar=math.acos)
arctan      = holomorphic(np.arctan,      lambda g, y, x: g / (1 + x * x),                  scalar=math.atan)
# 0 at (0, 0), around which every slope is found: as in PyTorch. Divided twice, since a**2 + b**2 may overflow.
arctan2     = elementwise(np.arctan2,     lambda g, y, a, b: g * over(over(b, np.hypot(a, b)), np.hypot(a, b)),
                                          lambda g, y, a, b: -g * over(over(a, np.hypot(a, b)), np.hypot(a, b)))
sinh        = holomorphic(np.sinh,        lambda g, y, x: g * np.cosh(x),                   scalar=math.sinh)
cosh        = holomorphic(np.cosh,        lambda g, y, x: g * np.sinh(x),                   scalar=math.cosh)
tanh        = holomorphic(np.tanh,        lambda g, y, x: g * (1 - y * y),                  scalar=math.tanh)
arcsinh     = holomorphic(np.arcsinh,     lambda g, y, x: g / np.sqrt(x * x + 1),           scalar=math.asinh)
arccosh     = holomorphic(np.arccosh,     lambda g, y, x: g / np.sqrt(x - 1) / np.sqrt(x + 1),  scalar=math.acosh)
arctanh     = holomorphic(np.arctanh,     lambda g, y, x: g / (1 - x * x),                  scalar=math.atanh)

# --- piecewise: at a kink the published choice (abs' = sign' = relu' = 0 there, ties share, clip keeps its ends) ---
absolute    = elementwise(np.absolute,    lambda g, y, x: g * np.sign(x),                   scalar=operator.abs)
fabs        = elementwise(np.fabs,        lambda g, y, x: g * np.sign(x),                   scalar=math.fabs)
gated: Primitive = holomorphic(_gate,         lambda h, y, g, mask: gate(h, mask), None,
                                                                                            text="np.where(mask, g, 0)")
sign        = elementwise(np.sign,        lambda g, y, x: gate(g, False))
maximum     = elementwise(np.maximum,     lambda g, y, a, b: gate(g, a >= b) * share(a, b),
                                          lambda g, y, a, b: gate(g, b >= a) * share(b, a))
minimum     = elementwise(np.minimum,     lambda g, y, a, b: gate(g, b >= a) * share(b, a),
                                          lambda g, y, a, b: gate(g, a >= b) * share(a, b))
fmax        = elementwise(np.fmax,        lambda g, y, a, b: gate(g, a == y) * taken(a, b, y),
                                          lambda g, y, a, b: gate(g, b == y) * taken(b, a, y), masks=True)
fmin        = elementwise(np.fmin,        lambda g, y, a, b: gate(g, a == y) * taken(a, b, y),
                                          lambda g, y, a, b: gate(g, b == y) * taken(b, a, y), masks=True)
# Of the second argument only the sign counts, so its slope is 0, as that of sign is; likewise the first of heaviside.
copysign    = elementwise(np.copysign,    lambda g, y, a, b: g * (np.sign(a) * np.sign(y)),
                                          lambda g, y, a, b: gate(g, False))
heaviside   = elementwise(np.heaviside,   lambda g, y, x, half: gate(g, False),
                                          lambda g, y, x, half: gate(g, x == 0))
clip        = elementwise(np.clip,        lambda g, y, x, low, high: gate(g, (x >= low) & (x <= high)),
                                          lambda g, y, x, low, high: gate(g, (x < low) & (low <= high)),
                                          lambda g, y, x, low, high: gate(g, (x > high) | (low > high)),
                                                                                            bind=_bind_clip, masks=True)
where       = holomorphic(np.where, None, lambda g, y, condition, a, b: np.where(condition, g, 0),
                                          lambda g, y, condition, a, b: np.where(condition, 0, g),
                                                                                            masks=True)

remainder   = elementwise(np.remainder,   lambda g, y, a, b: g,
                                          lambda g, y, a, b: -g * np.floor_divide(a, b))
fmod        = elementwise(np.fmod,        lambda g, y, a, b: g,
                                          lambda g, y, a, b: -g * np.rint((a - y) / b))  # whole up to rounding

# --- what networks add to NumPy ---
relu        = elementwise(_relu,          lambda g, y, x: gate(g, y > 0.0),                 scalar=_relu_scalar)
sigmoid: Primitive = elementwise(_sigmoid, lambda g, y, x: g * (y * (1 - y)),               scalar=_sigmoid_scalar,
                                                                                            text="1 / (1 + np.exp(-x))")
softplus    = elementwise(_softplus,      lambda g, y, x: g * np.exp(x - y),  # e**(x - y) is sigmoid(x), and x <= y
                                                                                            text="np.logaddexp(0, x)")
# fmt: on
