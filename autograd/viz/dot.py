"""`draw`: a computation graph as a Graphviz drawing, one box a node, one arrow a use.

    draw(loss).render("graph", format="png")    # graph.png
    draw(loss)                                  # in a notebook: the picture

Leaves that take a gradient, constants, results and the drawn Tensor are told apart by colours that differ in
brightness too, for print in grey; constants have round corners besides.
"""

from __future__ import annotations

from collections import deque
from contextlib import nullcontext
from typing import TYPE_CHECKING

from autograd.tensor import Tensor
from autograd.viz.formatting import array_lines, clipped, place
from autograd.viz.model import CONSTANT, LEAF, Graph, GraphNode, graph_of

if TYPE_CHECKING:
    import graphviz

_INK, _PALE_INK = "#1b2a3a", "#66707a"
_OUTPUT = "output"
# Header fill and header ink. The fills are white, and 91, 72 and 16 per cent bright.
_LOOKS = {
    CONSTANT: ("#ffffff", _INK),
    "op": ("#dfe9f3", _INK),
    LEAF: ("#f0a830", _INK),
    _OUTPUT: ("#17324d", "#ffffff"),
}
_QUICK = 100  # nodes that dot may take its full time over
_MOST_PORTS = 8  # ops of more arguments (a long concatenation) take all arrows at one side


def draw(t: Tensor | Graph, *, rankdir: str = "LR", max_nodes: int = 500) -> graphviz.Digraph:
    """Draw the graph that computed `t`: every value with its gradient, shape and op, one arrow for each use.

    Parameters
    ----------
    t : a Tensor, or the `Graph` that `graph_of` made of one.
    rankdir : "LR" for left to right, "TB" for top to bottom.
    max_nodes : of a larger graph only so many nodes are drawn, those nearest to `t`, and one that counts the others.

    Returns a `graphviz.Digraph`: `.render("graph", format="png")` writes a picture, `.pipe(format="svg")` returns one,
    a notebook shows it, `.source` is the DOT text, the same in every run. Rendering uses the `dot` program where there
    is one, else pygraphviz (`pip install 'readgrad[viz]'`), else it raises `MissingExtraError`.

    Gradients appear once `t.backward()` has run; before that the picture says so.

    Raises `DtypeError` if `t` is not a Tensor, `ValueError` for another `rankdir` or a `max_nodes` below 1.

    >>> x = Tensor(3.0, requires_grad=True, name="x")
    >>> y = x * x
    >>> y.backward()
    >>> print(draw(y).source.count("n0:e -> n1"))  # x * x uses x twice
    2
    """
    from autograd.viz.rendering import Drawing

    if rankdir not in ("LR", "TB"):
        raise ValueError(f'draw: rankdir is "LR" (left to right) or "TB" (top to bottom), not {rankdir!r}')
    if max_nodes < 1:
        raise ValueError(f"draw: max_nodes is at least 1, not {max_nodes}")
    graph = t if isinstance(t, Graph) else graph_of(t)
    shown = _nearest(graph, max_nodes)
    drawing = Drawing(format="svg")
    drawing.attr(rankdir=rankdir, nodesep="0.18", ranksep="0.45", pad="0.15", bgcolor="white")
    if len(shown) > _QUICK:
        # Many long arrows (a leaf used all along a chain) would keep dot busy for minutes: bound its search.
        effort = f"{_QUICK / 2 / len(shown):.3f}"
        drawing.attr(nslimit=effort, nslimit1=effort, mclimit="0.1")
    drawing.attr(
        label=f'<<FONT COLOR="{_PALE_INK}">{_html(graph.note)}</FONT>>' if graph.note else "",
        labelloc="b",
        labeljust="l",
        fontname="Helvetica",
        fontsize="10",
    )
    drawing.attr("node", shape="plain", fontname="Helvetica", fontsize="11", fontcolor=_INK)
    drawing.attr("edge", color=_INK, penwidth="0.8", arrowsize="0.6")
    arity = [0] * len(graph.nodes)
    for edge in graph.edges:
        if not graph.nodes[edge.target].section:  # of a line of a program the arguments are in its text
            arity[edge.target] += 1
    for number, section in enumerate(dict.fromkeys(node.section for node in graph.nodes)):
        with drawing.subgraph(name=f"cluster_{number}") if section else nullcontext(drawing) as part:
            if section:
                part.attr(label=section, labeljust="l", labelloc="t", style="rounded", color=_PALE_INK, fontsize="14")
            for node in graph.nodes:
                if node.id in shown and node.section == section:
                    part.node(
                        f"n{node.id}",
                        label=_box(node, node is graph.output, arity[node.id], rankdir),
                        tooltip=_tooltip(node),
                    )
    if len(shown) < len(graph.nodes):
        drawing.node(
            "more",
            label=f"… {len(graph.nodes) - len(shown)} more nodes",
            shape="box",
            style="dashed,rounded",
            fontcolor=_PALE_INK,
            color=_PALE_INK,
        )
    out, into = ("e", "w") if rankdir == "LR" else ("s", "n")
    cut: dict[int, None] = {}
    for edge in graph.edges:
        if edge.target not in shown:
            continue
        if edge.source not in shown:
            cut[edge.target] = None
            continue
        port = f"a{edge.position}:{into}" if 1 < arity[edge.target] <= _MOST_PORTS else into
        drawing.edge(f"n{edge.source}:{out}", f"n{edge.target}:{port}")
    for target in cut:
        drawing.edge(f"more:{out}", f"n{target}:{into}", style="dashed", color=_PALE_INK)
    return drawing


