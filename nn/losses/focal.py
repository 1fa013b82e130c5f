"""The focal loss: cross entropy that turns its attention to what is still wrong."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
from autograd import Tensor
from nn.losses.checks import (
    LOG_ZERO,
    check_one_of,
    floats,
    matched,
    of_dtype,
    warn_of_probabilities,
)
from nn.losses.multiclass import class_count, class_ids, class_rows, shape_of_ids, weight_of
from nn.losses.reduction import Loss, buffer, reduced
from nn.ranges import number_in

_PROBABILITIES = "the loss takes logits, and makes probabilities itself: pass what came before"


def focal_loss(input: Any, target: Any, alpha: Any = None, gamma: float = 2.0, reduction: str = "mean") -> Any:
    """-α_t (1 - p_t)^γ log p_t, p_t the probability that the logits give to the target; γ = 0 is cross entropy.

    A well-placed sample (p_t near 1) counts little, so that many easy ones do not drown the few hard ones.

    Parameters
    ----------
    input : logits, any shape, with a target of labels 0 and 1 of the same shape (each element is a decision of its own,
        p = σ(x)); or logits (batch, classes, ...) with a target of class ids (batch, ...) (p = softmax(x)).
    target : see input.
    alpha : for labels a number in [0, 1], the weight of label 1, with 1 - alpha for label 0 (the paper's detector has
        0.25); for class ids one weight for each class, (classes,). None: all weigh 1.
    gamma : γ >= 0.
    reduction : "mean" (over all elements), "sum" or "none".

    Raises ValueError for shapes that do not fit, a label that is neither 0 nor 1, a class id out of range, an α that
    does not fit, γ < 0, or another reduction. Warns where the input is probabilities. Source: Lin et al. 2017, equation
    5, https://arxiv.org/abs/1708.02002.

    >>> import nn
    >>> nn.focal_loss([0.0, 3.0], [1, 1], reduction="none").round(5).tolist()    # cross entropy: 0.69315, 0.04859
    [0.17329, 0.00011]
    >>> round(float(nn.focal_loss([[2.0, 0.0, 0.0]], [0])), 5)
    0.01087
    """
    number_in("focal_loss", "gamma", gamma)
    input = floats(input, "focal_loss")
    if type(target) is not Tensor:
        target = np.asarray(target)
    if target.shape == input.shape:
        return reduced(_of_labels(input, target, alpha, gamma), reduction, "focal_loss")
    losses = _of_ids(input, target, alpha, gamma)
    return reduced(losses.reshape(shape_of_ids(input)), reduction, "focal_loss")


def _of_labels(input: Any, target: Any, alpha: Any, gamma: float) -> Any:
    """With z = ±x, positive on the target's side: -log p_t = softplus(-z), and -log(1 - p_t) = softplus(z)."""
    check_alpha(alpha, "focal_loss")
    input, target = matched(input, target, "focal_loss")
    check_one_of(target, 0, 1, "focal_loss", "give labels, or class ids of shape (batch, ...)")
    warn_of_probabilities(input, "focal_loss", _PROBABILITIES)
    z = input * (target * 2.0 - 1.0)
    losses = np.exp(autograd.softplus(z) * -gamma) * autograd.softplus(-z)
    return losses if alpha is None else losses * (target * (2 * alpha - 1) + (1 - alpha))


def _of_ids(input: Any, target: Any, alpha: Any, gamma: float) -> Any:
    """1 - p_t is the sum of the other classes' probabilities: exact where p_t rounds to 1."""
    ids, _ = class_ids(input, target, None, "focal_loss")
    warn_of_probabilities(input, "focal_loss", _PROBABILITIES, axis=1 if input.ndim > 1 else 0)
    log_p = autograd.log_softmax(class_rows(input))
    is_target = ids[:, None] == np.arange(class_count(input))
    log_rest = autograd.logsumexp(np.where(is_target, LOG_ZERO, log_p), axis=1)
    losses = np.exp(log_rest * gamma) * -autograd.pick(log_p, index=ids)
    if alpha is None:
        return losses
    weight = of_dtype(alpha, input.dtype, "focal_loss", "alpha")
    if weight.shape != (class_count(input),):
        raise ValueError(
            f"focal_loss: for class ids alpha has one weight for each of the {class_count(input)} classes, not shape "
            f"{weight.shape}"
        )
    return losses * weight_of(weight, ids)


def check_alpha(alpha: Any, name: str) -> None:
    """Raise ValueError unless alpha, the weight of label 1, is None or a number in [0, 1]."""
    if alpha is not None:
        number_in(name, "alpha", alpha, high=1, ends="[]")


class FocalLoss(Loss):
    """Cross entropy with the attention on what is still wrong; see `focal_loss`.

    >>> import nn
    >>> round(float(nn.FocalLoss(gamma=2.0)([0.0], [1])), 5)
    0.17329
    """

    def __init__(self, alpha: Any = None, gamma: float = 2.0, reduction: str = "mean") -> None:
        super().__init__(reduction)
        number_in("FocalLoss", "gamma", gamma)
        if np.ndim(alpha) == 0:
            check_alpha(alpha, "FocalLoss")
        self.alpha = alpha if np.ndim(alpha) == 0 else buffer(alpha)
        self.gamma = gamma

    def forward(self, input: Any, target: Any) -> Any:
        return focal_loss(input, target, self.alpha, self.gamma, self.reduction)
