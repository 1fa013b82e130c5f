"""What a picture shows beyond what the graph still holds: values that `backward` freed, and every node's cotangent.

Both are computed on the side: nothing here writes to a node of the graph, and no hook runs.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from autograd.graph import Node
from autograd.replay import contributions, masks, overwritten_since, plain


class Recovered(NamedTuple):
    """What could be computed.

    `copies` has, for each op node, a node with its value: itself, or a copy where a backward pass freed values. The
    value of those in `doubtful` is not the one the graph had, since a leaf was overwritten since; only its shape and
    dtype are. `misled` are the ops that would see a wrong argument if they were replayed.
    """

    copies: dict[Node, Node]
    doubtful: set[Node]
    misled: set[Node]


def recover_values(ops: list[Node], root_value: Any) -> Recovered:
    """Compute the values again that a backward pass freed; `ops` come oldest first and end in the root."""
    freed = any(node.output is None for node in ops)
    copies: dict[Node, Node] = {}
    doubtful: set[Node] = set()
    misled: set[Node] = set()
    for node in ops:
        if any(type(x) is Node and (x in doubtful or overwritten_since(x, node)) for x in node.inputs):
            misled.add(node)
        copies[node] = copy = _copy(node, copies) if freed else node
        if copy.output is None:
            if node is ops[-1]:
                copy.output = root_value
                continue
            if node in misled:
                doubtful.add(node)
            copy.output = _forward(copy)
            if copy.output is None:
                doubtful.add(node)
    return Recovered(copies, doubtful, misled)


def _copy(node: Node, copies: dict[Node, Node]) -> Node:
    """The node with its op inputs replaced by their copies."""

    def copied(x: Any) -> Any:
        return copies.get(x, x) if type(x) is Node else x

    copy = Node()
    copy.primitive, copy.keywords = node.primitive, node.keywords
    copy.output, copy.requires_grad, copy.clock = node.output, node.requires_grad, node.clock
    if node.others is not None:
        copy.first = copy.second = None
        copy.others = tuple(map(copied, node.others))
    else:
        copy.first, copy.second, copy.others = copied(node.first), copied(node.second), None
    return copy


def _forward(node: Node) -> Any:
    """The op applied to its inputs' values once more; None if that is impossible."""
    values = [plain(x) for x in node.inputs]
    if any(value is None for value in values):
        return None
    try:
        with np.errstate(all="ignore"):
            value = node.primitive.forward(*values, **(node.keywords or {}))
    except Exception:  # a user's own op may refuse; a picture without its value is better than none
        return None
    return value[()] if isinstance(value, np.ndarray) else value


class Cotangents(NamedTuple):
    """The sum for each node, and what each use of a node sends to it, by `(user, argument position)`."""

    sums: dict[Node, Any]
    sent: dict[tuple[Node, int], Any]


_UNKNOWN = object()


def recover_cotangents(ops: list[Node], seed: Any, recovered: Recovered) -> Cotangents:
    """Replay the backward pass that started from the newest of `ops` with `seed`.

    A node is left out where no gradient arrived, and where what arrived cannot be known: behind an op that was misled,
    and behind a hook, which may have replaced the gradient.
    """
    sums: dict[Node, Any] = {ops[-1]: seed}
    sent: dict[tuple[Node, int], Any] = {}
    original = {copy: node for node, copy in recovered.copies.items()}
    behind_where = False
    with np.errstate(all="ignore"):
        for node in reversed(ops):
            g = sums.get(node)
            if g is None:
                continue
            if node.notes is not None and node.notes.hooks:
                sums[node] = g = _UNKNOWN
            behind_where = behind_where or masks(node)
            copy = recovered.copies[node]
            placed = None
            if g is not _UNKNOWN and node not in recovered.misled and node not in recovered.doubtful:
                placed = _contributions(copy, g, behind_where)
            if placed is None:
                sums.update((x, _UNKNOWN) for x in node.inputs if type(x) is Node and x.requires_grad)
                continue
            for position, x, c in placed:
                x = original.get(x, x)
                sent[node, position] = c
                if x not in sums:
                    sums[x] = c
                elif sums[x] is not _UNKNOWN:
                    sums[x] = sums[x] + c
    return Cotangents({node: g for node, g in sums.items() if g is not _UNKNOWN}, sent)


def _contributions(node: Node, g: Any, behind_where: bool) -> list[tuple[int, Node, Any]] | None:
    """What the op sends to its inputs, with argument positions; None if its rule fails."""
    try:
        pairs = contributions(node, g, zero_times_nan=behind_where)
    except Exception:  # a faulty rule is backward's to report; the picture goes without its gradients
        return None
    placed = []
    rules = node.primitive.rules if node.primitive.joint is None else None
    position = 0
    for x, c in pairs:  # they come in the order of the inputs, those without a contribution left out
        while node.inputs[position] is not x or (rules is not None and rules[position] is None):
            position += 1
        placed.append((position, x, c))
        position += 1
    return placed
