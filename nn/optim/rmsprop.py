"""`RMSprop`: steps divided by a running root mean square of the gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.optim.optimizer import Optimizer, ParameterGroup, Parameters
from nn.optim.rules import State, directed


def rmsprop_rule(
    p: Any,
    g: Any,
    state: State,
    *,
    lr: Any,
    rate: Any,
    eps: Any,
    momentum: Any,
    weight_decay: Any,
    centered: bool,
    maximize: bool,
) -> tuple[Any, State]:
    """v ← v + (1 - α)(g² - v),  p ← p - lr g / (√v + ε); `rate` is 1 - α.

    With `centered`, v less the square of the running mean of g stands for v; with `momentum` μ,
    b ← μ b + g / (√v + ε),  p ← p - lr b.
    """
    g = directed(p, g, weight_decay, maximize)
    v = state["square_avg"]
    v += rate * (g * g - v)
    new = {"square_avg": v}
    if centered:
        mean = state["grad_avg"]
        mean += rate * (g - mean)
        new["grad_avg"] = mean
        v = v - mean * mean
    step = g / (np.sqrt(v) + eps)
    if momentum is not None:
        b = state["momentum_buffer"]
        b *= momentum
        b += step
        new["momentum_buffer"] = step = b
    p -= lr * step
    return p, new


class RMSprop(Optimizer):
    """Root mean square propagation: v ← α v + (1 - α) g²,  p ← p - lr g / (√v + ε).

    Tieleman and Hinton 2012, https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf, slide 29; ε
    stands outside of the root, as in PyTorch.

    Parameters
    ----------
    params : leaf Tensors, or groups of them (see `Optimizer`).
    lr : learning rate, >= 0.
    alpha : α in [0, 1).
    eps : ε >= 0.
    weight_decay : λ >= 0; λ p is added to g.
    momentum : μ >= 0; with it b ← μ b + g / (√v + ε), p ← p - lr b.
    centered : divide by the standard deviation: v less the square of the running mean (Graves 2013).
    maximize : climb instead of descending.

    Raises ValueError for a setting out of range, and as `Optimizer` does.

    >>> import nn
    >>> from autograd import Tensor
    >>> p = Tensor([1.0, -2.0], requires_grad=True)
    >>> optimizer = nn.optim.RMSprop([p], lr=0.1)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> [round(value, 4) for value in p.tolist()]
    [0.0, -1.0]
    """

    rule = staticmethod(rmsprop_rule)

    def __init__(
        self,
        params: Parameters,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        maximize: bool = False,
    ) -> None:
        settings = {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay, "momentum": momentum}
        super().__init__(params, {**settings, "centered": centered, "maximize": maximize})

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        optional = {"momentum_buffer": group["momentum"], "grad_avg": group["centered"]}
        return ("square_avg", *(name for name, wanted in optional.items() if wanted))

    def constants(self, group: ParameterGroup) -> dict[str, Any]:
        return {
            "lr": float(group["lr"]),
            "rate": 1.0 - group["alpha"],
            "eps": float(group["eps"]),
            "momentum": float(group["momentum"]) or None,
            "weight_decay": float(group["weight_decay"]) or None,
            "centered": group["centered"],
            "maximize": group["maximize"],
        }
