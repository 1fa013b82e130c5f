"""The graph: what one operation leaves behind, where in the user's code it happened, and the order to replay it in.

A `Node` is plain data. Two kinds share the class: a *leaf* (`primitive is None`), a Tensor that the user made,
and an *op node*, the record of one call. Nothing here knows about Tensors or derivatives.
"""

from __future__ import annotations

import linecache
import sys
import warnings
from copy import deepcopy
from itertools import count
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.errors import FreedGraphError

if TYPE_CHECKING:
    from types import CodeType, FrameType

# One clock numbers op nodes and assignments to leaves. Sorting by it gives a topological order, and a leaf
# whose reading is above an op's was overwritten after that op ran.
tick = count(1).__next__
clock_of = attrgetter("clock")


class Node:
    """One recorded operation, or a leaf.

    Inputs are Nodes, or the plain values of operands that take no gradient. The first two have slots of their
    own (a tuple for each node would be one more object for the collector to track); three or more are in `others`.

    Only the slots of its kind are set: an op node has no `grad` or `snapshot`, a leaf no inputs.
    """

    __slots__ = (
        "clock",  # reading of the clock when recorded, or when a leaf was last assigned
        "code",  # code object of the user's function and ...
        "cotangent",  # during a replay: the sum of the contributions so far
        "first",  # first input of one or two
        "grad",  # leaf: the accumulated gradient
        "keywords",  # keyword arguments of the call, or None
        "lasti",  # ... instruction offset in it: resolved to a line only when somebody asks
        "mark",  # the last Pass that reached this node
        "notes",  # what few nodes have: a `Notes`, or None
        "others",  # all inputs when there are three or more, else None
        "output",  # the value
        "primitive",  # the operation, or None for a leaf
        "requires_grad",
        "second",  # second input of two, or None
        "snapshot",  # leaf whose array was handed out while a graph used it: since which clock it has what value
    )

    clock: int
    code: CodeType | None
    cotangent: Any
    first: Any
    grad: Any
    keywords: dict[str, Any] | None
    lasti: int
    mark: Pass | None
    notes: Notes | None
    others: tuple[Any, ...] | None
    output: Any
    primitive: Any  # a Primitive, or None for a leaf
    requires_grad: bool
    second: Any
    snapshot: Any

    @property
    def inputs(self) -> tuple[Any, ...]:
        """Nodes and plain values this operation was applied to; empty for a leaf."""
        if self.primitive is None:
            return ()
        if self.others is not None:
            return self.others
        return (self.first,) if self.second is None else (self.first, self.second)

    @property
    def location(self) -> Location:
        """The line of the user's code that recorded this node (or last assigned to this leaf)."""
        return locate(self.code, self.lasti)


class Notes:
    """What few nodes carry: a name, hooks, a wish to keep the gradient of an intermediate value, and that gradient."""

    __slots__ = ("grad", "hooks", "name", "retain")

    def __init__(self) -> None:
        self.name: str | None = None
        self.hooks: dict[int, Any] = {}
        self.retain = False
        self.grad: Any = None


class Pass:
    """One replay over a graph: who ran it, where and with what it started, and whether it freed the values it used."""

    __slots__ = ("code", "freed", "lasti", "seed", "start")

    def __init__(self, code: CodeType | None, lasti: int) -> None:
        self.freed = False
        self.code = code
        self.lasti = lasti
        self.start = 0  # once it is through: clock of the node it started from, and ...
        self.seed: Any = None  # ... that node's cotangent, if of one element: a mark shall not keep arrays alive


def leaf(value: Any, requires_grad: bool) -> Node:
    """A node for a value that the user made; it sits at the clock's beginning until somebody assigns to it."""
    node = Node()
    node.primitive = None
    node.output = value
    node.requires_grad = requires_grad
    node.clock = 0
    node.code = None
    node.lasti = 0
    node.mark = node.notes = node.cotangent = node.grad = node.snapshot = None
    return node


# The node of every Tensor that takes no gradient and that nobody has named: shared, so that arithmetic on
# constants costs no node.
UNTRACKED = leaf(None, requires_grad=False)


def notes_of(node: Node) -> Notes:
    """The node's `Notes`, made at first use."""
    if node.notes is None:
        node.notes = Notes()
    return node.notes


def topological_order(roots: list[Node], this_pass: Pass) -> tuple[list[Node], list[Node]]:
    """Op nodes reachable from `roots`, newest first, and the leaves among their inputs; iterative at any depth.

    A node records the pass that reached it in its `mark`: that is the visited set. A node that an earlier pass
    freed raises `FreedGraphError` before it is touched.
    """
    ops: list[Node] = []
    leaves: list[Node] = []
    stack = list(roots)
    push = stack.append
    while stack:
        node = stack.pop()
        mark = node.mark
        if mark is this_pass:
            continue
        if node.primitive is None:
            leaves.append(node)
        elif mark is not None and mark.freed:
            raise freed_error(node, mark)
        else:
            ops.append(node)
            node.cotangent = None
            if node.others is None:  # written out: this is a fifth of a backward pass over numbers
                x = node.first
                if type(x) is Node and x.mark is not this_pass:
                    push(x)
                x = node.second
                if type(x) is Node and x.mark is not this_pass:
                    push(x)
            else:
                for x in node.others:
                    if type(x) is Node and x.mark is not this_pass:
                        push(x)
        node.mark = this_pass
    ops.sort(key=clock_of, reverse=True)
    return ops, leaves


