"""Training steps: what every contestant of them can be asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from benchmarks.works.clock import now
from benchmarks.works.workloads import Workload, workload_named


class Trainer(Protocol):
    """A training program, ready to run: same data, same initial weights as every other."""

    def step(self) -> float:
        """One training step; returns the loss before the update."""
        ...


Factory = Callable[[Workload], Trainer]


def losses(factory: Factory, workload: str, steps: int) -> list[float]:
    """The loss before each of the first steps."""
    trainer = factory(workload_named(workload))
    return [float(trainer.step()) for _ in range(steps)]


def seconds(factory: Factory, workload: str, steps: int, warm_up: int = 3) -> float:
    """Seconds a step of a fresh model, after some steps of warm-up."""
    step = factory(workload_named(workload)).step
    for _ in range(warm_up):
        float(step())
    start = now()
    for _ in range(steps):
        loss = step()
    float(loss)  # waits for a contestant that only promised it
    return (now() - start) / steps
