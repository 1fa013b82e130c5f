"""`Neuron`: one unit, with every weight a number of its own, so that a picture of its graph shows each product."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd import Tensor, get_default_dtype
from nn.activations.named import Activation, activation_of, name_of
from nn.layers.checks import count
from nn.module import Module
from nn.randomness import Rng, generator_of


class Neuron(Module):
    """y = σ(w₀ x₀ + w₁ x₁ + ... + b): a weighted sum, an offset and an activation.

    Given numbers, it computes one operation after the other, each a node of the graph; given an array, the same for
    all rows at once. For a layer of many units `Linear` is the fast one.

    Parameters
    ----------
    in_features : how many weights. activation : a name, a function, a Module or its class; None for none.
    bias : whether b is added. dtype : of weights and bias; the default dtype if None.
    rng : a seed, a NumPy Generator, or None.

    Attributes
    ----------
    weights : a list of Tensors (), w₀, w₁ ... bias : b (), or None.
        Drawn from U(-1/√in_features, 1/√in_features), as those of `Linear`.

    Shapes: x, a list of in_features numbers or Tensors () -> y (); or an array (..., in_features) -> y (...).
    Raises ValueError for another number of them, fewer than one weight, or an unknown activation.

    >>> import nn
    >>> neuron = nn.Neuron(2, activation="tanh", rng=0)
    >>> y = neuron([1.0, -2.0])
    >>> y.backward()
    >>> [round(float(w.grad), 4) for w in neuron.weights]
    [0.9627, -1.9253]
    >>> neuron(np.ones((5, 2))).shape
    (5,)
    """

    def __init__(
        self,
        in_features: int,
        activation: Activation | None = None,
        bias: bool = True,
        dtype: np.typing.DTypeLike | None = None,
        rng: Rng = None,
    ) -> None:
        self.in_features = count(in_features, "in_features", "Neuron")
        dtype = get_default_dtype() if dtype is None else dtype
        self.activation = None if activation is None else activation_of(activation, "Neuron", dtype)
        bound = 1 / math.sqrt(self.in_features)
        drawn = generator_of(rng).uniform(-bound, bound, self.in_features + bool(bias)).tolist()
        self.weights = [
            Tensor(w, requires_grad=True, dtype=dtype, name=f"w{i}") for i, w in enumerate(drawn[: self.in_features])
        ]
        self.bias = Tensor(drawn[-1], requires_grad=True, dtype=dtype, name="b") if bias else None

    def forward(self, x: Any) -> Any:
        y = self._sum_of_numbers(x) if _are_numbers(x) else self._sum_of_columns(x)
        if self.bias is not None:
            y = y + self.bias
        return y if self.activation is None else self.activation(y)

    def _sum_of_numbers(self, x: Any) -> Any:
        self._check(len(x), x)
        y = self.weights[0] * x[0]
        for w, value in zip(self.weights[1:], x[1:], strict=True):
            y = y + w * value
        return y

    def _sum_of_columns(self, x: Any) -> Any:
        if not isinstance(x, Tensor):
            x = np.asarray(x)
        self._check(x.shape[-1] if x.ndim else 0, x)
        return x @ np.stack(self.weights)

    def _check(self, given: int, x: Any) -> None:
        if given != self.in_features:
            raise ValueError(
                f"Neuron({self.in_features}) takes {self.in_features} numbers, or an array (..., {self.in_features}), "
                f"not shape {np.shape(x)}"
            )

    def extra_repr(self) -> str:
        activation = "" if self.activation is None else f", activation={name_of(self.activation)}"
        return f"in_features={self.in_features}, bias={self.bias is not None}{activation}"

    def _shown(self) -> tuple[()]:
        return ()


def _are_numbers(x: Any) -> bool:
    return isinstance(x, list | tuple) and all(np.ndim(value) == 0 for value in x)
