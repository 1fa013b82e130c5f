"""`SGD`: gradient descent, with or without momentum."""

from __future__ import annotations

from typing import Any

from nn.optim.optimizer import Optimizer, ParameterGroup, Parameters
from nn.optim.rules import State, directed


def sgd_rule(
    p: Any,
    g: Any,
    state: State,
    *,
    lr: Any,
    momentum: Any,
    fresh: Any,
    weight_decay: Any,
    nesterov: bool,
    maximize: bool,
) -> tuple[Any, State]:
    """b ← μ b + (1 - τ) g,  p ← p - lr b; with `nesterov`, p ← p - lr (g + μ b).

    μ is `momentum`, `fresh` 1 - τ (off in the first step, and where the dampening τ is 0).
    """
    g = directed(p, g, weight_decay, maximize)
    if momentum is not None:
        b = state["momentum_buffer"]
        b *= momentum
        b += g if fresh is None else fresh * g
        state = {"momentum_buffer": b}
        g = g + momentum * b if nesterov else b
    p -= lr * g
    return p, state


class SGD(Optimizer):
    """Stochastic gradient descent: p ← p - lr g, with momentum μ: b ← μ b + (1 - τ) g, p ← p - lr b.

    Sutskever et al. 2013, https://proceedings.mlr.press/v28/sutskever13.html, in PyTorch's form: the learning rate
    stands outside of b. The other convention, v ← β v + (1 - β) g, is `momentum=β, dampening=β`.

    Parameters
    ----------
    params : leaf Tensors, or groups of them (see `Optimizer`).
    lr : learning rate, >= 0.
    momentum : μ >= 0; the first step sets b = g.
    dampening : τ >= 0, of the gradient in all but the first step.
    weight_decay : λ >= 0; λ p is added to g.
    nesterov : p ← p - lr (g + μ b); needs momentum and no dampening.
    maximize : climb instead of descending.

    Raises ValueError for a setting out of range, and as `Optimizer` does.

    >>> import nn
    >>> from autograd import Tensor
    >>> p = Tensor([1.0, -2.0], requires_grad=True)
    >>> optimizer = nn.optim.SGD([p], lr=0.1)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> p.tolist()
    [0.8, -1.6]
    """

    rule = staticmethod(sgd_rule)

    def __init__(
        self,
        params: Parameters,
        lr: float = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        maximize: bool = False,
    ) -> None:
        settings = {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay}
        super().__init__(params, {**settings, "nesterov": nesterov, "maximize": maximize})

    def check(self, group: ParameterGroup) -> None:
        super().check(group)
        if group["nesterov"] and not (group["momentum"] > 0 and group["dampening"] == 0):
            raise ValueError(
                f"SGD: nesterov=True needs momentum and no dampening, not momentum={group['momentum']!r} and "
                f"dampening={group['dampening']!r}"
            )

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        return ("momentum_buffer",) if group["momentum"] else ()

    def constants(self, group: ParameterGroup) -> dict[str, Any]:
        return {
            "lr": float(group["lr"]),
            "momentum": float(group["momentum"]) or None,
            "fresh": None,
            "weight_decay": float(group["weight_decay"]) or None,
            "nesterov": group["nesterov"],
            "maximize": group["maximize"],
        }

    def constants_of_step(self, group: ParameterGroup, step: int) -> dict[str, Any]:
        dampening = group["dampening"]
        return {"fresh": 1.0 - dampening} if dampening and step > 1 else {}
