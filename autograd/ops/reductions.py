"""Operations that fold axes away, or run along one: g and y have the shape of the result, x that of the argument."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.broadcasting import kept_shape, reduced_size
from autograd.errors import ShapeError, UnsupportedError
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
    factors = _product_of_others(rows.reshape((*shape[: x.ndim - len(folded)], reduced_size(x.shape, axis))))
    return g.reshape(kept_shape(x.shape, axis)) * factors.reshape(shape).transpose(back)


def _product_of_others(x: Any) -> Any:
    """Along the last axis, the product of all elements but this one, by halving: n multiplications, not n * n."""
    n = x.shape[-1]
    if n < 2:
        return np.ones_like(x)
    even, odd = x[..., 0 : n - 1 : 2], x[..., 1::2]
    pairs = even * odd
    if n % 2:
        last = x[..., n - 1 :]
        outside = _product_of_others(np.concatenate((pairs, last), axis=-1))
        pairs, rest = outside[..., :-1], outside[..., -1:]
    else:
        pairs, rest = _product_of_others(pairs), x[..., n:]
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
prod      = primitive(np.prod,  _prod_rule,      forward=_prod, aliases=(np.multiply.reduce,))
logsumexp = primitive(_logsumexp, _logsumexp_rule, aliases=(np.logaddexp.reduce,))
nanmax    = primitive(np.nanmax, _extreme_rule,  forward=_nanmax, aliases=(np.fmax.reduce,))
nanmin    = primitive(np.nanmin, _extreme_rule,  forward=_nanmin, aliases=(np.fmin.reduce,))
quantile  = primitive(np.quantile, _quantile_rule, forward=_quantile, arity=1)
median    = primitive(np.median, lambda g, y, x, axis=None, keepdims=False: _quantile_rule(g, y, x, 0.5, axis),
                      forward=_median)

# --- running along an axis ---
cumsum: Primitive     = linear(np.cumsum,    _cumsum_rule,  forward=_cumsum)
cumprod               = primitive(np.cumprod, _cumprod_rule, forward=_cumprod)
recurrence: Primitive = primitive(_recurrence, lambda g, y, b, x: _from_behind(g, x), _recurrence_rule_x)
# fmt: on


@composed(np.std)
def std(a: Any, axis: Any = None, *, ddof: float = 0, keepdims: Any = False) -> Any:
    """Standard deviation: the square root of `np.var`."""
    return np.sqrt(var(a, axis=axis, ddof=ddof, keepdims=keepdims))


@composed(np.add.accumulate)
def add_accumulate(array: Any, axis: int = 0) -> Any:
    """`np.cumsum`, along the first axis unless told otherwise."""
    return cumsum(array, axis=axis)


@composed(np.multiply.accumulate)
def multiply_accumulate(array: Any, axis: int = 0) -> Any:
    """`np.cumprod`, along the first axis unless told otherwise."""
    return cumprod(array, axis=axis)


@composed(np.ptp)
def ptp(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """Largest minus smallest element."""
    return max_(a, axis=axis, keepdims=keepdims) - min_(a, axis=axis, keepdims=keepdims)


@composed(np.percentile)
def percentile(a: Any, q: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """`np.quantile` of q in percent."""
    return quantile(a, q=np.true_divide(q, 100), axis=axis, keepdims=keepdims)


@composed(np.average)
def average(a: Any, axis: Any = None, weights: Any = None, returned: Any = False, *, keepdims: Any = False) -> Any:
    """Weighted mean; gradients flow to the weights too."""
    a = a if hasattr(a, "shape") else np.asarray(a)
    if weights is None:
        weights = np.ones(a.shape, a.dtype)
    elif not hasattr(weights, "shape"):
        weights = np.asarray(weights)
    if weights.shape != a.shape:  # weights along some axes: the others are given length one
        if axis is None:
            raise ShapeError(f"average: weights of shape {weights.shape} for shape {a.shape} need axis=")
        axes = [one % a.ndim for one in (axis if isinstance(axis, tuple) else (axis,))]
        if weights.shape != tuple(a.shape[one] for one in axes):
            raise ShapeError(f"average: weights of shape {weights.shape} do not fit axis={axis} of shape {a.shape}")
        ordered = weights.transpose(sorted(range(len(axes)), key=axes.__getitem__))
        weights = ordered.reshape(tuple(n if one in axes else 1 for one, n in enumerate(a.shape)))
    total = np.sum(weights * np.ones(a.shape, a.dtype), axis=axis, keepdims=keepdims)
    y = np.sum(a * weights, axis=axis, keepdims=keepdims) / total
    return (y, total) if returned else y


# --- where a nan counts as absent, and takes no gradient ---


def _filled(a: Any, value: float) -> Any:
    return np.where(np.isnan(a), value, a)


def _numbers(a: Any, axis: Any, keepdims: Any = False) -> Any:
    """How many elements are not nan, in the dtype of a."""
    return np.sum(np.logical_not(np.isnan(a)).astype(a.dtype), axis=axis, keepdims=keepdims)


@composed(np.nansum)
def nansum(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """Sum of what is not nan."""
    return sum_(_filled(a, 0), axis=axis, keepdims=keepdims)


@composed(np.nanprod)
def nanprod(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """Product of what is not nan."""
    return prod(_filled(a, 1), axis=axis, keepdims=keepdims)


@composed(np.nancumsum)
def nancumsum(a: Any, axis: Any = None) -> Any:
    """Running sum of what is not nan."""
    return cumsum(_filled(a, 0), axis=axis)


@composed(np.nancumprod)
def nancumprod(a: Any, axis: Any = None) -> Any:
    """Running product of what is not nan."""
    return cumprod(_filled(a, 1), axis=axis)


@composed(np.nanmean)
def nanmean(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """Mean of what is not nan."""
    return nansum(a, axis, keepdims=keepdims) / _numbers(a, axis, keepdims)


@composed(np.nanvar)
def nanvar(a: Any, axis: Any = None, *, ddof: float = 0, keepdims: Any = False) -> Any:
    """Variance of what is not nan, n of them, dividing by n - ddof; nan where that is not positive."""
    deviation = _filled(a - nanmean(a, axis, keepdims=True), 0)
    freedom = _numbers(a, axis, keepdims) - ddof
    return sum_(deviation * deviation, axis=axis, keepdims=keepdims) / np.where(freedom > 0, freedom, math.nan)


@composed(np.nanstd)
def nanstd(a: Any, axis: Any = None, *, ddof: float = 0, keepdims: Any = False) -> Any:
    """Standard deviation of what is not nan."""
    return np.sqrt(nanvar(a, axis, ddof=ddof, keepdims=keepdims))


# --- differences and integrals along an axis ---


def _along(axis: int, ndim: int, part: slice) -> tuple[slice, ...]:
    """The index that takes a part of one axis."""
    return (*(slice(None),) * (axis % ndim), part)


@composed(np.diff)
def diff(a: Any, n: int = 1, axis: int = -1) -> Any:
    """Differences of neighbours, n times over."""
    if n < 0:
        raise ValueError(f"diff: the order n = {n} is negative")
    for _ in range(n):
        a = a[_along(axis, a.ndim, slice(1, None))] - a[_along(axis, a.ndim, slice(None, -1))]
    return a


@composed(np.ediff1d)
def ediff1d(ary: Any) -> Any:
    """Differences of neighbours, all elements in one axis."""
    return diff(ary.reshape(-1))


@composed(np.trapezoid)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """Integral of y by the trapezoidal rule, at points x or dx apart; gradients flow to the points too."""
    y = y if hasattr(y, "shape") else np.asarray(y)
    if x is not None:
        x = x if hasattr(x, "shape") else np.asarray(x)
        dx = np.diff(x, axis=-1 if x.ndim == 1 else axis)
        if x.ndim == 1:
            dx = dx.reshape((-1, *(1,) * (y.ndim - 1 - axis % y.ndim)))
    pairs = y[_along(axis, y.ndim, slice(1, None))] + y[_along(axis, y.ndim, slice(None, -1))]
    return np.sum(dx * pairs / 2, axis=axis)


@composed(np.gradient)
def gradient(f: Any, *spacing: Any, axis: Any = None) -> Any:
    """Slopes along each axis, by central differences of points evenly spaced, by one-sided ones at the ends.

    `spacing` is one number for all axes, or one for each; the result is one array, or a tuple of one for each axis.
    """
    axes = range(f.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    steps = spacing if len(spacing) == len(axes) else (spacing or (1.0,)) * len(axes)
    if len(steps) != len(axes) or any(np.ndim(step) for step in steps):
        raise UnsupportedError("gradient: the spacing must be one number, or one for each axis; points have no rule")
    slopes = []
    for one, step in zip(axes, steps, strict=True):
        if f.shape[one] < 2:
            raise ShapeError(f"gradient: axis {one} of shape {f.shape} has fewer than two elements")
        ends = diff(f, axis=one)
        first, last = ends[_along(one, f.ndim, slice(None, 1))], ends[_along(one, f.ndim, slice(-1, None))]
        inner = (f[_along(one, f.ndim, slice(2, None))] - f[_along(one, f.ndim, slice(None, -2))]) / 2
        slopes.append(np.concatenate((first, inner, last), axis=one) / step)
    return slopes[0] if len(slopes) == 1 else tuple(slopes)
