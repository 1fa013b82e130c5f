"""One row an op: arguments to try it with, away from kinks. `test_rules.py` fails on an op that has no row here.

    row("tanh", real())                                       # one array, of the usual shape
    row("sum", real(3, 4), axis=0)                            # a keyword variant: a row of its own
    row("relu", nonzero(), numpy=lambda x: np.maximum(x, 0))  # an op that NumPy does not have: what it should compute

Arrays are described, not given, so that an elementwise op can be tried with other shapes too.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograd.ops.linalg import affine
from autograd.primitives import REGISTRY, Primitive

Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]


@dataclass(frozen=True)
class Array:
    """A random array: `draw(rng, shape)` for any shape, `shape` where the row does not say otherwise."""

    draw: Draw
    shape: tuple[int, ...]

    def __call__(self, rng: np.random.Generator) -> np.ndarray:
        return self.draw(rng, self.shape)


@dataclass(frozen=True)
class Row:
    """Arguments and keywords for one op, and what to compare its value with."""

    arrays: tuple[Array, ...]
    keywords: dict[str, Any]
    numpy: Callable[..., Any] | None

    is_complex: bool = False

    def draw(self, seed: int = 0) -> list[np.ndarray]:
        rng = np.random.default_rng(seed)
        arrays = [array(rng) for array in self.arrays]
        if not self.is_complex:
            return arrays
        return [x + 1j * np.round(rng.uniform(0.2, 1, x.shape), 1) if x.dtype.kind == "f" else x for x in arrays]

    def with_complex_numbers(self) -> "Row":
        """The same, with imaginary parts: above the real axis, on which functions may have cuts."""
        return replace(self, is_complex=True)

    def arrays_in_keywords(self, keywords: dict[str, Any] | None = None) -> list[np.ndarray]:
        """Those of this row's keywords, or of a copy of them, that are arrays, and those inside tuples."""
        values = (self.keywords if keywords is None else keywords).values()
        parts = [part for value in values for part in (value if isinstance(value, tuple) else (value,))]
        return [part for part in parts if isinstance(part, np.ndarray)]


def _array(draw: Draw) -> Callable[..., Array]:
    return lambda *shape: Array(draw, shape or (2, 3))


def _grid(low: float, high: float, offset: float = 0.02) -> Callable[..., Array]:
    """Multiples of 0.1 in [low, high] plus an offset: arrays of different offsets never tie, nor come close."""
    return _array(lambda rng, shape: np.round(rng.uniform(low, high, shape), 1) + offset)


