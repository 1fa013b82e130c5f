"""Works on values that record, single numbers or small arrays: one network of numbers, and chains of one op.

An engine's module `values.py` says how it makes such a value. It and `scalar.py`, for the network, answer the calls at
the end of this file.
"""

from __future__ import annotations

import gc
import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.works.clock import now
from benchmarks.works.workloads import WORKLOADS

Value = Any
"""Operators with its own kind and with floats, ``relu() backward() data grad``."""


@dataclass(frozen=True)
class Engine:
    """How one engine makes a value that learns, one that does not, and forgets a gradient; all in float64.

    `step` makes a function that trains and returns the loss into one that returns it as a number.
    """

    parameter: Callable[[Any], Value]
    constant: Callable[[Any], Value]
    zero_grad: Callable[[Value], None]
    takes_arrays: bool = True
    step: Callable[[Callable[[], Value]], Callable[[], float]] = lambda train: lambda: train().data


SIZES = (2, 16, 16, 1)
POINTS = 20
LR = 0.1
WEIGHT_DECAY = 1e-4


class ScalarMLP:
    """A relu network in which every weight, product and sum is a number of its own; labels are -1 and 1."""

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

    def train(self) -> Value:
        """One step of gradient descent; returns the loss before it."""
        loss = self.loss()
        for p in self.parameters:
            self.engine.zero_grad(p)
        loss.backward()
        for p in self.parameters:
            p.data -= LR * p.grad
        return loss


LENGTH = 100

# One link of a chain, of the value so far and the leaf; and how many ops it records.
OPS: dict[str, tuple[Callable[[Value, Value], Value], int]] = {
    "y + c": (lambda y, c: y + c, 1),
    "y * c": (lambda y, c: y * c, 1),
    "y / c": (lambda y, c: y / c, 1),
    "y * 0.99": (lambda y, c: y * 0.99, 1),
    "-y": (lambda y, c: -y, 1),
    "y ** 2": (lambda y, c: y**2, 1),
    "tanh": (lambda y, c: y.tanh(), 1),
    "relu": (lambda y, c: y.relu(), 1),
    "sqrt": (lambda y, c: y.sqrt(), 1),
    "exp, log": (lambda y, c: y.exp().log(), 2),
}
# Ones, which squaring leaves alone, a hundred times over.
STARTS = {"arrays of 4": np.ones(4), "scalars": 1.0}


def _chain(engine: Engine, op: str, leaf: Value, kind: str) -> None:
    """Forward and backward through the chain."""
    link, records = OPS[op]
    y = leaf
    for _ in range(LENGTH // records):
        y = link(y, leaf)
    if kind == "scalars":
        y.backward()
    else:
        y.backward(engine.constant(np.ones(4)))


def mlp_losses(engine: Engine, steps: int) -> list[float]:
    """The network's loss before each of the first steps."""
    step = _step(engine)
    return [step() for _ in range(steps)]


def _step(engine: Engine) -> Callable[[], float]:
    """A training step of a fresh network, which reads its loss."""
    step = engine.step(ScalarMLP(engine).train)
    return lambda: float(step())


def mlp_first_seconds(engine: Engine) -> float:
    """Seconds of the first step, in which a program is recorded if there is one."""
    step = _step(engine)
    start = now()
    step()
    return now() - start


def mlp_seconds(engine: Engine, steps: int, collector: bool) -> float:
    """Seconds a step, with Python's cyclic collector on or off."""
    step = _step(engine)
    step()
    if not collector:
        gc.disable()
    try:
        start = now()
        for _ in range(steps):
            step()
        return (now() - start) / steps
    finally:
        gc.enable()


def op_slope(engine: Engine, op: str, kind: str) -> list[float] | None:
    """The chain's derivative; None if the engine does not know the op or the kind: micrograd has few."""
    if kind != "scalars" and not engine.takes_arrays:
        return None
    leaf = engine.parameter(STARTS[kind])
    try:
        _chain(engine, op, leaf, kind)
    except AttributeError:
        return None
    return np.asarray(leaf.grad, np.float64).ravel().tolist()


def op_seconds(engine: Engine, op: str, kind: str, chains: int = 10) -> float:
    """Seconds for one recorded op, forward and backward together."""
    leaf = engine.parameter(STARTS[kind])
    _chain(engine, op, leaf, kind)
    start = now()
    for _ in range(chains):
        _chain(engine, op, leaf, kind)
    return (now() - start) / (chains * LENGTH)
