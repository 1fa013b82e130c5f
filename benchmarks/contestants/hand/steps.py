"""The *hand* contestant: the step a competent engineer writes in plain NumPy, gradients derived on paper.

In place where that is natural, no buffers kept between steps, one update per parameter. It is what the engine is
measured against, so make it faster whenever you see how to without making it stranger.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.works import steps
from benchmarks.works.workloads import Workload

Array = NDArray[np.floating]


def relu(z: Array) -> Array:
    """Positive part of z, written over z."""
    return np.maximum(z, 0, out=z)


def relu_backward(g: Array, y: Array) -> Array:
    """Cotangent of the input, written over g."""
    g *= y > 0
    return g


def tanh(z: Array) -> Array:
    """tanh(z), written over z."""
    return np.tanh(z, out=z)


def tanh_backward(g: Array, y: Array) -> Array:
    """Cotangent of the input, written over g."""
    g *= 1 - y * y
    return g


def binary_cross_entropy_with_logits(z: Array, t: NDArray[Any]) -> tuple[float, Array]:
    """Mean loss and its gradient for z, without overflow for logits of either sign."""
    softplus = np.logaddexp(0, z)
    g = np.exp(z - softplus)
    loss = float((softplus - z * t).sum()) / z.size
    g -= t
    g /= z.size
    return loss, g


def cross_entropy(z: Array, t: NDArray[Any]) -> tuple[float, Array]:
    """Mean loss and its gradient for z, softmax shifted by the largest logit; writes over z."""
    n = len(z)
    rows = np.arange(n)
    z -= z.max(axis=1, keepdims=True)
    g = np.exp(z)
    total = g.sum(axis=1, keepdims=True)
    loss = float((np.log(total[:, 0]) - z[rows, t]).sum()) / n
    g /= total
    g[rows, t] -= 1
    g /= n
    return loss, g


class SGD:
    """p -= lr * g."""

    def __init__(self, parameters: list[Array], lr: float) -> None:
        self.parameters, self.lr = parameters, lr

    def step(self, gradients: list[Array]) -> None:
        """Update in place; the gradients are used up."""
        for p, g in zip(self.parameters, gradients, strict=True):
            g *= self.lr
            p -= g


class Adam:
    """Bias-corrected as PyTorch has it, p -= lr / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + eps), one pass saved."""

    def __init__(
        self, parameters: list[Array], lr: float, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-8
    ) -> None:
        self.parameters, self.lr, self.b1, self.b2, self.eps = parameters, lr, b1, b2, eps
        self.first = [np.zeros_like(p) for p in parameters]
        self.second = [np.zeros_like(p) for p in parameters]
        self.t = 0

    def step(self, gradients: list[Array]) -> None:
        """Update in place; the gradients are used up."""
        self.t += 1
        root = math.sqrt(1 - self.b2**self.t)
        step_size = self.lr * root / (1 - self.b1**self.t)
        eps = self.eps * root
        for p, g, m, v in zip(self.parameters, gradients, self.first, self.second, strict=True):
            m *= self.b1
            m += (1 - self.b1) * g
            v *= self.b2
            g *= g
            g *= 1 - self.b2
            v += g
            d = np.sqrt(v, out=g)
            d += eps
            np.divide(m, d, out=d)
            d *= step_size
            p -= d


class Hand:
    """The whole step, layer by layer. Weights are kept (in, out), which BLAS reads fastest in all three products."""

    def __init__(self, workload: Workload, dtype: type[np.floating] = np.float32) -> None:
        x, t = workload.batch()
        self.x = x.astype(dtype)
        self.t = t.astype(dtype) if t.dtype == np.float32 else t
        layers = workload.initial_layers()
        self.weights = [np.array(w.T, dtype, order="C") for w, _ in layers]
        self.biases = [b.astype(dtype) for _, b in layers]
        self.activation, self.activation_backward = {"relu": (relu, relu_backward), "tanh": (tanh, tanh_backward)}[
            workload.activation
        ]
        self.loss: Callable[[Array, NDArray[Any]], tuple[float, Array]] = {
            "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
            "cross_entropy": cross_entropy,
        }[workload.loss]
        self.optimizer = {"SGD": SGD, "Adam": Adam}[workload.optimizer](self.weights + self.biases, workload.lr)

    def gradients(self) -> tuple[float, list[Array]]:
        """The loss, and its gradient for every weight, then every bias."""
        inputs = [self.x]
        for w, b in zip(self.weights[:-1], self.biases[:-1], strict=True):
            z = inputs[-1] @ w
            z += b
            inputs.append(self.activation(z))
        z = inputs[-1] @ self.weights[-1]
        z += self.biases[-1]
        loss, g = self.loss(z, self.t)

        last = len(self.weights) - 1
        weight_gradients, bias_gradients = [], []
        for layer in range(last, -1, -1):
            x = inputs[layer]
            weight_gradients.append(x.T @ g)
            bias_gradients.append(g.sum(axis=0))
            if layer > 0:
                g = self.activation_backward(g @ self.weights[layer].T, x)
        return loss, weight_gradients[::-1] + bias_gradients[::-1]

    def step(self) -> float:
        """One training step; returns the loss before the update."""
        loss, gradients = self.gradients()
        self.optimizer.step(gradients)
        return loss


losses, seconds = partial(steps.losses, Hand), partial(steps.seconds, Hand)
