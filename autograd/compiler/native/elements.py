"""An elementwise operation as what it does to one element: lines that numba compiles.

    h = sigmoid(z)    becomes    t1 = exp_float32(-abs(z_i))
                                 h_i = (float32(1) if z_i >= float32(0) else t1) / (float32(1) + t1)

The op's own forward function is run on stand-ins for elements, which write down each ufunc that it calls, in the dtypes
that NumPy would choose. So an op need not be declared again. One whose function does more than ufuncs, `np.where` and
the like cannot be written so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import numpy as np

from autograd.compiler.functions import numpy_path
from autograd.primitives import Primitive

DTYPES = frozenset(np.dtype(name) for name in ("f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?"))

# Ufuncs of which `vectors` has a form that runs on whole registers, for float32 and float64.
IN_VECTORS = ("exp", "log", "log1p", "logaddexp", "tanh")

_OPERATORS = {
    np.add: "{} + {}", np.subtract: "{} - {}", np.multiply: "{} * {}", np.divide: "{} / {}", np.negative: "-{}",
    np.positive: "{}", np.square: "{0} * {0}", np.absolute: "abs({})", np.fabs: "abs({})", np.sqrt: "math.sqrt({})",
    np.less: "{} < {}", np.less_equal: "{} <= {}", np.greater: "{} > {}", np.greater_equal: "{} >= {}",
    np.equal: "{} == {}", np.not_equal: "{} != {}", np.maximum: "maximum({}, {})", np.minimum: "minimum({}, {})",
    np.logical_not: "not {}",
}  # fmt: skip
_NOT_OF_BOOLS = {np.add, np.subtract, np.multiply, np.negative, np.square, np.absolute, np.maximum, np.minimum}


class NotByElement(Exception):
    """Why an operation cannot be written for one element."""


class Lines:
    """The lines of a loop's body, each a name and what it is."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.lines: list[tuple[str, str]] = []
        self._taken = set(taken)
        self._count = 0

    def free(self, name: str) -> str:
        """The name, with a dash if it is taken."""
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name

    def let(self, text: str, dtype: np.dtype) -> Scalar:
        """A new name for an expression."""
        self._count += 1
        name = self.free(f"e{self._count}")
        self.lines.append((name, text))
        return Scalar(name, dtype, self)

    def named(self, name: str, value: Scalar) -> Scalar:
        """The value under a name of its own."""
        name = self.free(name)
        if self.lines and self.lines[-1][0] == value.text:
            self.lines[-1] = (name, self.lines[-1][1])
        else:
            self.lines.append((name, value.text))
        return Scalar(name, value.dtype, self)


class Scalar(np.lib.mixins.NDArrayOperatorsMixin):
    """Stands for one element: NumPy's functions write down what they would compute."""

    def __init__(self, text: str, dtype: np.dtype, lines: Lines, is_constant: bool = False) -> None:
        self.text = text
        self.is_constant = is_constant
        self.dtype = dtype
        self.lines = lines

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **keywords: Any) -> Scalar:
        if keywords.get("out") == (inputs[0],):  # `y *= 2`, which makes y another stand-in
            del keywords["out"]
        if method != "__call__" or keywords or ufunc.nout != 1:
            raise NotByElement(f"{ufunc.__name__} is used in another way than as a function")
        return _applied(self.lines, ufunc, inputs)

    def __array_function__(self, function: Any, types: Any, arguments: Any, keywords: Any) -> Any:
        if function not in _FUNCTIONS:
            raise NotByElement(f"it calls {numpy_path(function) or function.__name__}")
        return _FUNCTIONS[function](self.lines, *arguments, **keywords)

    def astype(self, dtype: Any) -> Scalar:
        """Converted."""
        return _converted(self, np.dtype(dtype), self.lines)


def element(
    primitive: Primitive, inputs: list[Any], keywords: dict[str, Any], output: np.dtype, lines: Lines
) -> Scalar:
    """Write down one element of an operation; raises NotByElement."""
    before = len(lines.lines)
    try:
        value = primitive.forward(*inputs, **keywords)
    except Exception as reason:  # whatever the function does with a stand-in that is no array
        del lines.lines[before:]
        if primitive.text is None:
            raise NotByElement(_why(reason)) from None
        parameters = primitive.forward.__code__.co_varnames
        try:
            given = dict(zip(parameters, inputs, strict=False)) | keywords
            value = eval(primitive.text, {"np": np, "math": math}, given)
        except Exception as reason:
            raise NotByElement(_why(reason)) from None
    return _converted(value, output, lines)


