"""The *compiled* contestant: the eager one's step through `autograd.compile`, recorded in the first step."""

from __future__ import annotations

from functools import partial

import autograd
from benchmarks.contestants.eager.steps import Eager
from benchmarks.works import steps
from benchmarks.works.workloads import Workload


class Compiled(Eager):
    """The same step, compiled."""

    def __init__(self, workload: Workload) -> None:
        super().__init__(workload)
        self.program = autograd.compile(self.loss_of_step)

    def step(self) -> float:
        """One training step; returns the loss before the update."""
        return float(self.program())


losses, seconds = partial(steps.losses, Compiled), partial(steps.seconds, Compiled)
