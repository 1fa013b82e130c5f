"""Taking elements out of an array, putting them into zeros, which is its transpose, and putting them into an array."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from autograd.broadcasting import unbroadcast
from autograd.ops.elementwise import gate
from autograd.ops.nondifferentiable import argsort
from autograd.primitives import Primitive, linear, nondifferentiable, primitive


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
    index = np.asarray(index)
    if index.shape != x.shape[:1]:
        raise ValueError("one index for each row is wanted")
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


def beside(a: Any, b: Any) -> Any:
    """a; as a Tensor if b is one, so that no call with a Tensor gives an ndarray."""
    return a if hasattr(type(a), "__primitive__") else constant(a, b)


constant = nondifferentiable(lambda a, b: a, arity=2, name="constant", takes_complex=True)
