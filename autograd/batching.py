"""Many arrays of one shape computed with together: `Rows`, which a derivative rule takes for one of them.

A jacobian sends many cotangents through one graph. Stacked along a leading axis that `Rows` hides, they take one
call of each rule instead of one for each: where a rule multiplies, reshapes or sums, `Rows` does that for all rows;
a function that it does not know is called row by row. Either way no rule, and no op, has to know of it.

    g = Rows(np.eye(3))         # three cotangents of shape (3,)
    (g * np.exp(x)).sum()       # Rows of three numbers
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from string import ascii_letters
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from autograd.methods import ArrayMethods
from autograd.ops import indexing, linalg, products, reductions, shaping
from autograd.primitives import CONSTANT, Primitive


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

    def stacked(self, count: int) -> Any:
        """All `count` rows, of shape `(count, *shape)`."""
        return self._data if self.is_stack else np.broadcast_to(self._data, (count, *self.shape))

    def __getitem__(self, index: Any) -> Any:
        return self._apply(indexing.getitem, {"index": _mapped(index, _one)})

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
        keywords.pop("out", None)  # `g += x` binds g to a new result
        if method == "reduce":
            return _called(ufunc.reduce, args, keywords, lambda x, **k: _reduced(ufunc, x, **k))
        if method != "__call__":
            return _called(getattr(ufunc, method), args, keywords)
        if ufunc is np.matmul:
            return _called(ufunc, args, keywords, _matmul)
        return _called(ufunc, args, keywords, lambda *a, **k: _elementwise(ufunc, a, k))

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, keywords: Any) -> Any:
        return _called(function, args, keywords, _TOGETHER.get(function))

    @staticmethod
    def __primitive__(primitive: Primitive, inputs: tuple[Any, ...], keywords: dict[str, Any] | None) -> Any:
        return _of_primitive(primitive, inputs, keywords)


def _of_primitive(primitive: Primitive, inputs: tuple[Any, ...], keywords: dict[str, Any] | None) -> Any:
    together = _TOGETHER.get(primitive)
    if primitive.is_elementwise or (primitive.structure == CONSTANT and isinstance(primitive.forward, np.ufunc)):
        together = lambda *a, **k: _elementwise(primitive, a, k)
    return _called(primitive, inputs, keywords or {}, together)


def _called(function: Callable[..., Any], args: Any, keywords: Any, together: Callable[..., Any] | None = None) -> Any:
    """`function` on what Rows hold: once where none is a stack; for all rows `together`, or else row by row."""
    counts: list[int] = []
    _mapped((args, keywords), lambda x: counts.append(len(x._data)) if x.is_stack else None)
    if not counts:
        return _shared(function(*_mapped(args, _held), **_mapped(keywords, _held)))
    if together is not None:
        result = together(*args, **keywords)
        if result is not NotImplemented:
            return result
    rows = []
    for i in range(counts[0]):
        row = lambda x, i=i: x._data[i] if x.is_stack else x._data
        rows.append(function(*_mapped(args, row), **_mapped(keywords, row)))
    return _piled(rows)


def _piled(rows: list[Any]) -> Any:
    """Results of each row as one result; of functions of several results as several."""
    if isinstance(rows[0], tuple | list):
        return _like(rows[0], [_piled(list(parts)) for parts in zip(*rows, strict=True)])
    return Rows(np.stack(rows))


def _mapped(tree: Any, f: Callable[[Rows], Any]) -> Any:
    """Arguments with f(x) in the place of each Rows x."""
    kind = type(tree)
    if kind is Rows:
        return f(tree)
    if kind is tuple or kind is list:
        return kind([_mapped(part, f) for part in tree])
    if kind is dict:
        return {key: _mapped(value, f) for key, value in tree.items()}
    return tree


def _shared(result: Any) -> Any:
    """A result of what all rows share: they share it, too."""
    if isinstance(result, tuple | list):
        return _like(result, map(_shared, result))
    return Rows(result, is_stack=False) if hasattr(result, "shape") else result


def _like(container: Any, parts: Iterable[Any]) -> Any:
    return type(container)(*parts) if hasattr(container, "_fields") else type(container)(parts)


def _held(x: Rows) -> Any:
    return x._data


def _one(x: Rows) -> Any:
    """The one array that all rows share; many cannot stand for one."""
    if x.is_stack:
        raise TypeError("these rows are many arrays, and cannot be taken for one")
    return x._data


# --- functions of all rows at once: arguments as the function has them, at least one of them a stack ---


def _elementwise(function: Callable[..., Any], args: tuple[Any, ...], keywords: dict[str, Any]) -> Rows:
    """With axes of length one behind the rows, so that the axes of each row meet those they would meet alone."""
    ndim = max([x.ndim if type(x) is Rows else np.ndim(x) for x in args])
    return Rows(function(*(_aligned(x, ndim) for x in args), **keywords))


def _aligned(x: Any, ndim: int) -> Any:
    """What x holds; if a stack, with rows of `ndim` axes."""
    if type(x) is not Rows:
        return x
    if not x.is_stack or x.ndim == ndim:
        return x._data
    return x._data.reshape((len(x._data), *(1,) * (ndim - x.ndim), *x.shape))


def _behind(axis: Any, ndim: int) -> Any:
    """Axes of a row as axes of the stack."""
    if axis is None:
        return tuple(range(1, ndim + 1))
    if isinstance(axis, tuple | list):
        return tuple(_behind(one, ndim) for one in axis)
    return axis + 1 if axis >= 0 else axis


def _reduced(ufunc: np.ufunc, x: Any, axis: Any = 0, keepdims: bool = False, **others: Any) -> Any:
    if any(value is not None for value in others.values()):
        return NotImplemented
    return Rows(ufunc.reduce(x._data, axis=_behind(axis, x.ndim), keepdims=keepdims))


def _folded(primitive: Primitive) -> Callable[..., Any]:
    def together(x: Rows, axis: Any = None, keepdims: Any = False) -> Any:
        return Rows(primitive(x._data, axis=_behind(axis, x.ndim), keepdims=keepdims))

    return together


def _cumsum(x: Rows, axis: Any = None) -> Any:
    return NotImplemented if axis is None else Rows(reductions.cumsum(x._data, axis=_behind(axis, x.ndim)))


def _matmul(a: Any, b: Any) -> Any:
    a, b = (x if type(x) is Rows else Rows(x, False) for x in (a, b))
    if not a.ndim or not b.ndim:
        return NotImplemented
    rows = a._data if a.ndim > 1 else a._data.reshape((*a._data.shape[:-1], 1, a._data.shape[-1]))
    columns = b._data if b.ndim > 1 else b._data.reshape((*b._data.shape, 1))
    if a.is_stack and a.ndim <= 2 and not b.is_stack and b.ndim <= 2:  # all rows as one matrix
        y = linalg.dot(rows.reshape((-1, rows.shape[-1])), columns).reshape((*rows.shape[:-1], columns.shape[-1]))
    else:
        ndim = max(a.ndim, b.ndim, 2)
        y = np.matmul(_aligned(Rows(rows, a.is_stack), ndim), _aligned(Rows(columns, b.is_stack), ndim))
    shape = list(y.shape)
    if b.ndim == 1:
        del shape[-1]
    if a.ndim == 1:
        del shape[-2 if b.ndim > 1 else -1]
    return Rows(y.reshape(tuple(shape)))


def _dot(a: Any, b: Any) -> Any:
    return _matmul(a, b) if np.ndim(a) <= 2 and np.ndim(b) <= 2 else NotImplemented


def _einsum(subscripts: str, *operands: Any, optimize: Any = False) -> Any:
    """With a letter more, for the rows."""
    inputs, arrow, output = subscripts.partition("->")
    if not arrow or "." in subscripts:
        return NotImplemented
    letter = next(one for one in ascii_letters if one not in subscripts)
    terms = [
        letter + term if type(x) is Rows and x.is_stack else term
        for term, x in zip(inputs.split(","), operands, strict=True)
    ]
    arrays = [_mapped(x, _held) for x in operands]
    return Rows(np.einsum(f"{','.join(terms)}->{letter}{output}", *arrays, optimize=optimize))


def _solve(a: Any, b: Any) -> Any:
    if np.ndim(b) < 2:
        return NotImplemented
    ndim = max(np.ndim(a), np.ndim(b))
    return Rows(np.linalg.solve(_aligned(a, ndim), _aligned(b, ndim)))


def _reshape(x: Rows, shape: Any) -> Rows:
    return Rows(x._data.reshape((len(x._data), *(shape if isinstance(shape, tuple | list) else (shape,)))))


def _transpose(x: Rows, axes: Any = None) -> Rows:
    axes = range(x.ndim - 1, -1, -1) if axes is None else axes
    return Rows(x._data.transpose((0, *(one % x.ndim + 1 for one in axes))))


def _swapaxes(x: Rows, axis1: int, axis2: int) -> Rows:
    return Rows(x._data.swapaxes(_behind(axis1, x.ndim), _behind(axis2, x.ndim)))


def _squeeze(x: Rows, axis: Any = None) -> Rows:
    if axis is None:
        axis = tuple(i for i, n in enumerate(x.shape) if n == 1)
    return Rows(shaping.squeeze(x._data, axis=_behind(axis, x.ndim)))


def _expand_dims(x: Rows, axis: Any) -> Rows:
    return Rows(shaping.expand_dims(x._data, axis=_behind(axis, x.ndim)))


def _broadcast_to(x: Rows, shape: Any) -> Rows:
    shape = shape if isinstance(shape, tuple | list) else (shape,)
    return Rows(np.broadcast_to(_aligned(x, len(shape)), (len(x._data), *shape)))


def _concatenate(*arrays: Any, axis: Any = 0) -> Any:
    return _joined(shaping.concatenate, arrays, axis)


def _stack(*arrays: Any, axis: int = 0) -> Any:
    return _joined(shaping.stack, arrays, axis)


def _joined(primitive: Primitive, arrays: tuple[Any, ...], axis: Any) -> Any:
    if axis is None:
        return NotImplemented
    count = next(len(x._data) for x in arrays if type(x) is Rows and x.is_stack)
    stacks = [(x if type(x) is Rows else Rows(x, False)).stacked(count) for x in arrays]
    return Rows(primitive(*stacks, axis=_behind(axis, 0)))


def _inner(index: Any) -> Any:
    """An index of each row as an index of the stack; None for one that would move the rows' axis."""
    parts = index if isinstance(index, tuple) else (index,)
    if not indexing.is_basic(index):
        # Arrays, and integers beside them, put their axes where they stand, but first if something stands between them.
        places = [i for i, part in enumerate(parts) if not (part is None or part is Ellipsis or type(part) is slice)]
        if places[-1] - places[0] >= len(places):
            return None
    return (slice(None), *parts)


