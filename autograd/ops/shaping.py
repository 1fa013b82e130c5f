"""Operations that move elements without changing them; the transpose of each moves them back."""

from __future__ import annotations

import itertools
import math
import operator
from typing import Any

import numpy as np

from autograd.broadcasting import unbroadcast
from autograd.errors import ShapeError, UnsupportedError
from autograd.ops.indexing import beside, getitem, index_update
from autograd.primitives import Primitive, composed, frozen, linear, nondifferentiable


def _transpose(x: Any, axes: Any = None) -> Any:
    return x.transpose(axes)


def _inverse(axes: Any, ndim: int) -> Any:
    """The axes that undo `transpose(axes)`."""
    if axes is None:
        return None
    places = [axis % ndim for axis in axes]
    return tuple(sorted(range(ndim), key=places.__getitem__))


def _astype(x: Any, dtype: Any) -> Any:
    return x.astype(dtype)


def _truncate(x: Any, dtype: Any) -> Any:
    """Conversion to integers or bools: piecewise constant."""
    return x.astype(dtype)


def _concatenate(*arrays: Any, axis: int | None = 0) -> Any:
    return np.concatenate(arrays, axis=axis)


def _concatenate_rule(g: Any, y: Any, *arrays: Any, axis: int | None = 0) -> list[Any]:
    pieces, start = [], 0
    where = 0 if axis is None else axis % g.ndim
    for x in arrays:
        stop = start + (x.size if axis is None else x.shape[where])
        pieces.append(g[(slice(None),) * where + (slice(start, stop),)].reshape(x.shape))
        start = stop
    return pieces


def _negative(shift: Any) -> Any:
    return tuple(-one for one in shift) if isinstance(shift, tuple | list) else -shift


def _stack(*arrays: Any, axis: int = 0) -> Any:
    return np.stack(arrays, axis=axis)


def _stack_rule(g: Any, y: Any, *arrays: Any, axis: int = 0) -> list[Any]:
    before = (slice(None),) * (axis % g.ndim)
    return [g[(*before, i)] for i in range(len(arrays))]


def _bind_arrays(arrays: Any, axis: Any = 0) -> Any:
    return tuple(arrays), {"axis": axis}


# fmt: off
reshape      = linear(np.reshape,      lambda g, y, x, shape: g.reshape(x.shape),
                      forward=lambda x, shape: x.reshape(shape))
transpose    = linear(np.transpose,    lambda g, y, x, axes=None: g.transpose(_inverse(axes, x.ndim)),
                      forward=_transpose)
swapaxes     = linear(np.swapaxes,     lambda g, y, x, axis1, axis2: g.swapaxes(axis1, axis2),
                      forward=lambda x, axis1, axis2: x.swapaxes(axis1, axis2))
expand_dims  = linear(np.expand_dims,  lambda g, y, x, axis: g.reshape(x.shape),
                      forward=lambda x, axis: np.expand_dims(x, axis))
squeeze      = linear(np.squeeze,      lambda g, y, x, axis=None: g.reshape(x.shape),
                      forward=lambda x, axis=None: x.squeeze(axis))
broadcast_to = linear(np.broadcast_to, lambda g, y, x, shape: unbroadcast(g, x.shape),
                      forward=lambda x, shape: np.broadcast_to(x, shape))
astype       = linear(_astype,         lambda g, y, x, dtype: g.astype(x.dtype), takes_complex=False)
truncate     = nondifferentiable(_truncate)
roll: Primitive = linear(np.roll,         lambda g, y, x, shift, axis=None: roll(g, shift=_negative(shift), axis=axis),
                      forward=lambda x, shift, axis=None: np.roll(x, shift, axis))
concatenate  = linear(np.concatenate,  joint=_concatenate_rule, forward=_concatenate, bind=_bind_arrays)
stack        = linear(np.stack,        joint=_stack_rule,       forward=_stack,       bind=_bind_arrays)
# fmt: on


@composed(np.ravel)
def ravel(a: Any) -> Any:
    """All elements in one axis, last axis fastest."""
    return reshape(a, shape=(-1,))


# --- axes ---


@composed(np.moveaxis)
def moveaxis(a: Any, source: Any, destination: Any) -> Any:
    """The axes at `source` moved to `destination`, the others in their order."""
    ndim = np.ndim(a)
    start, end = _places(source, ndim), _places(destination, ndim)
    if len(start) != len(end):
        raise ShapeError(f"moveaxis: {len(start)} axes cannot go to {len(end)} places")
    order = [axis for axis in range(ndim) if axis not in start]
    for to, axis in sorted(zip(end, start, strict=True)):
        order.insert(to, axis)
    return transpose(a, axes=tuple(order))


@composed(np.rollaxis)
def rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    """The axis moved back until it lies before the axis `start`."""
    ndim = np.ndim(a)
    axis, start = _places(axis, ndim)[0], start + ndim if start < 0 else start
    return moveaxis(a, axis, start - 1 if start > axis else start)


