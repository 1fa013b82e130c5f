"""Regular tables of places: `table[i, j] == start + i * strides[0] + j * strides[1]`.

What is gathered with such a table is a view of the array: a slice, reshaped, transposed, with axes to broadcast along.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

Shape = tuple[int, ...]

# Tables with more axes are taken as irregular: nobody would read the view.
MOST_AXES = 5


class Grid(NamedTuple):
    """A shape that several tables have in common, with the first entry and the strides of each."""

    shape: Shape
    starts: tuple[int, ...]
    strides: tuple[Shape, ...]

    def split(self, axis: int, inner: int) -> Grid:
        """The same entries, with an axis as two, the second of length `inner`."""

        def cut(lengths: Shape, outer: int, last: int) -> Shape:
            return (*lengths[:axis], outer, last, *lengths[axis + 1 :])

        shape = cut(self.shape, self.shape[axis] // inner, inner)
        return Grid(shape, self.starts, tuple(cut(s, s[axis] * inner, s[axis]) for s in self.strides))

    def split_for(self, values: np.ndarray) -> Grid:
        """With axes cut where some numbers, as many as entries, depend on one part of each only.

        Where they vary along one axis alone, as labels do, what looks regular is taken as chance.
        """
        varying = [axis for axis in range(len(self.shape)) if _varies(values.reshape(self.shape), axis)]
        grid = self
        for axis in reversed(varying if len(varying) > 1 else []):
            inner = _part(values.reshape(grid.shape), axis)
            grid = grid if inner is None else grid.split(axis, inner)
        return grid if len(grid.shape) <= MOST_AXES else self

    def table(self, i: int) -> np.ndarray:
        """The table's entries; of length 1 along the axes on which they do not depend."""
        entries = np.full((1,) * len(self.shape), self.starts[i])
        for axis, (n, stride) in enumerate(zip(self.shape, self.strides[i], strict=True)):
            if stride:
                steps = np.arange(n) * stride
                entries = entries + steps.reshape([n if a == axis else 1 for a in range(len(self.shape))])
        return entries


def common_grid(tables: Sequence[np.ndarray], sources: Sequence[Shape]) -> Grid | None:
    """The grid of some vectors of places in arrays of the shapes `sources`; None if they are irregular."""
    if not tables:
        return Grid((), (), ())
    starts = tuple(int(table[0]) for table in tables)
    columns = [np.asarray(table) for table in tables]
    shape: list[int] = []
    strides: list[tuple[int, ...]] = []  # by axis
    while (n := len(columns[0])) > 1:
        for r in _divisors(n, min(map(_run, columns))):
            blocks = [column.reshape(-1, r) for column in columns]
            if all((block - block[:, :1] == block[0] - block[0, 0]).all() for block in blocks):
                break
        else:
            return None
        steps = tuple(int(block[0, 1] - block[0, 0]) for block in blocks)
        for length, factor in _pieces(r, steps, sources):
            shape.insert(0, length)
            strides.insert(0, tuple(step * factor for step in steps))
        columns = [block[:, 0] for block in blocks]
    if len(shape) > MOST_AXES:
        return None
    return Grid(tuple(shape), starts, tuple(tuple(axis[i] for axis in strides) for i in range(len(tables))))


def where_it_varies(values: np.ndarray) -> np.ndarray:
    """The values, with one of each axis along which they do not change."""
    for axis in range(values.ndim):
        if not _varies(values, axis):
            values = values.take([0], axis)
    return values


def _varies(values: np.ndarray, axis: int) -> bool:
    first = np.broadcast_to(values.take([0], axis), values.shape)
    return not np.array_equal(first, values, equal_nan=values.dtype.kind in "fc")


def _part(values: np.ndarray, axis: int) -> int | None:
    """How long the inner part of an axis is if the values repeat themselves along it, or in runs; None if not."""
    n = values.shape[axis]
    divisors = list(_divisors(n, n - 1))
    before, behind = values.shape[:axis], values.shape[axis + 1 :]
    for lengths, which in ((reversed(divisors), axis), (divisors, axis + 1)):
        for inner in lengths:
            if not _varies(values.reshape(*before, n // inner, inner, *behind), which):
                return inner
    return None


def _run(table: np.ndarray) -> int:
    """How many entries follow at equal distances."""
    steps = np.diff(table)
    other = np.flatnonzero(steps != steps[0])
    return int(other[0]) + 1 if other.size else len(table)


def _divisors(n: int, most: int) -> Iterator[int]:
    return (r for r in range(most, 1, -1) if n % r == 0)


def _pieces(n: int, steps: tuple[int, ...], sources: Sequence[Shape]) -> list[tuple[int, int]]:
    """An axis of n entries cut where the arrays have their axes: (length, steps between entries), fastest first."""
    lengths = {1, n}
    for step, source in zip(steps, sources, strict=True):
        for axis in range(1, len(source)):
            inner = math.prod(source[axis:])
            if step > 0 and step < inner < step * n and inner % step == 0:
                lengths.add(inner // step)
    cuts = sorted(lengths)
    if any(b % a for a, b in pairwise(cuts)):
        cuts = [1, n]
    return [(b // a, a) for a, b in pairwise(cuts)]


def dense_order(shape: Shape, strides: Shape) -> list[int] | None:
    """Axes, slowest first, if their entries fill one piece without gaps; those of stride 0 left out."""
    axes = sorted((axis for axis, stride in enumerate(strides) if stride), key=lambda axis: -strides[axis])
    expected = 1
    for axis in reversed(axes):
        if strides[axis] != expected:
            return None
        expected *= shape[axis]
    return axes
