"""Neural networks on `autograd`: modules, losses and optimizers with PyTorch's names, all composed of its primitives.

import nn

model = nn.MLP([2, 16, 1], activation="tanh", rng=0)
optimizer = nn.optim.Adam(model.parameters(), lr=0.01)
for _ in range(200):
    loss = nn.binary_cross_entropy_with_logits(model(x), y)     # x (batch, 2), y (batch, 1)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""

from autograd import mark_library
from nn import init, optim
from nn.activations import (
    GELU,
    LeakyReLU,
    LogSoftmax,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
    gelu,
    leaky_relu,
    log_softmax,
    relu,
    sigmoid,
    softmax,
    tanh,
)
from nn.layers.containers import ModuleList, Sequential
from nn.layers.dropout import Dropout
from nn.layers.linear import Linear
from nn.layers.mlp import MLP
from nn.losses import (
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    MSELoss,
    binary_cross_entropy_with_logits,
    cross_entropy,
    mse_loss,
)
from nn.module import Module
from nn.optim import lr_find

__all__ = [
    "Module",
    "Sequential",
    "ModuleList",
    "Linear",
    "MLP",
    "Dropout",
    "ReLU",
    "LeakyReLU",
    "Sigmoid",
    "Tanh",
    "GELU",
    "Softmax",
    "LogSoftmax",
    "MSELoss",
    "BCEWithLogitsLoss",
    "CrossEntropyLoss",
    "relu",
    "leaky_relu",
    "sigmoid",
    "tanh",
    "gelu",
    "softmax",
    "log_softmax",
    "mse_loss",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "init",
    "optim",
    "lr_find",
]

mark_library(__name__)
