"""Normalisation: `BatchNorm1d` over the examples of a batch, `LayerNorm` over the features of an example.

Both make mean 0 and variance 1, then let the network choose another scale and offset for each feature.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import Tensor, current_capture, get_default_dtype
from nn.layers.checks import count
from nn.module import Module
from nn.ranges import number_in


def layer_norm(
    x: Any, normalized_shape: int | Sequence[int], weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Any:
    """(x - E[x]) / √(Var[x] + eps) · weight + bias, mean and variance taken over the last axes.

    Ba et al. 2016, https://arxiv.org/abs/1607.06450.

    Parameters
    ----------
    x : (batch, ..., *normalized_shape). normalized_shape : the lengths of the last axes, or of the last.
    weight, bias : of normalized_shape; None for 1 and 0. eps : keeps the root away from 0.

    Shape of x kept. Raises ValueError where x, weight or bias do not end in normalized_shape.

    >>> layer_norm([[1.0, 2.0, 3.0]], 3).round(4).tolist()
    [[-1.2247, 0.0, 1.2247]]
    """
    x, shape = _array(x), _shape_of(normalized_shape, "layer_norm")
    if x.shape[-len(shape) :] != shape:
        raise ValueError(f"layer_norm: x of shape {x.shape} does not end in normalized_shape={shape}")
    for name, value in (("weight", weight), ("bias", bias)):
        if value is not None and np.shape(value) != shape:
            raise ValueError(f"layer_norm: {name} of shape {np.shape(value)} is not of normalized_shape={shape}")
    _, centred, var = _moments(x, tuple(range(-len(shape), 0)))
    y = centred * (1.0 / _sqrt(var + eps))
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


class LayerNorm(Module):
    """(x - E[x]) / √(Var[x] + eps) · weight + bias over the last axes; see `layer_norm`.

    Each example is normalised by itself, in training as in evaluation (Ba et al. 2016).

    Parameters
    ----------
    normalized_shape : the lengths of the last axes of x, or of the last. eps : keeps the root away from 0.
    elementwise_affine : whether to learn weight and bias. bias : False for a weight alone.
    dtype : of the parameters; the default dtype if None.

    Attributes: weight, bias (*normalized_shape), or None.
    Shapes: x (batch, ..., *normalized_shape), kept. Raises ValueError for another shape.

    >>> import nn
    >>> layer = nn.LayerNorm(3)
    >>> layer(np.array([[1.0, 2.0, 3.0]])).detach().numpy().round(4).tolist()
    [[-1.2247, 0.0, 1.2247]]
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        dtype: np.typing.DTypeLike | None = None,
    ) -> None:
        self.normalized_shape = _shape_of(normalized_shape, "LayerNorm")
        self.eps = number_in("LayerNorm", "eps", eps)
        shape = self.normalized_shape
        self.weight = _parameter(np.ones(shape), "weight", dtype) if elementwise_affine else None
        self.bias = _parameter(np.zeros(shape), "bias", dtype) if elementwise_affine and bias else None

    def forward(self, x: Any) -> Any:
        return layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.weight is not None}"


