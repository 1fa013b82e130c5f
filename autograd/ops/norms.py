"""Norms of vectors and of matrices: g and y have the shape of the result, x that of the argument.

At 0 the gradient of a norm is 0, the subgradient of least norm. Matrices lie in two axes; `nuc`, 2 and -2
are sums and extremes of their singular values, the others those of absolute values.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.broadcasting import axis_of, kept_shape
from autograd.errors import ShapeError
from autograd.graph import here
from autograd.ops.decompositions import inv
from autograd.ops.elementwise import over
from autograd.ops.matrices import svdvals
from autograd.primitives import composed, primitive


def _p_norm(x: Any, p: Any = 2, axis: Any = None, keepdims: Any = False) -> Any:
    if p == 2:
        return np.sqrt(np.add.reduce(x * x, axis=axis, keepdims=keepdims))
    return np.power(np.add.reduce(np.power(np.abs(x), p), axis=axis, keepdims=keepdims), 1 / p)


def _p_norm_rule(g: Any, y: Any, x: Any, p: Any = 2, axis: Any = None, keepdims: Any = False) -> Any:
    kept = kept_shape(x.shape, axis)
    unit = over(x, y.reshape(kept))  # at 0, the subgradient of least norm: 0, and its derivative 0
    if p != 2:  # 0 where an element is 0, though a power p - 1 < 0 of it is infinite
        unit = np.sign(unit) * np.power(np.abs(unit) + (unit == 0), p - 1)
    return g.reshape(kept) * unit


p_norm = primitive(_p_norm, _p_norm_rule)


@composed(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """Norms of vectors and of matrices, of NumPy's orders; at 0 the gradient is 0."""
    if axis is None and (ord is None or x.ndim not in (1, 2)):
        if ord is not None:
            raise ShapeError(f"norm: ord={ord!r} of a shape {x.shape} needs an axis (at {here()})")
        return p_norm(x, axis=None, keepdims=keepdims)
    axes = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if len(axes) == 2 and ord is not None:
        return _matrix_norm(x, ord, axes, keepdims)
    return vector_norm(x, axis=axes, keepdims=keepdims, ord=2 if ord is None else ord)


@composed(np.linalg.vector_norm)
def vector_norm(x: Any, /, *, axis: Any = None, keepdims: Any = False, ord: Any = 2) -> Any:
    """The norm of all elements, or along `axis`."""
    if isinstance(ord, str):
        raise ShapeError(f"norm: ord={ord!r} is for matrices, not for vectors (at {here()})")
    size = np.abs(x)
    if ord == np.inf:
        return np.max(size, axis=axis, keepdims=keepdims)
    if ord == -np.inf:
        return np.min(size, axis=axis, keepdims=keepdims)
    if ord == 0:
        return np.add.reduce((size != 0).astype(size.dtype), axis=axis, keepdims=keepdims)
    if ord == 1:
        return np.add.reduce(size, axis=axis, keepdims=keepdims)
    return p_norm(x, p=ord, axis=axis, keepdims=keepdims)


@composed(np.linalg.matrix_norm)
def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """The norm of stacked matrices."""
    return _matrix_norm(x, "fro" if ord is None else ord, (-2, -1), keepdims)


def _matrix_norm(x: Any, ord: Any, axes: tuple[int, int], keepdims: bool) -> Any:
    row, column = (axis_of(axis, x.ndim) for axis in axes)
    if ord == "fro":
        return p_norm(x, axis=(row, column), keepdims=keepdims)
    if ord not in ("nuc", 1, -1, 2, -2, np.inf, -np.inf):
        raise ShapeError(f"norm: ord={ord!r} is not one of matrices (at {here()})")
    rest = [axis for axis in range(x.ndim) if axis not in (row, column)]
    matrices = np.transpose(x, [*rest, row, column])
    if ord in ("nuc", 2, -2):
        values = svdvals(matrices)
        values = values * (values != 0)  # a singular value of 0 has a kink there, and of its slopes the least is 0
        reduce: Any = {"nuc": np.sum, 2: np.max, -2: np.min}[ord]  # not the ends of the row, since ties share
        y = reduce(values, axis=-1)
    else:
        sums = np.add.reduce(np.abs(matrices), axis=-2 if ord in (1, -1) else -1)
        y = np.max(sums, axis=-1) if ord > 0 else np.min(sums, axis=-1)
    return y.reshape(kept_shape(x.shape, (row, column))) if keepdims else y


@composed(np.linalg.cond)
def cond(x: Any, p: Any = None) -> Any:
    """How much the solution of a linear system may amplify errors."""
    if p is None or p in (2, -2):
        s = svdvals(x)
        high, low = np.max(s, axis=-1), np.min(s, axis=-1)  # rather than the ends, since ties share
        return low / high if p == -2 else high / low
    return _matrix_norm(x, p, (-2, -1), False) * _matrix_norm(inv(x), p, (-2, -1), False)
