"""NumPy's functions continued into complex numbers, for arguments within a tiny step of the real line.

The value is that of the real function, exactly; the imaginary part follows from the same formula. On the edge of a
function's domain, as for sqrt at 0, there is no continuation: nan.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.checking.choices import decide


class NotAnalyticError(Exception):
    """A function that is not known in complex numbers; the message names it."""


def raw(x: Any) -> Any:
    """The plain ndarray of an instance of a subclass."""
    return x.view(np.ndarray) if isinstance(x, np.ndarray) else x


ANALYTIC = frozenset({np.add, np.subtract, np.multiply, np.divide, np.negative, np.positive, np.square, np.reciprocal,
                       np.matmul, np.logical_not, np.logical_and, np.logical_or})  # fmt: skip


def with_real_part(ufunc: Any, imaginary: Callable[..., Any], *arrays: Any) -> Any:
    """The real function's own value, so that it is exact and right of a domain's edge, with the imaginary part."""
    y = np.asarray(ufunc(*(x.real for x in arrays)))
    moved = np.asarray(imaginary(*(x.astype(complex) for x in arrays))).imag
    return y + 1j * moved


def _inside(f: Callable[..., Any], low: float, high: float = np.inf) -> Callable[..., Any]:
    """f strictly between two edges of its domain, nan at and beyond them."""
    return lambda z: np.where((z.real > low) & (z.real < high), f(z), complex(np.nan, np.nan))


def _power(a: Any, b: Any) -> Any:
    """a**b: a must be positive, unless b is a constant whole number."""
    whole = (b.imag == 0) & (b.real == np.rint(b.real))
    n = np.where(whole, b.real, 1.0)
    y = a.real**n
    by_whole = y + 1j * np.where(n == 0, 0, n * a.real ** np.where(n == 0, 1, n - 1)) * a.imag
    logarithm = np.log(np.where(a.real > 0, a, 1))
    by_log = np.exp(b * logarithm)
    return np.where(whole, by_whole, np.where(a.real > 0, by_log, complex(np.nan, np.nan)))


def _cbrt(z: Any) -> Any:
    s = np.sign(z.real)
    return s * np.exp(np.log(s * z) / 3)


def _hypot(a: Any, b: Any) -> Any:
    scale = np.maximum(np.abs(a.real), np.abs(b.real))
    a, b = a / scale, b / scale
    return np.sqrt(a * a + b * b) * scale


def _arctan2(a: Any, b: Any) -> Any:
    decide(a.real < 0, tie=bool(np.any((a.real == 0) & (b.real < 0) & (a.imag != 0))))  # the jump from -pi to pi
    return np.where(np.abs(b.real) >= np.abs(a.real), np.arctan(a / b), -np.arctan(b / a))


def _logaddexp(exp: Any, log: Any) -> Callable[..., Any]:
    def logaddexp(a: Any, b: Any) -> Any:
        top = np.maximum(a.real, b.real)
        return log(exp(a - top) + exp(b - top))

    return logaddexp


def _ldexp(x: Any, n: Any) -> Any:
    return x * np.ldexp(1.0, n.real.astype(int))


ON_THE_REAL_LINE: dict[Any, Callable[..., Any]] = {
    **{f: f for f in (np.exp, np.exp2, np.expm1, np.sin, np.cos, np.tan, np.sinh, np.cosh, np.tanh,
                      np.arcsinh, np.arctan)},
    **{f: _inside(f, 0) for f in (np.sqrt, np.log, np.log2, np.log10)},
    np.log1p: _inside(np.log1p, -1),
    np.arccosh: _inside(np.arccosh, 1),
    **{f: _inside(f, -1, 1) for f in (np.arcsin, np.arccos, np.arctanh)},
    np.power: _power,
    np.float_power: _power,
    np.cbrt: _cbrt,
    np.hypot: _hypot,
    np.arctan2: _arctan2,
    np.logaddexp: _logaddexp(np.exp, np.log),
    np.logaddexp2: _logaddexp(np.exp2, np.log2),
    np.ldexp: _ldexp,
    np.deg2rad: lambda z: z * (np.pi / 180),
    np.rad2deg: lambda z: z * (180 / np.pi),
    np.radians: lambda z: z * (np.pi / 180),
    np.degrees: lambda z: z * (180 / np.pi),
}  # fmt: skip


# --- NumPy's functions that are no ufuncs ---


def _var(x: Any, axis: Any = None, ddof: float = 0, keepdims: bool = False, **unused: Any) -> Any:
    deviation = x - np.mean(x, axis=axis, keepdims=True)
    total: Any = np.sum(deviation * deviation, axis=axis, keepdims=keepdims)
    return total / (x.size / max(np.size(total), 1) - ddof)


def _nan_to_num(x: Any, copy: bool = True, **replacements: Any) -> Any:
    finite = np.isfinite(raw(x).real)
    return np.where(finite, raw(x), np.nan_to_num(raw(x).real, **replacements))


def _i0(x: Any) -> Any:
    """The mean of exp(x cos t) over the circle: of a periodic function the midpoint rule is exact to rounding."""
    if x.dtype.kind != "c":
        return np.i0(raw(x))
    cosines = np.cos((np.arange(64) + 0.5) * (np.pi / 128))
    slope = sum(c * np.sinh(raw(x).real * c) for c in cosines) / 64
    return np.i0(raw(x).real) + 1j * slope * raw(x).imag


def _sort(x: Any, axis: int | None = -1, **unused: Any) -> Any:
    x = x.reshape(-1) if axis is None else x
    order = decide(np.argsort(raw(x), axis=axis or 0 if axis is None else axis, kind="stable"))
    y = np.take_along_axis(raw(x), order, axis=0 if axis is None else axis)
    gaps = np.diff(y, axis=0 if axis is None else axis)
    decide(order, tie=bool(np.any((gaps.real == 0) & (gaps.imag != 0))))
    return y


def _quantile(x: Any, q: Any, axis: Any = None, keepdims: bool = False, method: str = "linear", **unused: Any) -> Any:
    """Between the two neighbours of each quantile, in the order of the real parts; other methods for reals only."""
    if method != "linear":
        if x.dtype.kind == "c":
            raise NotAnalyticError(f"np.quantile by {method}")
        return np.quantile(raw(x), q, axis=axis, keepdims=keepdims, method=method)  # type: ignore[call-overload]
    axes = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    rows = np.moveaxis(raw(x), axes, range(-len(axes), 0))
    rows = _sort(rows.reshape((*rows.shape[: x.ndim - len(axes)], -1)))
    places = np.asarray(q) * (rows.shape[-1] - 1)
    low = np.floor(places).astype(int)
    high = np.minimum(low + 1, rows.shape[-1] - 1)
    y = rows[..., low] + (places - low) * (rows[..., high] - rows[..., low])
    y = np.moveaxis(y, range(y.ndim - low.ndim, y.ndim), range(low.ndim))
    return np.expand_dims(y, tuple(a % x.ndim - x.ndim for a in axes)) if keepdims else y


def _nanquantile(
    x: Any, q: Any, axis: Any = None, keepdims: bool = False, method: str = "linear", **unused: Any
) -> Any:
    """That of each row's numbers; nan where there is none."""
    axes = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    rows = np.moveaxis(raw(x), axes, range(-len(axes), 0))
    lead, q = rows.shape[: x.ndim - len(axes)], np.asarray(q)
    numbers = [row[~np.isnan(row)] for row in rows.reshape((math.prod(lead), -1))]
    y = np.array([_quantile(row, q, method=method) if row.size else np.full(q.shape, np.nan) for row in numbers])
    y = np.moveaxis(y.reshape(lead + q.shape), range(len(lead), len(lead) + q.ndim), range(q.ndim))
    return np.expand_dims(y, tuple(a % x.ndim - x.ndim for a in axes)) if keepdims else y


