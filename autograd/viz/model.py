"""The view model: a computation graph as plain data, which every kind of picture is made from.

    graph = graph_of(loss)
    graph.nodes[0].value, graph.nodes[0].grad     # arrays
    graph.edges                                   # one for each use: x * x has two
    graph.to_json()                               # the same text in every run

Ids are numbers in topological order: inputs come before what is made of them, the drawn Tensor comes last.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from autograd.errors import DtypeError
from autograd.graph import UNKNOWN, Location, Node, Pass, ancestors, here, locate
from autograd.replay import overwritten_since
from autograd.tensor import Tensor
from autograd.viz.formatting import keyword_text, place, statistics
from autograd.viz.recovery import Cotangents, Recovered, recover_cotangents, recover_values

LEAF, CONSTANT, OP = "leaf", "constant", "op"

SCHEMA = 1  # of `to_json`; grows when a field changes its meaning


@dataclass(frozen=True, slots=True, eq=False)
class GraphNode:
    """One value of a computation: a leaf that takes a gradient, a constant, or the result of an op.

    Arrays are those of the moment when the picture was taken: read-only, and untouched by later assignments.
    """

    id: int
    kind: str  # LEAF, CONSTANT or OP
    op: str  # name of the primitive; "" for a leaf or constant
    keywords: dict[str, str]  # of the call, each as a short text
    name: str | None
    shape: tuple[int, ...] | None  # None: freed, and not to be found out any more
    dtype: str | None
    value: np.ndarray | None  # None: freed by a backward pass
    grad: np.ndarray | None  # None: no backward pass, no gradient arrived, or it cannot be known
    requires_grad: bool
    location: Location | None  # where the op was called, or the leaf last assigned
    remark: str  # what a reader must know of this node: why its value is missing, that it was overwritten
    section: str = ""  # the part of a compiled program that it belongs to: nodes of one are drawn in a frame


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """One use of a value: node `source` is argument number `position` (from 0) of the op `target`."""

    source: int
    target: int
    position: int
    contribution: np.ndarray | None  # what this use adds to the gradient of `source`, where known


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A computation graph as plain data. `nodes[i].id == i`; the last node is the drawn Tensor.

    `note` says in a sentence what the gradients are, or why there are none.
    """

    nodes: list[GraphNode]
    edges: list[Edge]
    note: str

    def __repr__(self) -> str:
        return f"Graph({len(self.nodes)} nodes, {len(self.edges)} edges, note={self.note!r})"

    @property
    def output(self) -> GraphNode:
        """The node of the drawn Tensor."""
        return self.nodes[-1]

    def to_json(self, max_elements: int = 1000) -> str:
        """The graph as JSON text, byte for byte the same in every run of the same program.

        Parameters
        ----------
        max_elements : larger arrays are given by their statistics alone, and their "data" is null.

        JSON has no nan and inf: they are the strings "nan", "inf" and "-inf".

        >>> import json
        >>> x = Tensor(3.0, requires_grad=True, name="x")
        >>> data = json.loads(graph_of(x * x).to_json())
        >>> data["edges"]  # doctest: +NORMALIZE_WHITESPACE
        [{'source': 0, 'target': 1, 'position': 0, 'contribution': None},
         {'source': 0, 'target': 1, 'position': 1, 'contribution': None}]
        >>> data["nodes"][0]["name"], data["nodes"][0]["value"], data["nodes"][1]["op"]
        ('x', {'data': 3.0}, 'multiply')
        """
        import json  # here, since importing it takes 5 ms

        nodes = [
            {
                "id": node.id,
                "kind": node.kind,
                "op": node.op,
                "keywords": node.keywords,
                "name": node.name,
                "shape": None if node.shape is None else list(node.shape),
                "dtype": node.dtype,
                "value": _array_json(node.value, max_elements),
                "grad": _array_json(node.grad, max_elements),
                "requires_grad": node.requires_grad,
                "location": None if node.location is None else node.location._asdict(),
                "remark": node.remark,
                "section": node.section,
            }
            for node in self.nodes
        ]
        edges = [
            {
                "source": edge.source,
                "target": edge.target,
                "position": edge.position,
                "contribution": _array_json(edge.contribution, max_elements),
            }
            for edge in self.edges
        ]
        whole = {"schema": SCHEMA, "note": self.note, "output": self.output.id, "nodes": nodes, "edges": edges}
        return json.dumps(whole, allow_nan=False)


