"""Losses of two classes: from probabilities, from logits, and from the side of a margin."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
from nn.losses.checks import (
    check_one_of,
    check_probabilities,
    matched,
    warn_of_probabilities,
    weight_for,
)
from nn.losses.reduction import Loss, buffer, reduced
from nn.ranges import number_in


def binary_cross_entropy(input: Any, target: Any, weight: Any = None, reduction: str = "mean") -> Any:
    """-w [t log p + (1 - t) log(1 - p)] for probabilities p and targets t; each logarithm is at least -100.

    Where a logarithm is held at -100 its gradient is 0. From logits, `binary_cross_entropy_with_logits` is exact there.

    Parameters
    ----------
    input : probabilities p of class 1, any shape, as from `sigmoid`. target : t, probabilities of class 1 (0 or 1 for
        labels), of the same shape.
    weight : w, broadcast to the shape of input; 1 if None.
    reduction : "mean", "sum" or "none".

    Raises ValueError if the shapes differ, for an input or target outside [0, 1], or for another reduction. Source:
    Bishop 2006, Pattern Recognition and Machine Learning, equation 4.90.

    >>> import nn
    >>> round(float(nn.binary_cross_entropy([0.5, 0.9], [1.0, 1.0])), 4)
    0.3993
    """
    name = "binary_cross_entropy"
    input, target = matched(input, target, name)
    check_probabilities(input, name, "input")
    check_probabilities(target, name)
    losses = -(target * _log(input) + (1.0 - target) * _log(1.0 - input))
    if weight is not None:
        losses = losses * weight_for(input, weight, name)
    return reduced(losses, reduction, name)


def _log(p: Any) -> Any:
    """max(log p, -100) for p >= 0."""
    positive = p > 0
    return np.where(positive, np.maximum(np.log(np.where(positive, p, 1.0)), -100.0), -100.0)


def binary_cross_entropy_with_logits(
    input: Any, target: Any, weight: Any = None, reduction: str = "mean", pos_weight: Any = None
) -> Any:
    """-w [p⁺ t log σ(x) + (1 - t) log(1 - σ(x))] for logits x and targets t, computed without overflow.

    Parameters
    ----------
    input : logits x, any shape. target : t, probabilities of class 1 (0 or 1 for labels), of the same shape.
    weight : w, broadcast to the shape of input; 1 if None.
    reduction : "mean", "sum" or "none".
    pos_weight : p⁺, the weight of positive targets, broadcast to the shape of input; 1 if None.

    Raises ValueError if the shapes differ, for a target outside [0, 1], or for another reduction. Warns where the input
    is the output of a sigmoid. Source: Bishop 2006, Pattern Recognition and Machine Learning, equation 4.90.

    >>> import nn
    >>> round(float(nn.binary_cross_entropy_with_logits([0.0, 2.0], [1.0, 1.0])), 4)
    0.41
    """
    name = "binary_cross_entropy_with_logits"
    input, target = matched(input, target, name)
    check_probabilities(target, name)
    warn_of_probabilities(
        input, name, "the loss applies the sigmoid itself: pass the logits, or use binary_cross_entropy"
    )
    if pos_weight is None:
        losses = autograd.logistic_loss(input, target)
    else:
        surplus = weight_for(input, pos_weight, name, "pos_weight") - 1.0
        losses = (1.0 - target) * input + (1.0 + surplus * target) * autograd.softplus(-input)
    if weight is not None:
        losses = losses * weight_for(input, weight, name)
    return reduced(losses, reduction, name)


def hinge_loss(input: Any, target: Any, margin: float = 1.0, reduction: str = "mean") -> Any:
    """max(0, m - t x): 0 for scores x on the target's side of 0 by a margin m; the gradient at the kink is 0.

    Parameters
    ----------
    input : scores x, any shape. target : t, -1 or 1, of the same shape. margin : m >= 0.
    reduction : "mean", "sum" or "none".

    Raises ValueError if the shapes differ, for a target that is neither -1 nor 1, a negative margin, or another
    reduction. Source: Cortes and Vapnik 1995, https://doi.org/10.1007/BF00994018.

    >>> import nn
    >>> nn.hinge_loss([0.5, 2.0, 0.5], [1, 1, -1], reduction="none").tolist()
    [0.5, 0.0, 1.5]
    """
    return reduced(_hinge(input, target, margin, "hinge_loss"), reduction, "hinge_loss")


def squared_hinge_loss(input: Any, target: Any, margin: float = 1.0, reduction: str = "mean") -> Any:
    """max(0, m - t x)²: the hinge loss squared, with a continuous gradient.

    Parameters
    ----------
    input : scores x, any shape. target : t, -1 or 1, of the same shape. margin : m >= 0.
    reduction : "mean", "sum" or "none".

    Raises ValueError as `hinge_loss` does. Source: Tang 2013, equation 5, https://arxiv.org/abs/1306.0239.

    >>> import nn
    >>> nn.squared_hinge_loss([0.5, 2.0, 0.5], [1, 1, -1], reduction="none").tolist()
    [0.25, 0.0, 2.25]
    """
    return reduced(np.square(_hinge(input, target, margin, "squared_hinge_loss")), reduction, "squared_hinge_loss")


def _hinge(input: Any, target: Any, margin: float, name: str) -> Any:
    number_in(name, "margin", margin)
    input, target = matched(input, target, name)
    check_one_of(target, -1, 1, name, "for labels 0 and 1 give 2 * target - 1")
    return autograd.relu(margin - target * input)


# --- modules ---


class BCELoss(Loss):
    """Cross entropy of two classes, from probabilities; see `binary_cross_entropy`.

    >>> import nn
    >>> round(float(nn.BCELoss()([0.5], [1.0])), 4)
    0.6931
    """

    def __init__(self, weight: Any = None, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.weight = buffer(weight)

    def forward(self, input: Any, target: Any) -> Any:
        return binary_cross_entropy(input, target, self.weight, self.reduction)


class BCEWithLogitsLoss(Loss):
    """Cross entropy of two classes, from logits; see `binary_cross_entropy_with_logits`.

    >>> import nn
    >>> round(float(nn.BCEWithLogitsLoss()([0.0], [1.0])), 4)
    0.6931
    """

    def __init__(self, weight: Any = None, reduction: str = "mean", pos_weight: Any = None) -> None:
        super().__init__(reduction)
        self.weight = buffer(weight)
        self.pos_weight = buffer(pos_weight)

    def forward(self, input: Any, target: Any) -> Any:
        return binary_cross_entropy_with_logits(input, target, self.weight, self.reduction, self.pos_weight)


class HingeLoss(Loss):
    """The side of a margin, for targets -1 and 1; see `hinge_loss`.

    >>> import nn
    >>> nn.HingeLoss()([0.5], [1])
    np.float64(0.5)
    """

    def __init__(self, margin: float = 1.0, reduction: str = "mean") -> None:
        super().__init__(reduction)
        number_in("HingeLoss", "margin", margin)
        self.margin = margin

    def forward(self, input: Any, target: Any) -> Any:
        return hinge_loss(input, target, self.margin, self.reduction)


class SquaredHingeLoss(Loss):
    """The hinge loss squared; see `squared_hinge_loss`.

    >>> import nn
    >>> nn.SquaredHingeLoss()([0.5], [1])
    np.float64(0.25)
    """

    def __init__(self, margin: float = 1.0, reduction: str = "mean") -> None:
        super().__init__(reduction)
        number_in("SquaredHingeLoss", "margin", margin)
        self.margin = margin

    def forward(self, input: Any, target: Any) -> Any:
        return squared_hinge_loss(input, target, self.margin, self.reduction)
