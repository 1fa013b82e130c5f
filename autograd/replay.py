"""The tape replayed backwards, for gradients.

Each op node receives its cotangent g, the sum of what its uses sent; its rules turn g into one
contribution for each input, and those are added up at the inputs. Newest first, so that a node's sum is complete
before it is spent.

There are two loops. The fast one does plain array arithmetic, and writes out for speed what `contributions` says
in general: one node's rules, applied. The careful one also records what it does (`create_graph`), runs hooks, keeps
gradients of intermediate values, watches for nan, and keeps `where`'s promise; it takes over at the first node that
needs it. Nothing here knows the Tensor class: `lift` turns a node into the value that a rule sees.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.broadcasting import unbroadcast
from autograd.capture import current_capture, section
from autograd.errors import AnomalyError, GradientError, RuleError, ShapeError, StaleValueError
from autograd.graph import Node, Pass, ancestors, freed_error, here, notes_of, topological_order, user_place
from autograd.masking import filled, has_nan, without_nan
from autograd.modes import ANOMALY, MASKED, current_mode, enable_grad, masked
from autograd.primitives import LINEAR, Primitive, same
from autograd.values import FLOAT64, float64_of, numbers_like, summary

Lift = Callable[[Any], Any]

# Marks and cotangents live in slots of the nodes, so one replay runs at a time, until its caller has taken the
# cotangents of the leaves; re-entrant, for rules and hooks that replay graphs of their own.
LOCK = threading.RLock()


def pull(roots: list[Node], seeds: list[Any], *, free: bool, lift: Lift | None = None) -> list[Node]:
    """Send `seeds` back from `roots` to the leaves; return those, each with its sum in `cotangent` (None: not reached).

    Parameters
    ----------
    free : drop saved values behind the pass, and make a second pass an error.
    lift : turns a node, or a constant, into the Tensor that rules shall see, so that the pass is recorded; None for
        plain arrays.

    Call it holding `LOCK`, until the cotangents are taken. A replay that raises leaves every gradient as it was.
    """
    this_pass = Pass(*user_place(1))
    ops, leaves = topological_order(roots, this_pass)
    _refuse_stale(ops, leaves)
    this_pass.freed = free
    for node in leaves:
        node.cotangent = None
    try:
        _replay(ops, leaves, roots, seeds, free, lift)
    except BaseException:
        for node in (*ops, *leaves):
            node.cotangent = None
        raise
    seed = seeds[0] if lift is None else seeds[0]._data
    this_pass.start = roots[0].clock
    this_pass.seed = seed if type(seed) is float or seed.size == 1 else None
    return leaves


def pull_since(
    roots: list[Node], seeds: list[Any], since: int, lift: Lift | None = None, to: list[Node] | None = None
) -> dict[Node, Any]:
    """Send `seeds` back from `roots` to nodes no younger than `since`; return what arrives at each of those.

    For transforms, which differentiate with respect to a point inside a larger graph, perhaps while a pass over that
    graph is under way: no node is marked, freed or changed. Seeds and `lift` are as for `pull`; with a `lift`, what
    does not lead to one of the nodes `to` is spared.
    """
    with LOCK:
        ops, boundary = ancestors(roots, since)
        ops.reverse()
        refuse_freed(ops, boundary)
        _refuse_stale(ops, boundary)
        _refuse_stale_views(boundary)
        before = [(node, getattr(node, "cotangent", None)) for node in (*ops, *boundary)]
        for node, _ in before:
            node.cotangent = None
        try:
            wanted = None if to is None or lift is None else _descendants(to, ops)
            _replay(ops, boundary, roots, seeds, False, lift, wanted)
            return {node: node.cotangent for node in boundary if node.cotangent is not None}
        finally:
            for node, cotangent in before:
                node.cotangent = cotangent


def _descendants(nodes: list[Node], ops: list[Node]) -> set[Node]:
    """`nodes` and those of `ops`, newest first, that were computed from them."""
    found = set(nodes)
    for node in reversed(ops):
        if not found.isdisjoint([x for x in node.inputs if type(x) is Node]):
            found.add(node)
    return found


def _replay(
    ops: list[Node],
    leaves: list[Node],
    roots: list[Node],
    seeds: list[Any],
    free: bool,
    lift: Lift | None,
    wanted: set[Node] | None = None,
) -> None:
    """Seed the roots and replay `ops`, newest first."""
    for i, root in enumerate(roots):
        root.cotangent = seeds[i] if root.cotangent is None else root.cotangent + seeds[i]
    if lift is not None:
        with enable_grad(), np.errstate(all="ignore"), section("backward"):
            _pull_careful(ops, leaves, free, lift, wanted)
    else:
        _replay_plain(ops, leaves, free)


@np.errstate(all="ignore")  # an infinite slope is an answer, not the user's arithmetic gone wrong: no warning
def _replay_plain(ops: list[Node], leaves: list[Node], free: bool) -> None:
    mode = current_mode()
    if not mode & ANOMALY:
        if not mode & MASKED:
            ops = _pull_fast(ops, free)
        if ops and all(node.notes is None for node in ops):
            ops = _pull_hopefully(ops, leaves, free)
    if ops:
        _pull_careful(ops, leaves, free, None)


def _pull_hopefully(ops: list[Node], leaves: list[Node], free: bool) -> list[Node]:
    """Replay plain nodes fast, some of which throw elements away; return them as they were if a nan came out."""
    before = [(node, node.cotangent) for node in (*ops, *leaves)]
    _pull_fast(ops, False, heeding_masks=False)
    if any(node.cotangent is not None and has_nan(node.cotangent) for node in leaves):
        for node, g in before:
            node.cotangent = g
        return ops
    if free:
        for node in ops:
            if type(node.output) is np.ndarray:
                node.output = None
    return []


def _pull_fast(ops: list[Node], free: bool, heeding_masks: bool = True) -> list[Node]:
    """Replay plain nodes; return what is left from the first node that needs care."""
    for position, node in enumerate(ops):
        g = node.cotangent
        if g is None:
            continue
        primitive = node.primitive
        if node.notes is not None:
            return ops[position:]
        if not primitive.is_inline:
            if primitive.masks and heeding_masks and masks(node):
                return ops[position:]
            node.cotangent = None
            _pull_one(node, g)
            if free and type(node.output) is np.ndarray:
                node.output = None
            continue
        # One and two arguments are written out: this is where a scalar graph spends its time. Contributions
        # are computed before any is stored, since a Python float may raise where NumPy says inf.
        node.cotangent = None
        y = node.output
        a = node.first
        b = node.second
        try:
            if b is None:
                x = a.output
                c = primitive.rules[0](g, y, x)
                if type(c) is not float if type(x) is float else c.shape != x.shape:
                    c = fit(c, x, primitive)
                a.cotangent = c if a.cotangent is None else a.cotangent + c
            else:
                x = a.output if type(a) is Node else a
                z = b.output if type(b) is Node else b
                to_a = type(a) is Node and a.requires_grad
                rule_a, rule_b = primitive.rules
                if to_a:
                    c = g if rule_a is same else rule_a(g, y, x, z)
                    if type(c) is not float if type(x) is float else c.shape != x.shape:
                        c = fit(c, x, primitive)
                if type(b) is Node and b.requires_grad:
                    d = g if rule_b is same else rule_b(g, y, x, z)
                    if type(d) is not float if type(z) is float else d.shape != z.shape:
                        d = fit(d, z, primitive)
                    b.cotangent = d if b.cotangent is None else b.cotangent + d
                if to_a:
                    a.cotangent = c if a.cotangent is None else a.cotangent + c
        except (ArithmeticError, AttributeError):  # `contributions` has an answer, or the right error
            _send(contributions(node, g))
        if free and type(y) is np.ndarray:  # numbers stay, for pictures drawn after the pass
            node.output = None
    return []


def _pull_careful(
    ops: list[Node], leaves: list[Node], free: bool, lift: Lift | None, wanted: set[Node] | None = None
) -> None:
    """Replay with everything that the fast loop leaves out."""
    behind_mask = bool(current_mode() & MASKED)
    capture = current_capture()
    for position, node in enumerate(ops):
        g = node.cotangent
        if g is None:
            continue
        node.cotangent = None
        if node.notes is not None:
            g = _notice(node, g)
            if node.notes.hooks:
                _refuse_stale(ops[position:], leaves)  # a hook may have assigned to a leaf
        if capture is not None:
            capture.cotangents[g._node] = node
        behind_mask = behind_mask or masks(node)
        pairs = contributions(node, g, lift, behind_mask, wanted)
        if current_mode() & ANOMALY:
            _refuse_nan(node, pairs, g)
        _send(pairs)
        if free and type(node.output) is np.ndarray:
            node.output = None


def masks(node: Node) -> bool:
    """Whether this operation threw elements away."""
    found = node.primitive.masks
    return found if type(found) is bool else found(**(node.keywords or {}))


def _send(pairs: list[tuple[Node, Any]]) -> None:
    for parent, c in pairs:
        parent.cotangent = c if parent.cotangent is None else parent.cotangent + c


def _pull_one(node: Node, g: Any) -> None:
    """Send one op's contributions on: `contributions` for plain arrays, written out for half its cost."""
    primitive, keywords, inputs = node.primitive, node.keywords, node.others
    if primitive.joint is not None:
        _send(contributions(node, g))
        return
    if inputs is None:
        inputs = (node.first,) if node.second is None else (node.first, node.second)
    arguments = [np.float64(g) if type(g) is float else g, node.output]
    for x in inputs:
        if type(x) is Node:
            x = x.output
            if type(x) is float:
                x = np.float64(x)
        arguments.append(x)
    for i, rule in enumerate(primitive.rules):
        x = inputs[i]
        if type(x) is Node and x.requires_grad and rule is not None:
            try:
                c = rule(*arguments) if keywords is None else rule(*arguments, **keywords)
            except np.linalg.LinAlgError as error:
                raise _located(node, error) from None
            value = arguments[i + 2]  # behind g and y
            if getattr(c, "shape", None) != value.shape or c.dtype is not value.dtype or type(x.output) is float:
                c = fit(c, x.output, primitive)
            x.cotangent = c if x.cotangent is None else x.cotangent + c


