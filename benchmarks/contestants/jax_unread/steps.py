"""JAX as in `jax`, but no loss is read until all steps are dispatched, as in a loop that prints now and then."""

from __future__ import annotations

from functools import partial
from typing import Any

from benchmarks.contestants.jax.steps import Jax
from benchmarks.works import steps


class Unread(Jax):
    """Returns the promise of a loss."""

    def step(self) -> Any:
        """One training step, dispatched."""
        loss, self.state = self.compiled(self.state, self.x, self.t)
        return loss


losses, seconds = partial(steps.losses, Unread), partial(steps.seconds, Unread)
