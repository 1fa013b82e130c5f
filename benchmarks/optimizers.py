"""What a step of each optimizer costs, beside the fastest form of PyTorch's: gradients there, parameters updated.

PyTorch's contestant is its quickest of `foreach=False`, `foreach=True` and `fused=True`, chosen anew for each line.
Without PyTorch the lines show ours alone.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from itertools import pairwise
from time import perf_counter
from typing import Any

import numpy as np

import nn
from autograd import Tensor
from benchmarks.measure import Block, interleave, table
from benchmarks.workloads import WORKLOADS

OPTIMIZERS = [
    name
    for name, value in vars(nn.optim).items()
    if isinstance(value, type) and issubclass(value, nn.optim.Optimizer) and name not in ("Optimizer", "LBFGS")
]
SETTINGS: dict[str, dict[str, Any]] = {"SGD": {"momentum": 0.9}}
FORMS: tuple[dict[str, bool], ...] = ({"foreach": False}, {"foreach": True}, {"fused": True})


def shapes(workload: str) -> list[tuple[int, ...]]:
    """The parameters of a workload's model: a weight and a bias for each layer."""
    sizes = WORKLOADS[workload].sizes
    return [shape for fan_in, fan_out in pairwise(sizes) for shape in ((fan_out, fan_in), (fan_out,))]


def ours(name: str, workload: str) -> Callable[[], Any]:
    """The step of our optimizer on parameters of a workload's shapes, with gradients of ones."""
    parameters = [Tensor(np.ones(shape, np.float32), requires_grad=True) for shape in shapes(workload)]
    for p in parameters:
        p.grad = np.ones(p.shape, np.float32)
    optimizer: nn.optim.Optimizer = getattr(nn.optim, name)(parameters, **SETTINGS.get(name, {}))
    return optimizer.step


def pytorchs(name: str, workload: str, form: dict[str, bool]) -> Callable[[], Any] | None:
    """The same in PyTorch; None where it has no such optimizer or form."""
    import torch  # type: ignore[import-not-found]

    torch.set_num_threads(1)
    parameters = [torch.ones(shape, requires_grad=True) for shape in shapes(workload)]
    for p in parameters:
        p.grad = torch.ones_like(p)
    try:
        optimizer = getattr(torch.optim, name)(parameters, **SETTINGS.get(name, {}), **form)
    except (AttributeError, TypeError):
        return None
    step: Callable[[], Any] = optimizer.step
    return step


def _block(step: Callable[[], Any], repeats: int) -> Block:
    def run() -> float:
        step()
        start = perf_counter()
        for _ in range(repeats):
            step()
        return (perf_counter() - start) / repeats

    return run


def report(rounds: int) -> dict[str, Any]:
    """Measure and print every optimizer on the xor and the digits model."""
    has_torch = importlib.util.find_spec("torch") is not None
    rows = [["optimizer step", "model", "us", "spread", "PyTorch us", "form", "ratio", "spread"]]
    results: dict[str, Any] = {}
    for workload, repeats in (("xor", 200), ("digits", 50)):
        for name in OPTIMIZERS:
            blocks = {"ours": _block(ours(name, workload), repeats)}
            for form in FORMS if has_torch else ():
                if (step := pytorchs(name, workload, form)) is not None:
                    blocks[" ".join(f"{key}={value}" for key, value in form.items())] = _block(step, repeats)
            outcome = interleave(blocks, rounds)
            mine = outcome.summary("ours")
            row = [name, workload, f"{mine.median * 1e6:.1f}", f"{mine.spread:.0%}"]
            if len(blocks) > 1:
                best = min((b for b in blocks if b != "ours"), key=lambda b: outcome.summary(b).median)
                ratio = outcome.ratio("ours", best)
                row += [f"{outcome.summary(best).median * 1e6:.1f}", best, f"{ratio.median:.2f}", f"{ratio.spread:.0%}"]
            rows.append(row + [""] * (len(rows[0]) - len(row)))
            results[f"{name} {workload}"] = outcome.seconds
    print(table(rows))
    if not has_torch:
        print("(PyTorch is not installed here: no ratios)")
    return results
