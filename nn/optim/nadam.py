"""`NAdam`: Adam that looks ahead, as Nesterov's momentum does."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from nn.optim.optimizer import Optimizer, ParameterGroup, Parameters
from nn.optim.rules import State, directed
from nn.optim.settings import averaging, decay


def nadam_rule(
    p: Any,
    g: Any,
    state: State,
    *,
    rate1: Any,
    rate2: Any,
    unbias2: Any,
    eps: Any,
    now: Any,
    ahead: Any,
    weight_decay: Any,
    shrink: Any,
    maximize: bool,
) -> tuple[Any, State]:
    """p ← p - (`now` g + `ahead` m) / (√v̂ + ε), where `unbias2` is 1 / (1 - β₂ᵗ)."""
    g = directed(p, g, weight_decay, maximize)
    if shrink is not None:
        p *= shrink
    m, v = state["exp_avg"], state["exp_avg_sq"]
    m += rate1 * (g - m)
    v += rate2 * (g * g - v)
    p -= (now * g + ahead * m) / (np.sqrt(unbias2 * v) + eps)
    return p, {"exp_avg": m, "exp_avg_sq": v}


def _momentum(beta1: float, decay: float, step: int) -> float:
    """The schedule of the momentum: μₜ = β₁ (1 - ½ 0.96^(t ψ))."""
    return beta1 * (1 - 0.5 * 0.96 ** (step * decay))


@cache
def _known_products(beta1: float, decay: float) -> list[float]:
    return [1.0]


def _product(beta1: float, decay: float, step: int) -> float:
    """μ₁ μ₂ ... μₜ, which each step prolongs; it soon is 0 in floating point, and then stays so."""
    known = _known_products(beta1, decay)
    while len(known) <= step and known[-1]:
        known.append(known[-1] * _momentum(beta1, decay, len(known)))
    return known[min(step, len(known) - 1)]


class NAdam(Optimizer):
    """Adam with Nesterov's momentum: p ← p - lr ((1 - μₜ) ĝ + μₜ₊₁ m̂) / (√v̂ + ε).

    m and v are Adam's; μₜ = β₁ (1 - ½ 0.96^(t ψ)), ĝ = g / (1 - μ₁…μₜ), m̂ = m / (1 - μ₁…μₜ₊₁).
    Dozat 2016, https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ.

    Parameters
    ----------
    params : leaf Tensors, or groups of them (see `Optimizer`).
    lr : learning rate, >= 0.
    betas : β₁ and β₂, each in [0, 1).
    eps : ε >= 0.
    weight_decay : λ >= 0; λ p is added to g.
    momentum_decay : ψ >= 0.
    decoupled_weight_decay : shrink p by 1 - lr λ instead of adding λ p to g, as AdamW does.
    maximize : climb instead of descending.

    Raises ValueError for a setting out of range, and as `Optimizer` does.

    >>> import nn
    >>> from autograd import Tensor
    >>> p = Tensor([1.0, -2.0], requires_grad=True)
    >>> optimizer = nn.optim.NAdam([p], lr=0.1)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> [round(value, 4) for value in p.tolist()]
    [0.8944, -1.8944]
    """

    rule = staticmethod(nadam_rule)

    def __init__(
        self,
        params: Parameters,
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        maximize: bool = False,
    ) -> None:
        settings = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        settings |= {"momentum_decay": momentum_decay, "decoupled_weight_decay": decoupled_weight_decay}
        super().__init__(params, {**settings, "maximize": maximize})

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        return ("exp_avg", "exp_avg_sq")

    def constants(self, group: ParameterGroup) -> dict[str, Any]:
        decays = decay(group, group["decoupled_weight_decay"])
        return {**averaging(group), **decays, "eps": float(group["eps"]), "maximize": group["maximize"]}

    def constants_of_step(self, group: ParameterGroup, step: int) -> dict[str, Any]:
        (beta1, beta2), decay, lr = group["betas"], group["momentum_decay"], group["lr"]
        mu, mu_next = _momentum(beta1, decay, step), _momentum(beta1, decay, step + 1)
        product = _product(beta1, decay, step)
        return {
            "now": lr * (1 - mu) / (1 - product),
            "ahead": lr * mu_next / (1 - product * mu_next),
            "unbias2": 1 / (1 - beta2**step),
        }
