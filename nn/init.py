"""Initial values of parameters: each function fills a leaf Tensor in place, by `tensor.assign`, and returns it.

    nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu", rng=0)

The fan of a weight (out_features, in_features, ...) is how many values each output is made of (`fan_in`), or each
input goes into (`fan_out`); axes after the second multiply both. No function touches NumPy's global generator.
"""

from __future__ import annotations

import math

import numpy as np

from autograd import Tensor
from nn.randomness import Rng, generator_of


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor on the standard deviation that makes up for a nonlinearity (He et al. 2015, https://arxiv.org/abs/1502.01852).

    linear, sigmoid: 1; tanh: 5/3; relu: √2; leaky_relu: √(2 / (1 + param²)), param 0.01 by default; selu: 3/4.
    Raises ValueError for another name.

    >>> round(calculate_gain("leaky_relu", 0.2), 4)
    1.3868
    """
    slope = 0.01 if param is None else param
    gains = {
        "linear": 1.0,
        "sigmoid": 1.0,
        "tanh": 5 / 3,
        "relu": math.sqrt(2),
        "leaky_relu": math.sqrt(2 / (1 + slope * slope)),
        "selu": 0.75,
    }
    if nonlinearity not in gains:
        raise ValueError(f"calculate_gain: unknown nonlinearity {nonlinearity!r}; known: {', '.join(gains)}")
    return gains[nonlinearity]


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with 0.

    >>> zeros_(Tensor([1.0, 2.0])).tolist()
    [0.0, 0.0]
    """
    return constant_(tensor, 0.0)


def ones_(tensor: Tensor) -> Tensor:
    """Fill with 1.

    >>> ones_(Tensor([[3.0]])).tolist()
    [[1.0]]
    """
    return constant_(tensor, 1.0)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with `val`.

    >>> constant_(Tensor([1.0, 2.0]), 0.1).tolist()
    [0.1, 0.1]
    """
    tensor.assign(np.full(tensor.shape, val))
    return tensor


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, rng: Rng = None, generator: Rng = None) -> Tensor:
    """Draw from the uniform distribution U(a, b). Raises ValueError if a > b.

    >>> t = uniform_(Tensor(np.zeros((2, 3))), -0.5, 0.5, rng=0)
    >>> bool((np.abs(t.data) <= 0.5).all())
    True
    """
    if a > b:
        raise ValueError(f"uniform_: a={a} is above b={b}")
    tensor.assign(generator_of(rng, generator).uniform(a, b, tensor.shape))
    return tensor


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, rng: Rng = None, generator: Rng = None) -> Tensor:
    """Draw from the normal distribution N(mean, std²). Raises ValueError if std < 0.

    >>> normal_(Tensor(np.zeros(2)), mean=5.0, std=0.0).tolist()
    [5.0, 5.0]
    """
    if std < 0:
        raise ValueError(f"normal_: std={std} is negative")
    tensor.assign(generator_of(rng, generator).normal(mean, std, tensor.shape))
    return tensor


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, rng: Rng = None, generator: Rng = None) -> Tensor:
    """Draw from U(-a, a), a = gain √(6 / (fan_in + fan_out)) (Glorot and Bengio 2010).

    Keeps the variance of activations and of gradients about equal from layer to layer.
    Raises ValueError for a Tensor of fewer than two axes.

    >>> t = xavier_uniform_(Tensor(np.zeros((2, 4))), rng=0)
    >>> bool((np.abs(t.data) <= 1.0).all())
    True
    """
    fan_in, fan_out = _fans(tensor, "xavier_uniform_")
    bound = gain * math.sqrt(6 / (fan_in + fan_out))
    return uniform_(tensor, -bound, bound, rng, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, rng: Rng = None, generator: Rng = None) -> Tensor:
    """Draw from N(0, σ²), σ = gain √(2 / (fan_in + fan_out)) (Glorot and Bengio 2010).

    Raises ValueError for a Tensor of fewer than two axes.

    >>> xavier_normal_(Tensor(np.zeros((2, 4))), rng=0).shape
    (2, 4)
    """
    fan_in, fan_out = _fans(tensor, "xavier_normal_")
    return normal_(tensor, 0.0, gain * math.sqrt(2 / (fan_in + fan_out)), rng, generator)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    rng: Rng = None,
    generator: Rng = None,
) -> Tensor:
    """Draw from U(-b, b), b = gain √(3 / fan), gain = calculate_gain(nonlinearity, a) (He et al. 2015).

    Keeps the variance of activations (`mode="fan_in"`) or of gradients ("fan_out") from layer to layer; `a` is the
    slope of leaky_relu. Raises ValueError for a Tensor of fewer than two axes, another mode or nonlinearity.

    >>> t = kaiming_uniform_(Tensor(np.zeros((2, 6))), nonlinearity="relu", rng=0)
    >>> bool((np.abs(t.data) <= 1.0).all())
    True
    """
    bound = math.sqrt(3) * _kaiming_std(tensor, a, mode, nonlinearity, "kaiming_uniform_")
    return uniform_(tensor, -bound, bound, rng, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    rng: Rng = None,
    generator: Rng = None,
) -> Tensor:
    """Draw from N(0, σ²), σ = gain / √fan (He et al. 2015); arguments and errors as for `kaiming_uniform_`.

    >>> kaiming_normal_(Tensor(np.zeros((2, 6))), rng=0).shape
    (2, 6)
    """
    return normal_(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity, "kaiming_normal_"), rng, generator)


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str, name: str) -> float:
    fans = dict(zip(("fan_in", "fan_out"), _fans(tensor, name), strict=True))
    if mode not in fans:
        raise ValueError(f"{name}: unknown mode {mode!r}; known: fan_in, fan_out")
    return calculate_gain(nonlinearity, a) / math.sqrt(fans[mode])


def _fans(tensor: Tensor, name: str) -> tuple[int, int]:
    """fan_in and fan_out of a weight (out_features, in_features, ...)."""
    if tensor.ndim < 2:
        raise ValueError(
            f"{name}: a fan needs a weight of two or more axes, not shape {tensor.shape}; use uniform_ or zeros_"
        )
    field = math.prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field
