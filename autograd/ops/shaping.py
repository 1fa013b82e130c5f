"""Operations that move elements without changing them; the transpose of each moves them back."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.broadcasting import along, array_of, axes_of, axis_of, unbroadcast
from autograd.errors import ShapeError, UnsupportedError
from autograd.ops.elementwise import positive
from autograd.primitives import Primitive, composed, linear, nondifferentiable


def _transpose(x: Any, axes: Any = None) -> Any:
    return x.transpose(axes)


def _inverse(axes: Any, ndim: int) -> Any:
    """The axes that undo `transpose(axes)`."""
    if axes is None:
        return None
    places = [axis % ndim for axis in axes]
    return tuple(sorted(range(ndim), key=places.__getitem__))


def _astype(x: Any, dtype: Any) -> Any:
    return x.astype(dtype)


def _truncate(x: Any, dtype: Any) -> Any:
    """Conversion to integers or bools: piecewise constant."""
    return x.astype(dtype)


def _concatenate(*arrays: Any, axis: int | None = 0) -> Any:
    return np.concatenate(arrays, axis=axis)


def _concatenate_rule(g: Any, y: Any, *arrays: Any, axis: int | None = 0) -> list[Any]:
    pieces, start = [], 0
    where = 0 if axis is None else axis % g.ndim
    for x in arrays:
        stop = start + (x.size if axis is None else x.shape[where])
        pieces.append(g[along(where, slice(start, stop))].reshape(x.shape))
        start = stop
    return pieces


def _negative(shift: Any) -> Any:
    return tuple(-one for one in shift) if isinstance(shift, tuple | list) else -shift


def _stack(*arrays: Any, axis: int = 0) -> Any:
    return np.stack(arrays, axis=axis)


def _stack_rule(g: Any, y: Any, *arrays: Any, axis: int = 0) -> list[Any]:
    return [g[along(axis % g.ndim, i)] for i in range(len(arrays))]


def _bind_arrays(arrays: Any, axis: Any = 0) -> Any:
    return tuple(arrays), {"axis": axis}


# fmt: off
reshape      = linear(np.reshape,      lambda g, y, x, shape: g.reshape(x.shape),
                      forward=lambda x, shape: x.reshape(shape))
transpose    = linear(np.transpose,    lambda g, y, x, axes=None: g.transpose(_inverse(axes, x.ndim)),
                      forward=_transpose)
swapaxes     = linear(np.swapaxes,     lambda g, y, x, axis1, axis2: g.swapaxes(axis1, axis2),
                      forward=lambda x, axis1, axis2: x.swapaxes(axis1, axis2))
expand_dims  = linear(np.expand_dims,  lambda g, y, x, axis: g.reshape(x.shape),
                      forward=lambda x, axis: np.expand_dims(x, axis))
squeeze      = linear(np.squeeze,      lambda g, y, x, axis=None: g.reshape(x.shape),
                      forward=lambda x, axis=None: x.squeeze(axis))
broadcast_to = linear(np.broadcast_to, lambda g, y, x, shape: unbroadcast(g, x.shape),
                      forward=lambda x, shape: np.broadcast_to(x, shape))
astype       = linear(_astype,         lambda g, y, x, dtype: g.astype(x.dtype), takes_complex=False)
truncate     = nondifferentiable(_truncate)
roll: Primitive = linear(np.roll,         lambda g, y, x, shift, axis=None: roll(g, shift=_negative(shift), axis=axis),
                      forward=lambda x, shift, axis=None: np.roll(x, shift, axis))
concatenate  = linear(np.concatenate,  joint=_concatenate_rule, forward=_concatenate, bind=_bind_arrays,
                      text="np.concatenate(arrays, axis=axis)")
stack        = linear(np.stack,        joint=_stack_rule,       forward=_stack,       bind=_bind_arrays,
                      text="np.stack(arrays, axis=axis)")
# fmt: on


@composed(np.reshape)
def reshape_in_order(a: Any, /, shape: Any = None, order: str = "C", *, newshape: Any = None, copy: Any = None) -> Any:
    """The same elements in another shape, taken and laid out with the last axis fastest, or with `order="F"` the first.

    (NumPy 2.0 says `newshape`.)
    """
    a, shape = array_of(a), newshape if shape is None else shape
    if order in ("C", "A"):
        return reshape(a, shape=shape)
    if order != "F":
        raise UnsupportedError(f"order={order!r}; there are 'C' and 'F'")
    backwards = tuple(shape)[::-1] if np.ndim(shape) else (shape,)
    return transpose(reshape(transpose(a), shape=backwards))


@composed(np.ravel)
def ravel(a: Any, order: str = "C") -> Any:
    """All elements in one axis, last axis fastest, or with `order="F"` the first."""
    return reshape_in_order(a, (-1,), "C" if order == "K" else order)


@composed(np.copy)
def copy(a: Any, order: str = "K", subok: bool = False) -> Any:
    """The same value as a new node of the graph."""
    return truncate(a, dtype=a.dtype) if a.dtype.kind == "b" else positive(a)


@composed(np.real_if_close)
def real_if_close(a: Any, tol: float = 100) -> Any:
    """Real numbers are real; of complex ones it would depend on their values."""
    if a.dtype.kind == "c":
        raise UnsupportedError("whether the result is real depends on values: say z.real")
    return positive(a)


@composed(getattr(np, "astype", None))  # since NumPy 2.1
def converted(x: Any, dtype: Any, /, *, copy: bool = True, device: None = None) -> Any:
    """Converted to another dtype; integers and bools take no gradient."""
    return x.astype(dtype)


# --- axes ---


@composed(np.moveaxis)
def moveaxis(a: Any, source: Any, destination: Any) -> Any:
    """The axes at `source` moved to `destination`, the others in their order."""
    ndim = np.ndim(a)
    start, end = axes_of(source, ndim), axes_of(destination, ndim)
    if len(start) != len(end):
        raise ShapeError(f"moveaxis: {len(start)} axes cannot go to {len(end)} places")
    order = [axis for axis in range(ndim) if axis not in start]
    for to, axis in sorted(zip(end, start, strict=True)):
        order.insert(to, axis)
    return transpose(a, axes=tuple(order))


@composed(np.rollaxis)
def rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    """The axis moved back until it lies before the axis `start`."""
    ndim = np.ndim(a)
    axis, start = axis_of(axis, ndim), start + ndim if start < 0 else start
    return moveaxis(a, axis, start - 1 if start > axis else start)


@composed(np.atleast_1d)
def atleast_1d(*arys: Any) -> Any:
    """A scalar as an array of one element, anything else as it is."""
    return _each(arys, lambda x: x if np.ndim(x) else reshape(x, shape=(1,)))


@composed(np.atleast_2d)
def atleast_2d(*arys: Any) -> Any:
    """A vector as one row."""
    return _each(arys, lambda x: x if np.ndim(x) > 1 else reshape(x, shape=(1, -1)))


@composed(np.atleast_3d)
def atleast_3d(*arys: Any) -> Any:
    """A vector n as (1, n, 1), a matrix (n, m) as (n, m, 1)."""

    def solid(x: Any) -> Any:
        if np.ndim(x) > 2:
            return x
        return reshape(x, shape=(*np.shape(x), 1) if np.ndim(x) == 2 else (1, -1, 1))

    return _each(arys, solid)


def _each(arrays: tuple[Any, ...], change: Any) -> Any:
    changed = tuple(change(array_of(x)) for x in arrays)
    return changed[0] if len(changed) == 1 else changed


@composed(np.broadcast_arrays)
def broadcast_arrays(*args: Any) -> Any:
    """All arrays in the one shape that they broadcast to."""
    shape = np.broadcast_shapes(*map(np.shape, args))
    return tuple(broadcast_to(array_of(x), shape=shape) for x in args)