def _getitem(x: Rows, index: Any) -> Any:
    inner = _inner(index)
    return NotImplemented if inner is None else Rows(indexing.getitem(x._data, index=inner))


def _scatter(x: Rows, index: Any, shape: tuple[int, ...]) -> Any:
    inner = _inner(index)
    if inner is None:
        return NotImplemented
    return Rows(indexing.scatter(x._data, index=inner, shape=(len(x._data), *shape)))


def _index_update(x: Any, v: Any, index: Any) -> Any:
    inner = _inner(index)
    if inner is None or np.ndim(v) or (type(v) is Rows and v.is_stack):
        return NotImplemented
    return Rows(indexing.index_update(x._data, _mapped(v, _held), index=inner))


def _pick(x: Rows, index: Any) -> Rows:
    return _getitem(x, (np.arange(index.size), index))


def _place(x: Rows, index: Any, shape: tuple[int, ...]) -> Rows:
    return _scatter(x, (np.arange(index.size), index), shape)


_TOGETHER: dict[Any, Callable[..., Any]] = {
    np.shape: lambda x: x.shape,
    np.ndim: lambda x: x.ndim,
    np.size: lambda x, axis=None: x.size if axis is None else x.shape[axis],
    np.where: lambda *a: _elementwise(np.where, a, {}),
    np.zeros_like: lambda x: Rows(np.zeros_like(x._data)),
    np.ones_like: lambda x: Rows(np.ones_like(x._data)),
    np.concatenate: lambda arrays, axis=0: _concatenate(*arrays, axis=axis),
    np.transpose: _transpose,
    np.broadcast_to: _broadcast_to,
    np.dot: _dot,
    np.einsum: _einsum,
    np.linalg.solve: _solve,
    linalg.matmul: _matmul,
    linalg.dot: _dot,
    products.einsum: lambda *arrays, subscripts, optimize=False: _einsum(subscripts, *arrays, optimize=optimize),
    reductions.sum_: _folded(reductions.sum_),
    reductions.mean: _folded(reductions.mean),
    reductions.cumsum: _cumsum,
    shaping.reshape: _reshape,
    shaping.transpose: _transpose,
    shaping.swapaxes: _swapaxes,
    shaping.squeeze: _squeeze,
    shaping.expand_dims: _expand_dims,
    shaping.broadcast_to: _broadcast_to,
    shaping.astype: lambda x, dtype: Rows(x._data.astype(dtype)),
    shaping.concatenate: _concatenate,
    shaping.stack: _stack,
    indexing.getitem: _getitem,
    indexing.scatter: _scatter,
    indexing.index_update: _index_update,
    indexing.pick: _pick,
    indexing.place: _place,
}
