"""Optimizer steps: gradients of ones are there, parameters are updated."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from benchmarks.works.clock import now
from benchmarks.works.workloads import WORKLOADS

SETTINGS: dict[str, dict[str, Any]] = {"SGD": {"momentum": 0.9}}


def shapes(workload: str) -> list[tuple[int, ...]]:
    """The parameters of a workload's model: a weight and a bias for each layer."""
    sizes = WORKLOADS[workload].sizes
    return [shape for fan_in, fan_out in pairwise(sizes) for shape in ((fan_out, fan_in), (fan_out,))]


def seconds(step: Callable[[], Any], repeats: int) -> float:
    """Seconds a step, after one of warm-up."""
    step()
    start = now()
    for _ in range(repeats):
        step()
    return (now() - start) / repeats
