"""A small network of single numbers, one node per operation, as micrograd trains it (`works/values.py`)."""

from __future__ import annotations

from functools import partial
from typing import Any

from benchmarks.measure import interleave, table
from benchmarks.reports import Run


def report(run: Run) -> dict[str, Any]:
    """Check that all train alike, measure and print."""
    calls = run.calls("values")
    first, *peers = calls
    losses = {name: call("values.mlp_losses", steps=20) for name, call in calls.items()}
    for name in peers:
        if not all(abs(a - e) <= 1e-9 * abs(e) for a, e in zip(losses[name], losses[first], strict=True)):
            raise RuntimeError(f"scalar: {name} trains differently: {losses[name]}, not {losses[first]}")
    heads = [head for peer in peers for head in (f"{peer} ms", f"x {first}", "spread")]
    rows = [["scalar MLP 2-16-16-1, 20 points", f"{first} ms", "spread", *heads]]
    results: dict[str, Any] = {}
    for collector in (True, False):
        label = f"collector {'on' if collector else 'off'}"
        blocks = {
            name: partial(call, "values.mlp_seconds", steps=5, collector=collector) for name, call in calls.items()
        }
        outcome = interleave(blocks, run.few, repeats=1)
        summary = outcome.summary(first)
        row = [label, f"{summary.median * 1e3:.1f}", f"{summary.spread:.0%}"]
        for peer in peers:
            ratio = outcome.ratio(peer, first)
            row += [f"{outcome.summary(peer).median * 1e3:.1f}", f"{ratio.median:.2f}", f"{ratio.spread:.0%}"]
        rows.append(row)
        results[label] = outcome.record(first)
    print(table(rows))
    return results
