"""Derivatives beyond the training step (`works/problems.py`): all must agree, then they race."""

from __future__ import annotations

from functools import partial
from typing import Any

from benchmarks.measure import interleave, table
from benchmarks.reports import Run
from benchmarks.works import problems
from benchmarks.works.problems import PROBLEMS


def report(run: Run) -> dict[str, Any]:
    """Verify, time and print every problem."""
    calls = run.calls("problems")
    first, *others = calls
    rows = [["derivative", "contestant", "us", "spread", f"{first}'s part", "spread"]]
    results: dict[str, Any] = {}
    for name in PROBLEMS:
        expected = calls[first]("problems.result", name=name)
        for other in others:
            problems.agree(name, other, calls[other]("problems.result", name=name), expected)
        once = calls[first]("problems.seconds", name=name, repeats=1)
        repeats = max(1, min(200, round(0.05 / once)))
        blocks = {c: partial(call, "problems.seconds", name=name, repeats=repeats) for c, call in calls.items()}
        outcome = interleave(blocks, run.few)
        for contestant in calls:
            summary = outcome.summary(contestant)
            row = [name, contestant, f"{summary.median * 1e6:.0f}", f"{summary.spread:.0%}"]
            if contestant in others:
                part = outcome.ratio(first, contestant)
                row += [f"{part.median:.2f}", f"{part.spread:.0%}"]
            rows.append(row + [""] * (len(rows[0]) - len(row)))
        results[name] = {"what": PROBLEMS[name]} | outcome.record(others[0] if others else first)
    print(table(rows))
    return results
