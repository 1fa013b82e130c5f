"""`Lion`: steps of one size, in the direction of the sign of the momentum."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.optim.optimizer import Optimizer, ParameterGroup, Parameters
from nn.optim.rules import State, directed
from nn.optim.settings import averaging, decay


def lion_rule(
    p: Any, g: Any, state: State, *, lr: Any, rate1: Any, rate2: Any, weight_decay: Any, shrink: Any, maximize: bool
) -> tuple[Any, State]:
    """c = m + (1 - β₁)(g - m),  p ← p - lr sign(c),  m ← m + (1 - β₂)(g - m)."""
    g = directed(p, g, weight_decay, maximize)
    if shrink is not None:
        p *= shrink
    m = state["exp_avg"]
    p -= lr * np.sign(m + rate1 * (g - m))
    m += rate2 * (g - m)
    return p, {"exp_avg": m}


class Lion(Optimizer):
    """Evolved sign momentum: p ← p - lr (sign(β₁ m + (1 - β₁) g) + λ p),  m ← β₂ m + (1 - β₂) g.

    Chen et al. 2023, https://arxiv.org/abs/2302.06675, algorithm 2.

    Parameters
    ----------
    params : leaf Tensors, or groups of them (see `Optimizer`).
    lr : learning rate, >= 0; a third to a tenth of Adam's, since each step is ±lr.
    betas : β₁ and β₂, each in [0, 1).
    weight_decay : λ >= 0, decoupled from the gradient; three to ten times AdamW's.
    maximize : climb instead of descending.

    Raises ValueError for a setting out of range, and as `Optimizer` does.

    >>> import nn
    >>> from autograd import Tensor
    >>> p = Tensor([1.0, -2.0], requires_grad=True)
    >>> optimizer = nn.optim.Lion([p], lr=0.1)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> [round(value, 4) for value in p.tolist()]
    [0.9, -1.9]
    """

    rule = staticmethod(lion_rule)

    def __init__(
        self,
        params: Parameters,
        lr: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay, "maximize": maximize})

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        return ("exp_avg",)

    def constants(self, group: ParameterGroup) -> dict[str, Any]:
        decays = decay(group, decoupled=True)
        return {"lr": float(group["lr"]), **averaging(group), **decays, "maximize": group["maximize"]}
