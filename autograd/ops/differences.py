"""Differences, slopes and integrals along an axis: all written with other differentiable functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.broadcasting import along, array_of, axes_of, axis_of
from autograd.errors import ShapeError
from autograd.primitives import composed, primitive


def _part(x: Any, axis: int, start: int | None, stop: int | None) -> Any:
    """A part of one axis."""
    return x[along(axis, slice(start, stop))]


@composed(np.diff)
def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """Differences of neighbours, n times over, after putting `prepend` before and `append` behind."""
    if n < 0:
        raise ValueError(f"the order n = {n} is negative")
    a = array_of(a)
    if not a.ndim:
        raise ShapeError("a scalar has no neighbours")
    at = axis_of(axis, a.ndim)
    if n == 0:
        return a
    if prepend is not None or append is not None:
        ends = [x if x is None else _as_long(array_of(x, a), a.shape, at) for x in (prepend, append)]
        a = np.concatenate([x for x in (ends[0], a, ends[1]) if x is not None], axis=at)
    for _ in range(n):
        a = np.not_equal(_part(a, at, 1, None), _part(a, at, None, -1)) if a.dtype == np.bool else (
            _part(a, at, 1, None) - _part(a, at, None, -1))  # fmt: skip
    return a


def _as_long(x: Any, shape: tuple[int, ...], axis: int) -> Any:
    """A number as one element along the axis."""
    return x if x.ndim else np.broadcast_to(x, tuple(1 if i == axis else n for i, n in enumerate(shape)))


@composed(np.ediff1d)
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """Differences of neighbours, all elements in one axis, between those to begin and to end with."""
    y = diff(array_of(ary).reshape(-1))
    parts = [None if x is None else array_of(x).reshape(-1).astype(y.dtype) for x in (to_begin, to_end)]
    if parts == [None, None]:
        return y
    return np.concatenate([x for x in (parts[0], y, parts[1]) if x is not None])


@composed(np.trapezoid)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """Integral of y by the trapezoidal rule, at points x or dx apart; gradients flow to the points too."""
    y = array_of(y)
    at = axis_of(axis, y.ndim)
    if x is not None:
        x = array_of(x)
        dx = np.diff(x, axis=-1 if x.ndim == 1 else axis)
        if x.ndim == 1:
            dx = dx.reshape((-1, *(1,) * (y.ndim - 1 - at)))
    return np.sum(dx * (_part(y, at, 1, None) + _part(y, at, None, -1)) / 2, axis=at)


@composed(np.gradient)
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Slopes along each axis: inside by the parabola through three neighbours, at the ends by a line or a parabola.

    `varargs` is one spacing for all axes, or for each a spacing or the vector of its points, to which gradients flow,
    too; the result is one array, or a tuple of one for each axis. `edge_order` 2 takes a parabola at the ends.
    """
    axes = axes_of(axis, f.ndim)
    steps = varargs if len(varargs) == len(axes) else (varargs or (1.0,)) * len(axes)
    if len(steps) != len(axes) or (len(varargs) == 1 and len(axes) > 1 and np.ndim(varargs[0])):
        raise ShapeError(f"{len(varargs)} spacings for {len(axes)} axes: give none, one number, or one for each")
    if edge_order not in (1, 2):
        raise ValueError(f"edge_order={edge_order} is not 1 or 2")
    slopes = [_slope(f, step, one, edge_order) for one, step in zip(axes, steps, strict=True)]
    return slopes[0] if len(slopes) == 1 else tuple(slopes)


def _slope(f: Any, step: Any, axis: int, edge_order: int) -> Any:
    """With gaps h before and k behind a point, its slope is (h/k rise behind + k/h rise before) / (h + k)."""
    n = f.shape[axis]
    if n < edge_order + 1:
        raise ShapeError(f"axis {axis} of shape {f.shape} has fewer than {edge_order + 1} elements")
    gaps, is_even = step, not np.ndim(step)  # a number stays one: as an array it would widen float32
    if not is_even:
        step = array_of(step)
        if step.shape != (n,):
            raise ShapeError(f"points of shape {step.shape} for an axis of {n} elements")
        gaps = diff(step).reshape((-1, *(1,) * (f.ndim - 1 - axis)))
    rises = diff(f, axis=axis)
    lines = rises / gaps
    before, behind = _part(lines, axis, None, -1), _part(lines, axis, 1, None)
    h, k = (gaps, gaps) if is_even else (gaps[:-1], gaps[1:])
    inner = (behind * h + before * k) / (h + k)
    first, last = _part(lines, axis, None, 1), _part(lines, axis, -1, None)
    if edge_order == 2:
        bend = (behind - before) / (h + k)
        first_gap, last_gap = (gaps, gaps) if is_even else (gaps[:1], gaps[-1:])
        first = first - _part(bend, axis, None, 1) * first_gap
        last = last + _part(bend, axis, -1, None) * last_gap
    return np.concatenate((first, inner, last), axis=axis)


def _unwrap(x: Any, discont: Any = None, axis: int = -1, period: float = 2 * np.pi) -> Any:
    return np.unwrap(x, discont, axis, period=period)


# Whole periods added along an axis, to keep neighbours together: a slope of 1.
unwrap = primitive(np.unwrap, lambda g, y, x, discont=None, axis=-1, period=2 * np.pi: g, forward=_unwrap)
