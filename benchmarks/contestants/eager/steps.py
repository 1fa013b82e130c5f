"""The *eager* contestant: the step as a user of the library writes it."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

import nn
from autograd import Tensor
from benchmarks.works import steps
from benchmarks.works.workloads import Workload


class Eager:
    """``nn.MLP``, a loss and an optimizer from the public API, nothing else."""

    def __init__(self, workload: Workload) -> None:
        x, t = workload.batch()
        self.x = Tensor(x)
        self.t = Tensor(t) if t.dtype == np.float32 else t
        self.model = nn.MLP(
            workload.sizes, activation=workload.activation, dtype=np.float32, rng=np.random.default_rng(0)
        )
        initial = [array for layer in workload.initial_layers() for array in layer]
        self.model.load_state_dict(dict(zip(self.model.state_dict(), initial, strict=True)))
        self.loss = getattr(nn, workload.loss)
        self.optimizer = getattr(nn.optim, workload.optimizer)(self.model.parameters(), lr=workload.lr)

    def loss_of_step(self) -> Any:
        """One training step; returns the loss before the update, as it is."""
        self.optimizer.zero_grad()
        loss = self.loss(self.model(self.x), self.t)
        loss.backward()
        self.optimizer.step()
        return loss

    def step(self) -> float:
        """One training step; returns the loss before the update."""
        return float(self.loss_of_step())


losses, seconds = partial(steps.losses, Eager), partial(steps.seconds, Eager)