def _distinct(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    size = int(np.prod(shape))
    return rng.permutation(np.linspace(-1.5, 1.7, size)).reshape(shape)


real = _grid(-2, 2)
another = _grid(-2, 2, offset=0.05)
third = _grid(-2, 2, offset=0.08)
positive = _grid(0.5, 3)
nonzero = _array(lambda rng, shape: rng.choice([-1, 1], shape) * np.round(rng.uniform(0.5, 2, shape), 1))
above_one = _grid(1.3, 3)
inside_one = _grid(-0.8, 0.7)
distinct = _array(_distinct)  # no two elements alike: for what depends on their order
mask = _array(lambda rng, shape: rng.random(shape) < 0.5)
counts = _array(lambda rng, shape: rng.integers(-3, 4, shape))
with_nan = _array(lambda rng, shape: np.where(rng.random(shape) < 0.4, [np.nan], rng.choice([1.0, np.inf], shape)))
repeated = _array(lambda rng, shape: rng.integers(0, 2, shape).astype(float))  # many ties

some_nan = _array(lambda rng, shape: np.where(np.arange(np.prod(shape)).reshape(shape) % 3 == 1, np.nan,
                                              _distinct(rng, shape)))  # fmt: skip

ROWS: dict[str, list[Row]] = {}


def row(op: str, *arrays: Array, numpy: Callable[..., Any] | None = None, **keywords: Any) -> None:
    """Try an op with these arrays and keywords; its value shall be that of `numpy`, or of its own NumPy function."""
    ROWS.setdefault(op, []).append(Row(arrays, keywords, numpy))


def ops() -> list[Primitive]:
    """Every op, once."""
    return list(dict.fromkeys(REGISTRY.values()))


def _mean_over_circle(f: Callable[[float], Any]) -> Any:
    """Of a function of the cosine."""
    return sum(f(math.cos(k * math.pi / 50)) for k in range(100)) / 100


def _recurrence(b: np.ndarray, x: np.ndarray) -> np.ndarray:
    y = np.zeros_like(b)
    for i in range(b.shape[-1]):
        y[..., i] = b[..., i] + (x[..., i] * y[..., i - 1] if i else 0)
    return y


# --- elementwise ---

for name in [
    "negative",
    "positive",
    "square",
    "exp",
    "exp2",
    "expm1",
    "sin",
    "cos",
    "tan",
    "arctan",
    "sinh",
    "cosh",
    "tanh",
    "arcsinh",
    "absolute",
    "sign",
]:
    row(name, inside_one() if name == "tan" else real())
for name in ["log", "log2", "log10", "log1p", "sqrt", "reciprocal"]:
    row(name, positive())
for name in ["arcsin", "arccos", "arctanh"]:
    row(name, inside_one())
row("arccosh", above_one())
row("cbrt", nonzero())
for name in ["add", "subtract", "multiply", "maximum", "minimum", "logaddexp"]:
    row(name, real(), another())
row("divide", real(), nonzero())
row("power", positive(), another())
row("clip", real(), _grid(-1, -0.3, 0.05)(), _grid(0.3, 1, 0.08)(), numpy=lambda x, low, high: np.clip(x, low, high))
row("clip", real(), another(), third(), numpy=lambda x, low, high: np.clip(x, low, high))  # low may be above high
row("where", mask(), real(), another())
row("gate", real(), mask(), numpy=lambda g, mask: np.where(mask, g, 0))
row("remainder", real(), nonzero())
row("relu", real(), numpy=lambda x: np.maximum(x, 0))
row("sigmoid", real(), numpy=lambda x: 1 / (1 + np.exp(-x)))
row("softplus", real(), numpy=lambda x: np.log(1 + np.exp(x)))
for name in ["hypot", "arctan2", "logaddexp2", "fmax", "fmin"]:
    row(name, real(), another())
for name in ["copysign", "heaviside"]:
    row(name, nonzero(), another())
row("fmod", real(), nonzero())
row("ldexp", real(), mask())
row("ldexp", real(), counts())
row("fraction", real(), numpy=lambda x: np.modf(x)[0])
for name in ["fabs", "deg2rad", "rad2deg", "sinc", "i0", "nan_to_num"]:
    row(name, real())
row("nan_to_num", some_nan(), nan=0.5, posinf=2.0)
row("sinc_slope", nonzero(), numpy=lambda x: (np.cos(np.pi * x) - np.sinc(x)) / x)
row("i0_slope", real(), numpy=lambda x: _mean_over_circle(lambda c: c * np.exp(c * x)))
row("i0_slope", real(), order=2, numpy=lambda x, order: _mean_over_circle(lambda c: c**order * np.exp(c * x)))

# --- reductions ---

for name in ["sum", "mean", "var", "max", "min", "prod"]:
    row(name, distinct(2, 3))
    row(name, distinct(4))
    row(name, distinct())
    row(name, distinct(2, 3), axis=0)
    row(name, distinct(2, 3), axis=-1, keepdims=True)
    row(name, distinct(2, 3, 2), axis=(0, 2))
    row(name, distinct(2, 3, 2), axis=(-1, 0), keepdims=True)
    row(name, distinct(2, 1, 3), axis=1)
    row(name, distinct(2, 3), axis=())
for name in ["sum", "prod"]:
    row(name, distinct(2, 0))
    row(name, distinct(2, 0), axis=1)
row("var", distinct(2, 4), axis=1, ddof=1)
row("prod", real(2, 7), axis=1)
row("prod", real(2, 3, 2), axis=1)
for keywords in ({}, {"axis": 0}, {"axis": (0, 1)}, {"axis": -1, "keepdims": True}):
    row("logsumexp", real(2, 3), numpy=lambda x, **k: np.log(np.sum(np.exp(x), **k)), **keywords)
for name in ["cumsum", "cumprod"]:
    row(name, real())
    row(name, real(4))
    row(name, real(2, 3), axis=0)
    row(name, real(2, 3, 2), axis=-2)
    row(name, real(2, 0), axis=1)
    row(name, real(0, 2))
row("recurrence", real(5), another(5), numpy=lambda b, x: _recurrence(b, x))
row("recurrence", real(2, 3, 4), another(2, 3, 4), numpy=lambda b, x: _recurrence(b, x))
row("recurrence", real(2, 0), another(2, 0), numpy=lambda b, x: _recurrence(b, x))
for name in ["nanmax", "nanmin"]:
    row(name, distinct(2, 3))
    row(name, some_nan(2, 3))
    row(name, some_nan(2, 3), axis=1)
    row(name, some_nan(2, 3, 2), axis=(0, 2), keepdims=True)
row("median", distinct(7))
row("median", distinct(2, 3))
row("median", distinct(2, 3, 2), axis=(0, -1), keepdims=True)
row("quantile", distinct(7), q=0.3)
row("quantile", distinct(2, 3), q=0.45)
row("quantile", distinct(2, 5), q=0.9, axis=-1)
row("quantile", distinct(2, 3, 2), q=0.0, axis=(0, 2), keepdims=True)
row("quantile", distinct(5), q=1.0)
row("quantile", distinct(3, 4), q=np.array([0.2, 0.7]), axis=1)
row("quantile", distinct(3, 4), q=np.array([[0.2, 0.7, 0.5]]), axis=0, keepdims=True)
METHODS = (
    "lower higher midpoint nearest hazen weibull median_unbiased normal_unbiased inverted_cdf averaged_inverted_cdf "
    "closest_observation interpolated_inverted_cdf"
)
for method in METHODS.split():
    row("quantile", distinct(2, 5), q=0.37, axis=1, method=method)
row("nanmedian", distinct(7))
row("nanmedian", distinct(2, 3, 2), axis=(0, -1), keepdims=True)
row("nanmedian", some_nan(4, 4), axis=1)
row("nanquantile", some_nan(9), q=0.3)
row("nanquantile", some_nan(4, 4), q=np.array([0.2, 0.7]), axis=1, keepdims=True)
row("nanquantile", some_nan(2, 4, 4), q=0.9, axis=(0, 2), method="hazen")
row("unwrap", _array(lambda rng, shape: np.cumsum(rng.uniform(2, 3, shape), axis=-1))(2, 5))
row("unwrap", real(4, 2), axis=0, period=0.55)

# --- moving elements ---

row("reshape", real(2, 3), shape=(3, 2))
row("reshape", real(2, 3), shape=(-1,))
row("reshape", real(1, 1), shape=())
row("reshape", real(2, 0), shape=(0, 5))
row("transpose", real(2, 3))
row("transpose", real(2, 3, 4), axes=(1, 2, 0))
row("transpose", real(2, 3, 4), axes=(-1, 0, 1))
row("swapaxes", real(2, 3, 2), axis1=0, axis2=-1)
row("expand_dims", real(2, 3), axis=1)
row("expand_dims", real(2, 3), axis=(0, -1))
row("squeeze", real(2, 1, 3, 1))
row("squeeze", real(2, 1, 3, 1), axis=1)
row("broadcast_to", real(3), shape=(2, 3))
row("broadcast_to", real(2, 1), shape=(4, 2, 3))
row("broadcast_to", real(1), shape=(0,))
row("astype", real(), dtype=np.dtype(float), numpy=lambda x, dtype: x.astype(dtype))
row("concatenate", real(2, 3), another(1, 3))
row("concatenate", real(2, 3), another(2, 1), third(2, 0), axis=-1)
row("concatenate", real(2, 3), another(4), axis=None)
row("concatenate", real(2))
row("stack", real(2, 3), another(2, 3))
row("stack", real(2, 3), another(2, 3), third(2, 3), axis=-1)
row("roll", real(2, 3), shift=1)
row("roll", real(2, 3, 4), shift=(-1, 2), axis=(0, -1))

INDICES = {
    "an integer": 1,
    "a negative integer": -1,
    "a NumPy integer": np.int64(1),
    "slices": (slice(None, None, -2), slice(1, None)),
    "an empty slice": slice(3, 3),
    "None and Ellipsis": (None, ..., 0),
    "all of it": (),
    "a list that repeats": [0, 2, 0],
    "an empty list": [],
    "a nested list": [[0, 1], [1, 1]],
    "an array that repeats": np.array([[0, 2], [2, 2]]),
    "two arrays": (np.array([0, 2, 0]), np.array([1, 1, 1])),
    "an array and a slice": (slice(None), np.array([3, 0, 3])),
    "arrays around a slice": (np.array([0, 1]), None, np.array([1, 1])),
    "a mask": np.array([True, False, True]),
    "a full mask": np.arange(12).reshape(3, 4) % 3 == 1,
    "True": True,
    "False": False,
}
for index in INDICES.values():
    row("getitem", real(3, 4), index=index, numpy=lambda x, index: x[index])


def _scattered(x: np.ndarray, index: Any, shape: tuple[int, ...]) -> np.ndarray:
    y = np.zeros(shape, x.dtype)
    np.add.at(y, index, x)
    return y


row("scatter", real(2), index=slice(1, 3), shape=(4,), numpy=_scattered)
row("scatter", real(3), index=np.array([1, 0, 1]), shape=(2,), numpy=_scattered)


def _updated(x: np.ndarray, v: np.ndarray, index: Any) -> np.ndarray:
    y = x.copy()
    y[index] = v
    return y


for index in INDICES.values():
    shape = np.zeros((3, 4))[index].shape
    row(
        "index_update", real(3, 4), another(*shape) if shape else Array(another().draw, ()), index=index, numpy=_updated
    )
row("index_update", real(3, 4), another(4), index=slice(1, None), numpy=_updated)
row("index_update", real(3, 4), another(1, 1), index=(slice(None), np.array([1, 1, 0])), numpy=_updated)
row("index_update", real(4), another(1, 1, 2), index=slice(None, None, 2), numpy=_updated)
row("index_update", real(3), another(1), index=np.array([True, False, True]), numpy=_updated)

along = Array(lambda rng, shape: np.array([[2, 0], [1, 1], [3, 2]]), ())
row("take_along_axis", real(3, 4), along)
row("take_along_axis", real(4, 2), along, axis=0)
row("take_along_axis", real(1, 4), along, axis=1)
row("take_along_axis", real(2, 3), Array(lambda rng, shape: np.array([5, 0, 5]), ()), axis=None)
row("add_along_axis", real(3, 2), along, axis=1, shape=(3, 4), numpy=lambda x, i, axis, shape: np.array(
    [[x[0, 1], 0, x[0, 0], 0], [0, x[1, 0] + x[1, 1], 0, 0], [0, 0, x[2, 1], x[2, 0]]]))  # fmt: skip
row("sort", distinct(5))
row("sort", distinct(3, 4), axis=0)
row("sort", distinct(3, 4), axis=None)
row("sort", distinct(2, 0))

# --- products ---

for a, b in (
    ((2, 3), (3, 4)),
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 4)),
    ((5, 2, 3), (5, 3, 4)),
    ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)),
    ((5, 1, 2, 3), (4, 3, 2)),
    ((5, 2, 3), (3,)),
    ((3,), (5, 3, 2)),
    ((2, 0), (0, 3)),
    ((0, 2), (2, 3)),
    ((1, 2), (2, 1)),
):
    row("matmul", real(*a), another(*b))
    if max(len(a), len(b)) <= 3 and (a, b) != ((5, 2, 3), (5, 3, 4)):
        row("dot", real(*a), another(*b))
