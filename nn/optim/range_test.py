"""`lr_find`: the range test, which tries learning rates from tiny to far too large and says which to take."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import enable_grad, missing_extra
from nn.module import Module
from nn.optim.adam import Adam
from nn.optim.optimizer import Optimizer, Parameters
from nn.randomness import Rng, generator_of


@dataclass(frozen=True)
class LRFinding:
    """What a range test found.

    Attributes
    ----------
    lrs : (steps,), learning rates tried, rising.
    losses : (steps,), loss of the batch that each was tried on, before the step.
    smoothed : (steps,), mean of the losses around each, over one power of ten of the learning rate.
    suggestion : learning rate at which the smoothed loss falls fastest.
    """

    lrs: np.ndarray
    losses: np.ndarray
    smoothed: np.ndarray
    suggestion: float

    def plot(self, ax: Any = None) -> Any:
        """Draw loss against learning rate with matplotlib, the suggestion marked; returns the Axes."""
        if ax is None:
            try:
                from matplotlib.figure import Figure
            except ImportError:
                raise missing_extra("matplotlib", "the plot of lr_find", "train") from None
            ax = Figure(figsize=(6, 4), layout="constrained").add_subplot()
        ax.semilogx(self.lrs, self.losses, color="0.75", label="loss")
        ax.semilogx(self.lrs, self.smoothed, label="smoothed")
        ax.axvline(self.suggestion, color="C1", linestyle="--", label=f"suggestion: {self.suggestion:.2g}")
        ax.set(xlabel="learning rate", ylabel="loss")
        ax.legend()
        return ax


def lr_find(
    model: Module,
    data: tuple[Any, Any],
    *,
    loss: Callable[[Any, Any], Any],
    optimizer: Optimizer | Callable[[Parameters], Optimizer] = Adam,
    start_lr: float = 1e-6,
    end_lr: float = 10.0,
    num_iter: int = 100,
    batch_size: int = 32,
    diverge: float = 4.0,
    rng: Rng = None,
) -> LRFinding:
    """Train a copy of the model while the learning rate rises; the suggestion is where the loss falls fastest.

    The learning rate grows by one factor from step to step. Neither model nor optimizer is changed, nor a generator in
    them. Smith 2017, https://arxiv.org/abs/1506.01186, section 3.3, with the exponential rise that is usual since.

    Parameters
    ----------
    model : Module to be trained.
    data : inputs and targets, arrays of the same length (samples, ...).
    loss : function of the model's output and the targets of a batch, such as `nn.cross_entropy`.
    optimizer : the model's Optimizer, or a class or function that makes one of parameters.
    start_lr, end_lr : range, 0 < start_lr < end_lr.
    num_iter : steps, >= 3; it may be fewer, as the test ends when the loss diverges.
    batch_size : samples in a step, >= 1.
    diverge : end when the running mean of the loss is this many times its lowest so far, > 1.
    rng : a seed, a NumPy Generator, or None, for the order of the samples.

    Raises ValueError for settings out of range, and where the loss is not finite at the smallest rate.

    >>> import nn
    >>> x = np.linspace(-1, 1, 64)[:, None]
    >>> model = nn.MLP([1, 8, 1], rng=0)
    >>> finding = nn.lr_find(model, (x, x**2), loss=nn.mse_loss, rng=0)
    >>> 1e-4 < finding.suggestion < 1
    True
    """
    inputs, targets = data
    _check(len(inputs), len(targets), start_lr, end_lr, num_iter, batch_size, diverge)
    if isinstance(optimizer, Optimizer):
        model, trial = copy.deepcopy((model, optimizer))
    else:
        model = copy.deepcopy(model)
        trial = optimizer(model.parameters())
    model.train()
    lrs: list[float] = []
    losses: list[float] = []
    mean, best = 0.0, math.inf
    order = _endless_batches(len(inputs), batch_size, generator_of(rng))
    with enable_grad(), np.errstate(all="ignore"):
        for i, lr in enumerate(np.geomspace(start_lr, end_lr, num_iter)):
            batch = next(order)
            for group in trial.param_groups:
                group["lr"] = float(lr)
            trial.zero_grad()
            value = loss(model(inputs[batch]), targets[batch])
            current = value.item()
            mean = 0.9 * mean + 0.1 * current
            level = mean / (1 - 0.9 ** (i + 1))  # as Adam undoes the pull of the first 0
            if not math.isfinite(level) or level > diverge * best > 0:
                break
            lrs.append(float(lr))
            losses.append(current)
            best = min(best, level)
            value.backward()
            trial.step()
    if len(lrs) < 3:
        raise ValueError(f"lr_find: the loss is {current} after {len(lrs)} steps at lr={start_lr}; start lower")
    smoothed = _smoothed(np.array(losses), (num_iter - 1) / math.log10(end_lr / start_lr))
    return LRFinding(np.array(lrs), np.array(losses), smoothed, _steepest(np.array(lrs), smoothed))


def _smoothed(losses: np.ndarray, width: float) -> np.ndarray:
    """Means around each loss, weighted by a hill that is `width` steps wide: a running mean would lag behind."""
    hill = np.hanning(int(width) | 1)[1:-1] if width > 4 else np.ones(1)
    return np.convolve(losses, hill, "same") / np.convolve(np.ones_like(losses), hill, "same")


def _steepest(lrs: np.ndarray, smoothed: np.ndarray) -> float:
    """Where the smoothed loss falls fastest, against log lr, on the way to its minimum."""
    lowest = max(int(smoothed.argmin()) + 1, 3)
    return float(lrs[np.gradient(smoothed[:lowest], np.log(lrs[:lowest])).argmin()])


def _endless_batches(count: int, size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Places of the samples of one batch after another, shuffled anew each time all were seen."""
    while True:
        order = rng.permutation(count)
        for start in range(0, count, size):
            yield order[start : start + size]


def _check(inputs: int, targets: int, start: float, end: float, steps: int, size: int, diverge: float) -> None:
    if inputs != targets or not inputs:
        raise ValueError(f"lr_find: {inputs} inputs and {targets} targets; wanted are as many of both, one at least")
    for holds, what in (
        (0 < start < end < math.inf, f"0 < start_lr < end_lr, not start_lr={start!r} and end_lr={end!r}"),
        (steps >= 3, f"num_iter >= 3, not {steps!r}"),
        (size >= 1, f"batch_size >= 1, not {size!r}"),
        (diverge > 1, f"diverge > 1, not {diverge!r}"),
    ):
        if not holds:
            raise ValueError(f"lr_find: wanted is {what}")
