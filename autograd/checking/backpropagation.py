"""The engine's rules over a tape: with a change in one place, or shaken, to see what rounding does to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.checking.branches import Branched, branched
from autograd.checking.choices import Choices, Rounding, reporting_to, shaken
from autograd.checking.finite_differences import EPS
from autograd.checking.tape import Tape
from autograd.graph import Node
from autograd.replay import fit, plain

Alter = Callable[[Node, Any, Any], Any]  # (op, its cotangent, its contribution) -> another contribution

_RUNS = 8  # several, since close to 1 rounding comes in steps, and steps may cancel
_SAFETY = 8.0


def backward(
    tape: Tape, weights: np.ndarray, alter: Alter | None = None, choices: Choices | None = None
) -> list[np.ndarray]:
    """Gradients of sum(weights * f) by the engine's rules, each op's contributions changed by `alter`."""
    choices = choices or Choices()
    with reporting_to(choices), np.errstate(all="ignore"):
        return _backward(tape, weights, alter, choices)


def _backward(tape: Tape, weights: np.ndarray, alter: Alter | None, choices: Choices) -> list[np.ndarray]:
    cotangents: dict[int, Any] = {tape.output: weights}
    first = tape.leaf_count
    for number in range(first + len(tape.steps) - 1, first - 1, -1):
        g, step = cotangents.pop(number, None), tape.steps[number - first]
        if g is None:
            continue
        choices.begin(number)
        pairs = iter(_contributions(step.node, branched(g)))
        parent, c = next(pairs, (None, None))
        for (is_number, argument), x in zip(step.arguments, step.node.inputs, strict=True):
            if parent is not None and x is parent:
                if is_number:
                    c = c if alter is None else alter(step.node, g, c)
                    held = cotangents.get(argument)
                    cotangents[argument] = c if held is None else held + c
                parent, c = next(pairs, (None, None))
    return [np.asarray(cotangents.get(k, np.zeros(shape))).view(np.ndarray) for k, shape in enumerate(tape.leaf_shapes)]


def _contributions(node: Node, g: Any) -> list[tuple[Node, Any]]:
    """What one op sends to its inputs, by its rules on Branched arrays; a nan that meets a zero cotangent is zero.

    As `replay.contributions`, which takes arrays of another type for a pass that is recorded, and refuses them.
    """
    primitive, keywords = node.primitive, node.keywords or {}
    arguments, y = [_lift(x) for x in node.inputs], _lift(node)
    joint = None if primitive.joint is None else primitive.joint(g, y, *arguments, **keywords)
    pairs = []
    for i, x in enumerate(node.inputs):
        if type(x) is Node and x.requires_grad:
            rule = None if joint is not None else primitive.rules[i]
            c = joint[i] if joint is not None else None if rule is None else rule(g, y, *arguments, **keywords)
            if c is not None:
                if primitive.is_elementwise:
                    c = np.where((g == 0) & np.isnan(c), 0, c)
                pairs.append((x, fit(c, x.output, primitive)))
    return pairs


def _lift(x: Any) -> Any:
    """A value as a rule sees it; shaken too, since it is as good as the rounding that made it."""
    value = branched(plain(x))
    return shaken(value.view(np.ndarray)).view(Branched) if isinstance(value, Branched) else value


def rounding_of_gradient(tape: Tape, weights: np.ndarray, seed: int) -> list[np.ndarray]:
    """How far rounding may carry each element of the engine's gradient: the spread of a few shaken passes."""
    rounding = Rounding(seed)
    try:
        script = Choices()
        exact = backward(tape, weights, choices=script)
        spreads = [np.zeros_like(g) for g in exact]
        for _ in range(_RUNS):
            moved = backward(tape, weights, choices=Choices(script.made, rounding))
            for spread, g, m in zip(spreads, exact, moved, strict=True):
                np.maximum(spread, np.abs(m - g), out=spread)
    except Exception:  # a wrong rule may do anything; it is judged without this
        return [np.zeros(shape) for shape in tape.leaf_shapes]
    return [np.nan_to_num(_SAFETY * s + EPS * np.abs(g), posinf=0.0) for s, g in zip(spreads, exact, strict=True)]
