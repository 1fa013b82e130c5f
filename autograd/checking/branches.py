"""`Branched` arrays: real ones compute as ever, complex ones so that a complex step differentiates them.

The derivative of a real analytic f is Im f(x + ih) / h for any tiny h: nothing is subtracted, so nothing is lost
(Squire and Trapp 1998, https://doi.org/10.1137/S003614459631241X). For that, f must be computed in complex numbers by
the same formula. Where a real function chooses a branch (abs, maximum, comparisons ...), a Branched array chooses by
the real part, and reports the choice (`choices.py`).

A function that is not known in complex numbers raises `NotAnalyticError`; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.checking.analytic import (
    ANALYTIC,
    FUNCTIONS,
    MOVING,
    ON_THE_REAL_LINE,
    NotAnalyticError,
    raw,
    with_real_part,
)
from autograd.checking.choices import shaken
from autograd.checking.piecewise import PIECEWISE, extreme, is_complex
from autograd.rows import Rows


class Branched(np.ndarray):
    """A float or complex array that computes as this file's docstring says."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **keywords: Any) -> Any:
        if Rows in map(type, inputs):
            return NotImplemented  # which compute with what they hold
        arrays = tuple(map(raw, inputs))
        if keywords:
            keywords = {name: raw(value) for name, value in keywords.items()}
        if method == "reduce":
            arrays = tuple(shaken(x) if isinstance(x, np.ndarray) and x.dtype.kind in "fc" else x for x in arrays)
        compute = _continued(ufunc, method, arrays)
        if compute is None:  # NumPy's own loop
            if out is not None:
                keywords["out"] = tuple(map(raw, out))
            result = getattr(ufunc, method)(*arrays, **keywords)
            return _wrapped(result, True) if out is None else out[0] if len(out) == 1 else out
        result = compute(*arrays, **keywords)
        if out is None:
            return _wrapped(result, True)
        raw(out[0])[...] = result
        return out[0]

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if any(issubclass(kind, Rows) for kind in types):
            return NotImplemented
        if func in FUNCTIONS:
            return _wrapped(FUNCTIONS[func](*args, **kwargs))
        if self.dtype.kind == "c" and func not in MOVING:
            raise NotAnalyticError(f"np.{func.__name__}")
        return _wrapped(super().__array_function__(func, types, args, kwargs))

    @property  # type: ignore[misc]
    def real(self) -> Any:
        """Of a step, the real part is not all: what asks for it cannot be continued."""
        if self.dtype.kind == "c":
            raise NotAnalyticError(".real")
        return self

    @property  # type: ignore[misc]
    def imag(self) -> Any:
        """As for `real`."""
        if self.dtype.kind == "c":
            raise NotAnalyticError(".imag")
        return np.zeros_like(self)


def branched(x: Any) -> Any:
    """Floats as a Branched array, in float64 at least; anything else (integers, masks) as it is."""
    x = np.asarray(x)
    if x.dtype.kind not in "fc":
        return x
    return np.array(x, dtype=x.dtype if x.dtype.kind == "c" else np.float64).view(Branched)


def _wrapped(x: Any, computed: bool = False) -> Any:
    """A result as a Branched array; shaken if it was computed and not only moved."""
    if isinstance(x, tuple):
        parts = [_wrapped(part, computed) for part in x]
        return type(x)(*parts) if hasattr(x, "_fields") else tuple(parts)
    if isinstance(x, np.ndarray | np.generic) and x.dtype.kind in "fc":
        plain = raw(np.asarray(x))
        return (shaken(plain) if computed else plain).view(Branched)
    return x


def _continued(ufunc: Any, method: str, arrays: tuple[Any, ...]) -> Callable[..., Any] | None:
    """What to compute in the place of a ufunc; None where NumPy's own loop is right, in complex numbers too."""
    if method == "__call__" and ufunc.__name__ in PIECEWISE:
        return lambda *given, **_: PIECEWISE[ufunc.__name__](*map(np.asarray, given))
    if method == "reduce" and ufunc in (np.maximum, np.minimum, np.fmax, np.fmin):
        return lambda x, **keywords: extreme(ufunc, x, **keywords)
    if ufunc in ANALYTIC:
        return None
    if not is_complex(arrays):
        return _real_power if ufunc is np.power else None
    if ufunc not in ON_THE_REAL_LINE or method != "__call__":
        raise NotAnalyticError(f"np.{ufunc.__name__}")
    return lambda *given, **_: with_real_part(ufunc, ON_THE_REAL_LINE[ufunc], *map(np.asarray, given))


def _real_power(a: Any, b: Any, **_: Any) -> Any:
    """A whole exponent stays whole when it is shaken: of a negative number there is no other power."""
    whole = np.rint(b)
    return np.power(a, np.where(np.abs(b - whole) <= 1e-14 * np.abs(whole), whole, b)[()])
