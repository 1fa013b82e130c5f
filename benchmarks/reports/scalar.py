"""A small network of single numbers, one node per operation, as micrograd trains it (`works/values.py`)."""

from __future__ import annotations

from functools import partial
from typing import Any

from benchmarks.contestants import Call
from benchmarks.measure import Block, interleave, table
from benchmarks.reports import Run


def report(run: Run) -> dict[str, Any]:
    """Check that all train alike, measure and print."""
    calls = run.calls("scalar")
    first, *peers = calls
    losses = {name: call("scalar.mlp_losses", steps=20) for name, call in calls.items()}
    for name in peers:
        if not all(abs(a - e) <= 1e-9 * abs(e) for a, e in zip(losses[name], losses[first], strict=True)):
            raise RuntimeError(f"scalar: {name} trains differently: {losses[name]}, not {losses[first]}")
    heads = [head for peer in peers for head in (f"{peer} ms", f"x {first}", "spread")]
    rows = [["scalar MLP 2-16-16-1, 20 points", f"{first} ms", "spread", *heads]]
    works: dict[str, dict[str, Block]] = {
        "first step": {name: partial(call, "scalar.mlp_first_seconds") for name, call in calls.items()}
    }
    for collector in (True, False):
        works[f"collector {'on' if collector else 'off'}"] = {
            name: partial(call, "scalar.mlp_seconds", steps=_steps(call), collector=collector)
            for name, call in calls.items()
        }
    results: dict[str, Any] = {}
    for label, blocks in works.items():
        outcome = interleave(blocks, run.few, repeats=1)
        summary = outcome.summary(first)
        row = [label, f"{summary.median * 1e3:.1f}", f"{summary.spread:.0%}"]
        for peer in peers:
            ratio = outcome.ratio(peer, first)
            row += [f"{outcome.summary(peer).median * 1e3:.3g}", f"{ratio.median:.2g}", f"{ratio.spread:.0%}"]
        rows.append(row)
        results[label] = outcome.record(first)
    print(table(rows))
    return results


def _steps(call: Call) -> int:
    """Five steps, or if they are quick, enough to be timed."""
    once = call("scalar.mlp_seconds", steps=5, collector=True)
    return max(5, round(0.02 / once))
