"""Loss functions: how far a prediction is from its target, as one number to minimise.

Functions bear PyTorch's functional names (`mse_loss(input, target)`), modules its class names (`MSELoss()`). All
take `reduction`: "mean" (default), "sum", or "none" for the single losses.

Inputs are Tensors; arrays and lists are taken too, and give NumPy numbers where no Tensor takes part. Integers count as
floats of the default dtype.

Shapes are never broadcast: a prediction (batch, 1) against a target (batch,) would silently give batch² differences,
and is an error.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
from autograd import Tensor, get_default_dtype
from nn.module import Module

_REDUCTIONS = ("mean", "sum", "none")


# --- regression ---


def mse_loss(input: Any, target: Any, reduction: str = "mean") -> Any:
    """Mean squared error: (input - target)², averaged over all elements.

    Parameters
    ----------
    input, target : of one shape, any. reduction : "mean", "sum" or "none".

    Raises ValueError if the shapes differ, or for another reduction.

    >>> mse_loss(Tensor([1.0, 4.0]), [1.0, 2.0]).item()
    2.0
    """
    input, target = _matched(input, target, "mse_loss")
    return _reduced(np.square(input - target), reduction, "mse_loss")


# --- classification ---


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

    Raises ValueError if the shapes differ, for a target outside [0, 1], or for another reduction.

    >>> round(binary_cross_entropy_with_logits(Tensor([0.0, 2.0]), [1.0, 1.0]).item(), 4)
    0.41
    """
    name = "binary_cross_entropy_with_logits"
    input, target = _matched(input, target, name)
    _check_probabilities(target, name)
    if pos_weight is None:
        losses = autograd.logistic_loss(input, target)
    else:
        surplus = _constant(pos_weight, input) - 1.0
        losses = (1.0 - target) * input + (1.0 + surplus * target) * autograd.softplus(-input)
    if weight is not None:
        losses = losses * _constant(weight, input)
    return _reduced(losses, reduction, name)


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
    target : class ids, integers of shape (batch, ...), or probabilities t of the shape of logits.
    weight : (classes,), the weight of each class; "mean" divides by the sum of the targets' weights then.
    ignore_index : class id that marks a target to leave out.
    reduction : "mean", "sum" or "none".
    label_smoothing : ε in [0, 1]: t becomes (1 - ε) t + ε / classes.

    Raises ValueError for shapes that do not fit, a class id or probability out of range, ids that are no integers,
    a mean over ignored targets alone, ε outside [0, 1], or another reduction.

    >>> logits = Tensor([[2.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    >>> round(cross_entropy(logits, [0, 1]).item(), 4)
    0.3955
    """
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"cross_entropy: label_smoothing={label_smoothing} is not in [0, 1]")
    logits = _floats(logits, "cross_entropy")
    if logits.ndim == 0:
        raise ValueError("cross_entropy: logits of shape () have no axis of classes")
    classes = logits.shape[1 if logits.ndim > 1 else 0]
    weight = None if weight is None else _constant(weight, logits)
    if weight is not None and weight.shape != (classes,):
        raise ValueError(f"cross_entropy: weight has shape {weight.shape}, where there are {classes} classes")
    if type(target) is not Tensor:
        target = np.asarray(target)
    if target.dtype.kind == "f":
        logits, target = _matched(logits, target, "cross_entropy")
        _check_probabilities(target, "cross_entropy")
        return _cross_entropy_of_probabilities(logits, target, weight, reduction, label_smoothing)
    ids, kept = _checked_ids(_class_ids(logits, target), classes, ignore_index)
    return _cross_entropy_of_ids(logits, ids, kept, weight, reduction, label_smoothing)


def _cross_entropy_of_ids(logits: Any, ids: Any, kept: Any, weight: Any, reduction: str, smoothing: float) -> Any:
    """Targets are class ids in one row, not `kept` where ignored; "mean" divides by the sum of their weights."""
    classes = logits.shape[1 if logits.ndim > 1 else 0]
    rows = logits if logits.ndim == 2 else _class_axis_last(logits).reshape(-1, classes)
    log_p = autograd.log_softmax(rows)
    picked = autograd.pick(log_p, index=ids)
    if weight is None and kept is None and not smoothing and reduction == "mean":
        return -picked.mean()
    if weight is None:
        weight = np.ones(classes, logits.dtype)
    taken = weight[ids] if kept is None else weight[ids] * kept
    losses = picked * -taken
    if smoothing:
        spread = (log_p * weight).sum(axis=1) * (-smoothing / classes)
        losses = losses * (1 - smoothing) + (spread if kept is None else spread * kept)
    if reduction == "mean":
        total = taken.sum()
        if total == 0:
            raise ValueError(
                "cross_entropy: all targets are ignored or have weight 0, and the mean of nothing is no number"
            )
        return losses.sum() / total
    return _reduced(losses.reshape(_shape_of_ids(logits)), reduction, "cross_entropy")


def _cross_entropy_of_probabilities(logits: Any, target: Any, weight: Any, reduction: str, smoothing: float) -> Any:
    """Targets are a distribution for each row; "mean" divides by the number of rows, whatever their weights."""
    if logits.ndim > 2:
        logits, target = _class_axis_last(logits), _class_axis_last(target)
    if smoothing:
        target = target * (1 - smoothing) + smoothing / logits.shape[-1]
    if weight is not None:
        target = target * weight
    losses = -(autograd.log_softmax(logits) * target).sum(axis=-1)
    return _reduced(losses, reduction, "cross_entropy")


# --- what they share ---


def _reduced(losses: Any, reduction: str, name: str) -> Any:
    if reduction == "mean":
        return losses.mean()
    if reduction == "sum":
        return losses.sum()
    if reduction == "none":
        return losses
    raise ValueError(f"{name}: unknown reduction {reduction!r}; known: {', '.join(_REDUCTIONS)}")


def _floats(input: Any, name: str) -> Any:
    """A Tensor as it is, anything else as an array; integers and bools become floats."""
    if type(input) is not Tensor:
        input = np.asarray(input)
    kind = input.dtype.kind
    if kind == "f":
        return input
    if kind not in "iub":
        raise ValueError(f"{name}: numbers are wanted, not {input.dtype}")
    return input.astype(get_default_dtype())


def _matched(input: Any, target: Any, name: str) -> tuple[Any, Any]:
    """Input and target as floats of one dtype, the input's; an error where the shapes differ."""
    dtype = input.dtype if type(input) is Tensor else None
    if dtype is None or dtype.kind != "f":
        input = _floats(input, name)
        dtype = input.dtype
    if type(target) is not Tensor:
        target = np.asarray(target, dtype)
    elif target.dtype != dtype:
        target = target.astype(dtype)
    if target.shape != input.shape:
        raise ValueError(
            f"{name}: input of shape {input.shape} and target of shape {target.shape} differ, and are not broadcast; "
            "reshape one of them, as with target.reshape(-1, 1)"
        )
    return input, target


def _constant(weight: Any, like: Any) -> Any:
    """A weight as an array of the input's dtype; a Tensor stays one, so that a gradient may flow to it."""
    return weight if isinstance(weight, Tensor) and weight.requires_grad else np.asarray(weight, like.dtype)


def _check_probabilities(target: Any, name: str) -> None:
    """An error for values outside [0, 1]."""
    values = np.asarray(target.detach() if type(target) is Tensor and target.requires_grad else target)
    if not _all_within(values, 0, 1):
        wrong = values[~((values >= 0) & (values <= 1))]
        raise ValueError(f"{name}: target {wrong.flat[0]} is not a probability, a number in [0, 1]")


def _all_within(values: np.ndarray, low: float, high: float) -> bool:
    """Whether low <= x <= high for all values x; nan is not.

    By the places of the extremes, which NumPy finds with less ado than a reduction: 750 ns for 4x1 and 980 ns for
    128x10 float32, where `((low <= values) & (values <= high)).all()` takes 2670 and 3240.
    """
    return not values.size or bool(low <= values.item(values.argmin()) and values.item(values.argmax()) <= high)


def _class_ids(logits: Any, target: Any) -> np.ndarray:
    """A copy of the class ids, in one row; an error for another dtype or shape."""
    ids = np.asarray(target)
    if ids.dtype.kind not in "iu":
        raise ValueError(f"cross_entropy: class ids are integers, not {ids.dtype}")
    wanted = _shape_of_ids(logits)
    if ids.shape != wanted:
        raise ValueError(
            f"cross_entropy: logits of shape {logits.shape} want class ids of shape {wanted} or probabilities of their "
            f"own shape, not a target of shape {ids.shape}"
        )
    return ids.astype(np.int64).reshape(-1)


def _shape_of_ids(logits: Any) -> tuple[int, ...]:
    """(batch, ...) of logits (batch, classes, ...); () of logits (classes,)."""
    return (*logits.shape[:1], *logits.shape[2:]) if logits.ndim > 1 else ()


def _class_axis_last(x: Any) -> Any:
    """(batch, classes, ...) -> (batch, ..., classes); (classes,) stays."""
    return x if x.ndim < 3 else x.transpose(0, *range(2, x.ndim), 1)


def _checked_ids(ids: np.ndarray, classes: int, ignore_index: int) -> tuple[np.ndarray, np.ndarray | None]:
    """The ids, those to ignore replaced by 0, and which to keep (None: all); an error for one out of range."""
    if not 0 <= ignore_index < classes and _all_within(ids, 0, classes - 1):
        return ids, None
    kept = ids != ignore_index
    wrong = ids[kept & ((ids < 0) | (ids >= classes))]
    if wrong.size:
        raise ValueError(f"cross_entropy: class id {wrong[0]} is out of range 0 to {classes - 1}")
    return np.where(kept, ids, 0), kept


# --- modules ---


class MSELoss(Module):
    """Mean squared error; see `mse_loss`.

    >>> MSELoss()(Tensor([1.0, 4.0]), [1.0, 2.0]).item()
    2.0
    """

    def __init__(self, reduction: str = "mean") -> None:
        self.reduction = _known(reduction, "MSELoss")

    def forward(self, input: Any, target: Any) -> Any:
        return mse_loss(input, target, self.reduction)


class BCEWithLogitsLoss(Module):
    """Cross entropy of two classes, from logits; see `binary_cross_entropy_with_logits`.

    >>> round(BCEWithLogitsLoss()(Tensor([0.0]), [1.0]).item(), 4)
    0.6931
    """

    def __init__(self, weight: Any = None, reduction: str = "mean", pos_weight: Any = None) -> None:
        self.weight = _buffer(weight)
        self.reduction = _known(reduction, "BCEWithLogitsLoss")
        self.pos_weight = _buffer(pos_weight)

    def forward(self, input: Any, target: Any) -> Any:
        return binary_cross_entropy_with_logits(input, target, self.weight, self.reduction, self.pos_weight)


class CrossEntropyLoss(Module):
    """Cross entropy of logits and class ids or probabilities; see `cross_entropy`.

    >>> round(CrossEntropyLoss()(Tensor([[2.0, 0.0, 0.0]]), [0]).item(), 4)
    0.2395
    """

    def __init__(
        self, weight: Any = None, ignore_index: int = -100, reduction: str = "mean", label_smoothing: float = 0.0
    ) -> None:
        self.weight = _buffer(weight)
        self.ignore_index = ignore_index
        self.reduction = _known(reduction, "CrossEntropyLoss")
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


def _buffer(weight: Any) -> Tensor | None:
    return weight if weight is None or isinstance(weight, Tensor) else Tensor(weight)


def _known(reduction: str, name: str) -> str:
    if reduction not in _REDUCTIONS:
        raise ValueError(f"{name}: unknown reduction {reduction!r}; known: {', '.join(_REDUCTIONS)}")
    return reduction
