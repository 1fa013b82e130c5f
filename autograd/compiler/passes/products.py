"""Sums over axes of a program's arrays: of an array of products, if that can be, as a product of matrices."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.passes.grids import Grid, Shape, dense_order
from autograd.compiler.passes.views import Views
from autograd.compiler.program import Variable
from autograd.ops import elementwise as ew
from autograd.ops import linalg, reductions


class Product(NamedTuple):
    """What an array of products was computed from: a grid, and for each factor its place in it or its numbers."""

    grid: Grid
    factors: tuple[tuple[Any, Any], ...]  # (array, which of the grid's), or (numbers in the shape of the grid, None)

    def has(self, side: int, axis: int) -> bool:
        """Whether a factor depends on an axis."""
        array, i = self.factors[side]
        return array.shape[axis] > 1 if i is None else bool(self.grid.strides[i][axis])


class Sums:
    """Adds up; `products` are the arrays that are known to be products."""

    def __init__(self, views: Views) -> None:
        self._views = views
        self.products: dict[Variable, Product] = {}

    def reduced(self, array: Variable, grid: Grid, i: int, terms: Grid) -> Variable:
        """Sums over some axes of an array, in the shape of the grid."""
        repeats = math.prod(n for n, stride in zip(terms.shape, terms.strides[0], strict=True) if not stride)
        shape, strides = grid.shape + terms.shape, grid.strides[i] + terms.strides[0]
        order = dense_order(shape, strides)
        if order is None:
            x = self._views.pick(array, Grid(shape, (grid.starts[i],), (strides,)).table(0))
            x = self.sum(x, tuple(range(len(grid.shape), len(shape))))
        elif all(axis < len(grid.shape) for axis in order):
            x = self._views.view(array, grid, i)
        else:
            kept = [axis for axis in order if axis < len(grid.shape)]
            dims = tuple(shape[axis] for axis in order)
            places = {axis: k for k, axis in enumerate(order)}
            product = self._matrix_product(array, dims, [places[axis] for axis in sorted(kept)])
            if product is None:
                summed = tuple(k for k, axis in enumerate(order) if axis not in kept)
                x = self._views.arranged(
                    self.sum(self._views.piece(array, grid.starts[i], dims), summed), kept, grid.shape
                )
            else:
                x = self._views.arranged(product, sorted(kept), grid.shape)
        if repeats == 1:
            return x
        return self._views.emit(ew.multiply, np.asarray(repeats, x.dtype), x, shape=x.shape, dtype=x.dtype)

    def sum(self, x: Variable, axes: Shape) -> Variable:
        """The sum over some axes."""
        shape = tuple(n for axis, n in enumerate(x.shape) if axis not in axes)
        axis = None if not shape else axes[0] if len(axes) == 1 else axes
        return self._views.emit(reductions.sum_, x, axis=axis, shape=shape, dtype=x.dtype)

    def _matrix_product(self, array: Variable, dims: Shape, kept: list[int]) -> Variable | None:
        """Sums of products over axes that both factors have; axes of one factor alone, in the order `kept`."""
        if array not in self.products or array.shape != dims or not kept:
            return None
        product = self.products[array]
        summed = [axis for axis in range(len(dims)) if axis not in kept]
        if not all(product.has(0, axis) and product.has(1, axis) for axis in summed):
            return None
        if any(product.has(0, axis) is product.has(1, axis) for axis in kept):
            return None
        left, right = (0, 1) if product.has(0, kept[0]) else (1, 0)
        rows = [axis for axis in kept if product.has(left, axis)]
        columns = [axis for axis in kept if product.has(right, axis)]
        a = self._matrix(product, left, rows, summed)
        b = self._matrix(product, right, summed, columns)
        shape = (*a.shape[:-1], *b.shape[1:])
        x = self._views.emit(linalg.matmul, a, b, shape=shape, dtype=array.dtype, hint="z")
        x = self._views.shaped(x, tuple(dims[axis] for axis in (*rows, *columns)))
        order = [kept.index(axis) for axis in (*rows, *columns)]
        return self._views.arranged(x, order, tuple(dims[axis] for axis in kept))

    def _matrix(self, product: Product, side: int, first: list[int], second: list[int]) -> Any:
        """A factor with two lots of its axes as rows and columns; a vector if one is empty."""
        axes = [*first, *second]
        dims = tuple(product.grid.shape[k] for k in axes)
        shape = tuple(math.prod(product.grid.shape[k] for k in lot) for lot in (first, second) if lot)
        array, i = product.factors[side]
        if i is None:
            others = [k for k in range(array.ndim) if k not in axes]
            return self._views.constant(array.transpose([*others, *axes]).reshape(shape), "numbers")
        strides = tuple(product.grid.strides[i][k] for k in axes)
        return self._views.shaped(self._views.view(array, Grid(dims, (product.grid.starts[i],), (strides,)), 0), shape)
