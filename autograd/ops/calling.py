"""NumPy's functions that call a function of yours, which then sees Tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.broadcasting import array_of, axes_of, axis_of
from autograd.errors import ShapeError
from autograd.ops.indexing import getitem, index_update
from autograd.ops.shaping import expand_dims, moveaxis, reshape, stack
from autograd.primitives import composed, frozen


@composed(np.apply_along_axis)
def apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """What `func1d` makes of each vector along `axis`; the axes of its results stand in the place of that one."""
    at = axis_of(axis, arr.ndim)
    rows = moveaxis(arr, at, -1)
    around = rows.shape[:-1]
    if 0 in around:
        raise ShapeError(f"an array of shape {arr.shape} has no vector along axis {axis}")
    results = [array_of(func1d(rows[index], *args, **kwargs)) for index in np.ndindex(around)]
    inner = results[0].shape
    y = reshape(stack(*results), shape=around + inner)
    return moveaxis(y, tuple(range(len(around), y.ndim)), tuple(range(at, at + len(inner))))


@composed(np.apply_over_axes)
def apply_over_axes(func: Callable[[Any, int], Any], a: Any, axes: Any) -> Any:
    """`func(a, axis)` for each axis in turn; axes that it folds away are kept with length one."""
    for axis in axes_of(tuple(np.atleast_1d(axes)), a.ndim):
        y = func(a, axis)
        if y.ndim not in (a.ndim, a.ndim - 1):
            raise ShapeError(f"the function made {y.ndim} axes of {a.ndim}")
        a = y if y.ndim == a.ndim else expand_dims(y, axis=axis)
    return a


@composed(np.piecewise)
def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """At each place the function whose condition holds there, of the elements there; a number stands for itself.

    Of several conditions that hold the last counts; one more function than conditions is for where none holds.
    """
    if not np.ndim(condlist) or (not np.ndim(condlist[0]) and np.ndim(x)):  # one condition alone
        condlist = [condlist]
    masks = [np.broadcast_to(np.asarray(frozen(condition), bool), x.shape) for condition in condlist]
    if len(funclist) == len(masks) + 1:
        masks.append(~np.logical_or.reduce(masks))
    if len(funclist) != len(masks):
        raise ShapeError(f"{len(masks)} conditions for {len(funclist)} functions")
    y = np.zeros_like(x)
    for mask, function in zip(masks, funclist, strict=True):
        value = function(getitem(x, index=mask), *args, **kw) if callable(function) else function
        y = index_update(y, array_of(value), index=mask)
    return y
