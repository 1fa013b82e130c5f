"""`LARS`: momentum with a learning rate for each layer, for large batches."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from nn.optim.optimizer import Optimizer, ParameterGroup, Parameters
from nn.optim.rules import State, directed


def lars_rule(
    p: Any,
    g: Any,
    state: State,
    *,
    lr: Any,
    momentum: Any,
    weight_decay: Any,
    trust: Any,
    eps: Any,
    maximize: bool,
) -> tuple[Any, State]:
    """η = `trust` ‖p‖ / (‖g‖ + λ ‖p‖ + ε),  b ← μ b + lr η (g + λ p),  p ← p - b.

    η is 1 where p or g is zero.
    """
    size, slope = np.sqrt(np.add.reduce(p * p, axis=None)), np.sqrt(np.add.reduce(g * g, axis=None))
    decayed = slope if weight_decay is None else slope + weight_decay * size
    rate = np.where((size > 0) & (slope > 0), trust * size / (decayed + eps + (slope == 0)), 1)
    b = state["momentum_buffer"]
    b *= momentum
    b += lr * rate * directed(p, g, weight_decay, maximize)
    p -= b
    return p, {"momentum_buffer": b}


class LARS(Optimizer):
    """Layer-wise adaptive rate scaling: b ← μ b + lr η (g + λ p),  p ← p - b, for each parameter by itself.

    η = c ‖p‖ / (‖g‖ + λ ‖p‖ + ε) makes each step about as large a part of its parameter; 1 where p or g is zero.
    You et al. 2017, https://arxiv.org/abs/1708.03888, algorithm 1. The learning rate stands inside of b.

    Parameters
    ----------
    params : leaf Tensors, or groups of them (see `Optimizer`).
    lr : learning rate, >= 0.
    momentum : μ >= 0.
    weight_decay : λ >= 0; λ p is added to g.
    trust_coefficient : c >= 0.
    eps : ε >= 0.
    maximize : climb instead of descending.

    Raises ValueError for a setting out of range, and as `Optimizer` does.

    >>> import nn
    >>> from autograd import Tensor
    >>> p = Tensor([1.0, -2.0], requires_grad=True)
    >>> optimizer = nn.optim.LARS([p], lr=1.0)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> [round(value, 4) for value in p.tolist()]
    [0.999, -1.998]
    """

    rule = staticmethod(lars_rule)
    by_leaf: ClassVar[bool] = True

    def __init__(
        self,
        params: Parameters,
        lr: float = 1e-3,
        momentum: float = 0.9,
        weight_decay: float = 0,
        trust_coefficient: float = 1e-3,
        eps: float = 0,
        maximize: bool = False,
    ) -> None:
        settings = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay}
        super().__init__(params, {**settings, "trust_coefficient": trust_coefficient, "eps": eps, "maximize": maximize})

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        return ("momentum_buffer",)

    def constants(self, group: ParameterGroup) -> dict[str, Any]:
        return {
            "lr": float(group["lr"]),
            "momentum": float(group["momentum"]),
            "weight_decay": float(group["weight_decay"]) or None,
            "trust": float(group["trust_coefficient"]),
            "eps": float(group["eps"]),
            "maximize": group["maximize"],
        }
