"""`Capture`: what one recorded run of a function reads and writes besides what its operations tell.

The graph is the record of the operations. What it cannot tell is noted here while the run goes on: which array or
setting an input of the program is read from at each call, which leaves and arrays are written to, where the backward
pass and the update begin, and which objects must stay as they were for the program to hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from autograd.capture import section
from autograd.compiler.outside import Draw, state_of
from autograd.graph import Node, leaf, tick
from autograd.primitives import CONSTANT, Primitive
from autograd.tensor import Tensor, captured

Read = Callable[[], Any]

# A draw from a Generator as an operation; `number` keeps two draws apart.
DRAW = Primitive(lambda generator, method, arguments, number: None, (), CONSTANT, arity=1, name="draw")


_LARGE = 1 << 16  # bytes of an array that is worth sharing: small ones are better where the plan wants them


class Cotangents(dict[Node, Node]):
    """Of each cotangent what it is the cotangent of; `pairs` has all, where one is handed on as it is."""

    def __init__(self) -> None:
        self.pairs: list[tuple[Node, Node]] = []  # (x, dL/dx)

    def __setitem__(self, g: Node, x: Node) -> None:
        self.pairs.append((x, g))
        super().__setitem__(g, x)

    def clear(self) -> None:
        """Let go of all."""
        self.pairs.clear()
        super().clear()


class Capture:
    """The notes of one run; `current_capture()` hands it to whoever reads or writes arrays behind Tensors' backs.

    An optimizer, for one, has its rule run on `array(p)` and what `values_at_call(constants)` returns, and gives the
    result to `write(p, new)`.
    """

    def __init__(self) -> None:
        self.is_running = True
        self.sections: list[tuple[int, int, str]] = []
        self.cotangents = Cotangents()
        self.aliases: dict[Node, Node] = {}  # a leaf made of another Tensor's value -> that Tensor's node
        self.constants: set[Node] = set()  # leaves made of plain values
        self.large: set[Node] = set()  # inputs that are constants, too large to be written out
        self.reads: dict[Node, Read] = {}  # inputs that are read anew at each call
        self.draws: list[Draw] = []  # each through `sample`
        self.moving: set[Node] = set()  # of these, inputs that are another array at each call
        self.names: dict[Node, str] = {}
        self.homes: dict[Node, np.ndarray] = {}
        self.assigned_leaves: dict[Node, tuple[Tensor, list[tuple[int, Any]]]] = {}
        self.updated: dict[Node, int] = {}  # leaves that an optimizer wrote to, and when
        self.memory: dict[Any, list[Any]] = {}  # place of an array -> [array, its Tensor, the Tensor to be written]
        self.gradients: dict[Node, bool] = {}  # leaves whose .grad was read: whether there was one
        self.gradients_before: dict[Node, Any] = {}
        self.cleared: dict[Node, None] = {}  # leaves whose .grad was set, so that what it was before does not matter
        self.prepares: list[Callable[[], tuple[Any, ...] | None]] = []
        self.decisions: list[tuple[Node, Any, Any, Any]] = []
        self.slots: dict[Node, tuple[int, int]] = {}  # an input's place in what a prepare returns
        self.rebinds: list[Callable[[], None]] = []
        self.afters: list[Callable[[], None]] = []
        self.used: dict[int, tuple[Any, dict[str, Any]]] = {}
        self._undo: list[tuple[Any, Any]] = []

    # --- what the engine tells ---

    def made(self, leaf: Node, source: Node | None) -> None:
        """A leaf was made during the run: of another Tensor's value, or of a constant."""
        if source is None or (source.primitive is None and source.output is None):
            self.constants.add(leaf)
        else:
            self.aliases[leaf] = source

    def assigned(self, leaf: Tensor, value: Any) -> None:
        """A leaf is about to be overwritten."""
        node = leaf._own_node()
        if node not in self.assigned_leaves:
            self.assigned_leaves[node] = (leaf, [])
            self._keep(leaf._data)
        new = value._node if isinstance(value, Tensor) and value._node.output is not None else np.array(value)
        self.assigned_leaves[node][1].append((tick(), new))

    def lift_gradient(self, node: Node) -> None:
        """A leaf's `.grad` is about to be read or added to: from now on it is a Tensor, an input of the program."""
        if node in self.gradients:
            return
        if node not in self.cleared:
            self.gradients[node] = node.grad is not None
            self.gradients_before[node] = node.grad
        if node.grad is not None and not isinstance(node.grad, Tensor):
            held = Tensor.wrap(np.asarray(node.grad))
            self.reads[held._node] = lambda: node.grad
            self.moving.add(held._node)
            node.grad = held

    def stepped(self, leaves: Iterable[Tensor], now: int) -> None:
        """An optimizer has written to these leaves."""
        for tensor in leaves:
            self.updated[tensor._node] = now

    # --- what optimizers and layers tell ---

    def use(self, thing: Any) -> None:
        """The run depends on the attributes of an object: when one is bound to another value, a new run is needed."""
        if id(thing) in self.used:
            return
        self.used[id(thing)] = (thing, dict(vars(thing)))
        if hasattr(thing, "named_parameters"):
            for path, tensor in (*thing.named_parameters(), *thing.named_buffers()):
                self.names.setdefault(tensor._node, _name_of_path(path))

    def name(self, tensor: Tensor, name: str) -> None:
        """What to call a Tensor in the program."""
        self.names.setdefault(tensor._node, name)

    def home(self, tensor: Tensor, array: np.ndarray) -> None:
        """A result may be computed in that array, which nothing reads during a call."""
        if array.nbytes >= _LARGE and not any(np.may_share_memory(array, one) for one in self.homes.values()):
            self.homes[tensor._node] = array

    def array(self, array: np.ndarray, name: str) -> Tensor:
        """The Tensor that stands for an array in the program, at this point of the run."""
        place = (array.__array_interface__["data"][0], array.shape, array.strides)
        if place not in self.memory:
            tensor = Tensor.wrap(array)
            self.reads[tensor._node] = lambda: array
            self.names[tensor._node] = name
            self.memory[place] = [array, tensor, tensor]
            self._keep(array)
        return self.memory[place][2]

    def write(self, array: np.ndarray, value: Tensor) -> None:
        """The array takes the value of a Tensor at the end of each call."""
        current = self.array(array, "")
        if value is not current:
            array[...] = value._data
            place = (array.__array_interface__["data"][0], array.shape, array.strides)
            self.memory[place][2] = value

    def section(self, name: str) -> Any:
        """What runs inside belongs to a part of the program of its own."""
        return section(name)

    def values_at_call(self, compute: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
        """What `compute` returns, called anew at each call: arrays and floats as Tensors, all else must stay equal."""
        first = compute()
        dynamic = [name for name, value in first.items() if isinstance(value, float | np.ndarray | np.floating)]
        fixed = {name: value for name, value in first.items() if name not in dynamic}
        place = len(self.prepares)

        known: list[Any] = [None, None]

        def prepare() -> tuple[Any, ...] | None:
            now = compute()
            if now is known[0]:  # the same mapping as at the last call
                return known[1]
            for name, value in fixed.items():
                if now[name] != value or type(now[name]) is not type(value):
                    return None
            values = tuple([now[name] for name in dynamic])
            if any(value is None for value in values):
                return None
            known[:] = now, values
            return values

        self.prepares.append(prepare)
        results = dict(first)
        for i, name in enumerate(dynamic):
            tensor = Tensor.wrap(np.asarray(first[name]))
            self.slots[tensor._node] = (place, i)
            self.names[tensor._node] = name
            results[name] = tensor
        return results

    def before_reading(self, action: Callable[[], None]) -> None:
        """To be done when a leaf is found to have other memory, such as giving it back its place in a vector."""
        self.rebinds.append(action)

    def after_call(self, action: Callable[[], None]) -> None:
        """To be done after each call, such as counting steps."""
        self.afters.append(action)

    def sample(self, method: Any, *args: Any) -> Tensor:
        """A draw from a Generator, such as `sample(rng.random, shape)`: anew at each call."""
        generator = method.__self__
        holder = next((node for node in self.reads if node.output is generator), None)
        if holder is None:
            holder = leaf(generator, requires_grad=False)
            self.reads[holder] = lambda: generator
            self.names[holder] = "rng"
        keywords = {"method": method.__name__, "arguments": args, "number": tick()}
        before = state_of(generator)
        drawn = method(*args)
        self.draws.append((generator, before, state_of(generator)))
        return captured(DRAW, (holder, None), None, keywords, drawn)

    # --- when the run is over ---

    def _keep(self, value: Any) -> None:
        if type(value) is np.ndarray:
            self._undo.append((value, value.copy()))

    def roll_back(self) -> None:
        """Give everything that was written to its value from before the run, which did not come to its end."""
        for array, value in reversed(self._undo):
            array[...] = value
        for node in (*self.gradients, *self.cleared):
            if isinstance(node.grad, Tensor):
                node.grad = self.gradients_before.get(node)

    def finish(self) -> None:
        """The run has come to its end, and its program is made: let go of the graph."""
        self.is_running = False
        held = (
            self.cotangents,
            self.aliases,
            self.memory,
            self.decisions,
            self.gradients_before,
            self.names,
            self.homes,
        )
        for notes in (*held, self._undo, self.constants):
            notes.clear()
        for _, versions in self.assigned_leaves.values():
            versions.clear()

    def final_gradients(self) -> dict[Node, Tensor | None]:
        """What is left in `.grad` of each leaf where the run changed it; None: nothing is."""
        found: dict[Node, Tensor | None] = {}
        for node in dict.fromkeys((*self.gradients, *self.cleared)):
            spent = node in self.cleared and node in self.updated
            found[node] = node.grad if isinstance(node.grad, Tensor) and not spent else None
        return found


def _name_of_path(path: str) -> str:
    """`encoder.0.weight` as `encoder_0_weight`, `0.weight` as `weight_0`."""
    *places, name = path.split(".")
    return "_".join([name, *places] if all(place.isdigit() for place in places) else [*places, name])
