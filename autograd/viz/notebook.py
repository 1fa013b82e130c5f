"""In a notebook a Tensor shows itself: its text, and the picture of its graph where that is quick to draw."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from autograd.graph import Node
from autograd.tensor import Tensor
from autograd.viz.dot import draw

MOST_NODES = 200  # larger graphs are drawn only on request, by draw(t)
MOST_ELEMENTS = 1_000_000  # in the arrays of the graph: the picture reads them all


def mimebundle(t: Tensor, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None) -> dict[str, str]:
    """What Jupyter displays for a Tensor: `text/plain`, and `image/svg+xml` if the graph has 2 to `MOST_NODES` nodes.

    Never raises: where nothing can render the picture there is none.
    """
    bundle = {"text/plain": repr(t)}
    wanted = (include is None or "image/svg+xml" in include) and (exclude is None or "image/svg+xml" not in exclude)
    if wanted and _is_small(t._node):
        # Neither dot nor pygraphviz, or a broken one: a display is no place to fail.
        with suppress(Exception):
            bundle["image/svg+xml"] = draw(t).pipe(format="svg", encoding="utf-8", quiet=True)
    return bundle


def _is_small(root: Node) -> bool:
    """Whether the graph behind `root` has more than one node and is quick to draw; stops counting at the limits."""
    if root.primitive is None:
        return False
    seen: set[Node] = {root}
    stack = [root]
    nodes, elements = 1, 0
    while stack:
        node = stack.pop()
        elements += _size(node.output)
        for x in node.inputs:
            if type(x) is not Node:
                nodes += 1
                elements += _size(x)
            elif x not in seen:
                nodes += 1
                seen.add(x)
                stack.append(x)
        if nodes > MOST_NODES or elements > MOST_ELEMENTS:
            return False
    return True


def _size(value: Any) -> int:
    return getattr(value, "size", 1)
