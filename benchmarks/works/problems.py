"""Derivatives beyond the training step: the same functions in every engine, on the same arrays.

Each engine's module has `problem(name)`, a function of no arguments that computes the problem's result once; all must
agree before they are timed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.works.clock import now

Array = NDArray[np.floating]

# What is computed, for the table.
PROBLEMS = {
    "hvp": "Hessian of mean((tanh(x W1) W2)²) times a direction, W1 (64, 32), batch 32",
    "jacobian": "Jacobian (10, 64) of tanh(x W1) W2 for one x",
    "hessian": "Hessian (60, 60) of Σ sin(w)² w for one row of W1 and its neighbour",
    "elementwise": "gradient through y ← ½ sin(y) + y, ten times, on 1,000,000 numbers",
    "wide": "gradient of a sum of 2,000 products that share one factor, one node each",
}


@dataclass(frozen=True)
class Given:
    """The arrays, float32."""

    x: Array
    first: Array
    second: Array
    direction: Array
    long: Array
    factors: Array

    @classmethod
    def make(cls) -> Given:
        """Always the same."""
        rng = np.random.default_rng(0)
        shapes = (32, 64), (64, 32), (32, 10), (64, 32), (1_000_000,), (2_000,)
        return cls(*(rng.normal(size=shape).astype(np.float32) * 0.3 for shape in shapes))


def result(problem: Callable[[str], Callable[[], Any]], name: str) -> list[float]:
    """The result's first numbers and its sum of squares: what must agree."""
    values = np.asarray(problem(name)(), np.float64).ravel()
    return [*values[:8].tolist(), float(values @ values)]


def seconds(problem: Callable[[str], Callable[[], Any]], name: str, repeats: int) -> float:
    """Seconds for one computation, after one of warm-up."""
    compute = problem(name)
    compute()
    start = now()
    for _ in range(repeats):
        compute()
    return (now() - start) / repeats


def agree(name: str, other: str, actual: list[float], expected: list[float]) -> None:
    """Refuse a contestant that computes something else."""
    if not np.allclose(actual, expected, rtol=1e-3, atol=1e-4):
        raise RuntimeError(f"{name}: {other} finds {actual}, not {expected}; a time would mean nothing")
