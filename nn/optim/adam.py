"""`Adam` and `AdamW`: steps scaled by running averages of the gradient and of its square."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from nn.optim.optimizer import Optimizer, ParameterGroup, Parameters
from nn.optim.rules import State, directed
from nn.optim.settings import averaging, corrections, decay


def adam_rule(
    p: Any,
    g: Any,
    state: State,
    *,
    rate1: Any,
    rate2: Any,
    lr_t: Any,
    eps_t: Any,
    weight_decay: Any,
    shrink: Any,
    amsgrad: bool,
    maximize: bool,
) -> tuple[Any, State]:
    """m ← m + (1 - β₁)(g - m),  v ← v + (1 - β₂)(g² - v),  p ← p - lr m̂ / (√v̂ + ε).

    m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ) are moved into the constants as in the paper's section 2:
    lr_t = lr √(1 - β₂ᵗ) / (1 - β₁ᵗ), eps_t = ε √(1 - β₂ᵗ). `rate1` is 1 - β₁, `rate2` 1 - β₂, and `shrink` AdamW's
    1 - lr λ. With `amsgrad` the largest v so far stands for v.
    """
    g = directed(p, g, weight_decay, maximize)
    if shrink is not None:
        p *= shrink
    m, v = state["exp_avg"], state["exp_avg_sq"]
    m += rate1 * (g - m)
    v += rate2 * (g * g - v)
    new = {"exp_avg": m, "exp_avg_sq": v}
    if amsgrad:
        v = new["max_exp_avg_sq"] = np.maximum(state["max_exp_avg_sq"], v)
    p -= lr_t * m / (np.sqrt(v) + eps_t)
    return p, new


class Adam(Optimizer):
    """Adam: m ← β₁ m + (1 - β₁) g,  v ← β₂ v + (1 - β₂) g²,  p ← p - lr m̂ / (√v̂ + ε).

    m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ) undo the pull of the zeros that m and v begin with.
    Kingma and Ba 2015, https://arxiv.org/abs/1412.6980, algorithm 1.

    Parameters
    ----------
    params : leaf Tensors, or groups of them (see `Optimizer`).
    lr : learning rate, >= 0.
    betas : β₁ and β₂, each in [0, 1).
    eps : ε >= 0.
    weight_decay : λ >= 0; λ p is added to g.
    amsgrad : use the largest v so far (Reddi et al. 2018, https://openreview.net/forum?id=ryQu7f-RZ).
    maximize : climb instead of descending.

    Raises ValueError for a setting out of range, and as `Optimizer` does.

    >>> import nn
    >>> from autograd import Tensor
    >>> p = Tensor([1.0, -2.0], requires_grad=True)
    >>> optimizer = nn.optim.Adam([p], lr=0.1)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> [round(value, 6) for value in p.tolist()]
    [0.9, -1.9]
    """

    rule = staticmethod(adam_rule)
    decoupled: ClassVar[bool] = False

    def __init__(
        self,
        params: Parameters,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        maximize: bool = False,
    ) -> None:
        settings = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, {**settings, "amsgrad": amsgrad, "maximize": maximize})

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        return ("exp_avg", "exp_avg_sq", "max_exp_avg_sq") if group["amsgrad"] else ("exp_avg", "exp_avg_sq")

    def constants(self, group: ParameterGroup) -> dict[str, Any]:
        switches = {"amsgrad": group["amsgrad"], "maximize": group["maximize"]}
        return {**averaging(group), **decay(group, self.decoupled), **switches}

    def constants_of_step(self, group: ParameterGroup, step: int) -> dict[str, Any]:
        grown, root = corrections(group, step)
        return {"lr_t": group["lr"] * root / grown, "eps_t": group["eps"] * root}


class AdamW(Adam):
    """Adam with the weight decay outside of the averages: p ← (1 - lr λ) p, then Adam's step.

    Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101. Settings, and what it raises, as for `Adam`; the
    default weight decay is PyTorch's 0.01 (Keras has 0.004, Optax 0.0001).

    >>> import nn
    >>> from autograd import Tensor
    >>> p = Tensor([1.0], requires_grad=True)
    >>> optimizer = nn.optim.AdamW([p], lr=0.1, weight_decay=0.5)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> [round(value, 6) for value in p.tolist()]  # 0.95 by decay, then 0.1 down
    [0.85]
    """

    decoupled = True

    def __init__(
        self,
        params: Parameters,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize)