def _located(node: Node, error: Exception) -> Exception:
    """The error for a matrix whose factorisation fails in a rule alone, such as a singular one below `slogdet`."""
    message = f"there is no gradient of {node.primitive.name} here ({node.location}): {error}"
    return np.linalg.LinAlgError(message)


def contributions(
    node: Node, g: Any, lift: Lift | None = None, zero_times_nan: bool = False, wanted: set[Node] | None = None
) -> list[tuple[Node, Any]]:
    """What one recorded operation sends to each of its inputs that takes a gradient, given its cotangent g.

    Rules see plain values, or what `lift` makes of nodes and constants. With `zero_times_nan`, a nan that comes of a
    zero cotangent is zero: `where` gave that element no gradient. Inputs that are not `wanted` are left out.
    """
    primitive, inputs, keywords = node.primitive, node.inputs, node.keywords or {}
    if lift is None:
        lift = plain
        g = float64_of(g)
    arguments = [lift(x) for x in inputs]
    y = lift(node)
    places = [
        i for i, x in enumerate(inputs) if type(x) is Node and x.requires_grad and (wanted is None or x in wanted)
    ]

    def rules(y: Any, arguments: list[Any]) -> dict[int, Any]:
        if primitive.joint is not None:
            all_of_them = primitive.joint(g, y, *arguments, **keywords)
            if len(all_of_them) != len(inputs):
                raise RuleError(
                    f"the rule of {primitive.name} returned {len(all_of_them)} contributions for {len(inputs)} inputs"
                )
            # None is how a joint rule says what a missing rule says: no gradient.
            return {i: all_of_them[i] for i in places if all_of_them[i] is not None}
        return {i: rule(g, y, *arguments, **keywords) for i in places if (rule := primitive.rules[i]) is not None}

    def rules_on_filled(k: int) -> dict[int, Any]:
        values = [filled(x, k) for x in arguments]
        return rules(primitive(*values, **keywords), values)

    try:
        if not zero_times_nan or primitive.structure == LINEAR:
            sent = rules(y, arguments)
        elif primitive.is_elementwise:
            sent = rules(y, arguments)
            sent = {i: np.where((g == 0) & np.isnan(c), 0, c) if hasattr(c, "shape") else c for i, c in sent.items()}
        else:
            with masked():
                sent = without_nan(rules(y, arguments), g, rules_on_filled)
    except np.linalg.LinAlgError as error:
        raise _located(node, error) from None
    if lift is not plain:
        _refuse_arrays(sent, primitive)
    return [(inputs[i], fit(c, inputs[i].output, primitive)) for i, c in sent.items()]


