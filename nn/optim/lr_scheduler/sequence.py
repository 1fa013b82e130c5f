"""Schedules made of schedules: one after the other, or all at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import Any

from nn.optim.lr_scheduler.schedule import LRScheduler, whole
from nn.optim.optimizer import Optimizer


class _Combination(LRScheduler):
    """What both have in common: their schedules, of one optimizer, and a state made of theirs."""

    def __init__(self, optimizer: Optimizer, schedulers: Iterable[LRScheduler], last_epoch: int = -1) -> None:
        self.schedulers = list(schedulers)
        if not self.schedulers:
            raise ValueError(f"{type(self).__name__}: an empty list of schedulers")
        for i, schedule in enumerate(self.schedulers):
            if not isinstance(schedule, LRScheduler):
                raise TypeError(
                    f"{type(self).__name__}: schedulers[{i}] is a {type(schedule).__name__}; wanted is one whose "
                    "rates are a function of the step"
                )
            if schedule.optimizer is not optimizer:
                raise ValueError(f"{type(self).__name__}: schedulers[{i}] belongs to another optimizer")
        super().__init__(optimizer, last_epoch)

    def state_dict(self) -> dict[str, Any]:
        return {**super().state_dict(), "schedulers": [schedule.state_dict() for schedule in self.schedulers]}

    def _refuse_foreign(self, state_dict: Mapping[str, Any]) -> None:
        super()._refuse_foreign(state_dict)
        parts = state_dict["schedulers"]
        if len(parts) != len(self.schedulers):
            raise ValueError(f"{type(self).__name__}: a state of {len(parts)} schedules, not {len(self.schedulers)}")
        for schedule, part in zip(self.schedulers, parts, strict=True):
            schedule._refuse_foreign(part)

    def _restore(self, state_dict: Mapping[str, Any]) -> None:
        super()._restore({name: value for name, value in state_dict.items() if name != "schedulers"})
        for schedule, part in zip(self.schedulers, state_dict["schedulers"], strict=True):
            schedule._restore(part)


class SequentialLR(_Combination):
    """One schedule after another, each from its own beginning: the next starts at its milestone.

    Parameters
    ----------
    optimizer : the `Optimizer` of all of them.
    schedulers : list of schedules (not `ReduceLROnPlateau`, which no step count determines).
    milestones : list of the steps at which the second, third, ... begin; one less than there are schedules.
    last_epoch : t to begin with (see `LRScheduler`).

    Raises ValueError for lists that do not fit, TypeError for what is no schedule.

    >>> import nn
    >>> from autograd import Tensor
    >>> from nn.optim.lr_scheduler import ConstantLR, ExponentialLR
    >>> optimizer = nn.optim.SGD([Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> parts = [ConstantLR(optimizer, factor=0.25, total_iters=9), ExponentialLR(optimizer, gamma=0.5)]
    >>> SequentialLR(optimizer, parts, milestones=[2]).simulate(5).tolist()
    [0.25, 0.25, 1.0, 0.5, 0.25]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: Iterable[LRScheduler],
        milestones: Iterable[int],
        last_epoch: int = -1,
    ) -> None:
        schedulers, self.milestones = list(schedulers), list(milestones)
        if len(self.milestones) != len(schedulers) - 1:
            raise ValueError(
                f"SequentialLR: {len(schedulers)} schedules meet at {len(schedulers) - 1} milestones, "
                f"not {len(self.milestones)}"
            )
        whole(self, **{f"milestones[{i}]": m for i, m in enumerate(self.milestones)})
        if self.milestones != sorted(self.milestones):
            raise ValueError(f"SequentialLR: milestones={self.milestones} are not in order")
        super().__init__(optimizer, schedulers, last_epoch)

    def settings(self, i: int, t: float) -> dict[str, Any]:
        part = bisect_right(self.milestones, t)
        return self.schedulers[part].settings(i, t - (self.milestones[part - 1] if part else 0))


class ChainedScheduler(_Combination):
    """All schedules at once: lr(t) = base · Π (lrₖ(t) / base).

    Parameters
    ----------
    schedulers : list of schedules of one optimizer.
    optimizer : that optimizer, if it shall be checked.

    Raises ValueError for an empty list or several optimizers, TypeError for what is no schedule.

    >>> import nn
    >>> from autograd import Tensor
    >>> from nn.optim.lr_scheduler import ConstantLR, ExponentialLR
    >>> optimizer = nn.optim.SGD([Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> parts = [ConstantLR(optimizer, factor=0.25, total_iters=2), ExponentialLR(optimizer, gamma=0.5)]
    >>> ChainedScheduler(parts).simulate(4).tolist()
    [0.25, 0.125, 0.25, 0.125]
    """

    def __init__(self, schedulers: Iterable[LRScheduler], optimizer: Optimizer | None = None) -> None:
        schedulers = list(schedulers)
        if optimizer is None:
            optimizer = getattr(schedulers[0], "optimizer", None) if schedulers else None
        super().__init__(optimizer, schedulers)  # type: ignore[arg-type]

    def settings(self, i: int, t: float) -> dict[str, Any]:
        base, settings = self.base_lrs[i], {}
        factor = 1.0
        for schedule in self.schedulers:
            settings.update(schedule.settings(i, t))
            factor *= settings["lr"] / base if base else 0.0
        return {**settings, "lr": base * factor}
