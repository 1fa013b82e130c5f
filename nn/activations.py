"""Activation functions: the maths as functions (`relu(x)`), and thin modules to put between layers (`ReLU()`).

All act on each element of a Tensor of any shape, but softmax and log_softmax, which normalise along one axis.
Arrays and lists are taken, too, and give arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import autograd
from autograd import Tensor
from nn.module import Module

_relu, _sigmoid = autograd.relu, autograd.sigmoid


def relu(x: Any) -> Any:
    """max(x, 0) for each element; relu'(0) = 0. Shape of x kept.

    >>> relu(Tensor([-1.0, 0.0, 2.0])).tolist()
    [0.0, 0.0, 2.0]
    """
    return _relu(x)


def leaky_relu(x: Any, negative_slope: float = 0.01) -> Any:
    """x where x > 0, negative_slope · x elsewhere; its slope at 0 is negative_slope. Shape of x kept.

    >>> leaky_relu(Tensor([-1.0, 2.0]), 0.1).tolist()
    [-0.1, 2.0]
    """
    return autograd.prelu(_array(x), negative_slope)


def sigmoid(x: Any) -> Any:
    """1 / (1 + e⁻ˣ) for each element, without overflow. Shape of x kept.

    >>> sigmoid(Tensor([0.0, -1000.0])).tolist()
    [0.5, 0.0]
    """
    return _sigmoid(x)


def tanh(x: Any) -> Any:
    """(eˣ - e⁻ˣ) / (eˣ + e⁻ˣ) for each element. Shape of x kept.

    >>> tanh(Tensor([0.0])).tolist()
    [0.0]
    """
    return x.tanh() if type(x) is Tensor else np.tanh(x)


def gelu(x: Any, approximate: str = "none") -> Any:
    """x Φ(x), Φ the normal distribution function (Hendrycks and Gimpel 2016, https://arxiv.org/abs/1606.08415).

    Φ(x) = (1 + erf(x / √2)) / 2, or with `approximate="tanh"` (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2.
    Shape of x kept. Raises ValueError for another `approximate`.

    >>> [round(y, 4) for y in gelu(Tensor([-1.0, 1.0])).tolist()]
    [-0.1587, 0.8413]
    >>> [round(y, 4) for y in gelu(Tensor([-1.0, 1.0]), approximate="tanh").tolist()]
    [-0.1588, 0.8412]
    """
    x = _array(x)
    if approximate == "none":
        return (x * 0.5) * (autograd.erf(x * math.sqrt(0.5)) + 1.0)
    if approximate == "tanh":
        return (x * 0.5) * (np.tanh((x + (x * x * x) * 0.044715) * math.sqrt(2 / math.pi)) + 1.0)
    raise ValueError(f"gelu: approximate is 'none' or 'tanh', not {approximate!r}")


def softmax(x: Any, axis: int | None = None, dim: int | None = None) -> Any:
    """eˣ / Σ eˣ along `axis` (PyTorch's word: `dim`; the last by default), without overflow. Shape of x kept.

    Raises TypeError if both words are given.

    >>> softmax(Tensor([[0.0, 0.0], [1000.0, 0.0]])).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    return autograd.softmax(x, axis=_axis(axis, dim, "softmax"))


def log_softmax(x: Any, axis: int | None = None, dim: int | None = None) -> Any:
    """x - log Σ eˣ along `axis` (PyTorch's word: `dim`; the last by default), without overflow. Shape of x kept.

    Raises TypeError if both words are given.

    >>> log_softmax(Tensor([1000.0, 0.0])).tolist()
    [0.0, -1000.0]
    """
    return autograd.log_softmax(x, axis=_axis(axis, dim, "log_softmax"))


def _array(x: Any) -> Any:
    """A list or a number as an array."""
    return x if type(x) is Tensor else np.asarray(x)


def _axis(axis: int | None, dim: int | None, name: str) -> int:
    if axis is not None and dim is not None:
        raise TypeError(f"{name}: axis and dim are two names for one thing: give one of them")
    chosen = dim if axis is None else axis
    return -1 if chosen is None else chosen


class ReLU(Module):
    """max(x, 0) for each element; see `relu`.

    >>> ReLU()(Tensor([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """

    def forward(self, x: Any) -> Any:
        return _relu(x)


class LeakyReLU(Module):
    """x where x > 0, negative_slope · x elsewhere; see `leaky_relu`.

    >>> LeakyReLU(0.1)(Tensor([-1.0, 2.0])).tolist()
    [-0.1, 2.0]
    """

    def __init__(self, negative_slope: float = 0.01) -> None:
        self.negative_slope = negative_slope

    def forward(self, x: Any) -> Any:
        return leaky_relu(x, self.negative_slope)

    def extra_repr(self) -> str:
        return f"negative_slope={self.negative_slope}"


class Sigmoid(Module):
    """1 / (1 + e⁻ˣ) for each element; see `sigmoid`.

    >>> Sigmoid()(Tensor([0.0])).tolist()
    [0.5]
    """

    def forward(self, x: Any) -> Any:
        return _sigmoid(x)


class Tanh(Module):
    """Hyperbolic tangent of each element; see `tanh`.

    >>> Tanh()(Tensor([0.0])).tolist()
    [0.0]
    """

    def forward(self, x: Any) -> Any:
        return x.tanh() if type(x) is Tensor else np.tanh(x)  # `tanh(x)`, without one more call in each layer


class GELU(Module):
    """x Φ(x) for each element, exact or (`approximate="tanh"`) approximate; see `gelu`.

    >>> round(GELU()(Tensor([1.0])).item(), 4)
    0.8413
    """

    def __init__(self, approximate: str = "none") -> None:
        if approximate not in ("none", "tanh"):
            raise ValueError(f"GELU: approximate is 'none' or 'tanh', not {approximate!r}")
        self.approximate = approximate

    def forward(self, x: Any) -> Any:
        return gelu(x, self.approximate)

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


class Softmax(Module):
    """eˣ / Σ eˣ along `axis` (or `dim`; the last by default); see `softmax`.

    >>> Softmax()(Tensor([0.0, 0.0])).tolist()
    [0.5, 0.5]
    """

    def __init__(self, axis: int | None = None, dim: int | None = None) -> None:
        self.axis = _axis(axis, dim, "Softmax")

    def forward(self, x: Any) -> Any:
        return autograd.softmax(x, axis=self.axis)

    def extra_repr(self) -> str:
        return f"axis={self.axis}"


class LogSoftmax(Module):
    """x - log Σ eˣ along `axis` (or `dim`; the last by default); see `log_softmax`.

    >>> LogSoftmax()(Tensor([1000.0, 0.0])).tolist()
    [0.0, -1000.0]
    """

    def __init__(self, axis: int | None = None, dim: int | None = None) -> None:
        self.axis = _axis(axis, dim, "LogSoftmax")

    def forward(self, x: Any) -> Any:
        return autograd.log_softmax(x, axis=self.axis)

    def extra_repr(self) -> str:
        return f"axis={self.axis}"


# What `MLP(activation=...)` knows by name.
BY_NAME: dict[str, Callable[[], Module]] = {
    "relu": ReLU,
    "leaky_relu": LeakyReLU,
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "gelu": GELU,
    "softmax": Softmax,
    "log_softmax": LogSoftmax,
}
