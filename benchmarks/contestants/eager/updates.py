"""Every optimizer of `nn.optim`."""

from __future__ import annotations

import numpy as np

import nn
from autograd import Tensor
from benchmarks.works import updates

OPTIMIZERS = [
    name
    for name, value in vars(nn.optim).items()
    if isinstance(value, type) and issubclass(value, nn.optim.Optimizer) and name not in ("Optimizer", "LBFGS")
]


def seconds(name: str, workload: str, repeats: int) -> float:
    """Seconds a step of an optimizer on parameters of a workload's shapes."""
    parameters = [Tensor(np.ones(shape, np.float32), requires_grad=True) for shape in updates.shapes(workload)]
    for p in parameters:
        p.grad = np.ones(p.shape, np.float32)
    optimizer: nn.optim.Optimizer = getattr(nn.optim, name)(parameters, **updates.SETTINGS.get(name, {}))
    return updates.seconds(optimizer.step, repeats)
