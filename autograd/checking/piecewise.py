"""NumPy's functions that choose: in complex numbers by the real part, between equal ones by the imaginary part.

So a step of +ih follows the branch on the right of a kink, -ih that on the left. Each choice is reported.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.checking.choices import decide, follows


def is_complex(arrays: tuple[Any, ...]) -> bool:
    """Whether one of these is complex."""
    for x in arrays:  # noqa: SIM110  (`any` is slower, and this runs for each operation of a replay)
        if isinstance(x, np.ndarray | np.generic) and x.dtype.kind == "c":
            return True
    return False


def _order(a: Any, b: Any) -> np.ndarray:
    """-1, 0 or 1: which of two is larger, by real parts and, where those are equal, by imaginary parts."""
    equal = a.real == b.real
    order = np.sign(a.real - b.real)
    if is_complex((a, b)):
        apart = np.sign(a.imag - b.imag)
        order, equal = np.where(equal, apart, order), equal & (apart != 0)
    order = np.where(a == b, 0, order)  # equal infinities too
    return decide(np.nan_to_num(order).astype(np.int8), tie=bool(np.any(equal)))


def _compared(ufunc: Any) -> Callable[..., Any]:
    def compare(a: Any, b: Any) -> Any:
        if not {a.dtype.kind, b.dtype.kind} & set("fc"):
            return ufunc(a, b)
        order = _order(a, b)
        is_nan = np.isnan(a) | np.isnan(b)
        return np.where(is_nan, ufunc is np.not_equal, ufunc(order, 0))

    return compare


def _larger(sign: int, skips_nan: bool) -> Callable[..., Any]:
    """maximum (sign 1), minimum (-1); fmax and fmin skip nan."""

    def choose(a: Any, b: Any) -> Any:
        first = np.isnan(b) if skips_nan else np.isnan(a)
        second = np.isnan(a) if skips_nan else np.isnan(b)
        takes_a = (_order(a, b) * sign >= 0) & ~second | first
        return np.where(takes_a, a, b)

    return choose


def extreme(ufunc: Any, x: Any, **keywords: Any) -> Any:
    """`maximum.reduce` and its kin: the signature is which elements attain the extreme; a second one is a tie."""
    y = ufunc.reduce(x, **keywords)
    axis = keywords.get("axis", 0)
    kept = ufunc.reduce(x, axis=axis, keepdims=True)
    ties = x.real == kept.real
    attains = decide(x == kept, tie=bool(np.any(ties & (x.imag != kept.imag))))
    if not follows():
        return y
    # Again the elements of then, whatever is larger now.
    share = attains / np.maximum(np.add.reduce(attains, axis=axis, keepdims=True), 1)
    return np.add.reduce(np.where(attains, x * share, 0), **{**keywords, "axis": axis})


def _absolute(x: Any) -> Any:
    return np.where(_order(x, np.zeros_like(x)) < 0, -x, x)


def _copysign(a: Any, b: Any) -> Any:
    return np.where(_order(b, np.zeros_like(b)) < 0, -1, 1) * _absolute(a)


def _clip(x: Any, low: Any, high: Any) -> Any:
    return _larger(-1, False)(_larger(1, False)(x, low), high)


def _stepping(ufunc: Any) -> Callable[..., Any]:
    """A piecewise constant function of the real part; its value is its signature."""

    def step(*arrays: Any) -> Any:
        return _decided_step(lambda x: ufunc(x, *(b.real for b in arrays[1:])), arrays[0].real, arrays)

    return step


def _decided_step(step: Callable[[Any], Any], x: Any, arrays: tuple[Any, ...]) -> np.ndarray:
    """step(x), for an x that moves with some of `arrays`: a tie where it jumps there."""
    moves = sum(a.imag != 0 for a in arrays) if is_complex(arrays) else 0
    is_jump = np.not_equal(step(np.nextafter(x, -np.inf)), step(np.nextafter(x, np.inf)))
    return decide(step(x), tie=bool(np.any(is_jump & (np.asarray(moves) > 0))))


def _sign(x: Any) -> Any:
    return np.sign(_order(x, np.zeros_like(x))) * (x.real != 0).astype(x.real.dtype)


def _heaviside(x: Any, half: Any) -> Any:
    _decided_step(np.sign, x.real, (x,))
    return np.where(x.real == 0, half, np.heaviside(x.real, 0))


def _remainder(ufunc: Any, quotient: Any) -> Callable[..., Any]:
    def remainder(a: Any, b: Any) -> Any:
        whole = _decided_step(quotient, a.real / b.real, (a, b))
        y = ufunc(a.real, b.real)
        return y + 1j * (a - whole * b).imag if is_complex((a, b)) else y

    return remainder


def _modf(x: Any) -> Any:
    fraction, whole = np.modf(x.real)
    _decided_step(np.trunc, x.real, (x,))
    return fraction + 1j * x.imag if is_complex((x,)) else fraction, whole


def _about_real(ufunc: Any) -> Callable[..., Any]:
    return lambda x: ufunc(x.real) if x.dtype.kind == "c" else ufunc(x)


# By name, since the ufunc behind `np.clip` has no public one of its own.
PIECEWISE: dict[str, Callable[..., Any]] = {
    "absolute": _absolute,
    "fabs": _absolute,
    "copysign": _copysign,
    "clip": _clip,
    "sign": _sign,
    "heaviside": _heaviside,
    "maximum": _larger(1, False),
    "minimum": _larger(-1, False),
    "fmax": _larger(1, True),
    "fmin": _larger(-1, True),
    "remainder": _remainder(np.remainder, np.floor),
    "fmod": _remainder(np.fmod, np.trunc),
    "modf": _modf,
    **{
        f.__name__: _compared(f) for f in (np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal)
    },
    **{f.__name__: _stepping(f) for f in (np.floor, np.ceil, np.rint, np.trunc, np.floor_divide)},
    **{f.__name__: _about_real(f) for f in (np.isnan, np.isinf, np.isfinite, np.signbit)},
}
