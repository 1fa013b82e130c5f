"""The forms in which values travel: what a user may give, and what a Tensor and a rule then hold.

A 0-d float64 value is a Python float, everything else an ndarray or a NumPy scalar.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.errors import DtypeError, ShapeError
from autograd.graph import here
from autograd.modes import get_default_dtype

FLOAT64 = np.dtype(np.float64)


def value_of(data: Any, dtype: Any) -> Any:
    """A private copy of a user's data in the form a Tensor holds."""
    if dtype is None and _made_of_python_floats(data):
        dtype = get_default_dtype()
    elif dtype is not None:
        refuse_dropping_imaginary_parts("Tensor", data, np.dtype(dtype))
    try:
        value = np.array(data, dtype=dtype)
    except ValueError as error:
        raise ShapeError(f"Tensor: {error} (at {here()})") from None
    refuse_non_numbers(value)
    return float(value) if not value.ndim and value.dtype == FLOAT64 else value


def _made_of_python_floats(data: Any) -> bool:
    """Whether data are Python numbers, floats among them: these take the default dtype, which arrays do not."""
    kinds = _kinds_of_items(data)
    return float in kinds and kinds <= {float, int, bool}


def _kinds_of_items(data: Any) -> set[type]:
    if not isinstance(data, list | tuple):
        return {type(data)}
    kinds = {type(item) for item in data}
    if not kinds & {list, tuple}:
        return kinds
    return set().union(*map(_kinds_of_items, data))


def copied(value: Any) -> Any:
    return value.copy() if type(value) is np.ndarray else value


def unshared(value: Any) -> Any:
    """A copy where the value is a view: of a leaf perhaps, and no node would tell that the leaf was overwritten."""
    return value.copy("K") if type(value) is np.ndarray and value.base is not None else value


def refuse_non_numbers(value: Any) -> None:
    """Raise for an array or a scalar of anything but numbers and bools."""
    if type(value) is not float and value.dtype.kind not in "fiubc":
        raise DtypeError(f"a Tensor holds numbers, not {value.dtype} (at {here()})")


def refuse_untrackable(value: Any) -> None:
    if type(value) is not float and value.dtype.kind not in "fc":
        raise DtypeError(
            f"only floating-point Tensors can require grad, not {value.dtype} (at {here()}); "
            "write Tensor(2.0) for Tensor(2), or give dtype=float"
        )


def float64_of(x: Any) -> Any:
    """A NumPy scalar for a Python float, everything else as it is: rules may ask a value for its shape."""
    return np.float64(x) if type(x) is float else x


def operand(other: Any, like: Any, keep: bool) -> Any:
    """The value of a real operand that is not a Tensor, or NotImplemented.

    A Python number takes the dtype of `like` once, here: an untyped one costs NumPy up to 200 ns in each use.
    Arrays are copied when a node is to keep them, so that overwriting one afterwards changes nothing.
    """
    kind = type(other)
    if kind is float or kind is int or kind is bool:
        try:
            if type(like) is float:
                return float(other)
            if type(like) is np.ndarray:
                return np.array(other, like.dtype) if like.dtype.kind == "f" else other
            return like.dtype.type(other) if isinstance(like, np.floating) else other
        except OverflowError as error:
            raise OverflowError(f"{error}: an integer operand is beyond the range of floats (at {here()})") from None
    value: Any
    if isinstance(other, np.generic):
        value = float(other) if kind is np.float64 and type(like) is float else other
    elif kind is np.ndarray:
        value = other.copy() if keep else other
    elif isinstance(other, np.ndarray | list | tuple):
        value = np.array(other)
    else:
        return NotImplemented
    if type(value) is not float and value.dtype.kind not in "fiub":
        refuse_non_numbers(value)
        return NotImplemented
    return value


def operand_beside_complex(other: Any, like: Any) -> Any:
    """The value of an operand, real or complex, that a node may keep; a Python number takes the precision of `like`."""
    value = operand(other, like.real, keep=True)
    if value is NotImplemented and is_complex(other):
        return np.array(other, np.result_type(like, other) if type(other) is complex else None)[()]
    return float64_of(value)


def refuse_dropping_imaginary_parts(what: str, x: Any, dtype: np.dtype) -> None:
    """Raise for complex numbers, in a Tensor or not, that shall become real ones: NumPy would drop half of them."""
    if dtype.kind != "c" and is_complex(getattr(x, "_data", x)):
        raise DtypeError(f"{what}: complex numbers do not fit {dtype} (at {here()}); say which part, as z.real")


def is_complex(x: Any) -> bool:
    """Whether x is a complex number, or an array or a list of such."""
    if isinstance(x, list | tuple):
        x = np.array(x)
    return type(x) is complex or (isinstance(x, np.ndarray | np.generic) and x.dtype.kind == "c")
