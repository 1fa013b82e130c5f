"""What a Tensor holds: its value, and of a leaf the gradient and the ways to overwrite it.

A leaf's value may change, an operation's result never. Whoever takes a leaf's array may write into it, so handing it
out while a graph uses the leaf keeps a snapshot to compare with at backward.
"""

from __future__ import annotations

import math
from sys import getrefcount
from typing import Any, Self

import numpy as np

from autograd.capture import current_capture, note_edit
from autograd.errors import DtypeError, GradientError, ShapeError
from autograd.graph import UNTRACKED, Node, here, leaf, notes_of, tick, user_place
from autograd.mishaps import warn_of_no_gradient
from autograd.modes import CAPTURE, current_mode
from autograd.primitives import Primitive
from autograd.values import (
    FLOAT64,
    copied,
    flag,
    numbers_like,
    plain_array,
    refuse_dropping_imaginary_parts,
    refuse_untrackable,
    value_of,
)


def _stamp(node: Node) -> None:
    """Note the time and the user's line of an assignment to a leaf."""
    node.code, node.lasti = user_place(2)
    node.clock = tick()


def _references_to_node(tensor: Attributes) -> int:
    return getrefcount(tensor._node)


class Attributes:
    """The attributes of `Tensor`, and the methods that overwrite a leaf."""

    __slots__ = ("_data", "_node")

    _data: Any
    _node: Node

    def detach(self) -> Self:
        """The same value outside the graph."""
        raise NotImplementedError

    @property
    def data(self) -> np.ndarray:
        """The value as an ndarray.

        For a leaf it is the true array: `p.data -= lr * p.grad` updates the leaf. Writing into it between a forward
        pass and its backward pass makes the latter an error, unless the array was taken before the forward pass: not
        to write into such an alias is the caller's promise. For a result it is a read-only view.
        """
        used_by_a_graph = _references_to_node(self) > _REFERENCES_OF_AN_UNUSED_NODE
        value, node = self._data, self._node
        if current_mode() & CAPTURE:  # so that `p.data -= step` is recorded
            seen = self.detach()
            if node.primitive is None and (capture := current_capture()) is not None:
                capture.data_of[seen._node] = self
            return seen  # type: ignore[return-value]
        if node.primitive is not None or node is UNTRACKED:
            view = np.asarray(value).view()
            view.flags.writeable = False
            return view
        if type(value) is not np.ndarray:
            self._data = node.output = value = np.array(value)
        if used_by_a_graph:
            if node.snapshot is None or not np.array_equal(node.snapshot[1], value, equal_nan=True):
                node.snapshot = (node.clock, value.copy())  # what was recorded before that reading is stale for good
            _stamp(node)
        return value

    @data.setter
    def data(self, value: Any) -> None:
        self.assign(value)

    def assign(self, value: Any) -> None:
        """Overwrite a leaf's value in place, in its own dtype; a graph that used the old value becomes stale.

        Raises `ShapeError` if the shape differs, `GradientError` if this Tensor is the result of an operation.
        """
        node = self._node
        if node.primitive is not None:
            raise GradientError(
                f"this Tensor is the result of {node.primitive.name} ({node.location}); only a leaf, a Tensor you "
                "made yourself, can be assigned to. Make a leaf of its value with x.detach()."
            )
        old = self._data
        if (capture := current_capture()) is not None:
            capture.assigned(self, value)
        new = value._data if isinstance(value, Attributes) else value
        if new is not old:
            new = np.asarray(plain_array(new))
            if not np.can_cast(new.dtype, self.dtype, "same_kind"):
                raise DtypeError(f"assign: values of {new.dtype} do not fit a Tensor of {self.dtype} (at {here()})")
            if new.shape != self.shape:
                raise ShapeError(
                    f"assign: a value of shape {new.shape} does not fit a Tensor of shape {self.shape} "
                    f"(at {here()}); make a new Tensor for a new shape"
                )
        if node is UNTRACKED:
            node = self._own_node()
            self._data = node.output = value_of(new, self.dtype)
        elif type(old) is np.ndarray and (old.ndim or old.base is not None or old.dtype != FLOAT64):
            if new is not old:  # it is after `p.data -= step`, which has changed the array that `p.data` handed out
                if not old.flags.writeable:
                    raise GradientError(f"assign: the array that Tensor.wrap shared is read-only (at {here()})")
                old[...] = new
        else:
            self._data = node.output = float(new) if self.dtype == FLOAT64 else value_of(new, self.dtype)
        node.snapshot = None
        _stamp(node)

    @property
    def grad(self) -> Any:
        """The gradient that `backward` accumulated: an ndarray of this leaf's shape and dtype, or None.

        After `backward(create_graph=True)` it is a Tensor. For the result of an operation it is None unless
        `retain_grad()` was called on it before the pass; asked for after a pass, that gives a warning.
        """
        node = self._node
        if node.primitive is not None:
            if node.notes is None or not (node.notes.retain or node.notes.grad is not None):
                if node.mark is not None:
                    warn_of_no_gradient(node)
                return None
            return node.notes.grad
        if isinstance(node.grad, float | np.generic):
            node.grad = np.array(node.grad)
        if (capture := current_capture()) is not None:  # that there is none is something a program depends on, too
            capture.lift_gradient(node)
        return node.grad

    @grad.setter
    def grad(self, value: Any) -> None:
        if (capture := current_capture()) is not None:
            capture.cleared[self._own_node()] = None
        if value is not None:
            if np.shape(value) != self.shape:
                raise ShapeError(
                    f"grad: a gradient of shape {np.shape(value)} does not fit a Tensor of shape {self.shape} "
                    f"(at {here()})"
                )
            refuse_dropping_imaginary_parts("grad", value, self.dtype)
            is_tensor = isinstance(value, Attributes)
            if not is_tensor:
                value = numbers_like(value, self.dtype, "grad: a gradient")
            elif value.dtype != self.dtype:
                value = value.astype(self.dtype)
        node = self._own_node()
        if node.primitive is None:
            node.grad = value
        else:
            notes_of(node).grad = value

    def zero_grad(self) -> None:
        """Forget the accumulated gradient: set it to None."""
        if self._node is not UNTRACKED:
            self.grad = None

    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow to or through this Tensor. Can be set on leaves.

        Set to True, it counts as an assignment: a graph that used this leaf before has only a part of its gradient.
        """
        return self._node.requires_grad

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if self._node.primitive is not None:
            raise GradientError(
                f"requires_grad can be changed on leaves only (at {here()}); use detach() to cut a result off its graph"
            )
        if flag(value, "requires_grad"):
            refuse_untrackable(self._data)
        node = self._own_node()
        if value and not node.requires_grad:
            node.snapshot = None
            _stamp(node)  # what was recorded before has no gradient for it, or only a part
        node.requires_grad = bool(value)
        note_edit()

    @property
    def is_leaf(self) -> bool:
        """Whether the user made this Tensor (or it needs no gradient), in contrast to a recorded result."""
        return self._node.primitive is None

    @property
    def made_by(self) -> Primitive | None:
        """The operation whose recorded result this is, such as `autograd.softmax`; None for a leaf or a constant.

        >>> from autograd import Tensor
        >>> x = Tensor(0.0, requires_grad=True)
        >>> x.sigmoid().made_by
        <primitive sigmoid (elementwise)>
        """
        return self._node.primitive

    @property
    def version(self) -> int:
        """The clock's reading at the last assignment to this leaf, 0 before any: it grows with each.

        Handing out `data` while a graph uses the leaf counts, since the array may be written into.
        """
        return self._node.clock if self._node.primitive is None else 0

    @property
    def name(self) -> str | None:
        """Label in pictures and errors."""
        notes = self._node.notes
        return None if notes is None else notes.name

    @name.setter
    def name(self, value: str | None) -> None:
        if value is not None and not isinstance(value, str):
            raise TypeError(f"name: a text or None, not {value!r} (at {here()})")
        notes_of(self._own_node()).name = value

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis."""
        return () if type(self._data) is float else self._data.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def dtype(self) -> np.dtype:
        """Type of the elements."""
        return FLOAT64 if type(self._data) is float else self._data.dtype

    @property
    def itemsize(self) -> int:
        """Bytes an element takes."""
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes all elements take."""
        return self.size * self.itemsize

    def _own_node(self) -> Node:
        """This Tensor's node; one of its own where it shared the untracked one."""
        if self._node is UNTRACKED:
            self._data = copied(self._data)  # it may be a result's value, and a leaf can be overwritten
            self._node = leaf(self._data, requires_grad=False)
        return self._node


# Counted, since it differs between Pythons. Op nodes that took a leaf as input are what refers to its node besides.
_unused = Attributes()
_unused._node = leaf(0.0, requires_grad=False)
_REFERENCES_OF_AN_UNUSED_NODE = _references_to_node(_unused)
