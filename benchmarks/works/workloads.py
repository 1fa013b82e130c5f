"""The training steps we measure: what is trained, on what, and with which settings.

Add a workload by adding a line to ``WORKLOADS``. Same seed, same bits; nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Batch = tuple[NDArray[np.float32], NDArray[np.generic]]
"""Inputs of shape (batch, features); targets: class ids (batch,), or float32 zeros and ones (batch, 1)."""

Layer = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Weight of shape (out, in) and bias of shape (out,): PyTorch's layout."""


@dataclass(frozen=True)
class Workload:
    """One training step: forward, loss read as a float, backward, update; float32, the same batch every step."""

    name: str
    sizes: tuple[int, ...]
    activation: Literal["relu", "tanh"]
    loss: Literal["binary_cross_entropy_with_logits", "cross_entropy"]
    optimizer: Literal["SGD", "Adam"]
    lr: float
    data: Callable[[np.random.Generator], Batch]
    eager_budget: float | None = None
    """The most that an eager step may cost, in steps of the hand-written program (DESIGN section 9)."""
    weights_seed: int = 1

    def batch(self, seed: int = 0) -> Batch:
        """The batch to train on."""
        return self.data(np.random.default_rng(seed))

    def initial_layers(self) -> list[Layer]:
        """The weights every contestant starts from: uniform in +-1/sqrt(fan_in), PyTorch's default for Linear."""
        rng = np.random.default_rng(self.weights_seed)
        layers = []
        for fan_in, fan_out in pairwise(self.sizes):
            weight, bias = (rng.uniform(-1, 1, shape) / np.sqrt(fan_in) for shape in ((fan_out, fan_in), fan_out))
            layers.append((weight.astype(np.float32), bias.astype(np.float32)))
        return layers


def _xor(rng: np.random.Generator) -> Batch:
    """The truth table."""
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    return x, np.array([[0], [1], [1], [0]], np.float32)


def _moons(rng: np.random.Generator, n: int = 100) -> Batch:
    """Two interleaved half circles with noise."""
    label = np.arange(n) % 2
    angle = rng.uniform(0, np.pi, n)
    sign = 1 - 2 * label
    x = np.stack([sign * np.cos(angle) + label, sign * np.sin(angle) + 0.5 * label], axis=1)
    return (x + 0.1 * rng.standard_normal((n, 2))).astype(np.float32), label[:, None].astype(np.float32)


def _spirals(rng: np.random.Generator, n: int = 500) -> Batch:
    """Two intertwined spirals of one and a half turns."""
    label = np.arange(n) % 2
    radius = np.sqrt(rng.uniform(0.02, 1, n))
    angle = 3 * np.pi * radius + np.pi * label
    x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return (x + 0.02 * rng.standard_normal((n, 2))).astype(np.float32), label[:, None].astype(np.float32)


def _images(n: int, pixels: int, classes: int = 10) -> Callable[[np.random.Generator], Batch]:
    """Noisy copies of one random image per class: the shape and scale of real digits, none of the download."""

    def data(rng: np.random.Generator) -> Batch:
        prototypes = rng.uniform(0, 1, (classes, pixels))
        label = rng.integers(0, classes, n)
        x = np.clip(prototypes[label] + 0.3 * rng.standard_normal((n, pixels)), 0, 1)
        return x.astype(np.float32), label

    return data


WORKLOADS: dict[str, Workload] = {
    workload.name: workload
    for workload in (
        Workload("xor", (2, 4, 1), "tanh", "binary_cross_entropy_with_logits", "SGD", 0.1, _xor, 2.0),
        Workload("moons", (2, 16, 16, 1), "relu", "binary_cross_entropy_with_logits", "Adam", 0.01, _moons, 1.3),
        Workload("spirals", (2, 64, 1), "tanh", "binary_cross_entropy_with_logits", "Adam", 0.01, _spirals, 1.3),
        Workload("digits", (64, 128, 64, 10), "relu", "cross_entropy", "Adam", 1e-3, _images(128, 64), 1.3),
        Workload("mnist", (784, 512, 256, 10), "relu", "cross_entropy", "Adam", 1e-3, _images(256, 784), 1.3),
    )
}

BATCHES = (1, 4, 16, 64, 256, 1024, 4096)
WIDTHS = (4, 16, 64, 256, 1024, 4096)

# Points of the curves: digits' network on growing batches, and a growing network on 128 images.
SCALES: dict[str, Workload] = {
    workload.name: workload
    for workload in (
        *(
            Workload(f"batch {n}", (64, 128, 64, 10), "relu", "cross_entropy", "Adam", 1e-3, _images(n, 64))
            for n in BATCHES
        ),
        *(Workload(f"width {w}", (w, w, 10), "relu", "cross_entropy", "SGD", 1e-2, _images(128, w)) for w in WIDTHS),
    )
}


def workload_named(name: str) -> Workload:
    """One of WORKLOADS or SCALES."""
    return WORKLOADS.get(name) or SCALES[name]
