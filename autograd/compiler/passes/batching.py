"""Numbers into arrays: a graph of scalar Tensors as the array program that one would have written.

The numbers of one group (`scalar_groups.py`) become one array, and the operation on them one equation. Its inputs
(`operands.py`) are views of earlier arrays where the places are regular (`grids.py`), and are gathered with a table of
places where they are not (`views.py`). Products that are summed up are products of matrices (`products.py`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np

from autograd.compiler.operations import JOINED, SEGMENT_SUMS, TOGETHER
from autograd.compiler.passes.cleaning import dead_code, shared_subexpressions
from autograd.compiler.passes.grids import Grid, Shape, common_grid, where_it_varies
from autograd.compiler.passes.operands import Operands
from autograd.compiler.passes.products import Product, Sums
from autograd.compiler.passes.scalar_graph import Number, ScalarGraph
from autograd.compiler.passes.scalar_groups import Group, Groups
from autograd.compiler.passes.views import Views, without_leading_ones
from autograd.compiler.program import Program, Variable
from autograd.ops import elementwise as ew
from autograd.ops import shaping

# Programs with fewer operations on single numbers stay as they are: straight lines of Python.
FEWEST_OPERATIONS = 30
# The share of operations that must be done by arrays; with less, it is not even tried.
LEAST_SHARE = 1 / 3


def batched(program: Program) -> Program:
    """The program with what is done to many numbers alike done to arrays of them."""
    if sum(not equation.output.shape for equation in program.equations) < FEWEST_OPERATIONS:
        return program
    graph = ScalarGraph(program)
    groups = Groups(graph)
    if sum(group.steps for group in groups.results if group.is_array) < LEAST_SHARE * len(program.equations):
        return program
    if groups.inputs:
        for array, shape in _Batches(program, graph, groups).shapes_of_inputs().items():
            array.shape = shape
    found = shared_subexpressions(dead_code(_Batches(program, graph, groups).program()))
    return found if _cost(found) < 0.8 * _cost(program) else program


def _cost(program: Program) -> int:
    """What a call takes, in operations on single numbers: an operation on a small array takes three times as long."""
    total = 0
    for equation in program.equations:
        total += 3 if equation.output.shape and not equation.is_view else 1
        total += len(equation.inputs) // 2 if equation.primitive in (TOGETHER, JOINED) else 0
    return total


class _Batches:
    """Makes the program of arrays."""

    def __init__(self, program: Program, graph: ScalarGraph, groups: Groups) -> None:
        self._old = program
        self._graph = graph
        self._groups = groups
        self._packs = {array: group for group in groups.inputs if (array := group.numbers[0].array) is not None}
        self._views = Views(self._packs)
        self._operands = Operands(groups, self._views)
        self._adding = Sums(self._views)

    def shapes_of_inputs(self) -> dict[Variable, Shape]:
        """The shapes in which vectors of inputs are read; where they have them, all that is made of them has them."""
        self._run()
        return self._views.shapes

    def program(self) -> Program:
        """The program with the arrays in place of the numbers."""
        self._run()
        packs = {x: tuple(y.variable for y in group.numbers if y.variable) for x, group in self._packs.items()}
        outputs, spread = self._outputs()
        writes = tuple((target, self._operands.number(self._graph.of[new])) for target, new in self._old.writes)
        packed = {x: array for array, members in packs.items() for x in members}
        inputs = tuple(dict.fromkeys(packed.get(x, x) for x in self._old.inputs))
        tables = dict(self._views.tables.values())
        aliases = {  # an array of numbers is a copy
            target: {x: start for x, start in others.items() if x not in packed}
            for target, others in self._old.aliases.items()
            if target not in packed
        }
        return replace(
            self._old, inputs=(*inputs, *tables), equations=tuple(self._views.equations), outputs=outputs,
            writes=writes, aliases=aliases, packs=packs, tables=tables, spread=spread,
        )  # fmt: skip

    def _run(self) -> None:
        for group in self._groups.results:
            first = group.numbers[0]
            assert first.equation is not None
            self._views.like = first.equation
            if not group.is_array:
                self._alone(first)
            elif not first.is_sum:
                self._elementwise(group)
            elif group.is_mixed:
                self._sums_of_pieces(group)
            else:
                self._sums(group)

    # --- one group ---

    def _alone(self, number: Number) -> None:
        """An equation that stays, of numbers taken out of their arrays."""
        equation = number.equation
        assert equation is not None and number.variable is not None
        if number.is_sum:
            total, *terms = [self._operands.number(x) for x in number.operands]
            for x in terms:
                total = self._views.emit(ew.add, total, x, shape=(), dtype=number.variable.dtype)
            self._views.define(number.variable, ())
        elif number.is_scalar:
            inputs = tuple(self._operands.number(x) for x in number.operands)
            self._views.equations.append(replace(equation, inputs=inputs))
        elif (row := self._row(number)) is not None:
            array, table = self._operands.pooled(row)
            self._views.emit(ew.positive, self._views.gathered(array, table), shape=table.shape, dtype=array.dtype)
            self._views.define(number.variable, table.shape)
        else:
            mapping = {x: self._operands.number(self._graph.of[x]) for x in equation.reads()}
            self._views.equations.append(equation.replaced({x: new for x, new in mapping.items() if new is not x}))

    def _row(self, number: Number) -> tuple[Number, ...] | None:
        """The numbers that an equation makes a vector of, as an optimizer does of gradients; None if it does not."""
        assert number.equation is not None
        if number.primitive is not shaping.concatenate or len(number.operands) != len(number.equation.inputs):
            return None
        row = [x.operands[0] for x in number.operands if x.equation is not None and x.primitive is shaping.reshape]
        if len(row) < len(number.operands) or not all(x.variable is not None and not x.variable.shape for x in row):
            return None
        return tuple(row)

    def _elementwise(self, group: Group) -> None:
        numbers = group.numbers
        sources = [self._operands.source(column) for column in zip(*(x.operands for x in numbers), strict=True)]
        tables = [(source.array, source.table) for source in sources if source.table is not None]
        constants = [source.array for source in sources if type(source.array) is np.ndarray]
        grid = self._grid(tables, constants, len(numbers))
        shape: Shape = (len(numbers),) if grid is None else grid.shape
        inputs: list[Any] = []
        factors: list[tuple[Any, Any]] = []
        for source in sources:
            if type(source.array) is np.ndarray:
                values = where_it_varies(source.array.reshape(shape))
                factors.append((values, None))
                inputs.append(self._views.constant(values.reshape(without_leading_ones(values.shape)), "numbers"))
            elif source.table is None:
                inputs.append(source.array)
            elif grid is None:
                inputs.append(self._views.gathered(source.array, source.table))
            else:
                factors.append((source.array, len([i for _, i in factors if i is not None])))
                inputs.append(self._views.view(source.array, grid, factors[-1][1]))
        primitive = numbers[0].primitive
        array = self._result(group)
        self._views.emit(primitive, *inputs, shape=shape, dtype=array.dtype, hint=array.hint)
        self._views.define(array, shape)
        if primitive is ew.multiply and grid is not None and len(factors) == 2:
            self._adding.products[array] = Product(grid, tuple(factors))

    def _grid(self, tables: list[tuple[Variable, np.ndarray]], constants: list[np.ndarray], n: int) -> Grid | None:
        """The grid of some tables of n places, with axes on each of which one of them depends, or else a constant."""
        grid = common_grid([table for _, table in tables], [array.shape for array, _ in tables])
        if not tables and n > 1:
            grid = Grid((n,), (), ())
        if grid is None:
            return None
        for values in constants:
            grid = grid.split_for(values)
        varying = [where_it_varies(values.reshape(grid.shape)).shape for values in constants]
        for axis in range(len(grid.shape)):
            if not any(strides[axis] for strides in grid.strides) and all(shape[axis] == 1 for shape in varying):
                return None
        return grid

    def _sums(self, group: Group) -> None:
        """Sums of terms of the same kinds each: the terms of a kind lie in one array, or are one for all."""
        numbers = group.numbers
        result = self._result(group)
        parts: list[Any] = []
        moving: list[tuple[Variable, np.ndarray]] = []
        constants = np.zeros(len(numbers), result.dtype)
        place = 0
        for _, run in groupby(numbers[0].operands, key=lambda x: x.kind):
            n = len(list(run))
            columns = [x.operands[place : place + n] for x in numbers]
            place += n
            first = columns[0][0]
            if first.array is not None:
                moving.append((first.array, np.array([[x.position for x in terms] for terms in columns])))
            elif first.variable is not None:
                parts.append(self._times(n, first.variable))
            else:
                constants += [sum(x.value for x in terms) for terms in columns]
        shape = self._add_regular(moving, constants, parts, result)
        if shape is None:
            shape = self._add_gathered(moving, constants, parts, result)
        self._views.define(result, () if len(numbers) == 1 else shape)

    def _add_regular(
        self, moving: list[tuple[Variable, np.ndarray]], constants: np.ndarray, parts: list[Any], result: Variable
    ) -> Shape | None:
        """Add up what lies regularly; the shape of the result, None if it does not."""
        if any((table - table[:, :1] != table[0] - table[0, 0]).any() for _, table in moving):
            return None
        grid = self._grid([(array, table[:, 0]) for array, table in moving], [constants], len(constants))
        if grid is None:
            return None
        found = []
        for i, (array, table) in enumerate(moving):
            terms = common_grid([table[0] - table[0, 0]], [array.shape])
            if terms is None:
                found.append(self._adding.sum(self._views.pick(array, table.T.reshape(-1, *grid.shape)), (0,)))
            elif not terms.shape:
                found.append(self._views.view(array, grid, i))
            else:
                found.append(self._adding.reduced(array, grid, i, terms))
        self._add_up(found, constants.reshape(grid.shape), parts, result)
        return grid.shape

    def _add_gathered(
        self, moving: list[tuple[Variable, np.ndarray]], constants: np.ndarray, parts: list[Any], result: Variable
    ) -> Shape:
        found = []
        for array, table in moving:
            x = self._views.pick(array, table.T if table.shape[1] > 1 else table[:, 0])
            found.append(self._adding.sum(x, (0,)) if table.shape[1] > 1 else x)
        self._add_up(found, constants, parts, result)
        return constants.shape

    def _add_up(self, found: list[Any], constants: np.ndarray, parts: list[Any], result: Variable) -> None:
        if constants.any():
            values = where_it_varies(constants)
            parts = [*parts, self._views.constant(values.reshape(without_leading_ones(values.shape)), "numbers")]
        total, *others = [*found, *parts]
        for x in others:
            shape = np.broadcast_shapes(total.shape, x.shape)
            total = self._views.emit(ew.add, total, x, shape=shape, dtype=result.dtype, hint=result.hint)

    def _sums_of_pieces(self, group: Group) -> None:
        """Sums of any terms: all terms in a row, and where each sum begins."""
        terms = [x for number in group.numbers for x in number.operands]
        lengths = [len(number.operands) for number in group.numbers]
        starts = np.cumsum([0, *lengths[:-1]])
        result = self._result(group)
        x = self._views.gathered(*self._operands.pooled(tuple(terms)))
        shape = (len(lengths),)
        self._views.emit(SEGMENT_SUMS, x, starts=self._views.table(starts, "starts"), shape=shape, dtype=result.dtype)
        self._views.define(result, shape)

    def _times(self, n: int, x: Variable) -> Variable:
        return x if n == 1 else self._views.emit(ew.multiply, np.asarray(n, x.dtype), x, shape=(), dtype=x.dtype)

    # --- results ---

    def _result(self, group: Group) -> Variable:
        """The array of a group, which is called after what it is the gradient of; the variable of one number."""
        first = group.numbers[0]
        array = first.array or first.variable
        assert array is not None, "results have a variable"
        of = {self._array_of_target(x) for x in group.numbers}
        if first.array is not None and len(of) == 1:
            array.of = of.pop()
        return array

    def _array_of_target(self, x: Number) -> Variable | None:
        target = None if x.variable is None or x.variable.of is None else self._graph.of.get(x.variable.of)
        return None if target is None else target.array

    # --- what leaves ---

    def _outputs(self) -> tuple[tuple[Variable, ...], tuple[tuple[int, int | None], ...]]:
        """The results, and for each of the old ones where it is: which result, and where in it."""
        numbers = [self._graph.of[x] for x in self._old.outputs]
        wanted = Counter(x.array for x in dict.fromkeys(numbers))
        places: list[tuple[Variable, int | None]] = []
        for x in numbers:
            if x.array is not None and 2 * wanted[x.array] > x.array.size:
                places.append((x.array, x.position))
            else:
                places.append((self._operands.number(x), None))
        outputs = tuple(dict.fromkeys(array for array, _ in places))
        index = {x: i for i, x in enumerate(outputs)}
        return outputs, tuple((index[array], position) for array, position in places)
