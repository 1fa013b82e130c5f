"""Arrays made wider, and elements put in or left out."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.broadcasting import along, array_of, axes_of, axis_of
from autograd.errors import UnsupportedError
from autograd.ops.arranging import flip
from autograd.ops.indexing import beside, getitem, index_update
from autograd.ops.ordering import argwhere
from autograd.ops.shaping import broadcast_to, concatenate, moveaxis, reshape
from autograd.primitives import composed, frozen


@composed(np.pad)
def pad(
    array: Any, pad_width: Any, mode: str = "constant", *, constant_values: Any = 0, end_values: Any = 0,
    stat_length: Any = None, reflect_type: str = "even",
) -> Any:  # fmt: skip
    """Wider at the ends of each axis: by constants, or by what comes of its elements, which get the gradients."""
    shape = np.shape(array)
    if isinstance(pad_width, dict):
        widths = [(0, 0)] * len(shape)
        for axis, width in pad_width.items():
            widths[axis] = (width, width) if np.ndim(width) == 0 else tuple(width)
    else:
        widths = _pairs(pad_width, len(shape))
    if not shape:
        return reshape(array, shape=())
    if mode in ("constant", "empty"):
        around = np.pad(np.zeros(shape, array.dtype), widths, constant_values=constant_values)
        inside = tuple(slice(low, low + n) for (low, _), n in zip(widths, shape, strict=True))
        return index_update(around, array, index=inside)
    ends, lengths = _pairs(end_values, len(shape)), _pairs(stat_length, len(shape))
    for axis, width in enumerate(widths):
        if not any(width):
            continue
        if mode == "linear_ramp":
            array = _ramped(array, width, axis, ends[axis])
        elif mode in _STATISTICS:
            array = _extended(array, width, axis, _STATISTICS[mode], lengths[axis])
        elif mode in ("reflect", "symmetric") and reflect_type == "odd":
            array = _reflected(array, width, axis, mode)
        elif mode in ("edge", "reflect", "symmetric", "wrap"):
            places = np.pad(np.arange(array.shape[axis]), width, mode=mode)  # type: ignore[call-overload]
            array = getitem(array, index=along(axis, places))
        else:
            raise UnsupportedError(f"mode {mode!r} has no rule; write np.concatenate of what is to stand there")
    return array


_STATISTICS = {"maximum": np.max, "minimum": np.min, "mean": np.mean, "median": np.median}


def _pairs(values: Any, n: int) -> list[Any]:
    """What holds before and behind each of n axes."""
    return [(None, None)] * n if values is None else np.broadcast_to(np.asarray(values), (n, 2)).tolist()


def _ramped(x: Any, width: Any, axis: int, ends: Any) -> Any:
    """Straight lines from the edges to the values at the ends."""
    first, last = x[along(axis, 0)], x[along(axis, -1)]
    before = np.linspace(ends[0], first, width[0], endpoint=False, axis=axis).astype(x.dtype)
    behind = flip(np.linspace(ends[1], last, width[1], endpoint=False, axis=axis).astype(x.dtype), axis)
    return concatenate(before, x, behind, axis=axis)


def _extended(x: Any, width: Any, axis: int, statistic: Any, lengths: Any) -> Any:
    """The maximum, say, of so many elements at each edge, or of all."""
    n = x.shape[axis]
    parts = []
    for side, length in enumerate(lengths):
        length = n if length is None else min(length, n)
        edge = x[along(axis, slice(0, length) if side == 0 else slice(n - length, n))]
        value = statistic(edge, axis=axis, keepdims=True)
        value = np.round(value).astype(x.dtype) if x.dtype.kind in "iu" else value
        shape = tuple(width[side] if i == axis else m for i, m in enumerate(x.shape))
        parts.append(broadcast_to(value, shape=shape))
    return concatenate(parts[0], x, parts[1], axis=axis)


def _reflected(x: Any, width: Any, axis: int, mode: str) -> Any:
    """Turned half round at each edge, again and again: at the last element `2 * last - x`.

    So every second period is the first one raised by `2 * (last - first)`. Symmetric ones repeat the edge.
    """
    n = x.shape[axis]
    period = n - 1 if mode == "reflect" else n
    places = np.arange(-width[0], n + width[1])
    if not period:  # one element: NumPy repeats it
        return getitem(x, index=along(axis, np.zeros_like(places)))
    turns, rest = np.divmod(places, period)
    if mode == "reflect":  # the last element belongs to the period before, not turned
        turns, rest = np.where(places == n - 1, 0, turns), np.where(places == n - 1, n - 1, rest)
    is_turned = turns % 2 == 1
    sources = np.where(is_turned, n - 1 - rest, rest)
    tall = (-1,) + (1,) * (x.ndim - 1 - axis)
    first, last = x[along(axis, slice(0, 1))], x[along(axis, slice(n - 1, n))]
    sign = np.where(is_turned, -1, 1).astype(x.dtype).reshape(tall)
    raised = (turns - is_turned).astype(x.dtype).reshape(tall)
    turned = (2 * is_turned).astype(x.dtype).reshape(tall)
    return getitem(x, index=along(axis, sources)) * sign + last * turned + (last - first) * raised


@composed(np.insert)
def insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    """`values` before each of the places `obj` (an integer, integers, or a slice) along `axis`."""
    x, at = (reshape(arr, shape=(-1,)), 0) if axis is None else (arr, axis_of(axis, np.ndim(arr)))
    values = array_of(values)
    x, n = beside(x, obj), x.shape[at]
    if isinstance(obj, slice):
        obj = np.arange(n)[obj]
    places = np.asarray(obj)
    if places.dtype == np.bool:
        places = np.flatnonzero(places)
    if not places.size:
        return flip(x, ())
    if values.ndim < x.ndim:
        values = reshape(values, shape=(1,) * (x.ndim - values.ndim) + values.shape)
    if places.ndim == 0:
        values = moveaxis(values, 0, at)
    k = places.size if places.size > 1 else values.shape[at]
    added = broadcast_to(values, shape=(*x.shape[:at], k, *x.shape[at + 1 :]))
    if getattr(added, "dtype", x.dtype) != x.dtype:
        added = added.astype(x.dtype)
    order = np.insert(np.arange(n), places.item() if places.size == 1 else places, np.arange(n, n + k))
    return getitem(concatenate(x, added, axis=at), index=along(at, order))


@composed(np.delete)
def delete(arr: Any, obj: Any, axis: int | None = None) -> Any:
    """All but the elements at `obj` (an integer, integers, a slice or a mask) along `axis`."""
    x, at = (reshape(arr, shape=(-1,)), 0) if axis is None else (arr, axis_of(axis, np.ndim(arr)))
    x = beside(x, obj)
    kept = np.zeros(x.shape[at], bool)  # a mask, since no place is taken twice
    kept[np.delete(np.arange(len(kept)), frozen(obj))] = True
    return getitem(x, index=along(at, kept))


@composed(np.trim_zeros)
def trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    """Without the zeros at the front ("f") and at the back ("b"), along all axes or those told."""
    places = np.asarray(frozen(argwhere(filt)))
    trim = trim.lower()
    parts = [slice(None)] * filt.ndim
    for one in axes_of(axis, filt.ndim):
        if not len(places):
            parts[one] = slice(0)
            continue
        first, last = int(places[:, one].min()), int(places[:, one].max())
        parts[one] = slice(first if "f" in trim else None, last + 1 if "b" in trim else None)
    return getitem(filt, index=tuple(parts))
