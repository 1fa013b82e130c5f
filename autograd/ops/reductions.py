"""Operations that fold axes away: g and y have the shape of the result, x that of the argument."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.broadcasting import kept_shape, reduced_size
from autograd.ops.elementwise import gate
from autograd.ops.nondifferentiable import tie_share
from autograd.ops.shaping import stack
from autograd.primitives import linear, primitive

_FLOAT16 = np.dtype(np.float16)


def _sum(x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    return np.add.reduce(x, axis=axis, keepdims=keepdims)


def _spread(g: Any, x: Any, axis: Any) -> Any:
    """The transpose of `sum`: g repeated along the axes that it lacks of x."""
    kept = g.reshape(kept_shape(x.shape, axis)) if g.ndim else g
    if type(x) is np.ndarray:  # the fastest way: on small arrays a tenth of what np.broadcast_to costs
        y = np.empty(x.shape, x.dtype)
        if g.ndim:
            y[...] = kept
        else:
            y.fill(kept)
        return y
    return np.zeros_like(x) + kept


def _mean(x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    if x.dtype is _FLOAT16:  # in float16 the sum may overflow; NumPy's own mean adds up in float32
        return np.mean(x, axis=axis, keepdims=keepdims)
    total = np.add.reduce(x, axis=axis, keepdims=keepdims)
    return total / (x.size if axis is None else reduced_size(x.shape, axis))


def _var(x: Any, axis: Any = None, ddof: float = 0, keepdims: Any = False) -> Any:
    return np.var(x, axis=axis, ddof=ddof, keepdims=keepdims)


def _var_rule(g: Any, y: Any, x: Any, axis: Any = None, ddof: float = 0, keepdims: Any = False) -> Any:
    doubled = 2 * g / (reduced_size(x.shape, axis) - ddof)
    return doubled.reshape(kept_shape(x.shape, axis)) * (x - mean(x, axis=axis, keepdims=True))


def _max(x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    return np.maximum.reduce(x, axis=axis, keepdims=keepdims)


def _min(x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    return np.minimum.reduce(x, axis=axis, keepdims=keepdims)


def _extreme_rule(g: Any, y: Any, x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    share = tie_share(x, y, axis=axis)
    return gate(g.reshape(kept_shape(x.shape, axis)), share > 0) * share


def _prod(x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    return np.multiply.reduce(x, axis=axis, keepdims=keepdims)


def _prod_rule(g: Any, y: Any, x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    """Each element's factor is the product of the others, never y / x, so zeros are exact."""
    axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    folded = [one % x.ndim for one in axes]
    order = [one for one in range(x.ndim) if one not in folded] + folded
    back = sorted(range(x.ndim), key=order.__getitem__)
    rows = x.transpose(order)
    shape = rows.shape
    factors = product_of_others(rows.reshape((*shape[: x.ndim - len(folded)], reduced_size(x.shape, axis))))
    return g.reshape(kept_shape(x.shape, axis)) * factors.reshape(shape).transpose(back)


def product_of_others(x: Any) -> Any:
    """Along the last axis, the product of all elements but this one, by halving: n multiplications, not n * n."""
    n = x.shape[-1]
    if n < 2:
        return np.ones_like(x)
    even, odd = x[..., 0 : n - 1 : 2], x[..., 1::2]
    pairs = even * odd
    if n % 2:
        last = x[..., n - 1 :]
        outside = product_of_others(np.concatenate((pairs, last), axis=-1))
        pairs, rest = outside[..., :-1], outside[..., -1:]
    else:
        pairs, rest = product_of_others(pairs), x[..., n:]
    both = stack(pairs * odd, pairs * even, axis=-1).reshape((*x.shape[:-1], n - n % 2))
    return np.concatenate((both, rest), axis=-1)


def _nanmax(x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    return np.fmax.reduce(x, axis=axis, keepdims=keepdims)


def _nanmin(x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    return np.fmin.reduce(x, axis=axis, keepdims=keepdims)


def _logsumexp(x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    if not x.size:
        return np.full(np.add.reduce(x, axis=axis, keepdims=keepdims).shape, -np.inf, x.dtype)
    top = np.maximum.reduce(x, axis=axis, keepdims=True)
    if np.isfinite(top).all():
        y = np.log(np.add.reduce(np.exp(x - top), axis=axis, keepdims=True)) + top
    else:
        with np.errstate(divide="ignore"):  # of -inf alone it is log 0, and that is -inf
            shift = np.where(np.isfinite(top), top, 0)
            y = np.log(np.add.reduce(np.exp(x - shift), axis=axis, keepdims=True)) + shift
    return y if keepdims else y.reshape(np.add.reduce(top, axis=axis).shape)


def _logsumexp_rule(g: Any, y: Any, x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    kept = kept_shape(x.shape, axis)
    share = np.exp(x - y.reshape(kept))
    return g.reshape(kept) * (share / np.add.reduce(share, axis=axis, keepdims=True))  # 1 in all, however y was rounded


# fmt: off
sum_      = linear(np.sum,      lambda g, y, x, axis=None, keepdims=False: _spread(g, x, axis),
                   forward=_sum, aliases=(np.add.reduce,), text="np.sum(x, axis=axis, keepdims=keepdims)")
mean      = linear(np.mean,     lambda g, y, x, axis=None, keepdims=False:
                                    _spread(g / reduced_size(x.shape, axis), x, axis), forward=_mean,
                   text="np.mean(x, axis=axis, keepdims=keepdims)")
var       = primitive(np.var,   _var_rule,       forward=_var)
max_      = primitive(np.max,   _extreme_rule,   forward=_max,  aliases=(np.maximum.reduce, np.amax))
min_      = primitive(np.min,   _extreme_rule,   forward=_min,  aliases=(np.minimum.reduce, np.amin))
prod      = primitive(np.prod,  _prod_rule,      forward=_prod, aliases=(np.multiply.reduce,),
                    takes_complex=True)
logsumexp = primitive(_logsumexp, _logsumexp_rule, aliases=(np.logaddexp.reduce,))
nanmax    = primitive(np.nanmax, _extreme_rule,  forward=_nanmax, aliases=(np.fmax.reduce,))
nanmin    = primitive(np.nanmin, _extreme_rule,  forward=_nanmin, aliases=(np.fmin.reduce,))
# fmt: on
