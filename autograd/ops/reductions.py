"""Operations that fold axes away, or run along one: g and y have the shape of the result, x that of the argument."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.broadcasting import kept_shape, reduced_size
from autograd.ops.elementwise import gate
from autograd.ops.nondifferentiable import quantile_share, tie_share
from autograd.ops.shaping import stack
from autograd.primitives import Primitive, composed, linear, primitive

_FLOAT16 = np.dtype(np.float16)


def _sum(x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    return np.add.reduce(x, axis=axis, keepdims=keepdims)


def _spread(g: Any, x: Any, axis: Any) -> Any:
    """The transpose of `sum`: g repeated along the axes that it lacks of x."""
    kept = g.reshape(kept_shape(x.shape, axis)) if g.ndim else g
    if type(x) is np.ndarray:  # the fastest way: on small arrays a tenth of what np.broadcast_to costs
        y = np.empty(x.shape, x.dtype)
        y[...] = kept
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


def _flipped(x: Any, axis: int) -> Any:
    return x[(slice(None),) * (axis % x.ndim) + (slice(None, None, -1),)]


def _cumsum(x: Any, axis: Any = None) -> Any:
    return x.cumsum(axis)


def _cumsum_rule(g: Any, y: Any, x: Any, axis: Any = None) -> Any:
    """Each element is in every later sum: the sums from behind."""
    one = axis or 0
    return _flipped(cumsum(_flipped(g, one), axis=one), one).reshape(x.shape)


def _recurrence(b: Any, x: Any) -> Any:
    """y[i] = b[i] + x[i] y[i - 1] along the last axis, y[-1] being 0."""
    y = b.copy()
    for i in range(1, y.shape[-1]):
        y[..., i] += x[..., i] * y[..., i - 1]
    return y


def _from_behind(g: Any, x: Any) -> Any:
    """t[i] = g[i] + x[i + 1] t[i + 1] along the last axis: the transpose of `recurrence`, and one itself."""
    return recurrence(g[..., ::-1], np.concatenate((x[..., :1], x[..., :0:-1]), axis=-1))[..., ::-1]


def _recurrence_rule_x(g: Any, y: Any, b: Any, x: Any) -> Any:
    before = np.concatenate((np.zeros_like(y[..., :1]), y[..., :-1]), axis=-1)
    return _from_behind(g, x) * before


def _cumprod(x: Any, axis: Any = None) -> Any:
    return x.cumprod(axis)


def _cumprod_rule(g: Any, y: Any, x: Any, axis: Any = None) -> Any:
    """y[i] = x[i] y[i - 1], replayed from behind; never y / x, so zeros are exact."""
    one = -1 if axis is None else axis
    rows = x.reshape(y.shape).swapaxes(one, -1)
    g, y = g.swapaxes(one, -1), y.swapaxes(one, -1)
    before = np.concatenate((np.ones_like(y[..., :1]), y[..., :-1]), axis=-1)
    return (_from_behind(g, rows) * before).swapaxes(one, -1).reshape(x.shape)


def _nanmax(x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    return np.fmax.reduce(x, axis=axis, keepdims=keepdims)


def _nanmin(x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    return np.fmin.reduce(x, axis=axis, keepdims=keepdims)


def _quantile(x: Any, q: Any, axis: Any = None, keepdims: Any = False) -> Any:
    return np.quantile(x, np.asarray(q, x.dtype if x.dtype.kind == "f" else None), axis=axis, keepdims=keepdims)


def _median(x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    return np.median(x, axis=axis, keepdims=keepdims)


def _quantile_rule(g: Any, y: Any, x: Any, q: Any, axis: Any = None, keepdims: Any = False) -> Any:
    """To the two neighbours of each quantile, by their weights in it."""
    q = np.asarray(q, x.dtype)
    share = quantile_share(x, q=q, axis=axis)
    parts = gate(g.reshape(q.shape + kept_shape(x.shape, axis)), share > 0) * share
    return np.add.reduce(parts, axis=tuple(range(q.ndim)))


def _logsumexp(x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    top = np.maximum.reduce(x, axis=axis, keepdims=True)
    shift = np.where(np.isfinite(top), top, 0) if not np.isfinite(top).all() else top
    y = np.log(np.add.reduce(np.exp(x - shift), axis=axis, keepdims=True)) + shift
    return y if keepdims else y.reshape(np.add.reduce(shift, axis=axis).shape)


def _logsumexp_rule(g: Any, y: Any, x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    kept = kept_shape(x.shape, axis)
    return g.reshape(kept) * np.exp(x - y.reshape(kept))


# fmt: off
sum_      = linear(np.sum,      lambda g, y, x, axis=None, keepdims=False: _spread(g, x, axis),
                   forward=_sum, aliases=(np.add.reduce,))
mean      = linear(np.mean,     lambda g, y, x, axis=None, keepdims=False:
                                    _spread(g / reduced_size(x.shape, axis), x, axis), forward=_mean)
var       = primitive(np.var,   _var_rule,       forward=_var)
max_      = primitive(np.max,   _extreme_rule,   forward=_max,  aliases=(np.maximum.reduce, np.amax))
min_      = primitive(np.min,   _extreme_rule,   forward=_min,  aliases=(np.minimum.reduce, np.amin))
prod      = primitive(np.prod,  _prod_rule,      forward=_prod, aliases=(np.multiply.reduce,),
                    takes_complex=True)
logsumexp = primitive(_logsumexp, _logsumexp_rule, aliases=(np.logaddexp.reduce,))
nanmax    = primitive(np.nanmax, _extreme_rule,  forward=_nanmax, aliases=(np.fmax.reduce,))
nanmin    = primitive(np.nanmin, _extreme_rule,  forward=_nanmin, aliases=(np.fmin.reduce,))
quantile  = primitive(np.quantile, _quantile_rule, forward=_quantile, arity=1)
median    = primitive(np.median, lambda g, y, x, axis=None, keepdims=False: _quantile_rule(g, y, x, 0.5, axis),
                      forward=_median)

# --- running along an axis ---
cumsum: Primitive     = linear(np.cumsum,    _cumsum_rule,  forward=_cumsum)
cumprod               = primitive(np.cumprod, _cumprod_rule, forward=_cumprod, takes_complex=True)
recurrence: Primitive = primitive(_recurrence, lambda g, y, b, x: _from_behind(g, x), _recurrence_rule_x,
                                  takes_complex=True)
# fmt: on


@composed(np.std)
def std(a: Any, axis: Any = None, *, ddof: float = 0, keepdims: Any = False) -> Any:
    """Standard deviation: the square root of `np.var`; of equal elements its slope is 0, as the norm's is at 0."""
    y = var(a, axis=axis, ddof=ddof, keepdims=keepdims)
    return np.sqrt(y + (y == 0)) * (y != 0)


@composed(np.add.accumulate)
def add_accumulate(array: Any, axis: int = 0) -> Any:
    """`np.cumsum`, along the first axis unless told otherwise."""
    return cumsum(array, axis=axis)


@composed(np.multiply.accumulate)
def multiply_accumulate(array: Any, axis: int = 0) -> Any:
    """`np.cumprod`, along the first axis unless told otherwise."""
    return cumprod(array, axis=axis)
