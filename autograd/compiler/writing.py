"""How an operation is written into an array that is there: `dot(x, weight_T, z)`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeGuard

import numpy as np

from autograd.compiler.blocks import BLOCK
from autograd.compiler.lowering import Lowering
from autograd.compiler.objects import Objects
from autograd.compiler.passes.rows import ADD_IN_ROWS
from autograd.compiler.program import Equation, Variable
from autograd.ops import elementwise as ew
from autograd.ops import linalg, reductions
from autograd.ops.indexing import pick
from autograd.primitives import CONSTANT

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
        by_element = primitive.is_elementwise or primitive.structure == CONSTANT
        if isinstance(primitive.forward, np.ufunc) and by_element and not equation.keywords:
            ufunc = self._objects.object(primitive.forward.__name__, primitive.forward)
            out = f"out={name}" if primitive.forward in (np.maximum, np.minimum) else name
            return True, lambda: [f"{ufunc}({', '.join(map(self._objects.name, inputs))}, {out})"]
        if primitive is ew.relu:
            maximum = self._objects.object("maximum", np.maximum)
            return True, lambda: [
                f"{maximum}({self._objects.name(inputs[0])}, {self._objects.number(0, output)}, out={name})"
            ]
        if primitive is ADD_IN_ROWS:
            return True, lambda: self._added_in_rows(equation)
        if primitive is ew.gated and self._is_maskable(equation):
            return True, lambda: [self._masked(equation)]
        if primitive in _FOLDS:
            return False, lambda: [self._folded(equation)]
        if primitive in (linalg.matmul, linalg.dot) and all(_is_matrix(x, output) for x in inputs):
            dot = self._objects.object("dot", np.dot)
            return False, lambda: [f"{dot}({self._objects.name(inputs[0])}, {self._objects.name(inputs[1])}, {name})"]
        if primitive is linalg.affine and all(_is_matrix(x, output) for x in inputs[:2]) and inputs[2].ndim == 1:
            dot, add = self._objects.object("dot", np.dot), self._objects.object("add", np.add)
            return False, lambda: [
                f"{dot}({self._objects.name(inputs[0])}, {self._objects.transposed(inputs[1])}, {name})",
                f"{add}({name}, {self._objects.name(inputs[2])}, {name})",
            ]
        return None

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

    def _masked(self, equation: Equation) -> str:
        """g where the mask holds, else 0: the bits of g times 1 or 0, so that inf * 0 is 0."""
        g, mask = equation.inputs
        bits = np.dtype(f"i{g.dtype.itemsize}")
        names = []
        for x, dtype in ((g, bits), (mask, np.dtype(np.int8)), (equation.output, bits)):
            names.append(self._objects.bits(x, dtype))
        return f"{self._objects.object('multiply', np.multiply)}({', '.join(names)})"

    def _added_in_rows(self, equation: Equation) -> Iterator[str]:
        x, added, index = equation.inputs[0], equation.inputs[1], equation.keywords["index"]
        name = self._objects.names[equation.output]
        if not self._lies(x) or not _same_memory(self._objects.arrays[x], self._objects.arrays[equation.output]):
            yield f"{name}[...] = {self._objects.name(x)}"
        yield f"{self._rows(equation.output, index)} += {self._objects.name(added)}"

    def _rows(self, x: Variable, index: Any) -> str:
        """The element [i, index[i]] of each row, of an array that lies in one place."""
        rows = np.arange(x.shape[0])
        known = index
        if isinstance(index, Variable):
            known = self._objects.arrays[index] if index in self._constant_inputs else None
        if known is not None:
            flat = self._objects.flat(x)
            return f"{flat}[{self._objects.object('places', rows * x.shape[1] + known)}]"
        return f"{self._objects.names[x]}[{self._objects.object('rows', rows)}, {self._objects.name(index)}]"

    def _folded(self, equation: Equation) -> str:
        x, output = equation.inputs[0], equation.output
        axis, keepdims = equation.keywords.get("axis"), equation.keywords.get("keepdims", False)
        name, of_x = self._objects.names[output], self._objects.name(x)
        if (
            equation.primitive is reductions.sum_
            and x.ndim == 2
            and axis == 0
            and not keepdims
            and _is_matrix(x, output)
        ):
            return f"{self._objects.object('dot', np.dot)}({self._objects.ones(x.shape[0], x.dtype)}, {of_x}, {name})"
        ufunc = _FOLDS[equation.primitive]
        fold = self._objects.object(f"{ufunc.__name__}_reduce", ufunc.reduce)
        return f"{fold}({of_x}, {axis!r}, None, {name}, {keepdims!r})"

    def expression(self, equation: Equation) -> str:
        """As in the readable source."""
        x = equation.inputs[0] if equation.inputs else None
        if equation.primitive is reductions.sum_ and equation.output.ndim == 0 and self._lies(x):
            array = self._objects.arrays[x]
            if array.flags.c_contiguous and x.dtype.kind == "f" and x.dtype == equation.output.dtype:
                flat = self._objects.flat(x)
                if x.size > BLOCK:  # where ones would only take memory
                    return f"{self._objects.object('add_reduce', np.add.reduce)}({flat})"
                return f"{self._objects.object('dot', np.dot)}({self._objects.ones(x.size, x.dtype)}, {flat})"
        if equation.primitive is pick and self._lies(x) and self._objects.arrays[x].flags.c_contiguous:
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
    is_number = isinstance(x, float | int | np.generic) or (isinstance(x, np.ndarray) and not x.ndim)
    return f"{type(x)} {getattr(x, 'dtype', '')} {x!r}" if is_number else None


def _same_memory(a: np.ndarray, b: np.ndarray) -> bool:
    return a.__array_interface__ == b.__array_interface__


def _is_matrix(x: Any, output: Variable) -> bool:
    return isinstance(x, Variable) and x.ndim == 2 and x.dtype == output.dtype and x.dtype.kind == "f"
