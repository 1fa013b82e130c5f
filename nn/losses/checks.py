"""What losses ask of their arguments: floats, one shape, values in range. Each error names the value and the remedy.

Inputs are Tensors; arrays and lists are taken too, and integers count as floats of the default dtype. Shapes are never
broadcast: a prediction (batch, 1) against a target (batch,) would silently give batch² differences.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
from autograd import Tensor, decide, get_default_dtype, peek, warn_user

# --- dtypes and shapes ---

_ARRAYS = (Tensor, np.ndarray)


def floats(input: Any, name: str) -> Any:
    """A Tensor as it is, anything else as an array; integers and bools become floats."""
    if input is None:
        raise ValueError(f"{name}: numbers are wanted, not None; does every forward return its result?")
    if type(input) is not Tensor:
        input = np.asarray(input)
    kind = input.dtype.kind
    if kind == "f":
        return input
    if kind not in "iub":
        raise ValueError(f"{name}: numbers are wanted, not {input.dtype}")
    return input.astype(get_default_dtype())


def matched(input: Any, target: Any, name: str, words: tuple[str, str] = ("input", "target")) -> tuple[Any, Any]:
    """Input and target as floats of one dtype, the input's; an error where the shapes differ."""
    if type(input) is not Tensor or (dtype := input.dtype).kind != "f":
        input = floats(input, name)
        dtype = input.dtype
    if type(target) not in _ARRAYS or target.dtype is not dtype:  # a step of a tiny net is spared a call here
        target = of_dtype(target, dtype, name, words[1])
    if target.shape != input.shape:
        fits = f"; write {words[1]}.reshape({input.shape})" if input.size == target.size else ""
        raise ValueError(
            f"{name}: {words[0]} of shape {input.shape} and {words[1]} of shape {target.shape} differ, and are not "
            f"broadcast{fits}"
        )
    return input, target


def of_dtype(x: Any, dtype: np.dtype, name: str, word: str) -> Any:
    """A Tensor or an array of that dtype; a gradient goes on flowing to a Tensor. An error for what is no number."""
    if type(x) is not Tensor:
        x = np.asarray(x)
    if x.dtype.kind not in "fiub":
        raise ValueError(f"{name}: {word} holds {x.dtype}, where numbers are wanted")
    return x if x.dtype == dtype else x.astype(dtype)


def weight_for(input: Any, weight: Any, name: str, word: str = "weight") -> Any:
    """A weight in the input's dtype; an error where it would not broadcast to the input's shape, or widen it."""
    weight = of_dtype(weight, input.dtype, name, word)
    try:
        fits = np.broadcast_shapes(weight.shape, input.shape) == input.shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"{name}: {word} of shape {weight.shape} does not broadcast to the input's, {input.shape}")
    return weight


def values_of(x: Any) -> np.ndarray:
    """The values of a Tensor or an array, to look at."""
    return np.asarray(x.detach() if type(x) is Tensor and x.requires_grad else x)


# --- values ---

# Stands for log 0: a finite number has finite gradients, and no sum of it over many frames overflows float32.
LOG_ZERO = -1e30

_PROBABILITY = "a probability, a number in [0, 1]"
_PROBABILITY_OF_LOGITS = _PROBABILITY + "; of logits, take nn.sigmoid or nn.softmax first"


def all_within(values: np.ndarray, low: float, high: float) -> bool:
    """Whether low <= x <= high for all values x; nan is not.

    By the places of the extremes, which NumPy finds with less ado than a reduction: 750 ns for 4x1 and 980 ns for
    128x10 float32, where `((low <= values) & (values <= high)).all()` takes 2670 and 3240.
    """
    if not values.size:
        return True
    least, most = values.item(values.argmin()), values.item(values.argmax())
    return low <= least and most <= high  # both: of nan, argmin and argmax give the place


def _all_among(values: np.ndarray, low: float, high: float) -> bool:
    return bool(((values == low) | (values == high)).all())


def check_within(x: Any, low: float, high: float, name: str, word: str, wanted: str) -> None:
    """Raise ValueError, "{name}: {word} {value} is not {wanted}", for a value outside [low, high]."""
    if not decide(all_within, x, low, high):
        values = peek(x)
        wrong = values[~((values >= low) & (values <= high))]
        raise ValueError(f"{name}: {word} {wrong.flat[0]} is not {wanted}")


def check_probabilities(x: Any, name: str, word: str = "target") -> None:
    """Raise ValueError for values outside [0, 1]."""
    check_within(x, 0, 1, name, word, _PROBABILITY if word == "target" else _PROBABILITY_OF_LOGITS)


def check_log_probabilities(x: Any, name: str, word: str = "input") -> None:
    """Raise ValueError for values above 0, but for rounding."""
    check_within(x, -np.inf, 1e-3, name, word, "a log-probability, a number up to 0; apply nn.log_softmax first")


def check_one_of(x: Any, low: float, high: float, name: str, remedy: str) -> None:
    """Raise ValueError for a target that is neither `low` nor `high`."""
    if not decide(_all_among, x, low, high):
        values = peek(x)
        wrong = values[(values != low) & (values != high)]
        raise ValueError(f"{name}: target {wrong.flat[0]} is neither {low} nor {high}; {remedy}")


# --- probabilities where logits are wanted ---

_MAKE_PROBABILITIES = frozenset({autograd.softmax, autograd.sigmoid})


def warn_of_probabilities(input: Any, name: str, remedy: str, axis: int | None = None) -> None:
    """Warn, once for each line of the user's code, where logits or log-probabilities are wanted and `input` is neither.

    What an operation recorded is judged by that operation; other inputs, if there is an axis of classes, by whether
    they are distributions along it.
    """
    maker = input.made_by if type(input) is Tensor else None
    if maker is None:
        if axis is not None and decide(_are_distributions, input, axis):
            warn_user(f"{name}: the input is probabilities (rows that sum to 1); {remedy}")
    elif maker in _MAKE_PROBABILITIES:
        warn_user(f"{name}: the input is the output of {maker.name}; {remedy}")


def _are_distributions(values: np.ndarray, axis: int) -> bool:
    """Whether all values are >= 0 and sum to 1 along an axis of two or more; usual logits fail at the first look."""
    if values.size == 0 or values.shape[axis] < 2 or not values.item(values.argmin()) >= 0:
        return False
    return bool(np.all(np.abs(values.sum(axis=axis) - 1) < 1e-3))
