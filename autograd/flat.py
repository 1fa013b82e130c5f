"""Many leaves as one vector: what an optimizer works on.

leaves = FlatLeaves(model.parameters())     # their arrays are views into leaves.values from now on
loss.backward()
leaves.gather()                             # their gradients, end to end in leaves.gradient
leaves.values -= 0.1 * leaves.gradient      # one update for all of them
leaves.commit()                             # counts as an assignment to each leaf
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from autograd.capture import current_capture
from autograd.errors import DtypeError, GradientError
from autograd.graph import here, tick, user_place
from autograd.tensor import Tensor


class FlatLeaves:
    """Leaves of one dtype, laid end to end in one vector in the order given.

    Parameters
    ----------
    tensors : leaf Tensors of one floating dtype; scalars whose value is a Python float (0-d, float64), or
        arrays, not both: arrays become views into the vector, floats stay floats and are copied in and out.

    Attributes
    ----------
    tensors : the leaves.
    values : (size,), their values end to end. For arrays it is the leaves' own memory.
    gradient : (size,), their gradients, after `gather`.
    bounds : (count + 1,), where each begins: leaf i takes `values[bounds[i]:bounds[i + 1]]`.

    `assign`, `p.data -= ...` and `load_state_dict` write into that memory; a leaf that somebody bound to other memory
    (another FlatLeaves) is bound again, with its present value, at the next `gather`. An array got from `p.data` or
    given to `Tensor.wrap` beforehand is no longer the leaf's.

    Raises
    ------
    GradientError : for a Tensor that is no leaf, or comes twice. DtypeError : for mixed or not floating dtypes.

    >>> a, b = Tensor([1.0, 2.0], requires_grad=True), Tensor([[3.0]], requires_grad=True)
    >>> leaves = FlatLeaves([a, b])
    >>> (a.sum() * b).sum().backward()
    >>> leaves.gather()
    []
    >>> leaves.gradient
    array([3., 3., 3.])
    >>> leaves.values -= leaves.gradient
    >>> leaves.commit()
    >>> b.data
    array([[0.]])
    """

    __slots__ = ("bounds", "gradient", "tensors", "values", "_places")

    def __init__(self, tensors: Iterable[Tensor]) -> None:
        self.tensors: tuple[Tensor, ...] = tuple(tensors)
        for tensor in self.tensors:
            if not isinstance(tensor, Tensor):
                raise DtypeError(f"FlatLeaves: leaf Tensors are wanted, not {tensor!r} (at {here()})")
            made_by = tensor._own_node().primitive
            if made_by is not None:
                raise GradientError(f"FlatLeaves: a leaf is wanted, not the result of {made_by.name} (at {here()})")
        if len(set(map(id, self.tensors))) < len(self.tensors):
            raise GradientError(f"FlatLeaves: a leaf is given twice (at {here()}); it has one place in the vector")
        kinds = {(tensor.dtype, self.holds_float(tensor)) for tensor in self.tensors}
        dtypes = sorted({str(dtype) for dtype, _ in kinds})
        if len(dtypes) != 1 or next(iter(kinds))[0].kind != "f":
            raise DtypeError(
                f"FlatLeaves: one floating dtype is wanted, not {' and '.join(dtypes) or 'none'} (at {here()})"
            )
        if len(kinds) != 1:
            raise DtypeError(f"FlatLeaves: arrays and Python floats cannot share a vector (at {here()})")
        dtype, are_floats = kinds.pop()
        self.bounds: list[int] = [0]
        for tensor in self.tensors:
            self.bounds.append(self.bounds[-1] + tensor.size)
        self.values: np.ndarray = np.empty(self.bounds[-1], dtype)
        self.gradient: np.ndarray = np.zeros(self.bounds[-1], dtype)
        # Of arrays: each leaf with its number, and its places in the two vectors, in its shape.
        self._places: list[tuple[int, Tensor, np.ndarray, np.ndarray]] | None = None
        if are_floats:
            self.values[...] = [tensor._data for tensor in self.tensors]
        else:
            self._places = []
            for i, tensor in enumerate(self.tensors):
                part = slice(self.bounds[i], self.bounds[i + 1])
                value, gradient = (vector[part].reshape(tensor.shape) for vector in (self.values, self.gradient))
                self._places.append((i, tensor, value, gradient))
                _bind(tensor, value)

    @staticmethod
    def holds_float(tensor: Tensor) -> bool:
        """Whether a leaf's value is kept as a Python float: 0-d and float64."""
        return not tensor.shape and tensor.dtype == np.float64

    def gather(self) -> list[int]:
        """Copy the leaves' gradients into `gradient`; returns the places of those that have none, and leaves theirs.

        Call it before reading or writing `values`, too: it takes up what was assigned to the leaves in the meantime.
        """
        if self._places is None:
            return self._gather_floats()
        missing = []
        # Nodes are not kept: `Tensor.data` would take one more reference to them for a graph's.
        for i, tensor, value, gradient in self._places:
            if tensor._data is not value:
                _bind(tensor, value)
            g = tensor._node.grad
            if g is None:
                missing.append(i)
            else:
                gradient[...] = g if type(g) is not Tensor else g._data
        self._note(missing)
        return missing

    def rebind(self) -> None:
        """Take up what was assigned to the leaves in the meantime, as `gather` does."""
        if self._places is None:
            self.values[...] = [tensor._data for tensor in self.tensors]
            return
        for _, tensor, value, _ in self._places:
            if tensor._data is not value:
                _bind(tensor, value)

    def _gather_floats(self) -> list[int]:
        self.values[...] = [tensor._data for tensor in self.tensors]
        gradients = [tensor._node.grad for tensor in self.tensors]
        if set(map(type, gradients)) == {float}:
            self.gradient[...] = gradients
            return []
        missing = []
        for i, g in enumerate(gradients):
            if g is None:
                missing.append(i)
            else:
                self.gradient[i] = g if type(g) is not Tensor else g._data
        self._note(missing)
        return missing

    def _note(self, missing: list[int]) -> None:
        """Tell a capture which leaves have no gradient: in a call that finds one, another program is needed."""
        if missing and (capture := current_capture()) is not None:
            for i in missing:
                capture.lift_gradient(self.tensors[i]._node)

    def commit(self, missing: Sequence[int] = ()) -> None:
        """Note that `values` was written: an assignment to each leaf, but those at the places `missing`."""
        code, lasti = user_place(1)
        now = tick()
        if self._places is None:
            for tensor, value in zip(self.tensors, self.values.tolist(), strict=True):
                tensor._data = tensor._node.output = value
        changed: Iterable[Tensor] = self.tensors
        if missing:
            skipped = set(missing)
            changed = [tensor for i, tensor in enumerate(self.tensors) if i not in skipped]
        if (capture := current_capture()) is not None:
            for i, tensor in enumerate(self.tensors):
                if i not in missing:
                    place = self.values[self.bounds[i] : self.bounds[i + 1]].reshape(tensor.shape)
                    capture.stepped(tensor, place, now)
        for tensor in changed:
            node = tensor._node
            node.snapshot = None
            node.clock = now
            node.code = code
            node.lasti = lasti

    def zero_grad(self) -> None:
        """Forget the gradients of all leaves: set them to None."""
        capture = current_capture()
        for tensor in self.tensors:
            tensor._node.grad = None
            if capture is not None:
                capture.cleared[tensor._node] = None

    def __reduce__(self) -> Any:
        return FlatLeaves, (self.tensors,)


def _bind(tensor: Tensor, view: np.ndarray) -> None:
    """Copy a leaf's value to its place in a vector, and make that its memory."""
    if (capture := current_capture()) is not None:
        capture.refuse_move(tensor)
    view[...] = tensor._data
    tensor._data = tensor._node.output = view
