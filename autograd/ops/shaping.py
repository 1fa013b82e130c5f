"""Operations that move elements without changing them; the transpose of each moves them back."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.broadcasting import unbroadcast
from autograd.primitives import composed, linear, nondifferentiable


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
        pieces.append(g[(slice(None),) * where + (slice(start, stop),)].reshape(x.shape))
        start = stop
    return pieces


def _stack(*arrays: Any, axis: int = 0) -> Any:
    return np.stack(arrays, axis=axis)


def _stack_rule(g: Any, y: Any, *arrays: Any, axis: int = 0) -> list[Any]:
    before = (slice(None),) * (axis % g.ndim)
    return [g[(*before, i)] for i in range(len(arrays))]


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
astype       = linear(_astype,         lambda g, y, x, dtype: g.astype(x.dtype))
truncate     = nondifferentiable(_truncate)
concatenate  = linear(np.concatenate,  joint=_concatenate_rule, forward=_concatenate, bind=_bind_arrays)
stack        = linear(np.stack,        joint=_stack_rule,       forward=_stack,       bind=_bind_arrays)
# fmt: on


@composed(np.ravel)
def ravel(a: Any) -> Any:
    """All elements in one axis, last axis fastest."""
    return reshape(a, shape=(-1,))
