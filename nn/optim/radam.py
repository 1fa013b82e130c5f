"""`RAdam`: Adam that first waits until its average of squares can be trusted."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nn.optim.optimizer import Optimizer, ParameterGroup, Parameters
from nn.optim.rules import State, directed
from nn.optim.settings import averaging, decay


def radam_rule(
    p: Any,
    g: Any,
    state: State,
    *,
    rate1: Any,
    rate2: Any,
    lr_t: Any,
    eps_t: Any,
    trusted: bool,
    weight_decay: Any,
    shrink: Any,
    maximize: bool,
) -> tuple[Any, State]:
    """p ← p - lr_t m / (√v + eps_t) once v is `trusted`, p ← p - lr_t m before."""
    g = directed(p, g, weight_decay, maximize)
    if shrink is not None:
        p *= shrink
    m, v = state["exp_avg"], state["exp_avg_sq"]
    m += rate1 * (g - m)
    v += rate2 * (g * g - v)
    p -= lr_t * m / (np.sqrt(v) + eps_t) if trusted else lr_t * m
    return p, {"exp_avg": m, "exp_avg_sq": v}


class RAdam(Optimizer):
    """Rectified Adam: p ← p - lr r m̂ / (√v̂ + ε) while the variance of 1/√v̂ is known well enough, else p ← p - lr m̂.

    ρ∞ = 2 / (1 - β₂) - 1,  ρ = ρ∞ - 2 t β₂ᵗ / (1 - β₂ᵗ);  if ρ > 5,
    r = √((ρ - 4)(ρ - 2) ρ∞ / ((ρ∞ - 4)(ρ∞ - 2) ρ)). m, v as in Adam, and ε beside √v, not √v̂, as in PyTorch.
    Liu et al. 2020, https://arxiv.org/abs/1908.03265.

    Parameters
    ----------
    params : leaf Tensors, or groups of them (see `Optimizer`).
    lr : learning rate, >= 0.
    betas : β₁ and β₂, each in [0, 1).
    eps : ε >= 0.
    weight_decay : λ >= 0; λ p is added to g.
    decoupled_weight_decay : shrink p by 1 - lr λ instead of adding λ p to g, as AdamW does.
    maximize : climb instead of descending.

    Raises ValueError for a setting out of range, and as `Optimizer` does.

    >>> import nn
    >>> from autograd import Tensor
    >>> p = Tensor([1.0, -2.0], requires_grad=True)
    >>> optimizer = nn.optim.RAdam([p], lr=0.1)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> [round(value, 4) for value in p.tolist()]
    [0.8, -1.6]
    """

    rule = staticmethod(radam_rule)

    def __init__(
        self,
        params: Parameters,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        maximize: bool = False,
    ) -> None:
        settings = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, {**settings, "decoupled_weight_decay": decoupled_weight_decay, "maximize": maximize})

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        return ("exp_avg", "exp_avg_sq")

    def constants(self, group: ParameterGroup) -> dict[str, Any]:
        return {**averaging(group), **decay(group, group["decoupled_weight_decay"]), "maximize": group["maximize"]}

    def constants_of_step(self, group: ParameterGroup, step: int) -> dict[str, Any]:
        (beta1, beta2), rest = group["betas"], 1 - group["betas"][1] ** step
        lr = group["lr"] / (1 - beta1**step)
        longest = 2 / (1 - beta2) - 1
        length = longest - 2 * step * beta2**step / rest
        if length <= 5:
            return {"trusted": False, "lr_t": lr, "eps_t": 0.0}
        ratio = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
        return {"trusted": True, "lr_t": lr * math.sqrt(ratio * rest), "eps_t": float(group["eps"])}
