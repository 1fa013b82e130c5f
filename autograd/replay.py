"""The tape replayed: backwards for gradients (`pull`), forwards for directional derivatives (`push`).

Backward, each op node receives its cotangent g, the sum of what its uses sent; its rules turn g into one
contribution for each input, and those are added up at the inputs. Newest first, so that a node's sum is complete
before it is spent.

There are two loops. The fast one does plain array arithmetic. The careful one also records what it does
(`create_graph`), runs hooks, keeps gradients of intermediate values, watches for nan, and keeps `where`'s
promise; it takes over at the first node that needs it. Nothing here knows the Tensor class: `lift` turns a node
into the value that a rule sees.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np

from autograd.broadcasting import unbroadcast
from autograd.errors import AnomalyError, GradientError, RuleError, StaleValueError
from autograd.graph import Node, Pass, ancestors, notes_of, topological_order, user_frame
from autograd.modes import ANOMALY, MODE, enable_grad
from autograd.primitives import LINEAR, Primitive

Lift = Callable[[Node], Any]

# Marks and cotangents live in slots of the nodes, so one replay runs at a time; re-entrant, for rules and hooks that
# replay graphs of their own.
_lock = threading.RLock()


def pull(
    roots: list[Node], seeds: list[Any], *, free: bool, lift: Lift | None = None, since: int | None = None
) -> list[Node]:
    """Send `seeds` back from `roots`; return the leaves, each with its sum in `cotangent` (None: not reached).

    Parameters
    ----------
    free : drop saved values behind the pass, and make a second pass an error.
    lift : turns a node into the Tensor that rules shall see, so that the pass is recorded; None for plain arrays.
    since : treat nodes up to this reading of the clock as leaves, and leave no marks: for transforms, which
        differentiate with respect to a point inside a larger graph.

    A replay that raises leaves every gradient as it was.
    """
    recording = nullcontext() if lift is None else enable_grad()
    # An infinite slope is an answer, not the user's arithmetic gone wrong: NumPy need not warn of it.
    with _lock, np.errstate(all="ignore"), recording:
        if since is None:
            frame = user_frame(1)
            this_pass = Pass(None, 0) if frame is None else Pass(frame.f_code, frame.f_lasti)
            ops, leaves = topological_order(roots, this_pass)
            this_pass.freed = free
        else:
            ops, leaves = ancestors(roots, since)
            ops.reverse()
            for node in (*ops, *leaves):
                node.cotangent = None
        for root, seed in zip(roots, seeds, strict=True):
            root.cotangent = seed if root.cotangent is None else root.cotangent + seed
        try:
            _refuse_stale(ops, leaves)
            if lift is None and not MODE.get() & ANOMALY:
                ops = _pull_fast(ops, free)
            if ops:
                _pull_careful(ops, free, lift or plain)
        except BaseException:
            for node in (*ops, *leaves):
                node.cotangent = None
            raise
        if since is None:
            seed = getattr(seeds[0], "_data", seeds[0])
            this_pass.start = roots[0].clock
            this_pass.seed = seed if type(seed) is float or seed.size == 1 else None
    return leaves


def _pull_fast(ops: list[Node], free: bool) -> list[Node]:
    """Replay plain nodes; return what is left from the first node that needs care."""
    for position, node in enumerate(ops):
        primitive = node.primitive
        if node.notes is not None or primitive.masks:
            return ops[position:]
        g = node.cotangent
        if g is None:
            continue
        node.cotangent = None
        y = node.output
        try:
            if not primitive.is_inline:
                _send(contributions(node, g, plain))
            # One and two arguments are written out: this is where a training step spends its time. Contributions
            # are computed before any is stored, since a Python float may raise where NumPy says inf.
            elif (b := node.second) is None:
                a = node.first
                x = a.output
                c = primitive.rules[0](g, y, x)
                if type(c) is not float and (type(x) is float or c.shape != x.shape):
                    c = fit(c, x, primitive)
                a.cotangent = c if a.cotangent is None else a.cotangent + c
            else:
                a = node.first
                x = a.output if type(a) is Node else a
                z = b.output if type(b) is Node else b
                rule_a, rule_b = primitive.rules
                needed = type(b) is Node and b.requires_grad
                if needed:
                    d = rule_b(g, y, x, z)
                    if type(d) is not float and (type(z) is float or d.shape != z.shape):
                        d = fit(d, z, primitive)
                if type(a) is Node and a.requires_grad:
                    c = rule_a(g, y, x, z)
                    if type(c) is not float and (type(x) is float or c.shape != x.shape):
                        c = fit(c, x, primitive)
                    a.cotangent = c if a.cotangent is None else a.cotangent + c
                if needed:
                    b.cotangent = d if b.cotangent is None else b.cotangent + d
        except ArithmeticError:
            _send(contributions(node, g, plain))
        if free and type(y) is not float:
            node.output = None
    return []


def _pull_careful(ops: list[Node], free: bool, lift: Lift) -> None:
    """Replay with everything that the fast loop leaves out."""
    behind_where = False
    for node in ops:
        g = node.cotangent
        if g is None:
            continue
        node.cotangent = None
        if node.notes is not None:
            g = _notice(node, g)
        behind_where = behind_where or node.primitive.masks
        pairs = contributions(node, g, lift, behind_where)
        if MODE.get() & ANOMALY:
            _refuse_nan(node, pairs)
        _send(pairs)
        if free and type(node.output) is not float:
            node.output = None


def _send(pairs: list[tuple[Node, Any]]) -> None:
    for parent, c in pairs:
        parent.cotangent = c if parent.cotangent is None else parent.cotangent + c


def contributions(node: Node, g: Any, lift: Lift, zero_times_nan: bool = False) -> list[tuple[Node, Any]]:
    """What one recorded operation sends to each of its inputs that takes a gradient, given its cotangent g.

    With `zero_times_nan`, a nan that comes of a zero cotangent is zero: `where` gave that element no gradient.
    """
    primitive, inputs, keywords = node.primitive, node.inputs, node.keywords or {}
    arguments = [lift(x) if type(x) is Node else float64_of(x) for x in inputs]
    y = lift(node)
    g = float64_of(g)
    if primitive.joint is not None:
        raw = primitive.joint(g, y, *arguments, **keywords)
    else:
        raw = [
            rule(g, y, *arguments, **keywords) if rule is not None and type(x) is Node and x.requires_grad else None
            for rule, x in zip(primitive.rules, inputs, strict=True)
        ]
    pairs = []
    for x, c in zip(inputs, raw, strict=True):
        if c is not None and type(x) is Node and x.requires_grad:
            if zero_times_nan and primitive.is_elementwise:
                c = np.where((g == 0) & np.isnan(c), 0, c)
            pairs.append((x, fit(c, x.output, primitive)))
    return pairs


def plain(node: Node) -> Any:
    """The value of a node as rules see it in a plain pass."""
    return float64_of(node.output)


def float64_of(x: Any) -> Any:
    """A NumPy scalar for a Python float, everything else as it is: rules may ask a value for its shape."""
    return np.float64(x) if type(x) is float else x


def fit(c: Any, x: Any, primitive: Primitive) -> Any:
    """A contribution in the shape and dtype of its input x; only elementwise ops may need their broadcasting undone."""
    shape, dtype = ((), np.dtype(np.float64)) if type(x) is float else (x.shape, x.dtype)
    if c.shape != shape:
        if not primitive.is_elementwise:
            raise RuleError(f"the rule of {primitive.name} returned shape {c.shape} for an input of shape {shape}")
        c = unbroadcast(c, shape)
    if c.dtype != dtype:
        c = c.astype(dtype)
    return float(c) if type(x) is float and isinstance(c, np.generic | np.ndarray) else c


def _notice(node: Node, g: Any) -> Any:
    """Run the hooks of a node on its complete cotangent, and keep it if somebody asked for that."""
    notes = notes_of(node)
    for hook in tuple(notes.hooks.values()):
        shown = np.asarray(g) if isinstance(g, float) else g
        replacement = hook(shown)
        if replacement is not None:
            if np.shape(replacement) != np.shape(shown):
                raise GradientError(
                    f"a hook on the output of {node.primitive.name if node.primitive else 'a leaf'} returned shape "
                    f"{np.shape(replacement)} for a gradient of shape {np.shape(shown)}"
                )
            g = replacement
    if notes.retain:
        kept = np.array(g) if isinstance(g, float | np.generic | np.ndarray) else g
        notes.grad = kept if notes.grad is None else notes.grad + kept
    return g


def accumulate(leaves: list[Node], seeds: list[Any]) -> None:
    """Add each leaf's cotangent to its `grad`, in the leaf's dtype; no two gradients share memory."""
    seen = {id(seed) for seed in seeds}
    for node in leaves:
        g = node.cotangent
        if g is None:
            continue
        if node.notes is not None:
            g = _notice(node, g)
        node.cotangent = None
        if not node.requires_grad:
            continue
        if node.grad is not None:
            g = node.grad + g
        elif type(g) is np.ndarray:
            if g.base is not None or id(g) in seen:
                g = g.copy()
            seen.add(id(g))
        if type(node.output) is not float and g.dtype != node.output.dtype:
            g = g.astype(node.output.dtype)
        node.grad = g


def _refuse_stale(ops: list[Node], leaves: list[Node]) -> None:
    """Raise if a leaf was overwritten after an op saved it. One comparison settles the everyday case."""
    newest_assignment = max((node.clock for node in leaves), default=0)
    if not ops or newest_assignment < ops[-1].clock:
        return
    for node in ops:
        for x in node.inputs:
            if type(x) is not Node or x.primitive is not None or x.clock < node.clock or type(x.output) is float:
                continue
            if x.snapshot is not None and np.array_equal(x.snapshot, x.output, equal_nan=True):
                continue  # somebody looked at `.data`, and left it as it was
            name = f" {x.notes.name!r}" if x.notes is not None and x.notes.name else ""
            raise StaleValueError(
                f"the leaf{name} of shape {x.output.shape} that {node.primitive.name} used ({node.location}) was "
                f"overwritten afterwards ({x.location}), before this backward pass. Run the forward pass again after "
                "changing it, or change it after backward()."
            )


def _refuse_nan(node: Node, pairs: list[tuple[Node, Any]]) -> None:
    for parent, c in pairs:
        values = getattr(c, "_data", c)
        if np.isnan(values).any():
            raise AnomalyError(
                f"the gradient that {node.primitive.name} sends to its input of shape {np.shape(parent.output)} has "
                f"{int(np.isnan(values).sum())} nan; the forward call is {node.location}"
            )


def push(roots: list[Node], tangents: dict[Node, Any], *, since: int, lift: Lift, transposed: Callable) -> list[Any]:
    """Send `tangents` forward to `roots`; returns their tangents, None where nothing arrives.

    The dual of `pull`, from the same rules: for an elementwise op the vjp rule is the jvp rule; a linear op is
    applied to the tangents; any other is differentiated by `transposed(h, y, t)`, the transpose at t of the map h
    from cotangents of y to contributions.
    """
    tangents = dict(tangents)
    ops, _ = ancestors(roots, since)
    with np.errstate(all="ignore"):
        for node in ops:
            arriving = [tangents.get(x) if type(x) is Node else None for x in node.inputs]
            if any(t is not None for t in arriving):
                tangents[node] = _push_one(node, arriving, lift, transposed)
    return [tangents.get(root) for root in roots]


def _push_one(node: Node, arriving: list[Any], lift: Lift, transposed: Callable) -> Any:
    primitive, keywords = node.primitive, node.keywords or {}
    arguments = [lift(x) if type(x) is Node else float64_of(x) for x in node.inputs]
    y = lift(node)
    if primitive.structure == LINEAR:
        return primitive(*(np.zeros_like(x) if t is None else t for t, x in zip(arriving, arguments)), **keywords)
    if primitive.is_elementwise:
        parts = [
            rule(t, y, *arguments, **keywords)
            for rule, t in zip(primitive.rules, arriving, strict=True)
            if t is not None and rule is not None
        ]
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total if total.shape == y.shape else np.broadcast_to(total, y.shape)
    given = [i for i, t in enumerate(arriving) if t is not None]

    def contribute(g: Any) -> list[Any]:
        return [primitive.rules[i](g, y, *arguments, **keywords) for i in given]

    return transposed(contribute, y, [arriving[i] for i in given])
