"""What one recorded operation costs, forward and backward together: nanoseconds, on arrays of four and on scalars.

Each op is chained a hundred times, and the chain's cost divided by its length. NumPy's column is the same chain on
plain arrays, forward only: the part of the cost that is not the engine's. micrograd and PyTorch run the same chains in
the same rounds, where they are installed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.measure import Block, interleave, table
from benchmarks.peers import Engine, engines

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


def _recorded(engine: Engine, op: Op, value: Any, chains: int = 10) -> Block:
    """Forward and backward through the chain."""
    seed = (engine.constant(np.ones_like(value)),) if np.ndim(value) else ()

    def run() -> float:
        c = engine.parameter(value)
        links = LENGTH // op.records
        start = perf_counter()
        for _ in range(chains):
            y = c
            for _ in range(links):
                y = op.link(y, c)
            y.backward(*seed)
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


def _has(engine: Engine, op: Op, value: Any) -> bool:
    """Whether the engine knows the op: micrograd has few."""
    try:
        op.link(engine.parameter(value), engine.parameter(value))
    except AttributeError:
        return False
    return True


def report(rounds: int) -> dict[str, Any]:
    """Measure and print every op, first on arrays of four, then on scalars."""
    of_arrays = [engine for engine in engines() if engine.takes_arrays]
    # Ones, which squaring leaves alone, a hundred times over.
    arrays = _report("arrays of 4", np.ones(4), of_arrays, rounds)
    print()
    return {"arrays of 4": arrays, "scalars": _report("scalars", 1.0, list(engines()), rounds)}


def _report(kind: str, value: Any, contestants: list[Engine], rounds: int) -> dict[str, Any]:
    ours, *peers = [engine.name for engine in contestants]
    heads = [head for peer in peers for head in (f"{peer} ns", f"x {peer}", "spread")]
    rows = [[f"op on {kind}, forward + backward", f"{ours} ns", "NumPy forward ns", *heads]]
    results = {}
    for op in OPS:
        blocks = {engine.name: _recorded(engine, op, value) for engine in contestants if _has(engine, op, value)}
        outcome = interleave({**blocks, "numpy": _numpy(op, value)}, rounds)
        row = [op.name, *(f"{outcome.summary(name).median * 1e9:.0f}" for name in (ours, "numpy"))]
        for peer in peers:
            if peer in blocks:
                ratio = outcome.ratio(ours, peer)
                median = outcome.summary(peer).median * 1e9
                row += [f"{median:.0f}", f"{ratio.median:.2f}", f"{ratio.spread:.0%}"]
            else:
                row += ["-"] * 3
        rows.append(row)
        results[op.name] = outcome.seconds
    print(table(rows))
    return results