row("dot", real(2, 2, 3), another(2, 3, 2))
row("dot", _array(lambda rng, shape: np.array(rng.uniform()))(), another(2, 2))
row("dot", real(2, 2), _array(lambda rng, shape: np.array(rng.uniform()))())
for x, weight, bias in (((5, 3), (2, 3), (2,)), ((3,), (2, 3), (2,)), ((2, 5, 3), (2, 3), (2,)), ((5, 3), (1, 3), (1,)),
                        ((5, 3), (2, 3), (1,)), ((0, 3), (2, 3), (2,)), ((1, 1), (2, 1), (2,))):  # fmt: skip
    row(affine.name, real(*x), another(*weight), third(*bias), numpy=lambda x, weight, bias: x @ weight.T + bias)

# --- what networks add to NumPy ---

row("erf", real(), numpy=np.vectorize(math.erf, otypes=[float]))
row("erfc", real(), numpy=np.vectorize(math.erfc, otypes=[float]))
row("logit", _grid(0.3, 0.7)(), numpy=lambda x: np.log(x / (1 - x)))
row("prelu", nonzero(), real(), numpy=lambda x, slope: np.where(x > 0, x, x * slope))
row("logistic_loss", real(), _grid(0, 1, 0)(), numpy=lambda x, t: np.logaddexp(0, x) - x * t)
row("lgamma", positive(), numpy=np.vectorize(math.lgamma, otypes=[float]))
row("lgamma", _grid(-2.6, -2.4)(), numpy=np.vectorize(math.lgamma, otypes=[float]))


