"""Losses of several classes, one of which is right: from logits and from log-probabilities.

Axes: (batch, classes), or (classes,) for one sample; further axes come after, as in (batch, classes, height, width).
Class ids then have the shape (batch, height, width).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import autograd
from autograd import Tensor
from nn.losses.checks import (
    all_within,
    check_log_probabilities,
    check_probabilities,
    floats,
    matched,
    of_dtype,
    warn_of_probabilities,
)
from nn.losses.reduction import Loss, buffer, reduced
from nn.ranges import number_in


def cross_entropy(
    logits: Any,
    target: Any,
    weight: Any = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    """-Σ_c t_c log softmax(x)_c: the surprise at the target t under the distribution that the logits x give.

    Parameters
    ----------
    logits : x (batch, classes), or (classes,); further axes come after: (batch, classes, ...).
    target : class ids, integers of shape (batch, ...), or probabilities t, floats of the shape of logits.
    weight : (classes,), the weight of each class; "mean" divides by the sum of the targets' weights then.
    ignore_index : class id that marks a target to leave out.
    reduction : "mean", "sum" or "none".
    label_smoothing : ε in [0, 1]: t becomes (1 - ε) t + ε / classes.

    Raises ValueError for shapes that do not fit, a class id or probability out of range, ids that are no integers,
    a mean over ignored targets alone, ε outside [0, 1], or another reduction. Warns where the input is probabilities.
    Source: Bishop 2006, Pattern Recognition and Machine Learning, equation 4.108; label smoothing: Szegedy et al. 2016,
    https://arxiv.org/abs/1512.00567.

    >>> import nn
    >>> round(float(nn.cross_entropy([[2.0, 0.0, 0.0], [0.0, 1.0, 0.0]], [0, 1])), 4)
    0.3955
    """
    _check_smoothing(label_smoothing, "cross_entropy")
    logits, weight = _scores(logits, weight, "cross_entropy")
    warn_of_probabilities(
        logits,
        "cross_entropy",
        "the loss applies log_softmax itself, so softmax would be applied twice: pass the logits, or use "
        "nll_loss(np.log(p), ...)",
        axis=1 if logits.ndim > 1 else 0,
    )
    if type(target) is not Tensor:
        target = np.asarray(target)
    if target.dtype.kind == "f" and target.shape == logits.shape:
        logits, target = matched(logits, target, "cross_entropy")
        check_probabilities(target, "cross_entropy")
        return _cross_entropy_of_probabilities(logits, target, weight, reduction, label_smoothing)
    ids, kept = class_ids(logits, target, ignore_index, "cross_entropy")
    log_p = autograd.log_softmax(class_rows(logits))
    if weight is None and kept is None and not label_smoothing and reduction == "mean" and ids.size:
        return -autograd.pick(log_p, index=ids).mean()
    losses, weight, taken = _losses_of_ids(log_p, ids, kept, weight)
    if label_smoothing:
        spread = (log_p * weight).sum(axis=1) * (-label_smoothing / log_p.shape[1])
        losses = losses * (1 - label_smoothing) + (spread if kept is None else spread * kept)
    return _weighted_reduced(losses, taken, logits, reduction, "cross_entropy")


def _cross_entropy_of_probabilities(logits: Any, target: Any, weight: Any, reduction: str, smoothing: float) -> Any:
    """Targets are a distribution for each row; "mean" divides by the number of rows, whatever their weights."""
    if logits.ndim > 2:
        logits, target = _class_axis_last(logits), _class_axis_last(target)
    if smoothing:
        target = target * (1 - smoothing) + smoothing / logits.shape[-1]
    if weight is not None:
        target = target * weight
    losses = -(autograd.log_softmax(logits) * target).sum(axis=-1)
    return reduced(losses, reduction, "cross_entropy")


def nll_loss(input: Any, target: Any, weight: Any = None, *, ignore_index: int = -100, reduction: str = "mean") -> Any:
    """-w_c x_c for the target's class c: minus the log-probability of what was right.

    Parameters
    ----------
    input : log-probabilities x (batch, classes), or (classes,); further axes come after. As from `log_softmax`.
    target : class ids c, integers of shape (batch, ...).
    weight : (classes,), the weight w of each class; "mean" divides by the sum of the targets' weights then.
    ignore_index : class id that marks a target to leave out.
    reduction : "mean", "sum" or "none".

    Raises ValueError for shapes that do not fit, an input above 0 (no logarithm of a probability), a class id out of
    range, ids that are no integers, a mean over ignored targets alone, or another reduction. Source: Bishop 2006,
    Pattern Recognition and Machine Learning, equation 4.108.

    >>> import nn
    >>> round(float(nn.nll_loss(nn.log_softmax([[2.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), [0, 1])), 4)
    0.3955
    """
    input, weight = _scores(input, weight, "nll_loss")
    check_log_probabilities(input, "nll_loss")
    ids, kept = class_ids(input, target, ignore_index, "nll_loss")
    losses, _, taken = _losses_of_ids(class_rows(input), ids, kept, weight)
    return _weighted_reduced(losses, taken, input, reduction, "nll_loss")


# --- arguments ---

# What each loss calls its input.
_WORDS = {"cross_entropy": "logits", "nll_loss": "log-probabilities", "focal_loss": "logits"}


def _check_smoothing(label_smoothing: float, name: str) -> None:
    number_in(name, "label_smoothing", label_smoothing, high=1, ends="[]")


def _scores(input: Any, weight: Any, name: str) -> tuple[Any, Any]:
    """Input and weight as floats of one dtype; an error for a weight that is not one number a class."""
    input = floats(input, name)
    if input.ndim == 0:
        raise ValueError(f"{name}: {_WORDS[name]} of shape () have no axis of classes")
    if weight is None:
        return input, None
    weight, classes = of_dtype(weight, input.dtype, name, "weight"), class_count(input)
    if weight.shape != (classes,):
        raise ValueError(f"{name}: weight has shape {weight.shape}, where there are {classes} classes")
    return input, weight


def class_count(input: Any) -> int:
    """How many classes there are in (batch, classes, ...) or (classes,)."""
    return input.shape[1 if input.ndim > 1 else 0]


def class_rows(input: Any) -> Any:
    """(batch, classes, ...) as rows (batch * ..., classes)."""
    return input if input.ndim == 2 else _class_axis_last(input).reshape(-1, class_count(input))


def shape_of_ids(input: Any) -> tuple[int, ...]:
    """(batch, ...) of (batch, classes, ...); () of (classes,)."""
    return (*input.shape[:1], *input.shape[2:]) if input.ndim > 1 else ()


def _class_axis_last(x: Any) -> Any:
    """(batch, classes, ...) -> (batch, ..., classes); (classes,) stays."""
    return x if x.ndim < 3 else x.transpose(0, *range(2, x.ndim), 1)


def class_ids(input: Any, target: Any, ignore_index: int | None, name: str) -> tuple[Any, Any]:
    """A copy of the ids in one row, those to ignore replaced by 0, and which to keep (None: all).

    Raises ValueError for another dtype or shape, or an id out of range.
    """
    ids = target if autograd.current_capture() is not None and type(target) is Tensor else np.asarray(target)
    wanted, word = shape_of_ids(input), _WORDS[name]
    if ids.shape != wanted:
        remedy = ""
        if ids.shape == input.shape and name == "cross_entropy":
            remedy = "; to give probabilities, make them floats"
        elif ids.size == math.prod(wanted):
            remedy = f"; write target.reshape({wanted})"
        either = f" or {'labels' if name == 'focal_loss' else 'probabilities'} of their own shape"
        raise ValueError(
            f"{name}: {word} of shape {input.shape} want class ids of shape {wanted}"
            f"{'' if name == 'nll_loss' else either}, not a target of shape {ids.shape}{remedy}"
        )
    if ids.dtype.kind not in "iu":
        remedy = "; write target.astype(int)" if ids.dtype.kind == "f" else ""
        raise ValueError(f"{name}: class ids are integers, not {ids.dtype}{remedy}")
    classes = class_count(input)
    rows = ids.astype(np.int64).reshape(-1)
    if (ignore_index is None or not 0 <= ignore_index < classes) and autograd.decide(all_within, ids, 0, classes - 1):
        return rows, None
    return _kept_ids(rows, classes, ignore_index, name)


def _kept_ids(ids: Any, classes: int, ignore_index: int | None, name: str) -> tuple[Any, Any]:
    kept = np.full(ids.shape, True) if ignore_index is None else ids != ignore_index
    values = autograd.peek(ids)
    wrong = values[autograd.peek(kept) & ((values < 0) | (values >= classes))]
    if wrong.size:
        remedy = "; scores of one column are for nn.binary_cross_entropy_with_logits" if classes == 1 else ""
        raise ValueError(f"{name}: class id {wrong[0]} is out of range 0 to {classes - 1}{remedy}")
    return np.where(kept, ids, 0), kept


# --- from log-probabilities to a loss ---


def weight_of(weight: Any, ids: Any) -> Any:
    """The weight of the class of each row; ids are a Tensor while a program is captured."""
    return (Tensor(weight) if type(ids) is Tensor and type(weight) is not Tensor else weight)[ids]


def _losses_of_ids(log_p: Any, ids: Any, kept: Any, weight: Any) -> tuple[Any, Any, Any]:
    """Of rows of log-probabilities: the losses, the weight of each class, and that of each row, 0 where not kept."""
    if weight is None:
        weight = np.ones(log_p.shape[1], log_p.dtype)
    picked, taken = autograd.pick(log_p, index=ids), weight_of(weight, ids)
    if kept is not None:  # by a choice, not a product: what is ignored may be -inf
        picked, taken = np.where(kept, picked, 0.0), taken * kept
    return picked * -taken, weight, taken


def _is_zero(total: np.ndarray) -> bool:
    return bool(total == 0)


def _weighted_reduced(losses: Any, taken: Any, input: Any, reduction: str, name: str) -> Any:
    """Losses in one row, reduced; "mean" divides by the sum of their weights `taken`."""
    if reduction == "mean" and losses.size:
        total = taken.sum()
        if autograd.decide(_is_zero, total):
            raise ValueError(f"{name}: all targets are ignored or have weight 0, and the mean of nothing is no number")
        return losses.sum() / total
    return reduced(losses.reshape(shape_of_ids(input)), reduction, name)


# --- modules ---


class CrossEntropyLoss(Loss):
    """Cross entropy of logits and class ids or probabilities; see `cross_entropy`.

    >>> import nn
    >>> round(float(nn.CrossEntropyLoss()([[2.0, 0.0, 0.0]], [0])), 4)
    0.2395
    """

    def __init__(
        self, weight: Any = None, ignore_index: int = -100, reduction: str = "mean", label_smoothing: float = 0.0
    ) -> None:
        super().__init__(reduction)
        _check_smoothing(label_smoothing, "CrossEntropyLoss")
        self.weight = buffer(weight)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, logits: Any, target: Any) -> Any:
        return cross_entropy(
            logits,
            target,
            self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class NLLLoss(Loss):
    """Minus the log-probability of the target's class; see `nll_loss`.

    >>> import nn
    >>> nn.NLLLoss()([[-0.5, -1.0]], [1])
    np.float64(1.0)
    """

    def __init__(self, weight: Any = None, ignore_index: int = -100, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.weight = buffer(weight)
        self.ignore_index = ignore_index

    def forward(self, input: Any, target: Any) -> Any:
        return nll_loss(input, target, self.weight, ignore_index=self.ignore_index, reduction=self.reduction)
