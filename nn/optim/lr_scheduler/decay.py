"""Schedules that multiply the learning rate: at steps or milestones, along a line, by any function of the step."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable

from nn.optim.lr_scheduler.schedule import LRScheduler, real, whole
from nn.optim.optimizer import Optimizer, ParameterGroup


class StepLR(LRScheduler):
    """lr(t) = base γ^⌊t / s⌋: down by a factor every s steps.

    Parameters
    ----------
    optimizer : the `Optimizer`.
    step_size : s >= 1.
    gamma : γ >= 0.
    last_epoch : t to begin with (see `LRScheduler`).

    Raises ValueError for a setting out of range.

    >>> import nn
    >>> from autograd import Tensor
    >>> optimizer = nn.optim.SGD([Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> StepLR(optimizer, step_size=2, gamma=0.5).simulate(5).tolist()
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        whole(self, step_size=step_size, low=1)
        real(self, gamma=gamma)
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: float) -> float:
        return base * self.gamma ** (t // self.step_size)


class MultiStepLR(LRScheduler):
    """lr(t) = base γ^k after k of the milestones: down by a factor at each.

    Parameters
    ----------
    optimizer : the `Optimizer`.
    milestones : steps, in any order; one that stands twice counts twice.
    gamma : γ >= 0.
    last_epoch : t to begin with (see `LRScheduler`).

    Raises ValueError for a setting out of range.

    >>> import nn
    >>> from autograd import Tensor
    >>> optimizer = nn.optim.SGD([Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> MultiStepLR(optimizer, milestones=[1, 3], gamma=0.5).simulate(5).tolist()
    [1.0, 0.5, 0.5, 0.25, 0.25]
    """

    def __init__(
        self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.milestones, self.gamma = sorted(milestones), gamma
        whole(self, **{f"milestones[{i}]": m for i, m in enumerate(self.milestones)})
        real(self, gamma=gamma)
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: float) -> float:
        return base * self.gamma ** bisect_right(self.milestones, t)


class ExponentialLR(LRScheduler):
    """lr(t) = base γ^t: down by a factor at every step.

    Parameters
    ----------
    optimizer : the `Optimizer`.
    gamma : γ >= 0.
    last_epoch : t to begin with (see `LRScheduler`).

    Raises ValueError for a setting out of range.

    >>> import nn
    >>> from autograd import Tensor
    >>> optimizer = nn.optim.SGD([Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> ExponentialLR(optimizer, gamma=0.5).simulate(4).tolist()
    [1.0, 0.5, 0.25, 0.125]
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        real(self, gamma=gamma)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: float) -> float:
        return base * self.gamma**t


class LinearLR(LRScheduler):
    """lr(t) = base (a + (b - a) min(t, n) / n): from a part of the base to another, in a line. A warm-up, by default.

    Parameters
    ----------
    optimizer : the `Optimizer`.
    start_factor : a in [0, 1]. (PyTorch excludes 0, with which the first step does nothing.)
    end_factor : b in [0, 1].
    total_iters : n >= 1.
    last_epoch : t to begin with (see `LRScheduler`).

    Raises ValueError for a setting out of range.

    >>> import nn
    >>> from autograd import Tensor
    >>> optimizer = nn.optim.SGD([Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> LinearLR(optimizer, start_factor=0.25, total_iters=3).simulate(5).tolist()
    [0.25, 0.5, 0.75, 1.0, 1.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        real(self, 1, "[]", start_factor=start_factor, end_factor=end_factor)
        whole(self, low=1, total_iters=total_iters)
        self.start_factor, self.end_factor, self.total_iters = start_factor, end_factor, total_iters
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: float) -> float:
        done = min(t, self.total_iters) / self.total_iters
        return base * (self.start_factor + (self.end_factor - self.start_factor) * done)


class ConstantLR(LRScheduler):
    """lr(t) = c base for the first n steps, base afterwards.

    Parameters
    ----------
    optimizer : the `Optimizer`.
    factor : c in [0, 1].
    total_iters : n >= 0.
    last_epoch : t to begin with (see `LRScheduler`).

    Raises ValueError for a setting out of range.

    >>> import nn
    >>> from autograd import Tensor
    >>> optimizer = nn.optim.SGD([Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> ConstantLR(optimizer, factor=0.5, total_iters=2).simulate(4).tolist()
    [0.5, 0.5, 1.0, 1.0]
    """

    def __init__(self, optimizer: Optimizer, factor: float = 1 / 3, total_iters: int = 5, last_epoch: int = -1) -> None:
        real(self, 1, "[]", factor=factor)
        whole(self, total_iters=total_iters)
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: float) -> float:
        return base * self.factor if t < self.total_iters else base


class PolynomialLR(LRScheduler):
    """lr(t) = base (1 - min(t, n) / n)^k: down to 0 in n steps.

    Parameters
    ----------
    optimizer : the `Optimizer`.
    total_iters : n >= 1.
    power : k > 0; 1 is a line.
    last_epoch : t to begin with (see `LRScheduler`).

    Raises ValueError for a setting out of range.

    >>> import nn
    >>> from autograd import Tensor
    >>> optimizer = nn.optim.SGD([Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> PolynomialLR(optimizer, total_iters=4, power=2).simulate(6).tolist()
    [1.0, 0.5625, 0.25, 0.0625, 0.0, 0.0]
    """

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1) -> None:
        whole(self, low=1, total_iters=total_iters)
        real(self, power=power)
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: float) -> float:
        return base * (1 - min(t, self.total_iters) / self.total_iters) ** self.power


class LambdaLR(LRScheduler):
    """lr(t) = base f(t), for a function of one's own.

    Parameters
    ----------
    optimizer : the `Optimizer`.
    lr_lambda : f, or a list with one for each group. Functions are not part of `state_dict`.
    last_epoch : t to begin with (see `LRScheduler`).

    Raises TypeError for what is no function, ValueError for a list that does not fit the groups.

    >>> import nn
    >>> from autograd import Tensor
    >>> optimizer = nn.optim.SGD([Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> LambdaLR(optimizer, lambda t: 1 / (1 + t)).simulate(4).tolist()
    [1.0, 0.5, 0.3333333333333333, 0.25]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[float], float] | list[Callable[[float], float]],
        last_epoch: int = -1,
    ) -> None:
        groups: list[ParameterGroup] = getattr(optimizer, "param_groups", [])
        functions = list(lr_lambda) if isinstance(lr_lambda, list | tuple) else [lr_lambda] * len(groups)
        if len(functions) != len(groups):
            raise ValueError(f"LambdaLR: {len(functions)} functions do not fit {len(groups)} groups of parameters")
        for function in functions:
            if not callable(function):
                raise TypeError(f"LambdaLR: {function!r} is not a function of the step")
        self.lr_lambdas = functions
        super().__init__(optimizer, last_epoch)

    def settings(self, i: int, t: float) -> dict[str, float]:
        return {"lr": float(self.base_lrs[i] * self.lr_lambdas[i](t))}
