"""Timing that survives a noisy machine: verify first, interleave, take medians, compare within a round.

``interleave`` times any set of contestants; ``verify`` and ``race`` are for training steps.
"""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

from benchmarks.workloads import Workload


class Contestant(Protocol):
    """A training program, ready to run: same data, same initial weights as every other."""

    def step(self) -> float:
        """One training step; returns the loss before the update."""
        ...


Factory = Callable[[Workload], Contestant]
Block = Callable[[], float]
"""Runs some work afresh and returns seconds per unit of it."""


@dataclass(frozen=True)
class Summary:
    """Median and quartiles of one figure over the rounds."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, samples: list[float]) -> Summary:
        """Summarise samples, one of each round."""
        if len(samples) == 1:
            return cls(samples[0], samples[0], samples[0])
        low, median, high = statistics.quantiles(samples, n=4, method="inclusive")
        return cls(median, low, high)

    @property
    def spread(self) -> float:
        """The interquartile range as a share of the median."""
        return (self.high - self.low) / self.median


@dataclass(frozen=True)
class Race:
    """Seconds per unit of each contestant, one figure a round; round i of one belongs with round i of the others."""

    seconds: dict[str, list[float]]

    def summary(self, name: str) -> Summary:
        """One contestant's seconds."""
        return Summary.of(self.seconds[name])

    def ratio(self, name: str, reference: str) -> Summary:
        """Cost of one contestant in units of another, compared within each round."""
        return Summary.of([a / b for a, b in zip(self.seconds[name], self.seconds[reference], strict=True)])


def interleave(blocks: Mapping[str, Block], rounds: int, repeats: int = 3) -> Race:
    """Run the contestants in turn, the first one changing; a round's figure is the median of its repeats."""
    names = list(blocks)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(rounds):
        samples: dict[str, list[float]] = {name: [] for name in names}
        for turn in range(repeats):
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                gc.collect()  # every block starts with the collector in the same state
                samples[name].append(blocks[name]())
        for name in names:
            seconds[name].append(statistics.median(samples[name]))
    return Race(seconds)


def table(rows: list[list[str]]) -> str:
    """Rows of text, the first one the header, with columns aligned: the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def verify(workload: Workload, factories: Mapping[str, Factory], steps: int = 20, tolerance: float = 1e-4) -> float:
    """Check that all contestants train alike; returns the largest relative difference between their losses."""
    contestants = {name: factory(workload) for name, factory in factories.items()}
    losses = {name: [contestant.step() for _ in range(steps)] for name, contestant in contestants.items()}
    reference, *others = losses
    worst = 0.0
    for name in others:
        for i, (expected, actual) in enumerate(zip(losses[reference], losses[name], strict=True)):
            difference = abs(actual - expected) / max(abs(expected), 1e-3)
            if not difference <= tolerance:  # a NaN is a difference too
                raise RuntimeError(
                    f"{workload.name}: {name} does not train as {reference} does: loss {actual!r}, not {expected!r}, "
                    f"at step {i}; a time would mean nothing"
                )
            worst = max(worst, difference)
    return worst


def race(workload: Workload, factories: Mapping[str, Factory], rounds: int, block_seconds: float = 0.02) -> Race:
    """Time training steps. Every block trains a fresh model, so that all time the same stretch of training."""
    contestant = next(iter(factories.values()))(workload)
    contestant.step()
    start = perf_counter()
    contestant.step()
    steps = min(2000, max(3, round(block_seconds / (perf_counter() - start))))

    def block(factory: Factory) -> Block:
        def run() -> float:
            step = factory(workload).step
            for _ in range(3):  # warm-up
                step()
            start = perf_counter()
            for _ in range(steps):
                step()
            return (perf_counter() - start) / steps

        return run

    return interleave({name: block(factory) for name, factory in factories.items()}, rounds)
