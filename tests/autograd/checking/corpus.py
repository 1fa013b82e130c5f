"""Functions with derivatives known to 50 digits: elementary ones, and what calculus makes of them.

Each is a `Known`: f for Tensors and arrays, and f and f' in mpmath's numbers, by the rules of calculus.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath as mp
import numpy as np

from autograd import erf, sigmoid, softplus

mp.mp.dps = 50


@dataclass(frozen=True)
class Known:
    name: str
    f: Callable[[Any], Any]
    exact: Callable[[Any], Any]
    slope: Callable[[Any], Any]
    low: float
    high: float

    def of(self, inner: Known) -> Known:
        return Known(
            f"{self.name}({inner.name})",
            lambda x: self.f(inner.f(x)),
            lambda x: self.exact(inner.exact(x)),
            lambda x: self.slope(inner.exact(x)) * inner.slope(x),
            inner.low,
            inner.high,
        )

    def __add__(self, other: Known) -> Known:
        return self._with(other, "+", lambda a, b: a + b, lambda a, b, da, db: da + db)

    def __sub__(self, other: Known) -> Known:
        return self._with(other, "-", lambda a, b: a - b, lambda a, b, da, db: da - db)

    def __mul__(self, other: Known) -> Known:
        return self._with(other, "*", lambda a, b: a * b, lambda a, b, da, db: da * b + a * db)

    def __truediv__(self, other: Known) -> Known:
        return self._with(other, "/", lambda a, b: a / b, lambda a, b, da, db: (da * b - a * db) / (b * b))

    def _with(self, other: Known, sign: str, value: Any, slope: Any) -> Known:
        return Known(
            f"{self.name} {sign} {other.name}",
            lambda x: value(self.f(x), other.f(x)),
            lambda x: value(self.exact(x), other.exact(x)),
            lambda x: slope(self.exact(x), other.exact(x), self.slope(x), other.slope(x)),
            max(self.low, other.low),
            min(self.high, other.high),
        )

    def points(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Points of all magnitudes within the domain."""
        x = rng.uniform(self.low, self.high, n)
        near = rng.uniform(size=n) < 0.3  # some near the lower end, or near zero
        edge = self.low if self.low > -1 or self.low == -1 else 0.0
        sizes = 10.0 ** rng.uniform(-6, 0, n) * rng.choice([-1, 1], n)
        moved = edge + (np.abs(sizes) if edge == self.low else sizes) * min(self.high - edge, 1.0)
        return np.where(near, np.clip(moved, self.low, self.high), x)


def _softplus(x: Any) -> Any:
    return mp.log1p(mp.exp(x))


def _logistic(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


# name: f, exact, slope, domain
ELEMENTARY = [
    Known("x", lambda x: x * 1.0, lambda x: x, lambda x: mp.mpf(1), -50, 50),
    Known("square", np.square, lambda x: x * x, lambda x: 2 * x, -30, 30),
    Known("cube", lambda x: x**3, lambda x: x**3, lambda x: 3 * x**2, -20, 20),
    Known("reciprocal", lambda x: 1 / x, lambda x: 1 / x, lambda x: -1 / x**2, 1e-3, 50),
    Known("sqrt", np.sqrt, mp.sqrt, lambda x: 1 / (2 * mp.sqrt(x)), 1e-6, 100),
    Known("cbrt", np.cbrt, mp.cbrt, lambda x: mp.cbrt(x) / (3 * x), 1e-3, 50),
    Known("exp", np.exp, mp.exp, mp.exp, -20, 20),
    Known("exp2", np.exp2, lambda x: mp.mpf(2) ** x, lambda x: mp.log(2) * mp.mpf(2) ** x, -20, 20),
    Known("expm1", np.expm1, mp.expm1, mp.exp, -20, 20),
    Known("log", np.log, mp.log, lambda x: 1 / x, 1e-6, 100),
    Known("log2", np.log2, lambda x: mp.log(x, 2), lambda x: 1 / (x * mp.log(2)), 1e-6, 100),
    Known("log1p", np.log1p, mp.log1p, lambda x: 1 / (1 + x), -0.99, 100),
    Known("sin", np.sin, mp.sin, mp.cos, -100, 100),
    Known("cos", np.cos, mp.cos, lambda x: -mp.sin(x), -100, 100),
    Known("tan", np.tan, mp.tan, lambda x: 1 + mp.tan(x) ** 2, -1.5, 1.5),
    Known("arcsin", np.arcsin, mp.asin, lambda x: 1 / mp.sqrt(1 - x * x), -0.999, 0.999),
    Known("arctan", np.arctan, mp.atan, lambda x: 1 / (1 + x * x), -50, 50),
    Known("sinh", np.sinh, mp.sinh, mp.cosh, -15, 15),
    Known("cosh", np.cosh, mp.cosh, mp.sinh, -15, 15),
    Known("tanh", np.tanh, mp.tanh, lambda x: mp.sech(x) ** 2, -18, 18),
    Known("arcsinh", np.arcsinh, mp.asinh, lambda x: 1 / mp.sqrt(x * x + 1), -100, 100),
    Known("sigmoid", sigmoid, _logistic, lambda x: _logistic(x) * _logistic(-x), -30, 30),
    Known("softplus", softplus, _softplus, _logistic, -30, 30),
    Known("erf", erf, mp.erf, lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-x * x), -4, 4),
    Known("gauss", lambda x: np.exp(-x * x), lambda x: mp.exp(-x * x), lambda x: -2 * x * mp.exp(-x * x), -5, 5),
    Known("abs", np.abs, abs, mp.sign, -50, 50),
    Known("relu", lambda x: np.maximum(x, 0), lambda x: max(x, mp.mpf(0)), lambda x: mp.mpf(x > 0), -50, 50),
    Known("leaky", lambda x: np.where(x > 0, x, 0.1 * x), lambda x: x if x > 0 else x * mp.mpf(0.1),
          lambda x: mp.mpf(1) if x > 0 else mp.mpf(0.1), -50, 50),
]  # fmt: skip
BOUNDED = [k for k in ELEMENTARY if k.name in ("sin", "cos", "arctan", "tanh", "sigmoid", "erf", "gauss")]
EVERYWHERE = [k for k in ELEMENTARY if k.low <= -1 and k.high >= 1 and k.name not in ("arcsin", "tan", "log1p")]


def corpus() -> list[Known]:
    """More than 200 functions."""
    functions = list(ELEMENTARY)
    functions += [outer.of(inner) for inner in BOUNDED for outer in EVERYWHERE if outer is not inner]
    for i, a in enumerate(ELEMENTARY):
        b = ELEMENTARY[(7 * i + 3) % len(ELEMENTARY)]
        if max(a.low, b.low) < min(a.high, b.high):
            functions += [a + b, a * b, a - b]
        functions.append(a / (ELEMENTARY[1].of(BOUNDED[i % len(BOUNDED)]) + ELEMENTARY[6].of(BOUNDED[0])))
    return functions
