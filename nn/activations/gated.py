"""Gated activations: x times a gate that opens as x grows. `silu swish gelu mish hardswish`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import autograd
from autograd import Tensor, get_default_dtype
from nn.activations.inputs import array_of
from nn.activations.sigmoids import hardsigmoid, tanh
from nn.module import Module


def silu(x: Any) -> Any:
    """x σ(x), σ the sigmoid. Shape of x kept.

    Hendrycks and Gimpel 2016, https://arxiv.org/abs/1606.08415, and Elfwing et al. 2017.

    >>> silu(Tensor([-1e4, 0.0, 1.0])).numpy().round(4).tolist()
    [-0.0, 0.0, 0.7311]
    """
    x = array_of(x)
    return x * autograd.sigmoid(x)


def swish(x: Any, beta: Any = 1.0) -> Any:
    """x σ(beta x): silu for beta = 1, x / 2 for beta = 0, towards relu as beta grows. Shape of x kept.

    Ramachandran et al. 2017, https://arxiv.org/abs/1710.05941. `beta` may be a Tensor, to be learned.

    >>> swish(Tensor([3.0]), beta=0.0).tolist()
    [1.5]
    """
    x = array_of(x)
    return x * autograd.sigmoid(x * beta)


def gelu(x: Any, approximate: str = "none") -> Any:
    """x Φ(x), Φ the normal distribution function (Hendrycks and Gimpel 2016, https://arxiv.org/abs/1606.08415).

    Φ(x) = (1 + erf(x / √2)) / 2, or with `approximate="tanh"` (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2.
    Shape of x kept. Raises ValueError for another `approximate`.

    >>> [round(y, 4) for y in gelu(Tensor([-1.0, 1.0])).tolist()]
    [-0.1587, 0.8413]
    >>> [round(y, 4) for y in gelu(Tensor([-1.0, 1.0]), approximate="tanh").tolist()]
    [-0.1588, 0.8412]
    """
    x = array_of(x)
    if _known(approximate, "gelu") == "none":
        return (x * 0.5) * (autograd.erf(x * math.sqrt(0.5)) + 1.0)
    return (x * 0.5) * (tanh((x + (x * x * x) * 0.044715) * math.sqrt(2 / math.pi)) + 1.0)


def mish(x: Any) -> Any:
    """x tanh(log(1 + eˣ)). Shape of x kept.

    Misra 2019, https://arxiv.org/abs/1908.08681.

    >>> mish(Tensor([-1e4, 1.0, 1e4])).numpy().round(4).tolist()
    [-0.0, 0.8651, 10000.0]
    """
    x = array_of(x)
    return x * tanh(autograd.softplus(x))


def hardswish(x: Any) -> Any:
    """x · hardsigmoid(x): swish in straight lines, 0 below -3 and x above 3. Shape of x kept.

    Howard et al. 2019, https://arxiv.org/abs/1905.02244. Slopes at the kinks: 0 at -3, 1 at 3.

    >>> hardswish(Tensor([-3.0, 1.5, 4.0])).tolist()
    [-0.0, 1.125, 4.0]
    """
    x = array_of(x)
    return x * hardsigmoid(x)


def _known(approximate: str, name: str) -> str:
    if approximate not in ("none", "tanh"):
        raise ValueError(f"{name}: approximate is 'none' or 'tanh', not {approximate!r}")
    return approximate


class SiLU(Module):
    """x σ(x) for each element; see `silu`.

    >>> round(SiLU()(Tensor([1.0])).item(), 4)
    0.7311
    """

    def forward(self, x: Any) -> Any:
        return silu(x)


class Swish(Module):
    """x σ(beta x), with beta learned; see `swish`.

    Parameters
    ----------
    beta : its first value. dtype : of beta; the default dtype if None.

    Attributes: beta (). For a beta that stays as it is: `layer.beta.requires_grad = False`.

    >>> layer = Swish(beta=1.0)
    >>> layer(Tensor([2.0])).sum().backward()
    >>> layer.beta.grad.round(4)
    np.float64(0.42)
    """

    def __init__(self, beta: float = 1.0, dtype: np.typing.DTypeLike | None = None) -> None:
        dtype = get_default_dtype() if dtype is None else dtype
        self.beta = Tensor(beta, requires_grad=True, dtype=dtype, name="beta")

    def forward(self, x: Any) -> Any:
        return swish(x, self.beta)

    def extra_repr(self) -> str:
        return f"beta={self.beta.item():.4g}"


class GELU(Module):
    """x Φ(x) for each element, exact or (`approximate="tanh"`) approximate; see `gelu`.

    >>> round(GELU()(Tensor([1.0])).item(), 4)
    0.8413
    """

    def __init__(self, approximate: str = "none") -> None:
        self.approximate = _known(approximate, "GELU")

    def forward(self, x: Any) -> Any:
        return gelu(x, self.approximate)

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


class Mish(Module):
    """x tanh(log(1 + eˣ)) for each element; see `mish`.

    >>> round(Mish()(Tensor([1.0])).item(), 4)
    0.8651
    """

    def forward(self, x: Any) -> Any:
        return mish(x)


class Hardswish(Module):
    """x · hardsigmoid(x) for each element; see `hardswish`.

    >>> Hardswish()(Tensor([1.5])).tolist()
    [1.125]
    """

    def forward(self, x: Any) -> Any:
        return hardswish(x)
