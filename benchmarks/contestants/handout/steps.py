"""The *hand-out* contestant: the fastest NumPy program for these training steps that we could find.

Nobody would write it twice; it shows how far NumPy goes. Nothing is made during a step: every array has its place
beforehand, every call an `out`. The rest was found by measuring (NumPy 2.4, one core):

- An array's own `dot` takes half of the time of `np.dot` on small matrices, and a number as a 0-d array of the right
  dtype half of that of a Python float.
- Activations lie as (features, batch). What is folded over the classes, or differs from row to row, then runs along
  the batch; a softmax over ten classes takes a third of the time.
- The last row of every input is ones, and a bias the last column of its weights: neither the bias nor its gradient
  costs a call of its own.
- `maximum` of two arrays is vectorised, of an array and a number it is not: there is an array of zeros. A mask is
  widened first, and then multiplied with numbers of its own width.
- Arrays begin with a line of the cache: a fifth faster while they fit in it.
- One vector holds all parameters, one all gradients. Adam's averages are kept without their factors 1 - b1 and 1 - b2,
  which move into the step size; long vectors are updated in blocks that stay in the cache.
- SGD's learning rate is part of the factor that the loss's gradient has anyway, so an update is one addition.
- Labels are turned into signs, or one-hot columns, when the data come in.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.works import steps
from benchmarks.works.workloads import Workload

Array = NDArray[np.float32]
Loss = Callable[[], Any]
Update = Callable[[], None]

# Elements of a block of Adam's: 256 KiB.
BLOCK = 65_536
# Up to so many numbers, one slow call costs less than five fast ones.
FEW = 128

ZERO, ONE, MINUS_ONE = (np.array(value, np.float32) for value in (0, 1, -1))


def aligned(shape: int | tuple[int, ...], dtype: type = np.float32) -> NDArray[Any]:
    """An array that begins with a line of the cache."""
    size = math.prod(np.atleast_1d(shape)) * np.dtype(dtype).itemsize
    memory = np.empty(size + 64, np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + size].view(dtype).reshape(shape)


def binary_cross_entropy_with_logits(z: Array, t: NDArray[Any], scale: float) -> tuple[Loss, Array]:
    """How to compute the mean loss of z (1, batch), and where its gradient times `scale` lies then.

    With the sign s = 1 - 2 t, the loss of one logit is softplus(s z), and its gradient s exp(s z - softplus(s z)).
    """
    exp, log1p, logaddexp, maximum = np.exp, np.log1p, np.logaddexp, np.maximum
    add, copysign, multiply, subtract = np.add, np.copysign, np.multiply, np.subtract
    sign = (1 - 2 * t.T).astype(np.float32)
    factor = sign * np.float32(scale / z.size)
    zeros = np.zeros_like(z)
    u, e, softplus, g = (aligned(z.shape) for _ in range(4))
    mean = np.full(z.size, 1 / z.size, np.float32).dot
    total = softplus[0]

    def of_few() -> Any:
        multiply(z, sign, u)
        logaddexp(ZERO, u, softplus)
        subtract(u, softplus, g)
        exp(g, g)
        multiply(g, factor, g)
        return mean(total)

    def of_many() -> Any:
        multiply(z, sign, u)
        copysign(u, MINUS_ONE, e)
        exp(e, e)
        log1p(e, e)
        maximum(u, zeros, out=softplus)
        add(softplus, e, softplus)
        subtract(u, softplus, g)
        exp(g, g)
        multiply(g, factor, g)
        return mean(total)

    return of_few if z.size <= FEW else of_many, g


def cross_entropy(z: Array, t: NDArray[Any], scale: float) -> tuple[Loss, Array]:
    """How to compute the mean loss of z (classes, batch), and where its gradient times `scale` lies then."""
    exp, log = np.exp, np.log
    divide, multiply, subtract = np.divide, np.multiply, np.subtract
    classes, n = z.shape
    largest: Any = np.maximum.reduce
    one_hot = np.zeros_like(z)
    one_hot[t, np.arange(n)] = scale / n
    g = aligned(z.shape)
    top, total, factor = (aligned(n) for _ in range(3))
    sum_of_classes = np.ones(classes, np.float32).dot
    scaled = np.array(scale / n, np.float32)
    mean = np.full(n, 1 / n, np.float32).dot
    chosen = (one_hot / np.float32(scale)).reshape(-1).dot
    flat = z.reshape(-1)

    def loss() -> Any:
        largest(z, 0, None, top)
        subtract(z, top, z)
        exp(z, g)
        sum_of_classes(g, total)
        divide(scaled, total, factor)
        multiply(g, factor, g)
        subtract(g, one_hot, g)
        log(total, total)
        return mean(total) - chosen(flat)

    return loss, g


def sgd(parameters: Array, gradient: Array, lr: float) -> Update:
    """p += g: the loss has multiplied the gradient by -lr."""
    return partial(np.add, parameters, gradient, parameters)


def adam(
    parameters: Array, gradient: Array, lr: float, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-8
) -> Update:
    """m ← b1 m + g; v ← b2 v + g²; p ← p - step m / (sqrt(v) + eps'), where step and eps' hold all other factors."""
    add, divide, multiply, sqrt, subtract = np.add, np.divide, np.multiply, np.sqrt, np.subtract
    m, v = aligned(parameters.shape), aligned(parameters.shape)
    m[...] = v[...] = 0
    buffer = aligned(min(BLOCK, parameters.size))
    blocks = [
        (*(vector[a : a + BLOCK] for vector in (parameters, gradient, m, v)), buffer[: parameters.size - a])
        for a in range(0, parameters.size, BLOCK)
    ]
    decay1, decay2 = np.array(b1, np.float32), np.array(b2, np.float32)
    step_size, epsilon = np.empty((), np.float32), np.empty((), np.float32)
    set_step_size, set_epsilon = step_size.fill, epsilon.fill
    power1 = power2 = 1.0

    def update() -> None:
        nonlocal power1, power2
        power1 *= b1
        power2 *= b2
        root = math.sqrt((1 - power2) / (1 - b2))
        set_step_size(lr * root * (1 - b1) / (1 - power1))
        set_epsilon(eps * root)
        for p, g, m, v, d in blocks:
            multiply(m, decay1, m)
            add(m, g, m)
            multiply(v, decay2, v)
            multiply(g, g, g)
            add(v, g, v)
            sqrt(v, d)
            add(d, epsilon, d)
            divide(m, d, d)
            multiply(d, step_size, d)
            subtract(p, d, p)

    return update


LOSSES = {"binary_cross_entropy_with_logits": binary_cross_entropy_with_logits, "cross_entropy": cross_entropy}
OPTIMIZERS = {"SGD": sgd, "Adam": adam}


class Layer:
    """One layer's arrays. Its output `y` (out, batch) is followed in memory by a row of ones: both are the next `x`."""

    def __init__(self, x: Array, weights: Array, gradient: Array) -> None:
        self.x, self.x_T, self.weights, self.gradient = x, x.T, weights, gradient
        self.next_x = aligned((len(weights) + 1, x.shape[1]))
        self.next_x[-1] = 1
        self.y = self.next_x[:-1]
        self.g = aligned(self.y.shape)  # the cotangent of y, and then that of what the activation was given
        self.pull = weights[:, :-1].T.dot  # from the cotangent of what this layer gives to that of what it is given


def tanh_network(layers: Sequence[Layer], loss: Loss, g2: Array, update: Update) -> Callable[[], float]:
    """The step of w2 · tanh(W1 x), which has one output.

    The gradient of W1 is the sum over the batch of w2[j] (1 - h[j]²) g2 x[i]. Either the factors of each j and sample
    are multiplied first, as everybody does; or, which is less work for a large batch, g2 x first and w2 last.
    """
    multiply, subtract, tanh = np.multiply, np.subtract, np.tanh
    first, last = layers
    x1, x1_T, h, g1, d_W1 = first.x, first.x_T, first.y, first.g, first.gradient
    x2, x2_T, z, d_w2 = last.x, last.x_T, last.y, last.gradient
    g2_x1, w2 = aligned(x1.shape), last.weights[0, :-1, None]
    g2_x1_T = g2_x1.T
    W1_dot, w2_dot, w2_T_dot = first.weights.dot, last.weights.dot, last.pull
    h_dot, g1_dot, g2_dot = h.dot, g1.dot, g2.dot

    def step_of_few() -> float:
        W1_dot(x1, h)
        tanh(h, h)
        w2_dot(x2, z)
        value = loss()
        g2_dot(x2_T, d_w2)
        multiply(h, h, h)
        subtract(ONE, h, h)
        w2_T_dot(g2, g1)
        multiply(g1, h, g1)
        g1_dot(x1_T, d_W1)
        update()
        return float(value)

    def step_of_many() -> float:
        W1_dot(x1, h)
        tanh(h, h)
        w2_dot(x2, z)
        value = loss()
        g2_dot(x2_T, d_w2)
        multiply(h, h, h)
        subtract(ONE, h, h)
        multiply(x1, g2, g2_x1)
        h_dot(g2_x1_T, d_W1)
        multiply(d_W1, w2, d_W1)
        update()
        return float(value)

    return step_of_few if z.size <= FEW else step_of_many


def relu_network(layers: Sequence[Layer], loss: Loss, g3: Array, update: Update) -> Callable[[], float]:
    """The step of W3 relu(W2 relu(W1 x)); a mask is multiplied with the bits of the numbers, as integers."""
    greater, maximum, multiply = np.greater, np.maximum, np.multiply
    first, second, last = layers
    x1, x1_T, h1, g1, d_W1 = first.x, first.x_T, first.y, first.g, first.gradient
    x2, x2_T, h2, g2, d_W2 = second.x, second.x_T, second.y, second.g, second.gradient
    x3, x3_T, z, d_W3 = last.x, last.x_T, last.y, last.gradient
    W1_dot, W2_dot, W3_dot = (layer.weights.dot for layer in layers)
    W2_T_dot, W3_T_dot = second.pull, last.pull
    g1_dot, g2_dot, g3_dot = g1.dot, g2.dot, g3.dot
    zeros1, zeros2 = np.zeros_like(h1), np.zeros_like(h2)
    mask1, mask2 = np.empty(h1.shape, bool), np.empty(h2.shape, bool)
    bits1, bits2 = g1.view(np.int32), g2.view(np.int32)
    wide1, wide2 = aligned(h1.shape, np.int32), aligned(h2.shape, np.int32)

    def step() -> float:
        W1_dot(x1, h1)
        maximum(h1, zeros1, out=h1)
        W2_dot(x2, h2)
        maximum(h2, zeros2, out=h2)
        W3_dot(x3, z)
        value = loss()
        g3_dot(x3_T, d_W3)
        W3_T_dot(g3, g2)
        greater(h2, ZERO, mask2)
        wide2[...] = mask2
        multiply(bits2, wide2, bits2)
        g2_dot(x2_T, d_W2)
        W2_T_dot(g2, g1)
        greater(h1, ZERO, mask1)
        wide1[...] = mask1
        multiply(bits1, wide1, bits1)
        g1_dot(x1_T, d_W1)
        update()
        return float(value)

    return step


NETWORKS = {(2, "tanh"): tanh_network, (3, "relu"): relu_network}


class Handout:
    """The whole step."""

    def __init__(self, workload: Workload) -> None:
        x, t = workload.batch()
        initial = [np.column_stack(layer) for layer in workload.initial_layers()]
        parameters = np.concatenate([matrix.reshape(-1) for matrix in initial])
        gradient = aligned(parameters.shape)
        inputs = np.ones((x.shape[1] + 1, len(x)), np.float32)
        inputs[:-1] = x.T
        layers: list[Layer] = []
        start = 0
        for matrix in initial:
            place = slice(start, start + matrix.size)
            start = place.stop
            layers.append(Layer(inputs, parameters[place].reshape(matrix.shape), gradient[place].reshape(matrix.shape)))
            inputs = layers[-1].next_x
        scale = -workload.lr if workload.optimizer == "SGD" else 1.0
        loss, g = LOSSES[workload.loss](layers[-1].y, t, scale)
        update = OPTIMIZERS[workload.optimizer](parameters, gradient, workload.lr)
        self.step = NETWORKS[len(layers), workload.activation](layers, loss, g, update)


losses, seconds = partial(steps.losses, Handout), partial(steps.seconds, Handout)
