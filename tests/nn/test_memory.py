"""Memory that training must give back."""

import gc
import sys

import numpy as np
import pytest

import nn
from autograd import Tensor


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["first order", "gradient penalty"])
def test_ten_thousand_training_steps_leave_nothing_behind(kind):
    """Counted in Python's blocks of memory, with the cyclic collector off: reference counts alone free every graph."""
    rng = np.random.default_rng(0)
    model = nn.MLP([2, 4, 1], activation="tanh", rng=rng)
    optimizer = nn.optim.Adam(model.parameters(), lr=0.01)
    x, t = rng.normal(size=(8, 2)), rng.integers(0, 2, (8, 1)).astype(float)

    def step():
        optimizer.zero_grad()
        inputs = Tensor(x, requires_grad=kind == "gradient penalty")
        loss = nn.binary_cross_entropy_with_logits(model(inputs), t)
        if kind == "gradient penalty":
            loss.backward(create_graph=True)
            penalty = (inputs.grad * inputs.grad).sum()
            optimizer.zero_grad()
            inputs.zero_grad()  # a leaf that keeps its recorded gradient is part of a cycle, as in PyTorch
            penalty.backward()
        else:
            loss.backward()
        optimizer.step()

    for _ in range(1000):
        step()
    gc.collect()
    gc.disable()
    try:
        before = sys.getallocatedblocks()
        for _ in range(9000 if kind == "first order" else 1000):
            step()
        assert sys.getallocatedblocks() - before < 500  # one object a step would be a thousand at least
    finally:
        gc.enable()
