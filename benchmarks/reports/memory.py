"""What training holds: the peak of a step beyond model, optimizer and data, and bytes for each recorded node.

What stays from step to step, such as gradients, buffers and a compiled program itself, is counted in.

`tracemalloc` counts Python's objects and NumPy's arrays, of this process only: so peers have no figures here.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from autograd import Tensor
from benchmarks.measure import table
from benchmarks.reports import Run
from benchmarks.works.steps import Trainer
from benchmarks.works.workloads import WORKLOADS, Workload

PROGRAMS: dict[str, Callable[[Workload], Trainer]] = {
    "hand": import_module("benchmarks.contestants.hand.steps").Hand,
    "eager": import_module("benchmarks.contestants.eager.steps").Eager,
    "compiled": import_module("benchmarks.contestants.compiled.steps").Compiled,
}
NODES = 10_000


def peak_of_a_step(trainer: Trainer) -> int:
    """Bytes above the level before the first step, at most, in the fourth."""
    gc.collect()
    tracemalloc.start()
    try:
        for _ in range(3):
            trainer.step()
        gc.collect()
        tracemalloc.reset_peak()
        trainer.step()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def bytes_of_a_node(value: Any) -> float:
    """Bytes that one more node `y = y * c` holds, its value included."""
    c = Tensor(value, requires_grad=True)
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        y = c
        for _ in range(NODES):
            y = y * c
        return (tracemalloc.get_traced_memory()[0] - before) / NODES
    finally:
        tracemalloc.stop()


def report(run: Run) -> dict[str, Any]:
    """Measure and print; nothing here varies between rounds."""
    run.calls("steps", needs="eager")
    rows = [["peak of a training step", *(f"{name} KiB" for name in PROGRAMS), "eager/hand", "compiled/eager"]]
    steps: dict[str, dict[str, int]] = {}
    for name in run.workloads:
        peaks = {}
        for program, make in PROGRAMS.items():
            make(WORKLOADS[name]).step()  # what is kept once for all, such as the syntax of the library's functions
            peaks[program] = peak_of_a_step(make(WORKLOADS[name]))
        ratios = [f"{peaks[a] / peaks[b]:.2f}" for a, b in (("eager", "hand"), ("compiled", "eager"))]
        rows.append([name, *(f"{peak / 1024:.1f}" for peak in peaks.values()), *ratios])
        steps[name] = peaks
    print(table(rows))
    nodes = {"a number": bytes_of_a_node(1.0), "4 numbers": bytes_of_a_node(np.ones(4))}
    print("bytes a node holds, y = y * c, value included:", ", ".join(f"{k} {v:.0f}" for k, v in nodes.items()))
    return {"peak of a step": steps, "bytes a node": nodes}
