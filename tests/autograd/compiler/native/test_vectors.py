"""The elementary functions of loops: within 2 ulp of the true value, and NumPy's own at the ends of the number line."""

import numpy as np
import pytest

pytest.importorskip("numba")

from numba import njit

from autograd.compiler.native.vectors import VECTORS

ENDS = [
    0.0,
    -0.0,
    np.inf,
    -np.inf,
    np.nan,
    1,
    -1,
    88.7,
    88.8,
    -87.4,
    -103.9,
    -104,
    709.7,
    709.8,
    -745,
    -746,
    1e-40,
    -1e-45,
]
ENDS += [5e-324, 1e-310, -1e-310, 1e-8, 3e-8, 1e-16, 3e38, 1e300, -2, 10, -20, 0.5, np.sqrt(0.5), np.log(2) / 2]


def numbers(dtype: str) -> np.ndarray:
    rng = np.random.default_rng(0)
    some = rng.normal(size=4000) * 10 ** rng.uniform(-4, 3, 4000)
    near_one = 1 + rng.normal(size=1000) * 1e-3
    every_size = np.exp(rng.uniform(-80, 80, 1000)) if dtype == "float32" else np.exp(rng.uniform(-700, 700, 1000))
    with np.errstate(over="ignore"):
        return np.concatenate([some, rng.uniform(-2, 2, 2000), near_one, every_size, ENDS]).astype(dtype)


def applied(name: str, *arrays: np.ndarray) -> np.ndarray:
    function = VECTORS[f"{name}_{arrays[0].dtype.name}"]
    if len(arrays) == 2:

        @njit(error_model="numpy")
        def run(a, b, y):
            for i in range(y.size):
                y[i] = function(a[i], b[i])
    else:

        @njit(error_model="numpy")
        def run(a, y):
            for i in range(y.size):
                y[i] = function(a[i])

    y = np.empty_like(arrays[0])
    run(*arrays, y)
    return y


@pytest.mark.parametrize("dtype", ("float32", "float64"))
@pytest.mark.parametrize("name", ("exp", "tanh", "log", "log1p"))
def test_within_two_ulp(name, dtype):
    x = numbers(dtype)
    with np.errstate(all="ignore"):
        true = getattr(np, name)(x.astype(np.longdouble))
        rounded = true.astype(dtype)
        found = applied(name, x)
        finite = np.isfinite(rounded)
        error = np.abs(found[finite] - true[finite]) / np.spacing(np.abs(rounded[finite]))
    assert error.max() <= 2
    np.testing.assert_array_equal(found[~finite], rounded[~finite])
    np.testing.assert_array_equal(np.signbit(found[rounded == 0]), np.signbit(rounded[rounded == 0]))


@pytest.mark.parametrize("dtype", ("float32", "float64"))
def test_logaddexp(dtype):
    a = numbers(dtype)
    b = np.random.default_rng(1).permutation(a)
    with np.errstate(all="ignore"):
        true = np.logaddexp(a.astype(np.longdouble), b.astype(np.longdouble))
        found = applied("logaddexp", a, b)
        finite = np.isfinite(true.astype(dtype))
        sizes = [np.where(np.isfinite(x), np.abs(x), 0) for x in (a, b, true)]  # where a and b cancel, so do digits
        size = np.maximum.reduce(sizes)[finite]
        error = np.abs(found - true)[finite] / np.spacing(size.astype(dtype))
    assert error.max() <= 3  # of three functions, one after the other
    np.testing.assert_array_equal(found[~finite], true[~finite].astype(dtype))
