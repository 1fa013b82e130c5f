"""Many leaves as one vector: what an optimizer works on.

leaves = FlatLeaves(model.parameters())     # their arrays are views into leaves.values from now on
loss.backward()
leaves.gather()                             # their gradients, end to end in leaves.gradient
leaves.values -= 0.1 * leaves.gradient      # one update for all of them
leaves.commit()                             # counts as an assignment to each leaf
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from autograd.errors import DtypeError, GradientError
from autograd.graph import here, tick, user_frame
from autograd.tensor import Tensor

_ONLY_ARRAYS, _ONLY_FLOATS = {np.ndarray}, {float}


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
    GradientError : for a Tensor that is no leaf. DtypeError : for mixed or not floating dtypes.

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

    __slots__ = ("bounds", "gradient", "tensors", "values", "_views")

    def __init__(self, tensors: Iterable[Tensor]) -> None:
        self.tensors: tuple[Tensor, ...] = tuple(tensors)
        for tensor in self.tensors:
            made_by = tensor._own_node().primitive
            if made_by is not None:
                raise GradientError(f"FlatLeaves: a leaf is wanted, not the result of {made_by.name} (at {here()})")
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
        self._views: list[np.ndarray] | None = None
        if are_floats:
            self.values[...] = [tensor._data for tensor in self.tensors]
        else:
            pieces = zip(pairwise(self.bounds), self.tensors, strict=True)
            self._views = [self.values[start:stop].reshape(tensor.shape) for (start, stop), tensor in pieces]
            for tensor, view in zip(self.tensors, self._views, strict=True):
                _bind(tensor, view)

    @staticmethod
    def holds_float(tensor: Tensor) -> bool:
        """Whether a leaf's value is kept as a Python float: 0-d and float64."""
        return not tensor.shape and tensor.dtype == np.float64

    def gather(self) -> list[int]:
        """Copy the leaves' gradients into `gradient`; returns the places of those that have none, and leaves theirs.

        Call it before reading or writing `values`, too: it takes up what was assigned to the leaves in the meantime.
        """
        # Nodes are not kept: `Tensor.data` would take one more reference to them for a graph's.
        gradients = [tensor._node.grad for tensor in self.tensors]
        kinds = {type(g) for g in gradients}
        if self._views is None:
            self.values[...] = [tensor._data for tensor in self.tensors]
            if kinds == _ONLY_FLOATS:
                self.gradient[...] = gradients
                return []
        else:
            for tensor, view in zip(self.tensors, self._views, strict=True):
                if tensor._data is not view:
                    _bind(tensor, view)
            if kinds == _ONLY_ARRAYS:
                np.concatenate(gradients, axis=None, out=self.gradient)
                return []
        missing = []
        for i, (g, (start, stop)) in enumerate(zip(gradients, pairwise(self.bounds), strict=True)):
            if g is None:
                missing.append(i)
            else:
                self.gradient[start:stop] = np.reshape(g._data if isinstance(g, Tensor) else g, -1)
        return missing

    def commit(self, missing: Sequence[int] = ()) -> None:
        """Note that `values` was written: an assignment to each leaf, but those at the places `missing`."""
        frame = user_frame(1)
        code, lasti = (None, 0) if frame is None else (frame.f_code, frame.f_lasti)
        now = tick()
        if self._views is None:
            for tensor, value in zip(self.tensors, self.values.tolist(), strict=True):
                tensor._data = tensor._node.output = value
        changed: Iterable[Tensor] = self.tensors
        if missing:
            skipped = set(missing)
            changed = [tensor for i, tensor in enumerate(self.tensors) if i not in skipped]
        for tensor in changed:
            node = tensor._node
            node.snapshot = None
            node.clock = now
            node.code = code
            node.lasti = lasti

    def zero_grad(self) -> None:
        """Forget the gradients of all leaves: set them to None."""
        for tensor in self.tensors:
            tensor._node.grad = None

    def __reduce__(self) -> Any:
        return FlatLeaves, (self.tensors,)


def _bind(tensor: Tensor, view: np.ndarray) -> None:
    """Copy a leaf's value to its place in a vector, and make that its memory."""
    view[...] = tensor._data
    tensor._data = tensor._node.output = view
