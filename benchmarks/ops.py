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
from benchmarks.peers import Engine, Value, engines

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


def _pass(op: Op, c: Value, seed: tuple[Any, ...]) -> None:
    """Forward and backward through the chain."""
    y = c
    for _ in range(LENGTH // op.records):
        y = op.link(y, c)
    y.backward(*seed)


def _seed(engine: Engine, value: Any) -> tuple[Any, ...]:
    """What ``backward`` takes: nothing for a number."""
    return (engine.constant(np.ones_like(value)),) if np.ndim(value) else ()


def _recorded(engine: Engine, op: Op, value: Any, chains: int = 10) -> Block:
    """Seconds per operation, forward and backward."""
    seed = _seed(engine, value)

    def run() -> float:
        c = engine.parameter(value)
        start = perf_counter()
        for _ in range(chains):
            _pass(op, c, seed)
        return (perf_counter() - start) / (chains * (LENGTH // op.records) * op.records)

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


def _slope(engine: Engine, op: Op, value: Any) -> Any:
    """The chain's derivative; None if the engine does not know the op: micrograd has few."""
    c = engine.parameter(value)
    try:
        _pass(op, c, _seed(engine, value))
    except AttributeError:
        return None
    return np.asarray(c.grad)


def _able(contestants: list[Engine], op: Op, value: Any) -> list[Engine]:
    """Those who know the op, all of whom find one derivative: else a time would mean nothing."""
    slopes = {engine: slope for engine in contestants if (slope := _slope(engine, op, value)) is not None}
    expected = slopes[contestants[0]]
    for engine, slope in slopes.items():
        if not np.allclose(slope, expected, rtol=1e-9):
            raise RuntimeError(f"{op.name}: {engine.name} finds the derivative {slope}, not {expected}")
    return list(slopes)


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
        blocks = {engine.name: _recorded(engine, op, value) for engine in _able(contestants, op, value)}
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
