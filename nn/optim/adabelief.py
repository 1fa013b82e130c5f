"""`AdaBelief`: Adam that steps far where the gradient is as expected."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.optim.optimizer import Optimizer, ParameterGroup, Parameters
from nn.optim.rules import State, directed
from nn.optim.settings import averaging, corrections, decay


def adabelief_rule(
    p: Any,
    g: Any,
    state: State,
    *,
    rate1: Any,
    rate2: Any,
    eps: Any,
    lr_t: Any,
    eps_t: Any,
    weight_decay: Any,
    shrink: Any,
    maximize: bool,
) -> tuple[Any, State]:
    """m ← m + (1 - β₁)(g - m),  s ← s + (1 - β₂)((g - m)² - s) + ε,  p ← p - lr_t m / (√s + eps_t).

    The corrections of m and s for their zeros at the start are in lr_t and eps_t, as in Adam's rule.
    """
    g = directed(p, g, weight_decay, maximize)
    if shrink is not None:
        p *= shrink
    m, s = state["exp_avg"], state["exp_avg_var"]
    m += rate1 * (g - m)
    surprise = g - m
    s += rate2 * (surprise * surprise - s) + eps
    p -= lr_t * m / (np.sqrt(s) + eps_t)
    return p, {"exp_avg": m, "exp_avg_var": s}


class AdaBelief(Optimizer):
    """Adam with the variance of the gradient in place of its square: s ← β₂ s + (1 - β₂)(g - m)² + ε.

    m ← β₁ m + (1 - β₁) g,  p ← p - lr m̂ / (√ŝ + ε), with Adam's corrections m̂ and ŝ.
    Zhuang et al. 2020, https://arxiv.org/abs/2010.07468, algorithm 2.

    Parameters
    ----------
    params : leaf Tensors, or groups of them (see `Optimizer`).
    lr : learning rate, >= 0.
    betas : β₁ and β₂, each in [0, 1).
    eps : ε >= 0; the authors' own program has 1e-16, too, since s may be small.
    weight_decay : λ >= 0; λ p is added to g.
    decoupled_weight_decay : shrink p by 1 - lr λ instead of adding λ p to g, as AdamW does.
    maximize : climb instead of descending.

    Raises ValueError for a setting out of range, and as `Optimizer` does.

    >>> import nn
    >>> from autograd import Tensor
    >>> p = Tensor([1.0, -2.0], requires_grad=True)
    >>> optimizer = nn.optim.AdaBelief([p], lr=0.1)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> [round(value, 4) for value in p.tolist()]
    [0.8889, -1.8889]
    """

    rule = staticmethod(adabelief_rule)

    def __init__(
        self,
        params: Parameters,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-16,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        maximize: bool = False,
    ) -> None:
        settings = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, {**settings, "decoupled_weight_decay": decoupled_weight_decay, "maximize": maximize})

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        return ("exp_avg", "exp_avg_var")

    def constants(self, group: ParameterGroup) -> dict[str, Any]:
        decays = decay(group, group["decoupled_weight_decay"])
        return {**averaging(group), **decays, "eps": float(group["eps"]), "maximize": group["maximize"]}

    def constants_of_step(self, group: ParameterGroup, step: int) -> dict[str, Any]:
        grown, root = corrections(group, step)
        return {"lr_t": group["lr"] * root / grown, "eps_t": group["eps"] * root}