def _refuse_arrays(sent: dict[int, Any], primitive: Primitive) -> None:
    """Raise for a contribution that is no longer recorded, in a pass that shall be."""
    if any(isinstance(c, np.ndarray | np.generic) and np.any(c) for c in sent.values()):
        raise RuleError(
            f"the rule of {primitive.name} returned an array in a pass that is recorded, so its own derivative "
            "would be lost; write it with operators and NumPy functions on g, y and x, without np.asarray"
        )


def plain(x: Any) -> Any:
    """The value of an input or a node as rules see it in a plain pass."""
    return float64_of(x.output) if type(x) is Node else x


def fit(c: Any, x: Any, primitive: Primitive) -> Any:
    """A contribution in the shape and dtype of its input x: a real one takes the real part of a complex contribution.

    Only elementwise ops may need their broadcasting undone.
    """
    shape, dtype = ((), FLOAT64) if type(x) is float else (x.shape, x.dtype)
    if not hasattr(c, "shape"):
        raise RuleError(f"the rule of {primitive.name} returned {c!r}, not an array, for an input of shape {shape}")
    if c.shape != shape:
        if not primitive.is_elementwise or not _stretches(shape, c.shape):
            raise RuleError(f"the rule of {primitive.name} returned shape {c.shape} for an input of shape {shape}")
        c = unbroadcast(c, shape)
    if c.dtype != dtype:
        if c.dtype.kind not in "fiubc":
            raise RuleError(f"the rule of {primitive.name} returned {c.dtype} for an input of {dtype}")
        if c.dtype.kind == "c" != dtype.kind:
            c = c.real
        c = c if c.dtype == dtype else c.astype(dtype)
    return float(c) if type(x) is float and isinstance(c, np.generic | np.ndarray | float) else c


