"""One very deep chain of single numbers: time and memory per node, for two lengths."""

from __future__ import annotations

import gc
import tracemalloc
from typing import Any

from autograd import Tensor
from benchmarks.measure import table
from benchmarks.reports import Run
from benchmarks.works.clock import now

LENGTHS = (100_000, 1_000_000)
ROUNDS = 3


def chain(length: int) -> tuple[Tensor, Tensor]:
    """A leaf, and the end of a chain of multiplications and additions that hangs on it."""
    leaf = y = Tensor(1.0, requires_grad=True)
    for _ in range(length // 2):
        y = y * 0.999999
        y = y + 0.000001
    return leaf, y


def time_chain(length: int) -> dict[str, float]:
    """Seconds per node to record a chain, to walk it back, and to free it."""
    gc.collect()
    start = now()
    leaf, y = chain(length)
    recorded = now()
    y.backward(retain_graph=True)
    walked = now()
    del y
    freed = now()
    slope = 0.999999 ** (length // 2)
    if not abs(float(leaf.grad) - slope) <= 1e-9 * slope:
        raise RuntimeError(f"chain of {length}: gradient {leaf.grad}, not {slope}")
    seconds = {"forward": recorded - start, "backward": walked - recorded, "free": freed - walked}
    return {phase: value / length for phase, value in seconds.items()}


def chain_memory(length: int) -> dict[str, float]:
    """Bytes per node: held by the graph, at the height of the backward pass, and left when its end is dropped."""
    gc.collect()
    gc.disable()  # what stays is what reference counting alone cannot free
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        leaf, y = chain(length)
        held = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        y.backward(retain_graph=True)
        peak = tracemalloc.get_traced_memory()[1]
        del y
        left = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
        gc.enable()
    del leaf
    amounts = {"held": held, "peak of backward": peak, "left after del": left}
    return {name: (amount - before) / length for name, amount in amounts.items()}


def report(run: Run) -> dict[str, Any]:
    """Measure and print the deep chain."""
    run.calls("values", needs="eager")
    results: dict[str, Any] = {}
    rows = [["chain of scalar ops", "forward ns", "backward ns", "free ns", "(per node)"]]
    for length in LENGTHS:
        samples = [time_chain(length) for _ in range(ROUNDS)]
        results[str(length)] = samples
        medians = [sorted(sample[phase] for sample in samples)[ROUNDS // 2] for phase in samples[0]]
        rows.append([f"{length:,}", *(f"{median * 1e9:.0f}" for median in medians), ""])
    results["bytes"] = chain_memory(LENGTHS[0])
    print(table(rows))
    print("bytes per node:", ", ".join(f"{name} {amount:.0f}" for name, amount in results["bytes"].items()))
    return results