def graph_of(t: Tensor) -> Graph:
    """The graph that computed `t`, as plain data; nothing in the graph itself changes, however often it is drawn.

    What is shown as a gradient:

    - a leaf's `.grad`, if it has one: the sum over all backward passes since it was last zeroed;
    - for the result of an op the gradient kept by `retain_grad()`, else its cotangent in the last backward pass that
      started from `t`, computed again for the picture. Where that cannot be known (behind a hook, a leaf overwritten
      since, a pass that started elsewhere) there is none;
    - before a backward pass there are none, and the note says so.

    Values that the pass freed are computed again from the leaves as well; where a leaf was overwritten since, they
    are left out and the node says where they were freed. Plain operands, such as the 2 in `2 * x`, are constants, one
    for each use. A Tensor without a graph is one node.

    Raises `DtypeError` if `t` is not a Tensor.

    >>> x = Tensor(3.0, requires_grad=True, name="x")
    >>> y = x * x
    >>> graph_of(y)
    Graph(2 nodes, 2 edges, note='no backward pass yet')
    >>> y.backward()
    >>> graph = graph_of(y)
    >>> [(node.op, float(node.value), float(node.grad)) for node in graph.nodes]
    [('', 3.0, 6.0), ('multiply', 9.0, 1.0)]
    >>> [float(edge.contribution) for edge in graph.edges]
    [3.0, 3.0]
    """
    if not isinstance(t, Tensor):
        raise DtypeError(f"a graph is drawn of a Tensor, not of a {type(t).__name__} (at {here()})")
    root = t._node
    ops, leaves = ancestors([root])
    if not ops:
        return Graph([_leaf_node(0, root, t._data, None)], [], _note_of_leaf(root))
    recovered = recover_values(ops, t._data)
    mark = root.mark
    found = Cotangents({}, {})
    if mark is not None and mark.start == root.clock and mark.seed is not None:
        found = recover_cotangents(ops, mark.seed, recovered)
    nodes, edges = _numbered(ops, recovered, found)
    return Graph(nodes, edges, _note(ops, leaves, recovered))


def _numbered(ops: list[Node], recovered: Recovered, found: Cotangents) -> tuple[list[GraphNode], list[Edge]]:
    """Nodes in the order of the program, each leaf and constant before its first use; and the uses."""
    nodes: list[GraphNode] = []
    edges: list[Edge] = []
    numbers: dict[Node, int] = {}
    overwritten: dict[Node, None] = {
        x: None for node in recovered.misled for x in node.inputs if type(x) is Node and overwritten_since(x, node)
    }
    lines: dict[tuple[int, int], Location | None] = {}  # looked up once for each line, not for each node
    for node in ops:
        sources = []
        for x in node.inputs:
            if type(x) is not Node:
                sources.append(len(nodes))
                nodes.append(_constant_node(len(nodes), x))
                continue
            if x not in numbers:
                numbers[x] = len(nodes)
                remark = f"overwritten at {place(x.location)}, after this graph used it" if x in overwritten else ""
                nodes.append(_leaf_node(len(nodes), x, x.output, remark))
            sources.append(numbers[x])
        target = numbers[node] = len(nodes)
        line = (id(node.code), node.lasti)
        if line not in lines:
            lines[line] = _known(node.location)
        nodes.append(_op_node(target, node, recovered, found, lines[line]))
        for position, source in enumerate(sources):
            edges.append(Edge(source, target, position, _array(found.sent.get((node, position)))))
    return nodes, edges


