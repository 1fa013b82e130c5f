"""Broadcasting undone: what NumPy stretched in the forward pass is summed in the backward pass."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index


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


def axis_index(axis: Any, ndim: int) -> int:
    """An axis counted from the front; `AxisError` for one that is not there.

    >>> axis_index(-1, 3)
    2
    """
    return normalize_axis_index(operator.index(axis), ndim)


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
