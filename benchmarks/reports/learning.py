"""A whole training on real digits (`works/learning.py`): seconds and epochs to the target, a round for each seed."""

from __future__ import annotations

import statistics
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.measure import Race, table
from benchmarks.reports import Run
from benchmarks.works.learning import TARGET, write_digits


def report(run: Run) -> dict[str, Any]:
    """Train, print and compare with the first."""
    calls = run.calls("learning")
    yardstick = next(iter(calls))
    seconds: dict[str, list[float]] = defaultdict(list)
    epochs: dict[str, list[int]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "digits.npz"
        write_digits(path)
        for call in calls.values():
            call("learning.learn", path=str(path), seed=0)  # warm-up: JAX compiles
        for seed in range(run.few):
            for name, call in calls.items():
                outcome = call("learning.learn", path=str(path), seed=seed)
                seconds[name].append(outcome["seconds"])
                epochs[name].append(outcome["epochs"])
    race = Race(seconds)
    rows = [[f"digits to {TARGET:.0%}", "ms", "spread", f"x {yardstick}", "spread", "epochs", "ms an epoch"]]
    for name in calls:
        summary, ratio = race.summary(name), race.ratio(name, yardstick)
        each = statistics.median(s / e for s, e in zip(seconds[name], epochs[name], strict=True))
        row = [name, f"{summary.median * 1e3:.0f}", f"{summary.spread:.0%}"]
        row += [f"{ratio.median:.2f}", f"{ratio.spread:.0%}"] if name != yardstick else ["", ""]
        rows.append([*row, f"{statistics.median(epochs[name]):g}", f"{each * 1e3:.1f}"])
    print(table(rows))
    return {"epochs": dict(epochs)} | race.record(yardstick)
