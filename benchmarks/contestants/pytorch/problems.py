"""PyTorch: `torch.func` for the transforms, `backward` for gradients."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import torch  # type: ignore[import-not-found]

from benchmarks.works import problems
from benchmarks.works.problems import Given

torch.set_num_threads(1)


@cache
def problem(name: str) -> Callable[[], Any]:
    """One of PROBLEMS (see `works/problems.py`)."""
    given = Given.make()
    x, first, second, direction, long = (
        torch.from_numpy(a) for a in (given.x, given.first, given.second, given.direction, given.long)
    )

    def outputs(x: Any, first: Any) -> Any:
        return torch.tanh(x @ first) @ second

    def loss(first: Any) -> Any:
        return outputs(x, first).square().mean()

    def gradient_of_elementwise() -> Any:
        leaf = long.clone().requires_grad_()
        y = leaf
        for _ in range(10):
            y = 0.5 * torch.sin(y) + y
        y.sum().backward()
        return leaf.grad

    def gradient_of_wide() -> Any:
        w = torch.tensor(1.5, dtype=torch.float64, requires_grad=True)
        total = w * 0.0
        for factor in factors:
            total = total + w * factor
        total.backward()
        return w.grad

    factors = given.factors.tolist()
    row = first.reshape(-1)[:60]
    transforms = torch.func
    return {
        "hvp": lambda: torch.autograd.functional.hvp(loss, first, direction)[1],
        "jacobian": lambda: transforms.jacrev(lambda x: outputs(x, first))(x[0]),
        "hessian": lambda: transforms.hessian(lambda w: (torch.sin(w) ** 2 * torch.roll(w, 1)).sum())(row),
        "elementwise": gradient_of_elementwise,
        "wide": gradient_of_wide,
    }[name]


result, seconds = partial(problems.result, problem), partial(problems.seconds, problem)
