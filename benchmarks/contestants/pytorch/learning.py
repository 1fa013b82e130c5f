"""PyTorch's step, on changing batches."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch  # type: ignore[import-not-found]

from benchmarks.contestants.pytorch.steps import PyTorch
from benchmarks.works import learning


class Learner(PyTorch):
    """Trains on the batch it is fed."""

    def feed(self, x: Any, t: Any) -> None:
        """Take the batch for the next step."""
        self.x, self.t = torch.from_numpy(x), torch.from_numpy(t)

    def logits(self, x: Any) -> Any:
        """Scores (batch, classes)."""
        with torch.no_grad():
            return self.model(torch.from_numpy(x)).numpy()


learn = partial(learning.learn, Learner)
