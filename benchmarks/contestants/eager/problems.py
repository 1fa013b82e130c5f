"""The problems as a user of the library writes them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np

import autograd
from autograd import Tensor
from benchmarks.works import problems
from benchmarks.works.problems import Given


@cache
def problem(name: str) -> Callable[[], Any]:
    """One of PROBLEMS (see `works/problems.py`)."""
    given = Given.make()

    def outputs(x: Any, first: Any) -> Any:
        return np.tanh(x @ first) @ given.second

    def loss(first: Any) -> Any:
        return np.square(outputs(given.x, first)).mean()

    def gradient_of_elementwise() -> Any:
        x = Tensor(given.long, requires_grad=True)
        y: Any = x
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


result, seconds = partial(problems.result, problem), partial(problems.seconds, problem)
