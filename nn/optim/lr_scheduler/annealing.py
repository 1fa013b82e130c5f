"""Schedules along a cosine: down once, again and again, after a warm-up, or up and down in one cycle."""

from __future__ import annotations

import math
from typing import Any, Literal

from nn.optim.lr_scheduler.schedule import LRScheduler, real, whole
from nn.optim.optimizer import Optimizer, ParameterGroup
from nn.ranges import number_in


def cosine(start: float, end: float, done: float) -> float:
    """Half a cosine wave from start to end, where `done` of the way, in [0, 1], is behind us.

    >>> [round(cosine(1.0, 0.0, done), 3) for done in (0, 0.5, 1)]
    [1.0, 0.5, 0.0]
    """
    return end + (start - end) * (1 + math.cos(math.pi * done)) / 2


class CosineAnnealingLR(LRScheduler):
    """lr(t) = η + (base - η)(1 + cos(π t / T)) / 2: down to η in T steps (and up again, if more are taken).

    Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983, without the restarts.

    Parameters
    ----------
    optimizer : the `Optimizer`.
    T_max : T >= 1.
    eta_min : η >= 0.
    last_epoch : t to begin with (see `LRScheduler`).

    Raises ValueError for a setting out of range.

    >>> import nn
    >>> from autograd import Tensor
    >>> optimizer = nn.optim.SGD([Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> CosineAnnealingLR(optimizer, T_max=4).simulate(5).round(3).tolist()
    [1.0, 0.854, 0.5, 0.146, 0.0]
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        whole(self, low=1, T_max=T_max)
        real(self, eta_min=eta_min)
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: float) -> float:
        return cosine(base, self.eta_min, t / self.T_max)


class CosineAnnealingWarmRestarts(LRScheduler):
    """lr(t) = η + (base - η)(1 + cos(π u / T)) / 2, u steps after a restart; each T is `T_mult` times the one before.

    Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983.

    Parameters
    ----------
    optimizer : the `Optimizer`.
    T_0 : steps to the first restart, >= 1.
    T_mult : whole number >= 1.
    eta_min : η >= 0.
    last_epoch : t to begin with (see `LRScheduler`).

    Raises ValueError for a setting out of range.

    >>> import nn
    >>> from autograd import Tensor
    >>> optimizer = nn.optim.SGD([Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> CosineAnnealingWarmRestarts(optimizer, T_0=2, T_mult=2).simulate(7).round(3).tolist()
    [1.0, 0.5, 1.0, 0.854, 0.5, 0.146, 1.0]
    """

    def __init__(
        self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        whole(self, low=1, T_0=T_0, T_mult=T_mult)
        real(self, eta_min=eta_min)
        self.T_0, self.T_mult, self.eta_min = T_0, T_mult, eta_min
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: float) -> float:
        since, length = t, self.T_0
        if self.T_mult == 1:
            since = t % length
        while since >= length:
            since, length = since - length, length * self.T_mult
        return cosine(base, self.eta_min, since / length)


class WarmupCosineLR(LRScheduler):
    """Up from `start_factor` base to base in a line of w steps, then down to η along a cosine, T steps in all.

    Goyal et al. 2017, https://arxiv.org/abs/1706.02677 (warm-up); Loshchilov and Hutter 2017 (cosine). In PyTorch a
    `SequentialLR` of a `LinearLR` and a `CosineAnnealingLR`, in Optax `warmup_cosine_decay_schedule`.

    Parameters
    ----------
    optimizer : the `Optimizer`.
    warmup_steps : w >= 0.
    total_steps : T > w; from there on the rate is η.
    eta_min : η >= 0.
    start_factor : in [0, 1].
    last_epoch : t to begin with (see `LRScheduler`).

    Raises ValueError for a setting out of range.

    >>> import nn
    >>> from autograd import Tensor
    >>> optimizer = nn.optim.SGD([Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> WarmupCosineLR(optimizer, warmup_steps=2, total_steps=6).simulate(8).round(3).tolist()
    [0.0, 0.5, 1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        warmup_steps: int,
        total_steps: int,
        eta_min: float = 0.0,
        start_factor: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        whole(self, warmup_steps=warmup_steps)
        whole(self, low=warmup_steps + 1, total_steps=total_steps)
        real(self, eta_min=eta_min)
        real(self, 1, "[]", start_factor=start_factor)
        self.warmup_steps, self.total_steps = warmup_steps, total_steps
        self.eta_min, self.start_factor = eta_min, start_factor
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: float) -> float:
        if t < self.warmup_steps:
            return base * (self.start_factor + (1 - self.start_factor) * t / self.warmup_steps)
        done = (min(t, self.total_steps) - self.warmup_steps) / (self.total_steps - self.warmup_steps)
        return cosine(base, self.eta_min, done)


class OneCycleLR(LRScheduler):
    """Up to `max_lr` and down to almost nothing in one cycle, with the momentum the other way round.

    From max_lr / div_factor to max_lr in the first `pct_start` of the steps, then down to
    max_lr / (div_factor final_div_factor); with `three_phase`, first back down to where it began.
    Smith and Topin 2018, https://arxiv.org/abs/1708.07120, with PyTorch's defaults. The step is a batch.

    Parameters
    ----------
    optimizer : the `Optimizer`; its own learning rate plays no part.
    max_lr : highest learning rate, > 0, or a list with one for each group.
    total_steps : length of the cycle; or else `epochs` and `steps_per_epoch`, whose product it is.
    pct_start : share of the rise, in [0, 1].
    anneal_strategy : "cos" or "linear".
    cycle_momentum : also move `momentum` (or the first of `betas`) between `max_momentum` and `base_momentum`, for
        optimizers that have it. (PyTorch raises for those that do not.)
    div_factor, final_div_factor : > 0.
    three_phase : a symmetric rise and fall, then the last descent.
    last_epoch : t to begin with (see `LRScheduler`).

    Raises ValueError for a setting out of range, and for a step beyond the last.

    >>> import nn
    >>> from autograd import Tensor
    >>> optimizer = nn.optim.SGD([Tensor([1.0], requires_grad=True)], lr=1.0, momentum=0.9)
    >>> OneCycleLR(optimizer, max_lr=1.0, total_steps=6, pct_start=0.5).simulate(6).round(3).tolist()
    [0.04, 0.52, 1.0, 0.75, 0.25, 0.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        cycle_momentum: bool = True,
        base_momentum: float = 0.85,
        max_momentum: float = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        if total_steps is None:
            whole(self, low=1, epochs=epochs, steps_per_epoch=steps_per_epoch)
            total_steps = epochs * steps_per_epoch  # type: ignore[operator]
        whole(self, low=1, total_steps=total_steps)
        real(self, 1, "[]", pct_start=pct_start, base_momentum=base_momentum, max_momentum=max_momentum)
        real(self, ends="()", div_factor=div_factor, final_div_factor=final_div_factor)
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"OneCycleLR: anneal_strategy={anneal_strategy!r}; known: 'cos', 'linear'")
        groups: list[ParameterGroup] = getattr(optimizer, "param_groups", [])
        self.max_lrs = list(max_lr) if isinstance(max_lr, list | tuple) else [max_lr] * len(groups)
        if len(self.max_lrs) != len(groups):
            raise ValueError(f"OneCycleLR: {len(self.max_lrs)} rates in max_lr do not fit {len(groups)} groups")
        for i, rate in enumerate(self.max_lrs):
            number_in("OneCycleLR", f"max_lr[{i}]", rate)
        self.total_steps, self.anneal_strategy, self.cycle_momentum = total_steps, anneal_strategy, cycle_momentum
        self.base_momentum, self.max_momentum = base_momentum, max_momentum
        self.div_factor, self.final_div_factor = div_factor, final_div_factor
        # The steps at which a phase ends; the first is at step 0.
        rise, last = pct_start * total_steps - 1, total_steps - 1
        self.ends = [rise, 2 * rise, last] if three_phase else [rise, last]
        super().__init__(optimizer, last_epoch)

    def settings(self, i: int, t: float) -> dict[str, Any]:
        if t > self.total_steps:  # PyTorch allows one step more than it has rates for, and so do we
            raise ValueError(f"OneCycleLR: step {t} of a cycle of {self.total_steps}; start a new schedule")
        top = self.max_lrs[i]
        low = top / self.div_factor
        levels = [low, top, low / self.final_div_factor] if len(self.ends) == 2 else None
        levels = levels or [low, top, low, low / self.final_div_factor]
        settings: dict[str, Any] = {"lr": self._between(levels, t)}
        group = self.optimizer.param_groups[i]
        if self.cycle_momentum:
            high, base = self.max_momentum, self.base_momentum
            momentum = self._between([high, base, high, high][: len(levels)], t)
            if "betas" in group:
                settings["betas"] = (momentum, *group["betas"][1:])
            elif "momentum" in group:
                settings["momentum"] = momentum
        return settings

    def _between(self, levels: list[float], t: float) -> float:
        """The height at t of the path through `levels`, reached at step 0 and at `ends`."""
        start = 0.0
        for end, low, high in zip(self.ends, levels, levels[1:], strict=False):
            if t <= end or end == self.ends[-1]:
                done = (t - start) / (end - start) if end != start else 1.0
                return cosine(low, high, done) if self.anneal_strategy == "cos" else low + (high - low) * done
            start = end
        raise AssertionError("there is a last phase")
