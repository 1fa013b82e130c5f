"""Optimizers: `optim.SGD(model.parameters(), lr=0.1)`, then `step()` after each `backward()`."""

from nn.optim.adam import Adam
from nn.optim.optimizer import Optimizer
from nn.optim.sgd import SGD

__all__ = ["SGD", "Adam", "Optimizer"]
