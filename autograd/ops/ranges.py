"""Numbers laid out between two ends, and grids of them: differentiable in the ends."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.broadcasting import array_of
from autograd.errors import ShapeError
from autograd.ops.indexing import beside
from autograd.ops.ordering import nonzero
from autograd.ops.shaping import broadcast_to, concatenate, moveaxis, reshape
from autograd.primitives import composed


@composed(np.linspace)
def linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None,
    axis: int = 0, *, device: None = None,
) -> Any:  # fmt: skip
    """`num` numbers, evenly spaced, from start to stop; the ends broadcast, and the new axis is the first."""
    if num < 0:
        raise ValueError(f"the number of samples, {num}, is negative")
    steps = num - 1 if endpoint else num
    start, stop = (1.0 * (x if isinstance(x, int | float) else array_of(x)) for x in (start, stop))
    step = (stop - start) / steps if steps else (stop - start) * np.nan
    weights = np.arange(num, dtype=step.dtype).reshape((num,) + (1,) * step.ndim)
    y = start + weights * (step if steps else stop - start)
    if endpoint and num > 1:  # the last one exactly
        last = broadcast_to(array_of(stop, y), shape=(1, *y.shape[1:]))
        y = concatenate(y[:-1], last)
    y = moveaxis(y, 0, axis) if y.ndim > 1 else y
    y = y if dtype is None else y.astype(dtype)
    return (y, step) if retstep else y


@composed(np.logspace)
def logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0, dtype: Any = None, axis: int = 0
) -> Any:
    """`base` to the power of `num` numbers, evenly spaced."""
    exponents = linspace(start, stop, num, endpoint, axis=axis)
    if np.ndim(base):
        base = np.expand_dims(base, axis)
    y = np.power(base, exponents)
    return y if dtype is None else y.astype(dtype)


@composed(np.geomspace)
def geomspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Any:
    """`num` numbers from start to stop, the quotient of neighbours being the same; both ends of one sign."""
    like = start if hasattr(start, "dtype") else stop
    start, stop = array_of(start, like) * 1.0, array_of(stop, like) * 1.0
    sign = np.sign(start)
    y = logspace(np.log10(start / sign), np.log10(stop / sign), num, endpoint, axis=axis)
    y = y * np.expand_dims(broadcast_to(sign, shape=np.broadcast_shapes(start.shape, stop.shape)), axis)
    return y if dtype is None else y.astype(dtype)


@composed(np.full_like)
def full_like(
    a: Any, fill_value: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, *,
    device: None = None,
) -> Any:  # fmt: skip
    """One value, of which it is differentiable, in the shape and the dtype of an array."""
    value = beside(array_of(fill_value), a).astype(a.dtype if dtype is None else dtype)
    return broadcast_to(value, shape=a.shape if shape is None else shape)


@composed(np.meshgrid)
def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> tuple[Any, ...]:
    """The coordinates of a grid: each vector along an axis of its own, broadcast to the others unless `sparse`."""
    n = len(xi)
    if indexing not in ("xy", "ij"):
        raise ValueError(f"indexing={indexing!r} is not 'xy' or 'ij'")
    order = [1, 0, *range(2, n)] if indexing == "xy" and n > 1 else list(range(n))
    vectors = [array_of(x) for x in xi]
    grid = [reshape(x, shape=(1,) * at + (-1,) + (1,) * (n - 1 - at)) for x, at in zip(vectors, order, strict=True)]
    if sparse or not grid:
        return tuple(grid)
    shape = np.broadcast_shapes(*(x.shape for x in grid))
    return tuple(broadcast_to(x, shape=shape) for x in grid)


@composed(np.ix_, constant=True)
def ix_(*args: Any) -> tuple[Any, ...]:
    """Vectors of integers or bools as an index of the grid of their combinations."""
    vectors = [array_of(x) for x in args]
    if any(x.ndim != 1 for x in vectors):
        raise ShapeError(f"vectors are needed, not shapes {[x.shape for x in vectors]}")
    places = [nonzero(x)[0] if x.dtype == np.bool else x for x in vectors]
    n = len(places)
    return tuple(reshape(x, shape=(1,) * i + (-1,) + (1,) * (n - 1 - i)) for i, x in enumerate(places))


@composed(np.vander)
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """The powers of a vector's elements as columns, N of them, the highest first unless `increasing`."""
    if x.ndim != 1:
        raise ShapeError(f"a vector is needed, not shape {x.shape}")
    n = x.shape[0] if N is None else N
    if not n:
        return x.reshape((-1, 1))[:, :0]
    columns = [np.ones_like(x)]
    while len(columns) < n:
        columns.append(columns[-1] * x)
    return np.stack(columns if increasing else columns[::-1], axis=1)


@composed(np.polyval)
def polyval(p: Any, x: Any) -> Any:
    """The value at x of the polynomial with the coefficients p, the highest power first: Horner's scheme."""
    x, y = array_of(x), 0.0
    for i in range(len(p)):
        y = y * x + p[i]
    return y if len(p) else x * 0
