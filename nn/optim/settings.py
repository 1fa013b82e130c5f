"""Settings that several optimizers share: what they may be, and the rules' constants made of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from nn.ranges import number_in

# Settings that several optimizers share, and what each must stay below; none may be negative.
CEILINGS = {
    "lr": math.inf,
    "eps": math.inf,
    "weight_decay": math.inf,
    "momentum": math.inf,
    "dampening": math.inf,
    "lr_decay": math.inf,
    "initial_accumulator_value": math.inf,
    "momentum_decay": math.inf,
    "trust_coefficient": math.inf,
    "alpha": 1,
    "rho": 1,
}


def check_usual(owner: str, group: Mapping[str, Any]) -> None:
    """Raise ValueError for a setting in CEILINGS, or betas, out of range."""
    for name in group:
        if name in CEILINGS:
            number_in(owner, name, group[name], high=CEILINGS[name])
    if "betas" in group:
        betas = group["betas"]
        if not isinstance(betas, tuple | list) or len(betas) != 2:
            raise ValueError(f"{owner}: betas={betas!r} are not two numbers")
        for i, beta in enumerate(betas):
            number_in(owner, f"betas[{i}]", beta, high=1)


def averaging(group: Mapping[str, Any]) -> dict[str, Any]:
    """The shares that a new gradient and its square have in their running averages: 1 - β₁ and 1 - β₂."""
    beta1, beta2 = group["betas"]
    return {"rate1": 1.0 - beta1, "rate2": 1.0 - beta2}


def corrections(group: Mapping[str, Any], step: int) -> tuple[float, float]:
    """1 - β₁ᵗ and √(1 - β₂ᵗ): what is left, in Adam's m and √v, after the zeros that they begin with."""
    beta1, beta2 = group["betas"]
    return 1 - beta1**step, math.sqrt(1 - beta2**step)


def decay(group: Mapping[str, Any], decoupled: bool) -> dict[str, Any]:
    """Weight decay λ as part of the gradient, or decoupled from it as a factor 1 - lr λ on p; None is off."""
    weight_decay = float(group["weight_decay"])
    if not weight_decay:
        return {"weight_decay": None, "shrink": None}
    if decoupled:
        return {"weight_decay": None, "shrink": 1.0 - group["lr"] * weight_decay}
    return {"weight_decay": weight_decay, "shrink": None}
