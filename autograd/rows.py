"""Many arrays of one shape computed with together: `Rows`, which a derivative rule takes for one of them.

A jacobian sends many cotangents through one graph. Stacked along a leading axis that `Rows` hides, they take one
call of each rule instead of one for each: where a rule multiplies, reshapes or sums, `Rows` does that for all rows;
a function that it does not know is called row by row. Either way no rule, and no op, has to know of it.

    g = Rows(np.eye(3))         # three cotangents of shape (3,)
    (g * np.exp(x)).sum()       # Rows of three numbers
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from autograd.methods import ArrayMethods
from autograd.ops import indexing, shaping
from autograd.primitives import CONSTANT, Primitive

# For a function or a primitive, what does the same for all rows at once: filled in `batching.py`.
TOGETHER: dict[Any, Callable[..., Any]] = {}


class Rows(ArrayMethods, NDArrayOperatorsMixin):
    """Arrays of one shape along a leading axis that does not show; or, if not `is_stack`, one array for all rows.

    What they hold are ndarrays or, where a pass is recorded, Tensors.
    """

    __slots__ = ("_data", "is_stack")

    def __init__(self, data: Any, is_stack: bool = True) -> None:
        self._data = data
        self.is_stack = is_stack

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one row."""
        return self._data.shape[1:] if self.is_stack else self._data.shape

    @property
    def ndim(self) -> int:
        """The number of axes of one row."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements of one row."""
        return int(np.prod(self.shape))

    @property
    def dtype(self) -> np.dtype:
        """The type of the elements."""
        return self._data.dtype

    @property
    def T(self) -> Any:
        """The axes of each row reversed."""
        return self._apply(shaping.transpose)

    @property
    def real(self) -> Any:
        """The real part."""
        return Rows(self._data.real, self.is_stack)

    @property
    def imag(self) -> Any:
        """The imaginary part."""
        return Rows(self._data.imag, self.is_stack)

    def astype(self, dtype: Any) -> Any:
        """Converted to another dtype."""
        return Rows(self._data.astype(dtype), self.is_stack)

    def conj(self) -> Any:
        """The complex conjugate."""
        return Rows(self._data.conj(), self.is_stack)

    conjugate = conj

    def stacked(self, count: int) -> Any:
        """All `count` rows, of shape `(count, *shape)`."""
        return self._data if self.is_stack else np.broadcast_to(self._data, (count, *self.shape))

    def __getitem__(self, index: Any) -> Any:
        return self._apply(indexing.getitem, {"index": mapped(index, _one)})

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("len() of 0-d rows")
        return self.shape[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(_one(self), dtype=dtype)

    def __bool__(self) -> bool:
        return bool(_one(self))

    def __float__(self) -> float:
        return float(_one(self))

    # --- functions of them ---

    def _apply(self, primitive: Primitive, keywords: dict[str, Any] | None = None) -> Any:
        return _of_primitive(primitive, (self,), keywords)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *args: Any, **keywords: Any) -> Any:
        if keywords.pop("out", None) is not None:
            raise TypeError("rows are not written into, since another name may see it")
        if method == "reduce":
            return _called(ufunc.reduce, args, keywords, lambda x, **k: _reduced(ufunc, x, **k))
        if method != "__call__":
            return _called(getattr(ufunc, method), args, keywords)
        together = TOGETHER.get(ufunc) if ufunc.signature else lambda *a, **k: elementwise(ufunc, a, k)
        return _called(ufunc, args, keywords, together)

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, keywords: Any) -> Any:
        return _called(function, args, keywords, TOGETHER.get(function))

    @staticmethod
    def __primitive__(primitive: Primitive, inputs: tuple[Any, ...], keywords: dict[str, Any] | None) -> Any:
        return _of_primitive(primitive, inputs, keywords)


