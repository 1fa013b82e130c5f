"""The arguments of a check: the user's forms in, float64 arrays and names out, and errors that say what to write."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.checking.methods import METHODS
from autograd.checking.subject import Arrays, Options
from autograd.errors import DtypeError, ShapeError
from autograd.graph import here
from autograd.tensor import Tensor


def floats_of(caller: str, inputs: Sequence[Any]) -> Arrays:
    """The inputs as arrays of floats."""
    if not inputs:
        raise TypeError(f"{caller}: give the point to check at, as in {caller}(f, x)")
    values = []
    for x in inputs:
        try:
            values.append(np.asarray(x._data if isinstance(x, Tensor) else x))
        except ValueError:  # a list of arrays of several shapes
            values.append(np.empty(0, dtype=object))
    for k, v in enumerate(values):
        _refuse_complex(f"{caller}: input {k}", v.dtype)
        if v.dtype.kind not in "fiub":
            raise TypeError(
                f"{caller}: input {k} is a {type(inputs[k]).__name__}, not a number or an array (at {here()}); give "
                "each array as an input of its own, and bind the rest: lambda x: f(x, rest)"
            )
        if v.dtype.kind != "f":
            raise DtypeError(
                f"{caller}: input {k} has dtype {v.dtype}, and only floats have derivatives (at {here()}). Write 2.0 "
                "for 2, or keep it out of the inputs: lambda x: f(x, labels)"
            )
    return values


def refuse_packed(f: Callable[..., Any], inputs: Sequence[Any], caller: str) -> None:
    """Raise where the inputs of an f of several came in one tuple, as PyTorch's `gradcheck` has them."""
    if len(inputs) != 1 or not isinstance(inputs[0], tuple | list):
        return
    (packed,) = inputs
    if not _fit(f, inputs) and _fit(f, packed):
        raise TypeError(
            f"{caller}: {name_of(f)} takes {len(packed)} inputs, and got one {type(packed).__name__} of them (at "
            f"{here()}); write {caller}(f, *inputs)"
        )


def _fit(f: Callable[..., Any], inputs: Sequence[Any]) -> bool:
    try:
        inspect.signature(f).bind(*inputs)
    except (TypeError, ValueError):  # ValueError: f has no signature that Python could read
        return False
    return True


def shown_like(inputs: Sequence[Any], work: Arrays) -> list[Any]:
    """Float64 values in the form the user gave each input: Tensor, float or array; always fresh copies."""
    shown: list[Any] = []
    for x, w in zip(inputs, work, strict=True):
        if isinstance(x, Tensor):
            shown.append(Tensor(w))
        else:
            shown.append(w.copy() if w.ndim or isinstance(x, np.ndarray) else np.float64(w))
    return shown


def given_gradient(gradient: Any, work: Arrays) -> Arrays:
    """The user's gradient as one array for each input."""
    several = isinstance(gradient, tuple) or (isinstance(gradient, list) and len(gradient) == len(work) > 1)
    parts = gradient if several else (gradient,)
    if any(g is None for g in parts):
        raise TypeError(
            f"gradcheck: the given gradient is None (at {here()}); is a `return` missing in the function that gives it?"
        )
    arrays = [np.asarray(g._data if isinstance(g, Tensor) else g) for g in parts]
    expected, found = [w.shape for w in work], [g.shape for g in arrays]
    if found != expected:
        raise ShapeError(
            f"gradcheck: the given gradient has shapes {found} for inputs of shapes {expected} (at {here()}); give one "
            "array for each input, several in a tuple"
        )
    return arrays


def parameters_of(model: Any) -> tuple[list[str], list[Tensor]]:
    """Names and Tensors of the parameters that require grad, each once."""
    if not callable(getattr(model, "named_parameters", None)):
        raise TypeError(f"check_module: a {type(model).__name__} has no named_parameters() (at {here()})")
    found: dict[int, tuple[str, Tensor]] = {}
    for name, tensor in model.named_parameters():
        if tensor.requires_grad:
            _refuse_complex(f"check_module: {name}", tensor.dtype)
            found.setdefault(id(tensor), (name, tensor))
    if not found:
        raise ValueError(f"check_module: no parameter of this {type(model).__name__} requires grad (at {here()})")
    return [name for name, _ in found.values()], [tensor for _, tensor in found.values()]


def _refuse_complex(what: str, dtype: np.dtype) -> None:
    if dtype.kind == "c":
        raise DtypeError(
            f"{what} is complex, and real numbers are varied here (at {here()}): check by its parts, as with "
            "lambda a, b: f(a + 1j * b)"
        )


def batch_in_float64(tree: Any) -> Any:
    """A batch with its floats in float64; everything else as it is."""
    if isinstance(tree, Tensor):
        return Tensor(tree._data, dtype=np.float64) if tree.dtype.kind == "f" else tree
    if isinstance(tree, np.ndarray | np.generic):
        return tree.astype(np.float64) if tree.dtype.kind == "f" else tree
    if isinstance(tree, dict):
        return {key: batch_in_float64(value) for key, value in tree.items()}
    if type(tree) in (list, tuple):
        return type(tree)(batch_in_float64(part) for part in tree)
    return tree


def names_of(f: Callable[..., Any], inputs: Sequence[Any]) -> list[str]:
    """What to call the inputs: a Tensor's own name, else that of f's parameter."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    positional = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    names = [positional[k] if k < len(positional) else f"input{k}" for k in range(len(inputs))]
    own = [x.name if isinstance(x, Tensor) else None for x in inputs]
    return [given or name for given, name in zip(own, names, strict=True)]


def call_of(f: Callable[..., Any], inputs: Sequence[Any], gradient: Any) -> str:
    """The call to paste, with small inputs written out."""
    name, names = name_of(f), names_of(f, inputs)
    written = []
    for x, label in zip(inputs, names, strict=True):
        value = np.asarray(x._data if isinstance(x, Tensor) else x)
        text = " ".join(f"np.{value!r}".split()) if value.ndim else repr(float(value))
        written.append(text if value.size <= 6 else label)
    arguments = ", ".join(written)
    if len(arguments) > 120:
        arguments = ", ".join(names) if len(names) <= 6 else "*inputs"
    given = ", gradient=gradient" if gradient is not None else ""
    return f"gradcheck({'f' if name == '<lambda>' else name}, {arguments}{given}"


def name_of(f: Callable[..., Any]) -> str:
    return getattr(f, "__name__", type(f).__name__)


def options_of(
    method: str, rtol: float | None, atol: float, max_elements: int | None, budget: float, seed: int
) -> Options:
    for name, value in (("rtol", 0 if rtol is None else rtol), ("atol", atol)):
        if not isinstance(value, int | float | np.number) or not value >= 0:
            raise ValueError(f"{name} is a number from 0, not {value!r}")
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, not {method!r}")
    for name, count, least in (("max_elements", max_elements, 1), ("seed", seed, 0)):
        is_count = isinstance(count, int | np.integer) and not isinstance(count, bool) and count >= least
        if not is_count and (name, count) != ("max_elements", None):
            raise ValueError(f"{name} is a whole number, at least {least}, not {count!r}")
    if not isinstance(budget, int | float | np.number) or not budget >= 0:
        raise ValueError(f"budget is a number of seconds from 0, not {budget!r}")
    return Options(rtol, atol, method, max_elements, budget, seed)
