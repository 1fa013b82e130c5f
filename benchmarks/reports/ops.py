"""What one recorded operation costs, forward and backward together, on arrays of four and on single numbers.

Each op is chained a hundred times, and the chain's cost divided by its length. NumPy's column is the same chain on
plain arrays, forward only: the part of the cost that is not the engine's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from benchmarks.contestants import Call
from benchmarks.measure import interleave, table
from benchmarks.reports import Run
from benchmarks.works.clock import now
from benchmarks.works.values import LENGTH, OPS, STARTS

YARDSTICK = "numpy forward"

# As NumPy has it, where that is not what OPS says.
NUMPY: dict[str, Callable[[Any, Any], Any]] = {
    "tanh": lambda y, c: np.tanh(y),
    "relu": lambda y, c: np.maximum(y, 0),
    "sqrt": lambda y, c: np.sqrt(y),
    "exp, log": lambda y, c: np.log(np.exp(y)),
}


def numpy_forward(op: str, kind: str, chains: int = 30) -> float:
    """Seconds for one op forward, nothing recorded."""
    link, records = OPS[op]
    link = NUMPY.get(op, link)
    start_value = STARTS[kind]
    start = now()
    for _ in range(chains):
        y = start_value
        for _ in range(LENGTH // records):
            y = link(y, start_value)
    return (now() - start) / (chains * LENGTH)


def report(run: Run) -> dict[str, Any]:
    """Measure and print every op, first on arrays of four, then on single numbers."""
    calls = run.calls("values")
    return {kind: _report(kind, calls, run.few) for kind in STARTS}


def able(op: str, kind: str, calls: dict[str, Call]) -> dict[str, Call]:
    """Those who know the op, all of whom must find the derivative that the first one finds."""
    slopes = {name: call("values.op_slope", op=op, kind=kind) for name, call in calls.items()}
    expected = slopes[next(iter(calls))]
    for name, slope in slopes.items():
        if slope is not None and not np.allclose(slope, expected, rtol=1e-9):
            raise RuntimeError(f"{op}: {name} finds the derivative {slope}, not {expected}; a time would mean nothing")
    return {name: call for name, call in calls.items() if slopes[name] is not None}


def _report(kind: str, calls: dict[str, Call], rounds: int) -> dict[str, Any]:
    known = {op: able(op, kind, calls) for op in OPS}
    first, *peers = [name for name in calls if any(name in names for names in known.values())]
    heads = [head for peer in peers for head in (f"{peer} ns", f"x {peer}", "spread")]
    rows = [[f"op on {kind}, forward + backward", f"{first} ns", "spread", "NumPy forward ns", *heads]]
    results: dict[str, Any] = {}
    for op, names in known.items():
        blocks = {name: partial(call, "values.op_seconds", op=op, kind=kind) for name, call in names.items()}
        outcome = interleave({**blocks, YARDSTICK: partial(numpy_forward, op, kind)}, rounds)
        mine, forward = outcome.summary(first), outcome.summary(YARDSTICK)
        row = [op, f"{mine.median * 1e9:.0f}", f"{mine.spread:.0%}", f"{forward.median * 1e9:.0f}"]
        for peer in peers:
            if peer in names:
                ratio = outcome.ratio(first, peer)
                row += [f"{outcome.summary(peer).median * 1e9:.0f}", f"{ratio.median:.2f}", f"{ratio.spread:.0%}"]
            else:
                row += ["-"] * 3
        rows.append(row)
        results[op] = outcome.record(YARDSTICK)
    print(table(rows), end="\n\n" if kind != [*STARTS][-1] else "\n")
    return results
