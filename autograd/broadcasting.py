"""Shapes and axes; above all broadcasting undone: what the forward pass stretched, the backward pass sums."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from autograd.errors import ShapeError


def unbroadcast(g: Any, shape: tuple[int, ...]) -> Any:
    """Sum `g` over the axes along which `shape` was stretched to `g.shape`.

    Works on ndarrays and on Tensors alike.

    >>> unbroadcast(np.ones((4, 3)), (3,))
    array([4., 4., 4.])
    >>> unbroadcast(np.ones((4, 3)), (4, 1)).shape
    (4, 1)
    """
    extra = g.ndim - len(shape)
    stretched = tuple(
        axis for axis in range(g.ndim) if axis < extra or (shape[axis - extra] == 1 and g.shape[axis] != 1)
    )
    if stretched:
        g = np.add.reduce(g, axis=stretched)
    return g if g.shape == shape else g.reshape(shape)


def kept_shape(shape: tuple[int, ...], axis: int | tuple[int, ...] | None) -> tuple[int, ...]:
    """The shape of a reduction over `axis` with `keepdims=True`.

    >>> kept_shape((2, 3, 4), (0, -1))
    (1, 3, 1)
    """
    if axis is None:
        return (1,) * len(shape)
    kept = list(shape)
    for one in axis if isinstance(axis, tuple) else (axis,):
        kept[one] = 1
    return tuple(kept)


def reduced_size(shape: tuple[int, ...], axis: int | tuple[int, ...] | None) -> int:
    """How many elements each result of a reduction over `axis` is made of.

    >>> reduced_size((2, 3, 4), (0, -1))
    8
    """
    if axis is None:
        return math.prod(shape)
    size = 1
    for one in axis if isinstance(axis, tuple) else (axis,):
        size *= shape[one]
    return size


def array_of(x: Any, like: Any = None) -> Any:
    """A list or a number as an array; what has a shape already, a Tensor say, as it is.

    A Python number takes the dtype of `like`, if that has floats: it widens no float32.
    """
    if hasattr(x, "shape"):
        return x
    is_number = like is not None and isinstance(x, int | float) and like.dtype.kind == "f"
    return np.asarray(x, like.dtype if is_number else None)


def axis_of(axis: int, ndim: int) -> int:
    """An axis counted from the front; `AxisError` if it is not there.

    >>> axis_of(-1, 3)
    2
    """
    if not -ndim <= axis < ndim:
        raise np.exceptions.AxisError(axis, ndim)
    return operator.index(axis) % ndim


def axes_of(axes: Any, ndim: int) -> list[int]:
    """One axis, several, or all (None) as a list, counted from the front; none may be named twice.

    >>> axes_of((-1, 0), 3)
    [2, 0]
    """
    if axes is None:
        return list(range(ndim))
    places = [axis_of(one, ndim) for one in (axes if isinstance(axes, tuple | list) else (axes,))]
    if len(set(places)) < len(places):
        raise ShapeError(f"an axis is named twice in {axes}")
    return places


def along(axis: int, part: Any) -> tuple[Any, ...]:
    """The index that takes a part of one axis, counted from the front, and all of the others.

    >>> along(1, slice(0, 2))
    (slice(None, None, None), slice(0, 2, None))
    """
    return (slice(None),) * axis + (part,)
