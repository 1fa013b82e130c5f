"""What checking every gradient of a network of 100,000 parameters costs, in forward and backward passes of it."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
import nn
from benchmarks.measure import interleave, table
from benchmarks.reports import Run
from benchmarks.works.clock import now

SIZES = (64, 300, 260, 10)
BATCH = 16


class Checked:
    """The network, in float64, and a batch."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.model = nn.MLP(SIZES, activation="tanh", dtype=np.float64, rng=rng)
        self.x, self.t = rng.normal(size=(BATCH, SIZES[0])), rng.integers(SIZES[-1], size=BATCH)

    def check(self) -> float:
        """Seconds to check it, which must pass."""
        start = now()
        report = autograd.check_module(self.model, nn.cross_entropy, (self.x, self.t))
        seconds = now() - start
        if report.verdict != "PASS":
            raise RuntimeError(f"check_module says {report}")
        return seconds

    def gradient(self, repeats: int = 10) -> float:
        """Seconds for one forward and backward pass."""
        start = now()
        for _ in range(repeats):
            self.model.zero_grad()
            nn.cross_entropy(self.model(autograd.Tensor(self.x)), self.t).backward()
        return (now() - start) / repeats


def report(run: Run) -> dict[str, Any]:
    """Measure and print."""
    run.calls("steps", needs="eager")
    work = Checked()
    count = sum(p.size for p in work.model.parameters())
    outcome = interleave({"gradient": work.gradient, "check": work.check}, 5, repeats=1)
    check, passes = outcome.summary("check"), outcome.ratio("check", "gradient")
    head = [f"check_module of {count:,} parameters, batch {BATCH}", "s", "spread", "passes", "spread"]
    print(
        table(
            [head, ["", f"{check.median:.3f}", f"{check.spread:.0%}", f"{passes.median:.0f}", f"{passes.spread:.0%}"]]
        )
    )
    return outcome.record("gradient")
