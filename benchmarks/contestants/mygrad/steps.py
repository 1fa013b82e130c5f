"""MyGrad: its layers and losses, memory guarding off (as its documentation advises for speed), NumPy's updates."""

from __future__ import annotations

from functools import partial
from typing import Any

import mygrad as mg  # type: ignore[import-not-found]
import numpy as np
from mygrad.nnet.activations import relu  # type: ignore[import-not-found]
from mygrad.nnet.losses import softmax_crossentropy  # type: ignore[import-not-found]

from benchmarks.contestants.hand.steps import SGD, Adam
from benchmarks.works import steps
from benchmarks.works.workloads import Workload

mg.turn_memory_guarding_off()


def binary_cross_entropy_with_logits(z: Any, t: Any) -> Any:
    """Mean over the batch."""
    return (mg.logaddexp(0, z) - z * t).mean()


class MyGrad:
    """The step as MyGrad's examples write it."""

    def __init__(self, workload: Workload) -> None:
        self.x, self.t = workload.batch()
        layers = workload.initial_layers()
        self.weights = [mg.tensor(np.array(w.T, order="C")) for w, _ in layers]
        self.biases = [mg.tensor(b) for _, b in layers]
        self.activation = {"relu": relu, "tanh": mg.tanh}[workload.activation]
        self.loss = {
            "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
            "cross_entropy": softmax_crossentropy,
        }[workload.loss]
        kind = {"SGD": SGD, "Adam": Adam}[workload.optimizer]
        self.parameters = self.weights + self.biases
        self.optimizer = kind([p.data for p in self.parameters], workload.lr)

    def step(self) -> float:
        """One training step; returns the loss before the update."""
        x = self.x
        for w, b in zip(self.weights[:-1], self.biases[:-1], strict=True):
            x = self.activation(mg.matmul(x, w) + b)
        loss = self.loss(mg.matmul(x, self.weights[-1]) + self.biases[-1], self.t)
        loss.backward()
        self.optimizer.step([p.grad for p in self.parameters])
        return float(loss.item())


losses, seconds = partial(steps.losses, MyGrad), partial(steps.seconds, MyGrad)
