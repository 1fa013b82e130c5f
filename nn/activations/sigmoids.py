"""S-shaped activations, which hold their values between two bounds, and `logsigmoid`.

`sigmoid tanh softsign hardtanh hardsigmoid logsigmoid step`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
from autograd import Tensor
from nn.activations.inputs import array_of
from nn.module import Module

_sigmoid = autograd.sigmoid


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


def softsign(x: Any) -> Any:
    """x / (1 + |x|) for each element. Shape of x kept.

    Turian et al. 2009, "Quadratic features and deep architectures for chunking".

    >>> softsign(Tensor([-1.0, 0.0, 3.0])).tolist()
    [-0.5, 0.0, 0.75]
    """
    x = array_of(x)
    return x / (abs(x) + 1.0)


def hardtanh(x: Any, min_val: float = -1.0, max_val: float = 1.0) -> Any:
    """x, but min_val below it and max_val above it; its slope is 0 at both ends, as in PyTorch. Shape of x kept.

    Collobert 2004, "Large scale machine learning". Raises ValueError if min_val is not below max_val.

    >>> hardtanh(Tensor([-2.0, 0.3, 5.0])).tolist()
    [-1.0, 0.3, 1.0]
    """
    _check_bounds(min_val, max_val, "hardtanh")
    x = array_of(x)
    return np.where(x <= min_val, min_val, np.where(x >= max_val, max_val, x))


def hardsigmoid(x: Any) -> Any:
    """x / 6 + 1/2, but 0 below -3 and 1 above 3; its slope is 0 at both ends. Shape of x kept.

    Courbariaux et al. 2015, https://arxiv.org/abs/1511.00363, with the slope of Howard et al. 2019.

    >>> hardsigmoid(Tensor([-4.0, 0.0, 1.5])).tolist()
    [0.0, 0.5, 0.75]
    """
    return hardtanh(array_of(x) / 6.0 + 0.5, 0.0, 1.0)


def logsigmoid(x: Any) -> Any:
    """log(1 / (1 + e⁻ˣ)) = -softplus(-x), without overflow, and exact where the sigmoid is nearly 0. Shape of x kept.

    >>> logsigmoid(Tensor([-1e4, 0.0])).numpy().round(4).tolist()
    [-10000.0, -0.6931]
    """
    return -autograd.softplus(-array_of(x))


def step(x: Any) -> Any:
    """1 where x > 0, 0 elsewhere: the threshold unit of McCulloch and Pitts 1943. Shape of x kept.

    Its gradient is zero everywhere, at the jump too: nothing below it learns by gradient descent. `Perceptron` learns
    without one; `sigmoid` is the smooth stand-in.

    >>> x = Tensor([-1.0, 0.0, 2.0], requires_grad=True)
    >>> y = step(x)
    >>> y.tolist()
    [0.0, 0.0, 1.0]
    >>> y.sum().backward()
    >>> x.grad.tolist()
    [0.0, 0.0, 0.0]
    """
    return np.heaviside(array_of(x), 0.0)


def _check_bounds(min_val: float, max_val: float, name: str) -> None:
    if not min_val < max_val:
        raise ValueError(f"{name}: min_val={min_val} is not below max_val={max_val}")


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


class Softsign(Module):
    """x / (1 + |x|) for each element; see `softsign`.

    >>> Softsign()(Tensor([3.0])).tolist()
    [0.75]
    """

    def forward(self, x: Any) -> Any:
        return softsign(x)


class Hardtanh(Module):
    """x held between min_val and max_val; see `hardtanh`.

    >>> Hardtanh()(Tensor([-2.0, 0.3])).tolist()
    [-1.0, 0.3]
    """

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0) -> None:
        _check_bounds(min_val, max_val, "Hardtanh")
        self.min_val, self.max_val = min_val, max_val

    def forward(self, x: Any) -> Any:
        return hardtanh(x, self.min_val, self.max_val)

    def extra_repr(self) -> str:
        return f"min_val={self.min_val}, max_val={self.max_val}"


class Hardsigmoid(Module):
    """x / 6 + 1/2 held between 0 and 1; see `hardsigmoid`.

    >>> Hardsigmoid()(Tensor([1.5])).tolist()
    [0.75]
    """

    def forward(self, x: Any) -> Any:
        return hardsigmoid(x)


class LogSigmoid(Module):
    """log(1 / (1 + e⁻ˣ)) for each element; see `logsigmoid`.

    >>> LogSigmoid()(Tensor([-1e4])).tolist()
    [-10000.0]
    """

    def forward(self, x: Any) -> Any:
        return logsigmoid(x)


class Step(Module):
    """1 where x > 0, 0 elsewhere, with gradient zero; see `step`.

    >>> Step()
    Step(gradient zero)
    >>> Step()(Tensor([-1.0, 2.0])).tolist()
    [0.0, 1.0]
    """

    def forward(self, x: Any) -> Any:
        return step(x)

    def extra_repr(self) -> str:
        return "gradient zero"
