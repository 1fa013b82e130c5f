"""What this machine can do at best, and what a training step asks of it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from benchmarks.works.clock import now
from benchmarks.works.workloads import Workload

N = 1024
COPIED = 1 << 28  # bytes: far more than any cache holds


class Machine:
    """Arrays to multiply and to copy, float32, one thread."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.a, self.b = (rng.standard_normal((N, N), np.float32) for _ in range(2))
        self.out = np.empty_like(self.a)
        self.source, self.target = np.ones(COPIED // 4, np.float32), np.empty(COPIED // 4, np.float32)

    def gemm(self, repeats: int = 4) -> float:
        """Seconds per floating-point operation of a large matrix product."""
        start = now()
        for _ in range(repeats):
            np.matmul(self.a, self.b, out=self.out)
        return (now() - start) / (repeats * 2 * N**3)

    def copy(self) -> float:
        """Seconds per byte, read and written ones counted, of a large copy."""
        start = now()
        np.copyto(self.target, self.source)
        return (now() - start) / (2 * COPIED)


def operations(workload: Workload) -> int:
    """Floating-point operations of the matrix products in a step: three a layer, two for the first."""
    batch = len(workload.batch()[0])
    products = [fan_in * fan_out for fan_in, fan_out in pairwise(workload.sizes)]
    return 2 * batch * (3 * sum(products) - products[0])


def traffic(workload: Workload) -> int:
    """Bytes a step must move at least if no cache held anything from one use to the next.

    A weight is read in the forward pass; its gradient is written and read, the weight read and written, and Adam's two
    moments likewise; but for the first layer it is read in the backward pass. An activation is written, read by the
    next layer, read by the backward pass, and so is its cotangent.
    """
    batch = len(workload.batch()[0])
    weights = [fan_in * fan_out for fan_in, fan_out in pairwise(workload.sizes)]
    passes = {"SGD": 5, "Adam": 9}[workload.optimizer]
    activations = batch * sum(workload.sizes[1:])
    return 4 * (passes * sum(weights) + sum(weights[1:]) + 6 * activations + 2 * batch * workload.sizes[0])
