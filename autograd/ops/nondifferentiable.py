"""Operations whose result takes no gradient: comparisons, rounding, indices, counts.

Rounding is piecewise constant, so its derivative is zero almost everywhere. `np.sign` is the one such function that
passes a (zero) gradient on, since it stands in the rule of `abs`.
"""

from __future__ import annotations

from functools import partial
from typing import Any

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
of_complex_too(np.count_nonzero, forward=lambda x, axis=None, keepdims=False:
                  np.asarray(np.count_nonzero(x, axis=axis, keepdims=keepdims)))  # fmt: skip
of_complex_too(np.isclose, arity=2,
                  forward=lambda a, b, rtol=1e-5, atol=1e-8, equal_nan=False:
                  np.isclose(a, b, rtol, atol, equal_nan))  # fmt: skip
of_complex_too(np.allclose, arity=2,
                  forward=lambda a, b, rtol=1e-5, atol=1e-8, equal_nan=False:
                  np.bool(np.allclose(a, b, rtol, atol, equal_nan)))  # fmt: skip
of_complex_too(np.array_equal, arity=2, forward=lambda a, b, equal_nan=False:
                  np.bool(np.array_equal(a, b, equal_nan)))  # fmt: skip
round_ = of_complex_too(np.round, forward=lambda x, decimals=0: np.round(x, decimals), aliases=(np.around,))
of_complex_too(np.isreal, forward=lambda x: np.isreal(x))
of_complex_too(np.iscomplex, forward=lambda x: np.iscomplex(x))
for _of_integers in (np.left_shift, np.right_shift, np.gcd, np.lcm):
    nondifferentiable(_of_integers, arity=2)
nondifferentiable(np.bitwise_count)
of_complex_too(np.isin, arity=2, forward=lambda element, test_elements, assume_unique=False, invert=False:
                  np.isin(element, test_elements, assume_unique, invert))  # fmt: skip
of_complex_too(np.array_equiv, arity=2, forward=lambda a, b: np.bool(np.array_equiv(a, b)))
for _places in (np.nanargmax, np.nanargmin):
    nondifferentiable(_places, forward=lambda x, axis=None, keepdims=False, _places=_places:
                      _places(x, axis=axis, keepdims=keepdims))  # fmt: skip
zeros_like = of_complex_too(np.zeros_like, forward=lambda x, dtype=None, shape=None:
                               np.zeros_like(x, dtype, shape=shape), aliases=(np.empty_like,))  # fmt: skip
ones_like = of_complex_too(np.ones_like, forward=lambda x, dtype=None, shape=None:
                              np.ones_like(x, dtype, shape=shape))  # fmt: skip


def _tie_share(x: Any, y: Any, axis: Any) -> Any:
    """Where x attains its extreme y over `axis`: one over the number of times it does; elsewhere 0; in x's dtype."""
    hit = np.equal(x, y.reshape(kept_shape(x.shape, axis)))
    return np.divide(hit, np.add.reduce(hit, axis=axis, keepdims=True), dtype=x.dtype)


tie_share = nondifferentiable(_tie_share, arity=2)


# Facts about an array, given as Python values and as indices.
composed(np.shape, constant=True)(lambda a: a.shape)
composed(np.ndim, constant=True)(lambda a: a.ndim)
composed(np.size, constant=True)(lambda a, axis=None: reduced_size(a.shape, axis))
composed(np.result_type, constant=True)(lambda *arrays_and_dtypes: np.result_type(*map(_kind_of, arrays_and_dtypes)))
composed(np.can_cast, constant=True)(lambda from_, to, casting="safe": np.can_cast(_kind_of(from_), to, casting))
composed(np.common_type, constant=True)(lambda *arrays: np.common_type(*(np.empty(0, _kind_of(x)) for x in arrays)))
composed(np.diag_indices_from, constant=True)(lambda arr: np.diag_indices_from(np.broadcast_to(0, arr.shape)))
composed(np.tril_indices_from, constant=True)(lambda arr, k=0: np.tril_indices_from(np.broadcast_to(0, arr.shape), k))
composed(np.triu_indices_from, constant=True)(lambda arr, k=0: np.triu_indices_from(np.broadcast_to(0, arr.shape), k))


def _kind_of(x: Any) -> Any:
    """The dtype of an array; a number stays, since it takes that of others."""
    return x if isinstance(x, type) else getattr(x, "dtype", x)
