"""Quantiles by each of NumPy's methods, medians too: weighted means of two elements that are neighbours in order."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.broadcasting import axes_of, kept_shape, reduced_size
from autograd.ops.elementwise import gate
from autograd.primitives import composed, nondifferentiable, primitive


def _quantile_share(x: Any, q: Any, axis: Any, method: str = "linear", skip_nan: bool = False) -> Any:
    """The weight of each element of x in its quantiles over `axis`, of shape q.shape + x.shape; ties share evenly.

    Every method takes a place among the n sorted elements, from 0, and between two of them a weighted mean. The
    quantile of 0, 1, 2 ... is that place. A nan has no weight, nor has any element in the nan that it makes.
    """
    kept = kept_shape(x.shape, axis)
    folded = axes_of(axis, x.ndim)
    rest = [one for one in range(x.ndim) if one not in folded]
    rows = x.transpose(rest + folded).reshape((*(x.shape[one] for one in rest), reduced_size(x.shape, axis)))
    rows = np.sort(rows, axis=-1)  # nan last
    missing = np.isnan(rows).sum(-1)
    numbers = rows.shape[-1] - missing if skip_nan else np.where(missing, 0, rows.shape[-1])
    shares = np.zeros((q.size, *x.shape), x.dtype)
    for i, one in enumerate(q.flat):
        place = np.zeros(numbers.shape, x.dtype)
        for n in np.unique(numbers[numbers > 0]):
            place[numbers == n] = np.quantile(np.arange(n, dtype=x.dtype), one, method=method)  # type: ignore[call-overload]
        low = np.floor(place).astype(int)
        upper = place - low
        for end, weight in ((low, 1 - upper), (low + (upper > 0), upper)):
            hit = np.equal(x, np.take_along_axis(rows, end[..., None], -1).reshape(kept)) & (numbers > 0).reshape(kept)
            ties = np.add.reduce(hit, axis=axis, keepdims=True)
            shares[i] += np.divide(hit, np.maximum(ties, 1), dtype=x.dtype) * weight.reshape(kept)
    return shares.reshape(q.shape + x.shape)


quantile_share = nondifferentiable(_quantile_share)


def _quantile(x: Any, q: Any, axis: Any = None, keepdims: Any = False, method: Any = "linear") -> Any:
    q = np.asarray(q, x.dtype if x.dtype.kind == "f" else None)
    return np.quantile(x, q, axis=axis, method=method, keepdims=keepdims)


def _nanquantile(x: Any, q: Any, axis: Any = None, keepdims: Any = False, method: Any = "linear") -> Any:
    q = np.asarray(q, x.dtype if x.dtype.kind == "f" else None)
    return np.nanquantile(x, q, axis=axis, method=method, keepdims=keepdims)


def _median(x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    return np.median(x, axis=axis, keepdims=keepdims)


def _nanmedian(x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    return np.nanmedian(x, axis=axis, keepdims=keepdims)


def _quantile_rule(
    g: Any, y: Any, x: Any, q: Any = 0.5, axis: Any = None, keepdims: Any = False, method: str = "linear",
    skip_nan: bool = False,
) -> Any:  # fmt: skip
    """To the two neighbours of each quantile, by their weights in it."""
    q = np.asarray(q, x.dtype)
    share = quantile_share(x, q=q, axis=axis, method=method, skip_nan=skip_nan)
    parts = gate(g.reshape(q.shape + kept_shape(x.shape, axis)), share > 0) * share
    return np.add.reduce(parts, axis=tuple(range(q.ndim)))


def _nanquantile_rule(g: Any, y: Any, x: Any, **keywords: Any) -> Any:
    return _quantile_rule(g, y, x, skip_nan=True, **keywords)


# fmt: off
quantile  = primitive(np.quantile, _quantile_rule, forward=_quantile, arity=1)
median    = primitive(np.median, _quantile_rule, forward=_median)
nanquantile = primitive(np.nanquantile, _nanquantile_rule, forward=_nanquantile, arity=1)
nanmedian = primitive(np.nanmedian, _nanquantile_rule, forward=_nanmedian)
# fmt: on


@composed(np.percentile)
def percentile(a: Any, q: Any, axis: Any = None, *, method: str = "linear", keepdims: Any = False) -> Any:
    """`np.quantile` of q in percent."""
    return quantile(a, q=np.true_divide(q, 100), axis=axis, method=method, keepdims=keepdims)


@composed(np.nanpercentile)
def nanpercentile(a: Any, q: Any, axis: Any = None, *, method: str = "linear", keepdims: Any = False) -> Any:
    """`np.nanquantile` of q in percent."""
    return nanquantile(a, q=np.true_divide(q, 100), axis=axis, method=method, keepdims=keepdims)
