"""Functions of the order of elements: partitions, places in sorted arrays, lines between points."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.errors import ShapeError, UnsupportedError
from autograd.ops.indexing import getitem, sort, take_along_axis
from autograd.ops.nondifferentiable import argsort
from autograd.primitives import composed, nondifferentiable

argpartition = nondifferentiable(np.argpartition, forward=lambda x, kth, axis=-1: np.argpartition(x, kth, axis=axis))
searchsorted = nondifferentiable(
    np.searchsorted, arity=2, forward=lambda a, v, side="left", sorter=None: np.searchsorted(a, v, side, sorter)
)
nondifferentiable(np.digitize, arity=2, forward=lambda x, bins, right=False: np.digitize(x, bins, right))
argwhere = nondifferentiable(np.argwhere, forward=lambda x: np.argwhere(x), takes_complex=True)
nondifferentiable(np.flatnonzero, forward=lambda x: np.flatnonzero(x), takes_complex=True)
lexsort_of = nondifferentiable(lambda keys, axis=-1: np.lexsort(keys, axis), name="lexsort")
raveled = nondifferentiable(
    lambda x, dims, mode, order: np.asarray(np.ravel_multi_index(tuple(x), dims, mode, order)), name="ravel_multi_index"
)
unraveled = nondifferentiable(lambda x, shape, order: np.stack(np.unravel_index(x, shape, order)), name="unravel_index")


@composed(np.nonzero, constant=True)
def nonzero(a: Any) -> tuple[Any, ...]:
    """Where the elements are not zero: an index, in constants, one for each axis."""
    if not np.ndim(a):
        raise ShapeError("of a scalar, which has no places; np.atleast_1d makes it a vector")
    places = argwhere(a)
    return tuple(places[:, axis] for axis in range(np.ndim(a)))


@composed(np.partition)
def partition(a: Any, kth: Any, axis: int | None = -1, kind: str = "introselect", order: None = None) -> Any:
    """The kth smallest in its sorted place along `axis`, the smaller before it, the larger behind."""
    if axis is None:
        a, axis = a.reshape(-1), 0
    return take_along_axis(a, argpartition(a, kth=kth, axis=axis), axis=axis)


@composed(np.where)
def where_in_full(condition: Any, *choices: Any) -> Any:
    """Of one argument, `np.nonzero` of it."""
    if choices:
        raise UnsupportedError(f"one array, or three, are needed, not {1 + len(choices)}")
    return nonzero(condition)


@composed(np.sort)
def sort_in_full(a: Any, axis: int | None = -1, kind: Any = None, order: None = None, *, stable: Any = None) -> Any:
    """Ascending along `axis`; `kind` is free to choose, since the order of equals shows in the gradient alone."""
    return sort(a, axis=axis)


@composed(np.argsort, constant=True)
def argsort_in_full(a: Any, axis: int | None = -1, kind: Any = None, order: None = None, *, stable: Any = None) -> Any:
    """The places of the elements in ascending order, always with equals in their order."""
    return argsort(a, axis=axis)


@composed(np.lexsort, constant=True)
def lexsort(keys: Any, axis: int = -1) -> Any:
    """The places in the order of the last key, among equals in that of the one before, and so on."""
    return lexsort_of(keys if hasattr(keys, "shape") else np.stack(list(keys)), axis=axis)


@composed(np.ravel_multi_index, constant=True)
def ravel_multi_index(multi_index: Any, dims: Any, mode: Any = "raise", order: Any = "C") -> Any:
    """The numbers, in C order, of the elements with these indices along each axis."""
    stacked = multi_index if hasattr(multi_index, "shape") else np.stack(np.broadcast_arrays(*multi_index))
    return raveled(stacked, dims=tuple(dims), mode=mode, order=order)


@composed(np.unravel_index, constant=True)
def unravel_index(indices: Any, shape: Any, order: Any = "C") -> tuple[Any, ...]:
    """The indices along each axis of the elements with these numbers."""
    return tuple(unraveled(indices, shape=shape, order=order))


@composed(np.interp)
def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """Straight lines through the points (xp, fp), xp ascending, at x: differentiable in all three.

    With a `period`, x and xp are taken modulo that, xp in any order, and there is no left and right. At a knot the
    slope with respect to x is that of the line to its right; behind the last it is 0. The dtype is that of the
    arguments, where NumPy's is always float64.
    """
    n = np.shape(xp)[0] if np.ndim(xp) == 1 else 0
    if not n or np.shape(fp) != (n,):
        raise ShapeError(f"interp: xp and fp are vectors of one length, but have shapes {np.shape(xp)}, {np.shape(fp)}")
    x, xp, fp = (z if hasattr(z, "shape") else np.asarray(z, float) for z in (x, xp, fp))
    if period is not None:
        if not period:
            raise ValueError("the period is 0")
        x, xp = x % abs(period), xp % abs(period)
        order = argsort(xp)
        xp, fp = take_along_axis(xp, order, axis=0), take_along_axis(fp, order, axis=0)
        xp = np.concatenate((xp[n - 1 :] - abs(period), xp, xp[:1] + abs(period)))
        fp = np.concatenate((fp[n - 1 :], fp, fp[:1]))
        n, left, right = n + 2, None, None
    first, last = xp[0], xp[n - 1]
    after = np.clip(np.searchsorted(xp, x, side="right"), min(1, n - 1), n - 1)
    x0, x1, y0, y1 = (getitem(z, index=i) for z in (xp, fp) for i in (np.maximum(after - 1, 0), after))
    y = y0 + (np.clip(x, first, last) - x0) * ((y1 - y0) / (x1 - x0 + (x0 == x1)))
    y = np.where(x == last, fp[n - 1], y)
    y = np.where(x > last, fp[n - 1] if right is None else right, y)
    return np.where(x < first, fp[0] if left is None else left, y)
