"""Update rules: the published equations, as functions `(p, g, state, **constants) -> (p, state)`.

    p       parameters, all in one vector (size,)
    g       gradient of the loss with respect to them
    state   what the rule remembers from step to step, by name, in vectors like p; zeros in the beginning

A rule acts on each element alone, and only reads g. Augmented assignments save memory and time: on arrays they update p
and the state where they are, on Tensors, whose values are immutable, the same lines are pure maths. What a rule returns
anew instead, the optimizer copies to its place. Constants come ready-made (`rate1` for 1 - β₁), since they are to be
computed in double precision whatever the dtype of p; None is off.
"""

from __future__ import annotations

from typing import Any

import numpy as np

State = dict[str, Any]


def sgd(
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
    """Gradient descent with momentum: b ← μ b + (1 - τ) g,  p ← p - lr b.

    μ is `momentum`, τ the dampening, `fresh` 1 - τ (off in the first step, and where τ is 0). With `nesterov`,
    p ← p - lr (g + μ b). Sutskever et al. 2013, https://proceedings.mlr.press/v28/sutskever13.html, in PyTorch's form:
    the learning rate stands outside of b. `weight_decay` λ adds λ p to g, `maximize` turns the sign of g.
    """
    if maximize:
        g = -g
    if weight_decay is not None:
        g = g + weight_decay * p
    if momentum is not None:
        b = state["momentum_buffer"]
        b *= momentum
        b += g if fresh is None else fresh * g
        state = {"momentum_buffer": b}
        g = g + momentum * b if nesterov else b
    p -= lr * g
    return p, state


def adam(
    p: Any,
    g: Any,
    state: State,
    *,
    rate1: Any,
    rate2: Any,
    lr_t: Any,
    eps_t: Any,
    weight_decay: Any,
    amsgrad: bool,
    maximize: bool,
) -> tuple[Any, State]:
    """Adam: m ← m + (1 - β₁)(g - m),  v ← v + (1 - β₂)(g² - v),  p ← p - lr m̂ / (√v̂ + ε).

    Kingma and Ba 2015, https://arxiv.org/abs/1412.6980, algorithm 1, with m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ)
    moved into the constants as in its section 2: lr_t = lr √(1 - β₂ᵗ) / (1 - β₁ᵗ), eps_t = ε √(1 - β₂ᵗ).
    `rate1` is 1 - β₁, `rate2` 1 - β₂. With `amsgrad` (Reddi et al. 2018, https://openreview.net/forum?id=ryQu7f-RZ) the
    largest v so far stands for v. `weight_decay` λ adds λ p to g, `maximize` turns the sign of g.
    """
    if maximize:
        g = -g
    if weight_decay is not None:
        g = g + weight_decay * p
    m, v = state["exp_avg"], state["exp_avg_sq"]
    m += rate1 * (g - m)
    v += rate2 * (g * g - v)
    new = {"exp_avg": m, "exp_avg_sq": v}
    if amsgrad:
        v = new["max_exp_avg_sq"] = np.maximum(state["max_exp_avg_sq"], v)
    p -= lr_t * m / (np.sqrt(v) + eps_t)
    return p, new
