"""`MLP`: a multi-layer perceptron in one line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from autograd import Tensor
from nn import init as initializers
from nn.activations import BY_NAME
from nn.init import zeros_
from nn.layers.containers import Sequential
from nn.layers.dropout import Dropout
from nn.layers.linear import Linear
from nn.module import Module
from nn.randomness import Rng, generator_of

Activation: TypeAlias = str | Callable[[Any], Any] | type[Module] | None


class MLP(Sequential):
    """Linear layers with an activation after each but the last: h = σ(h Wᵀ + b), ..., y = h Wᵀ + b.

    It is a Sequential of Linear, activation, (Dropout,) Linear, ..., so its weights interchange with one written out.

    Parameters
    ----------
    sizes : numbers of features from input to output; [2, 16, 1] is one hidden layer of 16.
    activation : after each hidden layer: a name, a function, a Module or its class, or a list of one for each.
    output_activation : after the last layer; None for none.
    dropout : probability of dropping each hidden activation in training.
    norm : None; layers that normalise are not in this version.
    init : how to draw the weights, as a function of `nn.init` or its name without the underscore ("kaiming_normal");
        biases are zero then. None for the initial values of `Linear`.
    dtype : of the parameters; the default dtype if None.
    rng : a seed, a NumPy Generator, or None.

    Shapes: x (..., sizes[0]) -> y (..., sizes[-1]).
    Raises ValueError for fewer than two sizes, unknown names (with the known ones), as many activations as there are
    not hidden layers, and a `norm`.

    >>> import nn
    >>> model = nn.MLP([2, 4, 1], activation="tanh", rng=0)
    >>> model
    MLP(
      (0): Linear(in_features=2, out_features=4, bias=True)
      (1): Tanh()
      (2): Linear(in_features=4, out_features=1, bias=True)
    )
    >>> model(np.ones((5, 2))).shape
    (5, 1)
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: Activation | Sequence[Activation] = "relu",
        output_activation: Activation = None,
        dropout: float = 0.0,
        norm: str | None = None,
        init: str | Callable[..., Tensor] | None = None,
        dtype: np.typing.DTypeLike | None = None,
        rng: Rng = None,
    ) -> None:
        sizes = list(sizes)
        hidden = len(sizes) - 2
        if hidden < 0:
            raise ValueError(f"MLP: sizes={sizes}: an input and an output size are needed, as in MLP([2, 16, 1])")
        if norm is not None:
            raise ValueError(f"MLP: norm={norm!r} comes later, with BatchNorm1d and LayerNorm; now it is None")
        activations = list(activation) if isinstance(activation, list | tuple) else [activation] * hidden
        if len(activations) != hidden:
            raise ValueError(f"MLP: {len(activations)} activations for the {hidden} hidden layers of sizes={sizes}")
        generator = generator_of(rng)
        draw = _initializer(init)
        layers: list[Any] = []
        for i, chosen in enumerate([*activations, output_activation]):
            linear = Linear(sizes[i], sizes[i + 1], dtype=dtype, rng=generator)
            if draw is not None:
                draw(linear.weight, rng=generator)
                zeros_(linear.bias)
            layers.append(linear)
            if chosen is not None:
                layers.append(_activation(chosen))  # type: ignore[arg-type]
            if dropout and i < hidden:
                layers.append(Dropout(dropout, rng=generator))
        super().__init__(*layers)


def _activation(chosen: str | Callable[[Any], Any]) -> Callable[[Any], Any]:
    if isinstance(chosen, str):
        if chosen not in BY_NAME:
            raise ValueError(f"MLP: unknown activation {chosen!r}; known: {', '.join(BY_NAME)}, or any function")
        return BY_NAME[chosen]()
    return chosen() if isinstance(chosen, type) else chosen


def _initializer(init: str | Callable[..., Tensor] | None) -> Callable[..., Tensor] | None:
    if not isinstance(init, str):
        return init
    known = [f"{family}_{shape}" for family in ("xavier", "kaiming") for shape in ("uniform", "normal")]
    if init not in known:
        raise ValueError(f"MLP: unknown init {init!r}; known: {', '.join(known)}, or any function of (tensor, rng=...)")
    return getattr(initializers, init + "_")
