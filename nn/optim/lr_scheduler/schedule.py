"""`LRScheduler`: a learning rate that is a function of the number of steps taken.

A schedule is one pure function, `rate(base, t)`: so it can be simulated without training, begun anywhere, and put
behind another. To add one, write a subclass with that function.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from nn.optim.optimizer import Optimizer, ParameterGroup
from nn.ranges import number_in

_LINKS = ("optimizer", "schedulers")  # attributes that are no part of a schedule's own state


class LRScheduler:
    """Base class of the schedules: after t calls of `step`, each group's learning rate is `rate(base, t)`.

    base is the group's learning rate from before its first schedule, kept as `group["initial_lr"]`.

    Parameters
    ----------
    optimizer : the `Optimizer` whose groups are written to, at once and at each `step`.
    last_epoch : t to begin with, for a run taken up again; -1 for a new one.

    Attributes
    ----------
    last_epoch : t, in whatever `step` is called after: epochs or batches. (The name is PyTorch's.)
    base_lrs : learning rate of each group that the schedule starts from.

    Raises
    ------
    TypeError : for what is no Optimizer. ValueError : for settings out of range.

    >>> import nn
    >>> from autograd import Tensor
    >>> class HalfLife(nn.optim.lr_scheduler.LRScheduler):
    ...     def rate(self, base, t):
    ...         return base * 0.5**t
    >>> optimizer = nn.optim.SGD([Tensor([1.0], requires_grad=True)], lr=0.8)
    >>> schedule = HalfLife(optimizer)
    >>> schedule.simulate(4).tolist()
    [0.8, 0.4, 0.2, 0.1]
    >>> schedule.step()
    >>> optimizer.param_groups[0]["lr"]
    0.4
    """

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(self).__name__}: wants an Optimizer, not a {type(optimizer).__name__}")
        whole(self, last_epoch=last_epoch, low=-1)
        self.optimizer = optimizer
        self.base_lrs = [self._base_lr(group) for group in optimizer.param_groups]
        self.last_epoch = max(last_epoch, 0)
        self._write()

    @staticmethod
    def _base_lr(group: ParameterGroup) -> float:
        if "initial_lr" not in group:
            group["initial_lr"] = group["lr"]
        return group["initial_lr"]

    def rate(self, base: float, t: float) -> float:
        """The learning rate after t steps."""
        raise NotImplementedError

    def settings(self, i: int, t: float) -> dict[str, Any]:
        """All that the schedule sets in group i after t steps."""
        return {"lr": float(self.rate(self.base_lrs[i], t))}

    def step(self) -> None:
        """Go one step on, and write the new learning rates to the optimizer's groups."""
        self.last_epoch += 1
        self._write()

    def _write(self) -> None:
        new = [self.settings(i, self.last_epoch) for i in range(len(self.base_lrs))]
        for group, settings in zip(self.optimizer.param_groups, new, strict=False):
            group.update(settings)

    def get_last_lr(self) -> list[float]:
        """The learning rate that each group has now."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def simulate(self, n: int, group: int = 0) -> np.ndarray:
        """The learning rates of the first n steps of a group, (n,), without a change to anything."""
        return np.array([self.settings(group, t)["lr"] for t in range(n)])

    def state_dict(self) -> dict[str, Any]:
        """All that the schedule knows but the optimizer and functions, as numbers, strings and lists."""
        return {k: v for k, v in vars(self).items() if k not in _LINKS and not _holds_function(v)}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue from a `state_dict` of a schedule of the same class.

        Raises ValueError for one of another class; nothing was changed then.
        """
        self._refuse_foreign(state_dict)
        self._restore(state_dict)
        self._write()

    def _refuse_foreign(self, state_dict: Mapping[str, Any]) -> None:
        unknown = sorted(set(state_dict) ^ set(self.state_dict()))
        if unknown:
            raise ValueError(f"{type(self).__name__}: this state is of another schedule: {', '.join(unknown)} differ")

    def _restore(self, state_dict: Mapping[str, Any]) -> None:
        for name, value in state_dict.items():
            setattr(self, name, list(value) if isinstance(value, list) else value)

    def __repr__(self) -> str:
        state = {k: v for k, v in self.state_dict().items() if k != "base_lrs"}
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in state.items())})"


def _holds_function(value: Any) -> bool:
    return callable(value) or (isinstance(value, list) and any(callable(item) for item in value))


def whole(owner: object, low: int = 0, **given: Any) -> None:
    """Raise ValueError, naming the value, unless each setting is a whole number not below `low`."""
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < low:
            raise ValueError(f"{type(owner).__name__}: {name}={value!r} is not a whole number >= {low}")


def real(owner: object, high: float = math.inf, ends: str = "[)", **given: Any) -> None:
    """Raise ValueError, naming the value, unless each setting is a number from 0 to `high` (see `number_in`)."""
    for name, value in given.items():
        number_in(type(owner).__name__, name, value, 0, high, ends)
