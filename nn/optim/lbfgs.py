"""`LBFGS`: steps along curvature learned from the last gradients, for losses without noise."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograd import enable_grad
from nn.optim.optimizer import Optimizer, ParameterGroup, Parameters
from nn.ranges import number_in

Pairs = list[tuple[np.ndarray, np.ndarray]]


def newton_direction(g: np.ndarray, pairs: Pairs) -> np.ndarray:
    """-H g, where H is the inverse Hessian that the pairs (s, y) of steps and changes of gradient tell of.

    The two loops of Nocedal and Wright 2006, algorithm 7.4. Along no known step, H is y·s / y·y of the last pair.
    """
    q, weights = -g, []
    for s, y in reversed(pairs):
        weight = s.dot(q) / y.dot(s)
        q -= weight * y
        weights.append(weight)
    s, y = pairs[-1]
    q *= y.dot(s) / y.dot(y)
    for (s, y), weight in zip(pairs, reversed(weights), strict=True):
        q += (weight - y.dot(q) / y.dot(s)) * s
    return q


class LBFGS(Optimizer):
    """Limited-memory quasi-Newton: p ← p - lr H g, where H comes from the last steps s and changes of gradient y.

    Liu and Nocedal 1989, https://doi.org/10.1007/BF01589116, as PyTorch has it without a line search: use lr < 1 where
    the loss is far from quadratic. One call of `step` makes up to `max_iter` iterations, each with the whole data.

    Parameters
    ----------
    params : leaf Tensors of one dtype, in one group.
    lr : length of a step as a part of the Newton step, >= 0; the first is lr min(1, 1/‖g‖₁) g.
    max_iter : iterations in one call of `step`.
    max_eval : evaluations of the closure in one call; None is 1.25 max_iter.
    tolerance_grad : done when the largest element of g is not above it.
    tolerance_change : done when a step or a change of the loss is not above it.
    history_size : pairs (s, y) that are kept.

    Raises ValueError for a setting out of range, several groups or dtypes, and as `Optimizer` does; TypeError for
    `step` without a closure.

    >>> import nn
    >>> from autograd import Tensor
    >>> p = Tensor([1.0, -2.0], requires_grad=True)
    >>> optimizer = nn.optim.LBFGS([p])
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = ((p - 3) ** 2).sum()
    ...     loss.backward()
    ...     return loss
    >>> optimizer.step(closure).item()
    29.0
    >>> p.data.round(6).tolist()
    [3.0, 3.0]
    """

    def __init__(
        self,
        params: Parameters,
        lr: float = 1.0,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
    ) -> None:
        settings = {"lr": lr, "max_iter": max_iter, "max_eval": max_eval, "history_size": history_size}
        super().__init__(params, {**settings, "tolerance_grad": tolerance_grad, "tolerance_change": tolerance_change})
        if len(self.param_groups) != 1 or len(self._lots[0]) != 1:
            raise ValueError("LBFGS: its parameters make up one vector: one group, of one dtype, is wanted")
        self._memory: dict[str, Any] = {}
        self._pairs: Pairs = []

    def check(self, group: ParameterGroup) -> None:
        for name in ("lr", "max_iter", "tolerance_grad", "tolerance_change", "history_size"):
            number_in("LBFGS", name, group[name])
        if group["max_eval"] is not None:
            number_in("LBFGS", "max_eval", group["max_eval"])

    def constants(self, group: ParameterGroup) -> dict[str, Any]:
        return {}

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Make up to `max_iter` iterations; returns the loss before the first.

        closure : clears the gradients, computes the loss, calls `backward` on it, and returns it.
        """
        if closure is None:
            raise TypeError("LBFGS: step(closure) wants a function that computes the loss and its gradients anew")
        group, lot, memory = self.param_groups[0], self._lots[0][0], self._memory
        self.check(group)
        limit = group["max_iter"] * 5 // 4 if group["max_eval"] is None else group["max_eval"]
        result = self._evaluate(closure)
        loss, g = float(result), lot.leaves.gradient.copy()
        for iteration in range(1, group["max_iter"] + 1):
            if np.abs(g).max(initial=0) <= group["tolerance_grad"] or (iteration > 1 and iteration >= limit):
                break
            d, rate = self._direction(g, group)
            memory.update(gradient=g, step=rate * d)
            if g.dot(d) > -group["tolerance_change"]:
                break
            lot.leaves.values += rate * d
            lot.leaves.commit()
            lot.steps += 1
            if iteration == group["max_iter"]:
                break
            before, loss = loss, float(self._evaluate(closure))
            g = lot.leaves.gradient.copy()
            if max(np.abs(rate * d).max(), abs(loss - before)) <= group["tolerance_change"]:
                break
        return result

    def _direction(self, g: np.ndarray, group: ParameterGroup) -> tuple[np.ndarray, float]:
        """Where to go and how far, having learned from the step before."""
        if not self._memory:
            return -g, min(1.0, 1.0 / np.abs(g).sum()) * group["lr"]
        s, y = self._memory["step"], g - self._memory["gradient"]
        if y.dot(s) > 1e-10:  # curvature upwards: H stays positive definite
            self._pairs = [*self._pairs, (s, y)][-group["history_size"] :]
        return (newton_direction(g, self._pairs) if self._pairs else -g), group["lr"]

    def _evaluate(self, closure: Callable[[], Any]) -> Any:
        leaves = self._lots[0][0].leaves
        leaves.gather()  # what was assigned to the leaves in the meantime
        with enable_grad():
            result = closure()
        for i in leaves.gather():
            leaves.gradient[leaves.bounds[i] : leaves.bounds[i + 1]] = 0
        return result

    def state_dict(self) -> dict[str, Any]:
        """Copies of the settings, and of what was learned of the curvature."""
        state = {"step": self._lots[0][0].steps, "memory": self._memory, "pairs": self._pairs}
        return {**super().state_dict(), "state": {0: copy.deepcopy(state)}}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue from a `state_dict` of LBFGS. Raises ValueError for another's; nothing was changed then."""
        learned = state_dict["state"].get(0, {})
        if set(learned) != {"step", "memory", "pairs"}:
            raise ValueError(f"load_state_dict of LBFGS: a state with {sorted(learned)} is another optimizer's")
        super().load_state_dict({**state_dict, "state": {}})
        learned = copy.deepcopy(learned)
        self._lots[0][0].steps, self._memory, self._pairs = learned["step"], learned["memory"], learned["pairs"]
