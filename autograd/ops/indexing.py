"""Taking elements out of an array, and its transpose: putting them into an array of zeros."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from autograd.primitives import Primitive, linear


def _getitem(x: Any, index: Any) -> Any:
    return x[index]


def _scatter(x: Any, index: Any, shape: tuple[int, ...]) -> Any:
    """Zeros of `shape` with x added at `index`; where an index repeats, the sum."""
    y = np.zeros_like(x, shape=shape)
    if is_basic(index):
        y[index] = x
    else:
        np.add.at(y, index, x)
    return y


def _pick(x: Any, index: Any) -> Any:
    return x[np.arange(index.size), index]


def _place(x: Any, index: Any, shape: tuple[int, ...]) -> Any:
    """Zeros of `shape` with x[i] at [i, index[i]]."""
    y = np.zeros_like(x, shape=shape)
    y[np.arange(index.size), index] = x
    return y


def is_basic(index: Any) -> bool:
    """Whether an index selects each element at most once by construction: integers, slices, None, Ellipsis."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(part is None or part is Ellipsis or isinstance(part, int | np.integer | slice) for part in parts)


# fmt: off
getitem = linear(operator.getitem, lambda g, y, x, index: scatter(g, index=index, shape=x.shape), forward=_getitem,
                 arity=1)
scatter: Primitive = linear(_scatter, lambda g, y, x, index, shape: g[index])

# One element of each row, y[i] = x[i, index[i]]: no place is taken twice, so putting back needs no `np.add.at`.
pick = linear(_pick, lambda g, y, x, index: place(g, index=index, shape=x.shape))
place: Primitive = linear(_place, lambda g, y, x, index, shape: pick(g, index=index))
# fmt: on
