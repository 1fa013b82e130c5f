"""The form of an update rule: a published equation as a function `(p, g, state, **constants) -> (p, state)`.

    p       parameters, all in one vector (size,); with `by_leaf` one parameter in its own shape
    g       gradient of the loss with respect to them
    state   what the rule remembers from step to step, by name, in vectors like p; zeros in the beginning

A rule acts on each element alone (or else its optimizer says `by_leaf`), and only reads g. Augmented assignments save
memory and time: on arrays they update p and the state where they are, on Tensors, whose values are immutable, the same
lines are pure maths. What a rule returns anew instead, the optimizer copies to its place. Constants come ready-made
(`rate1` for 1 - β₁), since they are to be computed in double precision whatever the dtype of p; None is off.
"""

from __future__ import annotations

from typing import Any

State = dict[str, Any]


def directed(p: Any, g: Any, weight_decay: Any, maximize: bool) -> Any:
    """g turned round to climb, and with the gradient λ p of the penalty ½ λ ‖p‖² added."""
    if maximize:
        g = -g
    return g if weight_decay is None else g + weight_decay * p
