"""What functions do to all `Rows` at once: with one axis more, before those that they were written for.

Each stands in for the function it is filed under, with its arguments, at least one of which is a stack; what it leaves
to be called row by row it answers with `NotImplemented`, and a function that is not here is called so, too.
"""

from __future__ import annotations

from collections.abc import Callable
from string import ascii_letters
from typing import Any

import numpy as np

from autograd.ops import contractions, indexing, linalg, reductions, running, shaping
from autograd.primitives import Primitive
from autograd.rows import TOGETHER, Rows, aligned, behind, elementwise, held, mapped


def _folded(primitive: Primitive) -> Callable[..., Any]:
    def together(x: Rows, axis: Any = None, keepdims: Any = False) -> Any:
        return Rows(primitive(x._data, axis=behind(axis, x.ndim), keepdims=keepdims))

    return together


def _cumsum(x: Rows, axis: Any = None) -> Any:
    return NotImplemented if axis is None else Rows(running.cumsum(x._data, axis=behind(axis, x.ndim)))


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
        y = np.matmul(aligned(Rows(rows, a.is_stack), ndim), aligned(Rows(columns, b.is_stack), ndim))
    shape = list(y.shape)
    if b.ndim == 1:
        del shape[-1]
    if a.ndim == 1:
        del shape[-2 if b.ndim > 1 else -1]
    return Rows(y.reshape(tuple(shape)))


def _dot(a: Any, b: Any) -> Any:
    return _matmul(a, b) if np.ndim(a) <= 2 and np.ndim(b) <= 2 else NotImplemented


def _affine(x: Any, weight: Any, bias: Any) -> Any:
    return np.matmul(x, weight.T) + bias


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
    arrays = [mapped(x, held) for x in operands]
    return Rows(np.einsum(f"{','.join(terms)}->{letter}{output}", *arrays, optimize=optimize))


def _solve(a: Any, b: Any) -> Any:
    if np.ndim(b) < 2:
        return NotImplemented
    ndim = max(np.ndim(a), np.ndim(b))
    return Rows(np.linalg.solve(aligned(a, ndim), aligned(b, ndim)))


def _reshape(x: Rows, shape: Any) -> Rows:
    return Rows(x._data.reshape((len(x._data), *(shape if isinstance(shape, tuple | list) else (shape,)))))


def _transpose(x: Rows, axes: Any = None) -> Rows:
    axes = range(x.ndim - 1, -1, -1) if axes is None else axes
    return Rows(x._data.transpose((0, *(one % x.ndim + 1 for one in axes))))


def _swapaxes(x: Rows, axis1: int, axis2: int) -> Rows:
    return Rows(x._data.swapaxes(behind(axis1, x.ndim), behind(axis2, x.ndim)))


def _squeeze(x: Rows, axis: Any = None) -> Rows:
    if axis is None:
        axis = tuple(i for i, n in enumerate(x.shape) if n == 1)
    return Rows(shaping.squeeze(x._data, axis=behind(axis, x.ndim)))


def _expand_dims(x: Rows, axis: Any) -> Rows:
    return Rows(shaping.expand_dims(x._data, axis=behind(axis, x.ndim)))


def _broadcast_to(x: Rows, shape: Any) -> Rows:
    shape = shape if isinstance(shape, tuple | list) else (shape,)
    return Rows(np.broadcast_to(aligned(x, len(shape)), (len(x._data), *shape)))


def _concatenate(*arrays: Any, axis: Any = 0) -> Any:
    return _joined(shaping.concatenate, arrays, axis)


def _stack(*arrays: Any, axis: int = 0) -> Any:
    return _joined(shaping.stack, arrays, axis)


def _joined(primitive: Primitive, arrays: tuple[Any, ...], axis: Any) -> Any:
    if axis is None:
        return NotImplemented
    count = next(len(x._data) for x in arrays if type(x) is Rows and x.is_stack)
    stacks = [(x if type(x) is Rows else Rows(x, False)).stacked(count) for x in arrays]
    return Rows(primitive(*stacks, axis=behind(axis, 0)))


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
    return Rows(indexing.index_update(x._data, mapped(v, held), index=inner))


def _pick(x: Rows, index: Any) -> Rows:
    return _getitem(x, (np.arange(index.size), index))


def _place(x: Rows, index: Any, shape: tuple[int, ...]) -> Rows:
    return _scatter(x, (np.arange(index.size), index), shape)


TOGETHER |= {
    np.shape: lambda x: x.shape,
    np.ndim: lambda x: x.ndim,
    np.size: lambda x, axis=None: x.size if axis is None else x.shape[axis],
    np.where: lambda *a: elementwise(np.where, a, {}),
    np.zeros_like: lambda x: Rows(np.zeros_like(x._data)),
    np.ones_like: lambda x: Rows(np.ones_like(x._data)),
    np.concatenate: lambda arrays, axis=0: _concatenate(*arrays, axis=axis),
    np.transpose: _transpose,
    np.broadcast_to: _broadcast_to,
    np.dot: _dot,
    np.einsum: _einsum,
    np.linalg.solve: _solve,
    np.matmul: _matmul,
    linalg.matmul: _matmul,
    linalg.dot: _dot,
    linalg.affine: _affine,
    contractions.einsum: lambda *arrays, subscripts, optimize=False: _einsum(subscripts, *arrays, optimize=optimize),
    reductions.sum_: _folded(reductions.sum_),
    reductions.mean: _folded(reductions.mean),
    running.cumsum: _cumsum,
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
