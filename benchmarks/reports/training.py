"""The five training steps: all must train alike, then they race."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from benchmarks.contestants import Call
from benchmarks.measure import Race, interleave, table
from benchmarks.reports import Run
from benchmarks.works.workloads import workload_named

# This library's contestants: what they take is also printed in units of each other contestant's time.
OURS = ("eager", "compiled")


def verify(workload: str, calls: Mapping[str, Call], steps: int = 20, tolerance: float = 3e-4) -> dict[str, float]:
    """Check that all train alike; returns each one's largest relative difference from the first one's losses."""
    losses = {name: call("steps.losses", workload=workload, steps=steps) for name, call in calls.items()}
    reference, *others = losses
    worst = dict.fromkeys(others, 0.0)
    for name in others:
        for i, (expected, actual) in enumerate(zip(losses[reference], losses[name], strict=True)):
            difference = abs(actual - expected) / max(abs(expected), 1e-3)
            if not difference <= tolerance:  # a NaN is a difference too
                raise RuntimeError(
                    f"{workload}: {name} does not train as {reference} does: loss {actual!r}, not {expected!r}, "
                    f"at step {i}; a time would mean nothing"
                )
            worst[name] = max(worst[name], difference)
    return worst


def race(
    workload: str,
    calls: Mapping[str, Call],
    rounds: int,
    block_seconds: float = 0.02,
    warm_up: int = 3,
    repeats: int = 3,
) -> Race:
    """Time training steps. Every block trains a fresh model, so that all time the same stretch of training."""
    once = next(iter(calls.values()))("steps.seconds", workload=workload, steps=warm_up)
    steps = min(2000, max(warm_up, round(block_seconds / once)))
    blocks = {
        name: partial(call, "steps.seconds", workload=workload, steps=steps, warm_up=warm_up)
        for name, call in calls.items()
    }
    return interleave(blocks, rounds, repeats)


def report(run: Run) -> dict[str, Any]:
    """Measure and print the training steps chosen; every contestant is compared with the first."""
    calls = run.calls("steps")
    yardstick, *others = calls
    ours = [name for name in OURS if name in calls]
    parts = [title for name in ours for title in (f"{name}'s part", "spread")]
    rows = [["training step", "contestant", "us", "spread", f"x {yardstick}", "spread", "budget", *parts]]
    results: dict[str, Any] = {}
    for workload in run.workloads:
        differences = verify(workload, calls)
        outcome = race(workload, calls, run.rounds)
        for name in calls:
            summary = outcome.summary(name)
            row = [workload, name, f"{summary.median * 1e6:.1f}", f"{summary.spread:.0%}"]
            if name in others:
                ratio = outcome.ratio(name, yardstick)
                budget = f"<= {workload_named(workload).eager_budget}" if name == "eager" else ""
                row += [f"{ratio.median:.2f}", f"{ratio.spread:.0%}", budget]
            if name in others and name not in OURS:
                for part in (outcome.ratio(one, name) for one in ours):
                    row += [f"{part.median:.2f}", f"{part.spread:.0%}"]
            rows.append(row + [""] * (len(rows[0]) - len(row)))
        results[workload] = outcome.record(yardstick) | {"largest relative difference of losses": differences}
    print(table(rows))
    return results
