"""scikit-learn's `MLPClassifier`, one `partial_fit` an epoch, with weights and batches of its own for each seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from sklearn.neural_network import MLPClassifier

from benchmarks.works import learning
from benchmarks.works.workloads import WORKLOADS


def learn(path: str, seed: int) -> learning.Outcome:
    """Train the network of the digits workload."""
    workload = WORKLOADS["digits"]
    model = MLPClassifier(
        workload.sizes[1:-1],
        activation=workload.activation,
        solver="adam",
        alpha=0.0,
        batch_size=learning.BATCH,
        learning_rate_init=workload.lr,
        random_state=seed,
    )

    def epochs() -> Iterator[Callable[[Any], Any]]:
        digits = np.load(path)
        x, t = digits["x"], digits["t"]
        while True:
            model.partial_fit(x, t, classes=np.arange(10))
            yield model.predict

    return learning.until_target(epochs(), path)
