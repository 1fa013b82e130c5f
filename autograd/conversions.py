"""Ways out of the graph: to ndarrays, Python numbers and text.

None of them carries a gradient, so those that would cut one off unseen refuse to.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from autograd.capture import refuse_escape
from autograd.errors import DtypeError, GradientError, ShapeError
from autograd.graph import Node, here
from autograd.modes import is_transforming
from autograd.values import FLOAT64

_STAY = "Use NumPy functions on the Tensor itself."
_RETURN = "Return the Tensor, and read its value outside."


class Conversions:
    """Methods of `Tensor` that give its value in other forms."""

    __slots__ = ()

    if TYPE_CHECKING:  # what the class that inherits these defines
        _data: Any
        _node: Node
        data: Any
        name: Any
        shape = property(lambda self: ())
        size = property(lambda self: 0)
        dtype = property(lambda self: FLOAT64)

        def __getitem__(self, index: Any) -> Self: ...

    def numpy(self) -> np.ndarray:
        """The value as an ndarray; refused where that would cut a gradient off unseen."""
        if self._node.requires_grad:
            raise GradientError(
                f"numpy: this Tensor requires grad, and an ndarray would leave the graph (at {here()}); "
                "say so with x.detach().numpy()"
            )
        refuse_escape(self._node, "numpy() makes an array of a Tensor", _STAY)
        return self.data

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        self._refuse_export("an ndarray")
        refuse_escape(self._node, "a Tensor was about to become an ndarray", _STAY)
        if copy:
            return np.array(self._data, dtype=dtype)
        array = np.asarray(self._data, dtype=dtype).view()
        array.flags.writeable = False  # a graph may hold it
        return array

    def __dlpack__(
        self, *, stream: Any = None, max_version: Any = None, dl_device: Any = None, copy: bool | None = None
    ) -> Any:
        """The value for another array library, by DLPack: read-only, or a copy for one that cannot be told so."""
        self._refuse_export("another library's array")
        array = self.__array__()
        if copy or max_version is None or max_version[0] < 1:
            return array.copy().__dlpack__(stream=stream)
        return array.__dlpack__(stream=stream, max_version=max_version, dl_device=dl_device, copy=copy)

    def __dlpack_device__(self) -> tuple[int, int]:
        return self.__array__().__dlpack_device__() if not self._node.requires_grad else (1, 0)  # the CPU

    @property
    def _mask(self) -> Any:
        """Asked for by `numpy.ma`, which takes `_data` for that of one of its own arrays, past all protocols."""
        raise DtypeError(f"a masked array does not compute with Tensors (at {here()}); write np.where(mask, ..., ...)")

    def _refuse_cut(self, wanted: str) -> None:
        if self._node.requires_grad and is_transforming():
            raise GradientError(
                f"{wanted}: inside grad, vjp, jacobian ... a number would leave the graph (at {here()}); write "
                "np.sin(x) for math.sin(x), np.stack([x, y]) for filling an array, or say x.detach() first"
            )

    def _refuse_export(self, target: str) -> None:
        if self._node.requires_grad:
            raise GradientError(
                f"a Tensor that requires grad was about to become {target} (at {here()}), and its gradient would "
                "be lost; use a NumPy function that has a rule (np.stack for a list of Tensors), or say "
                "x.detach().numpy()"
            )

    def item(self) -> float | int | bool:
        """The one element as a Python number."""
        refuse_escape(self._node, "item() makes a Python number of a Tensor", _RETURN)
        self._refuse_cut("item")
        if self.size != 1:
            raise ShapeError(f"item: a Tensor of shape {self.shape} has {self.size} elements, not one (at {here()})")
        return self._data if type(self._data) is float else self._data.item()

    def tolist(self) -> Any:
        """The value as nested lists of Python numbers."""
        refuse_escape(self._node, "tolist() makes Python numbers of a Tensor", _RETURN)
        self._refuse_cut("tolist")
        return self._data if type(self._data) is float else self._data.tolist()

    def __float__(self) -> float:
        refuse_escape(self._node, "float() makes a Python number of a Tensor", _RETURN)
        self._refuse_cut("float")
        value = self._data
        return float(value if type(value) is float or value.ndim == 0 else self._scalar("float"))

    def __int__(self) -> int:
        refuse_escape(self._node, "int() makes a Python number of a Tensor", _RETURN)
        return int(self._scalar("int"))

    def __index__(self) -> int:
        refuse_escape(
            self._node, "a Tensor was used as a Python integer", "Index a Tensor with it, or pass it as an int."
        )
        return operator.index(self._scalar("index"))

    def __bool__(self) -> bool:
        refuse_escape(
            self._node, "a value decides what is run next, as in `if loss > 1`", "Choose with np.where(mask, a, b)."
        )
        return bool(self._scalar("bool"))

    def __format__(self, spec: str) -> str:
        if not spec:
            return str(self)
        refuse_escape(self._node, "a format makes text of a Tensor's value", "Return the Tensor, and print it outside.")
        return format(self._scalar("format"), spec)

    def _scalar(self, wanted: str) -> Any:
        if type(self._data) is float:
            return self._data
        if self._data.size != 1:
            raise TypeError(
                f"{wanted}() needs a Tensor of one element, not of shape {self.shape} (at {here()}); reduce it first, "
                "as with .mean(), .all() or .any(), or take one element"
            )
        return self._data.item()

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of a 0-d Tensor")
        return self.shape[0]

    def __iter__(self) -> Iterator[Self]:
        if not self.shape:
            raise TypeError("iteration over a 0-d Tensor")
        return (self[i] for i in range(self.shape[0]))

    def __repr__(self) -> str:
        parts = [
            np.array2string(np.asarray(self._data), separator=", ", prefix="Tensor(") if self.shape else str(self._data)
        ]
        if self.dtype != FLOAT64:
            parts.append(f"dtype={self.dtype}")
        if self.name:
            parts.append(f"name={self.name!r}")
        if self._node.primitive is not None:
            parts.append(f"op={self._node.primitive.name!r}")
        elif self._node.requires_grad:
            parts.append("requires_grad=True")
        return f"Tensor({', '.join(parts)})"
