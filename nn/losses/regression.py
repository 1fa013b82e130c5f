"""Losses of numbers: how far a prediction is from the target, by the size of the difference.

All take an `input` and a `target` of one shape, any, and give one number, or by `reduction="none"` the losses in that
shape. In the formulas d = input - target.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import autograd
from nn.losses.checks import matched, weight_for
from nn.losses.reduction import Loss, buffer, reduced
from nn.ranges import number_in


def mse_loss(input: Any, target: Any, reduction: str = "mean") -> Any:
    """Mean squared error: d², averaged over all elements.

    Parameters
    ----------
    input, target : of one shape, any. reduction : "mean", "sum" or "none".

    Raises ValueError if the shapes differ, or for another reduction. Source: Legendre 1805, the method of least
    squares.

    >>> import nn
    >>> nn.mse_loss([1.0, 4.0], [1.0, 2.0])
    np.float64(2.0)
    """
    input, target = matched(input, target, "mse_loss")
    return reduced(np.square(input - target), reduction, "mse_loss")


def l1_loss(input: Any, target: Any, reduction: str = "mean") -> Any:
    """Mean absolute error: |d|; the gradient where d = 0 is 0.

    Parameters
    ----------
    input, target : of one shape, any. reduction : "mean", "sum" or "none".

    Raises ValueError if the shapes differ, or for another reduction. Source: Bloomfield and Steiger 1983, Least
    Absolute Deviations.

    >>> import nn
    >>> nn.l1_loss([1.0, 4.0], [1.0, 2.0])
    np.float64(1.0)
    """
    input, target = matched(input, target, "l1_loss")
    return reduced(np.abs(input - target), reduction, "l1_loss")


def huber_loss(input: Any, target: Any, reduction: str = "mean", delta: float = 1.0) -> Any:
    """d² / 2 where |d| <= δ, and δ (|d| - δ / 2) beyond: squares for small differences, absolute values for outliers.

    Parameters
    ----------
    input, target : of one shape, any. reduction : "mean", "sum" or "none". delta : δ > 0.

    Raises ValueError if the shapes differ, for δ <= 0, or for another reduction. Source: Huber 1964,
    https://doi.org/10.1214/aoms/1177703732.

    >>> import nn
    >>> nn.huber_loss([1.0, 5.0], [0.0, 2.0], reduction="none").tolist()
    [0.5, 2.5]
    """
    number_in("huber_loss", "delta", delta, ends="()")
    input, target = matched(input, target, "huber_loss")
    return reduced(_huber(input - target, delta), reduction, "huber_loss")


def smooth_l1_loss(input: Any, target: Any, reduction: str = "mean", beta: float = 1.0) -> Any:
    """d² / (2 β) where |d| < β, and |d| - β / 2 beyond: the Huber loss divided by its δ = β; |d| for β = 0.

    Parameters
    ----------
    input, target : of one shape, any. reduction : "mean", "sum" or "none". beta : β >= 0.

    Raises ValueError if the shapes differ, for β < 0, or for another reduction. Source: Girshick 2015, equation 3,
    https://arxiv.org/abs/1504.08083.

    >>> import nn
    >>> nn.smooth_l1_loss([1.0, 5.0], [0.0, 2.0], reduction="none", beta=2.0).tolist()
    [0.25, 2.0]
    """
    number_in("smooth_l1_loss", "beta", beta)
    input, target = matched(input, target, "smooth_l1_loss")
    d = input - target
    return reduced(_huber(d, beta) / beta if beta else np.abs(d), reduction, "smooth_l1_loss")


def _huber(d: Any, delta: float) -> Any:
    """With c = d clipped to [-δ, δ], c (d - c / 2) is d² / 2 inside and δ (|d| - δ / 2) outside."""
    c = np.clip(d, -delta, delta)
    return c * (d - c * 0.5)


def log_cosh_loss(input: Any, target: Any, reduction: str = "mean") -> Any:
    """log cosh d: about d² / 2 for small differences and |d| - log 2 for large ones, smooth throughout.

    Parameters
    ----------
    input, target : of one shape, any. reduction : "mean", "sum" or "none".

    Raises ValueError if the shapes differ, or for another reduction. Source: Saleh and Saleh 2022,
    https://arxiv.org/abs/2208.04564.

    >>> import nn
    >>> round(float(nn.log_cosh_loss([0.0, 1000.0], [1.0, 0.0], reduction="sum")), 4)
    999.7406
    """
    input, target = matched(input, target, "log_cosh_loss")
    d = input - target
    losses = d + autograd.softplus(d * -2.0) - math.log(2)  # log((eᵈ + e⁻ᵈ) / 2), with eᵈ taken out
    return reduced(losses, reduction, "log_cosh_loss")


def quantile_loss(input: Any, target: Any, quantile: Any = 0.5, reduction: str = "mean") -> Any:
    """max(q u, (q - 1) u) with u = target - input: least where a share q of the targets lies below the prediction.

    Also known as the pinball loss; q = 1/2 is half the absolute error. Where u = 0 the gradient is the mean of both
    sides.

    Parameters
    ----------
    input, target : of one shape, any.
    quantile : q in (0, 1), or an array of them that broadcasts to the shape of input: for predictions
        (batch, quantiles) one for each column.
    reduction : "mean", "sum" or "none".

    Raises ValueError if the shapes differ, for q outside (0, 1), or for another reduction. Source: Koenker and Bassett
    1978, https://doi.org/10.2307/1913643.

    >>> import nn
    >>> nn.quantile_loss([1.0, 5.0], [2.0, 4.0], quantile=0.9, reduction="none").round(4).tolist()
    [0.9, 0.1]
    """
    check_quantile(quantile, "quantile_loss")
    input, target = matched(input, target, "quantile_loss")
    q = weight_for(input, quantile, "quantile_loss", "quantile")
    u = target - input
    return reduced(np.maximum(u * q, u * (q - 1)), reduction, "quantile_loss")


def check_quantile(quantile: Any, name: str) -> None:
    """Raise ValueError for a quantile outside (0, 1)."""
    values = np.asarray(quantile)
    if values.dtype.kind not in "fiu":
        raise ValueError(f"{name}: quantile={quantile!r} is not a number in (0, 1), or an array of them")
    wrong = values[~((values > 0) & (values < 1))]
    if wrong.size:
        raise ValueError(f"{name}: quantile {wrong.flat[0]} is not in (0, 1); the median is 0.5")


# --- modules ---


class MSELoss(Loss):
    """Mean squared error; see `mse_loss`.

    >>> import nn
    >>> nn.MSELoss()([1.0, 4.0], [1.0, 2.0])
    np.float64(2.0)
    """

    def forward(self, input: Any, target: Any) -> Any:
        return mse_loss(input, target, self.reduction)


class L1Loss(Loss):
    """Mean absolute error; see `l1_loss`.

    >>> import nn
    >>> nn.L1Loss()([1.0, 4.0], [1.0, 2.0])
    np.float64(1.0)
    """

    def forward(self, input: Any, target: Any) -> Any:
        return l1_loss(input, target, self.reduction)


class HuberLoss(Loss):
    """Squares for small differences, absolute values for outliers; see `huber_loss`.

    >>> import nn
    >>> nn.HuberLoss(delta=1.0)([5.0], [2.0])
    np.float64(2.5)
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction)
        number_in("HuberLoss", "delta", delta, ends="()")
        self.delta = delta

    def forward(self, input: Any, target: Any) -> Any:
        return huber_loss(input, target, self.reduction, self.delta)