class BatchNorm1d(Module):
    """(x - E[x]) / √(Var[x] + eps) · weight + bias, mean and variance of each feature over the batch.

    Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167. In training the batch gives mean and variance (biased, the
    sum divided by n), and running ones are kept beside, which evaluation uses (the variance unbiased, as PyTorch keeps
    it): running = (1 - momentum) · running + momentum · batch. (Keras means the other share by momentum.)

    Parameters
    ----------
    num_features : length of the second axis of x. eps : keeps the root away from 0.
    momentum : the share of the newest batch; None for the plain average of all batches.
    affine : whether to learn weight and bias. bias : False for a weight alone.
    track_running_stats : False to use the batch in evaluation, too.
    dtype : of parameters and running values; the default dtype if None.

    Attributes
    ----------
    weight, bias (num_features,), or None. running_mean, running_var (num_features,), num_batches_tracked () : buffers,
        or None.

    Shapes: x (batch, num_features) or (batch, num_features, length), kept.
    Raises ValueError for another shape, and where the batch gives the statistics but has only one value for a feature:
    its variance is 0, and all that was in it lost.

    >>> import nn
    >>> layer = nn.BatchNorm1d(2)
    >>> layer(np.array([[1.0, 10.0], [3.0, 30.0]])).detach().numpy().round(3).tolist()
    [[-1.0, -1.0], [1.0, 1.0]]
    >>> layer.running_mean.tolist()
    [0.2, 2.0]
    >>> _ = layer.eval()
    >>> layer(np.array([[0.2, 2.0]])).tolist()
    [[0.0, 0.0]]
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        dtype: np.typing.DTypeLike | None = None,
        *,
        bias: bool = True,
    ) -> None:
        n = self.num_features = count(num_features, "num_features", "BatchNorm1d")
        if momentum is not None:
            number_in("BatchNorm1d", "momentum", momentum, high=1, ends="[]")
        self.eps = number_in("BatchNorm1d", "eps", eps)
        self.momentum, self.track_running_stats = momentum, track_running_stats
        self.weight = _parameter(np.ones(n), "weight", dtype) if affine else None
        self.bias = _parameter(np.zeros(n), "bias", dtype) if affine and bias else None
        dtype = get_default_dtype() if dtype is None else dtype
        self.running_mean = Tensor(np.zeros(n), dtype=dtype) if track_running_stats else None
        self.running_var = Tensor(np.ones(n), dtype=dtype) if track_running_stats else None
        self.num_batches_tracked = Tensor(0) if track_running_stats else None

    def forward(self, x: Any) -> Any:
        x = _array(x)
        if x.ndim not in (2, 3) or x.shape[1] != self.num_features:
            raise ValueError(
                f"BatchNorm1d({self.num_features}) takes x (batch, {self.num_features}) or (batch, "
                f"{self.num_features}, length), not shape {x.shape}"
            )
        if self.training or self.running_mean is None:
            centred, var = self._by_batch(x)
        else:
            centred, var = x - self._broadcast(self.running_mean, x), self._broadcast(self.running_var, x)
        # Both factors are small, one number a feature: their quotient first spares a product of the size of x.
        weight, bias = self._broadcast(self.weight, x), self._broadcast(self.bias, x)
        y = centred * ((1.0 if weight is None else weight) / _sqrt(var + self.eps))
        return y if bias is None else y + bias

    def _by_batch(self, x: Any) -> tuple[Any, Any]:
        """x less the mean of the batch, and the variance of the batch; the running values follow them."""
        axis = (0, 2) if x.ndim == 3 else (0,)
        n = math.prod(x.shape[i] for i in axis)
        if n < 2:
            raise ValueError(
                f"BatchNorm1d: x of shape {x.shape} has {n} value for each feature, and one value has no variance; "
                "train on larger batches (drop a last one that is too small), or call model.eval() to predict"
            )
        mean, centred, var = _moments(x, axis)
        if self.training and self.num_batches_tracked is not None:
            batches = _values(self.num_batches_tracked) + 1
            share = 1 / batches if self.momentum is None else self.momentum
            self.num_batches_tracked.assign(batches)
            _follow(self.running_mean, _values(mean), share)
            _follow(self.running_var, _values(var) * (n / (n - 1)), share)
        return centred, var

    def _broadcast(self, value: Any, x: Any) -> Any:
        """What there is one of for each feature, in a shape that broadcasts against x."""
        return value if value is None or x.ndim == 2 else value.reshape((self.num_features, 1))

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.weight is not None}, "
            f"track_running_stats={self.track_running_stats}"
        )


def _moments(x: Any, axis: tuple[int, ...]) -> tuple[Any, Any, Any]:
    """E[x], x - E[x] and Var[x]; `x.var()` would take the mean of x once more."""
    mean = x.mean(axis=axis, keepdims=True)
    centred = x - mean
    return mean, centred, (centred * centred).mean(axis=axis, keepdims=True)


def _follow(running: Any, new: Any, share: Any) -> None:
    """running = (1 - share) · running + share · new."""
    old = _values(running)
    running.assign(old + (new.reshape(old.shape) - old) * share)


def _sqrt(x: Any) -> Any:
    return x.sqrt() if type(x) is Tensor else np.sqrt(x)


def _values(x: Any) -> Any:
    """The values as an array; while a program is captured as a Tensor without a gradient, so that they are recorded."""
    if not isinstance(x, Tensor):
        return x
    return x.detach() if current_capture() is not None else x.detach().numpy()


def _array(x: Any) -> Any:
    return x if type(x) is Tensor else np.asarray(x)


def _parameter(values: np.ndarray, name: str, dtype: np.typing.DTypeLike | None) -> Tensor:
    return Tensor(values, requires_grad=True, dtype=get_default_dtype() if dtype is None else dtype, name=name)


def _shape_of(normalized_shape: int | Sequence[int], layer: str) -> tuple[int, ...]:
    lengths = normalized_shape if isinstance(normalized_shape, Sequence) else (normalized_shape,)
    if not lengths:
        raise ValueError(f"{layer}: normalized_shape={normalized_shape!r} has no axis")
    return tuple(count(n, "each length of normalized_shape", layer) for n in lengths)
