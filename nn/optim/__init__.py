"""Optimizers: `optim.SGD(model.parameters(), lr=0.1)`, then `step()` after each `backward()`."""

from autograd import skip_frames_of
from nn.optim.adam import Adam
from nn.optim.optimizer import Optimizer
from nn.optim.sgd import SGD

__all__ = ["SGD", "Adam", "Optimizer"]

skip_frames_of(__name__)
