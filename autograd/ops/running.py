"""Operations that run along an axis: g and y have the shape of the result, x that of the argument."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.errors import ShapeError
from autograd.ops.foldings import kept, refuse_out
from autograd.primitives import Primitive, composed, linear, primitive


def _flipped(x: Any, axis: int) -> Any:
    return x[(slice(None),) * (axis % x.ndim) + (slice(None, None, -1),)]


def _cumsum(x: Any, axis: Any = None) -> Any:
    return x.cumsum(axis)


def _cumsum_rule(g: Any, y: Any, x: Any, axis: Any = None) -> Any:
    """Each element is in every later sum: the sums from behind."""
    one = axis or 0
    return _flipped(cumsum(_flipped(g, one), axis=one), one).reshape(x.shape)


def _recurrence(b: Any, x: Any) -> Any:
    """y[i] = b[i] + x[i] y[i - 1] along the last axis, y[-1] being 0."""
    y = b.copy()
    for i in range(1, y.shape[-1]):
        y[..., i] += x[..., i] * y[..., i - 1]
    return y


def _from_behind(g: Any, x: Any) -> Any:
    """t[i] = g[i] + x[i + 1] t[i + 1] along the last axis: the transpose of `recurrence`, and one itself."""
    return recurrence(g[..., ::-1], np.concatenate((x[..., :1], x[..., :0:-1]), axis=-1))[..., ::-1]


def _recurrence_rule_x(g: Any, y: Any, b: Any, x: Any) -> Any:
    before = np.concatenate((np.zeros_like(y[..., :1]), y[..., :-1]), axis=-1)
    return _from_behind(g, x) * before


def _cumprod(x: Any, axis: Any = None) -> Any:
    return x.cumprod(axis)


def _cumprod_rule(g: Any, y: Any, x: Any, axis: Any = None) -> Any:
    """y[i] = x[i] y[i - 1], replayed from behind; never y / x, so zeros are exact."""
    one = -1 if axis is None else axis
    rows = x.reshape(y.shape).swapaxes(one, -1)
    g, y = g.swapaxes(one, -1), y.swapaxes(one, -1)
    before = np.concatenate((np.ones_like(y[..., :1]), y[..., :-1]), axis=-1)
    return (_from_behind(g, rows) * before).swapaxes(one, -1).reshape(x.shape)


# fmt: off
cumsum: Primitive     = linear(np.cumsum,    _cumsum_rule,  forward=_cumsum)
cumprod               = primitive(np.cumprod, _cumprod_rule, forward=_cumprod, takes_complex=True)
recurrence: Primitive = primitive(_recurrence, lambda g, y, b, x: _from_behind(g, x), _recurrence_rule_x,
                                  takes_complex=True)
# fmt: on


def _running(run: Any, identity: float, everything: Any, array_api: Any, accumulate: Any) -> None:
    @composed(everything)
    def running(a: Any, axis: Any = None, dtype: Any = None, out: None = None) -> Any:
        """Running along `axis`, all elements in one axis if None."""
        refuse_out(out)
        return run(kept(a, dtype, None, 0), axis=axis)

    @composed(accumulate)
    def accumulated(array: Any, axis: int = 0, dtype: Any = None, out: None = None) -> Any:
        """Running along the first axis unless told otherwise."""
        if axis is None and np.ndim(array) != 1:
            raise ShapeError(f"one axis of {np.ndim(array)} is needed: say which with axis=")
        return running(array, axis, dtype, out)

    @composed(array_api)
    def cumulative(
        x: Any, /, *, axis: Any = None, dtype: Any = None, out: None = None, include_initial: bool = False
    ) -> Any:
        """Running along `axis`, which vectors need not name; with `include_initial`, beginning before the first."""
        x = kept(x, dtype, None, 0)
        if axis is None:
            if x.ndim != 1:
                raise ShapeError(f"of an array of {x.ndim} axes, say along which: axis=")
            axis = 0
        y = running(x, axis, None, out)
        if not include_initial:
            return y
        first = tuple(1 if i == axis % x.ndim else n for i, n in enumerate(x.shape))
        return np.concatenate((np.full(first, identity, y.dtype), y), axis=axis)


# The array API's functions are there since NumPy 2.1.
_running(cumsum, 0, np.cumsum, getattr(np, "cumulative_sum", None), np.add.accumulate)
_running(cumprod, 1, np.cumprod, getattr(np, "cumulative_prod", None), np.multiply.accumulate)