def _digamma(x: np.ndarray) -> Any:
    z = x + 60
    far = np.log(z) - 1 / (2 * z) - 1 / (12 * z**2) + 1 / (120 * z**4) - 1 / (252 * z**6)
    return far - sum(1 / (x + k) for k in range(60))


def _trigamma(x: np.ndarray) -> Any:
    z = x + 60
    far = 1 / z + 1 / (2 * z**2) + 1 / (6 * z**3) - 1 / (30 * z**5) + 1 / (42 * z**7)
    return far + sum(1 / (x + k) ** 2 for k in range(60))


for numbers in (positive(), _grid(-2.6, -2.4)()):
    row("digamma", numbers, numpy=_digamma)
    row("polygamma", numbers, numpy=_digamma)
    row("polygamma", numbers, order=1, numpy=lambda x, order: _trigamma(x))
row("xlogy", real(), positive(), numpy=lambda x, y: x * np.log(y))
for axis in (-1, 0):
    row("softmax", real(2, 3), axis=axis, numpy=lambda x, axis: np.exp(x) / np.exp(x).sum(axis, keepdims=True))
    row("log_softmax", real(2, 3), axis=axis, numpy=lambda x, axis: x - np.log(np.exp(x).sum(axis, keepdims=True)))
row("pick", real(3, 2), index=np.array([1, 0, 1]), numpy=lambda x, index: x[[0, 1, 2], index])
row("place", real(3), index=np.array([1, 0, 1]), shape=(3, 2),
    numpy=lambda x, index, shape: np.array([[0, x[0]], [x[1], 0], [0, x[2]]]))  # fmt: skip

