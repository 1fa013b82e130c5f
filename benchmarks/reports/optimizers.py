"""What a step of each optimizer costs, beside PyTorch's quickest form of it, chosen anew for each line."""

from __future__ import annotations

from functools import partial
from typing import Any

from benchmarks.contestants.eager.updates import OPTIMIZERS
from benchmarks.measure import Block, interleave, table
from benchmarks.reports import Run


def report(run: Run) -> dict[str, Any]:
    """Measure and print every optimizer on the xor and the digits model; ours alone where PyTorch takes no part."""
    calls = run.calls("updates", needs="eager")
    ours, theirs = calls["eager"], calls.get("pytorch")
    rows = [["optimizer step", "model", "us", "spread", "PyTorch us", "form", "x PyTorch", "spread"]]
    results: dict[str, Any] = {}
    for workload, repeats in (("xor", 200), ("digits", 50)):
        for name in OPTIMIZERS:
            asked = {"name": name, "workload": workload, "repeats": repeats}
            blocks: dict[str, Block] = {"eager": partial(ours, "updates.seconds", **asked)}
            if theirs is not None:
                for form in theirs("updates.forms", name=name):
                    blocks[f"pytorch {form}"] = partial(theirs, "updates.seconds", form=form, **asked)
            outcome = interleave(blocks, run.few)
            mine = outcome.summary("eager")
            row = [name, workload, f"{mine.median * 1e6:.1f}", f"{mine.spread:.0%}"]
            best = min(blocks, key=lambda block: (block == "eager", outcome.summary(block).median))
            if best != "eager":
                ratio = outcome.ratio("eager", best)
                median = outcome.summary(best).median
                row += [f"{median * 1e6:.1f}", best.split()[1], f"{ratio.median:.2f}", f"{ratio.spread:.0%}"]
            rows.append(row + [""] * (len(rows[0]) - len(row)))
            results[f"{name} {workload}"] = outcome.record(best)
    print(table(rows))
    return results
