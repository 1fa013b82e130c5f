"""How arrays lie: which are views of others, and which are put together of pieces.

A form is an array that lies as a variable will: a given array itself, or memory of that shape that is never touched.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.native.elements import DTYPES
from autograd.compiler.program import VIEWS, Equation, Variable
from autograd.ops import indexing, shaping

_SEEN = VIEWS | {shaping.broadcast_to}  # whose results need no memory: loops read what they need with strides of 0


class Forms:
    """The form of each variable.

    `base` tells of a view what it is a view of, and how. `parts` tells of an array put together its pieces, each with
    the variable that stands for it in its place, and that place; `filled` holds those that are filled before.
    """

    def __init__(self, inputs: dict[Variable, np.ndarray], strange: frozenset[Variable]) -> None:
        self.forms = dict(inputs)
        self.base: dict[Variable, tuple[Variable, Equation]] = {}
        self.parts: dict[Variable, list[tuple[Variable, Variable, Any]]] = {}
        self.filled: set[Variable] = set()
        self.constants: dict[Variable, np.ndarray] = {}
        self._strange = strange  # inputs that lie as loops cannot read them

    def new(self, x: Variable) -> None:
        """A variable of its own."""
        self.forms[x] = np.empty(x.shape, x.dtype)

    def held(self, x: Any) -> Any:
        """The variable that an array in an equation becomes; anything else as it is."""
        if not isinstance(x, np.ndarray) or x.ndim == 0:
            return x
        variable = Variable.like(x, "constant")
        self.forms[variable] = self.constants[variable] = np.array(x, order="C")
        return variable

    def is_view(self, equation: Equation) -> bool:
        """Whether the result is an argument seen in another way; it is noted then."""
        x = equation.inputs[0] if equation.inputs else None
        if equation.primitive not in _SEEN or not isinstance(x, Variable) or len(set(equation.reads())) > 1:
            return False
        if equation.primitive is indexing.getitem and not indexing.is_basic(equation.keywords["index"]):
            return False
        view = seen(equation, self.forms[x])
        if view is None:
            return False
        self.forms[equation.output] = view
        self.base[equation.output] = (x, equation)
        return True

    def whole(self, x: Variable) -> Variable:
        """What x is a view of; itself if it is none."""
        while x in self.base:
            x = self.base[x][0]
        return x

    def is_piece(self, x: Variable) -> bool:
        """Whether another array is put together of x."""
        return any(x in piece for parts in self.parts.values() for piece in parts)

    def is_plain(self, x: Any) -> bool:
        """Whether loops can read x."""
        return isinstance(x, Variable) and x.dtype in DTYPES and self.whole(x) not in self._strange


def seen(equation: Equation, array: np.ndarray) -> np.ndarray | None:
    """The view of an array that an equation's result is; None if it is a copy."""
    view = equation.primitive.forward(array, **equation.keywords)
    if not isinstance(view, np.ndarray) or (array.size and not np.may_share_memory(view, array)):
        return None
    return view


def leading(matrix: np.ndarray) -> tuple[int, bool] | None:
    """How many elements rows are apart for BLAS, and whether these are the columns; None if neither is in one piece."""
    rows, columns = (stride // matrix.itemsize for stride in matrix.strides)
    if columns == 1 and rows >= matrix.shape[1]:
        return rows, False
    return (columns, True) if rows == 1 and columns >= matrix.shape[0] else None
