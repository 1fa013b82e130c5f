"""A gradient check that runs along with training: one ±1 direction every so many steps, for less than 1 % of the time.

    watch = GradientWatch(model, every=1000)
    for x, target in batches:
        loss = nn.cross_entropy(model(x), target)
        loss.backward()
        watch(lambda: nn.cross_entropy(model(x), target))     # compares .grad with f along a direction, now and then
        optimizer.step()

A wrong rule, a stale gradient or a value overwritten between the passes shows as `watch.alarms`; `on_alarm` may raise.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.checking.undisturbed import Snapshot, everyday_mode, show
from autograd.graph import tick
from autograd.modes import no_grad
from autograd.replay import pull_since
from autograd.tensor import Tensor

_STEP = 2.0**-12


@dataclass(frozen=True, slots=True)
class Alarm:
    """A step of training at which the gradient and the loss disagreed along a direction."""

    step: int
    analytic: float
    numeric: float
    bound: float

    def __str__(self) -> str:
        return f"step {self.step}: the slope is {self.numeric:.6g} ± {self.bound:.1e}, .grad gives {self.analytic:.6g}"


class GradientWatch:
    """Called once a training step, after `backward`; looks at every `every`-th.

    Parameters
    ----------
    model : has `named_parameters()`; their `.grad` is compared.
    every : steps between two looks; one costs seven forward passes and some copies of the parameters, as much as 4 to
        7 training steps with Adam (`python -m benchmarks --only checking`).
    rtol : relative difference that raises an alarm, beside the rounding of the model's dtype.
    on_alarm : called with each `Alarm`; by default they are only kept in `alarms`.

    The model is left as it was, bit for bit: values, gradients, buffers and random generators.
    """

    def __init__(
        self,
        model: Any,
        every: int = 1000,
        rtol: float = 0.05,
        on_alarm: Callable[[Alarm], None] | None = None,
        seed: int = 0,
    ) -> None:
        if every < 1:
            raise ValueError(f"GradientWatch: every must be at least 1, not {every}")
        self.model, self.every, self.rtol, self.on_alarm = model, every, rtol, on_alarm
        self.alarms: list[Alarm] = []
        self.looks = 0
        self._steps = 0
        self._rng = np.random.default_rng(seed)

    def __call__(self, loss: Callable[[], Any]) -> Alarm | None:
        """Count a step; look, if it is time: `loss` computes the loss of this step again. Returns an alarm, or None."""
        self._steps += 1
        if (self._steps - 1) % self.every:
            return None
        self.looks += 1
        alarm = self._look(loss)
        if alarm is not None:
            self.alarms.append(alarm)
            if self.on_alarm is not None:
                self.on_alarm(alarm)
        return alarm

    def _look(self, loss: Callable[[], Any]) -> Alarm | None:
        parameters = [p for _, p in self.model.named_parameters() if p.requires_grad and p._node.grad is not None]
        if not parameters:
            return None
        held = [np.array(p._data) for p in parameters]
        directions = [self._rng.integers(0, 2, v.shape, dtype=np.int8) * 2.0 - 1.0 for v in held]
        snapshot = Snapshot([self.model, parameters])
        gradients = self._gradients(loss, parameters, snapshot)
        analytic = float(sum(np.sum(g * d) for g, d in zip(gradients, directions, strict=True)))
        # So short that the steepest parameter's own size is hardly left; so long that the dtype resolves it.
        eps = max(float(np.finfo(v.dtype).eps) for v in held)
        h = max(_STEP, 4 * eps ** (1 / 3)) * max(float(np.sqrt(np.mean(np.square(v)))) for v in held)

        def at(t: float) -> float:
            snapshot.put_back(leave=parameters)
            for p, value, d in zip(parameters, held, directions, strict=True):
                show(p, np.asarray(value + t * d, dtype=value.dtype))
            y = loss()
            return float(np.asarray(y._data if isinstance(y, Tensor) else y))

        try:
            with everyday_mode(), no_grad():
                far = (at(2 * h) - at(-2 * h)) / (4 * h)
                near, size = (at(h) - at(-h)) / (2 * h), abs(at(0.0))
        finally:
            snapshot.put_back()
        norm = math.sqrt(sum(float(np.sum(np.square(g))) for g in gradients))
        bound = 2 * abs(near - far) + 16 * eps * size / h
        if not math.isfinite(near) or abs(analytic - near) <= bound + self.rtol * max(norm, abs(near)):
            return None
        return Alarm(self._steps, analytic, near, bound)

    def _gradients(self, loss: Callable[[], Any], parameters: list[Tensor], snapshot: Snapshot) -> list[np.ndarray]:
        """`.grad`; where the loss draws random numbers, of which it used others then, the gradient of now."""
        try:
            with everyday_mode():
                since = tick()
                output = loss()
                again = loss()
                is_random = not np.array_equal(np.asarray(output._data), np.asarray(again._data), equal_nan=True)
                if not is_random:
                    return [np.asarray(p._node.grad, dtype=np.float64) for p in parameters]
                reached = pull_since([output._node], [output._seed(None)], since)
        finally:
            snapshot.put_back()
        found = [reached.get(p._node) for p in parameters]
        return [np.zeros(p.shape) if g is None else np.asarray(g) for g, p in zip(found, parameters, strict=True)]