def _pinv(x: Any, *cut: Any, **cuts: Any) -> Any:
    """For full rank; the value is NumPy's, the imaginary part that of (x' x)^-1 x' or x' (x x')^-1."""
    y = np.linalg.pinv(raw(x).real, *cut, **cuts)
    if x.dtype.kind != "c":
        return y
    z, t = raw(x), raw(x).swapaxes(-1, -2)
    tall = z.shape[-2] >= z.shape[-1]
    full = np.linalg.matrix_rank(z.real)[..., None, None] == min(z.shape[-2:])
    formula = np.linalg.solve(t @ z, t) if tall else np.linalg.solve(z @ t, z).swapaxes(-1, -2)
    return np.where(full, y + 1j * formula.imag, complex(np.nan, np.nan))


def _of_matrices(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arrays: function(*map(raw, arrays))


def _slogdet(x: Any) -> Any:
    sign, log = np.linalg.slogdet(raw(x))
    if x.dtype.kind != "c":
        return type(np.linalg.slogdet(np.eye(1)))(sign, log)
    real_sign = np.sign(sign.real)
    return type(np.linalg.slogdet(np.eye(1)))(real_sign, log + 1j * np.angle(sign * real_sign))


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.var: _var,
    np.sort: _sort,
    np.quantile: _quantile,
    np.median: lambda x, axis=None, keepdims=False, **unused: _quantile(x, 0.5, axis, keepdims),
    np.nanquantile: _nanquantile,
    np.nanmedian: lambda x, axis=None, keepdims=False, **unused: _nanquantile(x, 0.5, axis, keepdims),
    np.linalg.pinv: _pinv,
    np.i0: _i0,
    np.nan_to_num: _nan_to_num,
    np.linalg.det: _of_matrices(np.linalg.det),
    np.linalg.inv: _of_matrices(np.linalg.inv),
    np.linalg.solve: _of_matrices(np.linalg.solve),
    np.linalg.slogdet: _slogdet,
    np.convolve: lambda a, v, mode="full": np.convolve(raw(a), raw(v), mode),
}

# Functions that move elements, or add and multiply them, and so are the same in complex numbers.
MOVING = frozenset({
    np.where, np.concatenate, np.stack, np.vstack, np.hstack, np.expand_dims, np.squeeze, np.broadcast_to, np.reshape,
    np.ravel, np.atleast_1d, np.transpose, np.swapaxes, np.moveaxis, np.roll, np.flip, np.take, np.take_along_axis,
    np.repeat, np.tile, np.diagonal, np.diag, np.tril, np.triu, np.zeros_like, np.ones_like, np.empty_like,
    np.full_like, np.copyto, np.copy, np.sum, np.mean, np.prod, np.cumsum, np.cumprod, np.diff, np.max, np.min, np.amax,
    np.amin, np.clip, np.einsum, np.einsum_path, np.dot, np.tensordot, np.inner, np.outer, np.trace, np.sinc,
    np.result_type, np.shape, np.ndim, np.size, np.iscomplexobj, np.may_share_memory, np.array_equal,
})  # fmt: skip
