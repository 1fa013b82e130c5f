"""Views of a program's arrays, and what is gathered from them: the numbers of an operand in their shape."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np

from autograd.compiler.passes.grids import Grid, Shape, common_grid, dense_order
from autograd.compiler.program import Equation, Variable
from autograd.ops import elementwise as ew
from autograd.ops import linalg, reductions, shaping
from autograd.ops.indexing import getitem
from autograd.primitives import Primitive

# Constants of so many numbers are written where they are used, others have a name.
WRITTEN_IN_PLACE = 8


class Views:
    """Collects equations; `like` is the one of the old program that is being replaced, whose place they take."""

    like: Equation

    def __init__(self, inputs: Collection[Variable]) -> None:
        self.equations: list[Equation] = []
        self.tables: dict[Any, tuple[Variable, np.ndarray]] = {}  # by content
        self.shapes: dict[Variable, Shape] = {}  # of inputs that are read in a shape of several axes
        self._inputs = inputs
        self._elements: dict[tuple[Variable, int], Variable] = {}  # by place

    def emit(
        self, primitive: Primitive, *inputs: Any, shape: Shape, dtype: Any, hint: str = "", is_view: bool = False,
        keywords: dict[str, Any] | None = None, **others: Any,
    ) -> Variable:  # fmt: skip
        """Add an equation; returns its output."""
        output = Variable(shape, dtype, hint or _HINTS.get(primitive, "t"))
        equation = replace(
            self.like, primitive=primitive, inputs=inputs, keywords=keywords or others, output=output, is_view=is_view
        )
        self.equations.append(equation)
        return output

    def define(self, variable: Variable, shape: Shape) -> None:
        """Let the last equation define that variable."""
        variable.shape = shape
        self.equations[-1] = replace(self.equations[-1], output=variable)

    def constant(self, values: np.ndarray, hint: str) -> Any:
        """An array of constants, or its name."""
        return values if values.size <= WRITTEN_IN_PLACE else self.table(values, hint)

    def table(self, values: np.ndarray, hint: str) -> Variable:
        """The name of a constant; equal ones have one."""
        key = (values.dtype, values.shape, values.tobytes())
        if key not in self.tables:
            variable = Variable(values.shape, values.dtype, hint)
            self.tables[key] = variable, np.ascontiguousarray(values)
        return self.tables[key][0]

    def element(self, array: Variable, position: int) -> Variable:
        """One number of an array."""
        if (array, position) not in self._elements:
            place = tuple(int(i) for i in np.unravel_index(position, array.shape))
            index = place[0] if len(place) == 1 else place
            self._elements[array, position] = self.emit(getitem, array, index=index, shape=(), dtype=array.dtype)
        return self._elements[array, position]

    def gathered(self, array: Variable, table: np.ndarray) -> Variable:
        """The numbers at some places, as a vector."""
        grid = common_grid([table], [array.shape])
        if grid is not None and len(grid.shape) == 1 and grid.strides[0][0] > 0:
            return self.view(array, grid, 0)
        return self.pick(array, table)

    def pick(self, array: Variable, table: np.ndarray) -> Variable:
        """What lies at the places of a table, in its shape."""
        index = self.table(table, "places")
        return self.emit(getitem, self.flat(array), index=index, shape=table.shape, dtype=array.dtype)

    def view(self, array: Variable, grid: Grid, i: int) -> Variable:
        """The operands in the shape of the grid, without the axes on which they do not depend or with length 1."""
        order = dense_order(grid.shape, grid.strides[i])
        if order is None:
            return self.pick(array, grid.table(i))
        if not order:
            return self.element(array, grid.starts[i])
        x = self.piece(array, grid.starts[i], tuple(grid.shape[axis] for axis in order))
        return self.arranged(x, order, grid.shape)

    def arranged(self, x: Variable, order: list[int], shape: Shape) -> Variable:
        """x, whose axes are those of `shape` named by `order`, with its axes in order and ones between them."""
        if order != sorted(order):
            axes = tuple(order.index(axis) for axis in sorted(order))
            turned = tuple(x.shape[axis] for axis in axes)
            keywords = {} if axes == tuple(range(len(axes)))[::-1] else {"axes": axes}
            x = self.emit(shaping.transpose, x, keywords=keywords, shape=turned, dtype=x.dtype, is_view=True)
        return self.shaped(x, without_leading_ones(tuple(n if i in order else 1 for i, n in enumerate(shape))))

    def piece(self, array: Variable, start: int, shape: Shape) -> Variable:
        """A piece without gaps of an array."""
        size = math.prod(shape)
        if array in self._inputs and size == array.size and len(shape) > 1:
            self.shapes.setdefault(array, shape)
        if size == array.size:
            return self.shaped(array, shape)
        index = slice(start, start + size)
        x = self.emit(getitem, self.flat(array), index=index, shape=(size,), dtype=array.dtype, is_view=True)
        return self.shaped(x, shape)

    def flat(self, array: Variable) -> Variable:
        """The array as a vector."""
        return self.shaped(array, (array.size,))

    def shaped(self, x: Variable, shape: Shape) -> Variable:
        """x in that shape."""
        if x.shape == shape:
            return x
        return self.emit(shaping.reshape, x, shape=shape, dtype=x.dtype, is_view=True, keywords={"shape": shape})


_HINTS = {ew.add: "s", ew.multiply: "q", linalg.matmul: "z", reductions.sum_: "s"}


def without_leading_ones(shape: Shape) -> Shape:
    """What broadcasts to the same shapes."""
    first = next((i for i, n in enumerate(shape) if n != 1), len(shape))
    return shape[first:]
