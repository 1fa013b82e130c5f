"""What a planned program names besides its own results: arrays that lie in one place, constants, functions."""

from __future__ import annotations

import ast
import math
from typing import Any

import numpy as np

from autograd.compiler.literals import literal
from autograd.compiler.program import Variable

CACHE_LINE = 64  # bytes

_WRITTEN_WHOLE = 32_768  # elements of an array full of a number
_LONG_ROW = 64


class Objects:
    """The global names of a program; equal constants share one.

    `names` says what each variable is called, `arrays` where those lie that lie in one place.
    """

    def __init__(self, names: dict[Variable, str]) -> None:
        self.names = names
        self.arrays: dict[Variable, np.ndarray] = {}
        self.objects: dict[str, Any] = {"np": np, "math": math}
        self._filled: dict[Any, str] = {}
        self._taken = set(names.values())

    def place(self, variable: Variable, array: np.ndarray) -> None:
        """The variable lies in that array."""
        self.arrays[variable] = array
        self.objects[self.names[variable]] = array

    def bits(self, variable: Variable, dtype: np.dtype) -> str:
        """An array seen as another type of the same size."""
        return self.object(f"{self.names[variable]}_bits", self.arrays[variable].view(dtype))

    def flat(self, variable: Variable) -> str:
        """An array seen as a vector, in the order in which it lies in memory."""
        if variable.ndim == 1:
            return self.names[variable]
        array = self.arrays[variable]
        lying = array if array.flags.c_contiguous else array.T
        return self.object(f"{self.names[variable]}_flat", lying.reshape(-1))

    def name(self, x: Any) -> str:
        """How a variable or a constant is written."""
        if isinstance(x, Variable):
            return self.names[x]
        if isinstance(x, np.ndarray | np.generic):
            return self.object(_called(x), np.asarray(x))
        tree = literal(x)
        return repr(x) if tree is None else ast.unparse(tree)

    def filled(self, number: Any, like: Variable) -> str:
        """An array full of a number: `np.maximum` of two arrays is vectorised, of an array and a number it is not.

        For a large one a row of it serves, which NumPy repeats, if it is long enough not to be felt.
        """
        shape = like.shape[-1:] if like.size > _WRITTEN_WHOLE and like.shape[-1] >= _LONG_ROW else like.shape
        key = (np.asarray(number).tobytes(), shape, like.dtype)
        if key not in self._filled:
            array = aligned(Variable(shape, like.dtype, like.hint))
            array[...] = number
            self._filled[key] = self.object("zeros" if number == 0 else "filled", array)
        return self._filled[key]

    def ones(self, n: int, dtype: np.dtype) -> str:
        """A vector of ones: BLAS sums with it in half the time of `np.add.reduce`."""
        return self.object(f"ones_{n}", np.ones(n, dtype))

    def transposed(self, x: Variable) -> str:
        """The transpose of a matrix, made beforehand where that is possible."""
        if x in self.arrays:
            return self.object(f"{self.names[x]}_T", self.arrays[x].T)
        return f"{self.names[x]}.T"

    def object(self, name: str, value: Any) -> str:
        """The name of an object in the program; equal ones share it."""
        base, number = name, 1
        while (known := self.objects.get(name, self)) is not self or name in self._taken:
            if known is value or (name not in self._taken and _equal(known, value)):
                return name
            number += 1
            name = f"{base}_{number}"
        self.objects[name] = value
        return name


def _called(x: Any) -> str:
    """A name for a constant: its value, if it is a number."""
    if x.ndim or x.dtype.kind != "f":
        return f"constant_{x.dtype.name}"
    return f"number_{x.item():g}".replace("-", "minus_").replace(".", "_").replace("+", "")


def aligned(like: Variable) -> np.ndarray:
    """An array of a variable's form that begins with a line of the processor's cache: a fifth faster while it fits."""
    size = like.size * like.dtype.itemsize
    memory = np.empty(size + CACHE_LINE, np.uint8)
    start = -memory.ctypes.data % CACHE_LINE
    return memory[start : start + size].view(like.dtype).reshape(like.shape)


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        if a.size > 1 and (a.base is not None or b.base is not None):
            return a.__array_interface__ == b.__array_interface__
        return a.dtype == b.dtype and a.shape == b.shape and bool(np.array_equal(a, b, equal_nan=a.dtype.kind == "f"))
    return a is b or (callable(a) and a == b)
