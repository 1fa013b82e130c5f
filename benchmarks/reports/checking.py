"""What checks cost, in forward and backward passes of the network that is checked.

All gradients of 100,000 parameters, along directions; each of 433 parameters by itself; and one look of
`GradientWatch`, of which training takes one in every 1000 steps.
"""

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
        self.optimizer = nn.optim.Adam(self.model.parameters(), lr=0.0)
        self.x, self.t = rng.normal(size=(BATCH, SIZES[0])), rng.integers(SIZES[-1], size=BATCH)
        self.small = nn.MLP((8, 16, 16, 1), activation="tanh", dtype=np.float64, rng=rng)
        self.small_batch = rng.normal(size=(BATCH, 8)), rng.normal(size=(BATCH, 1))

    def check(self) -> float:
        """Seconds to check it, which must pass."""
        start = now()
        report = autograd.check_module(self.model, nn.cross_entropy, (self.x, self.t))
        seconds = now() - start
        if report.verdict != "PASS":
            raise RuntimeError(f"check_module says {report}")
        return seconds

    def check_singly(self) -> float:
        """Seconds to check each parameter of a small network by itself."""
        start = now()
        report = autograd.check_module(self.small, nn.mse_loss, self.small_batch)
        seconds = now() - start
        if report.verdict != "PASS" or sum(x.checked for x in report.inputs) != sum(x.size for x in report.inputs):
            raise RuntimeError(f"check_module says {report}")
        return seconds

    def look(self) -> float:
        """Seconds of one look at a training step's gradients."""
        watch = autograd.GradientWatch(self.model, every=1)
        start = now()
        if watch(lambda: nn.cross_entropy(self.model(autograd.Tensor(self.x)), self.t)) is not None:
            raise RuntimeError(f"GradientWatch says {watch.alarms[0]}")
        return now() - start

    def step(self, repeats: int = 10) -> float:
        """Seconds for one step of training, whose rate of 0 leaves the parameters as they are."""
        start = now()
        for _ in range(repeats):
            self.gradient(1)
            self.optimizer.step()
        return (now() - start) / repeats

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
    tasks = {
        "gradient": work.gradient,
        "check": work.check,
        "check, one by one": work.check_singly,
        "look": work.look,
        "step": work.step,
    }
    outcome = interleave(tasks, 5, repeats=1)
    small = sum(p.size for p in work.small.parameters())
    labels = {
        "check": f"check_module of {count:,} parameters, along directions",
        "check, one by one": f"check_module of {small} parameters of another network, one by one",
        "look": f"one look of GradientWatch at the {count:,}",
        "step": "one step of training them, with Adam",
    }
    rows = [[f"batch {BATCH}", "s", "spread", "passes of the large network", "spread"]]
    for name, label in labels.items():
        seconds, passes = outcome.summary(name), outcome.ratio(name, "gradient")
        rows.append(
            [label, f"{seconds.median:.3f}", f"{seconds.spread:.0%}", f"{passes.median:.1f}", f"{passes.spread:.0%}"]
        )
    print(table(rows))
    share = outcome.ratio("look", "step").median / 1000
    print(f"one look in 1000 steps: {share:.2%} of the time of training")
    return outcome.record("gradient")
