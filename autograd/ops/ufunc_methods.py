"""The methods of ufuncs: `outer`, `reduce`, `accumulate` and `reduceat`, made of calls of the ufunc itself.

One call for each element along the axis, so that every ufunc has them. The common ones (`np.add.reduce` is `np.sum`,
`np.maximum.reduce`, `np.multiply.accumulate` ...) are in `reductions.py` and `foldings.py`. `at` writes into its
argument, and is refused.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from autograd.broadcasting import along, array_of, axes_of, axis_of, kept_shape
from autograd.errors import ShapeError, UnsupportedError
from autograd.ops import ufuncs  # noqa: F401  (the last file that declares ufuncs of two arguments)
from autograd.ops.foldings import kept
from autograd.ops.indexing import beside
from autograd.primitives import COMPOSED, REGISTRY, composed

# A bool is no argument for the next comparison, and a float no exponent for the next `ldexp`.
_NOT_FOLDING = (np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal, np.ldexp)


def _is_differentiable(ufunc: np.ufunc) -> bool:
    return ufunc in COMPOSED or REGISTRY[ufunc].is_differentiable


def _declare_outer(ufunc: np.ufunc) -> None:
    @composed(ufunc.outer, constant=not _is_differentiable(ufunc))
    def outer(a: Any, b: Any, /) -> Any:
        """The ufunc of each element of a with each of b: a result of shape `a.shape + b.shape`."""
        a, b = array_of(a), array_of(b)
        return ufunc(a.reshape(a.shape + (1,) * b.ndim), b)


def _declare_reduce(ufunc: np.ufunc) -> None:
    @composed(ufunc.reduce, constant=not _is_differentiable(ufunc))
    def reduce(
        array: Any, axis: Any = 0, dtype: Any = None, out: None = None, keepdims: Any = False, initial: Any = None,
        where: Any = None,
    ) -> Any:  # fmt: skip
        """The ufunc of the first two elements along `axis`, of that and the third, and so on."""
        x = kept(array, dtype, None, 0)
        if not x.ndim and axis in (0, -1):
            axis = None
        shape, axes = x.shape, sorted(axes_of(axis, x.ndim), reverse=True)
        mask = None if where is None or where is True else np.broadcast_to(np.asarray(where), shape)
        if mask is not None and (len(axes) != 1 or (initial is None and ufunc.identity is None)):
            raise UnsupportedError("where= needs initial=, and one axis")
        if not axes:
            return x[...] if initial is None else ufunc(initial, x)
        if len(axes) > 1:
            ufunc.reduce(np.ones((1, 1)), axis=None)  # NumPy's own error where the order matters
        for n, one in enumerate(axes):
            x = _fold(ufunc, x, one, mask, initial if n == len(axes) - 1 else None)
        return x.reshape(kept_shape(shape, tuple(axes))) if keepdims else x


def _fold(ufunc: np.ufunc, x: Any, axis: int, mask: Any, initial: Any) -> Any:
    n, rest = x.shape[axis], x.shape[:axis] + x.shape[axis + 1 :]
    start = ufunc.identity if initial is None and (mask is not None or not n) else initial
    parts = [x[along(axis, i)] for i in range(n)]
    if start is None and not parts:
        raise ValueError(f"an axis of length 0, and {ufunc.__name__} has no identity: give initial=")
    y = parts.pop(0) if start is None else beside(np.full(rest, start, x.dtype), x)
    for i, part in enumerate(parts, start=n - len(parts)):
        z = ufunc(y, part)
        y = z if mask is None else np.where(mask[along(axis, i)], z, y)
    return y


def _one_axis(axis: Any, ndim: int) -> int:
    if axis is None and ndim != 1:
        raise ShapeError(f"one axis of {ndim} is needed: say which with axis=")
    return axis_of(0 if axis is None else axis, ndim)


def _declare_accumulate(ufunc: np.ufunc) -> None:
    @composed(ufunc.accumulate, constant=not _is_differentiable(ufunc))
    def accumulate(array: Any, axis: int = 0, dtype: Any = None, out: None = None) -> Any:
        """What `reduce` would give of the first element along `axis`, of the first two, and so on."""
        x = kept(array, dtype, None, 0)
        at = _one_axis(axis, x.ndim)
        if not x.shape[at]:
            return x[...]
        y = [x[along(at, 0)]]
        for i in range(1, x.shape[at]):
            y.append(ufunc(y[-1], x[along(at, i)]))
        return np.stack(y, axis=at)


def _declare_reduceat(ufunc: np.ufunc) -> None:
    @composed(ufunc.reduceat, constant=not _is_differentiable(ufunc))
    def reduceat(array: Any, indices: Any, axis: int = 0, dtype: Any = None, out: None = None) -> Any:
        """`reduce` of each part along `axis`: from one index to the next; of one element if the next is no greater."""
        x = kept(array, dtype, None, 0)
        at = axis_of(axis, x.ndim)
        n = x.shape[at]
        starts = [operator.index(i) for i in indices]
        if any(not 0 <= i < n for i in starts):
            raise IndexError(f"indices {starts} are not all in an axis of length {n}")
        parts = [slice(i, j if j > i else i + 1) for i, j in zip(starts, [*starts[1:], n], strict=True)]
        if not parts:
            return x[along(at, slice(0, 0))]
        return np.stack([ufunc.reduce(x[along(at, part)], axis=at) for part in parts], axis=at)


for _ufunc in [f for f in (*REGISTRY, *COMPOSED) if isinstance(f, np.ufunc) and f.nin == 2 and f.nout == 1]:
    if _ufunc.signature is None:
        _declare_outer(_ufunc)
    if _ufunc.signature is not None or _ufunc in _NOT_FOLDING:
        continue
    for _declare, _method in (
        (_declare_reduce, _ufunc.reduce),
        (_declare_accumulate, _ufunc.accumulate),
        (_declare_reduceat, _ufunc.reduceat),
    ):
        if _method not in COMPOSED and _method not in REGISTRY:
            _declare(_ufunc)
