"""PyTorch, eager: `nn.Sequential`, one thread, and of each optimizer the form that is fastest on these models."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch  # type: ignore[import-not-found]

from benchmarks.works import steps
from benchmarks.works.workloads import Workload

torch.set_num_threads(1)

FASTEST = {"SGD": {"foreach": False}, "Adam": {"fused": True}}


class PyTorch:
    """The step as PyTorch's tutorials write it."""

    def __init__(self, workload: Workload) -> None:
        x, t = workload.batch()
        self.x, self.t = torch.from_numpy(x), torch.from_numpy(t)
        layers: list[Any] = []
        for weight, bias in workload.initial_layers():
            linear = torch.nn.Linear(weight.shape[1], weight.shape[0])
            linear.weight.data, linear.bias.data = torch.from_numpy(weight), torch.from_numpy(bias)
            layers += [linear, {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}[workload.activation]()]
        self.model = torch.nn.Sequential(*layers[:-1])
        self.loss = getattr(torch.nn.functional, workload.loss)
        self.optimizer = getattr(torch.optim, workload.optimizer)(
            self.model.parameters(), lr=workload.lr, **FASTEST[workload.optimizer]
        )

    def step(self) -> float:
        """One training step; returns the loss before the update."""
        self.optimizer.zero_grad()
        loss = self.loss(self.model(self.x), self.t)
        loss.backward()
        self.optimizer.step()
        return loss.item()


losses, seconds = partial(steps.losses, PyTorch), partial(steps.seconds, PyTorch)
