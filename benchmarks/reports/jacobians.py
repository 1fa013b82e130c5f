"""What all first and all second derivatives cost: `jacobian` and `hessian` beside one pass for each row, in a loop.

The loop is what a user would write with `vjp`. Both give the same, which is checked before they are timed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import nn
from autograd import affine, grad, hessian, jacobian, vjp
from benchmarks.measure import Block, interleave, table
from benchmarks.reports import Run
from benchmarks.works.clock import now


@dataclass(frozen=True)
class Case:
    """A function of one vector, and which of its derivatives."""

    name: str
    f: Callable[[Any], Any]
    x: np.ndarray
    second: bool = False

    def together(self) -> np.ndarray:
        """By the transform."""
        return (hessian if self.second else jacobian)(self.f)(self.x)

    def one_by_one(self) -> np.ndarray:
        """By one pass for each row."""
        value, pullback = vjp(grad(self.f) if self.second else self.f, self.x)
        return np.stack([pullback(unit)[0] for unit in np.eye(value.size)])


def _cases() -> list[Case]:
    rng = np.random.default_rng(0)
    model = nn.MLP([64, 128, 10], dtype=np.float64, rng=0)
    data, labels = rng.standard_normal((20, 3)), rng.integers(0, 3, 20)
    tall = rng.standard_normal((1000, 3))

    def loss(p: Any) -> Any:
        """Of a network 3-8-3, its 59 weights in one vector."""
        h = np.tanh(affine(data, p[:24].reshape(8, 3), p[24:32]))
        return nn.cross_entropy(affine(h, p[32:56].reshape(3, 8), p[56:]), labels)

    return [
        Case("jacobian of 200 elementwise", lambda x: np.tanh(x) * np.exp(-x * x) + x, rng.standard_normal(200)),
        Case("jacobian of MLP 64-128-10", model, rng.standard_normal(64)),
        Case("jacobian of 3 inputs, 1000 outputs", lambda x: np.tanh(tall @ x), rng.standard_normal(3)),
        Case("hessian of MLP 3-8-3's loss", loss, rng.standard_normal(59), second=True),
    ]


def _timed(run: Callable[[], Any], seconds: float = 0.02) -> Block:
    def block() -> float:
        count, start = 0, now()
        while now() - start < seconds:
            run()
            count += 1
        return (now() - start) / count

    return block


def report(run: Run) -> dict[str, Any]:
    """Measure and print every case."""
    run.calls("problems", needs="eager")
    results: dict[str, Any] = {}
    rows = [["derivatives", "one by one us", "together us", "x one by one", "spread"]]
    for case in _cases():
        np.testing.assert_allclose(case.together(), case.one_by_one(), rtol=1e-9, atol=1e-12)
        outcome = interleave({"one by one": _timed(case.one_by_one), "together": _timed(case.together)}, run.few)
        ratio = outcome.ratio("together", "one by one")
        medians = [f"{outcome.summary(name).median * 1e6:.0f}" for name in outcome.seconds]
        rows.append([case.name, *medians, f"{ratio.median:.2f}", f"{ratio.spread:.0%}"])
        results[case.name] = outcome.record("one by one")
    print(table(rows))
    return results
