"""`Adadelta`: steps in the units of the parameters, with hardly a learning rate."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.optim.optimizer import Optimizer, ParameterGroup, Parameters
from nn.optim.rules import State, directed


def adadelta_rule(
    p: Any, g: Any, state: State, *, lr: Any, rate: Any, eps: Any, weight_decay: Any, maximize: bool
) -> tuple[Any, State]:
    """v ← v + (1 - ρ)(g² - v),  d = g √(u + ε) / √(v + ε),  u ← u + (1 - ρ)(d² - u),  p ← p - lr d; `rate` is 1 - ρ."""
    g = directed(p, g, weight_decay, maximize)
    v, u = state["square_avg"], state["acc_delta"]
    v += rate * (g * g - v)
    d = np.sqrt(u + eps) / np.sqrt(v + eps) * g
    u += rate * (d * d - u)
    p -= lr * d
    return p, {"square_avg": v, "acc_delta": u}


class Adadelta(Optimizer):
    """Steps as large as the steps before, against gradients: d = g √(u + ε) / √(v + ε),  p ← p - lr d.

    v ← ρ v + (1 - ρ) g² and u ← ρ u + (1 - ρ) d² average the squares of gradients and of steps.
    Zeiler 2012, https://arxiv.org/abs/1212.5701, algorithm 1 (where lr is 1).

    Parameters
    ----------
    params : leaf Tensors, or groups of them (see `Optimizer`).
    lr : learning rate, >= 0.
    rho : ρ in [0, 1).
    eps : ε >= 0.
    weight_decay : λ >= 0; λ p is added to g.
    maximize : climb instead of descending.

    Raises ValueError for a setting out of range, and as `Optimizer` does.

    >>> import nn
    >>> from autograd import Tensor
    >>> p = Tensor([1.0, -2.0], requires_grad=True)
    >>> optimizer = nn.optim.Adadelta([p])
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> [round(value, 4) for value in p.tolist()]
    [0.9968, -1.9968]
    """

    rule = staticmethod(adadelta_rule)

    def __init__(
        self,
        params: Parameters,
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        maximize: bool = False,
    ) -> None:
        settings = {"lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay, "maximize": maximize}
        super().__init__(params, settings)

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        return ("square_avg", "acc_delta")

    def constants(self, group: ParameterGroup) -> dict[str, Any]:
        return {
            "lr": float(group["lr"]),
            "rate": 1.0 - group["rho"],
            "eps": float(group["eps"]),
            "weight_decay": float(group["weight_decay"]) or None,
            "maximize": group["maximize"],
        }
