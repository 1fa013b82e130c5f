"""Checks that several layers make of what they are given."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.module import Module


def count(value: Any, name: str, layer: str) -> int:
    """The value as an int; ValueError where it is no integer of at least 1."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{layer}: {name} must be an integer of at least 1, not {value!r}")
    return int(value)


def function(value: Any, name: str, layer: str) -> Any:
    """The value; TypeError where it cannot be called, or is a class of modules, which is still to be made."""
    if isinstance(value, type) and issubclass(value, Module):
        raise TypeError(f"{layer}: {name} is the class {value.__name__}; make one of it: {value.__name__}(...)")
    if not callable(value):
        raise TypeError(f"{layer}: {name}, a {type(value).__name__}, cannot be called")
    return value