def _places(axis: Any, ndim: int) -> list[int]:
    """Axes counted from the front; `AxisError` for one that is not there."""
    axes = tuple(axis) if isinstance(axis, tuple | list) else (axis,)
    if not all(-ndim <= one < ndim for one in axes):
        raise np.exceptions.AxisError(f"axis {axis} is out of bounds for an array of {ndim} dimensions")
    places = [operator.index(one) % ndim for one in axes]
    if len(set(places)) < len(places):
        raise ShapeError(f"an axis is named twice in {axis}")
    return places


@composed(np.atleast_1d)
def atleast_1d(*arys: Any) -> Any:
    """A scalar as an array of one element, anything else as it is."""
    return _each(arys, lambda x: x if np.ndim(x) else reshape(x, shape=(1,)))


@composed(np.atleast_2d)
def atleast_2d(*arys: Any) -> Any:
    """A vector as one row."""
    return _each(arys, lambda x: x if np.ndim(x) > 1 else reshape(x, shape=(1, -1)))


@composed(np.atleast_3d)
def atleast_3d(*arys: Any) -> Any:
    """A vector n as (1, n, 1), a matrix (n, m) as (n, m, 1)."""

    def solid(x: Any) -> Any:
        if np.ndim(x) > 2:
            return x
        return reshape(x, shape=(*np.shape(x), 1) if np.ndim(x) == 2 else (1, -1, 1))

    return _each(arys, solid)


def _each(arrays: tuple[Any, ...], change: Any) -> Any:
    changed = tuple(change(x if hasattr(x, "shape") else np.asarray(x)) for x in arrays)
    return changed[0] if len(changed) == 1 else changed


@composed(np.broadcast_arrays)
def broadcast_arrays(*args: Any) -> Any:
    """All arrays in the one shape that they broadcast to."""
    shape = np.broadcast_shapes(*map(np.shape, args))
    return tuple(broadcast_to(x if hasattr(x, "shape") else np.asarray(x), shape=shape) for x in args)


# --- repetitions, and other orders ---


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
    x, at = (reshape(a, shape=(-1,)), 0) if axis is None or not np.ndim(a) else (a, _places(axis, np.ndim(a))[0])
    if np.size(repeats) != 1:
        return _taken(x, np.repeat(np.arange(x.shape[at]), repeats), at)
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
    axes = range(np.ndim(m)) if axis is None else _places(axis, np.ndim(m))
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
    first, second = _places(axes, np.ndim(m))
    if k % 4 == 0:
        return flip(m, ())
    if k % 4 == 2:
        return flip(m, axes)
    if k % 4 == 1:
        return swapaxes(flip(m, second), axis1=first, axis2=second)
    return flip(swapaxes(m, axis1=first, axis2=second), second)


# --- joining ---


def _joined(name: str, arrays: Any, axis: int, ready: Any) -> Any:
    parts = [ready(x if hasattr(x, "shape") else np.asarray(x)) for x in arrays]
    if not parts:
        raise ShapeError(f"{name} needs at least one array")
    return concatenate(*parts, axis=axis)


@composed(np.vstack)
def vstack(tup: Any) -> Any:
    """Arrays below each other; a vector is one row."""
    return _joined("vstack", tup, 0, atleast_2d)


@composed(np.hstack)
def hstack(tup: Any) -> Any:
    """Arrays beside each other; vectors end to end."""
    arrays = tuple(tup)
    return _joined("hstack", arrays, 0 if arrays and np.ndim(arrays[0]) < 2 else 1, atleast_1d)


@composed(np.dstack)
def dstack(tup: Any) -> Any:
    """Arrays behind each other, along the third axis."""
    return _joined("dstack", tup, 2, atleast_3d)


@composed(np.column_stack)
def column_stack(tup: Any) -> Any:
    """Arrays beside each other; a vector is one column."""
    return _joined("column_stack", tup, 1, lambda x: x if x.ndim > 1 else reshape(x, shape=(-1, 1)))


@composed(np.append)
def append(arr: Any, values: Any, axis: int | None = None) -> Any:
    """`values` behind the array along `axis`; all in one row if None."""
    parts = [x if hasattr(x, "shape") else np.asarray(x) for x in (arr, values)]
    return concatenate(*parts, axis=axis)


@composed(np.block)
def block(arrays: Any) -> Any:
    """Nested lists of arrays as one: the innermost beside each other, the outer ones below each other."""
    depth, ndim = _depth(arrays), _largest_ndim(arrays)
    return _block(arrays, depth, max(depth, ndim))


def _block(arrays: Any, depth: int, ndim: int) -> Any:
    if isinstance(arrays, list):
        return concatenate(*(_block(part, depth - 1, ndim) for part in arrays), axis=-depth)
    x = arrays if hasattr(arrays, "shape") else np.asarray(arrays)
    return reshape(x, shape=(1,) * (ndim - x.ndim) + x.shape)


