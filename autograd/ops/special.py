"""What networks add to NumPy: the error function, the leaky rectifier, and the losses and probabilities of classifiers.

The rules of the softmax family hold along one `axis`; g and y have the shape of x.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.ops.elementwise import softplus
from autograd.primitives import elementwise, primitive

# erf(x) / x as a polynomial in x**2 for |x| < 1, and exp(x**2) erfc(x) as one in (x - 3) / (x + 3) for 1 <= x <= 6
# (beyond, erf is 1 to double precision): Chebyshev interpolation at 13 and 17 nodes, computed with 50 digits.
# Together within 3e-16 of erf, relative.
_INNER = (
    1.1283791670955126, -0.3761263890318375, 0.11283791670954879, -0.026866170645076792, 0.0052239776248180145,
    -0.000854832698083379, 0.0001205533111164271, -1.4925595266831182e-05, 1.6461000484121368e-06,
    -1.6350312701054695e-07, 1.4659775274047436e-08, -1.1372848856791674e-09, 5.957176147748911e-11,
)  # fmt: skip
_OUTER = (
    0.17900115118138996, -0.3262335600430372, 0.24560380171233093, -0.15011593650077582, 0.07166583719797331,
    -0.024392499318790735, 0.004269136333077869, 0.0007077464435611972, -0.0005970619531815352, 4.525520140579536e-05,
    6.405657794051666e-05, -1.2859347351455289e-05, -7.977696579644072e-06, 2.1124428949403864e-06,
    1.2459620847174093e-06, -2.6915157592850126e-07, -2.0355575642200858e-07,
)  # fmt: skip

# x exp(x**2) erfc(x) as a polynomial in 1 / x**2 for x >= 6, from 14 nodes.
_FAR = (
    0.5641895835477563, -0.28209479177387814, 0.4231421876607876, -1.0578554691245303, 3.7024941286352577,
    -16.661219711804435, 91.63597933382782, -595.5404996187048, 4458.217532758852, -37370.35718838934,
    331857.20379543403, -2782002.159500786, 18057126.71197549, -62906188.56872246,
)  # fmt: skip


def _polynomial(u: Any, coefficients: tuple[float, ...]) -> Any:
    """Horner's scheme; coefficients of ascending powers."""
    y = u * coefficients[-1]
    for c in coefficients[-2:0:-1]:
        y += c
        y *= u
    return y + coefficients[0]


def _erf(x: Any) -> Any:
    a = np.minimum(np.abs(x), 6)
    z = a * a
    tail = 1 - np.exp(-z) * _polynomial((a - 3) / (a + 3), _OUTER)
    return np.copysign(np.where(a < 1, a * _polynomial(z, _INNER), tail), x)


def _erfc(x: Any) -> Any:
    """1 - erf(x), small results exact too: within 9e-16, relative, to where they underflow."""
    a = np.minimum(np.abs(x), 30)
    outer = np.where(
        a < 6,
        _polynomial((a - 3) / (a + 3), _OUTER),
        _polynomial(1 / np.maximum(a * a, 36), _FAR) / np.maximum(a, 6),
    )
    high = np.rint(a * 64) / 64  # so short that its square is exact, even in float32
    tail = np.exp(-high * high) * np.exp((high - a) * (high + a)) * outer
    return np.where(x < 1, np.where(x > -1, 1 - _erf(x), 2 - tail), tail)


def _logit(x: Any) -> Any:
    return np.log(x) - np.log1p(-x)


def _prelu(x: Any, slope: Any) -> Any:
    return np.where(x > 0, x, x * slope)


def _logistic_loss(x: Any, t: Any) -> Any:
    return softplus.forward(x) - x * t


def _logistic_loss_scalar(x: float, t: float) -> float:
    return (x if x > 0.0 else 0.0) - x * t + math.log1p(math.exp(-abs(x)))


def _softmax(x: Any, axis: int = -1) -> Any:
    y = np.exp(x - np.maximum.reduce(x, axis=axis, keepdims=True))
    y /= np.add.reduce(y, axis=axis, keepdims=True)
    return y


def _log_softmax(x: Any, axis: int = -1) -> Any:
    y = x - np.maximum.reduce(x, axis=axis, keepdims=True)
    y = y - np.log(np.add.reduce(np.exp(y), axis=axis, keepdims=True))
    return y


def _softmax_rule(g: Any, y: Any, x: Any, axis: int = -1) -> Any:
    return y * (g - np.add.reduce(g * y, axis=axis, keepdims=True))


def _log_softmax_rule(g: Any, y: Any, x: Any, axis: int = -1) -> Any:
    return g - np.exp(y) * np.add.reduce(g, axis=axis, keepdims=True)


# fmt: off
erf         = elementwise(_erf,       lambda g, y, x: g * (2 / math.sqrt(math.pi) * np.exp(-x * x)), scalar=math.erf)
erfc        = elementwise(_erfc,      lambda g, y, x: g * (-2 / math.sqrt(math.pi) * np.exp(-x * x)), scalar=math.erfc)
# The inverse of sigmoid: -inf at 0, inf at 1, nan beyond.
logit       = elementwise(_logit,     lambda g, y, x: g / (x * (1 - x)))
# prelu'(0) is the slope, as in PyTorch.
prelu       = elementwise(_prelu,     lambda g, y, x, slope: np.where(x > 0, g, g * slope),
                                      lambda g, y, x, slope: np.where(x > 0, 0, g * x))
# log(1 + e**x) - x t: minus the log-probability of a target t in [0, 1] at logit x. Where y is known, sigmoid(x) is
# exp(x - log(1 + e**x)) = exp(x - x t - y).
logistic_loss = elementwise(_logistic_loss,
                                      lambda g, y, x, t: g * (np.exp(x - x * t - y) - t),
                                      lambda g, y, x, t: -g * x,                      scalar=_logistic_loss_scalar,
                                                                                text="np.logaddexp(0, x) - x * t")
softmax     = primitive(_softmax,     _softmax_rule)
log_softmax = primitive(_log_softmax, _log_softmax_rule)
# fmt: on
