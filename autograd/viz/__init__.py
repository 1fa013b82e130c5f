"""Pictures of computation graphs: `graph_of` makes plain data of a graph, `draw` a Graphviz drawing of the data."""

from autograd.tensor import Tensor
from autograd.viz.dot import draw
from autograd.viz.model import Edge, Graph, GraphNode, graph_of
from autograd.viz.notebook import mimebundle

# Registered from here, since `tensor.py` imports nothing that stands below it.
Tensor._repr_mimebundle_ = mimebundle  # type: ignore[attr-defined]

__all__ = ["Edge", "Graph", "GraphNode", "draw", "graph_of"]
