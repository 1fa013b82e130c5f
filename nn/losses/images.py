"""Losses of whole images: how well masks overlap, and how alike two images look to a network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nn.losses.checks import check_probabilities, floats, matched
from nn.losses.reduction import Loss, reduced
from nn.ranges import number_in


def dice_loss(
    input: Any,
    target: Any,
    smooth: float = 1.0,
    reduction: str = "mean",
    axis: int | tuple[int, ...] | None = None,
) -> Any:
    """1 - (2 Σ p t + s) / (Σ p + Σ t + s): one minus the share of two masks that they have in common.

    Parameters
    ----------
    input : probabilities p (batch, ...), as from `sigmoid` or `softmax`. target : t in [0, 1], of the same shape.
    smooth : s > 0, keeps the loss of two empty masks, which is 0, a number.
    reduction : "mean", "sum" or "none".
    axis : the axes of one mask, summed over; None: all but the first, one loss a sample. For (batch, classes, height,
        width), `axis=(2, 3)` gives each class its own.

    Raises ValueError if the shapes differ or have no axis of the batch, for an input or target outside [0, 1], s <= 0,
    or another reduction. Source: Milletari et al. 2016, https://arxiv.org/abs/1606.04797; in this form, with sums in
    place of squares, Sudre et al. 2017, https://arxiv.org/abs/1707.03237.

    >>> import nn
    >>> nn.dice_loss([[1.0, 1.0, 0.0]], [[1.0, 0.0, 0.0]])    # 1 - (2 + 1) / (3 + 1)
    np.float64(0.25)
    """
    number_in("dice_loss", "smooth", smooth, ends="()")
    input, target = matched(input, target, "dice_loss")
    check_probabilities(input, "dice_loss", "input")
    check_probabilities(target, "dice_loss")
    if input.ndim < 2:
        raise ValueError(
            f"dice_loss: masks are (batch, ...), not of shape {input.shape}; for one mask reshape it to (1, -1)"
        )
    axes = tuple(range(1, input.ndim)) if axis is None else axis
    overlap = (input * target).sum(axis=axes)
    whole = input.sum(axis=axes) + target.sum(axis=axes)
    return reduced(1.0 - (overlap * 2.0 + smooth) / (whole + smooth), reduction, "dice_loss")


def perceptual_loss(
    input: Any,
    target: Any,
    features: Callable[[Any], Any],
    weight: Sequence[float] | None = None,
    reduction: str = "mean",
) -> Any:
    """Σ_l w_l mean (φ_l(x) - φ_l(y))²: how far apart two inputs lie in what a network sees in them.

    The gradient flows through φ into the input, and into φ's own parameters unless they are frozen
    (`requires_grad = False`). Put φ into evaluation mode, so that both inputs are seen with the same eyes.

    Parameters
    ----------
    input, target : x and y (batch, ...), of one shape, any that φ takes.
    features : φ, a Module (or function) that gives an array (batch, ...), or a list or tuple of them, one for each
        layer l.
    weight : w, one number for each of the arrays; 1 if None.
    reduction : over the batch: "mean", "sum" or "none", (batch,).

    Raises ValueError if the shapes differ, for features that are none or have no axis of the batch, weights of another
    number, or another reduction; TypeError if φ cannot be called. Source: Johnson et al. 2016, equation 2, https://arxiv.org/abs/1603.08155.

    >>> import nn
    >>> phi = nn.Linear(2, 3, rng=0).eval()
    >>> nn.perceptual_loss([[1.0, 2.0]], [[1.0, 2.0]], phi).item()
    0.0
    """
    name = "perceptual_loss"
    if not callable(features):
        raise TypeError(f"{name}: features is a Module or a function, not a {type(features).__name__}")
    input, target = matched(input, target, name)
    seen, wanted = _layers(features(input), input, name), _layers(features(target), input, name)
    weights = [1.0] * len(seen) if weight is None else list(weight)
    if len(weights) != len(seen):
        raise ValueError(f"{name}: {len(weights)} weights for features of {len(seen)} layers; give one for each")
    losses = sum(
        w * np.square(a - b).mean(axis=tuple(range(1, a.ndim))) for w, a, b in zip(weights, seen, wanted, strict=True)
    )
    return reduced(losses, reduction, name)


def _layers(features: Any, input: Any, name: str) -> list[Any]:
    """The features of each layer; an error where one has no axis of the batch."""
    several = isinstance(features, list | tuple)
    layers = [floats(layer, name) for layer in (features if several else [features])]
    for layer in layers:
        if layer.ndim < 2 or layer.shape[0] != input.shape[0]:
            raise ValueError(
                f"{name}: features of shape {layer.shape} for an input of shape {input.shape}; they are (batch, ...)"
            )
    if not layers:
        raise ValueError(f"{name}: features gave an empty list; give the output of at least one layer")
    return layers


# --- modules ---


class DiceLoss(Loss):
    """The overlap of masks; see `dice_loss`.

    >>> import nn
    >>> nn.DiceLoss()([[1.0, 1.0, 0.0]], [[1.0, 0.0, 0.0]])
    np.float64(0.25)
    """

    def __init__(self, smooth: float = 1.0, reduction: str = "mean", axis: int | tuple[int, ...] | None = None) -> None:
        super().__init__(reduction)
        number_in("DiceLoss", "smooth", smooth, ends="()")
        self.smooth = smooth
        self.axis = axis

    def forward(self, input: Any, target: Any) -> Any:
        return dice_loss(input, target, self.smooth, self.reduction, self.axis)


class PerceptualLoss(Loss):
    """Likeness to the eyes of a network; see `perceptual_loss`.

    >>> import nn
    >>> loss = nn.PerceptualLoss(nn.Linear(2, 3, rng=0))
    >>> loss([[1.0, 2.0]], [[1.0, 2.0]]).item()
    0.0
    """

    def __init__(
        self, features: Callable[[Any], Any], weight: Sequence[float] | None = None, reduction: str = "mean"
    ) -> None:
        super().__init__(reduction)
        self.features = features
        self.weight = weight

    def forward(self, input: Any, target: Any) -> Any:
        return perceptual_loss(input, target, self.features, self.weight, self.reduction)
