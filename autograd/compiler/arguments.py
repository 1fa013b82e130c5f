"""A call's arguments: which arrays they hold, and what besides these makes one call differ from another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd.errors import CaptureError
from autograd.graph import here
from autograd.tensor import Tensor


def signature(args: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Any, list[Any]]:
    """A key, equal for calls that one program can serve, and the arrays in order.

    Arrays and Tensors count by shape and dtype, Python floats by being floats, all else by its value.
    """
    values: list[Any] = []
    key = tuple([_key(x, values) for x in args])
    if keywords:
        key = (key, tuple((name, _key(keywords[name], values)) for name in sorted(keywords)))
    return key, values


def _key(x: Any, values: list[Any]) -> Any:
    kind = type(x)
    if kind is Tensor:
        value = x._data
        values.append(value)
        if x._node.requires_grad:
            raise CaptureError(
                f"compile: an argument is a Tensor that requires grad (at {here()}), but a compiled function's result "
                "is no part of a graph. Pass x.detach(), and differentiate inside: compile(grad(f))."
            )
        return (kind, float, ()) if type(value) is float else (kind, value.dtype, value.shape)
    if kind is np.ndarray:
        values.append(x)
        return (kind, x.dtype, x.shape)
    if kind is float:
        values.append(x)
        return float
    if isinstance(x, np.generic):
        values.append(x)
        return (np.generic, x.dtype)
    if isinstance(x, Tensor | np.ndarray):
        values.append(x._data if isinstance(x, Tensor) else x)
        return (kind, x.dtype, x.shape)
    if isinstance(x, tuple | list):
        return (kind, *[_key(part, values) for part in x])
    if isinstance(x, dict):
        return (kind, *[(name, _key(part, values)) for name, part in x.items()])
    try:
        hash(x)
    except TypeError:
        raise CaptureError(
            f"compile: an argument is a {kind.__name__} (at {here()}), which is neither an array nor hashable; pass "
            "arrays, numbers, strings, or tuples, lists and dicts of these"
        ) from None
    return (kind, x)


def map_arrays(tree: Any, function: Any) -> Any:
    """The same containers, with `function` applied to each array, Tensor and Python float in them."""
    if isinstance(tree, dict):
        return {name: map_arrays(part, function) for name, part in tree.items()}
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*(map_arrays(part, function) for part in tree))
    if isinstance(tree, tuple | list):
        return type(tree)(map_arrays(part, function) for part in tree)
    return function(tree) if isinstance(tree, Tensor | np.ndarray | np.generic | float) else tree


def paths(tree: Any, name: str) -> Iterator[str]:
    """A name for each array in nested containers, in the order of `map_arrays`."""
    if isinstance(tree, dict):
        for key, part in tree.items():
            yield from paths(part, f"{name}_{key}")
    elif isinstance(tree, tuple | list):
        for i, part in enumerate(tree):
            yield from paths(part, f"{name}_{i}")
    elif isinstance(tree, Tensor | np.ndarray | np.generic | float):
        yield name
