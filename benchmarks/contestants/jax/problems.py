"""JAX: every problem compiled once, its result waited for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import jax  # type: ignore[import-not-found]
import jax.numpy as jnp  # type: ignore[import-not-found]
import numpy as np

from benchmarks.works import problems
from benchmarks.works.problems import Given


@cache
def problem(name: str) -> Callable[[], Any]:
    """One of PROBLEMS (see `works/problems.py`)."""
    given = Given.make()

    def outputs(x: Any, first: Any) -> Any:
        return jnp.tanh(x @ first) @ given.second

    def loss(first: Any) -> Any:
        return jnp.square(outputs(given.x, first)).mean()

    def elementwise(y: Any) -> Any:
        for _ in range(10):
            y = 0.5 * jnp.sin(y) + y
        return y.sum()

    def wide(w: Any) -> Any:
        total = w * 0.0
        for factor in given.factors.tolist():
            total = total + w * factor
        return total

    function, arguments = {
        "hvp": (lambda w, v: jax.jvp(jax.grad(loss), (w,), (v,))[1], (given.first, given.direction)),
        "jacobian": (jax.jacrev(lambda x: outputs(x, given.first)), (given.x[0],)),
        "hessian": (
            jax.hessian(lambda w: (jnp.sin(w) ** 2 * jnp.roll(w, 1)).sum()),
            (given.first.ravel()[:60],),
        ),
        "elementwise": (jax.grad(elementwise), (given.long,)),
        "wide": (jax.grad(wide), (1.5,)),
    }[name]
    compiled = jax.jit(function)
    held = [jnp.asarray(a) for a in arguments]
    return lambda: np.asarray(compiled(*held))


result, seconds = partial(problems.result, problem), partial(problems.seconds, problem)
