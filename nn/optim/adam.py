"""`Adam`: steps scaled by running averages of the gradient and of its square."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from autograd import Tensor
from nn.optim import rules
from nn.optim.optimizer import Optimizer, ParameterGroup, in_range


class Adam(Optimizer):
    """Adam: m ← β₁ m + (1 - β₁) g,  v ← β₂ v + (1 - β₂) g²,  p ← p - lr m̂ / (√v̂ + ε).

    m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ) undo the pull of the zeros that m and v begin with.
    Kingma and Ba 2015, https://arxiv.org/abs/1412.6980.

    Parameters
    ----------
    params : leaf Tensors, or groups of them (see `Optimizer`).
    lr : learning rate, >= 0.
    betas : β₁ and β₂, each in [0, 1).
    eps : ε >= 0.
    weight_decay : λ >= 0; λ p is added to g.
    amsgrad : use the largest v so far (Reddi et al. 2018).
    maximize : climb instead of descending.

    Raises ValueError for a setting out of range, and as `Optimizer` does.
    Source: `rules.adam`.

    >>> import nn
    >>> p = Tensor([1.0, -2.0], requires_grad=True)
    >>> optimizer = nn.optim.Adam([p], lr=0.1)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> [round(value, 6) for value in p.tolist()]
    [0.9, -1.9]
    """

    rule = staticmethod(rules.adam)

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[ParameterGroup],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        maximize: bool = False,
    ) -> None:
        settings = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
        }
        super().__init__(params, settings)

    def check(self, group: ParameterGroup) -> None:
        for name in ("lr", "eps", "weight_decay"):
            in_range("Adam", group, name)
        betas = group["betas"]
        if not isinstance(betas, tuple | list) or len(betas) != 2:
            raise ValueError(f"Adam: betas={betas!r} are not two numbers")
        for i in (0, 1):
            in_range("Adam", {f"betas[{i}]": betas[i]}, f"betas[{i}]", 1)

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        return ("exp_avg", "exp_avg_sq", "max_exp_avg_sq") if group["amsgrad"] else ("exp_avg", "exp_avg_sq")

    def constants(self, group: ParameterGroup) -> dict[str, Any]:
        beta1, beta2 = group["betas"]
        return {
            "rate1": 1.0 - beta1,
            "rate2": 1.0 - beta2,
            "weight_decay": float(group["weight_decay"]) or None,
            "amsgrad": group["amsgrad"],
            "maximize": group["maximize"],
        }

    def constants_of_step(self, group: ParameterGroup, step: int) -> dict[str, Any]:
        beta1, beta2 = group["betas"]
        root = math.sqrt(1 - beta2**step)
        return {"lr_t": group["lr"] * root / (1 - beta1**step), "eps_t": group["eps"] * root}
