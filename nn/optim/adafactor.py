"""`Adafactor`: Adam's squares kept as one row and one column for each matrix."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from nn.optim.optimizer import Optimizer, ParameterGroup, Parameters, Shape
from nn.optim.rules import State, directed
from nn.ranges import number_in


def adafactor_rule(
    p: Any,
    g: Any,
    state: State,
    *,
    rate: Any,
    step_size: Any,
    smallest: Any,
    tiny: Any,
    threshold: Any,
    shrink: Any,
    maximize: bool,
) -> tuple[Any, State]:
    """v ← v + t^γ (g² - v),  u = g / √v,  p ← p - α u / max(1, rms(u) / d).

    α = max(ε₂, rms(p)) min(lr, 1/√t). `rate` is t^γ, `step_size` min(lr, 1/√t), `smallest` ε₂, `tiny` ε₁, `threshold`
    d. Of a matrix only the means r over rows and c over columns of v are kept, and v is r c / mean(r).
    """
    g = directed(p, g, None, maximize)
    alpha = np.maximum(smallest, _rms(p)) * step_size
    tiny = np.finfo(p.dtype).eps if tiny is None else tiny
    if shrink is not None:
        p *= shrink
    if "variance" in state:
        v = state["variance"]
        v += rate * (g * g - v)
        new = {"variance": v}
    else:
        row, column = state["row_var"], state["col_var"]
        row += rate * (np.add.reduce(g * g, axis=-1, keepdims=True) / g.shape[-1] - row)
        column += rate * (np.add.reduce(g * g, axis=-2, keepdims=True) / g.shape[-2] - column)
        mean = np.add.reduce(row, axis=-2, keepdims=True) / g.shape[-2]
        v, new = row * column / np.maximum(mean, tiny), {"row_var": row, "col_var": column}
    u = g / np.sqrt(np.maximum(v, tiny * tiny))
    p -= alpha / np.maximum(1, _rms(u) / threshold) * u
    return p, new


def _rms(x: Any) -> Any:
    return np.sqrt(np.add.reduce(x * x, axis=None) / max(x.size, 1))


class Adafactor(Optimizer):
    """Adam's scaling in little memory, without momentum: u = g / √v,  p ← p - α u / max(1, rms(u) / d).

    v ← v + t^γ (g² - v), of which for a matrix (n, m) only the means over rows and columns are kept: n + m numbers.
    α = max(ε₂, rms(p)) min(lr, 1/√t) makes steps relative to the parameter's size, d clips the update.
    Shazeer and Stern 2018, https://arxiv.org/abs/1804.04235, algorithms 4 to 6, with PyTorch's defaults.

    Parameters
    ----------
    params : leaf Tensors, or groups of them (see `Optimizer`).
    lr : largest relative step, >= 0.
    beta2_decay : γ <= 0.
    eps : ε₁ and ε₂, each >= 0; ε₁ None is the precision of the dtype.
    d : threshold of clipping, >= 1.
    weight_decay : λ >= 0, decoupled from the gradient.
    maximize : climb instead of descending.

    Raises ValueError for a setting out of range, and as `Optimizer` does.

    >>> import nn
    >>> from autograd import Tensor
    >>> p = Tensor([1.0, -2.0], requires_grad=True)
    >>> optimizer = nn.optim.Adafactor([p], lr=0.1)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> [round(value, 4) for value in p.tolist()]
    [0.8419, -1.8419]
    """

    rule = staticmethod(adafactor_rule)
    by_leaf: ClassVar[bool] = True

    def __init__(
        self,
        params: Parameters,
        lr: float = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0,
        maximize: bool = False,
    ) -> None:
        settings = {"lr": lr, "beta2_decay": beta2_decay, "eps": eps, "d": d, "weight_decay": weight_decay}
        super().__init__(params, {**settings, "maximize": maximize})

    def check(self, group: ParameterGroup) -> None:
        number_in("Adafactor", "lr", group["lr"])
        number_in("Adafactor", "weight_decay", group["weight_decay"])
        eps = group["eps"]
        if not isinstance(eps, tuple | list) or len(eps) != 2:
            raise ValueError(f"Adafactor: eps={eps!r} are not two numbers")
        for i, value in enumerate(eps):
            if i or value is not None:
                number_in("Adafactor", f"eps[{i}]", value)
        number_in("Adafactor", "beta2_decay", group["beta2_decay"], -math.inf, 0, "(]")
        number_in("Adafactor", "d", group["d"], 1, ends="[]")

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        return ("row_var", "col_var", "variance")

    def state_shape(self, name: str, shape: Shape) -> Shape | None:
        if len(shape) < 2:
            return shape if name == "variance" else None
        shapes = {"row_var": (*shape[:-1], 1), "col_var": (*shape[:-2], 1, shape[-1])}
        return shapes.get(name)

    def constants(self, group: ParameterGroup) -> dict[str, Any]:
        tiny, smallest = group["eps"]
        return {
            "smallest": float(smallest),
            "tiny": tiny,
            "threshold": float(group["d"]),
            "shrink": 1.0 - group["lr"] * group["weight_decay"] if group["weight_decay"] else None,
            "maximize": group["maximize"],
        }

    def constants_of_step(self, group: ParameterGroup, step: int) -> dict[str, Any]:
        return {"rate": float(step ** group["beta2_decay"]), "step_size": min(float(group["lr"]), 1 / math.sqrt(step))}
