"""Products that are made of `matmul` or of `*`: of vectors, of matrices, and of stacks of both."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.broadcasting import array_of, axis_of, kept_shape
from autograd.errors import ShapeError
from autograd.graph import here
from autograd.ops.shaping import stack
from autograd.primitives import composed, linear


def conjugate(x: Any) -> Any:
    """The complex conjugate; real numbers as they are."""
    return np.conjugate(x) if x.dtype.kind == "c" else x


def _axis_last(x: Any, axis: int) -> Any:
    axis = axis_of(axis, x.ndim)
    return x if axis == x.ndim - 1 else np.transpose(x, [i for i in range(x.ndim) if i != axis] + [axis])


def _axis_from_last(x: Any, axis: int) -> Any:
    order = list(range(x.ndim - 1))
    order.insert(axis_of(axis, x.ndim), x.ndim - 1)
    return np.transpose(x, order)


def _trace_rule(g: Any, y: Any, x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    diagonal = np.eye(x.shape[axis1], x.shape[axis2], k=offset, dtype=x.dtype)
    if axis1 % x.ndim > axis2 % x.ndim:
        diagonal = diagonal.T
    both = (axis1 % x.ndim, axis2 % x.ndim)
    shape = tuple(n if axis in both else 1 for axis, n in enumerate(x.shape))
    return g.reshape(kept_shape(x.shape, both)) * diagonal.reshape(shape)


def _trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return np.trace(x, offset, axis1, axis2)


# fmt: off
trace       = linear(np.trace,     _trace_rule, forward=_trace)
# fmt: on


# --- vectors ---


@composed(np.vdot)
def vdot(a: Any, b: Any) -> Any:
    """The sum of the products of all elements, of a the conjugates."""
    return np.dot(np.ravel(conjugate(array_of(a))), np.ravel(b))


@composed(np.inner)
def inner(a: Any, b: Any) -> Any:
    """Sums of products over the last axis of both: `y[i.., j..] = sum_k a[i.., k] b[j.., k]`."""
    a, b = array_of(a), array_of(b)
    return np.dot(a, b.swapaxes(-1, -2) if a.ndim and b.ndim > 1 else b)


@composed(np.outer)
def outer(a: Any, b: Any) -> Any:
    """All products of an element of a with one of b, as a matrix."""
    return np.ravel(a).reshape((-1, 1)) * np.ravel(b)


@composed(np.linalg.outer)
def linalg_outer(x1: Any, x2: Any, /) -> Any:
    """`np.outer` of two vectors."""
    if np.ndim(x1) != 1 or np.ndim(x2) != 1:
        raise ShapeError(f"outer: two vectors are needed, not shapes {np.shape(x1)} and {np.shape(x2)} (at {here()})")
    return outer(x1, x2)


@composed(np.kron)
def kron(a: Any, b: Any) -> Any:
    """Kronecker product: each element of a times the whole of b."""
    a, b = array_of(a), array_of(b)
    ndim = max(a.ndim, b.ndim)
    blocks = (1,) * (ndim - a.ndim) + a.shape
    block = (1,) * (ndim - b.ndim) + b.shape
    product = a.reshape([n for size in blocks for n in (size, 1)]) * b.reshape([n for size in block for n in (1, size)])
    return product.reshape([m * n for m, n in zip(blocks, block, strict=True)])


@composed(np.cross)
def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    """Cross product of vectors of three elements, along the axes given."""
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = _axis_last(array_of(a), axisa), _axis_last(array_of(b), axisb)
    if a.shape[-1] != 3 or b.shape[-1] != 3:
        raise ShapeError(f"cross: vectors of three elements are needed; shapes {a.shape} and {b.shape} (at {here()})")
    a0, a1, a2 = (a[..., i] for i in range(3))
    b0, b1, b2 = (b[..., i] for i in range(3))
    product = stack(a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0, axis=-1)
    return _axis_from_last(product, axisc)


@composed(np.linalg.cross)
def linalg_cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """`np.cross` along one axis."""
    return cross(x1, x2, axis=axis)


# --- stacks of vectors and matrices ---


@composed(np.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """Sums of products over the axes given: a pair of them, one list for a and one for b, or the number of a's last."""
    a, b = array_of(a), array_of(b)
    axes_a: Any
    axes_b: Any
    if isinstance(axes, int | np.integer):
        axes_a, axes_b = list(range(a.ndim - axes, a.ndim)), list(range(axes))
    else:
        axes_a, axes_b = ([one] if isinstance(one, int | np.integer) else list(one) for one in axes)
    axes_a, axes_b = [axis_of(i, a.ndim) for i in axes_a], [axis_of(i, b.ndim) for i in axes_b]
    lengths = [a.shape[i] for i in axes_a]
    if lengths != [b.shape[i] for i in axes_b]:
        raise ShapeError(f"tensordot: axes {axes} of shapes {a.shape} and {b.shape} differ in length (at {here()})")
    rest_a, rest_b = [i for i in range(a.ndim) if i not in axes_a], [i for i in range(b.ndim) if i not in axes_b]
    shape_a, shape_b = [a.shape[i] for i in rest_a], [b.shape[i] for i in rest_b]
    k = math.prod(lengths)
    rows = np.transpose(a, rest_a + axes_a).reshape((math.prod(shape_a), k))
    columns = np.transpose(b, axes_b + rest_b).reshape((k, math.prod(shape_b)))
    return np.matmul(rows, columns).reshape((*shape_a, *shape_b))


@composed(np.linalg.tensordot)
def linalg_tensordot(x1: Any, x2: Any, /, *, axes: Any = 2) -> Any:
    """`np.tensordot`."""
    return tensordot(x1, x2, axes)


@composed(np.vecdot)
def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """Dot products of stacked vectors, which lie along `axis`; of x1 the conjugates."""
    x1, x2 = _axis_last(conjugate(array_of(x1)), axis), _axis_last(array_of(x2), axis)
    if x1.shape[-1] != x2.shape[-1]:
        raise ShapeError(f"vecdot: vectors of {x1.shape[-1]} and of {x2.shape[-1]} elements (at {here()})")
    return np.add.reduce(x1 * x2, axis=-1)


composed(np.linalg.vecdot)(vecdot)


@composed(getattr(np, "matvec", None))  # since NumPy 2.2
def matvec(x1: Any, x2: Any, /) -> Any:
    """Stacked matrices times stacked vectors."""
    return np.matmul(x1, array_of(x2)[..., None])[..., 0]


@composed(getattr(np, "vecmat", None))  # since NumPy 2.2
def vecmat(x1: Any, x2: Any, /) -> Any:
    """Stacked vectors, conjugated, times stacked matrices."""
    return np.matmul(conjugate(array_of(x1))[..., None, :], x2)[..., 0, :]


@composed(np.linalg.matmul)
def linalg_matmul(x1: Any, x2: Any, /) -> Any:
    """`np.matmul`."""
    return np.matmul(x1, x2)


@composed(np.matrix_transpose)
def matrix_transpose(x: Any, /) -> Any:
    """The last two axes exchanged."""
    return x.swapaxes(-1, -2)


composed(np.linalg.matrix_transpose)(matrix_transpose)


@composed(np.linalg.trace)
def linalg_trace(x: Any, /, *, offset: int = 0) -> Any:
    """The sum along a diagonal of stacked matrices."""
    return trace(x, offset=offset, axis1=-2, axis2=-1)
