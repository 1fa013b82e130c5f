"""PyTorch, eager: `nn.Sequential`, the fused optimizers (the fastest of its variants on small models), one thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch  # type: ignore[import-not-found]

from benchmarks import problems, programs
from benchmarks.problems import Given
from benchmarks.workloads import Workload

torch.set_num_threads(1)


class PyTorch:
    """The step as PyTorch's tutorials write it."""

    def __init__(self, workload: Workload) -> None:
        x, t = workload.batch()
        self.x, self.t = torch.from_numpy(x), torch.from_numpy(t)
        layers: list[Any] = []
        for weight, bias in workload.initial_layers():
            linear = torch.nn.Linear(weight.shape[1], weight.shape[0])
            linear.weight.data, linear.bias.data = torch.from_numpy(weight), torch.from_numpy(bias)
            layers += [linear, {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}[workload.activation]()]
        self.model = torch.nn.Sequential(*layers[:-1])
        self.loss = getattr(torch.nn.functional, workload.loss)
        self.optimizer = getattr(torch.optim, workload.optimizer)(self.model.parameters(), lr=workload.lr, fused=True)

    def step(self) -> float:
        """One training step; returns the loss before the update."""
        self.optimizer.zero_grad()
        loss = self.loss(self.model(self.x), self.t)
        loss.backward()
        self.optimizer.step()
        return loss.item()


losses, seconds = partial(programs.losses, PyTorch), partial(programs.seconds, PyTorch)


def problem(name: str) -> Callable[[], Any]:
    """One of PROBLEMS (see `benchmarks/problems.py`), in PyTorch."""
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


problem_result, problem_seconds = partial(problems.result, problem), partial(problems.seconds, problem)