# --- without a gradient ---

for name in [
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "equal",
    "not_equal",
    "array_equal",
    "isclose",
    "allclose",
]:
    row(name, repeated(2, 3), repeated(2, 3))
row("isclose", real(), another(), rtol=0.1, atol=0.1)
for name in ["isclose", "allclose", "array_equal"]:
    row(name, with_nan(), with_nan(), equal_nan=True)
row("count_nonzero", repeated(2, 3), axis=1, keepdims=True)
row("allclose", real(), another(), rtol=0.1, atol=9.0)
row("floor_divide", real(), another())
for name in ["logical_and", "logical_or", "logical_xor"]:
    row(name, repeated(), repeated())
for name in ["bitwise_and", "bitwise_or", "bitwise_xor"]:
    row(name, counts(), counts())
row("invert", counts())
row("logical_not", repeated())
for name in ["isnan", "isinf", "isfinite", "isposinf", "isneginf"]:
    row(name, with_nan())
for name in ["signbit", "floor", "ceil", "rint", "trunc", "zeros_like", "ones_like"]:
    row(name, real())
row("round", real())
row("round", _grid(-2, 2, 0.0312)(), decimals=2)
for name in ["argmax", "argmin"]:
    row(name, distinct(2, 3))
    row(name, distinct(2, 3), axis=-1, keepdims=True)
