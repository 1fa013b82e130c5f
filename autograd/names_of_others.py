"""What readers of PyTorch and NumPy look for on a Tensor, and what to write here instead: for the error's text alone.

Methods of ndarray that a Tensor does not have are in `refusals.py`, with the reason; here is what else is missed.

Descriptors, since a `__getattr__` would make each access to each attribute of a Tensor twice as slow.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

from autograd.graph import here
from autograd.refusals import REASONS

_INSTEAD = {
    "add_": "x = x + y",
    "backwards": "x.backward()",
    "bmm": "x @ y",
    "clamp": "x.clip(low, high)",
    "clone": "x.copy()",
    "cpu": "nothing: Tensors are in the CPU's memory",
    "cuda": "nothing: it computes on the CPU",
    "dim": "x.ndim",
    "double": "x.astype(np.float64)",
    "eq": "x == y",
    "expand": "np.broadcast_to(x, shape)",
    "float": "x.astype(np.float32), or x.item() for a Python number",
    "fill_": "x = x.copy(), then x[...] = v; x.assign(array) on a leaf",
    "gather": "np.take_along_axis(x, indices, axis)",
    "gt": "x > y",
    "int": "x.astype(int)",
    "long": "x.astype(int)",
    "lt": "x < y",
    "masked_fill": "np.where(mask, value, x)",
    "matmul": "x @ y",
    "mm": "x @ y",
    "mul_": "x = x * y",
    "norm": "np.linalg.norm(x)",
    "numel": "x.size",
    "permute": "x.transpose(...)",
    "pow": "x ** 2",
    "requires_grad_": "x.requires_grad = True",
    "softmax": "autograd.softmax(x, axis=-1)",
    "sub_": "x = x - y",
    "to": "x.astype(dtype); it computes on the CPU",
    "t": "x.T",
    "unsqueeze": "np.expand_dims(x, axis)",
    "zero_": "x.assign(np.zeros(x.shape)), or x.zero_grad() for the gradient",
}


_OF_NDARRAY = {name.removeprefix("ndarray."): why for name, why in REASONS.items() if name.startswith("ndarray.")}
_MISSING = _OF_NDARRAY | {name: f"write {instead}" for name, instead in _INSTEAD.items()}


class _Absent:
    """A name that is missing: reading it raises, `hasattr` says no."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, thing: Any, owner: type) -> NoReturn:
        name = self._name
        raise AttributeError(
            f"a Tensor has no attribute {name!r} (at {here()}); {_MISSING[name]}", name=name, obj=thing
        )


class NamesOfOthers:
    """Gives `Tensor` the names that it has not."""

    __slots__ = ()

    def __dir__(self) -> Iterable[str]:
        return [name for name in super().__dir__() if name not in _MISSING]

    vars().update({name: _Absent() for name in _MISSING})
