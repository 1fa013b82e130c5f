"""Operations whose result takes no gradient: comparisons, rounding, indices, counts.

Rounding is piecewise constant, so its derivative is zero almost everywhere. `np.sign` is the one such function that
passes a (zero) gradient on, since it stands in the rule of `abs`.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import numpy as np

from autograd.broadcasting import kept_shape, reduced_size
from autograd.primitives import composed, nondifferentiable


def _share(a: Any, b: Any) -> Any:
    """1 where a > b, 1/2 where they tie, 0 where a < b, in their common dtype: what goes to a of a gradient."""
    return np.where(a == b, np.asarray(0.5, np.result_type(a, b)), a > b)


def _taken(a: Any, b: Any, y: Any) -> Any:
    """1 where y, one of the two, is a, 1/2 where it is both, 0 where it is b or a nan, in the dtype of y."""
    return np.where(a == b, np.asarray(0.5, y.dtype), a == y)


of_complex_too = partial(nondifferentiable, takes_complex=True)

share = nondifferentiable(_share, arity=2)
taken = nondifferentiable(_taken, arity=3)
floor_divide = nondifferentiable(np.floor_divide, arity=2)

for _comparison in (np.less, np.less_equal, np.greater, np.greater_equal,
                    np.bitwise_and, np.bitwise_or, np.bitwise_xor):  # fmt: skip
    nondifferentiable(_comparison, arity=2)
for _both in (np.equal, np.not_equal, np.logical_and, np.logical_or, np.logical_xor):
    of_complex_too(_both, arity=2)

invert = nondifferentiable(np.invert)

for _test in (np.isnan, np.isinf, np.isfinite, np.logical_not, np.rint):
    of_complex_too(_test)
for _rounding in (np.signbit, np.floor, np.ceil):
    nondifferentiable(_rounding)

nondifferentiable(np.trunc, aliases=(np.fix,))
nondifferentiable(np.isposinf, forward=lambda x: np.isposinf(x))
nondifferentiable(np.isneginf, forward=lambda x: np.isneginf(x))

argmax = nondifferentiable(
    np.argmax, forward=lambda x, axis=None, keepdims=False: np.argmax(x, axis=axis, keepdims=keepdims)
)
argmin = nondifferentiable(
    np.argmin, forward=lambda x, axis=None, keepdims=False: np.argmin(x, axis=axis, keepdims=keepdims)
)
argsort = nondifferentiable(np.argsort, forward=lambda x, axis=-1: np.argsort(x, axis=axis, kind="stable"))
all_ = of_complex_too(np.all, forward=lambda x, axis=None, keepdims=False: np.all(x, axis=axis, keepdims=keepdims))
any_ = of_complex_too(np.any, forward=lambda x, axis=None, keepdims=False: np.any(x, axis=axis, keepdims=keepdims))
of_complex_too(np.count_nonzero, forward=lambda x, axis=None: np.asarray(np.count_nonzero(x, axis=axis)))
of_complex_too(np.isclose, arity=2,
               forward=lambda a, b, rtol=1e-5, atol=1e-8: np.isclose(a, b, rtol=rtol, atol=atol))
of_complex_too(np.allclose, arity=2,
               forward=lambda a, b, rtol=1e-5, atol=1e-8: np.bool(np.allclose(a, b, rtol=rtol, atol=atol)))
of_complex_too(np.array_equal, arity=2, forward=lambda a, b: np.bool(np.array_equal(a, b)))
round_ = of_complex_too(np.round, forward=lambda x, decimals=0: np.round(x, decimals), aliases=(np.around,))
zeros_like = of_complex_too(np.zeros_like, forward=lambda x: np.zeros_like(x))
of_complex_too(np.ones_like, forward=lambda x: np.ones_like(x))


def _tie_share(x: Any, y: Any, axis: Any) -> Any:
    """Where x attains its extreme y over `axis`: one over the number of times it does; elsewhere 0; in x's dtype."""
    hit = np.equal(x, y.reshape(kept_shape(x.shape, axis)))
    return np.divide(hit, np.add.reduce(hit, axis=axis, keepdims=True), dtype=x.dtype)


def _quantile_share(x: Any, q: Any, axis: Any) -> Any:
    """The weight of each element of x in its quantiles over `axis`, of shape q.shape + x.shape; ties share evenly."""
    shares = np.zeros((q.size, *x.shape), x.dtype)
    ends: tuple[Literal["lower", "higher"], ...] = ("lower", "higher")
    for i, one in enumerate(q.flat):
        position = (reduced_size(x.shape, axis) - 1) * one  # among the sorted elements, from 0
        upper = position - np.floor(position)
        for end, weight in zip(ends, (1 - upper, upper), strict=True):
            y: Any = np.quantile(x, one, axis=axis, method=end)
            shares[i] += _tie_share(x, y, axis) * weight
    return shares.reshape(q.shape + x.shape)


tie_share = nondifferentiable(_tie_share, arity=2)
quantile_share = nondifferentiable(_quantile_share)


# Facts about an array, given as Python values.
composed(np.shape)(lambda a: a.shape)
composed(np.ndim)(lambda a: a.ndim)
composed(np.size)(lambda a, axis=None: a.size if axis is None else a.shape[axis])
