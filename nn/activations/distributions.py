"""Activations that make a distribution of the scores along one axis: `softmax`, and `log_softmax` for its logarithm."""

from __future__ import annotations

from typing import Any

import autograd
from nn.activations.inputs import array_of, axis_of
from nn.module import Module


def softmax(x: Any, axis: int | None = None, dim: int | None = None) -> Any:
    """eˣ / Σ eˣ along `axis` (PyTorch's word: `dim`; the last by default), without overflow. Shape of x kept.

    Its Jacobian along the axis is diag(y) - y yᵀ. Bridle 1990, "Probabilistic interpretation of feedforward
    classification network outputs". Raises TypeError if both words are given.

    >>> softmax([[0.0, 0.0], [1000.0, 0.0]]).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    return autograd.softmax(array_of(x), axis=axis_of(axis, dim, "softmax"))


def log_softmax(x: Any, axis: int | None = None, dim: int | None = None) -> Any:
    """x - log Σ eˣ along `axis` (PyTorch's word: `dim`; the last by default), without overflow. Shape of x kept.

    Raises TypeError if both words are given.

    >>> log_softmax([1000.0, 0.0]).tolist()
    [0.0, -1000.0]
    """
    return autograd.log_softmax(array_of(x), axis=axis_of(axis, dim, "log_softmax"))


class Softmax(Module):
    """eˣ / Σ eˣ along `axis` (or `dim`; the last by default); see `softmax`.

    >>> Softmax()([0.0, 0.0]).tolist()
    [0.5, 0.5]
    """

    def __init__(self, axis: int | None = None, dim: int | None = None) -> None:
        self.axis = axis_of(axis, dim, "Softmax")

    def forward(self, x: Any) -> Any:
        return softmax(x, self.axis)

    def extra_repr(self) -> str:
        return f"axis={self.axis}"


class LogSoftmax(Module):
    """x - log Σ eˣ along `axis` (or `dim`; the last by default); see `log_softmax`.

    >>> LogSoftmax()([1000.0, 0.0]).tolist()
    [0.0, -1000.0]
    """

    def __init__(self, axis: int | None = None, dim: int | None = None) -> None:
        self.axis = axis_of(axis, dim, "LogSoftmax")

    def forward(self, x: Any) -> Any:
        return log_softmax(x, self.axis)

    def extra_repr(self) -> str:
        return f"axis={self.axis}"