def _of_primitive(primitive: Primitive, inputs: tuple[Any, ...], keywords: dict[str, Any] | None) -> Any:
    together = TOGETHER.get(primitive)
    if primitive.is_elementwise or (primitive.structure == CONSTANT and isinstance(primitive.forward, np.ufunc)):
        together = lambda *a, **k: elementwise(primitive, a, k)
    return _called(primitive, inputs, keywords or {}, together)


def _called(function: Callable[..., Any], args: Any, keywords: Any, together: Callable[..., Any] | None = None) -> Any:
    """`function` on what Rows hold: once where none is a stack; for all rows `together`, or else row by row."""
    counts: list[int] = []
    mapped((args, keywords), lambda x: counts.append(len(x._data)) if x.is_stack else None)
    if not counts:
        return _shared(function(*mapped(args, held), **mapped(keywords, held)))
    if together is not None:
        result = together(*args, **keywords)
        if result is not NotImplemented:
            return result
    rows = []
    for i in range(counts[0]):
        row = lambda x, i=i: x._data[i] if x.is_stack else x._data
        rows.append(function(*mapped(args, row), **mapped(keywords, row)))
    return _piled(rows)


def _piled(rows: list[Any]) -> Any:
    """Results of each row as one result; of functions of several results as several."""
    if isinstance(rows[0], tuple | list):
        return _like(rows[0], [_piled(list(parts)) for parts in zip(*rows, strict=True)])
    if not hasattr(rows[0], "shape"):  # None, of a function that writes into its arguments
        raise TypeError(f"a {type(rows[0]).__name__} for each row, which cannot be piled up")
    return Rows(np.stack(rows))


def mapped(tree: Any, f: Callable[[Rows], Any]) -> Any:
    """Arguments with f(x) in the place of each Rows x."""
    kind = type(tree)
    if kind is Rows:
        return f(tree)
    if kind is tuple or kind is list:
        return kind([mapped(part, f) for part in tree])
    if kind is dict:
        return {key: mapped(value, f) for key, value in tree.items()}
    return tree


def _shared(result: Any) -> Any:
    """A result of what all rows share: they share it, too."""
    if isinstance(result, tuple | list):
        return _like(result, map(_shared, result))
    return Rows(result, is_stack=False) if hasattr(result, "shape") else result


def _like(container: Any, parts: Iterable[Any]) -> Any:
    return type(container)(*parts) if hasattr(container, "_fields") else type(container)(parts)


def held(x: Rows) -> Any:
    return x._data


def _one(x: Rows) -> Any:
    """The one array that all rows share; many cannot stand for one."""
    if x.is_stack:
        raise TypeError("these rows are many arrays, and cannot be taken for one")
    return x._data


# --- axes of rows ---


def elementwise(function: Callable[..., Any], args: tuple[Any, ...], keywords: dict[str, Any]) -> Rows:
    """With axes of length one behind the rows, so that the axes of each row meet those they would meet alone."""
    ndim = max([x.ndim if type(x) is Rows else np.ndim(x) for x in args])
    return Rows(function(*(aligned(x, ndim) for x in args), **keywords))


def aligned(x: Any, ndim: int) -> Any:
    """What x holds; if a stack, with rows of `ndim` axes."""
    if type(x) is not Rows:
        return x
    if not x.is_stack or x.ndim == ndim:
        return x._data
    return x._data.reshape((len(x._data), *(1,) * (ndim - x.ndim), *x.shape))


def behind(axis: Any, ndim: int) -> Any:
    """Axes of a row as axes of the stack."""
    if axis is None:
        return tuple(range(1, ndim + 1))
    if isinstance(axis, tuple | list):
        return tuple(behind(one, ndim) for one in axis)
    return axis + 1 if axis >= 0 else axis


def _reduced(ufunc: np.ufunc, x: Any, axis: Any = 0, keepdims: bool = False, **others: Any) -> Any:
    if any(value is not None for value in others.values()):
        return NotImplemented
    return Rows(ufunc.reduce(x._data, axis=behind(axis, x.ndim), keepdims=keepdims))
