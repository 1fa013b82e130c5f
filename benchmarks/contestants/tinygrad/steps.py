"""tinygrad: the whole step under `TinyJit`, on the CPU."""

from __future__ import annotations

from functools import partial
from typing import Any

from tinygrad import Context, Tensor, TinyJit  # type: ignore[import-not-found]
from tinygrad.nn import optim  # type: ignore[import-not-found]

from benchmarks.works import steps
from benchmarks.works.workloads import Workload


class TinyGrad:
    """The step as tinygrad's examples write it."""

    def __init__(self, workload: Workload) -> None:
        x, t = workload.batch()
        self.x, self.t = Tensor(x), Tensor(t)
        self.layers = [(Tensor(w.T.copy()), Tensor(b)) for w, b in workload.initial_layers()]
        parameters = [p for layer in self.layers for p in layer]
        self.optimizer = {"SGD": optim.SGD, "Adam": optim.Adam}[workload.optimizer](parameters, lr=workload.lr)
        self.workload = workload
        self.compiled = TinyJit(self._step)

    def _step(self) -> Any:
        with Context(TRAINING=1):
            self.optimizer.zero_grad()
            h = self.x
            for w, b in self.layers[:-1]:
                h = getattr(h @ w + b, self.workload.activation)()
            w, b = self.layers[-1]
            z = h @ w + b
            if self.workload.loss == "cross_entropy":
                loss = z.sparse_categorical_crossentropy(self.t)
            else:
                loss = z.binary_crossentropy_logits(self.t)
            loss.backward()
            return loss.realize(*self.optimizer.schedule_step())  # before the update, in one schedule with it

    def step(self) -> float:
        """One training step; returns the loss before the update."""
        return float(self.compiled().item())


losses, seconds = partial(steps.losses, TinyGrad), partial(steps.seconds, TinyGrad)
