"""The *native* contestant: the eager one's step as loops that numba compiles, in the first step."""

from __future__ import annotations

from functools import partial

import autograd
from benchmarks.contestants.compiled.steps import Compiled
from benchmarks.works import steps
from benchmarks.works.workloads import Workload


class Native(Compiled):
    """The same step, compiled to machine code."""

    def __init__(self, workload: Workload) -> None:
        super().__init__(workload)
        self.program = autograd.compile(self.loss_of_step, backend="numba")


losses, seconds = partial(steps.losses, Native), partial(steps.seconds, Native)
