"""Calls of NumPy's functions with a Tensor among their arguments: which op, or which composition, answers them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.errors import UnsupportedError
from autograd.graph import here
from autograd.mishaps import in_the_name_of, refuse_out, refuse_unbound
from autograd.primitives import COMPOSED, REGISTRY, frozen, known_names
from autograd.refusals import refusal


def call_ufunc(ufunc: np.ufunc, method: str, args: Any, keywords: dict[str, Any], compute: Callable[..., Any]) -> Any:
    """A ufunc called with a Tensor, or one of its methods."""
    if "out" in keywords:
        refuse_out(ufunc, keywords.pop("out"))
    if method == "__call__":
        return call(ufunc, args, keywords, compute)
    if method == "reduce":  # unlike np.sum, np.add.reduce folds the first axis unless told otherwise
        names = ("axis", "dtype", "out", "keepdims", "initial", "where")
        keywords = {"axis": 0, **dict(zip(names, args[1:], strict=False)), **keywords}
        args = args[:1]
    return call(getattr(ufunc, method), args, keywords, compute)


def call(function: Callable[..., Any], args: Any, keywords: dict[str, Any], compute: Callable[..., Any]) -> Any:
    """A NumPy function called with a Tensor: its primitive, by `compute`, its composition, or a refusal by name."""
    if "out" in keywords:
        refuse_out(function, keywords.pop("out"))
    primitive, implementation = REGISTRY.get(function), COMPOSED.get(function)
    if primitive is not None and (implementation is None or primitive.takes(args, keywords)):
        try:
            inputs, keywords = primitive.bind(*args, **keywords)
        except TypeError as error:
            raise UnsupportedError(f"{error} (at {here()})") from None
        return compute(primitive, inputs, {name: frozen(value) for name, value in keywords.items()} or None)
    if implementation is None:
        raise refusal(function, known_names(), here())
    return compose(implementation, *args, **keywords)


def compose(implementation: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
    """A function written with others: what goes wrong in them is told in its name."""
    try:
        return implementation(*args, **keywords)
    except (TypeError, ValueError, IndexError) as error:
        if isinstance(error, TypeError):
            refuse_unbound(implementation, args, keywords)
        raise in_the_name_of(implementation, error) from None
