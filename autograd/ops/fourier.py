"""`numpy.fft`: four transforms along one axis, and all others made of them.

Each is linear, so its rule is its transpose: with W[j, k] = exp(-2 pi i j k / n), `fft` is W and sends conj(W) g, which
is `ifft` but for a factor that `norm` decides. `rfft` keeps half of the spectrum of real numbers, of which the other
half is the conjugate; in `irfft` an element of the half stands for two, but for the first and, for an even n, the last.

All have options `n` (length along the axis: longer inputs are cut, shorter ones filled up with zeros), `axis`
and `norm` ("backward": the factor 1 / n is with the inverse, "forward": with the transform, "ortho": shared).
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.complexes import ComplexPrimitive, real_linear
from autograd.errors import DtypeError, ShapeError, UnsupportedError
from autograd.graph import here
from autograd.ops.indexing import getitem, scatter
from autograd.ops.shaping import roll
from autograd.primitives import composed

# The norm with which the inverse transform is the transpose, up to conjugation.
_TRANSPOSED = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": None}


def _fft(x: Any, n: int, axis: int, norm: Any) -> Any:
    return np.fft.fft(x, n, axis, norm)


def _ifft(x: Any, n: int, axis: int, norm: Any) -> Any:
    return np.fft.ifft(x, n, axis, norm)


def _rfft(x: Any, n: int, axis: int, norm: Any) -> Any:
    return np.fft.rfft(x, n, axis, norm)


def _irfft(x: Any, n: int, axis: int, norm: Any) -> Any:
    return np.fft.irfft(x, n, axis, norm)


def _resized(x: Any, n: int, axis: int) -> Any:
    """x cut, or filled up with zeros, to length n along an axis: the transpose of the same from n to its length."""
    length = x.shape[axis]
    if n == length:
        return x
    part = (slice(None),) * (axis % x.ndim) + (slice(min(n, length)),)
    if n < length:
        return getitem(x, index=part)
    return scatter(x, index=part, shape=tuple(n if k == axis % x.ndim else m for k, m in enumerate(x.shape)))


def _times_in_spectrum(y: Any, n: int, axis: int) -> Any:
    """How many elements of the spectrum of n real numbers each element of half of it stands for."""
    times = np.full(n // 2 + 1, 2, np.finfo(y.dtype).dtype)
    times[0] = 1
    if n % 2 == 0:
        times[-1] = 1
    return times.reshape((-1,) + (1,) * (y.ndim - 1 - axis % y.ndim))


def _fft_rule(g: Any, y: Any, x: Any, n: int, axis: int, norm: Any) -> Any:
    return _resized(ifft(g, n=n, axis=axis, norm=_TRANSPOSED[norm]), x.shape[axis], axis)


def _ifft_rule(g: Any, y: Any, x: Any, n: int, axis: int, norm: Any) -> Any:
    return _resized(fft(g, n=n, axis=axis, norm=_TRANSPOSED[norm]), x.shape[axis], axis)


def _rfft_rule(g: Any, y: Any, x: Any, n: int, axis: int, norm: Any) -> Any:
    half = g * (1 / _times_in_spectrum(y, n, axis))  # exact, and faster than a division of complex numbers
    return _resized(irfft(half, n=n, axis=axis, norm=_TRANSPOSED[norm]), x.shape[axis], axis)


def _irfft_rule(g: Any, y: Any, x: Any, n: int, axis: int, norm: Any) -> Any:
    half = rfft(g, n=n, axis=axis, norm=_TRANSPOSED[norm])
    return _resized(half * _times_in_spectrum(y, n, axis), x.shape[axis], axis)


# fmt: off
fft:   ComplexPrimitive = real_linear(_fft,   _fft_rule)
ifft:  ComplexPrimitive = real_linear(_ifft,  _ifft_rule)
rfft:  ComplexPrimitive = real_linear(_rfft,  _rfft_rule)
irfft: ComplexPrimitive = real_linear(_irfft, _irfft_rule)
# fmt: on


# --- along one axis ---


def _norm(norm: str | None) -> str | None:
    """The norm; None, which pictures do not show, for "backward"."""
    if norm not in _TRANSPOSED:
        raise UnsupportedError(f"norm={norm!r} is not one of 'backward', 'ortho', 'forward' (at {here()})")
    return None if norm == "backward" else norm


def _length(x: Any, n: int | None, axis: int, default: Callable[[int], int] = int) -> int:
    """n, or what the length along the axis makes it by default."""
    if not -x.ndim <= axis < x.ndim:
        raise np.exceptions.AxisError(axis, x.ndim)
    return default(x.shape[axis]) if n is None else operator.index(n)


def _length_from_half(m: int) -> int:
    """Of how many real numbers m elements are half of the spectrum, taken as even."""
    return 2 * (m - 1)


def _refuse_complex(name: str, instead: str, x: Any) -> None:
    if x.dtype.kind == "c":
        raise DtypeError(f"{name} takes real numbers, not {x.dtype} (at {here()}): write {instead}, or give it x.real")


@composed(np.fft.fft)
def fft_of(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None) -> Any:
    """`y[j] = sum_k a[k] exp(-2 pi i j k / n)`."""
    return fft(a, n=_length(a, n, axis), axis=axis, norm=_norm(norm))


@composed(np.fft.ifft)
def ifft_of(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None) -> Any:
    """The inverse of `fft`."""
    return ifft(a, n=_length(a, n, axis), axis=axis, norm=_norm(norm))


@composed(np.fft.rfft)
def rfft_of(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None) -> Any:
    """The first n // 2 + 1 elements of the `fft` of real numbers."""
    _refuse_complex("rfft", "np.fft.fft", a)
    return rfft(a, n=_length(a, n, axis), axis=axis, norm=_norm(norm))