def _op_node(number: int, node: Node, recovered: Recovered, found: Cotangents, location: Location | None) -> GraphNode:
    value = _array(recovered.copies[node].output)
    doubtful = node in recovered.doubtful
    retained = None if node.notes is None else node.notes.grad
    return GraphNode(
        id=number,
        kind=OP,
        op=node.primitive.name,
        keywords={name: keyword_text(argument) for name, argument in (node.keywords or {}).items()},
        name=None if node.notes is None else node.notes.name,
        shape=None if value is None else value.shape,
        dtype=None if value is None else _dtype_text(value.dtype),
        value=None if doubtful else value,
        grad=_array(found.sums.get(node) if retained is None else retained, copy=retained is not None),
        requires_grad=node.requires_grad,
        location=location,
        remark=f"freed by {_backward_text(node.mark)}" if doubtful else "",
    )


def _leaf_node(number: int, node: Node, value: Any, remark: str | None) -> GraphNode:
    array = _array(value, copy=True)
    assert array is not None
    return GraphNode(
        id=number,
        kind=LEAF if node.requires_grad else CONSTANT,
        op="",
        keywords={},
        name=None if node.notes is None else node.notes.name,
        shape=array.shape,
        dtype=_dtype_text(array.dtype),
        value=array,
        grad=_array(node.grad, copy=True),
        requires_grad=node.requires_grad,
        location=_known(node.location),
        remark=remark or "",
    )


def _constant_node(number: int, value: Any) -> GraphNode:
    array = _array(value)
    assert array is not None
    return GraphNode(
        number, CONSTANT, "", {}, None, array.shape, _dtype_text(array.dtype), array, None, False, None, ""
    )


def _note_of_leaf(node: Node) -> str:
    if not node.requires_grad:
        return "a constant: no gradient flows to it"
    return "no backward pass yet" if node.grad is None else ""


def _note(ops: list[Node], leaves: list[Node], recovered: Recovered) -> str:
    root = ops[-1]
    mark = root.mark
    if mark is None:
        earlier = any(node.grad is not None for node in leaves)
        return "no backward pass yet" + ("; the gradients of the leaves are from an earlier graph" if earlier else "")
    if mark.start == 0:
        return f"{_backward_text(mark)} failed"
    if mark.start != root.clock:
        note = f"{_backward_text(mark)} started from a later result: draw that one to see every gradient"
    elif mark.seed is None:
        note = f"{_backward_text(mark)} started from an array: gradients of the leaves only"
    else:
        note = f"gradients of {_backward_text(mark)}"
    if any(node.output is None and node not in recovered.doubtful for node in ops[:-1]):
        note += "; values that it freed were computed again"
    if recovered.misled:
        note += "; a leaf was overwritten since, and what that makes uncertain is left out"
    return note


def _backward_text(mark: Pass | None) -> str:
    if mark is None or mark.code is None:
        return "backward()"
    return f"backward() at {place(locate(mark.code, mark.lasti))}"


def _known(location: Location) -> Location | None:
    return None if location is UNKNOWN else location


@cache
def _dtype_text(dtype: np.dtype) -> str:
    return str(dtype)


def _array(value: Any, copy: bool = False) -> np.ndarray | None:
    """A value of the graph as a read-only array; None stays None."""
    if value is None:
        return None
    value = value._data if isinstance(value, Tensor) else value
    array = np.array(value) if copy else np.asarray(value).view()
    array.flags.writeable = False
    return array


def _array_json(array: np.ndarray | None, max_elements: int) -> dict[str, Any] | None:
    if array is None:
        return None
    if array.size > max_elements:
        return {"data": None, **{name: _number_json(x) for name, x in statistics(array)._asdict().items()}}
    if array.dtype.kind in "iub" or (array.dtype.kind == "f" and np.isfinite(array).all()):
        return {"data": array.tolist()}
    numbers = np.empty(array.shape, dtype=object)
    numbers.ravel()[:] = [_number_json(x) for x in array.ravel().tolist()]
    return {"data": numbers.tolist()}


def _number_json(x: Any) -> Any:
    """The number, or its text where JSON has no such number."""
    return x if x is None or (isinstance(x, int | float) and x - x == 0) else str(x)
