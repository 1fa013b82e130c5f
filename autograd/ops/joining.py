"""Arrays put together, and arrays cut into parts."""

from __future__ import annotations

import itertools
import operator
from typing import Any

import numpy as np

from autograd.broadcasting import along, array_of, axis_of
from autograd.errors import ShapeError
from autograd.ops.indexing import getitem
from autograd.ops.shaping import atleast_1d, atleast_2d, atleast_3d, concatenate, moveaxis, reshape
from autograd.primitives import composed


def _joined(name: str, arrays: Any, axis: int, ready: Any) -> Any:
    parts = [ready(array_of(x)) for x in arrays]
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
    parts = [array_of(x) for x in (arr, values)]
    return concatenate(*parts, axis=axis)


@composed(np.block)
def block(arrays: Any) -> Any:
    """Nested lists of arrays as one: the innermost beside each other, the outer ones below each other."""
    depth, ndim = _depth(arrays), _largest_ndim(arrays)
    return _block(arrays, depth, max(depth, ndim))


def _block(arrays: Any, depth: int, ndim: int) -> Any:
    if isinstance(arrays, list):
        return concatenate(*(_block(part, depth - 1, ndim) for part in arrays), axis=-depth)
    x = array_of(arrays)
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

_FEW_PARTS = 8  # cut at once


@composed(np.array_split)
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Parts along `axis`: as many as said, as equal as can be, or cut before each of the places given."""
    n, at = np.shape(ary)[axis], axis_of(axis, np.ndim(ary))
    if np.ndim(indices_or_sections):
        return _parts(ary, [0, *map(int, indices_or_sections), None], at)
    sections = operator.index(indices_or_sections)
    if sections < 1:
        raise ShapeError(f"array_split: into {sections} parts")
    size, longer = divmod(n, sections)
    return _parts_by_halves(ary, [i * size + min(i, longer) for i in range(sections + 1)], at)


def _parts(x: Any, cuts: list[Any], axis: int) -> list[Any]:
    return [getitem(x, index=along(axis, slice(a, b))) for a, b in itertools.pairwise(cuts)]


def _parts_by_halves(x: Any, cuts: list[int], axis: int) -> list[Any]:
    """The parts between ascending cuts, the first at 0. Many are cut from halves, and those from halves in turn.

    What flows back into a part is laid in zeros of the size of what it was cut from: n parts of one array would fill
    n² such places, and by halves they fill n log n.
    """
    if len(cuts) <= _FEW_PARTS:
        return _parts(x, cuts, axis)
    half = len(cuts) // 2
    middle = cuts[half]
    left, right = _parts(x, [0, middle, cuts[-1]], axis)
    others = [cut - middle for cut in cuts[half:]]
    return _parts_by_halves(left, cuts[: half + 1], axis) + _parts_by_halves(right, others, axis)


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


@composed(getattr(np, "unstack", None))  # since NumPy 2.1
def unstack(x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
    """The parts along `axis`, which they lack."""
    return tuple(moveaxis(x, axis_of(axis, x.ndim), 0))
