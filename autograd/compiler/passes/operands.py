"""The numbers that a group of operations takes: where they lie, put together from several arrays if need be."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.operations import JOINED, TOGETHER
from autograd.compiler.passes.scalar_graph import Number
from autograd.compiler.passes.scalar_groups import Groups
from autograd.compiler.passes.views import Views
from autograd.compiler.program import Variable

# Of larger arrays only what is needed is copied when numbers of several arrays are put together.
LARGE = 4096


class Source(NamedTuple):
    """A group's operands: those at the places of a table in an array; or, without a table, constants or one for all."""

    array: Any  # a variable; constants as an ndarray; a variable or a number for all
    table: np.ndarray | None = None


class Operands:
    """Looks up numbers, and adds the equations that take them out of their arrays or put them together."""

    def __init__(self, groups: Groups, views: Views) -> None:
        self._groups = groups
        self._views = views

    def source(self, column: tuple[Number, ...]) -> Source:
        """Where the operands in one place of a group's operations lie."""
        first = column[0]
        if all(x is first for x in column):
            return Source(self.number(first))
        if all(x.variable is None for x in column):
            return Source(np.array([x.value for x in column], self._dtype_of(column)))
        return Source(*self.pooled(column))

    def pooled(self, column: tuple[Number, ...]) -> tuple[Variable, np.ndarray]:
        """An array that holds some numbers, and where in it they are; if it must be, made of several others."""
        first = column[0].array
        if first is not None and all(x.array is first for x in column):
            return first, np.array([x.position for x in column])
        by_array: dict[Variable | None, list[Number]] = {}
        # By kinds, so that other operands may have the same sources; but gradients by what they are of.
        for x in sorted(dict.fromkeys(column), key=lambda x: (self._groups.home(x) or (x.kind,))[0]):
            by_array.setdefault(x.array, []).append(x)
        dtype = np.result_type(*(x.variable.dtype for x in column if x.variable is not None))
        parts: list[Variable] = []
        places: dict[Number, int] = {}
        start = 0
        for array, numbers in by_array.items():
            part, found = self._part(array, numbers, dtype)
            parts.append(part)
            places.update((x, start + i) for x, i in found.items())
            start += part.size
        whole = parts[0]
        if len(parts) > 1:
            whole = self._views.emit(JOINED, *parts, shape=(start,), dtype=dtype)
        return whole, np.array([places[x] for x in column])

    def _part(
        self, array: Variable | None, numbers: list[Number], dtype: np.dtype
    ) -> tuple[Variable, dict[Number, int]]:
        """A vector with numbers of one array, or of none, and the place of each in it."""
        if array is None:
            inputs = [dtype.type(x.value) if x.variable is None else x.variable for x in numbers]
            part = self._views.emit(TOGETHER, *inputs, shape=(len(numbers),), dtype=dtype)
        elif array.size > LARGE and array.size > 4 * len(numbers):
            numbers = sorted(numbers, key=lambda x: x.position)
            part = self._views.gathered(array, np.array([x.position for x in numbers]))
        else:
            return self._views.flat(array), {x: x.position for x in numbers}
        return part, {x: i for i, x in enumerate(numbers)}

    def _dtype_of(self, constants: tuple[Number, ...]) -> np.dtype | None:
        """Python's numbers take the dtype of what they meet."""
        if not all(isinstance(x.value, float | int) and not isinstance(x.value, np.generic) for x in constants):
            return None
        beside = [x.dtype for x in self._views.like.inputs if isinstance(x, Variable)]
        return beside[0] if beside else self._views.like.output.dtype

    def number(self, x: Number) -> Any:
        """A number by itself."""
        if x.array is None:
            return x.value if x.variable is None else x.variable
        return self._views.element(x.array, x.position)
