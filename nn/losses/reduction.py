"""What every loss does at its end, and what every loss module is: one number out of many, by a `reduction`."""

from __future__ import annotations

from typing import Any, ClassVar

from autograd import Tensor
from nn.module import Module

REDUCTIONS = ("mean", "sum", "none")


def reduced(losses: Any, reduction: str, name: str) -> Any:
    """The losses as one number, by "mean" or "sum", or, by "none", as they are."""
    if reduction == "mean":
        if 0 in losses.shape:
            raise ValueError(f"{name}: the batch is empty, shape {losses.shape}, and the mean of nothing is no number")
        return losses.mean()
    if reduction == "sum":
        return losses.sum()
    if reduction == "none":
        return losses
    raise unknown_reduction(reduction, name, REDUCTIONS)


def unknown_reduction(reduction: str, name: str, known: tuple[str, ...]) -> ValueError:
    """The error for a reduction that is none of the `known`."""
    return ValueError(f"{name}: unknown reduction {reduction!r}; known: {', '.join(known)}")


class Loss(Module):
    """Base of the loss modules: it keeps the reduction, and shows the settings."""

    known_reductions: ClassVar[tuple[str, ...]] = REDUCTIONS

    def __init__(self, reduction: str = "mean") -> None:
        if reduction not in self.known_reductions:
            raise unknown_reduction(reduction, type(self).__name__, self.known_reductions)
        self.reduction = reduction

    def extra_repr(self) -> str:
        settings = vars(self).items()
        return ", ".join(f"{k}={v!r}" for k, v in settings if isinstance(v, str | bool | int | float) and k[0] != "_")


def buffer(weight: Any) -> Tensor | None:
    """A weight as a Tensor, which makes it state of the module that holds it."""
    if isinstance(weight, Tensor) and not weight.is_leaf:
        raise TypeError(
            "a loss module takes settings, and this weight is the result of an operation; if it is the prediction, "
            "make the module first and then call it, as in nn.CrossEntropyLoss()(logits, target)"
        )
    return weight if weight is None or isinstance(weight, Tensor) else Tensor(weight)
