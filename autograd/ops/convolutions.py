"""Products of vectors with windows of others, which slide over them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.broadcasting import array_of
from autograd.errors import UnsupportedError
from autograd.graph import here
from autograd.ops.products import conjugate
from autograd.primitives import composed, primitive


def _convolve(a: Any, v: Any) -> Any:
    return np.convolve(a, v)


# fmt: off
# In full: y[k] = sum_i a[i] v[k - i]. The other modes are slices of it.
convolution = primitive(_convolve, lambda g, y, a, v: np.convolve(g, v[::-1], "valid"),
                                   lambda g, y, a, v: np.convolve(g, a[::-1], "valid"),
                        shapes="two vectors, neither of them empty", takes_complex=True)
# fmt: on


@composed(np.convolve)
def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """Discrete convolution of two vectors."""
    a, v = array_of(a), array_of(v)
    y = convolution(a, v)
    return y[_part(mode, a.size, v.size)] if mode != "full" else y


@composed(np.correlate)
def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """Cross-correlation of two vectors: `y[k] = sum_n a[n + k] conj(v[n])`."""
    a, v = array_of(a), array_of(v)
    y = convolution(a, conjugate(v[::-1]))
    if mode == "full":
        return y
    part = _part(mode, a.size, v.size)
    if v.size > a.size:  # NumPy swaps the two then, and reverses what comes out: the middle is rounded the other way
        part = slice(y.size - part.stop, y.size - part.start)
    return y[part]


def _part(mode: str, n: int, m: int) -> slice:
    """Where a mode's result lies in the full one, of length n + m - 1."""
    short, long = min(n, m), max(n, m)
    if mode == "same":
        start = (short - 1) // 2
        return slice(start, start + long)
    if mode == "valid":
        return slice(short - 1, long)
    raise UnsupportedError(f"convolve: mode={mode!r} is not 'full', 'same' or 'valid' (at {here()})")
