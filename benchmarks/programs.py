"""Contestants of the training steps, here or in another process, asked for the same two things."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any, Protocol

from benchmarks.workloads import WORKLOADS, Workload


class Contestant(Protocol):
    """A training program, ready to run: same data, same initial weights as every other."""

    def step(self) -> float:
        """One training step; returns the loss before the update."""
        ...


Factory = Callable[[Workload], Contestant]


def losses(factory: Factory, workload: str, steps: int) -> list[float]:
    """The loss before each of the first steps."""
    contestant = factory(WORKLOADS[workload])
    return [float(contestant.step()) for _ in range(steps)]


def seconds(factory: Factory, workload: str, steps: int) -> float:
    """Seconds a step of a fresh model, after three steps of warm-up."""
    step = factory(WORKLOADS[workload]).step
    for _ in range(3):
        step()
    start = perf_counter()
    for _ in range(steps):
        step()
    return (perf_counter() - start) / steps


class Program(Protocol):
    """A contestant."""

    def losses(self, workload: str, steps: int) -> list[float]:
        """The loss before each of the first steps."""
        ...

    def seconds(self, workload: str, steps: int) -> float:
        """Seconds a step."""
        ...


class Local:
    """A contestant in this process."""

    def __init__(self, factory: Factory) -> None:
        self.factory = factory

    def losses(self, workload: str, steps: int) -> list[float]:
        return losses(self.factory, workload, steps)

    def seconds(self, workload: str, steps: int) -> float:
        return seconds(self.factory, workload, steps)


class Distant:
    """A contestant in a peer's process, which holds `training` and answers for it."""

    def __init__(self, remote: Any) -> None:
        self.remote = remote

    def losses(self, workload: str, steps: int) -> list[float]:
        return self.remote("losses", workload=workload, steps=steps)

    def seconds(self, workload: str, steps: int) -> float:
        return self.remote("seconds", workload=workload, steps=steps)
