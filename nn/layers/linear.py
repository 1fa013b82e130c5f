"""`Linear`: the affine map that every multi-layer perceptron is made of."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd import Tensor, affine, get_default_dtype
from nn.layers.checks import count
from nn.module import Module
from nn.randomness import Rng, generator_of


class Linear(Module):
    """y = x Wᵀ + b.

    Parameters
    ----------
    in_features, out_features : lengths of the last axis of x and of y, at least 1.
    bias : whether b is added.
    dtype : of the parameters; the default dtype if None.
    rng : a seed, a NumPy Generator, or None.

    Attributes
    ----------
    weight : W (out_features, in_features). bias : b (out_features,), or None.
        Both are drawn from U(-1/√in_features, 1/√in_features), as PyTorch does.

    Shapes: x (..., in_features) -> y (..., out_features).
    Raises ValueError for lengths below 1, and autograd's ShapeError if x does not fit.

    >>> import nn
    >>> layer = nn.Linear(3, 2, rng=0)
    >>> layer(np.ones((5, 3))).shape
    (5, 2)
    >>> layer
    Linear(in_features=3, out_features=2, bias=True)
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        dtype: np.typing.DTypeLike | None = None,
        rng: Rng = None,
    ) -> None:
        self.in_features = count(in_features, "in_features", "Linear")
        self.out_features = count(out_features, "out_features", "Linear")
        generator, dtype = generator_of(rng), get_default_dtype() if dtype is None else dtype
        bound = 1 / math.sqrt(in_features)
        weight = generator.uniform(-bound, bound, (out_features, in_features))
        self.weight = Tensor(weight, requires_grad=True, dtype=dtype, name="weight")
        self.bias: Any = None  # else a Tensor
        if bias:
            offsets = generator.uniform(-bound, bound, out_features)
            self.bias = Tensor(offsets, requires_grad=True, dtype=dtype, name="bias")

    def forward(self, x: Any) -> Any:
        bias = self.bias
        return x @ self.weight.T if bias is None else affine(x, self.weight, bias)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"