def _why(reason: Exception) -> str:
    return str(reason) if isinstance(reason, NotByElement) else "it does more than ufuncs do with each element"


def constant(value: Any, dtype: np.dtype) -> str:
    """A number as it is written in a loop."""
    number = np.asarray(value).astype(dtype)[()]
    if dtype.kind == "b":
        return str(bool(number))
    if dtype.kind == "f" and not math.isfinite(number):
        text = "np.nan" if math.isnan(number) else "np.inf" if number > 0 else "-np.inf"
    else:
        text = repr(number.item()) if dtype.itemsize == 8 or dtype.kind in "iu" else str(number)
    return text if dtype == np.float64 else f"{dtype.name}({text})"


def _converted(x: Any, dtype: np.dtype, lines: Lines) -> Scalar:
    if dtype not in DTYPES:
        raise NotByElement(f"it computes in {dtype}")
    if not isinstance(x, Scalar):
        if np.ndim(x) or np.asarray(x).dtype not in DTYPES:
            raise NotByElement(f"{x!r} is not one number")
        return Scalar(constant(x, dtype), dtype, lines, is_constant=True)
    if x.dtype == dtype:
        return x
    return Scalar(f"({x.text} != 0)" if dtype.kind == "b" else f"{dtype.name}({x.text})", dtype, lines)


def _applied(lines: Lines, ufunc: np.ufunc, inputs: tuple[Any, ...]) -> Scalar:
    kinds = [_kind(x) for x in inputs]
    *takes, gives = ufunc.resolve_dtypes((*kinds, None))
    texts = [_converted(x, dtype, lines).text for x, dtype in zip(inputs, takes, strict=True)]
    name = f"{ufunc.__name__}_{takes[0].name}"
    if ufunc.__name__ in IN_VECTORS and takes[0].kind == "f":
        text = f"{name}({', '.join(texts)})"
    elif ufunc in _OPERATORS and not (takes[0].kind == "b" and ufunc in _NOT_OF_BOOLS):
        text = _OPERATORS[ufunc].format(*texts)
    elif known_to_numba(ufunc, tuple(takes), gives):
        text = f"np.{ufunc.__name__}({', '.join(texts)})"
    else:
        raise NotByElement(f"numba has no {ufunc.__name__} of {takes[0]}")
    is_wider = gives.kind in "iu" or text.startswith("np.")  # than NumPy's result: numba's
    return lines.let(f"{gives.name}({text})" if is_wider and gives.kind != "b" else text, gives)


def _kind(x: Any) -> Any:
    """What decides a ufunc's dtypes: Python's numbers take those of the others."""
    if isinstance(x, Scalar):
        return x.dtype
    return type(x) if type(x) in (int, float) else np.asarray(x).dtype


@lru_cache(maxsize=1024)
def known_to_numba(ufunc: np.ufunc, takes: tuple[np.dtype, ...], gives: np.dtype) -> bool:
    """Whether numba compiles a ufunc, of those dtypes, as NumPy has it."""
    from numba.np import ufunc_db

    if ufunc is np.power and takes[0].kind in "iu":  # raises for negative exponents
        return False
    signature = f"{''.join(dtype.char for dtype in takes)}->{gives.char}"
    return ufunc in ufunc_db.get_ufuncs() and signature in ufunc_db.get_ufunc_info(ufunc)


def _where(lines: Lines, condition: Any, a: Any, b: Any) -> Scalar:
    strong = [x.dtype for x in (a, b) if isinstance(x, Scalar)] + [x for x in (a, b) if not isinstance(x, Scalar)]
    dtype = np.result_type(*strong)
    chosen = _converted(condition, np.dtype(bool), lines).text
    a, b = _converted(a, dtype, lines), _converted(b, dtype, lines)
    return lines.let(f"{a.text} if {chosen} else {b.text}", dtype)


def _full(value: int) -> Callable[..., Scalar]:
    def like(lines: Lines, x: Scalar, dtype: Any = None, **keywords: Any) -> Scalar:
        kind = x.dtype if dtype is None else np.dtype(dtype)
        return Scalar(constant(value, kind), kind, lines, is_constant=True)

    return like


def _clip(lines: Lines, x: Any, low: Any, high: Any, **keywords: Any) -> Any:
    return np.minimum(np.maximum(x, low), high)


_FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.where: _where,
    np.zeros_like: _full(0),
    np.ones_like: _full(1),
    np.clip: _clip,
    np.real: lambda lines, x: x,
}
