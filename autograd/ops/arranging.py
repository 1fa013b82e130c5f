"""The elements of an array repeated, turned round, or laid out in another shape."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.broadcasting import along, axes_of, axis_of
from autograd.errors import ShapeError
from autograd.ops.indexing import beside, getitem
from autograd.ops.shaping import broadcast_to, reshape, swapaxes
from autograd.primitives import composed


@composed(np.tile)
def tile(A: Any, reps: Any) -> Any:
    """The array laid out `reps` times along each axis."""
    reps = tuple(map(int, reps)) if np.ndim(reps) else (int(reps),)
    shape = (1,) * (len(reps) - np.ndim(A)) + np.shape(A)
    reps = (1,) * (len(shape) - len(reps)) + reps
    apart = tuple(n for length in shape for n in (1, length))
    laid = tuple(n for pair in zip(reps, shape, strict=True) for n in pair)
    whole = tuple(rep * length for rep, length in zip(reps, shape, strict=True))
    return reshape(broadcast_to(reshape(A, shape=apart), shape=laid), shape=whole)


@composed(np.repeat)
def repeat(a: Any, repeats: Any, axis: int | None = None) -> Any:
    """Each element `repeats` times in a row: one number for all, or one for each place along `axis`."""
    x, at = (reshape(a, shape=(-1,)), 0) if axis is None or not np.ndim(a) else (a, axis_of(axis, np.ndim(a)))
    if np.size(repeats) != 1:
        return getitem(x, index=along(at, np.repeat(np.arange(x.shape[at]), repeats)))
    before, n, after = x.shape[:at], x.shape[at], x.shape[at + 1 :]
    times = np.asarray(repeats).item()
    spread = broadcast_to(reshape(x, shape=(*before, n, 1, *after)), shape=(*before, n, times, *after))
    return reshape(spread, shape=(*before, n * times, *after))


@composed(np.resize)
def resize(a: Any, new_shape: Any) -> Any:
    """The elements in another shape, from the beginning again where they do not suffice."""
    shape = tuple(new_shape) if np.ndim(new_shape) else (new_shape,)
    if any(length < 0 for length in shape):
        raise ShapeError(f"resize: no length of the shape {shape} may be negative")
    size, wanted = np.size(a), math.prod(shape)
    if not size:
        return beside(np.zeros(shape, a.dtype), a)
    rows = tile(reshape(a, shape=(-1,)), -(-wanted // size))
    return reshape(getitem(rows, index=slice(wanted)), shape=shape)


@composed(np.flip)
def flip(m: Any, axis: Any = None) -> Any:
    """The order reversed along `axis` (all axes if None)."""
    axes = axes_of(axis, np.ndim(m))
    return getitem(m, index=tuple(slice(None, None, -1 if one in axes else None) for one in range(np.ndim(m))))


@composed(np.flipud)
def flipud(m: Any) -> Any:
    """Rows in reverse order."""
    return flip(m, 0)


@composed(np.fliplr)
def fliplr(m: Any) -> Any:
    """Columns in reverse order."""
    return flip(m, 1)


@composed(np.rot90)
def rot90(m: Any, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Any:
    """Turned k times by 90 degrees, from the first of `axes` towards the second."""
    first, second = axes_of(axes, np.ndim(m))
    if k % 4 == 0:
        return flip(m, ())
    if k % 4 == 2:
        return flip(m, axes)
    if k % 4 == 1:
        return swapaxes(flip(m, second), axis1=first, axis2=second)
    return flip(swapaxes(m, axis1=first, axis2=second), second)