def _stretches(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    """Whether broadcasting takes `shape` to `to`."""
    tail = to[len(to) - len(shape) :]
    return len(tail) == len(shape) and all(n in (1, m) for n, m in zip(shape, tail, strict=True))


def _notice(node: Node, g: Any) -> Any:
    """Run the hooks of a node on its complete cotangent, and keep it if somebody asked for that."""
    notes = notes_of(node)
    dtype = getattr(node.output, "dtype", FLOAT64)
    for hook in tuple(notes.hooks.values()):
        shown = g
        if isinstance(g, float | np.generic | np.ndarray):
            # A copy, since g may be another node's cotangent too; read-only, so that `g *= 2` is not lost unseen.
            shown = np.array(g, dtype)
            shown.flags.writeable = False
        replacement = hook(shown)
        if replacement is not None:
            if np.shape(replacement) != np.shape(shown):
                raise GradientError(
                    f"a hook on the output of {node.primitive.name if node.primitive else 'a leaf'} returned shape "
                    f"{np.shape(replacement)} for a gradient of shape {np.shape(shown)} (at {here()})"
                )
            if type(shown) is np.ndarray:
                g = numbers_like(replacement, dtype, "a hook's gradient")[()]
            else:
                g = replacement if type(replacement) is type(shown) else type(shown)(replacement, dtype=dtype)
    if notes.retain:
        kept = np.array(g, dtype) if isinstance(g, float | np.generic | np.ndarray) else g
        notes.grad = kept if notes.grad is None else notes.grad + kept
    return g


def accumulate(leaves: list[Node], seeds: list[Any]) -> None:
    """Add each leaf's cotangent to its `grad`, in the leaf's dtype; no two gradients share memory."""
    taken = set(map(id, seeds))
    capture = current_capture()
    try:
        for node in leaves:
            if node.notes is not None and node.notes.hooks and node.cotangent is not None:
                node.cotangent = _notice(node, node.cotangent)
            if node.grad is not None and (was := getattr(node.grad, "shape", ())) != getattr(node.output, "shape", ()):
                raise ShapeError(
                    f"the grad of a leaf of shape {node.output.shape} was given the shape {was} (at {here()}), so the "
                    "next cannot be added to it; reshape a copy of it"
                )
    except BaseException:
        for node in leaves:
            node.cotangent = None
            if node.mark is not None:
                node.mark.start = 0  # the pass is not through
        raise
    for node in leaves:
        g = node.cotangent
        if g is None:
            continue
        node.cotangent = None
        if not node.requires_grad:
            continue
        x = node.output
        if type(x) is not float:
            if type(g) is float:
                g = np.float64(g)
            if g.dtype is not x.dtype:
                g = g.astype(x.dtype)
        if capture is not None:
            capture.cotangents[g._node] = node
            capture.lift_gradient(node)
        if node.grad is not None:
            g = node.grad + g
        elif type(g) is np.ndarray:
            if g.base is not None or id(g) in taken:
                g = g.copy()
            taken.add(id(g))
        node.grad = g


def _refuse_stale(ops: list[Node], leaves: list[Node]) -> None:
    """Raise if a leaf was overwritten after an op saved it. The first loop settles the everyday case."""
    if not ops:
        return
    oldest_op = ops[-1].clock
    for node in leaves:
        if node.clock > oldest_op:
            break
    else:
        return
    for node in ops:
        for x in node.inputs:
            if type(x) is not Node or not overwritten_since(x, node):
                continue
            name = f" {x.notes.name!r}" if x.notes is not None and x.notes.name else ""
            raise StaleValueError(
                f"the leaf{name} of shape {np.shape(x.output)} that {node.primitive.name} used ({node.location}) was "
                f"overwritten afterwards, or made to require grad ({x.location}), before this backward pass was "
                "through. Run the forward pass again after changing it, or change it after backward()."
            )


def refuse_freed(ops: list[Node], boundary: list[Node]) -> None:
    """Raise if a backward pass has dropped values that this replay needs."""
    for node in ops:
        if node.mark is not None and node.mark.freed:
            raise freed_error(node, node.mark)
    for node in boundary:
        if node.output is None and node.mark is not None:
            raise freed_error(node, node.mark)


def _refuse_stale_views(boundary: list[Node]) -> None:
    """Raise if a closed-over result is a view, or a view of a view, of a leaf that was overwritten since."""
    for node in boundary:
        while node.primitive is not None and getattr(node.output, "base", None) is not None:
            viewed = node.first
            if type(viewed) is not Node:
                break
            if viewed.primitive is None:
                _refuse_stale([node], [viewed])
            node = viewed


def overwritten_since(x: Node, node: Node) -> bool:
    """Whether the input x is a leaf that was assigned another value after `node` used it."""
    if x.primitive is not None or x.clock < node.clock:
        return False
    if x.snapshot is None:
        return True
    since, value = x.snapshot  # somebody looked at `.data`, and may have left it as it was
    return since >= node.clock or not np.array_equal(value, x.output, equal_nan=True)


def _refuse_nan(node: Node, pairs: list[tuple[Node, Any]], g: Any) -> None:
    for parent, c in pairs:
        values = getattr(c, "_data", c)
        if np.isnan(values).any():
            raise AnomalyError(
                f"the gradient that {node.primitive.name} sends to its input of shape {np.shape(parent.output)} has "
                f"{int(np.isnan(values).sum())} nan; the forward call is {node.location}. The input was "
                f"{summary(parent.output)}, the gradient that arrived {summary(getattr(g, '_data', g))}"
            )
