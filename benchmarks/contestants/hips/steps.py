"""HIPS/autograd: `value_and_grad` over a list of arrays, NumPy's updates in place."""

from __future__ import annotations

from functools import partial
from typing import Any

import autograd.numpy as anp  # type: ignore[import-not-found]
import numpy as np

from autograd import value_and_grad
from benchmarks.contestants.hand.steps import SGD, Adam
from benchmarks.works import steps
from benchmarks.works.workloads import Workload


class Hips:
    """The step as HIPS's examples write it."""

    def __init__(self, workload: Workload) -> None:
        x, t = workload.batch()
        layers = workload.initial_layers()
        count = len(layers)
        self.parameters = [np.array(w.T, order="C") for w, _ in layers] + [b.copy() for _, b in layers]
        act = {"relu": lambda z: anp.maximum(z, 0), "tanh": anp.tanh}[workload.activation]
        rows = np.arange(len(x))

        def objective(parameters: Any) -> Any:
            h = x
            for w, b in zip(parameters[: count - 1], parameters[count:-1], strict=True):
                h = act(anp.dot(h, w) + b)
            z = anp.dot(h, parameters[count - 1]) + parameters[-1]
            if workload.loss == "cross_entropy":
                z = z - anp.max(z, axis=1, keepdims=True)
                return anp.mean(anp.log(anp.sum(anp.exp(z), axis=1)) - z[rows, t])
            return anp.mean(anp.logaddexp(0, z) - z * t)

        self.objective = value_and_grad(objective)
        self.optimizer = {"SGD": SGD, "Adam": Adam}[workload.optimizer](self.parameters, workload.lr)

    def step(self) -> float:
        """One training step; returns the loss before the update."""
        loss, gradients = self.objective(self.parameters)
        self.optimizer.step([np.array(g, np.float32) for g in gradients])
        return float(loss)


losses, seconds = partial(steps.losses, Hips), partial(steps.seconds, Hips)
