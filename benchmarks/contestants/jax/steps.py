"""JAX: the whole step in one jitted function, its buffers donated; the loss is read after every step."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import jax  # type: ignore[import-not-found]
import jax.numpy as jnp  # type: ignore[import-not-found]

from benchmarks.works import steps
from benchmarks.works.workloads import Workload


def forward(layers: Any, x: Any, activation: str) -> Any:
    """Logits (batch, out)."""
    act = {"relu": jax.nn.relu, "tanh": jnp.tanh}[activation]
    for weight, bias in layers[:-1]:
        x = act(x @ weight + bias)
    weight, bias = layers[-1]
    return x @ weight + bias


def binary_cross_entropy_with_logits(z: Any, t: Any) -> Any:
    """Mean over the batch."""
    return (jnp.logaddexp(0, z) - z * t).mean()


def cross_entropy(z: Any, t: Any) -> Any:
    """Mean over the batch."""
    return -jnp.take_along_axis(jax.nn.log_softmax(z), t[:, None], axis=1).mean()


class Jax:
    """Gradient and update compiled together."""

    def __init__(self, workload: Workload) -> None:
        x, t = workload.batch()
        self.x, self.t = jnp.asarray(x), jnp.asarray(t)
        layers = [(jnp.asarray(w.T.copy()), jnp.asarray(b)) for w, b in workload.initial_layers()]
        zeros = jax.tree_util.tree_map(jnp.zeros_like, layers)
        self.state = (layers, zeros, jax.tree_util.tree_map(jnp.zeros_like, layers), jnp.zeros((), jnp.float32))
        self.compiled = compiled_step(workload.activation, workload.loss, workload.optimizer, workload.lr)

    def step(self) -> float:
        """One training step; returns the loss before the update."""
        loss, self.state = self.compiled(self.state, self.x, self.t)
        return float(loss)


@cache
def compiled_step(activation: str, loss_name: str, optimizer: str, lr: float) -> Any:
    loss_function = globals()[loss_name]

    def objective(layers: Any, x: Any, t: Any) -> Any:
        return loss_function(forward(layers, x, activation), t)

    def sgd(state: Any, gradients: Any) -> Any:
        layers, m, v, count = state
        return jax.tree_util.tree_map(lambda p, g: p - lr * g, layers, gradients), m, v, count

    def adam(state: Any, gradients: Any, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-8) -> Any:
        layers, m, v, count = state
        count = count + 1
        m = jax.tree_util.tree_map(lambda m, g: b1 * m + (1 - b1) * g, m, gradients)
        v = jax.tree_util.tree_map(lambda v, g: b2 * v + (1 - b2) * g * g, v, gradients)
        root = jnp.sqrt(1 - b2**count)
        size = lr * root / (1 - b1**count)
        layers = jax.tree_util.tree_map(lambda p, m, v: p - size * m / (jnp.sqrt(v) + eps * root), layers, m, v)
        return layers, m, v, count

    update = {"SGD": sgd, "Adam": adam}[optimizer]

    @partial(jax.jit, donate_argnums=0)
    def step(state: Any, x: Any, t: Any) -> Any:
        loss, gradients = jax.value_and_grad(objective)(state[0], x, t)
        return loss, update(state, gradients)

    return step


losses, seconds = partial(steps.losses, Jax), partial(steps.seconds, Jax)
