"""Taking elements out of an array, putting them into zeros, which is its transpose, and putting them into an array."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from autograd.broadcasting import unbroadcast
from autograd.errors import ShapeError, UnsupportedError
from autograd.ops.elementwise import gate
from autograd.ops.nondifferentiable import argsort
from autograd.primitives import Primitive, composed, frozen, linear, nondifferentiable, primitive


def _getitem(x: Any, index: Any) -> Any:
    return x[index]


def _scatter(x: Any, index: Any, shape: tuple[int, ...]) -> Any:
    """Zeros of `shape` with x added at `index`; where an index repeats, the sum."""
    y = np.zeros_like(x, shape=shape)
    if is_basic(index):
        y[index] = x
    else:
        np.add.at(y, index, x)
    return y


def _pick(x: Any, index: Any) -> Any:
    return x[np.arange(index.size), index]


def _place(x: Any, index: Any, shape: tuple[int, ...]) -> Any:
    """Zeros of `shape` with x[i] at [i, index[i]]."""
    y = np.zeros_like(x, shape=shape)
    y[np.arange(index.size), index] = x
    return y


def _take_along_axis(x: Any, indices: Any, axis: int | None = -1) -> Any:
    return np.take_along_axis(x, indices, axis)


def _put_along_axis(x: Any, indices: Any, axis: int | None, shape: tuple[int, ...]) -> Any:
    """Zeros of `shape` with x added at `indices` along an axis, or in C order if None."""
    y = np.zeros_like(x, shape=shape)
    if axis is None:
        np.add.at(y.reshape(-1), indices, x)
        return y
    grid: list[Any] = list(np.ogrid[tuple(slice(n) for n in x.shape)])
    for other, length in enumerate(shape):  # NumPy broadcasts the other axes
        if length == 1:
            grid[other] = np.zeros_like(grid[other])
    grid[axis] = indices
    np.add.at(y, tuple(grid), x)
    return y


def _sort(x: Any, axis: int | None = -1) -> Any:
    return np.sort(x, axis=axis, kind="stable")


def _sort_rule(g: Any, y: Any, x: Any, axis: int | None = -1) -> Any:
    if axis is None:
        return take_along_axis(g, argsort(argsort(x.reshape(-1))), axis=0).reshape(x.shape)
    return take_along_axis(g, argsort(argsort(x, axis=axis), axis=axis), axis=axis)


def _index_update(x: Any, v: Any, index: Any) -> Any:
    """x with v at `index`, in x's dtype; where an index repeats, the last write (in C order) stays."""
    if getattr(v, "dtype", x.dtype).kind == "c" != x.dtype.kind:
        raise TypeError("complex values would lose their imaginary parts in an array of real numbers; first write "
                        "x = x.astype(complex)")
    y = np.array(x, order="C")  # of 0-d values too an array, which can be written into
    if not _may_repeat(index):
        y[index] = v
        return y
    places = _places(index, y.shape)
    written = np.empty(places.shape, y.dtype)
    written[...] = v
    y.reshape(-1)[places.reshape(-1)] = written.reshape(-1)  # along one axis, where NumPy promises the order
    return y


def _index_update_rule_v(g: Any, y: Any, x: Any, v: Any, index: Any) -> Any:
    taken = g[index]
    if _may_repeat(index):
        taken = gate(taken, _stays(index, x.shape))
    return unbroadcast(taken, v.shape)


def _places(index: Any, shape: tuple[int, ...]) -> Any:
    """The number, in C order, of each element that `index` selects."""
    return np.arange(math.prod(shape)).reshape(shape)[index]


def _stays(index: Any, shape: tuple[int, ...]) -> Any:
    """Which of the elements that `index` selects are not selected again later."""
    places = _places(index, shape)
    order = np.arange(places.size)
    last = np.empty(math.prod(shape), order.dtype)
    last[places.reshape(-1)] = order
    return (last[places.reshape(-1)] == order).reshape(places.shape)


def _may_repeat(index: Any) -> bool:
    """Whether an index may select an element twice; a mask does not."""
    return not is_basic(index) and getattr(index, "dtype", None) != np.bool


def _has_mask(index: Any) -> bool:
    """Whether an index chooses by truth, as `x[x > 0]`."""
    for part in index if type(index) is tuple else (index,):
        if type(part) is not slice and isinstance(part, np.ndarray | list) and np.asarray(part).dtype == np.bool:
            return True
    return False


