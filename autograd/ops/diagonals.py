"""Diagonals and triangles of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.broadcasting import axis_of
from autograd.errors import ShapeError
from autograd.ops.elementwise import gate
from autograd.ops.indexing import getitem, index_update
from autograd.primitives import composed


@composed(np.diagonal)
def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The elements a[i, i + offset] of the matrices in two axes, in a last axis of their own."""
    first, second = axis_of(axis1, a.ndim), axis_of(axis2, a.ndim)
    if first == second:
        raise ShapeError("diagonal: axis1 and axis2 must be two")
    x = a.transpose([axis for axis in range(a.ndim) if axis not in (first, second)] + [first, second])
    rows, columns = _diagonal_places(x.shape[-2], x.shape[-1], offset)
    return getitem(x, index=(..., rows, columns))


@composed(np.linalg.diagonal)
def linalg_diagonal(x: Any, /, *, offset: int = 0) -> Any:
    """The elements x[..., i, i + offset] of stacked matrices."""
    return diagonal(x, offset, -2, -1)


@composed(np.diag)
def diag(v: Any, k: int = 0) -> Any:
    """A vector as the k-th diagonal of a matrix of zeros, or a matrix's k-th diagonal as a vector."""
    if v.ndim == 2:
        return diagonal(v, k)
    if v.ndim != 1:
        raise ShapeError(f"diag: of a vector or a matrix, not of shape {v.shape}")
    n = v.shape[0] + abs(k)
    rows, columns = _diagonal_places(n, n, k)
    return index_update(np.zeros((n, n), v.dtype), v, index=(rows, columns))


@composed(np.diagflat)
def diagflat(v: Any, k: int = 0) -> Any:
    """All elements as the k-th diagonal of a matrix of zeros."""
    return diag(v.reshape(-1), k)


def _diagonal_places(n: int, m: int, offset: int) -> tuple[Any, Any]:
    along = np.arange(max(0, min(n + min(offset, 0), m - max(offset, 0))))
    return along - min(offset, 0), along + max(offset, 0)


@composed(np.tril)
def tril(m: Any, k: int = 0) -> Any:
    """Matrices with zeros above the k-th diagonal."""
    return gate(m, np.tri(*_matrix_shape(m), k=k, dtype=bool))


@composed(np.triu)
def triu(m: Any, k: int = 0) -> Any:
    """Matrices with zeros below the k-th diagonal."""
    return gate(m, ~np.tri(*_matrix_shape(m), k=k - 1, dtype=bool))


def _matrix_shape(m: Any) -> tuple[int, int]:
    if not m.ndim:
        raise ShapeError("a triangle is of a vector, which is every row of it, or of matrices, not of a scalar")
    return m.shape[-2:] if m.ndim > 1 else m.shape * 2
