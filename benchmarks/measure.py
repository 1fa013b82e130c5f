"""Timing that survives a noisy machine: verify first, interleave, take medians, compare within a round.

``interleave`` times any set of contestants; ``verify`` and ``race`` are for training steps.
"""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from benchmarks.programs import Program

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


def verify(
    workload: str, programs: Mapping[str, Program], steps: int = 20, tolerance: float = 3e-4
) -> dict[str, float]:
    """Check that all train alike; returns each one's largest relative difference from the first one's losses."""
    losses = {name: program.losses(workload, steps) for name, program in programs.items()}
    reference, *others = losses
    worst = dict.fromkeys(others, 0.0)
    for name in others:
        for i, (expected, actual) in enumerate(zip(losses[reference], losses[name], strict=True)):
            difference = abs(actual - expected) / max(abs(expected), 1e-3)
            if not difference <= tolerance:  # a NaN is a difference too
                raise RuntimeError(
                    f"{workload}: {name} does not train as {reference} does: loss {actual!r}, not {expected!r}, "
                    f"at step {i}; a time would mean nothing"
                )
            worst[name] = max(worst[name], difference)
    return worst


def race(workload: str, programs: Mapping[str, Program], rounds: int, block_seconds: float = 0.02) -> Race:
    """Time training steps. Every block trains a fresh model, so that all time the same stretch of training."""
    steps = min(2000, max(3, round(block_seconds / next(iter(programs.values())).seconds(workload, 3))))
    blocks = {name: partial(program.seconds, workload, steps) for name, program in programs.items()}
    return interleave(blocks, rounds)
