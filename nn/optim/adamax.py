"""`Adamax`: Adam with the largest gradient, slowly forgotten, in place of the average of squares."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.optim.optimizer import Optimizer, ParameterGroup, Parameters
from nn.optim.rules import State, directed


def adamax_rule(
    p: Any,
    g: Any,
    state: State,
    *,
    lr_t: Any,
    rate1: Any,
    beta2: Any,
    eps: Any,
    weight_decay: Any,
    maximize: bool,
) -> tuple[Any, State]:
    """m ← m + (1 - β₁)(g - m),  u ← max(β₂ u, |g| + ε),  p ← p - lr_t m / u, where lr_t is lr / (1 - β₁ᵗ)."""
    g = directed(p, g, weight_decay, maximize)
    m, u = state["exp_avg"], state["exp_inf"]
    m += rate1 * (g - m)
    u = np.maximum(beta2 * u, np.abs(g) + eps)
    p -= lr_t * m / u
    return p, {"exp_avg": m, "exp_inf": u}


class Adamax(Optimizer):
    """Adam by the infinity norm: m ← β₁ m + (1 - β₁) g,  u ← max(β₂ u, |g| + ε),  p ← p - lr m̂ / u.

    m̂ = m / (1 - β₁ᵗ). Kingma and Ba 2015, https://arxiv.org/abs/1412.6980, section 7.1; ε as in PyTorch.

    Parameters
    ----------
    params : leaf Tensors, or groups of them (see `Optimizer`).
    lr : learning rate, >= 0.
    betas : β₁ and β₂, each in [0, 1).
    eps : ε >= 0.
    weight_decay : λ >= 0; λ p is added to g.
    maximize : climb instead of descending.

    Raises ValueError for a setting out of range, and as `Optimizer` does.

    >>> import nn
    >>> from autograd import Tensor
    >>> p = Tensor([1.0, -2.0], requires_grad=True)
    >>> optimizer = nn.optim.Adamax([p], lr=0.1)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> [round(value, 4) for value in p.tolist()]
    [0.9, -1.9]
    """

    rule = staticmethod(adamax_rule)

    def __init__(
        self,
        params: Parameters,
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        maximize: bool = False,
    ) -> None:
        settings = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "maximize": maximize}
        super().__init__(params, settings)

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        return ("exp_avg", "exp_inf")

    def constants(self, group: ParameterGroup) -> dict[str, Any]:
        return {
            "rate1": 1.0 - group["betas"][0],
            "beta2": float(group["betas"][1]),
            "eps": float(group["eps"]),
            "weight_decay": float(group["weight_decay"]) or None,
            "maximize": group["maximize"],
        }

    def constants_of_step(self, group: ParameterGroup, step: int) -> dict[str, Any]:
        return {"lr_t": group["lr"] / (1 - group["betas"][0] ** step)}