def is_basic(index: Any) -> bool:
    """Whether an index selects each element at most once by construction: integers, slices, None, Ellipsis."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(part is None or part is Ellipsis or isinstance(part, int | np.integer | slice) for part in parts)


# fmt: off
getitem = linear(operator.getitem, lambda g, y, x, index: scatter(g, index=index, shape=x.shape), forward=_getitem,
                 arity=1, masks=_has_mask)
scatter: Primitive = linear(_scatter, lambda g, y, x, index, shape: g[index])

# `x[index] = v` as a value; linear in x and v together.
index_update: Primitive = linear(_index_update, lambda g, y, x, v, index: index_update(g, 0.0, index=index),
                                 _index_update_rule_v)

take_along_axis: Primitive = primitive(np.take_along_axis,
                 lambda g, y, x, indices, axis=-1: put_along_axis(g, indices, axis=axis, shape=x.shape), None,
                 forward=_take_along_axis, takes_complex=True)
put_along_axis: Primitive = primitive(_put_along_axis,
                 lambda g, y, x, indices, axis, shape: take_along_axis(g, indices, axis=axis), None,
                 name="add_along_axis", takes_complex=True)
# Ties keep their order, so that each element has one place: argsort twice tells which.
sort = primitive(np.sort, _sort_rule, forward=_sort)

# One element of each row, y[i] = x[i, index[i]]: no place is taken twice, so putting back needs no `np.add.at`.
pick = linear(_pick, lambda g, y, x, index: place(g, index=index, shape=x.shape))
place: Primitive = linear(_place, lambda g, y, x, index, shape: pick(g, index=index))
# fmt: on

# --- choosing ---


def beside(a: Any, b: Any) -> Any:
    """a; as a Tensor if b is one, so that no call with a Tensor gives an ndarray."""
    return a if hasattr(type(a), "__primitive__") else constant(a, b)


constant = nondifferentiable(lambda a, b: a, arity=2, name="constant", takes_complex=True)


@composed(np.take)
def take(a: Any, indices: Any, axis: int | None = None, *, mode: str = "raise") -> Any:
    """The elements at `indices`, along `axis` or, if None, in C order; `mode` says what indices beyond the end do."""
    x, at = (a.reshape(-1), 0) if axis is None else (a, _axis(axis, a.ndim))
    index = np.asarray(frozen(indices))
    if not index.size:
        index = index.astype(int)
    if index.dtype.kind not in "iu":
        raise UnsupportedError(f"take: indices are integers, not {index.dtype}; np.compress takes a mask")
    if mode == "wrap":
        index = index % x.shape[at]
    elif mode == "clip":
        index = np.clip(index, 0, x.shape[at] - 1)
    elif mode != "raise":
        raise UnsupportedError(f"take: mode {mode!r}; there are raise, wrap and clip")
    return getitem(x, index=(slice(None),) * at + (index,))


@composed(np.compress)
def compress(condition: Any, a: Any, axis: int | None = None) -> Any:
    """The elements along `axis` where `condition` holds; in C order if None."""
    x = beside(a if hasattr(a, "shape") else np.asarray(a), condition)
    x, at = (x.reshape(-1), 0) if axis is None else (x, _axis(axis, x.ndim))
    kept = np.zeros(x.shape[at], bool)  # as a mask, since what is left out takes no gradient
    kept[np.flatnonzero(np.asarray(frozen(condition)))] = True
    return getitem(x, index=(slice(None),) * at + (kept,))


@composed(np.extract)
def extract(condition: Any, arr: Any) -> Any:
    """The elements where `condition` holds, in one axis."""
    return compress(condition.reshape(-1) if hasattr(condition, "shape") else np.ravel(condition), arr)


@composed(np.choose)
def choose(a: Any, choices: Any, *, mode: str = "raise") -> Any:
    """At each place the element of the choice whose number is there; a and all choices broadcast."""
    which = np.asarray(frozen(a))
    n = len(choices)
    if mode == "wrap":
        which = which % n
    elif mode == "clip":
        which = np.clip(which, 0, n - 1)
    elif mode != "raise":
        raise UnsupportedError(f"choose: mode {mode!r}; there are raise, wrap and clip")
    if which.dtype.kind not in "iub" or (which.size and not 0 <= which.min() <= which.max() < n):
        raise ShapeError(f"choose: among {n} choices, the numbers are integers from 0 to {n - 1}")
    shape = np.broadcast_shapes(which.shape, *map(np.shape, choices))
    stacked = beside(np.stack([np.broadcast_to(x, shape) for x in choices]), a)
    index = np.broadcast_to(which.astype(int), shape)
    return getitem(stacked, index=(index, *np.ogrid[tuple(slice(length) for length in shape)]))


@composed(np.select)
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """At each place the element of the first choice whose condition holds there, or the default."""
    if len(condlist) != len(choicelist) or not len(condlist):
        raise ShapeError(f"select: {len(condlist)} conditions for {len(choicelist)} choices; give one for each")
    y = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        y = np.where(condition, choice, y)
    return y


# --- diagonals and triangles ---


@composed(np.diagonal)
def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The elements a[i, i + offset] of the matrices in two axes, in a last axis of their own."""
    first, second = _axis(axis1, a.ndim), _axis(axis2, a.ndim)
    if first == second:
        raise ShapeError("diagonal: axis1 and axis2 must be two")
    x = a.transpose([axis for axis in range(a.ndim) if axis not in (first, second)] + [first, second])
    rows, columns = _diagonal_places(x.shape[-2], x.shape[-1], offset)
    return getitem(x, index=(..., rows, columns))


