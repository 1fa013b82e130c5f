"""What activations do with their arguments before the maths."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import Tensor, get_default_dtype
from nn.ranges import number_in


def array_of(x: Any) -> Any:
    """A Tensor as it is, anything else as an array of numbers: bools count as floats, TypeError for the rest."""
    if type(x) is Tensor:
        return x
    array = np.asarray(x)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"an activation takes numbers, not {type(x).__name__} ({array.dtype})")
    return array.astype(get_default_dtype()) if array.dtype.kind == "b" else array


def positive(value: Any, name: str, function: str) -> Any:
    """The value; ValueError for a setting that is no number above 0. A Tensor, something to learn, goes unchecked."""
    return value if isinstance(value, Tensor) else number_in(function, name, value, ends="()")


def axis_of(axis: int | None, dim: int | None, function: str) -> int:
    """NumPy's `axis` or PyTorch's `dim`, one of them; the last axis if neither is given."""
    if axis is not None and dim is not None:
        raise TypeError(f"{function}: axis and dim are two names for one thing: give one of them")
    chosen = dim if axis is None else axis
    return -1 if chosen is None else chosen
