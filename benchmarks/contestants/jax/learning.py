"""JAX's step, on changing batches."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax.numpy as jnp  # type: ignore[import-not-found]

from benchmarks.contestants.jax.steps import Jax, forward
from benchmarks.works import learning


class Learner(Jax):
    """Trains on the batch it is fed."""

    def feed(self, x: Any, t: Any) -> None:
        """Take the batch for the next step."""
        self.x, self.t = jnp.asarray(x), jnp.asarray(t)

    def logits(self, x: Any) -> Any:
        """Scores (batch, classes)."""
        return forward(self.state[0], x, "relu")


learn = partial(learning.learn, Learner)