def _nearest(graph: Graph, count: int) -> set[int]:
    """The `count` nodes nearest to the output, counted in arrows; the later one first where they are equally near."""
    if len(graph.nodes) <= count:
        return set(range(len(graph.nodes)))
    sources: dict[int, list[int]] = {}
    for edge in graph.edges:
        sources.setdefault(edge.target, []).append(edge.source)
    shown = {graph.output.id}
    queue = deque(shown)
    while queue:
        for source in sorted(sources.get(queue.popleft(), ()), reverse=True):
            if len(shown) == count:
                return shown
            if source not in shown:
                shown.add(source)
                queue.append(source)
    return shown


# --- one box ---


def _box(node: GraphNode, is_output: bool, arity: int, rankdir: str) -> str:
    """An HTML-like label: a header, and below it what is known, one row each; arguments have ports of their own."""
    fill, ink = _LOOKS[_OUTPUT if is_output else node.kind]
    rows = []
    if header := _header(node):
        title = f'<FONT COLOR="{ink}"><B>{_html(header)}</B></FONT>'
        rows.append(f'<TD COLSPAN="2" BGCOLOR="{fill}" CELLPADDING="4">{title}</TD>')
    said = "".join(_row(key, lines) for key, lines in _facts(node))
    facts = f'<TD ALIGN="LEFT">{_table(said)}</TD>' if said else ""
    if 1 < arity <= _MOST_PORTS:
        ports = [f'<TD PORT="a{i}">{_pale(chr(ord("a") + i))}</TD>' for i in range(arity)]
        if rankdir == "LR":
            facts = f'<TD SIDES="R" BORDER="1">{_table("</TR><TR>".join(ports), cells=True)}</TD>{facts}'
        else:
            rows.insert(0, f"<TD>{_table(''.join(ports), cells=True)}</TD>")
    rows += [facts] if facts else []
    if node.remark:
        rows.append(f'<TD COLSPAN="2" ALIGN="LEFT" CELLPADDING="4">{_pale(_html(node.remark))}</TD>')
    # Constants: pale round corners, which tell them apart without colour.
    frame = f'COLOR="{_PALE_INK}" STYLE="rounded"' if node.kind == CONSTANT else f'COLOR="{_INK}"'
    body = "".join(f"<TR>{row}</TR>" for row in rows)
    return f'<<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1" BGCOLOR="white" {frame}>{body}</TABLE>>'


def _table(rows: str, cells: bool = False) -> str:
    """A table inside a cell, from rows, or from the cells of rows whose outermost tags are still to be added."""
    inner = f"<TR>{rows}</TR>" if cells else rows
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2">{inner}</TABLE>'


def _header(node: GraphNode) -> str:
    """`h = multiply`, `sum(axis=0)`, `w`; a constant without a name has none."""
    name = clipped(node.name) if node.name else ""
    if node.kind != "op":
        return name or ("leaf" if node.kind == LEAF else "")
    said = [f"{key}={value}" for key, value in node.keywords.items() if value not in ("None", "False")]
    call = f"{node.op}({', '.join(said)})" if said else node.op
    return f"{name} = {call}" if name else call


def _facts(node: GraphNode) -> list[tuple[str, list[str]]]:
    """What the box says below its header, as (key, lines)."""
    facts = []
    unnamed = not _header(node)
    if node.value is not None:
        facts.append(("" if unnamed else "value", array_lines(node.value)))
    if node.grad is not None:
        facts.append(("grad", array_lines(node.grad)))
    dtype = "" if node.dtype in (None, "float64") else f"{node.dtype}"
    if node.shape or (node.shape is not None and node.value is None):
        facts.append(("shape", [f"{node.shape} {dtype}".rstrip()]))
    elif dtype and not unnamed:
        facts.append(("dtype", [dtype]))
    return facts


def _row(key: str, lines: list[str]) -> str:
    several = len(lines) > 1
    text = "".join(f'{_html(line)}<BR ALIGN="LEFT"/>' for line in lines) if several else _html(lines[0])
    if not key:
        return f'<TR><TD COLSPAN="2">{text}</TD></TR>'
    top = ' VALIGN="TOP"' if several else ""
    return f'<TR><TD ALIGN="LEFT"{top}>{_pale(key)}</TD><TD ALIGN="LEFT" BALIGN="LEFT">{text}</TD></TR>'


def _pale(text: str) -> str:
    return f'<FONT COLOR="{_PALE_INK}" POINT-SIZE="9">{text}</FONT>'


def _tooltip(node: GraphNode) -> str:
    """Shown on pointing at the box in SVG: the op's source line."""
    text = f"{node.kind} n{node.id}"
    if node.location is not None:
        text = place(node.location) + (f": {node.location.text}" if node.location.text else "")
    # Graphviz reads HTML entities in it, and backslash sequences, those twice.
    return _visible(text).replace("&", "&amp;").replace("\\", "\\" * 4)


def _html(text: str) -> str:
    # Graphviz puts the node's own name in place of \N, and so on, within one run of text: so end the run.
    return _visible(text).translate(_ENTITIES).replace("\\", "<FONT>\\</FONT>")


_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def _visible(text: str) -> str:
    """Line ends, control characters and lone surrogates written out, as in `repr`."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