@composed(np.diag)
def diag(v: Any, k: int = 0) -> Any:
    """A vector as the k-th diagonal of a matrix of zeros, or a matrix's k-th diagonal as a vector."""
    if v.ndim == 2:
        return diagonal(v, k)
    if v.ndim != 1:
        raise ShapeError(f"diag: of a vector or a matrix, not of shape {v.shape}")
    n = v.shape[0] + abs(k)
    rows, columns = _diagonal_places(n, n, k)
    return index_update(np.zeros((n, n), v.dtype), v, index=(rows, columns))


@composed(np.diagflat)
def diagflat(v: Any, k: int = 0) -> Any:
    """All elements as the k-th diagonal of a matrix of zeros."""
    return diag(v.reshape(-1), k)


def _diagonal_places(n: int, m: int, offset: int) -> tuple[Any, Any]:
    along = np.arange(max(0, min(n + min(offset, 0), m - max(offset, 0))))
    return along - min(offset, 0), along + max(offset, 0)


@composed(np.tril)
def tril(m: Any, k: int = 0) -> Any:
    """Matrices with zeros above the k-th diagonal."""
    return gate(m, np.tri(*_matrix_shape(m), k=k, dtype=bool))


@composed(np.triu)
def triu(m: Any, k: int = 0) -> Any:
    """Matrices with zeros below the k-th diagonal."""
    return gate(m, ~np.tri(*_matrix_shape(m), k=k - 1, dtype=bool))


def _matrix_shape(m: Any) -> tuple[int, int]:
    if not m.ndim:
        raise ShapeError("a triangle is of a vector, which is every row of it, or of matrices, not of a scalar")
    return m.shape[-2:] if m.ndim > 1 else m.shape * 2


def _axis(axis: int, ndim: int) -> int:
    if not -ndim <= axis < ndim:
        raise np.exceptions.AxisError(axis, ndim)
    return axis % ndim


# --- order ---

argpartition = nondifferentiable(np.argpartition, forward=lambda x, kth, axis=-1: np.argpartition(x, kth, axis=axis))
searchsorted = nondifferentiable(
    np.searchsorted, arity=2, forward=lambda a, v, side="left", sorter=None: np.searchsorted(a, v, side, sorter)
)
nondifferentiable(np.digitize, arity=2, forward=lambda x, bins, right=False: np.digitize(x, bins, right))
argwhere = nondifferentiable(np.argwhere, forward=lambda x: np.argwhere(x), takes_complex=True)
nondifferentiable(np.flatnonzero, forward=lambda x: np.flatnonzero(x), takes_complex=True)


@composed(np.nonzero)
def nonzero(a: Any) -> tuple[Any, ...]:
    """Where the elements are not zero: an index, in constants, one for each axis."""
    places = argwhere(a)
    return tuple(places[:, axis] for axis in range(np.ndim(a)))


@composed(np.partition)
def partition(a: Any, kth: Any, axis: int | None = -1) -> Any:
    """The kth smallest in its sorted place along `axis`, the smaller before it, the larger behind."""
    if axis is None:
        a, axis = a.reshape(-1), 0
    return take_along_axis(a, argpartition(a, kth=kth, axis=axis), axis=axis)


@composed(np.interp)
def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None) -> Any:
    """Straight lines through the points (xp, fp), xp ascending, at x: differentiable in all three.

    At a knot the slope with respect to x is that of the line to its right; behind the last it is 0. The dtype is that
    of the arguments, where NumPy's is always float64.
    """
    n = np.shape(xp)[0] if np.ndim(xp) == 1 else 0
    if not n or np.shape(fp) != (n,):
        raise ShapeError(f"interp: xp and fp are vectors of one length, but have shapes {np.shape(xp)}, {np.shape(fp)}")
    x, xp, fp = (z if hasattr(z, "shape") else np.asarray(z, float) for z in (x, xp, fp))
    first, last = xp[0], xp[n - 1]
    after = np.clip(np.searchsorted(xp, x, side="right"), min(1, n - 1), n - 1)
    x0, x1, y0, y1 = (getitem(z, index=i) for z in (xp, fp) for i in (np.maximum(after - 1, 0), after))
    y = y0 + (np.clip(x, first, last) - x0) * ((y1 - y0) / (x1 - x0 + (x0 == x1)))
    y = np.where(x == last, fp[n - 1], y)
    y = np.where(x > last, fp[n - 1] if right is None else right, y)
    return np.where(x < first, fp[0] if left is None else left, y)
