"""The same values in other places of memory: what a gradient must not depend on."""

from collections.abc import Callable

import numpy as np


def spaced(x: np.ndarray) -> np.ndarray:
    """Every other element of an array, nan between them."""
    wide = np.full(tuple(2 * n for n in x.shape), np.nan if x.dtype.kind == "f" else 1, x.dtype)
    view = wide[tuple(slice(None, None, 2) for _ in x.shape)]
    view[...] = x
    return view


def reversed_(x: np.ndarray) -> np.ndarray:
    """Negative strides."""
    backwards = tuple(slice(None, None, -1) for _ in x.shape)
    return np.ascontiguousarray(x[backwards])[backwards]


def read_only(x: np.ndarray) -> np.ndarray:
    x = x.copy()
    x.flags.writeable = False
    return x


def of_zero_strides(x: np.ndarray) -> np.ndarray:
    """What is equal along the first axis, stored once; other values than those of x."""
    return np.broadcast_to(x[:1], x.shape)


LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "spaced": spaced,
    "reversed": reversed_,
    "fortran": np.asfortranarray,
    "read-only": read_only,
    "zero strides": of_zero_strides,
}


def laid_out(x: np.ndarray, layout: str) -> np.ndarray:
    x = np.asarray(x)
    return LAYOUTS[layout](x) if x.ndim else x.copy()
