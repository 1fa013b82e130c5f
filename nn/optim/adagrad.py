"""`Adagrad`: steps that shrink with all the gradients so far."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.optim.optimizer import Optimizer, ParameterGroup, Parameters
from nn.optim.rules import State, directed


def adagrad_rule(
    p: Any, g: Any, state: State, *, lr_t: Any, eps: Any, weight_decay: Any, maximize: bool
) -> tuple[Any, State]:
    """s ← s + g²,  p ← p - lr_t g / (√s + ε)."""
    g = directed(p, g, weight_decay, maximize)
    s = state["sum"]
    s += g * g
    p -= lr_t * g / (np.sqrt(s) + eps)
    return p, {"sum": s}


class Adagrad(Optimizer):
    """Adaptive gradients: s ← s + g²,  p ← p - lr / (1 + (t - 1) κ) g / (√s + ε).

    Duchi et al. 2011, https://jmlr.org/papers/v12/duchi11a.html.

    Parameters
    ----------
    params : leaf Tensors, or groups of them (see `Optimizer`).
    lr : learning rate, >= 0.
    lr_decay : κ >= 0.
    weight_decay : λ >= 0; λ p is added to g.
    initial_accumulator_value : what s begins with, >= 0.
    eps : ε >= 0.
    maximize : climb instead of descending.

    Raises ValueError for a setting out of range, and as `Optimizer` does.

    >>> import nn
    >>> from autograd import Tensor
    >>> p = Tensor([1.0, -2.0], requires_grad=True)
    >>> optimizer = nn.optim.Adagrad([p], lr=0.1)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> [round(value, 4) for value in p.tolist()]
    [0.9, -1.9]
    """

    rule = staticmethod(adagrad_rule)

    def __init__(
        self,
        params: Parameters,
        lr: float = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        maximize: bool = False,
    ) -> None:
        settings = {"lr": lr, "lr_decay": lr_decay, "weight_decay": weight_decay}
        settings |= {"initial_accumulator_value": initial_accumulator_value, "eps": eps, "maximize": maximize}
        super().__init__(params, settings)

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        return ("sum",)

    def initial(self, group: ParameterGroup) -> float:
        return group["initial_accumulator_value"]

    def constants(self, group: ParameterGroup) -> dict[str, Any]:
        decay = {"weight_decay": float(group["weight_decay"]) or None}
        return {"eps": float(group["eps"]), **decay, "maximize": group["maximize"]}

    def constants_of_step(self, group: ParameterGroup, step: int) -> dict[str, Any]:
        return {"lr_t": group["lr"] / (1 + (step - 1) * group["lr_decay"])}