def freed_error(node: Node, mark: Pass) -> FreedGraphError:
    """The error for a node whose values an earlier pass has freed."""
    if not mark.start:
        return FreedGraphError(
            f"values saved by {node.primitive.name!r} ({node.location}) were dropped by a backward pass that is under "
            f"way or was interrupted ({locate(mark.code, mark.lasti)}); run the forward pass again."
        )
    return FreedGraphError(
        f"the values saved by {node.primitive.name!r} ({node.location}) were freed by an earlier backward pass at "
        f"{locate(mark.code, mark.lasti)}. To go through this graph twice, call the first backward with "
        "retain_graph=True; to carry a value from one step into the next, detach() it."
    )


def ancestors(roots: list[Node], since: int = 0) -> tuple[list[Node], list[Node]]:
    """Op nodes reachable from `roots`, oldest first, and the leaves, without leaving marks.

    For readers (drawing) that must not disturb the graph, and for transforms: nodes up to the clock's reading
    `since` count as leaves, whatever lies behind them.
    """
    ops: list[Node] = []
    leaves: list[Node] = []
    seen = set(roots)
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node.primitive is None or node.clock <= since:
            leaves.append(node)
            continue
        ops.append(node)
        for parent in reversed(node.inputs):
            if type(parent) is Node and parent not in seen:
                seen.add(parent)
                stack.append(parent)
    ops.sort(key=clock_of)
    return ops, leaves


def twin_of(root: Node, memo: dict[int, Any]) -> Node:
    """A copy of everything that `root` was computed from, for `copy.deepcopy` and with its memo; iterative.

    Values are copied, since a result may be a view of a leaf, which somebody may overwrite; constants and keywords,
    which nobody writes to, are shared. Hooks stay behind: they are functions of the user's, about the original.
    """
    ops, leaves = ancestors([root])
    with_gradients: list[tuple[Any, Any]] = []
    for node in (*leaves, *ops):
        if id(node) in memo:
            continue
        memo[id(node)] = twin = Node()
        twin.primitive = node.primitive
        twin.output = node.output.copy("K") if hasattr(node.output, "base") else node.output
        twin.requires_grad = node.requires_grad
        twin.clock = node.clock
        twin.code, twin.lasti = node.code, node.lasti
        twin.mark = node.mark
        twin.cotangent = twin.notes = None
        if node.notes is not None:
            twin.notes = Notes()
            twin.notes.name, twin.notes.retain = node.notes.name, node.notes.retain
            with_gradients.append((node.notes, twin.notes))
        if node.primitive is None:
            twin.snapshot = node.snapshot
            with_gradients.append((node, twin))
            continue
        twin.keywords = node.keywords
        twin.first, twin.second = _twin_of_input(node.first, memo), _twin_of_input(node.second, memo)
        twin.others = None if node.others is None else tuple(_twin_of_input(x, memo) for x in node.others)
    for original, copy in with_gradients:  # last, since a recorded gradient has a graph that leads to these leaves
        copy.grad = deepcopy(original.grad, memo)
    return memo[id(root)]


def _twin_of_input(x: Any, memo: dict[int, Any]) -> Any:
    return memo[id(x)] if type(x) is Node else x


class Location(NamedTuple):
    """A line of source code; prints as `train.py:12: loss = model(x)`."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.text}" if self.text else place


UNKNOWN = Location("(unknown line)", 0, "")

# A module with this name among its globals belongs to the library: its frames are not the user's.
LIBRARY_MARK = "__readgrad_library__"


def mark_library(package: str) -> None:
    """Mark the modules of a package that are loaded so far; each package's `__init__` ends with this call."""
    for name, module in tuple(sys.modules.items()):
        if name == package or name.startswith(package + "."):
            setattr(module, LIBRARY_MARK, True)


def _outside(frame: FrameType | None) -> FrameType | None:
    """The innermost frame outside the library, from this one outwards."""
    while frame is not None and LIBRARY_MARK in frame.f_globals:
        frame = frame.f_back
    return frame


def user_place(depth: int) -> tuple[CodeType | None, int]:
    """Code object and instruction of the user's frame: a place to keep, which `locate` turns into a line if asked.

    It is searched from `depth` frames above the caller.
    """
    frame = _outside(sys._getframe(depth + 1))
    return (None, 0) if frame is None else (frame.f_code, frame.f_lasti)


def here() -> Location:
    """The line of the user's code that is running now; NumPy's own lines are not the user's either."""
    frame = _outside(sys._getframe(1))
    while frame is not None and frame.f_globals.get("__name__", "").startswith("numpy."):
        frame = _outside(frame.f_back)
    return UNKNOWN if frame is None else locate(frame.f_code, frame.f_lasti)


def warn_user(message: str) -> None:
    """Warn at the line of the user's code that is running now: Python shows it once for each such line."""
    frame = _outside(sys._getframe(1))
    if frame is None:
        warnings.warn(message, UserWarning, stacklevel=2)
        return
    module = frame.f_globals.get("__name__", "<string>")
    seen = frame.f_globals.setdefault("__warningregistry__", {})
    warnings.warn_explicit(message, UserWarning, frame.f_code.co_filename, frame.f_lineno, module, seen)


def locate(code: CodeType | None, lasti: int) -> Location:
    """The source line of an instruction."""
    if code is None:
        return UNKNOWN
    line = code.co_firstlineno
    for start, end, number in code.co_lines():
        if start <= lasti < end and number is not None:
            line = number
    return Location(code.co_filename, line, linecache.getline(code.co_filename, line).strip())
