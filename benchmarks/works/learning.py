"""A whole training: scikit-learn's 8x8 digits until 97 % of the test images are recognised.

The split is fixed; a seed chooses the initial weights and the order of the batches, the same for every contestant that
lets them be given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.works.clock import now
from benchmarks.works.workloads import WORKLOADS, Workload

TARGET = 0.97
BATCH = 32
TRAINING_IMAGES = 45 * BATCH  # of 1797

Outcome = dict[str, float]
"""Seconds of training (evaluation left out), epochs, the accuracy reached."""


class Learner(Protocol):
    """A training program that takes a new batch for every step."""

    def feed(self, x: NDArray[np.float32], t: NDArray[np.int64]) -> None:
        """Take the batch for the next step."""
        ...

    def step(self) -> Any:
        """One training step."""
        ...

    def logits(self, x: NDArray[np.float32]) -> Any:
        """Scores (batch, classes)."""
        ...


def write_digits(path: Path) -> None:
    """Put the split where every process can read it; scikit-learn is needed here only."""
    from sklearn.datasets import load_digits

    images = load_digits()
    order = np.random.default_rng(0).permutation(len(images.target))
    x, t = (images.data[order] / 16).astype(np.float32), images.target[order].astype(np.int64)
    train, test = slice(TRAINING_IMAGES), slice(TRAINING_IMAGES, None)
    np.savez(path, x=x[train], t=t[train], test_x=x[test], test_t=t[test])


def until_target(epochs: Iterator[Callable[[NDArray[np.float32]], Any]], path: str, limit: int = 100) -> Outcome:
    """Run epochs, each of which yields the classes it now predicts, until the target is reached."""
    digits = np.load(path)
    seconds = 0.0
    for count in range(1, limit + 1):
        start = now()
        predict = next(epochs)
        seconds += now() - start
        accuracy = float((np.asarray(predict(digits["test_x"])) == digits["test_t"]).mean())
        if accuracy >= TARGET:
            return {"seconds": seconds, "epochs": count, "accuracy": accuracy}
    raise RuntimeError(f"{accuracy:.1%} after {limit} epochs, not {TARGET:.0%}")


def learn(factory: Callable[[Workload], Learner], path: str, seed: int) -> Outcome:
    """Train the network of the digits workload."""

    def epochs() -> Iterator[Callable[[NDArray[np.float32]], Any]]:
        digits = np.load(path)
        x, t = digits["x"], digits["t"]
        rng = np.random.default_rng(seed)
        learner = factory(replace(WORKLOADS["digits"], weights_seed=seed))
        while True:
            for rows in rng.permutation(len(x)).reshape(-1, BATCH):
                learner.feed(x[rows], t[rows])
                learner.step()
            yield lambda x: np.asarray(learner.logits(x)).argmax(axis=1)

    return until_target(epochs(), path)
