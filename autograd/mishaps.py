"""What went wrong in a computation, told in the user's terms: the op, the shapes or dtypes, the line, the remedy."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.errors import AnomalyError, AutogradError, DtypeError, RuleError, ShapeError, UnsupportedError
from autograd.graph import LIBRARY_MARK, Node, here, warn_user
from autograd.primitives import Primitive
from autograd.refusals import OPTIONS, name_of
from autograd.values import summary


def recomputed(primitive: Primitive, values: Any, error: Exception) -> Any:
    """The result where Python floats raised and NumPy has an answer (inf, nan); the located error elsewhere."""
    if primitive.scalar is not None and all(type(value) is float for value in values):
        return float(primitive.forward(*map(np.float64, values)))
    raise located(primitive, values, error) from None


def located(primitive: Primitive, values: Any, error: Exception) -> Exception:
    """The error to raise for one of NumPy's."""
    if isinstance(error, ArithmeticError):
        return error  # the user's own `np.errstate(all="raise")`
    name, text = primitive.name, str(error)
    shapes = " and ".join(str(np.shape(value)) for value in values)
    for kind in (IndexError, np.linalg.LinAlgError):  # the second a ValueError that is not about shapes
        if isinstance(error, kind):
            return kind(f"{name}: {text}; operand of shape {shapes} (at {here()})")
    if isinstance(error, ValueError):
        if not primitive.is_elementwise:
            remedy = f" do not fit: {primitive.shapes or text}"
        elif "broadcast" in text:
            remedy = " do not broadcast: counted from the last, axes must be equal or 1"
        else:
            remedy = f": {text}"
        return ShapeError(f"{name}: shapes {shapes}{remedy} (at {here()})")
    if len(values) != primitive.arity and primitive.joint is None:
        return wrong_number(primitive, len(values))
    if (call := f"{getattr(primitive.forward, '__name__', name)}() ") in text:
        return UnsupportedError(f"{name}: {text.partition(call)[2]}; {_keywords_text(primitive)} (at {here()})")
    dtypes = " and ".join(str(getattr(value, "dtype", type(value).__name__)) for value in values)
    if isinstance(primitive.forward, np.ufunc) and "not supported for the input types" in text:
        text = "has no meaning for these types"
        if name in ("bitwise_and", "bitwise_or", "bitwise_xor", "invert"):
            text += " (& | ^ ~ join conditions, each in brackets: (x > 0) & (y > 0))"
    return DtypeError(f"{name}: {text}; operands of {dtypes} (at {here()})")


def wrong_number(primitive: Primitive, count: int) -> UnsupportedError:
    """The error for more or fewer arrays than an op has rules for."""
    return UnsupportedError(
        f"{primitive.name} takes {primitive.arity} array(s), but was given {count} (at {here()}); what is no array "
        f"goes by keyword, {_keywords_text(primitive)}"
    )


def no_value(primitive: Primitive, result: Any) -> RuleError:
    """The error for an op of one's own whose function returns no array."""
    found = "None" if result is None else f"a {type(result).__name__}"
    return RuleError(f"the function of {primitive.name} returned {found}, not an array (at {here()})")


def _keywords_text(primitive: Primitive) -> str:
    return f"keywords it knows: {', '.join(primitive.keyword_names) or 'none'}"


def refuse_anomaly(primitive: Primitive, value: Any, inputs: tuple[Any, ...]) -> None:
    """Raise if a result is not finite: under `detect_anomaly`."""
    if not np.isfinite(value).all():
        operands = [x.output if isinstance(x, Node) else x for x in inputs]
        raise AnomalyError(
            f"{primitive.name} returned {int(np.isnan(value).sum())} nan and {int(np.isinf(value).sum())} inf among "
            f"{np.size(value)} values of shape {np.shape(value)} (at {here()}); it was given "
            + " and ".join(summary(x) for x in operands if x is not None)  # None: freed by a pass, or no operand
        )


def warn_of_no_gradient(node: Node) -> None:
    """Say why a result has no `grad` after a backward pass; Python's filters let it be said once for each line."""
    warn_user(
        f"grad: this is the result of {node.primitive.name} ({node.location}), and a backward pass keeps gradients of "
        "leaves only: call y.retain_grad() on it before backward()"
    )


def refuse_uncallable(function: Any, caller: str) -> None:
    """Raise if what a transform or a check is given is no function: a value perhaps, already computed."""
    if not callable(function):
        raise TypeError(
            f"{caller}: a function is wanted, not {type(function).__name__} (at {here()}); write "
            f"{caller}(lambda x: ...), or call backward() on the result of a computation"
        )


def refuse_out(function: Callable[..., Any], out: Any) -> None:
    """Raise if a call asks to write its result into an array or a Tensor."""
    if out is not None:
        raise UnsupportedError(
            f"np.{name_of(function)}: out= would overwrite a value that a graph may hold (at {here()}); "
            f"{OPTIONS['out']}"
        )


_OF_PYTORCH = {"dim": "axis", "keepdim": "keepdims"}  # keywords that are NumPy's here


def refuse_unbound(implementation: Callable[..., Any], args: tuple[Any, ...], keywords: dict[str, Any]) -> None:
    """Raise if a call does not fit the parameters of a function; a TypeError from inside it is another matter."""
    signature = inspect.signature(implementation)
    try:
        signature.bind(*args, **keywords)
    except TypeError as error:
        known = ", ".join(signature.parameters)
        instead = "".join(f"; write {ours}= for {name}=" for name, ours in _OF_PYTORCH.items() if name in keywords)
        raise UnsupportedError(
            f"{implementation.__name__}: {error}{instead}; arguments with a rule: {known} (at {here()})"
        ) from None


def in_the_name_of(implementation: Callable[..., Any], error: Exception) -> Exception:
    """An error met inside one of our compositions, told with the function's name and the user's line."""
    if LIBRARY_MARK not in getattr(implementation, "__globals__", ()):  # a user's own, or one that is not Python
        return error
    kinds = (UnsupportedError, np.linalg.LinAlgError, IndexError, ValueError, TypeError)
    kind = type(error) if isinstance(error, AutogradError) else next(k for k in kinds if isinstance(error, k))
    # Of functions that call each other the outermost is named, and the operation that failed.
    cause = getattr(error, "cause", None) or str(error).removeprefix(f"{implementation.__name__}: ")
    if "(at " not in cause:
        cause += f" (at {here()})"
    named = (ShapeError if kind is ValueError else kind)(f"{implementation.__name__}: {cause}")
    named.cause = cause  # type: ignore[union-attr]
    return named
