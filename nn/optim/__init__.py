"""Optimizers: `optim.SGD(model.parameters(), lr=0.1)`, then `step()` after each `backward()`."""

from nn.optim import lr_scheduler
from nn.optim.adabelief import AdaBelief
from nn.optim.adadelta import Adadelta
from nn.optim.adafactor import Adafactor
from nn.optim.adagrad import Adagrad
from nn.optim.adam import Adam, AdamW
from nn.optim.adamax import Adamax
from nn.optim.lamb import LAMB
from nn.optim.lars import LARS
from nn.optim.lbfgs import LBFGS
from nn.optim.lion import Lion
from nn.optim.lr_scheduler import *  # noqa: F403 (the names are its `__all__`)
from nn.optim.nadam import NAdam
from nn.optim.optimizer import Optimizer
from nn.optim.radam import RAdam
from nn.optim.range_test import LRFinding, lr_find
from nn.optim.rmsprop import RMSprop
from nn.optim.sgd import SGD

__all__ = [
    "Optimizer",
    "SGD",
    "Adagrad",
    "RMSprop",
    "Adadelta",
    "Adam",
    "AdamW",
    "NAdam",
    "RAdam",
    "Adamax",
    "AdaBelief",
    "Lion",
    "Adafactor",
    "LAMB",
    "LARS",
    "LBFGS",
    "lr_scheduler",
    *lr_scheduler.__all__,
    "lr_find",
    "LRFinding",
]
