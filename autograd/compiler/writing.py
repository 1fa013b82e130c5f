"""How an operation is written into an array that is there: `dot(x, weight_T, z)`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeGuard

import numpy as np

from autograd.compiler.blocks import BLOCK
from autograd.compiler.lowering import Lowering
from autograd.compiler.objects import Objects
from autograd.compiler.operations import ADD_IN_ROWS
from autograd.compiler.program import Equation, Variable, is_matrix, is_number
from autograd.ops import elementwise as ew
from autograd.ops import linalg, reductions
from autograd.ops.indexing import pick

_FOLDS = {reductions.sum_: np.add, reductions.max_: np.maximum, reductions.min_: np.minimum}


# Whether the result may take the place of an input that is read for the last time, and the lines.
Writer = tuple[bool, Callable[[], Iterable[str]]]


class Writing:
    """Writes equations as calls with `out=`, where their operation has one, and else as expressions."""

    def __init__(self, objects: Objects, lowering: Lowering, constants: frozenset[Variable]) -> None:
        self._objects = objects
        self._lowering = lowering
        self._constant_inputs = constants
        self._forms: dict[Any, str] = {}

    def writer(self, equation: Equation) -> Writer | None:
        """How to compute an equation into the array of its output; None where its operation has no `out=`."""
        primitive, inputs, output = equation.primitive, equation.inputs, equation.output
        name = self._objects.names[output]
        if isinstance(primitive.forward, np.ufunc) and equation.is_by_element:
            return True, lambda: [self._by_element(primitive.forward, inputs, output)]
        if primitive is ew.relu:
            return True, lambda: [self._by_element(np.maximum, (*inputs, np.zeros((), output.dtype)), output)]
        if primitive is ADD_IN_ROWS:
            return True, lambda: self._added_in_rows(equation)
        if primitive is ew.gated and self._is_maskable(equation):
            return False, lambda: self._masked(equation)
        if primitive is pick and (places := self._places(inputs[0], equation.keywords["index"])) is not None:
            return False, lambda: [f"{self._objects.flat(inputs[0])}.take({places}, None, {name}, 'clip')"]
        if primitive in _FOLDS:
            return False, lambda: [self._folded(equation)]
        if primitive in (linalg.matmul, linalg.dot) and all(is_matrix(x, output.dtype) for x in inputs):
            return False, lambda: [f"{self._objects.name(inputs[0])}.dot({self._objects.name(inputs[1])}, {name})"]
        if primitive is linalg.affine and all(is_matrix(x, output.dtype) for x in inputs[:2]) and inputs[2].ndim == 1:
            return False, lambda: [
                f"{self._objects.name(inputs[0])}.dot({self._objects.transposed(inputs[1])}, {name})",
                self._by_element(np.add, (output, inputs[2]), output),
            ]
        return None

    def _by_element(self, ufunc: np.ufunc, inputs: tuple[Any, ...], output: Variable) -> str:
        """A call of a ufunc; its operands are given as NumPy takes them fastest."""
        name, is_extremum = self._objects.names[output], ufunc in (np.maximum, np.minimum)
        operands = [
            self._objects.filled(x, output) if is_extremum and _can_be_filled(x, output) else self._operand(x, output)
            for x in inputs
        ]
        out = f"out={name}" if is_extremum else name
        return f"{self._objects.object(ufunc.__name__, ufunc)}({', '.join(operands)}, {out})"

    def _operand(self, x: Any, output: Variable) -> str:
        """An input's name; an array of one element without its axes, since spreading it along axes takes time."""
        if self._lies(x) and 0 < x.ndim <= output.ndim and x.size == 1 < output.size:
            return self._objects.object(f"{self._objects.names[x]}_number", self._objects.arrays[x].reshape(()))
        return self._objects.name(x)

    def _lies(self, x: Any) -> TypeGuard[Variable]:
        """Whether x is a variable that lies in one place."""
        return isinstance(x, Variable) and x in self._objects.arrays

    def _is_maskable(self, equation: Equation) -> bool:
        g, mask = equation.inputs
        return (
            all(self._lies(x) for x in equation.inputs)
            and mask.dtype == np.bool
            and g.shape == mask.shape == equation.output.shape
            and g.dtype == equation.output.dtype
            and g.dtype.itemsize in (4, 8)
            and g.dtype.kind == "f"
            and all(self._objects.arrays[x].flags.c_contiguous for x in equation.inputs)
        )

    def _masked(self, equation: Equation) -> Iterator[str]:
        """g where the mask holds, else 0: the bits of g times 1 or 0, so that inf * 0 is 0."""
        g, mask = equation.inputs
        bits = np.dtype(f"i{g.dtype.itemsize}")
        of_g, result = self._objects.bits(g, bits), self._objects.bits(equation.output, bits)
        yield f"{result}[...] = {self._objects.name(mask)}"
        yield f"{self._objects.object('multiply', np.multiply)}({of_g}, {result}, {result})"

    def _added_in_rows(self, equation: Equation) -> Iterator[str]:
        x, added, index = equation.inputs[0], equation.inputs[1], equation.keywords["index"]
        name = self._objects.names[equation.output]
        if not self._lies(x) or not _same_memory(self._objects.arrays[x], self._objects.arrays[equation.output]):
            yield f"{name}[...] = {self._objects.name(x)}"
        is_turned = equation.keywords.get("is_turned", False)
        yield f"{self._rows(equation.output, index, is_turned)} += {self._objects.name(added)}"

    def _rows(self, x: Variable, index: Any, is_turned: bool = False) -> str:
        """The element [i, index[i]] of each row, or [index[i], i], of an array that lies in one place."""
        if (places := self._places(x, index, is_turned)) is not None:
            return f"{self._objects.flat(x)}[{places}]"
        inner = [self._objects.object("rows", np.arange(x.shape[is_turned])), self._objects.name(index)]
        return f"{self._objects.names[x]}[{', '.join(inner[::-1] if is_turned else inner)}]"

    def _places(self, x: Any, index: Any, is_turned: bool = False) -> str | None:
        """Where these elements are in memory, if that is known beforehand."""
        if isinstance(index, Variable):
            if index not in self._constant_inputs:
                return None
            index = self._objects.arrays[index]
        if not self._lies(x) or not self._objects.arrays[x].flags.forc:
            return None
        n, columns = x.shape[::-1] if is_turned else x.shape
        along_rows = self._objects.arrays[x].flags.c_contiguous is not is_turned
        index = index % columns
        places = np.arange(n) * columns + index if along_rows else np.arange(n) + index * n
        return self._objects.object("places", places)

    def _folded(self, equation: Equation) -> str:
        x, output = equation.inputs[0], equation.output
        axis, keepdims = equation.keywords.get("axis"), equation.keywords.get("keepdims", False)
        name, of_x = self._objects.names[output], self._objects.name(x)
        is_short = is_matrix(x, output.dtype) and axis in (0, 1, -1) and x.shape[axis] <= BLOCK  # ones take memory, too
        if equation.primitive is reductions.sum_ and is_short:
            if axis == 0:
                return f"{self._objects.ones(x.shape[0], x.dtype)}.dot({of_x}, {self._objects.flat(output)})"
            return f"{of_x}.dot({self._objects.ones(x.shape[1], x.dtype)}, {self._objects.flat(output)})"
        ufunc = _FOLDS[equation.primitive]
        fold = self._objects.object(f"{ufunc.__name__}_reduce", ufunc.reduce)
        return f"{fold}({of_x}, {axis!r}, None, {name}, {keepdims!r})"

    def expression(self, equation: Equation) -> str:
        """As in the readable source."""
        x = equation.inputs[0] if equation.inputs else None
        if equation.primitive is reductions.sum_ and equation.output.ndim == 0 and self._lies(x):
            array = self._objects.arrays[x]
            if array.flags.forc and x.dtype.kind == "f" and x.dtype == equation.output.dtype:
                flat = self._objects.flat(x)
                if x.size > BLOCK:  # where ones would only take memory
                    return f"{self._objects.object('add_reduce', np.add.reduce)}({flat})"
                return f"{self._objects.ones(x.size, x.dtype)}.dot({flat})"
        if equation.primitive is pick and self._lies(x):
            return self._rows(x, equation.keywords["index"])
        return self._of_numbers(equation) if not equation.output.shape else self._lowered(equation)

    def _of_numbers(self, equation: Equation) -> str:
        """An operation on single numbers: there may be thousands, so each form of them is lowered once."""
        places = {x: i for i, x in enumerate(equation.inputs) if type(x) is Variable}
        form = [(places[x], x.dtype) if type(x) is Variable else _number_text(x) for x in equation.inputs]
        if equation.keywords or None in form:
            return self._lowered(equation)
        key = (equation.primitive, equation.output.dtype, *form)
        if key not in self._forms:
            self._forms[key] = self._lowered(equation, {x: f"{{{i}}}" for x, i in places.items()})
        return self._forms[key].format(
            *(self._objects.names[x] if type(x) is Variable else "" for x in equation.inputs)
        )

    def _lowered(self, equation: Equation, names: dict[Variable, str] | None = None) -> str:
        names = names or {x: self._objects.name(x) for x in equation.reads()}
        written: dict[Variable, ast.expr] = {x: ast.Name(name, ast.Load()) for x, name in names.items()}
        return ast.unparse(ast.fix_missing_locations(self._lowering.expression(equation, written)))


def _number_text(x: Any) -> str | None:
    """A number with its type, as text; None for anything else."""
    return f"{type(x)} {getattr(x, 'dtype', '')} {x!r}" if is_number(x) else None


def _same_memory(a: np.ndarray, b: np.ndarray) -> bool:
    return a.__array_interface__ == b.__array_interface__


def _can_be_filled(x: Any, output: Variable) -> bool:
    """Whether x is a number of the output's dtype, of which an array can be made beforehand."""
    return isinstance(x, np.ndarray | np.generic) and x.ndim == 0 and x.dtype == output.dtype and output.ndim > 0
