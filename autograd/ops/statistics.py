"""Spreads, averages and covariances: all written with other differentiable functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.broadcasting import array_of, axis_of
from autograd.errors import ShapeError
from autograd.ops.products import conjugate
from autograd.ops.reductions import max_, min_
from autograd.primitives import composed


@composed(np.ptp)
def ptp(a: Any, axis: Any = None, out: None = None, keepdims: Any = False) -> Any:
    """Largest minus smallest element."""
    return max_(a, axis=axis, keepdims=keepdims) - min_(a, axis=axis, keepdims=keepdims)


@composed(np.average)
def average(a: Any, axis: Any = None, weights: Any = None, returned: Any = False, *, keepdims: Any = False) -> Any:
    """Weighted mean; gradients flow to the weights too."""
    a = array_of(a)
    if weights is None:
        weights = np.ones(a.shape, a.dtype)
    weights = array_of(weights)
    if weights.shape != a.shape:  # weights along some axes: the others are given length one
        if axis is None:
            raise ShapeError(f"average: weights of shape {weights.shape} for shape {a.shape} need axis=")
        axes = [axis_of(one, a.ndim) for one in (axis if isinstance(axis, tuple) else (axis,))]
        if weights.shape != tuple(a.shape[one] for one in axes):
            raise ShapeError(f"average: weights of shape {weights.shape} do not fit axis={axis} of shape {a.shape}")
        ordered = weights.transpose(sorted(range(len(axes)), key=axes.__getitem__))
        weights = ordered.reshape(tuple(n if one in axes else 1 for one, n in enumerate(a.shape)))
    total = np.sum(weights * np.ones(a.shape, a.dtype), axis=axis, keepdims=keepdims)
    y = np.sum(a * weights, axis=axis, keepdims=keepdims) / total
    return (y, total) if returned else y


@composed(np.cov)
def cov(
    m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None, fweights: Any = None,
    aweights: Any = None, *, dtype: Any = None,
) -> Any:  # fmt: skip
    """Covariances of variables, each a row (a column with `rowvar=False`), of observations that may have weights."""
    x = _variables(m, y, rowvar)
    x = x if dtype is None else x.astype(dtype)
    n = x.shape[1]
    ddof = (0 if bias else 1) if ddof is None else ddof
    weights = None
    for one in (fweights, aweights):
        if one is not None:
            one = array_of(one).astype(x.dtype)
            if one.shape != (n,):
                raise ShapeError(f"weights of shape {one.shape} for {n} observations")
            weights = one if weights is None else weights * one
    if weights is None:
        deviation = x - np.mean(x, axis=1, keepdims=True)
        return _squeezed(np.matmul(deviation, conjugate(deviation).T) / max(n - ddof, 0))
    total = np.sum(weights)
    deviation = x - (np.sum(x * weights, axis=1) / total).reshape((-1, 1))
    freedom = total - ddof * (1 if aweights is None else np.sum(weights * array_of(aweights).astype(x.dtype)) / total)
    return _squeezed(np.matmul(deviation, conjugate(deviation * weights).T) / freedom)


@composed(np.corrcoef)
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    """Covariances in units of the standard deviations: correlations, from -1 to 1."""
    c = cov(x, y, rowvar, dtype=dtype)
    if not c.ndim:
        return c / c
    deviation = np.sqrt(np.diagonal(c))
    return np.clip(c / deviation.reshape((-1, 1)) / deviation, -1, 1)


def _variables(m: Any, y: Any, rowvar: bool) -> Any:
    """One variable a row."""
    rows = []
    for x in (m, y):
        if x is None:
            continue
        x = array_of(x)
        if x.ndim > 2:
            raise ShapeError(f"variables are the rows of a matrix, not of an array of {x.ndim} axes")
        rows.append(np.atleast_2d(x) if rowvar or x.ndim < 2 else x.T)
    return rows[0] if len(rows) == 1 else np.concatenate(rows)


def _squeezed(c: Any) -> Any:
    return c.reshape(()) if c.shape == (1, 1) else c
