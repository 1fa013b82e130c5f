"""The tape replayed forwards, for directional derivatives: the dual of `replay.pull`, from the same rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.errors import RuleError
from autograd.graph import Node, ancestors
from autograd.masking import anywhere, filled, without_nan
from autograd.primitives import LINEAR
from autograd.replay import Lift, masks, refuse_freed


def push(roots: list[Node], tangents: dict[Node, Any], *, since: int, lift: Lift, by_double_vjp: Callable) -> list[Any]:
    """Send `tangents` forward to `roots`; returns their tangents, None where nothing arrives.

    The dual of `pull`, from the same rules: for an elementwise op the vjp rule is the jvp rule; a linear op is
    applied to the tangents; any other is left to `by_double_vjp(node, arriving tangents)`.
    """
    tangents = dict(tangents)
    ops, boundary = ancestors(roots, since)
    refuse_freed(ops, boundary)
    is_masked = any(map(masks, ops))
    with np.errstate(all="ignore"):
        for node in ops:
            arriving = [tangents.get(x) if type(x) is Node else None for x in node.inputs]
            if node.requires_grad and any(t is not None for t in arriving):
                t = _push_one(node, arriving, lift, by_double_vjp)
                if is_masked and anywhere(np.isnan(t)):
                    t = _push_without_nan(t, node, arriving, lift, by_double_vjp)
                tangents[node] = t
    return [tangents.get(root) for root in roots]


def _push_one(node: Node, arriving: list[Any], lift: Lift, by_double_vjp: Callable) -> Any:
    primitive, keywords = node.primitive, node.keywords or {}
    arguments = [lift(x) for x in node.inputs]
    y = lift(node)
    if primitive.structure == LINEAR:
        moved = [np.zeros_like(x) if t is None else t for t, x in zip(arriving, arguments, strict=True)]
        return primitive(*moved, **keywords)
    if primitive.is_elementwise and primitive.joint is None:
        parts = [
            rule(t, y, *arguments, **keywords)
            for rule, t in zip(primitive.tangent_rules, arriving, strict=True)
            if t is not None and rule is not None
        ]
        total = parts[0] if parts else np.zeros_like(y)
        for part in parts[1:]:
            total = total + part
        if not hasattr(total, "shape"):
            raise RuleError(f"the rule of {primitive.name} returned {total!r}, not an array, for shape {y.shape}")
        return total if total.shape == y.shape else np.broadcast_to(total, y.shape)
    return by_double_vjp(node, arriving)


def _push_without_nan(t: Any, node: Node, arriving: list[Any], lift: Lift, by_double_vjp: Callable) -> Any:
    """The tangent t, without each nan of an arriving one that has no say in it."""

    def push_filled(k: int) -> dict[int, Any]:
        return {0: _push_one(node, [None if x is None else filled(x, k) for x in arriving], lift, by_double_vjp)}

    return without_nan({0: t}, None, push_filled)[0]
