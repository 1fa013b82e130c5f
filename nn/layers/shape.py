"""Layers without parameters that carry values past or into others: `Identity`, `Flatten`, `Residual`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd import Tensor
from nn.layers.checks import function
from nn.layers.containers import Layer, Sequential
from nn.module import Module


class Identity(Module):
    """y = x, whatever x is: the layer to put where there is to be none. Takes any arguments and keeps none.

    >>> Identity()(3.0)
    3.0
    """

    def __init__(self, *args: Any, **keywords: Any) -> None:
        pass

    def forward(self, x: Any) -> Any:
        return x


class Flatten(Module):
    """Axes start_dim to end_dim as one: x (batch, height, width) -> y (batch, height · width).

    Parameters
    ----------
    start_dim, end_dim : first and last of the axes that become one, counted from the end where negative.

    Raises ValueError where x has no such axes, or they are in the wrong order.

    >>> Flatten()(np.ones((5, 8, 8))).shape
    (5, 64)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x: Any) -> Any:
        if type(x) is not Tensor:
            x = np.asarray(x)
        shape, axes = x.shape, range(x.ndim)
        try:
            start, end = axes[self.start_dim], axes[self.end_dim]
        except IndexError:
            start, end = 1, 0
        if start > end:
            raise ValueError(f"{self!r} of shape {shape}: there are no axes from start_dim to end_dim")
        return x.reshape((*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :]))

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Residual(Module):
    """y = shortcut(x) + f(x), f all the layers given: f learns only what to change of x.

    He et al. 2015, https://arxiv.org/abs/1512.03385. Gradients pass the sum unhindered, however deep the network.

    Parameters
    ----------
    layers : one or several Modules or functions, chained.
    shortcut : the way around them, such as a Linear where f changes the number of features; None for x itself.

    Shapes: x (batch, features) -> y of the shape of f(x), which must be that of the shortcut.
    Raises TypeError where there is no layer, ValueError where the two shapes differ.

    >>> import nn
    >>> block = nn.Residual(nn.Linear(4, 4, rng=0), nn.ReLU())
    >>> block(np.ones((5, 4))).shape
    (5, 4)
    """

    def __init__(self, *layers: Layer, shortcut: Layer | None = None) -> None:
        if not layers:
            raise TypeError("Residual: one or more layers are needed, as in Residual(Linear(4, 4), ReLU())")
        self.layers = Sequential(*layers)
        self.shortcut = None if shortcut is None else function(shortcut, "the shortcut", "Residual")

    def forward(self, x: Any) -> Any:
        y = self.layers(x)
        around = x if self.shortcut is None else self.shortcut(x)
        if np.shape(y) != np.shape(around):
            raise ValueError(
                f"Residual: the layers make shape {np.shape(y)}, the shortcut {np.shape(around)}; give a shortcut that "
                "makes the same, such as shortcut=Linear(in_features, out_features)"
            )
        return y + around
