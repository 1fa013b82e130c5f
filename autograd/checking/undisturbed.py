"""A check leaves nothing behind: what it swaps, and what a model's own code changes meanwhile, is put back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd.graph import UNTRACKED, Node
from autograd.modes import MODE
from autograd.tensor import Tensor


@contextmanager
def everyday_mode() -> Iterator[None]:
    """Record, and neither raise on NaN nor warn of it, whatever surrounds the check: steps may leave f's domain."""
    token = MODE.set(0)
    try:
        with np.errstate(all="ignore"):
            yield
    finally:
        MODE.reset(token)


@contextmanager
def noting(where: Callable[[], str]) -> Iterator[None]:
    """Add to an error of the user's f at which point it happened."""
    try:
        yield
    except Exception as error:
        error.add_note(f"while f was evaluated {where()}")
        raise


@contextmanager
def in_float64(leaves: Sequence[Tensor]) -> Iterator[list[np.ndarray]]:
    """Let leaves hold private float64 copies of their values for a while; yields the copies, to be written to.

    Values are swapped, not assigned: a leaf that is a view into an optimizer's flat vector is one again afterwards, and
    no array of the user's is written. (A 0-d leaf holds a Python float: call `show` after writing to its copy.)
    """
    held = [(leaf, leaf._data) for leaf in leaves]
    try:
        copies = [np.array(value, dtype=np.float64) for _, value in held]
        for leaf, copy in zip(leaves, copies, strict=True):
            show(leaf, copy)
        yield copies
    finally:
        for leaf, value in held:
            leaf._data = leaf._node.output = value


def show(leaf: Tensor, value: np.ndarray) -> None:
    """Make an array the value of a leaf without an assignment: the Tensor and its node always hold the same object."""
    leaf._data = leaf._node.output = value if value.ndim else float(value)


class Snapshot:
    """What a model holds: attributes, Tensors, arrays and random generators, of itself and of the modules in it.

    A module is whatever has `named_parameters`. Taken before a check, put back after each evaluation and at the end:
    running statistics stay as they were, and a dropout layer that owns its generator, or draws from NumPy's global
    one, draws the same mask each time.
    """

    def __init__(self, model: Any) -> None:
        self._dicts: list[tuple[dict, dict]] = []
        self._lists: list[tuple[list, list]] = []
        self._arrays: list[tuple[np.ndarray, np.ndarray]] = []
        self._generators: list[tuple[Any, Any]] = []
        self._global = np.random.get_state()  # noqa: NPY002  (a model of the user's may draw from it)
        self._tensors: list[tuple[Tensor, Any, Node, dict[str, Any]]] = []
        seen: dict[int, Any] = {}
        stack = [model]
        while stack:
            thing = stack.pop()
            if id(thing) in seen:
                continue
            seen[id(thing)] = thing
            if isinstance(thing, Tensor):
                self._tensors.append((thing, thing._data, thing._node, _slots(thing._node)))
                stack.append(thing._data)
            elif isinstance(thing, np.ndarray):
                self._arrays.append((thing, thing.copy()))
            elif isinstance(thing, np.random.Generator):
                self._generators.append((thing.bit_generator, thing.bit_generator.state))
            elif isinstance(thing, dict):
                self._dicts.append((thing, dict(thing)))
                stack += thing.values()
            elif isinstance(thing, list):
                self._lists.append((thing, list(thing)))
                stack += thing
            elif isinstance(thing, tuple | set | frozenset):
                stack += thing
            elif hasattr(thing, "named_parameters") and hasattr(thing, "__dict__"):
                stack.append(vars(thing))

    def put_back(self, leave: Sequence[Tensor] = ()) -> None:
        """Undo what has happened since; the values of the Tensors in `leave` stay."""
        left = {id(tensor) for tensor in leave}
        for now, then in self._dicts:
            if len(now) != len(then) or any(now.get(key, self) is not value for key, value in then.items()):
                now.clear()
                now.update(then)
        for items, before in self._lists:
            items[:] = before
        for tensor, value, node, slots in self._tensors:
            if id(tensor) in left:
                left.add(id(value))
            else:
                tensor._data, tensor._node = value, node
                if slots:
                    node.output = value
            for name, held in slots.items():
                setattr(node, name, held)
        for array, copy in self._arrays:
            if id(array) not in left and array.tobytes() != copy.tobytes():
                array[...] = copy
        np.random.set_state(self._global)  # noqa: NPY002
        for generator, state in self._generators:
            generator.state = state


def _slots(node: Node) -> dict[str, Any]:
    """What a leaf's node holds beside the value; nothing for results, and for the node that constants share."""
    if node.primitive is not None or node is UNTRACKED:
        return {}
    return {name: getattr(node, name) for name in ("clock", "code", "lasti", "snapshot", "grad", "requires_grad")}