row("argsort", distinct(2, 3))
row("argsort", repeated(2, 9), axis=0, numpy=lambda x, axis: np.argsort(x, axis=axis, kind="stable"))
for name in ["all", "any", "count_nonzero"]:
    row(name, repeated(2, 3))
    row(name, repeated(2, 3), axis=0)
row("share", repeated(), repeated(), numpy=lambda a, b: (a > b) + (a == b) / 2)
row("taken", repeated(), repeated(), repeated(), numpy=lambda a, b, y: np.where(a == b, 0.5, a == y))
row("tie_share", Array(lambda rng, shape: np.array([[1.0, 2.0, 2.0], [3.0, 0.0, 3.0]]), ()),
    Array(lambda rng, shape: np.array([2.0, 3.0]), ()), axis=1,
    numpy=lambda x, y, axis: np.array([[0.0, 0.5, 0.5], [0.5, 0.0, 0.5]]))  # fmt: skip
row("quantile_share", Array(lambda rng, shape: np.array([1.0, 5.0, 1.0, 7.0]), ()), axis=0,
    q=np.array([0.0, 0.5, 0.75]),
    numpy=lambda x, q, axis: np.array([[0.5, 0, 0.5, 0], [0.25, 0.5, 0.25, 0], [0, 0.75, 0, 0.25]]))  # fmt: skip
row("quantile_share", Array(lambda rng, shape: np.array([1.0, np.nan, 2.0]), ()), axis=0, q=np.array([0.5]),
    skip_nan=True, numpy=lambda x, q, axis, skip_nan: np.array([[0.5, 0, 0.5]]))  # fmt: skip
row("quantile_share", Array(lambda rng, shape: np.array([[1.0, np.nan], [3.0, 4.0]]), ()), axis=1,
    q=np.array([0.5]), method="higher",
    numpy=lambda x, q, axis, method: np.array([[[0.0, 0.0], [0.0, 1.0]]]))  # fmt: skip
row("truncate", real(), dtype=np.dtype(int), numpy=lambda x, dtype: x.astype(dtype))
row("argpartition", distinct(2, 5), kth=2, axis=1)
row("searchsorted", Array(lambda rng, shape: np.array([0.0, 1.0, 1.0, 2.0]), ()), real(2, 3), side="right")
row("searchsorted", Array(lambda rng, shape: np.array([2.0, 0.0, 1.0]), ()), repeated(4), sorter=np.array([1, 2, 0]))
row("digitize", repeated(4), Array(lambda rng, shape: np.array([0.0, 1.0]), ()), right=True)
shifts = _array(lambda rng, shape: rng.integers(0, 4, shape))
for name in ["isreal", "iscomplex"]:
    row(name, real())
for name in ["left_shift", "right_shift", "gcd", "lcm"]:
    row(name, counts(), shifts())
row("bitwise_count", counts())
row("isin", repeated(2, 3), repeated(2))
row("isin", repeated(2, 3), Array(lambda rng, shape: np.array([1.0]), ()), invert=True)
row("array_equiv", repeated(2, 3), repeated(1, 3))
for name in ["nanargmax", "nanargmin"]:
    row(name, some_nan(3, 4))
    row(name, some_nan(3, 4), axis=1, keepdims=True)
