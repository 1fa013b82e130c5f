"""Timing that survives a noisy machine: interleave, take medians, compare within a round."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

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

    def record(self) -> dict[str, float]:
        """For the JSON file, to four digits."""
        return {name: float(f"{value:.4g}") for name, value in vars(self).items()}


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

    def record(self, yardstick: str) -> dict[str, Any]:
        """For the JSON file: each round, and what outlasts the machine, the ratios to one contestant."""
        return {
            "seconds": {name: {**self.summary(name).record(), "rounds": self.seconds[name]} for name in self.seconds},
            "yardstick": yardstick,
            "ratios": {name: self.ratio(name, yardstick).record() for name in self.seconds if name != yardstick},
        }


def interleave(blocks: Mapping[str, Block], rounds: int, repeats: int = 3) -> Race:
    """Run the contestants in turn, the first one changing; a round's figure is the median of its repeats."""
    names = list(blocks)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(rounds):
        samples: dict[str, list[float]] = {name: [] for name in names}
        for turn in range(repeats):
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                samples[name].append(blocks[name]())
        for name in names:
            seconds[name].append(statistics.median(samples[name]))
    return Race(seconds)


def table(rows: list[list[str]]) -> str:
    """Rows of text, the first one the header, with columns aligned: the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])
