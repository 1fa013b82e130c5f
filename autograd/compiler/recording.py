"""`Capture`: what one recorded run of a function reads and writes besides what its operations tell.

The graph is the record of the operations. What it cannot tell is noted here while the run goes on: which array or
setting an input of the program is read from at each call, which leaves and arrays are written to, where the backward
pass and the update begin, and which objects must stay as they were for the program to hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.capture import section
from autograd.compiler.operations import DRAW
from autograd.compiler.snapshots import Draw, state_of
from autograd.errors import CaptureError
from autograd.graph import Node, here, leaf, tick
from autograd.tensor import Tensor, captured, tensor_of

Read = Callable[[], Any]

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


@dataclass
class Memory:
    """An array that is written to: the Tensor of what it holds when a call begins, and that of its present value."""

    array: np.ndarray
    before: Tensor
    current: Tensor

    @property
    def is_written(self) -> bool:
        """Whether it has a new value."""
        return self.current is not self.before


def _array_of(gradient: Any) -> np.ndarray:
    """A gradient as an array; one that somebody set, or that was made with `create_graph`, is a Tensor."""
    return np.asarray(gradient._data if isinstance(gradient, Tensor) else gradient)


def _place_of(array: np.ndarray) -> Any:
    return array.__array_interface__["data"][0], array.shape, array.strides


def _start_in(whole: np.ndarray, part: Any) -> int | None:
    """Where in an array, laid out flat, a part of it begins; None if it is no part."""
    if type(part) is not np.ndarray or not np.may_share_memory(whole, part) or not part.flags.c_contiguous:
        return None
    first, begin = (array.__array_interface__["data"][0] for array in (whole, part))
    start = (begin - first) // whole.itemsize
    return start if whole.flags.c_contiguous and 0 <= start <= whole.size - part.size else None


def _with_part(whole: Tensor, start: int, part: Tensor) -> Tensor:
    """The whole with a part of it, laid out flat, replaced."""
    flat = whole.reshape(-1)
    joined: Any = np.concatenate([flat[:start], part.reshape(-1), flat[start + part.size :]])
    return joined.reshape(whole.shape)


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
        self.names_of_arrays: list[tuple[np.ndarray, str]] = []
        self.homes: dict[Node, np.ndarray] = {}
        self.assigned_leaves: dict[Node, Tensor] = {}
        self.updated: dict[Node, int] = {}  # leaves that an optimizer wrote to, and when it did last
        self.data_of: dict[Node, Tensor] = {}  # what `.data` gave -> the leaf: writing into it writes to the leaf
        self.versions: dict[Node, list[tuple[int, Node]]] = {}  # a leaf's values after the first: since when, and what
        self.memory: dict[Any, Memory] = {}  # by the place of the array
        self.steps: Counter[int] = Counter()  # of the lots of optimizers: how many each has made in this run
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
        self._undo_actions: list[Callable[[], None]] = []

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
        last = self.versions[node][-1][1] if node in self.versions else None
        if isinstance(value, Tensor) and value._node is last and self.data_of.get(last) is leaf:
            return  # by `p.data -= step`, whose step has been written already
        if node in self.updated:
            self._refuse_number(leaf)
        if node not in self.assigned_leaves:
            self.assigned_leaves[node] = leaf
            self._keep(leaf._data)
        if not isinstance(value, Tensor) or value._node.output is None:
            value = Tensor.wrap(np.array(value, leaf.dtype))
            self.constants.add(value._node)
        value = value if value.dtype == leaf.dtype else value.astype(leaf.dtype)
        self.versions.setdefault(node, []).append((tick(), value._node))
        for memory in self.memory.values():
            if (start := _start_in(memory.array, leaf._data)) is not None:
                memory.current = _with_part(memory.current, start, value)

    def data_written(self, old: Node, new: Tensor) -> None:
        """`d[i] = v` or `d -= v` has made `new` of `old`: if d is the `.data` of a leaf, that is assigned to."""
        leaf = self.data_of.get(old)
        if leaf is not None:
            leaf.assign(new)
            self.data_of[new._node] = leaf

    def lift_gradient(self, node: Node) -> None:
        """A leaf's `.grad` is about to be read or added to: from now on it is a Tensor, an input of the program."""
        if node in self.gradients:
            return
        if node not in self.cleared:
            self.gradients[node] = node.grad is not None
            self.gradients_before[node] = node.grad
        if node.grad is not None and (node not in self.cleared or not isinstance(node.grad, Tensor)):
            held = Tensor.wrap(_array_of(node.grad))
            self.reads[held._node] = lambda: _array_of(node.grad)
            self.moving.add(held._node)
            node.grad = held

    def stepped(self, leaf: Tensor, place: np.ndarray, now: int) -> None:
        """An optimizer has written the leaf's new value to that part of its vector."""
        node = leaf._node
        if node in self.assigned_leaves:
            self._refuse_number(leaf)
        self.updated[node] = now
        for memory in self.memory.values():
            if (start := _start_in(memory.array, place)) is not None:
                with section("update"):
                    part = memory.current
                    if part.shape != place.shape:
                        part = (part if part.ndim == 1 else part.reshape(-1))[start : start + place.size]
                    part = part if part.shape == place.shape else part.reshape(place.shape)
                self.names.setdefault(part._node, f"new_{self.names.get(node, 'value')}")
                self.versions.setdefault(node, []).append((now, part._node))
                return

    def _refuse_number(self, leaf: Tensor) -> None:
        """Raise for a leaf that is one number, and so is kept apart from the vector that an optimizer works on."""
        if type(leaf._data) is float:
            raise CaptureError(
                f"compile: a parameter that is a single number is both assigned to and updated by an optimizer in one "
                f"function (at {here()}); give it a shape, such as (1,), or do one of both outside of the function"
            )

    def refuse_move(self, leaf: Tensor) -> None:
        """Raise if a leaf that this run has changed is about to be bound to other memory."""
        if leaf._node in self.updated:
            raise CaptureError(
                f"compile: two optimizers update the same parameter in one function (at {here()}); give each parameter "
                "to one optimizer, or compile a function for each"
            )

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
        memory = self.memory.get(_place_of(array))
        if memory is None:
            memory = self._known(array, name)
        return memory.current

    def _known(self, array: np.ndarray, name: str) -> Memory:
        for other in self.memory.values():
            if other.is_written and np.may_share_memory(other.array, array):
                raise CaptureError(
                    f"compile: two steps of an optimizer in one function update different sets of parameters "
                    f"(at {here()}); let all have gradients in both, or compile a function for each step"
                )
        tensor = Tensor.wrap(array)
        self.reads[tensor._node] = lambda: array
        self.names[tensor._node] = name
        self._keep(array)
        memory = self.memory[_place_of(array)] = Memory(array, tensor, tensor)
        for node, assigned in self.assigned_leaves.items():  # before the optimizer's step
            if (start := _start_in(array, assigned._data)) is not None:
                memory.current = _with_part(memory.current, start, tensor_of(node))
        return memory

    def write(self, array: np.ndarray, value: Tensor) -> None:
        """The array takes the value of a Tensor at the end of each call."""
        if value is not self.array(array, ""):
            array[...] = value._data
            self.memory[_place_of(array)].current = value

    def name_values(self, values: Iterable[tuple[str, Any]]) -> None:
        """What the function calls the Tensors and arrays that it has from outside; what has a name keeps it."""
        for name, value in values:
            if isinstance(value, Tensor):
                self.names.setdefault(value._node, name)
            elif isinstance(value, np.ndarray):
                self.names_of_arrays.append((value, name))

    def section(self, name: str) -> Any:
        """What runs inside belongs to a part of the program of its own."""
        return section(name)

    def values_at_call(self, compute: Callable[[], tuple[Mapping[str, Any], Mapping[str, Any]]]) -> dict[str, Any]:
        """What `compute` returns, called anew at each call: arrays and floats as Tensors, all else must stay equal.

        It returns two mappings. The first is the same object as long as nothing in it has changed; what both name is
        taken from the second.
        """
        steady, changing = compute()
        first = {**steady, **changing}
        names = changing.keys()
        kept = [name for name, value in first.items() if _is_value(value) and name not in names]
        moving = [name for name, value in changing.items() if _is_value(value)]
        dynamic = [*kept, *moving]
        fixed = {name: value for name, value in steady.items() if name not in {*dynamic, *names}}
        switches = {name: value for name, value in changing.items() if name not in dynamic}
        place = len(self.prepares)

        known: list[Any] = [None, ()]  # the first mapping at the last call, and the values in it

        def prepare() -> tuple[Any, ...] | None:
            steady, changing = compute()
            if steady is not known[0]:
                if not _agree(steady, fixed) or any(steady[name] is None for name in kept):
                    return None
                known[:] = steady, tuple([steady[name] for name in kept])
            if changing.keys() != names:
                return None
            if not changing:
                return known[1]
            values = tuple([changing[name] for name in moving])
            if switches and not _agree(changing, switches):
                return None
            for value in values:
                if value is None:
                    return None
            return known[1] + values

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

    def if_it_fails(self, action: Callable[[], None]) -> None:
        """To be done if the run does not come to its end, such as counting a step back."""
        self._undo_actions.append(action)

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
        for action in reversed(self._undo_actions):
            action()
        for node in (*self.gradients, *self.cleared):
            if isinstance(node.grad, Tensor) or node in self.gradients:
                node.grad = self.gradients_before.get(node)

    def finish(self) -> None:
        """The run has come to its end, and its program is made: let go of the graph."""
        self.is_running = False
        held = (
            self.names_of_arrays,
            self.cotangents,
            self.aliases,
            self.memory,
            self.decisions,
            self.gradients_before,
            self.names,
        )
        for notes in (*held, self._undo, self.constants, self.homes):
            notes.clear()
        self.versions.clear()
        self.data_of.clear()
        self._undo_actions.clear()

    def final_gradients(self) -> dict[Node, Tensor | None]:
        """What is left in `.grad` of each leaf where the run changed it; None: nothing is."""
        found: dict[Node, Tensor | None] = {}
        for node in dict.fromkeys((*self.gradients, *self.cleared)):
            grad = node.grad if isinstance(node.grad, Tensor) else None
            is_new = node in self.cleared and node not in self.gradients  # not one that a later call would read first
            spent = grad is not None and is_new and grad._node.clock < self.updated.get(node, 0)
            found[node] = None if spent else grad
        return found


def _is_value(x: Any) -> bool:
    return isinstance(x, float | np.ndarray | np.floating)


def _agree(now: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Whether what was there before is still the same."""
    return all(now[name] == value and type(now[name]) is type(value) for name, value in before.items())


def _name_of_path(path: str) -> str:
    """`encoder.0.weight` as `encoder_0_weight`, `0.weight` as `weight_0`."""
    *places, name = path.split(".")
    return "_".join([name, *places] if all(place.isdigit() for place in places) else [*places, name])
