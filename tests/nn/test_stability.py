"""Activations, and losses that take logits, at ±1e4: no warning, and finite, right answers at every order."""

import numpy as np
import pytest

import nn
from autograd import Tensor
from tests.autograd.test_stability import FAR, FORMS, check_far_out, strict  # noqa: F401

ACTIVATIONS = {
    "relu": (nn.relu, [(FAR, 0), (1, 0), (0, 0)]),
    "leaky_relu": (nn.leaky_relu, [(FAR, -0.01 * FAR), (1, 0.01), (0, 0)]),
    "sigmoid": (nn.sigmoid, [(1, 0), (0, 0), (0, 0)]),
    "tanh": (nn.tanh, [(1, -1), (0, 0), (0, 0)]),
    "gelu": (nn.gelu, [(FAR, 0), (1, 0), (0, 0)]),
    "gelu, tanh": (lambda x: nn.gelu(x, approximate="tanh"), [(FAR, 0), (1, 0), (0, 0)]),
}


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_far_out(name, form, dtype):
    check_far_out(*ACTIVATIONS[name], form, dtype)


LOGITS = [[FAR, -FAR, 0.0], [-FAR, 0.0, FAR]]
# The loss, its slope by the logits, and the slope of that along 1, 2, ... 6.
LOSSES = {
    "cross_entropy, right": (lambda x: nn.cross_entropy(x, np.array([0, 2])), 0, np.zeros((2, 3)), 0),
    "cross_entropy, wrong": (
        lambda x: nn.cross_entropy(x, np.array([1, 0])),
        2 * FAR,
        np.array([[0.5, -0.5, 0], [-0.5, 0, 0.5]]),
        0,
    ),
    "cross_entropy of probabilities": (
        lambda x: nn.cross_entropy(x, np.array([[0, 0.5, 0.5], [0, 0, 1.0]])),
        0.75 * FAR,
        np.array([[0.5, -0.25, -0.25], [0, 0, 0]]),
        0,
    ),
    "binary_cross_entropy_with_logits": (
        lambda x: nn.binary_cross_entropy_with_logits(x[:, :2], np.array([[1.0, 1.0], [0.0, 0.0]]), reduction="sum"),
        FAR + np.log(2),
        np.array([[0, -1, 0], [0, 0.5, 0]]),
        np.array([[0, 0, 0], [0, 5 / 4, 0]]),
    ),
}


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LOSSES)
def test_losses_of_far_logits(name, dtype):
    f, value, slope, second = LOSSES[name]
    x = Tensor(np.array(LOGITS, dtype), requires_grad=True)
    loss = f(x)
    loss.backward(create_graph=True)
    close = {"rtol": 4 * np.finfo(dtype).eps, "atol": 4 * np.finfo(dtype).eps}
    np.testing.assert_allclose(loss.item(), value, **close)
    np.testing.assert_allclose(x.grad.detach().data, slope, **close)
    first = x.grad
    x.zero_grad()
    (first * np.arange(1, 7, dtype=dtype).reshape(2, 3)).sum().backward()
    np.testing.assert_allclose(x.grad, second + np.zeros((2, 3)), **close)
