"""`ReduceLROnPlateau`: the learning rate goes down when a measure stops getting better."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import numpy as np

from nn.optim.lr_scheduler.schedule import real, whole
from nn.optim.optimizer import Optimizer
from nn.ranges import number_in


class ReduceLROnPlateau:
    """lr ← max(factor · lr, min_lr) after more than `patience` steps without a better measure.

    Better is, with mode "min", a measure below best - threshold |best|, or with threshold_mode "abs" below
    best - threshold; with mode "max", above best + the same. (PyTorch has best in place of |best|, by which a negative
    measure may get worse and count as better.)

    Parameters
    ----------
    optimizer : the `Optimizer`.
    mode : "min" or "max", whether the measure shall fall or rise.
    factor : in [0, 1).
    patience : steps that may pass without improvement, >= 0.
    threshold, threshold_mode : what counts as improvement: >= 0; "rel" or "abs".
    cooldown : steps after a reduction in which none is counted as bad, >= 0.
    min_lr : floor, >= 0, or a list with one for each group.
    eps : a reduction by no more than this is not made, >= 0.

    Raises ValueError for a setting out of range, TypeError for what is no Optimizer.

    >>> import nn
    >>> from autograd import Tensor
    >>> optimizer = nn.optim.SGD([Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> schedule = ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
    >>> for loss in (3.0, 2.0, 2.0, 2.5, 2.1):
    ...     schedule.step(loss)
    >>> schedule.get_last_lr()
    [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: Literal["min", "max"] = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: Literal["rel", "abs"] = "rel",
        cooldown: int = 0,
        min_lr: float | Iterable[float] = 0.0,
        eps: float = 1e-8,
    ) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"ReduceLROnPlateau: wants an Optimizer, not a {type(optimizer).__name__}")
        for name, value, known in (("mode", mode, ("min", "max")), ("threshold_mode", threshold_mode, ("rel", "abs"))):
            if value not in known:
                raise ValueError(f"ReduceLROnPlateau: {name}={value!r}; known: {known[0]!r}, {known[1]!r}")
        real(self, high=1, factor=factor)
        real(self, threshold=threshold, eps=eps)
        whole(self, patience=patience, cooldown=cooldown)
        groups = len(optimizer.param_groups)
        self.min_lrs = [min_lr] * groups if isinstance(min_lr, int | float) else list(min_lr)
        if len(self.min_lrs) != groups:
            raise ValueError(f"ReduceLROnPlateau: {len(self.min_lrs)} rates in min_lr do not fit {groups} groups")
        for i, rate in enumerate(self.min_lrs):
            number_in("ReduceLROnPlateau", f"min_lr[{i}]", rate)
        self.optimizer = optimizer
        self.mode, self.factor, self.patience = mode, factor, patience
        self.threshold, self.threshold_mode, self.eps = threshold, threshold_mode, eps
        self.cooldown, self.cooldown_counter = cooldown, 0
        self.best, self.num_bad_epochs, self.last_epoch = math.inf if mode == "min" else -math.inf, 0, 0

    def step(self, metrics: Any) -> None:
        """Take in a new value of the measure (a number, or a Tensor or array that holds one)."""
        if math.prod(np.shape(metrics)) != 1:
            raise ValueError(f"ReduceLROnPlateau: one number is wanted, not shape {np.shape(metrics)}")
        current = float(metrics.item() if hasattr(metrics, "item") else metrics)
        self.last_epoch += 1
        if self.is_better(current):
            self.best, self.num_bad_epochs = current, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0

    def is_better(self, current: float) -> bool:
        """Whether a measure counts as an improvement on the best so far."""
        sign = 1 if self.mode == "min" else -1
        if not math.isfinite(self.best):
            return sign * current < sign * self.best
        margin = self.threshold * (abs(self.best) if self.threshold_mode == "rel" else 1)
        return sign * current < sign * self.best - margin

    def _reduce(self) -> None:
        for group, floor in zip(self.optimizer.param_groups, self.min_lrs, strict=False):
            new = max(group["lr"] * self.factor, floor)
            if group["lr"] - new > self.eps:
                group["lr"] = new

    def get_last_lr(self) -> list[float]:
        """The learning rate that each group has now."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """All that the schedule knows but the optimizer."""
        return {name: value for name, value in vars(self).items() if name != "optimizer"}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue from a `state_dict`. Raises ValueError for one of another schedule, before anything is changed."""
        unknown = sorted(set(state_dict) ^ set(self.state_dict()))
        if unknown:
            raise ValueError(f"ReduceLROnPlateau: this state is of another schedule: {', '.join(unknown)} differ")
        vars(self).update(state_dict)
