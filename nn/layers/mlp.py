"""`MLP`: a multi-layer perceptron in one line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from autograd import Tensor
from nn import init as initializers
from nn.activations.named import Activation, activation_of, name_of
from nn.layers.checks import count
from nn.layers.containers import Sequential
from nn.layers.dropout import Dropout
from nn.layers.linear import Linear
from nn.layers.normalization import BatchNorm1d, LayerNorm
from nn.module import Module
from nn.randomness import Rng, generator_of
from nn.ranges import number_in

_NORMS: dict[str, type[Module]] = {"batch": BatchNorm1d, "layer": LayerNorm}
_INITS = (
    "default",
    *(f"{method}_{kind}" for method in ("xavier", "glorot", "kaiming", "he") for kind in ("uniform", "normal")),
    "orthogonal",
)


class MLP(Sequential):
    """Linear layers with an activation after each but the last: h = σ(h Wᵀ + b), ..., y = h Wᵀ + b.

    It is a Sequential of Linear, (norm,) activation, (Dropout,) Linear, ..., so its weights interchange with one
    written out. Rumelhart, Hinton and Williams 1986, "Learning representations by back-propagating errors".

    Parameters
    ----------
    sizes : numbers of features from input to output; [2, 16, 1] is one hidden layer of 16.
    activation : after each hidden layer: a name, a function, a Module or its class; or a list of one for each, which
        may have one more, for the last layer.
    output_activation : after the last layer; None for none.
    dropout : probability of dropping each hidden activation in training.
    norm : before each hidden activation: "batch", "layer", or a function of the number of features; None for none.
    init : how to draw the weights; biases are zero then. None: as suits the activation that follows
        (`nn.init.for_activation_`). Else a function of `nn.init`, or its name without the underscore
        ("kaiming_normal"); "default" leaves weights and biases as `Linear` draws them, PyTorch's way.
    dtype : of the parameters; the default dtype if None.
    rng : a seed, a NumPy Generator, or None.

    Shapes: x (..., sizes[0]) -> y (..., sizes[-1]).
    Raises ValueError for fewer than two sizes, unknown names (with the known ones), a list of activations that is
    too short or too long, and a dropout outside [0, 1]; TypeError for what is no list of sizes.

    >>> import nn
    >>> model = nn.MLP([2, 8, 1], activation="relu", output_activation="sigmoid", rng=0)
    >>> model
    MLP(
      2 -> 8 (relu) -> 1 (sigmoid)
      (0): Linear(in_features=2, out_features=8, bias=True)
      (1): ReLU()
      (2): Linear(in_features=8, out_features=1, bias=True)
      (3): Sigmoid()
    )
    >>> model(np.ones((5, 2))).shape
    (5, 1)
    """

    def __init__(
        self,
        sizes: Iterable[int],
        activation: Activation | Sequence[Activation | None] | None = "relu",
        output_activation: Activation | None = None,
        dropout: float = 0.0,
        norm: str | Callable[[int], Any] | None = None,
        init: str | Callable[..., Tensor] | None = None,
        dtype: np.typing.DTypeLike | None = None,
        rng: Rng = None,
    ) -> None:
        sizes = _checked_sizes(sizes)
        hidden = len(sizes) - 2
        chosen: list[Any] = list(activation) if isinstance(activation, list | tuple) else [activation] * hidden
        if len(chosen) == hidden or output_activation is not None:
            chosen.append(output_activation)
        if len(chosen) != hidden + 1:
            raise ValueError(
                f"MLP: activation={activation!r}: sizes={sizes} has {hidden} hidden layers, so {hidden} are needed, or "
                f"{hidden + 1} with one for the last layer and no output_activation"
            )
        activations = [None if one is None else activation_of(one, "MLP", dtype) for one in chosen]
        norms = [*(_norm(norm, size, dtype) for size in sizes[1:-1]), None]
        number_in("MLP", "dropout", dropout, high=1, ends="[]")
        draw, generator = _initializer(init), generator_of(rng)

        layers: list[Any] = []
        for i, (normalize, activate) in enumerate(zip(norms, activations, strict=True)):
            linear = Linear(sizes[i], sizes[i + 1], dtype=dtype, rng=generator)
            if draw is not None:
                draw(linear.weight, activate, generator)
                initializers.zeros_(linear.bias)
            drop = Dropout(dropout, rng=generator) if dropout and i < hidden else None
            layers += [layer for layer in (linear, normalize, activate, drop) if layer is not None]
        super().__init__(*layers)

    def extra_repr(self) -> str:
        """The layers in one line: `2 -> 8 (relu) -> 1 (sigmoid)`."""
        steps: list[tuple[str, list[str]]] = []
        for layer in self:
            if isinstance(layer, Linear):
                steps = steps or [(str(layer.in_features), [])]
                steps.append((str(layer.out_features), []))
            elif steps:
                steps[-1][1].append(f"dropout {layer.p:g}" if isinstance(layer, Dropout) else name_of(layer))
        return " -> ".join(size + (f" ({', '.join(names)})" if names else "") for size, names in steps)


def _checked_sizes(sizes: Any) -> list[int]:
    if isinstance(sizes, str) or not isinstance(sizes, Iterable):
        raise TypeError(f"MLP: sizes={sizes!r}: a list of numbers of features is needed, as in MLP([2, 16, 1])")
    sizes = list(sizes)
    if len(sizes) < 2:
        raise ValueError(f"MLP: sizes={sizes}: an input and an output size are needed, as in MLP([2, 16, 1])")
    return [count(size, "each of sizes", "MLP") for size in sizes]


def _norm(norm: str | Callable[[int], Any] | None, features: int, dtype: np.typing.DTypeLike | None) -> Any:
    if isinstance(norm, str):
        if norm not in _NORMS:
            raise ValueError(f"MLP: unknown norm {norm!r}; known: {', '.join(_NORMS)}, or a function of the features")
        return _NORMS[norm](features, dtype=dtype)  # type: ignore[call-arg]
    if norm is None:
        return None
    if not callable(norm):
        raise TypeError(f"MLP: norm is a name ({', '.join(_NORMS)}), a function of the features or None, not {norm!r}")
    return norm(features)


def _initializer(init: str | Callable[..., Tensor] | None) -> Callable[[Tensor, Any, np.random.Generator], Any] | None:
    """What draws a weight, given the activation that follows; None to leave it as `Linear` drew it."""
    if init is None:
        return lambda weight, activation, rng: initializers.for_activation_(
            weight, "linear" if activation is None else name_of(activation), rng=rng
        )
    if isinstance(init, str) and init not in _INITS:
        raise ValueError(f"MLP: unknown init {init!r}; known: {', '.join(_INITS)}, or any function")
    if init == "default":
        return None
    if not (isinstance(init, str) or callable(init)):
        raise TypeError(f"MLP: init is a name, a function such as nn.init.kaiming_normal_ or None, not {init!r}")
    draw: Callable[..., Tensor] = getattr(initializers, init + "_") if isinstance(init, str) else init
    return lambda weight, activation, rng: draw(weight, rng=rng)
