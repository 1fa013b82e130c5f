"""What one recorded operation costs, forward and backward together: nanoseconds, on arrays of four and on scalars.

Each op is chained a hundred times, and the chain's cost divided by its length. NumPy's column is the same chain on
plain arrays, forward only: the part of the cost that is not the engine's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from autograd import Tensor
from benchmarks.measure import Block, interleave, table

LENGTH = 100


@dataclass(frozen=True)
class Op:
    """One link of the chain: ``records`` operations on the value so far and, where there are two operands, the leaf."""

    name: str
    link: Callable[[Any, Any], Any]
    numpy_link: Callable[[Any, Any], Any]
    records: int = 1


OPS = (
    Op("y + c", lambda y, c: y + c, lambda y, c: y + c),
    Op("y * c", lambda y, c: y * c, lambda y, c: y * c),
    Op("y / c", lambda y, c: y / c, lambda y, c: y / c),
    Op("y * 0.99", lambda y, c: y * 0.99, lambda y, c: y * 0.99),
    Op("-y", lambda y, c: -y, lambda y, c: -y),
    Op("y ** 2", lambda y, c: y**2, lambda y, c: y**2),
    Op("tanh", lambda y, c: y.tanh(), lambda y, c: np.tanh(y)),
    Op("relu", lambda y, c: y.relu(), lambda y, c: np.maximum(y, 0)),
    Op("sqrt", lambda y, c: y.sqrt(), lambda y, c: np.sqrt(y)),
    Op("exp, log", lambda y, c: y.exp().log(), lambda y, c: np.log(np.exp(y)), 2),
)


def _recorded(op: Op, value: Any, chains: int = 10) -> Block:
    """Forward and backward through the chain."""
    gradient = np.ones_like(value)

    def run() -> float:
        c = Tensor(value, requires_grad=True)
        links = LENGTH // op.records
        start = perf_counter()
        for _ in range(chains):
            y = c
            for _ in range(links):
                y = op.link(y, c)
            y.backward(gradient)
        return (perf_counter() - start) / (chains * links * op.records)

    return run


def _numpy(op: Op, value: Any, chains: int = 10) -> Block:
    """Forward through the chain, nothing recorded."""

    def run() -> float:
        links = LENGTH // op.records
        start = perf_counter()
        for _ in range(chains):
            y = value
            for _ in range(links):
                y = op.numpy_link(y, value)
        return (perf_counter() - start) / (chains * links * op.records)

    return run


def report(rounds: int) -> dict[str, Any]:
    """Measure and print every op."""
    four, one = np.ones(4), 1.0  # which squaring leaves alone, a hundred times over
    results = {}
    rows = [["op, forward + backward", "arrays of 4 ns", "scalars ns", "NumPy forward, arrays of 4 ns"]]
    for op in OPS:
        blocks = {"array": _recorded(op, four), "scalar": _recorded(op, one), "numpy": _numpy(op, four)}
        outcome = interleave(blocks, rounds)
        rows.append([op.name, *(f"{outcome.summary(name).median * 1e9:.0f}" for name in blocks)])
        results[op.name] = outcome.seconds
    print(table(rows))
    return results
