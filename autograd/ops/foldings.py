"""Reductions with all that NumPy's take: `dtype`, `initial` and `where`, and `mean` and `correction`.

Calls without those go to the primitives in `reductions.py`; here they are made of them. An element that `where` leaves
out takes no gradient.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.broadcasting import array_of
from autograd.errors import ShapeError, UnsupportedError
from autograd.ops.elementwise import root
from autograd.ops.nondifferentiable import all_, any_
from autograd.ops.reductions import (
    logsumexp,
    max_,
    mean,
    min_,
    nanmax,
    nanmin,
    prod,
    sum_,
    var,
)
from autograd.primitives import composed


def kept(a: Any, dtype: Any, where: Any, neutral: Any) -> Any:
    """The array in `dtype`, with what `where` leaves out replaced by a neutral value."""
    a = array_of(a)
    a = a if dtype is None else a.astype(dtype)
    if where is None or where is True:
        return a
    if np.broadcast_shapes(np.shape(where), a.shape) != a.shape:
        raise ShapeError(f"where= of shape {np.shape(where)} does not broadcast to shape {a.shape}")
    return np.where(where, a, np.asarray(neutral, a.dtype))


def refuse_out(out: Any) -> None:
    if out is not None:
        raise UnsupportedError("out= would overwrite a value that a graph may hold; rebind the name to the result")


def _lowest(dtype: Any) -> Any:
    return -math.inf if dtype.kind == "f" else np.iinfo(dtype).min if dtype.kind in "iu" else False


def _highest(dtype: Any) -> Any:
    return math.inf if dtype.kind == "f" else np.iinfo(dtype).max if dtype.kind in "iu" else True


# --- folding axes ---


@composed(np.sum, np.add.reduce)
def sum_in_full(
    a: Any, axis: Any = None, dtype: Any = None, out: None = None, keepdims: Any = False, initial: Any = None,
    where: Any = None,
) -> Any:  # fmt: skip
    """Sum over `axis`, beginning with `initial`."""
    refuse_out(out)
    y = sum_(kept(a, dtype, where, 0), axis=axis, keepdims=keepdims)
    return y if initial is None else y + initial


@composed(np.prod, np.multiply.reduce)
def prod_in_full(
    a: Any, axis: Any = None, dtype: Any = None, out: None = None, keepdims: Any = False, initial: Any = None,
    where: Any = None,
) -> Any:  # fmt: skip
    """Product over `axis`, beginning with `initial`."""
    refuse_out(out)
    y = prod(kept(a, dtype, where, 1), axis=axis, keepdims=keepdims)
    return y if initial is None else y * initial


def _extreme(functions: tuple[Any, ...], fold: Any, pair: Any, neutral: Any) -> None:
    @composed(*functions)
    def extreme(
        a: Any, axis: Any = None, out: None = None, keepdims: Any = False, initial: Any = None, where: Any = None,
        dtype: Any = None,
    ) -> Any:  # fmt: skip
        """The extreme element over `axis`, or `initial` if that is beyond; where they tie, they share the gradient."""
        refuse_out(out)
        if initial is None and where is not None and where is not True:
            raise UnsupportedError("where= needs initial=, which stands if no element is left")
        x = kept(a, dtype, where, neutral(array_of(a).dtype))
        if initial is None:
            return fold(x, axis=axis, keepdims=keepdims)
        if not x.size:
            return sum_(x, axis=axis, keepdims=keepdims) + initial
        return pair(fold(x, axis=axis, keepdims=keepdims), initial)


_extreme((np.max, np.amax, np.maximum.reduce), max_, np.maximum, _lowest)
_extreme((np.min, np.amin, np.minimum.reduce), min_, np.minimum, _highest)
_extreme((np.nanmax, np.fmax.reduce), nanmax, np.fmax, lambda dtype: math.nan)
_extreme((np.nanmin, np.fmin.reduce), nanmin, np.fmin, lambda dtype: math.nan)


@composed(np.logaddexp.reduce)
def logsumexp_in_full(
    array: Any, axis: Any = 0, dtype: Any = None, out: None = None, keepdims: Any = False, initial: Any = None,
    where: Any = None,
) -> Any:  # fmt: skip
    """Logarithm of the sum of exponentials over `axis`, beginning with `initial`."""
    refuse_out(out)
    x = kept(array, dtype, where, -math.inf)
    if not x.size:
        return sum_(x, axis=axis, keepdims=keepdims) + (-math.inf if initial is None else initial)
    y = logsumexp(x, axis=axis, keepdims=keepdims)
    return y if initial is None else np.logaddexp(y, initial)


@composed(np.mean)
def mean_in_full(
    a: Any, axis: Any = None, dtype: Any = None, out: None = None, keepdims: Any = False, *, where: Any = None
) -> Any:
    """Arithmetic mean over `axis`."""
    refuse_out(out)
    x = kept(a, dtype, where, 0)
    if where is None or where is True:
        return mean(x, axis=axis, keepdims=keepdims)
    return sum_(x, axis=axis, keepdims=keepdims) / _count(x, where, axis, keepdims)


def _count(x: Any, where: Any, axis: Any, keepdims: Any) -> Any:
    """How many elements of x `where` keeps, in the dtype of x."""
    return sum_(np.where(where, np.ones(x.shape, x.dtype), np.zeros(1, x.dtype)), axis=axis, keepdims=keepdims)


@composed(np.var)
def var_in_full(
    a: Any, axis: Any = None, dtype: Any = None, out: None = None, ddof: float = 0, keepdims: Any = False, *,
    where: Any = None, mean: Any = None, correction: float | None = None,
) -> Any:  # fmt: skip
    """Variance over `axis`, dividing by n - ddof; `mean`, with its axes kept, spares computing it."""
    refuse_out(out)
    ddof = ddof if correction is None else correction
    x = kept(a, dtype, where, 0)
    everywhere = where is None or where is True
    if everywhere and mean is None:
        return var(x, axis=axis, ddof=ddof, keepdims=keepdims)
    number = _count(x, True if everywhere else where, axis, True)
    deviation = x - (sum_(x, axis=axis, keepdims=True) / number if mean is None else mean)
    squared = deviation * deviation if x.dtype.kind != "c" else deviation.real**2 + deviation.imag**2
    y = sum_(kept(squared, None, where, 0), axis=axis, keepdims=True) / np.maximum(number - ddof, 0)
    return y if keepdims else y.reshape(sum_(x, axis=axis).shape)


@composed(np.std)
def std(
    a: Any, axis: Any = None, dtype: Any = None, out: None = None, ddof: float = 0, keepdims: Any = False, *,
    where: Any = None, mean: Any = None, correction: float | None = None,
) -> Any:  # fmt: skip
    """Standard deviation: the square root of `np.var`; of equal elements its gradient is 0, as that of a norm at 0."""
    return root(
        var_in_full(a, axis, dtype, out, ddof, keepdims, where=where, mean=mean, correction=correction)
    )


# --- truth ---


@composed(np.all, np.logical_and.reduce, constant=True)
def all_in_full(
    a: Any, axis: Any = None, out: None = None, keepdims: Any = False, *, where: Any = None, dtype: Any = None,
    initial: Any = None,
) -> Any:  # fmt: skip
    """Whether all elements are true."""
    refuse_out(out)
    y = all_(kept(array_of(a) != 0, dtype, where, True), axis=axis, keepdims=keepdims)
    return y if initial is None else np.logical_and(y, initial)


@composed(np.any, np.logical_or.reduce, constant=True)
def any_in_full(
    a: Any, axis: Any = None, out: None = None, keepdims: Any = False, *, where: Any = None, dtype: Any = None,
    initial: Any = None,
) -> Any:  # fmt: skip
    """Whether any element is true."""
    refuse_out(out)
    y = any_(kept(array_of(a) != 0, dtype, where, False), axis=axis, keepdims=keepdims)
    return y if initial is None else np.logical_or(y, initial)
