"""Averages, reductions that leave nan out, differences, integrals: all written with other differentiable functions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.broadcasting import axis_index
from autograd.errors import ShapeError, UnsupportedError
from autograd.ops.reductions import cumprod, cumsum, max_, min_, prod, quantile, sum_
from autograd.primitives import composed


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
        axes = [axis_index(one, a.ndim) for one in (axis if isinstance(axis, tuple) else (axis,))]
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
    return (*(slice(None),) * axis_index(axis, ndim), part)


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
