"""Activations by name, for `MLP(activation="relu")` and `Neuron(2, activation="tanh")`."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from nn.activations.distributions import LogSoftmax, Softmax
from nn.activations.gated import GELU, Hardswish, Mish, SiLU, Swish
from nn.activations.rectifiers import CELU, ELU, SELU, LeakyReLU, PReLU, ReLU, Softplus
from nn.activations.sigmoids import Hardsigmoid, Hardtanh, LogSigmoid, Sigmoid, Softsign, Step, Tanh
from nn.module import Module

# A name, a function, a Module, or a class of one.
Activation: TypeAlias = str | Callable[[Any], Any] | type[Module]

BY_NAME: dict[str, type[Module]] = {
    "relu": ReLU,
    "leaky_relu": LeakyReLU,
    "prelu": PReLU,
    "elu": ELU,
    "celu": CELU,
    "selu": SELU,
    "softplus": Softplus,
    "silu": SiLU,
    "swish": Swish,
    "gelu": GELU,
    "mish": Mish,
    "hardswish": Hardswish,
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "softsign": Softsign,
    "hardtanh": Hardtanh,
    "hardsigmoid": Hardsigmoid,
    "logsigmoid": LogSigmoid,
    "step": Step,
    "softmax": Softmax,
    "log_softmax": LogSoftmax,
}
_LEARNED: tuple[type[Module], ...] = (PReLU, Swish)


def activation_of(chosen: Activation, owner: str, dtype: np.typing.DTypeLike | None = None) -> Callable[[Any], Any]:
    """The module or function meant; what it learns is of `dtype`. Raises ValueError or TypeError for what is none."""
    if isinstance(chosen, str):
        if chosen not in BY_NAME:
            near = difflib.get_close_matches(chosen, BY_NAME, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ValueError(
                f"{owner}: unknown activation {chosen!r}; known: {', '.join(BY_NAME)}, or any function{hint}"
            )
        chosen = BY_NAME[chosen]
    if isinstance(chosen, type) and issubclass(chosen, Module):
        return chosen(dtype=dtype) if chosen in _LEARNED else chosen()  # type: ignore[call-arg]
    if not callable(chosen):
        raise TypeError(f"{owner}: an activation is a name, a function, a Module or its class, not {chosen!r}")
    return chosen


def name_of(activation: Callable[[Any], Any]) -> str:
    """What to call an activation in text: its name in `BY_NAME`, or the name of the function or class."""
    for name, kind in BY_NAME.items():
        if type(activation) is kind:
            return name
    return getattr(activation, "__name__", None) or type(activation).__name__
