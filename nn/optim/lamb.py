"""`LAMB`: Adam with a length of step for each layer, for large batches."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from nn.optim.optimizer import Optimizer, ParameterGroup, Parameters
from nn.optim.rules import State, directed
from nn.optim.settings import averaging, corrections


def lamb_rule(
    p: Any,
    g: Any,
    state: State,
    *,
    lr: Any,
    rate1: Any,
    rate2: Any,
    scale: Any,
    eps_t: Any,
    weight_decay: Any,
    maximize: bool,
) -> tuple[Any, State]:
    """u = m̂ / (√v̂ + ε) + λ p,  p ← p - lr (‖p‖ / ‖u‖) u; the ratio is 1 where p or u is zero.

    m̂ / (√v̂ + ε) is `scale` m / (√v + eps_t), as in Adam's rule.
    """
    g = directed(p, g, None, maximize)
    m, v = state["exp_avg"], state["exp_avg_sq"]
    m += rate1 * (g - m)
    v += rate2 * (g * g - v)
    u = directed(p, scale * m / (np.sqrt(v) + eps_t), weight_decay, False)
    size, length = np.sqrt(np.add.reduce(p * p, axis=None)), np.sqrt(np.add.reduce(u * u, axis=None))
    trust = np.where((size > 0) & (length > 0), size / (length + (length == 0)), 1)
    p -= lr * trust * u
    return p, {"exp_avg": m, "exp_avg_sq": v}


class LAMB(Optimizer):
    """Layer-wise adaptive moments: u = m̂ / (√v̂ + ε) + λ p,  p ← p - lr (‖p‖ / ‖u‖) u, for each parameter by itself.

    m̂ and v̂ as in Adam; the ratio is 1 where p or u is zero. You et al. 2020, https://arxiv.org/abs/1904.00962,
    algorithm 2, with φ(z) = z.

    Parameters
    ----------
    params : leaf Tensors, or groups of them (see `Optimizer`).
    lr : learning rate, >= 0.
    betas : β₁ and β₂, each in [0, 1).
    eps : ε >= 0.
    weight_decay : λ >= 0, in the step and not in the averages.
    maximize : climb instead of descending.

    Raises ValueError for a setting out of range, and as `Optimizer` does.

    >>> import nn
    >>> from autograd import Tensor
    >>> p = Tensor([1.0, -2.0], requires_grad=True)
    >>> optimizer = nn.optim.LAMB([p], lr=0.1)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> [round(value, 4) for value in p.tolist()]
    [0.8419, -1.8419]
    """

    rule = staticmethod(lamb_rule)
    by_leaf: ClassVar[bool] = True

    def __init__(
        self,
        params: Parameters,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-6,
        weight_decay: float = 0,
        maximize: bool = False,
    ) -> None:
        settings = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "maximize": maximize}
        super().__init__(params, settings)

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        return ("exp_avg", "exp_avg_sq")

    def constants(self, group: ParameterGroup) -> dict[str, Any]:
        decays = {"weight_decay": float(group["weight_decay"]) or None}
        return {"lr": float(group["lr"]), **averaging(group), **decays, "maximize": group["maximize"]}

    def constants_of_step(self, group: ParameterGroup, step: int) -> dict[str, Any]:
        grown, root = corrections(group, step)
        return {"scale": root / grown, "eps_t": group["eps"] * root}
