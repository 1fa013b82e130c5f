"""Losses between probability distributions: likelihoods of counts and of normal noise, and divergences.

The likelihoods take a distribution's parameters and the value that was observed, the divergences two distributions.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd import Tensor
from nn.losses.checks import (
    check_log_probabilities,
    check_probabilities,
    check_within,
    matched,
    of_dtype,
)
from nn.losses.reduction import REDUCTIONS, Loss, reduced, unknown_reduction
from nn.ranges import number_in

DIVERGENCE_REDUCTIONS = (*REDUCTIONS, "batchmean")

# --- likelihoods ---


def poisson_nll_loss(
    input: Any,
    target: Any,
    log_input: bool = True,
    full: bool = False,
    eps: float = 1e-8,
    reduction: str = "mean",
) -> Any:
    """eˣ - t x: minus the log-probability of a count t under a Poisson distribution of mean eˣ, but for log t!.

    With `log_input=False` the input is the mean itself, and the loss x - t log(x + ε).

    Parameters
    ----------
    input : x, any shape. target : counts t >= 0 of the same shape.
    full : add Stirling's approximation of log t!, t log t - t + log(2 π t) / 2, where t > 1.
    eps : ε > 0, keeps the logarithm of a mean 0 finite.
    reduction : "mean", "sum" or "none".

    Raises ValueError if the shapes differ, for a negative count or mean, ε <= 0, or another reduction. Source: Cameron
    and Trivedi 1998, Regression Analysis of Count Data, chapter 3.

    >>> import nn
    >>> nn.poisson_nll_loss([0.0, 0.0], [1.0, 3.0])
    np.float64(1.0)
    """
    name = "poisson_nll_loss"
    number_in(name, "eps", eps, ends="()")
    input, target = matched(input, target, name)
    check_within(target, 0, np.inf, name, "target", "a count, a number from 0 on")
    if log_input:
        losses = np.exp(input) - target * input
    else:
        check_within(input, 0, np.inf, name, "input", "a mean of counts; for its logarithm, set log_input=True")
        losses = input - target * np.log(input + eps)
    if full:
        t = np.maximum(target, 1.0)
        stirling = t * np.log(t) - t + np.log(t * (2 * math.pi)) * 0.5
        losses = losses + np.where(target > 1, stirling, 0.0)
    return reduced(losses, reduction, name)


def gaussian_nll_loss(
    input: Any, target: Any, var: Any, full: bool = False, eps: float = 1e-6, reduction: str = "mean"
) -> Any:
    """(log v + d² / v) / 2: minus the log-probability of the target under a normal distribution of variance v.

    Parameters
    ----------
    input : means of shape (batch, ..., features), or any. target : of the same shape.
    var : v >= 0, of that shape, or one for each row: (batch, ..., 1) or (batch, ...); or one number.
    full : add the constant log(2 π) / 2.
    eps : ε > 0, the least v: smaller ones count as ε, and get the gradient of ε.
    reduction : "mean", "sum" or "none".

    Raises ValueError if shapes do not fit, for a negative variance, ε <= 0, or another reduction. Source: Nix and
    Weigend 1994, https://doi.org/10.1109/ICNN.1994.374138.

    >>> import nn
    >>> nn.gaussian_nll_loss([1.0, 2.0], [1.0, 4.0], var=[1.0, 1.0])
    np.float64(1.0)
    """
    name = "gaussian_nll_loss"
    number_in(name, "eps", eps, ends="()")
    input, target = matched(input, target, name)
    var = _variance(input, var, name)
    check_within(var, 0, np.inf, name, "variance", "a number from 0 on; predict its logarithm and take np.exp")
    # Lifted to ε by a constant, so that a variance that has collapsed gets a gradient and can grow again.
    var = var + np.maximum(eps - (var.detach() if isinstance(var, Tensor) else var), 0.0)
    losses = (np.log(var) + np.square(input - target) / var) * 0.5
    if full:
        losses = losses + 0.5 * math.log(2 * math.pi)
    return reduced(losses, reduction, name)


def _variance(input: Any, var: Any, name: str) -> Any:
    """The variance in the input's dtype, and in a shape that broadcasts along its last axis at most."""
    var = of_dtype(var, input.dtype, name, "var")
    rows = input.shape[:-1]
    if var.shape in ((), input.shape, (*rows, 1)):
        return var
    if var.shape == rows:
        return var.reshape(*rows, 1)
    raise ValueError(
        f"{name}: variances of shape {var.shape} do not fit an input of shape {input.shape}: give one for each "
        f"element, {input.shape}, one for each row, {(*rows, 1)}, or one number"
    )


# --- divergences ---