edges = Array(lambda rng, shape: np.array([-1.5, 0.0, 0.5, 2.0]), ())
row("bins_of", Array(lambda rng, shape: np.array([-1.5, -2.0, 2.0, 3.0, 0.0, 0.1]), ()), edges,
    numpy=lambda x, edges: np.array([0, -1, 2, -1, 1, 1]))  # fmt: skip
row("histogram_bin_edges", real(2, 3))
row("histogram_bin_edges", real(2, 3), bins=4, range=(-1, 2))
row("lexsort", repeated(3, 7), numpy=lambda x: np.lexsort(tuple(x)))
row("ravel_multi_index", shifts(2, 3), dims=(4, 5), mode="raise", order="F",
    numpy=lambda x, dims, mode, order: np.ravel_multi_index(tuple(x), dims, mode, order))  # fmt: skip
row("unravel_index", shifts(3), shape=(2, 3), order="C",
    numpy=lambda x, shape, order: np.stack(np.unravel_index(x, shape, order)))  # fmt: skip
row("argwhere", repeated(2, 3))
row("flatnonzero", repeated(2, 3))
row("constant", repeated(2, 3), repeated(2), numpy=lambda a, b: a)

# --- einsum, trace, convolution ---

for subscripts, *shapes in (
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ij,ij", (2, 3), (2, 3)),
    ("ba", (2, 3)),
    ("ii", (3, 3)),
    ("ii->i", (3, 3)),
    ("iij->j", (3, 3, 2)),
    ("iii->i", (2, 2, 2)),
    ("ij->", (3, 2)),
    ("ij,jk->i", (2, 3), (3, 4)),
    ("i,j,k->kij", (2,), (3,), (2,)),
    ("aab,bbc,c", (2, 2, 3), (3, 3, 2), (2,)),
    ("i,->i", (3,), ()),
    ("ij,ij->i", (1, 3), (2, 3)),
    ("i,i", (3,), (1,)),
    ("...ij,...jk", (5, 2, 3), (3, 2)),
    ("...i,...i", (2, 1, 3), (4, 3)),
    ("i...->...", (3, 2)),
    ("ij,jk", (2, 0), (0, 3)),
):
    arrays = [
        kind(*shape) if shape else Array(kind().draw, ())
        for kind, shape in zip((real, another, third), shapes, strict=False)
    ]
    canonical = REGISTRY[np.einsum].bind(subscripts, *(np.empty(shape) for shape in shapes))[1]["subscripts"]
    row("einsum", *arrays, subscripts=canonical, numpy=lambda arrays, subscripts: np.einsum(subscripts, *arrays))
row("einsum", real(2, 3), another(3, 2), third(2, 2), subscripts="ij,jk,kl->il", optimize=True,
    numpy=lambda arrays, subscripts, optimize: np.einsum(subscripts, *arrays, optimize=optimize))  # fmt: skip
row("trace", real(3, 3))
row("trace", real(3, 4), offset=1)
row("trace", real(3, 2, 4), offset=-1, axis1=-1, axis2=0)
for n, m in ((4, 3), (2, 5), (1, 1)):
    row("convolve", real(n), another(m), numpy=np.convolve)

# --- linear algebra ---


