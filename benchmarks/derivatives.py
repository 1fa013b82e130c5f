"""Our side of `problems.py`, and the race."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

import autograd
from autograd import Tensor
from benchmarks import problems
from benchmarks.measure import interleave, table
from benchmarks.problems import PROBLEMS, Given


def problem(name: str) -> Callable[[], Any]:
    """One of PROBLEMS, as a user writes it."""
    given = Given.make()

    def outputs(x: Any, first: Any) -> Any:
        return np.tanh(x @ first) @ given.second

    def loss(first: Any) -> Any:
        return np.square(outputs(given.x, first)).mean()

    def gradient_of_elementwise() -> Any:
        x = Tensor(given.long, requires_grad=True)
        y = x
        for _ in range(10):
            y = 0.5 * np.sin(y) + y
        y.sum().backward()
        return x.grad

    def gradient_of_wide() -> Any:
        w = Tensor(1.5, requires_grad=True)
        total = w * 0.0
        for factor in factors:
            total = total + w * factor
        total.backward()
        return w.grad

    factors = given.factors.tolist()
    row = given.first.ravel()[:60]
    return {
        "hvp": lambda: autograd.hvp(loss, (given.first,), (given.direction,)),
        "jacobian": lambda: autograd.jacobian(lambda x: outputs(x, given.first))(given.x[0]),
        "hessian": lambda: autograd.hessian(lambda w: (np.sin(w) ** 2 * np.roll(w, 1)).sum())(row),
        "elementwise": gradient_of_elementwise,
        "wide": gradient_of_wide,
    }[name]


class Here:
    """Our engine, asked as the others are."""

    def __call__(self, function: str, **arguments: Any) -> Any:
        """`problem_result` or `problem_seconds`."""
        return {"problem_result": problems.result, "problem_seconds": problems.seconds}[function](problem, **arguments)


def report(rounds: int, others: Mapping[str, Callable[..., Any]]) -> dict[str, Any]:
    """Verify, time and print every problem, beside other engines."""
    engines: dict[str, Callable[..., Any]] = {"eager": Here(), **others}
    rows = [["derivative", "engine", "us", "spread", "eager's part"]]
    results: dict[str, Any] = {}
    for name in PROBLEMS:
        expected = engines["eager"]("problem_result", name=name)
        for other, call in others.items():
            if not np.allclose(call("problem_result", name=name), expected, rtol=1e-3, atol=1e-4):
                raise RuntimeError(f"{name}: {other} has another result than ours; a time would mean nothing")
        once = engines["eager"]("problem_seconds", name=name, repeats=1)
        repeats = max(1, min(200, round(0.05 / once)))
        blocks = {e: partial(call, "problem_seconds", name=name, repeats=repeats) for e, call in engines.items()}
        outcome = interleave(blocks, rounds)
        for engine in engines:
            summary = outcome.summary(engine)
            part = f"{outcome.ratio('eager', engine).median:.2f}" if engine in others else ""
            rows.append([name, engine, f"{summary.median * 1e6:.0f}", f"{summary.spread:.0%}", part])
        results[name] = {"what": PROBLEMS[name], "seconds": outcome.seconds}
    print(table(rows))
    return results