@composed(np.fft.irfft)
def irfft_of(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None) -> Any:
    """The inverse of `rfft`: n real numbers, an even number of them unless told."""
    return irfft(a, n=_length(a, n, axis, _length_from_half), axis=axis, norm=_norm(norm))


@composed(np.fft.hfft)
def hfft(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None) -> Any:
    """The `fft`, which is real, of n numbers of which a is the first half and the conjugate of the rest."""
    return irfft_of(np.conjugate(a), n, axis, _TRANSPOSED[_norm(norm)])


@composed(np.fft.ihfft)
def ihfft(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None) -> Any:
    """The inverse of `hfft`."""
    _refuse_complex("ihfft", "np.fft.ifft", a)
    return np.conjugate(rfft_of(a, n, axis, _TRANSPOSED[_norm(norm)]))


# --- along several axes, one after the other ---


def _axes_and_lengths(x: Any, s: Any, axes: Any) -> list[tuple[int, int | None]]:
    """Each axis with its length: of all axes, or of as many last ones as s has lengths; -1 takes the whole of one."""
    if axes is None:
        axes = range(-(x.ndim if s is None else len(s)), 0)
    lengths = [None] * len(axes) if s is None else list(s)
    if len(lengths) != len(axes):
        raise ShapeError(f"s={s} has lengths for {len(lengths)} axes, but there are {len(axes)} (at {here()})")
    return [(axis, x.shape[axis] if n == -1 else n) for axis, n in zip(axes, lengths, strict=True)]


def _real_axis_last(x: Any, s: Any, axes: Any) -> tuple[list[tuple[int, int | None]], tuple[int, int | None]]:
    """The axes of complex transforms, and the last, whose transform is the real one."""
    pairs = _axes_and_lengths(x, s, axes)
    if not pairs:
        raise ShapeError(f"a real transform needs one axis at least (at {here()})")
    return pairs[:-1], pairs[-1]


@composed(np.fft.fftn)
def fftn(a: Any, s: Any = None, axes: Any = None, norm: str | None = None) -> Any:
    """`fft` along each of `axes` (all if None), to the lengths s."""
    for axis, n in reversed(_axes_and_lengths(a, s, axes)):
        a = fft_of(a, n, axis, norm)
    return a


@composed(np.fft.ifftn)
def ifftn(a: Any, s: Any = None, axes: Any = None, norm: str | None = None) -> Any:
    """The inverse of `fftn`."""
    for axis, n in reversed(_axes_and_lengths(a, s, axes)):
        a = ifft_of(a, n, axis, norm)
    return a


@composed(np.fft.rfftn)
def rfftn(a: Any, s: Any = None, axes: Any = None, norm: str | None = None) -> Any:
    """`rfft` along the last of `axes` (all if None), `fft` along the others."""
    others, (last, n) = _real_axis_last(a, s, axes)
    a = rfft_of(a, n, last, norm)
    for axis, n in reversed(others):
        a = fft_of(a, n, axis, norm)
    return a


@composed(np.fft.irfftn)
def irfftn(a: Any, s: Any = None, axes: Any = None, norm: str | None = None) -> Any:
    """The inverse of `rfftn`."""
    others, (last, length) = _real_axis_last(a, s, axes)
    for axis, n in others:
        a = ifft_of(a, n, axis, norm)
    return irfft_of(a, length, last, norm)


@composed(np.fft.fft2)
def fft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: str | None = None) -> Any:
    """`fftn` of images: along the last two axes."""
    return fftn(a, s, axes, norm)


@composed(np.fft.ifft2)
def ifft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: str | None = None) -> Any:
    """The inverse of `fft2`."""
    return ifftn(a, s, axes, norm)


@composed(np.fft.rfft2)
def rfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: str | None = None) -> Any:
    """`rfftn` along the last two axes."""
    return rfftn(a, s, axes, norm)


@composed(np.fft.irfft2)
def irfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: str | None = None) -> Any:
    """The inverse of `rfft2`."""
    return irfftn(a, s, axes, norm)


# --- the order of the spectrum ---


def _halves(x: Any, axes: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Axes, and half their lengths, rounded down."""
    places = range(x.ndim) if axes is None else axes if isinstance(axes, tuple | list) else (axes,)
    return tuple(places), tuple(x.shape[axis] // 2 for axis in places)


@composed(np.fft.fftshift)
def fftshift(x: Any, axes: Any = None) -> Any:
    """The element of frequency 0 moved to the middle."""
    places, halves = _halves(x, axes)
    return roll(x, shift=halves, axis=places)


@composed(np.fft.ifftshift)
def ifftshift(x: Any, axes: Any = None) -> Any:
    """The inverse of `fftshift`."""
    places, halves = _halves(x, axes)
    return roll(x, shift=tuple(-half for half in halves), axis=places)
