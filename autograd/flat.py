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

from autograd.errors import DtypeError, GradientError
from autograd.graph import Node, here, tick, user_frame
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

    __slots__ = ("bounds", "gradient", "tensors", "values", "_leaves", "_views")

    def __init__(self, tensors: Iterable[Tensor]) -> None:
        self.tensors: tuple[Tensor, ...] = tuple(tensors)
        for tensor in self.tensors:
            if not tensor.is_leaf:
                raise GradientError(
                    f"FlatLeaves: {tensor._node.primitive!r} made this Tensor; a leaf is wanted (at {here()})"
                )
        dtypes = {tensor.dtype for tensor in self.tensors}
        if len(dtypes) != 1 or next(iter(dtypes)).kind != "f":
            names = ", ".join(sorted(map(str, dtypes))) or "none"
            raise DtypeError(f"FlatLeaves: leaves of one floating dtype are wanted, not of {names} (at {here()})")
        floats = [self.holds_float(tensor) for tensor in self.tensors]
        if any(floats) and not all(floats):
            raise DtypeError(f"FlatLeaves: arrays and Python floats cannot share a vector (at {here()})")
        self.bounds: list[int] = [0]
        for tensor in self.tensors:
            self.bounds.append(self.bounds[-1] + tensor.size)
        dtype = dtypes.pop()
        self.values: np.ndarray = np.empty(self.bounds[-1], dtype)
        self.gradient: np.ndarray = np.zeros(self.bounds[-1], dtype)
        self._views: list[np.ndarray] | None = None
        self._leaves: list[Node] = [tensor._own_node() for tensor in self.tensors]
        if not floats[0]:
            pieces = zip(self.bounds, self.bounds[1:], self.tensors)
            self._views = [self.values[start:stop].reshape(tensor.shape) for start, stop, tensor in pieces]
            for i in range(len(self.tensors)):
                self._bind(i)
        else:
            self.values[...] = [tensor._data for tensor in self.tensors]

    @staticmethod
    def holds_float(tensor: Tensor) -> bool:
        """Whether a leaf's value is kept as a Python float: 0-d and float64."""
        return not tensor.shape and tensor.dtype == np.float64

    def _bind(self, i: int) -> None:
        """Copy leaf i's value to its place in the vector, and make that its memory."""
        assert self._views is not None
        tensor, view = self.tensors[i], self._views[i]
        view[...] = tensor._data
        tensor._data = self._leaves[i].output = view

    def gather(self) -> list[int]:
        """Copy the leaves' gradients into `gradient`; returns the places of those that have none, and leaves theirs.

        Call it before reading or writing `values`, too: it takes up what was assigned to the leaves in the meantime.
        """
        views, gradients = self._views, []
        if views is None:
            self.values[...] = [tensor._data for tensor in self.tensors]
            gradients = [node.grad for node in self._leaves]
            if all(type(g) is float for g in gradients):
                self.gradient[...] = gradients
                return []
        else:
            plain = True
            i = 0
            for tensor, node in zip(self.tensors, self._leaves):
                if tensor._data is not views[i]:
                    self._bind(i)
                g = node.grad
                plain = plain and type(g) is np.ndarray
                gradients.append(g)
                i += 1
            if plain:
                np.concatenate(gradients, axis=None, out=self.gradient)
                return []
        missing = []
        for i, g in enumerate(gradients):
            if g is None:
                missing.append(i)
            else:
                g = g._data if isinstance(g, Tensor) else g
                self.gradient[self.bounds[i] : self.bounds[i + 1]] = np.ravel(g)
        return missing

    def commit(self, missing: Sequence[int] = ()) -> None:
        """Note that `values` was written: an assignment to each leaf, but those at the places `missing`."""
        frame = user_frame(1)
        code, lasti = (None, 0) if frame is None else (frame.f_code, frame.f_lasti)
        now = tick()
        changed = self._leaves
        if self._views is None:
            changed = self._write_floats(missing)
        elif missing:
            changed = [node for i, node in enumerate(changed) if i not in set(missing)]
        for node in changed:
            node.snapshot = None
            node.clock = now
            node.code = code
            node.lasti = lasti

    def _write_floats(self, missing: Sequence[int]) -> list[Node]:
        skipped, changed = set(missing), []
        for i, (tensor, node, value) in enumerate(zip(self.tensors, self._leaves, self.values.tolist())):
            if i not in skipped:
                tensor._data = node.output = value
                changed.append(node)
        return changed

    def zero_grad(self) -> None:
        """Forget the gradients of all leaves: set them to None."""
        for node in self._leaves:
            node.grad = None

    def __reduce__(self) -> Any:
        return FlatLeaves, (self.tensors,)
