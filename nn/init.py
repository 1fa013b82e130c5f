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
    _checked(tensor, "constant_").assign(np.full(tensor.shape, val))
    return tensor


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, rng: Rng = None, generator: Rng = None) -> Tensor:
    """Draw from the uniform distribution U(a, b). Raises ValueError if a > b.

    >>> t = uniform_(Tensor(np.zeros((2, 3))), -0.5, 0.5, rng=0)
    >>> bool((np.abs(t.data) <= 0.5).all())
    True
    """
    if not a <= b:
        raise ValueError(f"uniform_: a={a} is above b={b}, or one is no number")
    _checked(tensor, "uniform_").assign(generator_of(rng, generator).uniform(a, b, tensor.shape))
    return tensor


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, rng: Rng = None, generator: Rng = None) -> Tensor:
    """Draw from the normal distribution N(mean, std²). Raises ValueError if std < 0.

    >>> normal_(Tensor(np.zeros(2)), mean=5.0, std=0.0).tolist()
    [5.0, 5.0]
    """
    _check_std(std, "normal_")
    _checked(tensor, "normal_").assign(generator_of(rng, generator).normal(mean, std, tensor.shape))
    return tensor


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    rng: Rng = None,
    generator: Rng = None,
) -> Tensor:
    """Draw from the normal distribution N(mean, std²) between a and b, and from nothing outside.

    The bounds are values, not numbers of standard deviations, as in PyTorch. By rejection, with a uniform proposal
    where the normal one would seldom fall between them (Robert 1995, https://arxiv.org/abs/0907.4010).
    Raises ValueError if a is not below b, or for std not above 0.

    >>> t = trunc_normal_(Tensor(np.zeros((20, 30))), std=0.5, a=-1.0, b=1.0, rng=0)
    >>> bool((np.abs(t.data) <= 1.0).all())
    True
    """
    if not a < b:
        raise ValueError(f"trunc_normal_: a={a} is not below b={b}")
    if not std > 0:
        raise ValueError(f"trunc_normal_: std={std} is not above 0")
    size = math.prod(_checked(tensor, "trunc_normal_").shape)
    z = _standard_normal_between((a - mean) / std, (b - mean) / std, size, generator_of(rng, generator))
    tensor.assign((mean + std * z).clip(a, b).reshape(tensor.shape))
    return tensor


def orthogonal_(tensor: Tensor, gain: float = 1.0, rng: Rng = None, generator: Rng = None) -> Tensor:
    """Fill with gain · Q, Q a random matrix of orthonormal rows, or columns where there are more rows than columns.

    Saxe et al. 2014, https://arxiv.org/abs/1312.6120: keeps lengths, so that signals neither grow nor vanish in a deep
    linear network. Axes after the first count as one, columns. Q comes from the QR decomposition of a normal matrix,
    with the signs that make it uniform among all such (Mezzadri 2007, https://arxiv.org/abs/math-ph/0609050).
    Raises ValueError for a Tensor of fewer than two axes.

    >>> w = orthogonal_(Tensor(np.zeros((2, 3))), rng=0).numpy()
    >>> np.allclose(w @ w.T, np.eye(2))
    True
    """
    if _checked(tensor, "orthogonal_").ndim < 2:
        raise ValueError(f"orthogonal_: a matrix is needed, a weight of two or more axes, not shape {tensor.shape}")
    rows, columns = tensor.shape[0], math.prod(tensor.shape[1:])
    normal = generator_of(rng, generator).standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(normal)
    q *= np.where(np.diagonal(r) < 0, -1, 1)
    tensor.assign(gain * (q if rows >= columns else q.T).reshape(tensor.shape))
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


# The names of Keras, and of those who know the methods by their first authors.
glorot_uniform_ = xavier_uniform_
glorot_normal_ = xavier_normal_
he_uniform_ = kaiming_uniform_
he_normal_ = kaiming_normal_

# They let pass about half of what comes.
# fmt: off
_RECTIFIERS = (
    "relu", "leaky_relu", "prelu", "elu", "celu", "softplus", "silu", "swish", "gelu", "mish", "hardswish",
)
# fmt: on


def for_activation_(tensor: Tensor, activation: str, rng: Rng = None, generator: Rng = None) -> Tensor:
    """Draw what suits the activation that follows, by its name: what `MLP` does unless it is told otherwise.

    Before a rectifier or a gate, such as relu or gelu, He's normal distribution, variance 2 / fan_in; before selu the
    variance 1 / fan_in (Klambauer et al. 2017); before tanh Glorot's uniform distribution with gain 5/3; before all
    else, and before no activation ("linear"), Glorot's. Raises ValueError for a Tensor of fewer than two axes.

    >>> for_activation_(Tensor(np.zeros((4, 3))), "relu", rng=0).tolist() == kaiming_normal_(
    ...     Tensor(np.zeros((4, 3))), rng=0).tolist()
    True
    """
    if activation in _RECTIFIERS:
        return kaiming_normal_(tensor, nonlinearity="relu", rng=rng, generator=generator)
    if activation == "selu":
        return kaiming_normal_(tensor, nonlinearity="linear", rng=rng, generator=generator)
    return xavier_uniform_(tensor, calculate_gain("tanh") if activation == "tanh" else 1.0, rng, generator)


def _standard_normal_between(low: float, high: float, size: int, rng: np.random.Generator) -> np.ndarray:
    """Numbers of the standard normal distribution within [low, high], by rejection."""
    nearest = max(low, -high, 0.0)  # how far from 0 the interval begins
    by_normal = nearest == 0 and high - low > 1
    if not by_normal:  # what is cut off here is less than e**-40 of the mass
        reach = 40 / max(nearest, 4.0)
        low, high = (low, min(high, max(low, 0) + reach)) if high > -low else (max(low, min(high, 0) - reach), high)
    kept = np.empty(0)
    while kept.size < size:
        wanted = 2 * (size - kept.size) + 16
        if by_normal:
            z = rng.standard_normal(wanted)
            z = z[(low <= z) & (z <= high)]
        else:
            z = rng.uniform(low, high, wanted)
            z = z[rng.random(wanted) < np.exp((nearest * nearest - z * z) / 2)]
        kept = np.concatenate([kept, z])
    return kept[:size]


def _check_std(std: float, name: str) -> None:
    if not std >= 0:
        raise ValueError(f"{name}: std={std} is negative, or no number")


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str, name: str) -> float:
    fans = dict(zip(("fan_in", "fan_out"), _fans(tensor, name), strict=True))
    if mode not in fans:
        raise ValueError(f"{name}: unknown mode {mode!r}; known: fan_in, fan_out")
    return calculate_gain(nonlinearity, a) / math.sqrt(fans[mode])


def _fans(tensor: Tensor, name: str) -> tuple[int, int]:
    """fan_in and fan_out of a weight (out_features, in_features, ...)."""
    if _checked(tensor, name).ndim < 2:
        raise ValueError(
            f"{name}: a fan needs a weight of two or more axes, not shape {tensor.shape}; use uniform_ or zeros_"
        )
    field = math.prod(tensor.shape[2:])
    fan_in, fan_out = tensor.shape[1] * field, tensor.shape[0] * field
    if not fan_in or not fan_out:
        raise ValueError(f"{name}: a weight of shape {tensor.shape} has no elements to draw")
    return fan_in, fan_out


def _checked(tensor: Tensor, name: str) -> Tensor:
    """The tensor, or TypeError for what is none."""
    if not isinstance(tensor, Tensor):
        raise TypeError(f"{name} fills a Tensor, not a {type(tensor).__name__}")
    return tensor