def _near_diagonal(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Well-conditioned, with singular values, and eigenvalues if symmetric, that are far from each other."""
    diagonal = np.zeros(shape)
    k = range(min(shape[-2:]))
    diagonal[..., k, k] = 2 + 1.5 * np.arange(len(k))
    return diagonal + rng.uniform(-0.4, 0.4, shape)


def _singular(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    x = _near_diagonal(rng, shape)
    x[..., 0, :] = x[..., 1, :]
    return x


matrix = _array(_near_diagonal)
singular = _array(_singular)


def _stacked(function: Callable[..., Any]) -> Callable[[np.ndarray], np.ndarray]:
    """The arrays that a factorisation returns, one under the other, all with their columns in common."""

    def stacked(x: np.ndarray) -> np.ndarray:
        return np.concatenate([part if part.ndim == x.ndim else part[..., None, :] for part in function(x)], axis=-2)

    return stacked


def _svd_with_columns(x: np.ndarray) -> tuple[np.ndarray, ...]:
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    return u, s, vh.swapaxes(-1, -2)


for shape in ((3, 3), (2, 3, 3), (1, 1), (0, 2, 2)):
    for name in ["det", "inv"]:
        row(name, matrix(*shape))
    row(
        "cofactors",
        matrix(*shape),
        numpy=lambda x: np.linalg.det(x)[..., None, None] * np.linalg.inv(x).swapaxes(-1, -2),
    )
    row("log_abs_det", matrix(*shape), numpy=lambda x: np.linalg.slogdet(x)[1])
    row("sign_of_det", matrix(*shape), numpy=lambda x: np.linalg.slogdet(x)[0])
    row("cholesky", matrix(*shape), numpy=np.linalg.cholesky)
    row("eigh", matrix(*shape), numpy=_stacked(np.linalg.eigh))
for a, b in (((3, 3), (3,)), ((3, 3), (3, 2)), ((2, 3, 3), (3,)), ((2, 3, 3), (3, 2)), ((3, 3), (2, 3, 2))):
    row("solve", matrix(*a), real(*b))
for shape in ((3, 3), (4, 2), (2, 3), (2, 3, 2), (0, 2, 2)):
    row("pinv", matrix(*shape))
    row("svd", matrix(*shape), numpy=_stacked(_svd_with_columns))
    if shape != (2, 3):
        row("qr", matrix(*shape), numpy=_stacked(np.linalg.qr))
row("matrix_rank", matrix(2, 3, 3))
row("matrix_rank", singular(3, 3))
row("matrix_rank", matrix(3, 3), rtol=0.9)
row("pinv", matrix(3, 2), rcond=1e-6)
row("pinv", matrix(3, 2), rtol=1e-6)
for p in (2, 3, 0.5, -1):
    for keywords in ({}, {"axis": 0}, {"axis": (0, 1)}, {"axis": -1, "keepdims": True}):
        row("p_norm", nonzero(2, 3), p=p, numpy=lambda x, p, **k: np.sum(np.abs(x) ** p, **k) ** (1 / p), **keywords)

# --- complex numbers ---

spectrum = _array(lambda rng, shape: rng.choice([-1, 1], shape) * rng.uniform(0.5, 2, shape)
                                     + 1j * rng.choice([-1, 1], shape) * rng.uniform(0.5, 2, shape))  # fmt: skip

for kind in (real(), spectrum()):
    row("as_complex", kind, dtype=np.dtype(complex), numpy=lambda x, dtype: x.astype(dtype))
    row("real", kind, numpy=np.real)
    row("imag", kind, numpy=np.imag)
    row("conjugate", kind)
row("modulus", spectrum(), numpy=np.abs)
row("angle", spectrum(), numpy=np.angle)

for name, kinds in (("fft", (real, spectrum)), ("ifft", (real, spectrum)), ("rfft", (real,)), ("irfft", (spectrum,))):
    numpy = getattr(np.fft, name)
    for kind in kinds:
        for norm in ("backward", "ortho", "forward"):
            for n in (3, 4, 5, 6, 7, 8):  # of 5 elements: cut, as they are, and filled up
                row(name, kind(5), n=n, axis=-1, norm=norm, numpy=numpy)
        row(name, kind(3, 2), n=4, axis=0, norm="backward", numpy=numpy)
        row(name, kind(2, 3, 2), n=3, axis=-2, norm="ortho", numpy=numpy)
        row(name, kind(3), n=1, axis=0, norm="backward", numpy=numpy)
        row(name, kind(1), n=2, axis=0, norm="backward", numpy=numpy)
        row(name, kind(0, 3), n=3, axis=1, norm="forward", numpy=numpy)
