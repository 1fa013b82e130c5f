"""Rectifiers: what is positive passes, what is negative is cut off, scaled down or bent.

`relu leaky_relu prelu elu celu selu softplus`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
from autograd import Tensor, get_default_dtype
from nn.activations.inputs import array_of, positive
from nn.module import Module

_relu = autograd.relu

# The fixed point of mean 0 and variance 1 (Klambauer et al. 2017, equation 14), to double precision.
_SELU_ALPHA = 1.6732632423543772
_SELU_SCALE = 1.0507009873554805


def relu(x: Any) -> Any:
    """max(x, 0) for each element; relu'(0) = 0. Shape of x kept.

    Nair and Hinton 2010, "Rectified linear units improve restricted Boltzmann machines".

    >>> relu(Tensor([-1.0, 0.0, 2.0])).tolist()
    [0.0, 0.0, 2.0]
    """
    return _relu(x)


def leaky_relu(x: Any, negative_slope: float = 0.01) -> Any:
    """x where x > 0, negative_slope · x elsewhere; its slope at 0 is negative_slope. Shape of x kept.

    Maas et al. 2013, "Rectifier nonlinearities improve neural network acoustic models".

    >>> leaky_relu(Tensor([-1.0, 2.0]), 0.1).tolist()
    [-0.1, 2.0]
    """
    return autograd.prelu(array_of(x), negative_slope)


def prelu(x: Any, weight: Any) -> Any:
    """x where x > 0, weight · x elsewhere, with a slope to learn (He et al. 2015, https://arxiv.org/abs/1502.01852).

    Shapes: x (batch, channels, ...), weight (1,) or (channels,); x (channels,) and x () go, too. Shape of x kept.
    Raises ValueError for another shape of weight.

    >>> prelu(Tensor([[-1.0, -1.0], [2.0, 2.0]]), [0.25, 0.5]).tolist()
    [[-0.25, -0.5], [2.0, 2.0]]
    """
    x = array_of(x)
    return autograd.prelu(x, weight if isinstance(weight, float | int) else _slopes(array_of(weight), x))


def _slopes(weight: Any, x: Any) -> Any:
    """The slopes in a shape that broadcasts against x."""
    channels = x.shape[min(1, x.ndim - 1)] if x.ndim else 1
    if weight.ndim > 1 or weight.size not in (1, channels):
        raise ValueError(
            f"prelu: weight of shape {weight.shape} does not fit x of shape {x.shape}: one slope, or one for each of "
            f"the {channels} channels"
        )
    if weight.size > 1:
        return weight if x.ndim < 3 else weight.reshape((channels, *(1,) * (x.ndim - 2)))
    return weight if x.ndim or not weight.ndim else weight.reshape(())


def elu(x: Any, alpha: float = 1.0) -> Any:
    """x where x > 0, alpha (eˣ - 1) elsewhere; its slope at 0 is alpha. Shape of x kept.

    Clevert et al. 2016, https://arxiv.org/abs/1511.07289. Computed as max(x, 0) + alpha (e^min(x, 0) - 1), which cannot
    overflow.

    >>> elu(Tensor([-1e4, 0.0, 2.0])).tolist()
    [-1.0, 0.0, 2.0]
    """
    x = array_of(x)
    return _relu(x) + np.expm1(x.clip(max=0)) * alpha


def celu(x: Any, alpha: float = 1.0) -> Any:
    """max(x, 0) + min(0, alpha (e^(x / alpha) - 1)): an ELU whose slope at 0 is 1 for every alpha. Shape of x kept.

    Barron 2017, https://arxiv.org/abs/1704.07483. Raises ValueError for alpha not above 0.

    >>> celu(Tensor([-1e4, 0.0, 2.0]), alpha=0.5).tolist()
    [-0.5, 0.0, 2.0]
    """
    x, alpha = array_of(x), positive(alpha, "alpha", "celu")
    return _relu(x) + np.expm1(x.clip(max=0) / alpha) * alpha


def selu(x: Any) -> Any:
    """scale · elu(x, alpha), scale = 1.0507..., alpha = 1.6732...: keeps mean 0 and variance 1. Shape of x kept.

    Klambauer et al. 2017, https://arxiv.org/abs/1706.02515; weights are to be drawn with variance 1 / fan_in for it.

    >>> selu(Tensor([-1e4, 0.0, 1.0])).numpy().round(4).tolist()
    [-1.7581, 0.0, 1.0507]
    """
    return elu(x, _SELU_ALPHA) * _SELU_SCALE


def softplus(x: Any, beta: float = 1.0, threshold: float = 20.0) -> Any:
    """log(1 + e^(beta x)) / beta, a smooth relu; x itself where beta x > threshold. Shape of x kept.

    Dugas et al. 2001, "Incorporating second-order functional knowledge for better option pricing". The threshold is
    PyTorch's, and changes values by less than 3e-9 / beta; `threshold=np.inf` leaves it out.
    Raises ValueError for beta not above 0.

    >>> softplus(Tensor([-1e4, 0.0, 1e4])).numpy().round(4).tolist()
    [0.0, 0.6931, 10000.0]
    """
    x = array_of(x)
    if positive(beta, "beta", "softplus") == 1:
        return np.where(x > threshold, x, autograd.softplus(x))
    scaled = x * beta
    return np.where(scaled > threshold, x, autograd.softplus(scaled) / beta)


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


class PReLU(Module):
    """x where x > 0, weight · x elsewhere, the slope learned; see `prelu`.

    Parameters
    ----------
    num_parameters : how many slopes, 1 or the number of channels (the second axis of x). init : their first value.
    dtype : of the slopes; the default dtype if None.

    Attributes: weight (num_parameters,). Raises ValueError for fewer than one slope.

    >>> layer = PReLU()
    >>> layer(Tensor([-1.0, 2.0])).sum().backward()
    >>> layer.weight.grad
    array([-1.])
    """

    def __init__(self, num_parameters: int = 1, init: float = 0.25, dtype: np.typing.DTypeLike | None = None) -> None:
        if not isinstance(num_parameters, int | np.integer) or num_parameters < 1:
            raise ValueError(f"PReLU: num_parameters must be an integer of at least 1, not {num_parameters!r}")
        slopes = np.full(num_parameters, init, get_default_dtype() if dtype is None else dtype)
        self.weight = Tensor(slopes, requires_grad=True, name="weight")

    def forward(self, x: Any) -> Any:
        return prelu(x, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.weight.size}"


class ELU(Module):
    """x where x > 0, alpha (eˣ - 1) elsewhere; see `elu`.

    >>> ELU()(Tensor([-1e4, 2.0])).tolist()
    [-1.0, 2.0]
    """

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def forward(self, x: Any) -> Any:
        return elu(x, self.alpha)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}"


class CELU(Module):
    """max(x, 0) + min(0, alpha (e^(x / alpha) - 1)); see `celu`.

    >>> CELU(0.5)(Tensor([-1e4, 2.0])).tolist()
    [-0.5, 2.0]
    """

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = positive(alpha, "alpha", "CELU")

    def forward(self, x: Any) -> Any:
        return celu(x, self.alpha)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}"


class SELU(Module):
    """scale · elu(x, alpha), its two numbers fixed; see `selu`.

    >>> round(SELU()(Tensor([1.0])).item(), 4)
    1.0507
    """

    def forward(self, x: Any) -> Any:
        return selu(x)


class Softplus(Module):
    """log(1 + e^(beta x)) / beta; see `softplus`.

    >>> round(Softplus()(Tensor([0.0])).item(), 4)
    0.6931
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        self.beta, self.threshold = positive(beta, "beta", "Softplus"), threshold

    def forward(self, x: Any) -> Any:
        return softplus(x, self.beta, self.threshold)

    def extra_repr(self) -> str:
        return f"beta={self.beta}, threshold={self.threshold}"
