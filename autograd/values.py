"""The forms in which values travel: what a user may give, and what a Tensor and a rule then hold.

A 0-d float64 value is a Python float, everything else an ndarray or a NumPy scalar.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd.errors import AutogradError, DtypeError, ShapeError
from autograd.graph import here
from autograd.modes import get_default_dtype

FLOAT64 = np.dtype(np.float64)


def value_of(data: Any, dtype: Any) -> Any:
    """A private copy of a user's data in the form a Tensor holds."""
    if dtype is not None:
        dtype = dtype_of(dtype)
        refuse_dropping_imaginary_parts("Tensor", data, dtype)
    elif _made_of_python_floats(data):
        dtype = get_default_dtype()
    try:
        value = np.array(plain_array(data) if isinstance(data, np.ndarray) else data, dtype=dtype)
    except (ValueError, OverflowError, TypeError) as error:
        if isinstance(error, AutogradError):
            raise
        kind = ShapeError if "inhomogeneous" in str(error) else DtypeError
        raise kind(f"Tensor: {error} (at {here()})") from None
    refuse_non_numbers(value)
    return float(value) if not value.ndim and value.dtype == FLOAT64 else value


def dtype_of(dtype: Any) -> np.dtype:
    """NumPy's dtype of that name or type."""
    try:
        return np.dtype(dtype)
    except TypeError as error:
        raise DtypeError(f"{error} (at {here()}); a dtype is such as float, np.float32 or int") from None


def plain_array(data: Any) -> Any:
    """The data, unless they are an array with a mask, which nothing here would heed."""
    if isinstance(data, np.ma.MaskedArray):
        raise DtypeError(
            f"a masked array would lose its mask (at {here()}); fill the gaps with a.filled(0.0), and choose with "
            "np.where(mask, ..., ...)"
        )
    return data


def numbers_like(value: Any, dtype: np.dtype, what: str) -> np.ndarray:
    """A user's numbers as a new array of `dtype`; refused where that would lose more than digits."""
    array = np.asarray(value)
    if not np.can_cast(array.dtype, dtype, "same_kind"):
        raise DtypeError(f"{what} of {_type_text(array)} does not fit a Tensor of {dtype} (at {here()})")
    return array.astype(dtype)


def flag(value: Any, name: str) -> bool:
    """A switch that the user set: True or False, and nothing else that happens to be true."""
    if isinstance(value, bool | np.bool | int):
        return bool(value)
    raise TypeError(f"{name} is True or False, not {value!r} (at {here()})")


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
        raise DtypeError(f"a Tensor holds numbers, not {_type_text(value)} (at {here()})")


def _type_text(value: Any) -> str:
    """What an array holds: its dtype, and if that is `object`, the type of the first thing that is no number."""
    if value.dtype != object:
        return str(value.dtype)
    thing = next((x for x in value.flat if not isinstance(x, float)), None)
    if isinstance(thing, int):
        return "object (an integer beyond 64 bits): write it as a float"
    remedy = ": write list(...)" if isinstance(thing, Iterator | set | frozenset) else ""
    return f"object ({type(thing).__name__}){remedy}"


def refuse_untrackable(value: Any) -> None:
    if type(value) is not float and value.dtype.kind not in "fc":
        raise DtypeError(
            f"only floating-point Tensors can require grad, not {value.dtype} (at {here()}); "
            "write Tensor(2.0) for Tensor(2), or give dtype=float"
        )


def summary(x: Any) -> str:
    """A value in a few words, for errors: `(2, 3) float64 from -1 to 4, 1 nan`.

    >>> summary(np.array([1.0, 2.5, np.nan]))
    '(3,) float64 from 1 to 2.5, 1 nan'
    """
    array = np.asarray(x)
    finite = array[np.isfinite(array)]
    span = f" from {finite.min():.4g} to {finite.max():.4g}" if finite.size > 1 else ""
    span = f" {finite.item():.4g}" if finite.size == 1 else span
    counts = (("nan", int(np.isnan(array).sum())), ("inf", int(np.isinf(array).sum())))
    return f"{array.shape} {array.dtype}{span}" + "".join(f", {count} {name}" for name, count in counts if count)


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
    elif isinstance(other, np.matrix):
        raise DtypeError(f"* means another thing for np.matrix (at {here()}); write np.asarray(m), and @ for products")
    elif isinstance(other, np.ndarray | list | tuple):
        value = np.array(plain_array(other))
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