def kl_div(input: Any, target: Any, reduction: str = "mean", log_target: bool = False) -> Any:
    """t (log t - x): Kullback and Leibler's divergence of the model eˣ from the target t, term by term.

    The divergence of two distributions is the sum of its terms over the classes. "batchmean" sums all terms and divides
    by the batch; "mean" divides by the number of terms, as PyTorch's does, which is smaller by the number of classes.

    Parameters
    ----------
    input : log-probabilities x (batch, classes, ...), as from `log_softmax`.
    target : probabilities t of the same shape, or, with `log_target=True`, their logarithms; where t = 0 the term is 0.
    reduction : "mean", "batchmean", "sum" or "none".

    Raises ValueError if the shapes differ, for an input above 0 (no logarithm of a probability), for a target that is
    no probability, or for another reduction. Source: Kullback and Leibler 1951,
    https://doi.org/10.1214/aoms/1177729694.

    >>> import nn
    >>> x = nn.log_softmax([[0.0, 0.0]])
    >>> round(float(nn.kl_div(x, [[1.0, 0.0]], reduction="batchmean")), 4)    # log 2
    0.6931
    """
    input, target = _distributions(input, target, log_target, "kl_div")
    possible = target > (-np.inf if log_target else 0)  # elsewhere the model may say log 0 and owe nothing
    input = np.where(possible, input, 0.0)
    if log_target:
        terms = np.exp(target) * (np.where(possible, target, 0.0) - input)
    else:
        terms = _p_log_p(target) - target * input
    return _batch_reduced(terms, reduction, "kl_div")


def js_div(input: Any, target: Any, reduction: str = "mean", log_target: bool = False) -> Any:
    """(p log p + t log t) / 2 - m log m with p = eˣ and m = (p + t) / 2: Jensen and Shannon's divergence, term by term.

    It is symmetric in p and t, and its sum over the classes lies between 0 and log 2; takes what `kl_div` takes.

    Parameters
    ----------
    input : log-probabilities x (batch, classes, ...), as from `log_softmax`.
    target : probabilities t of the same shape, or, with `log_target=True`, their logarithms.
    reduction : "mean", "batchmean", "sum" or "none".

    Raises ValueError as `kl_div` does. Source: Lin 1991, https://doi.org/10.1109/18.61115.

    >>> import nn
    >>> x = nn.log_softmax([[0.0, -1000.0]])
    >>> round(float(nn.js_div(x, [[0.0, 1.0]], reduction="sum")), 4)    # nothing in common: log 2
    0.6931
    """
    input, target = _distributions(input, target, log_target, "js_div")
    p, t = np.exp(input), np.exp(target) if log_target else target
    terms = (_p_log_p(p) + _p_log_p(t)) * 0.5 - _p_log_p((p + t) * 0.5)
    return _batch_reduced(terms, reduction, "js_div")


def _distributions(input: Any, target: Any, log_target: bool, name: str) -> tuple[Any, Any]:
    input, target = matched(input, target, name)
    check_log_probabilities(input, name)
    if log_target:
        check_log_probabilities(target, name, "target")
    else:
        check_probabilities(target, name)
    return input, target


def _p_log_p(p: Any) -> Any:
    """p log p, with value and gradient 0 where p = 0."""
    return p * np.log(np.where(p > 0, p, 1.0))


def _batch_reduced(terms: Any, reduction: str, name: str) -> Any:
    if reduction not in DIVERGENCE_REDUCTIONS:
        raise unknown_reduction(reduction, name, DIVERGENCE_REDUCTIONS)
    if reduction == "batchmean":
        return reduced(terms, "sum", name) / max(len(terms), 1) if terms.ndim else terms
    return reduced(terms, reduction, name)


# --- modules ---


class PoissonNLLLoss(Loss):
    """For counts; see `poisson_nll_loss`.

    >>> import nn
    >>> nn.PoissonNLLLoss()([0.0], [1.0])
    np.float64(1.0)
    """

    def __init__(self, log_input: bool = True, full: bool = False, eps: float = 1e-8, reduction: str = "mean") -> None:
        super().__init__(reduction)
        number_in("PoissonNLLLoss", "eps", eps, ends="()")
        self.log_input, self.full, self.eps = log_input, full, eps

    def forward(self, input: Any, target: Any) -> Any:
        return poisson_nll_loss(input, target, self.log_input, self.full, self.eps, self.reduction)


class GaussianNLLLoss(Loss):
    """For predictions of a mean and its variance; see `gaussian_nll_loss`.

    >>> import nn
    >>> nn.GaussianNLLLoss()([2.0], [4.0], [1.0])
    np.float64(2.0)
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction)
        number_in("GaussianNLLLoss", "eps", eps, ends="()")
        self.full, self.eps = full, eps

    def forward(self, input: Any, target: Any, var: Any) -> Any:
        return gaussian_nll_loss(input, target, var, self.full, self.eps, self.reduction)


class KLDivLoss(Loss):
    """The divergence of a model from a target distribution; see `kl_div`.

    >>> import nn
    >>> round(float(nn.KLDivLoss("batchmean")(nn.log_softmax([[0.0, 0.0]]), [[1.0, 0.0]])), 4)
    0.6931
    """

    known_reductions = DIVERGENCE_REDUCTIONS

    def __init__(self, reduction: str = "mean", log_target: bool = False) -> None:
        super().__init__(reduction)
        self.log_target = log_target

    def forward(self, input: Any, target: Any) -> Any:
        return kl_div(input, target, self.reduction, self.log_target)


class JSDivLoss(Loss):
    """The symmetric divergence of two distributions; see `js_div`.

    >>> import nn
    >>> round(float(nn.JSDivLoss("sum")(nn.log_softmax([[0.0, -1000.0]]), [[0.0, 1.0]])), 4)
    0.6931
    """

    known_reductions = DIVERGENCE_REDUCTIONS

    def __init__(self, reduction: str = "mean", log_target: bool = False) -> None:
        super().__init__(reduction)
        self.log_target = log_target

    def forward(self, input: Any, target: Any) -> Any:
        return js_div(input, target, self.reduction, self.log_target)