def _depth(arrays: Any) -> int:
    if not isinstance(arrays, list):
        return 0
    depths = {_depth(part) for part in arrays}
    if len(depths) != 1:
        raise ShapeError("block: no list may be empty, and all must be nested to the same depth")
    return 1 + depths.pop()


def _largest_ndim(arrays: Any) -> int:
    return max(map(_largest_ndim, arrays)) if isinstance(arrays, list) else np.ndim(arrays)


# --- splitting ---


@composed(np.array_split)
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Parts along `axis`: as many as said, as equal as can be, or cut before each of the places given."""
    n = np.shape(ary)[axis]
    if np.ndim(indices_or_sections):
        cuts = [0, *map(int, indices_or_sections), None]
    else:
        sections = operator.index(indices_or_sections)
        if sections < 1:
            raise ShapeError(f"array_split: into {sections} parts")
        size, longer = divmod(n, sections)
        cuts = [i * size + min(i, longer) for i in range(sections + 1)]
    before = (slice(None),) * (axis % np.ndim(ary))
    return [getitem(ary, index=(*before, slice(a, b))) for a, b in itertools.pairwise(cuts)]


@composed(np.split)
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Equal parts along `axis`, or parts cut before each of the places given."""
    if not np.ndim(indices_or_sections) and np.shape(ary)[axis] % indices_or_sections:
        raise ShapeError(
            f"split: {np.shape(ary)[axis]} elements do not make {indices_or_sections} equal parts; np.array_split "
            "makes unequal ones"
        )
    return array_split(ary, indices_or_sections, axis)


@composed(np.hsplit)
def hsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """Split by columns; a vector by elements."""
    return split(ary, indices_or_sections, 1 if np.ndim(ary) > 1 else 0)


@composed(np.vsplit)
def vsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """Split by rows."""
    if np.ndim(ary) < 2:
        raise ShapeError("vsplit needs an array of at least two axes")
    return split(ary, indices_or_sections, 0)


@composed(np.dsplit)
def dsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """Split along the third axis."""
    if np.ndim(ary) < 3:
        raise ShapeError("dsplit needs an array of at least three axes")
    return split(ary, indices_or_sections, 2)


# --- adding and leaving out ---


@composed(np.pad)
def pad(array: Any, pad_width: Any, mode: str = "constant", *, constant_values: Any = 0) -> Any:
    """Wider at the ends of each axis: by constants, or by elements of its own, which then get gradients from there."""
    shape = np.shape(array)
    if isinstance(pad_width, dict):
        widths = [(0, 0)] * len(shape)
        for axis, width in pad_width.items():
            widths[axis] = (width, width) if np.ndim(width) == 0 else tuple(width)
    else:
        widths = np.broadcast_to(np.asarray(pad_width), (len(shape), 2)).tolist()
    if not shape:
        return reshape(array, shape=())
    if mode == "constant":
        around = np.pad(np.zeros(shape, array.dtype), widths, constant_values=constant_values)
        inside = tuple(slice(low, low + n) for (low, _), n in zip(widths, shape, strict=True))
        return index_update(around, array, index=inside)
    if mode not in ("edge", "reflect", "symmetric", "wrap"):
        raise UnsupportedError(f"pad: mode {mode!r} has no rule; constant, edge, reflect, symmetric and wrap have")
    for axis, (width, n) in enumerate(zip(widths, shape, strict=True)):
        if any(width):
            array = _taken(array, np.pad(np.arange(n), width, mode=mode), axis)  # type: ignore[call-overload]
    return array


@composed(np.insert)
def insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    """`values` before each of the places `obj` (an integer, integers, or a slice) along `axis`."""
    x, at = (reshape(arr, shape=(-1,)), 0) if axis is None else (arr, _places(axis, np.ndim(arr))[0])
    values = values if hasattr(values, "shape") else np.asarray(values)
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
    return _taken(concatenate(x, added, axis=at), order, at)


@composed(np.delete)
def delete(arr: Any, obj: Any, axis: int | None = None) -> Any:
    """All but the elements at `obj` (an integer, integers, a slice or a mask) along `axis`."""
    x, at = (reshape(arr, shape=(-1,)), 0) if axis is None else (arr, _places(axis, np.ndim(arr))[0])
    x = beside(x, obj)
    kept = np.zeros(x.shape[at], bool)  # a mask, since no place is taken twice
    kept[np.delete(np.arange(len(kept)), frozen(obj))] = True
    return getitem(x, index=(slice(None),) * at + (kept,))


def _taken(x: Any, places: Any, axis: int) -> Any:
    """The elements at `places` along one axis."""
    return getitem(x, index=(slice(None),) * axis + (places,))
