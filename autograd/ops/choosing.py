"""Taking elements by their places, by a mask, or by the number of a choice."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.broadcasting import along, array_of, axis_of
from autograd.errors import ShapeError, UnsupportedError
from autograd.ops.indexing import beside, getitem
from autograd.primitives import composed, frozen


@composed(np.take)
def take(a: Any, indices: Any, axis: int | None = None, *, mode: str = "raise") -> Any:
    """The elements at `indices`, along `axis` or, if None, in C order; `mode` says what indices beyond the end do."""
    x, at = (a.reshape(-1), 0) if axis is None else (a, axis_of(axis, a.ndim))
    index = np.asarray(frozen(indices))
    if not index.size:
        index = index.astype(int)
    if index.dtype.kind not in "iu":
        raise UnsupportedError(f"take: indices are integers, not {index.dtype}; np.compress takes a mask")
    if mode == "wrap":
        index = index % x.shape[at]
    elif mode == "clip":
        index = np.clip(index, 0, x.shape[at] - 1)
    elif mode != "raise":
        raise UnsupportedError(f"take: mode {mode!r}; there are raise, wrap and clip")
    return getitem(x, index=along(at, index))


@composed(np.compress)
def compress(condition: Any, a: Any, axis: int | None = None) -> Any:
    """The elements along `axis` where `condition` holds; in C order if None."""
    x = beside(array_of(a), condition)
    x, at = (x.reshape(-1), 0) if axis is None else (x, axis_of(axis, x.ndim))
    kept = np.zeros(x.shape[at], bool)  # as a mask, since what is left out takes no gradient
    kept[np.flatnonzero(np.asarray(frozen(condition)))] = True
    return getitem(x, index=along(at, kept))


@composed(np.extract)
def extract(condition: Any, arr: Any) -> Any:
    """The elements where `condition` holds, in one axis."""
    return compress(condition.reshape(-1) if hasattr(condition, "shape") else np.ravel(condition), arr)


@composed(np.choose)
def choose(a: Any, choices: Any, *, mode: str = "raise") -> Any:
    """At each place the element of the choice whose number is there; a and all choices broadcast."""
    which = np.asarray(frozen(a))
    n = len(choices)
    if mode == "wrap":
        which = which % n
    elif mode == "clip":
        which = np.clip(which, 0, n - 1)
    elif mode != "raise":
        raise UnsupportedError(f"choose: mode {mode!r}; there are raise, wrap and clip")
    if which.dtype.kind not in "iub" or (which.size and not 0 <= which.min() <= which.max() < n):
        raise ShapeError(f"choose: among {n} choices, the numbers are integers from 0 to {n - 1}")
    shape = np.broadcast_shapes(which.shape, *map(np.shape, choices))
    stacked = beside(np.stack([np.broadcast_to(x, shape) for x in choices]), a)
    index = np.broadcast_to(which.astype(int), shape)
    return getitem(stacked, index=(index, *np.ogrid[tuple(slice(length) for length in shape)]))


@composed(np.select)
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """At each place the element of the first choice whose condition holds there, or the default."""
    if len(condlist) != len(choicelist) or not len(condlist):
        raise ShapeError(f"select: {len(condlist)} conditions for {len(choicelist)} choices; give one for each")
    y = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        y = np.where(condition, choice, y)
    return y
