"""What went wrong in a computation, told in the user's terms: the op, the shapes or dtypes, the line, the remedy."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.errors import AnomalyError, DtypeError, ShapeError, UnsupportedError
from autograd.graph import LIBRARY_MARK, here
from autograd.primitives import Primitive
from autograd.refusals import OPTIONS, name_of


def recomputed(primitive: Primitive, values: Any, error: Exception) -> Any:
    """The result where Python floats raised and NumPy has an answer (inf, nan); the located error elsewhere."""
    if primitive.scalar is not None and all(type(value) is float for value in values):
        return float(primitive.forward(*map(np.float64, values)))
    raise located(primitive, values, error) from None


def located(primitive: Primitive, values: Any, error: Exception) -> Exception:
    """The error to raise for one of NumPy's."""
    if isinstance(error, ArithmeticError):
        return error  # the user's own `np.errstate(all="raise")`
    shapes = " and ".join(str(np.shape(value)) for value in values)
    for kind in (IndexError, np.linalg.LinAlgError):  # the second a ValueError that is not about shapes
        if isinstance(error, kind):
            return kind(f"{primitive.name}: {error}; operand of shape {shapes} (at {here()})")
    if isinstance(error, ValueError):
        if primitive.is_elementwise:
            remedy = "do not broadcast: counted from the last, axes must be equal or 1"
        else:
            remedy = f"do not fit: {primitive.shapes or error}"
        return ShapeError(f"{primitive.name}: shapes {shapes} {remedy} (at {here()})")
    dtypes = " and ".join(str(getattr(value, "dtype", type(value).__name__)) for value in values)
    return DtypeError(f"{primitive.name}: {error}; operands of {dtypes} (at {here()})")


def refuse_anomaly(primitive: Primitive, value: Any) -> None:
    """Raise if a result is not finite: under `detect_anomaly`."""
    if not np.isfinite(value).all():
        raise AnomalyError(
            f"{primitive.name} returned {int(np.isnan(value).sum())} nan and {int(np.isinf(value).sum())} inf among "
            f"{np.size(value)} values of shape {np.shape(value)} (at {here()})"
        )


def refuse_out(function: Callable[..., Any], out: Any) -> None:
    """Raise if a call asks to write its result into an array or a Tensor."""
    if out is not None:
        raise UnsupportedError(
            f"np.{name_of(function)}: out= would overwrite a value that a graph may hold (at {here()}); "
            f"{OPTIONS['out']}"
        )


def refuse_unbound(implementation: Callable[..., Any], args: tuple[Any, ...], keywords: dict[str, Any]) -> None:
    """Raise if a call does not fit the parameters of a function; a TypeError from inside it is another matter."""
    signature = inspect.signature(implementation)
    try:
        signature.bind(*args, **keywords)
    except TypeError as error:
        known = ", ".join(signature.parameters)
        raise UnsupportedError(
            f"{implementation.__name__}: {error}; arguments with a rule: {known} (at {here()})"
        ) from None


def refuse_unlocated(implementation: Callable[..., Any], error: Exception) -> None:
    """Raise, with the function's name and the user's line, what one of our compositions raised without them."""
    if LIBRARY_MARK not in implementation.__globals__ or "(at " in str(error):
        return
    kinds = (UnsupportedError, np.linalg.LinAlgError, IndexError, ValueError, TypeError)
    kind = next(kind for kind in kinds if isinstance(error, kind))
    message = str(error).removeprefix(f"{implementation.__name__}: ")
    raise (ShapeError if kind is ValueError else kind)(f"{implementation.__name__}: {message} (at {here()})") from None
