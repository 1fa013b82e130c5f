"""Reductions for which a nan counts as absent, and takes no gradient: written with those of numbers alone."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.broadcasting import array_of
from autograd.ops.elementwise import root
from autograd.ops.foldings import kept
from autograd.primitives import composed


def _filled(a: Any, value: float) -> Any:
    a = array_of(a)
    return np.where(np.isnan(a), np.asarray(value, a.dtype), a)


def _floats(a: Any) -> Any:
    """Integers as floats: they have no nan."""
    a = array_of(a)
    return a if a.dtype.kind == "f" else a * 1.0


def _numbers(a: Any, axis: Any, keepdims: Any = False) -> Any:
    """How many elements are not nan, in the dtype of a."""
    return np.sum(np.logical_not(np.isnan(a)).astype(a.dtype), axis=axis, keepdims=keepdims)


@composed(np.nansum)
def nansum(
    a: Any, axis: Any = None, dtype: Any = None, out: None = None, keepdims: Any = False, initial: Any = None,
    where: Any = None,
) -> Any:  # fmt: skip
    """Sum of what is not nan."""
    return np.sum(_filled(a, 0), axis, dtype, out, keepdims, initial, where)


@composed(np.nanprod)
def nanprod(
    a: Any, axis: Any = None, dtype: Any = None, out: None = None, keepdims: Any = False, initial: Any = None,
    where: Any = None,
) -> Any:  # fmt: skip
    """Product of what is not nan."""
    return np.prod(_filled(a, 1), axis, dtype, out, keepdims, initial, where)


@composed(np.nancumsum)
def nancumsum(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """Running sum of what is not nan."""
    return np.cumsum(_filled(a, 0), axis, dtype)


@composed(np.nancumprod)
def nancumprod(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """Running product of what is not nan."""
    return np.cumprod(_filled(a, 1), axis, dtype)


@composed(np.nanmean)
def nanmean(
    a: Any, axis: Any = None, dtype: Any = None, out: None = None, keepdims: Any = False, *, where: Any = None
) -> Any:
    """Mean of what is not nan."""
    a = kept(_floats(a), dtype, where, math.nan)
    return np.sum(_filled(a, 0), axis, None, out, keepdims) / _numbers(a, axis, keepdims)


@composed(np.nanvar)
def nanvar(
    a: Any, axis: Any = None, dtype: Any = None, out: None = None, ddof: float = 0, keepdims: Any = False, *,
    where: Any = None, mean: Any = None, correction: float | None = None,
) -> Any:  # fmt: skip
    """Variance of what is not nan, n of them, dividing by n - ddof; nan where that is not positive."""
    a = kept(_floats(a), dtype, where, math.nan)
    deviation = _filled(a - (nanmean(a, axis, keepdims=True) if mean is None else mean), 0)
    freedom = _numbers(a, axis, keepdims) - (ddof if correction is None else correction)
    freedom = np.where(freedom > 0, freedom, np.asarray(math.nan, a.dtype))
    return np.sum(deviation * deviation, axis, None, out, keepdims) / freedom


@composed(np.nanstd)
def nanstd(
    a: Any, axis: Any = None, dtype: Any = None, out: None = None, ddof: float = 0, keepdims: Any = False, *,
    where: Any = None, mean: Any = None, correction: float | None = None,
) -> Any:  # fmt: skip
    """Standard deviation of what is not nan."""
    return root(nanvar(a, axis, dtype, out, ddof, keepdims, where=where, mean=mean, correction=correction))
