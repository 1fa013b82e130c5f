"""Graphs of single numbers, one node per operation: a small network as micrograd trains it, and one very deep chain.

micrograd and PyTorch (0-d tensors) are measured too where they are installed (see README.md); all run the same
``ScalarMLP``.
"""

from __future__ import annotations

import gc
import random
import tracemalloc
from itertools import pairwise
from time import perf_counter
from typing import Any

from autograd import Tensor
from benchmarks.measure import Block, Race, interleave, table
from benchmarks.peers import Engine, Value, engines
from benchmarks.workloads import WORKLOADS

SIZES = (2, 16, 16, 1)
POINTS = 20
LR = 0.1
WEIGHT_DECAY = 1e-4
CHAIN_LENGTHS = (100_000, 1_000_000)


class ScalarMLP:
    """A relu network in which every weight, product and sum is a scalar of its own; labels are -1 and 1."""

    def __init__(self, engine: Engine, seed: int = 0) -> None:
        rng = random.Random(seed)
        self.engine = engine
        self.layers = [
            [([engine.parameter(rng.uniform(-1, 1)) for _ in range(n)], engine.parameter(0.0)) for _ in range(m)]
            for n, m in pairwise(SIZES)
        ]
        self.parameters = [p for layer in self.layers for weights, bias in layer for p in (*weights, bias)]
        x, t = WORKLOADS["moons"].batch()
        self.points = [[engine.constant(v) for v in row] for row in x[:POINTS].tolist()]
        self.labels = [2 * label - 1 for label in t[:POINTS, 0].tolist()]

    def score(self, values: list[Value]) -> Value:
        """The network's output for one point."""
        for depth, layer in enumerate(self.layers):
            outputs = []
            for weights, total in layer:
                for w, v in zip(weights, values, strict=True):
                    total = total + w * v
                outputs.append(total.relu() if depth < len(self.layers) - 1 else total)
            values = outputs
        return values[0]

    def loss(self) -> Value:
        """Mean hinge loss max(0, 1 - label * score), plus an L2 penalty."""
        hinge = self.engine.constant(0.0)
        for point, label in zip(self.points, self.labels, strict=True):
            hinge = hinge + (self.score(point) * -label + 1.0).relu()
        penalty = self.engine.constant(0.0)
        for p in self.parameters:
            penalty = penalty + p * p
        return hinge * (1 / POINTS) + penalty * WEIGHT_DECAY

    def step(self) -> float:
        """One step of gradient descent; returns the loss before it."""
        loss = self.loss()
        for p in self.parameters:
            self.engine.zero_grad(p)
        loss.backward()
        for p in self.parameters:
            p.data -= LR * p.grad
        return float(loss.data)


def verify(steps: int = 20) -> None:
    """Check that all engines train alike."""
    losses = {
        engine.name: [model.step() for _ in range(steps)] for engine in engines() for model in [ScalarMLP(engine)]
    }
    for name, actual in losses.items():
        expected = losses["autograd"]
        if not all(abs(a - e) <= 1e-9 * abs(e) for a, e in zip(actual, expected, strict=True)):
            raise RuntimeError(f"scalar: {name} trains differently: {actual}, not {expected}")


def race(rounds: int, collector: bool, steps: int = 5) -> Race:
    """Seconds per training step of every engine, with the cyclic collector on or off."""

    def block(engine: Engine) -> Block:
        def run() -> float:
            model = ScalarMLP(engine)
            model.step()
            if not collector:
                gc.disable()
            try:
                start = perf_counter()
                for _ in range(steps):
                    model.step()
                return (perf_counter() - start) / steps
            finally:
                gc.enable()

        return run

    return interleave({engine.name: block(engine) for engine in engines()}, rounds, repeats=1)


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
    start = perf_counter()
    leaf, y = chain(length)
    recorded = perf_counter()
    y.backward(retain_graph=True)
    walked = perf_counter()
    del y
    freed = perf_counter()
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


def report_mlp(rounds: int) -> dict[str, Any]:
    """Measure and print the scalar network."""
    verify()
    results: dict[str, Any] = {}
    ours, *peers = [engine.name for engine in engines()]
    heads = [head for peer in peers for head in (f"{peer} ms", "x autograd", "spread")]
    rows = [["scalar MLP 2-16-16-1, 20 points", f"{ours} ms", *heads]]
    for collector in (True, False):
        label = f"collector {'on' if collector else 'off'}"
        outcome = race(rounds, collector)
        row = [label, f"{outcome.summary(ours).median * 1e3:.1f}"]
        for peer in peers:
            ratio = outcome.ratio(peer, ours)
            row += [f"{outcome.summary(peer).median * 1e3:.1f}", f"{ratio.median:.2f}", f"{ratio.spread:.0%}"]
        rows.append(row)
        results[label] = outcome.seconds
    print(table(rows))
    return results


def report_chain(rounds: int) -> dict[str, Any]:
    """Measure and print the deep chain."""
    results: dict[str, Any] = {}
    rows = [["chain of scalar ops", "forward ns", "backward ns", "free ns", "(per node)"]]
    for length in CHAIN_LENGTHS:
        samples = [time_chain(length) for _ in range(rounds)]
        results[str(length)] = samples
        medians = [sorted(sample[phase] for sample in samples)[rounds // 2] for phase in samples[0]]
        rows.append([f"{length:,}", *(f"{median * 1e9:.0f}" for median in medians), ""])
    results["bytes"] = chain_memory(CHAIN_LENGTHS[0])
    print(table(rows))
    print("bytes per node:", ", ".join(f"{name} {amount:.0f}" for name, amount in results["bytes"].items()))
    return results
