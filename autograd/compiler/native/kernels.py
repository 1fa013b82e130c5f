"""What a module of loops imports besides `vectors`: pointers to the memory it works in, sums in any order, and BLAS.

Matrix products are done by the BLAS that NumPy brings, called from machine code: numba's own `np.dot` would need SciPy
for it, and to go back to Python and `np.dot` costs half a microsecond and more, which small networks have no time for.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import llvmlite.binding
import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core.cgutils import get_or_insert_function
from numba.core.compiler import Compiler
from numba.extending import intrinsic


class Apart(Compiler):
    """Compiles a function of pointers to memory that is apart: then LLVM need not look, loop by loop, whether it is."""

    def define_pipelines(self) -> Any:
        self.state.flags.noalias = True
        return super().define_pipelines()


@intrinsic
def pointer(typing: Any, address: Any, dtype: Any) -> Any:
    """A pointer to numbers of a type, at an address."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

    return types.CPointer(dtype.dtype)(types.uint64, dtype), code


@intrinsic
def first(typing: Any, array: Any) -> Any:
    """A pointer to the first element of an array; to bytes, of bools."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return context.make_array(signature.args[0])(context, builder, arguments[0]).data

    return types.CPointer(types.uint8 if array.dtype == types.boolean else array.dtype)(array), code


@intrinsic
def at(typing: Any, memory: Any, offset: Any) -> Any:
    """A pointer to an element further on."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.gep(arguments[0], [arguments[1]])

    return memory(memory, types.int64), code


@intrinsic
def plus(typing: Any, a: Any, b: Any) -> Any:
    """a + b, of which a loop's many may be done in any order, and so several at once."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        if isinstance(signature.return_type, types.Float):
            return builder.fadd(*arguments, flags=("reassoc",))
        return builder.add(*arguments)

    return a(a, a), code


@njit(error_model="numpy")
def is_outside(index: Any, offset: Any, stride: Any, count: Any, columns: Any) -> bool:
    """Whether one of some indices points outside of rows of so many columns."""
    outside = False
    for i in range(count):
        outside |= (index[offset + stride * i] >= columns) | (index[offset + stride * i] < -columns)
    return outside


@njit(forceinline=True, error_model="numpy")
def wrapped(index: Any, columns: Any) -> Any:
    """An index that may count from the end, from the beginning."""
    return index + columns if index < 0 else index


# --- BLAS ---

_NAMES = (("scipy_cblas_{}gemm64_", 64), ("cblas_{}gemm64_", 64), ("cblas_{}gemm", 32), ("scipy_cblas_{}gemm", 32))


def _libraries() -> Iterator[ctypes.CDLL]:
    """NumPy's compiled part, through which the libraries that it is linked with are found, and those beside it."""
    core = Path(np._core._multiarray_umath.__file__)  # type: ignore[attr-defined]
    beside = Path(np.__file__).parents[1] / "numpy.libs"
    for path in (core, *sorted(beside.glob("*openblas*"))):
        try:
            yield ctypes.CDLL(str(path))
        except OSError:
            continue


def _registered() -> int:
    """The width of BLAS's integers, its matrix products made known to LLVM; 0 where it cannot be found."""
    for library in _libraries():
        for name, width in _NAMES:
            if all(hasattr(library, name.format(letter)) for letter in "sd"):
                for letter in "sd":
                    place = ctypes.cast(getattr(library, name.format(letter)), ctypes.c_void_p).value
                    llvmlite.binding.add_symbol(f"readgrad_{letter}gemm", place)
                return width
    return 0


BLAS_INTEGERS = _registered()
_ROWS, _PLAIN, _TRANSPOSED = 101, 111, 112  # as cblas.h numbers them


@intrinsic
def product(typing: Any, m: Any, n: Any, k: Any, a: Any, at_a: Any, row_a: Any, turned_a: Any, b: Any, at_b: Any,
            row_b: Any, turned_b: Any, c: Any, at_c: Any, row_c: Any) -> Any:  # fmt: skip
    """c (m, n) = a (m, k) b (k, n); each begins at an element of its memory, has rows so far apart, may be turned."""
    real = c.dtype

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        m, n, k, a, at_a, row_a, turned_a, b, at_b, row_b, turned_b, c, at_c, row_c = arguments
        integer, short = ir.IntType(BLAS_INTEGERS), ir.IntType(32)
        number = context.get_value_type(real)
        memory = number.as_pointer()
        kinds = [short] * 3 + [integer] * 3 + [number, memory, integer, memory, integer, number, memory, integer]
        name = f"readgrad_{'s' if real.bitwidth == 32 else 'd'}gemm"
        function = get_or_insert_function(builder.module, ir.FunctionType(ir.VoidType(), kinds), name)

        def order(turned: Any) -> Any:
            return builder.select(turned, short(_TRANSPOSED), short(_PLAIN))

        def size(x: Any) -> Any:
            return x if x.type.width == BLAS_INTEGERS else builder.trunc(x, integer)

        places = [builder.gep(x, [at]) for x, at in ((a, at_a), (b, at_b), (c, at_c))]
        builder.call(function, [
            short(_ROWS), order(turned_a), order(turned_b), size(m), size(n), size(k), number(1.0),
            places[0], size(row_a), places[1], size(row_b), number(0.0), places[2], size(row_c),
        ])  # fmt: skip
        return context.get_dummy_value()

    size, flag, memory = types.int64, types.boolean, types.CPointer(real)
    operand = (memory, size, size, flag)
    return types.void(size, size, size, *operand, *operand, memory, size, size), code


# How loops are compiled, and what they may call.
OPTIONS: dict[str, Any] = {"error_model": "numpy", "cache": True, "nogil": True}
FOR_LOOPS = ("Apart", "OPTIONS", "at", "first", "is_outside", "plus", "pointer", "product", "wrapped")