class SmoothL1Loss(Loss):
    """The Huber loss divided by its δ = β; see `smooth_l1_loss`.

    >>> import nn
    >>> nn.SmoothL1Loss(beta=2.0)([5.0], [2.0])
    np.float64(2.0)
    """

    def __init__(self, reduction: str = "mean", beta: float = 1.0) -> None:
        super().__init__(reduction)
        number_in("SmoothL1Loss", "beta", beta)
        self.beta = beta

    def forward(self, input: Any, target: Any) -> Any:
        return smooth_l1_loss(input, target, self.reduction, self.beta)


class LogCoshLoss(Loss):
    """Smooth throughout, as wide as absolute values; see `log_cosh_loss`.

    >>> import nn
    >>> round(float(nn.LogCoshLoss()([0.0], [1.0])), 4)
    0.4338
    """

    def forward(self, input: Any, target: Any) -> Any:
        return log_cosh_loss(input, target, self.reduction)


class QuantileLoss(Loss):
    """The pinball loss, for predicting a quantile; see `quantile_loss`.

    >>> import nn
    >>> nn.QuantileLoss(0.75)([1.0], [3.0])
    np.float64(1.5)
    """

    def __init__(self, quantile: Any = 0.5, reduction: str = "mean") -> None:
        super().__init__(reduction)
        check_quantile(quantile, "QuantileLoss")
        self.quantile = quantile if isinstance(quantile, float) else buffer(quantile)

    def forward(self, input: Any, target: Any) -> Any:
        return quantile_loss(input, target, self.quantile, self.reduction)
