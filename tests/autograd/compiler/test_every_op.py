"""Every op of the registry, compiled: value and gradient equal the eager ones, also for other values than recorded."""

from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Tensor
from autograd.primitives import Primitive
from tests.autograd.samples import ROWS, Row, ops

CASES = [pytest.param(op, row, id=f"{op.name}-{i}") for op in ops() for i, row in enumerate(ROWS.get(op.name, ()))]


def arrays_of(row: Row, seed: int) -> list[Any]:
    return [np.array(x) for x in row.draw(seed)]


def assert_same(actual: Any, expected: Any) -> None:
    np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-12)
    assert np.asarray(actual).dtype == np.asarray(expected).dtype
    assert np.shape(actual) == np.shape(expected)


@pytest.mark.parametrize("op, row", CASES)
def test_value_compiled_is_the_eager_one(op: Primitive, row: Row) -> None:
    def f(*arrays):
        return op(*arrays, **row.keywords)

    compiled = autograd.compile(f)
    for seed in (0, 0, 1):
        arrays = arrays_of(row, seed)
        expected = f(*map(Tensor, arrays))
        with np.errstate(all="ignore"):
            assert_same(compiled(*arrays), np.asarray(expected.detach()))
    assert compiled.cache_info().traces <= 2  # shapes may depend on the seed


@pytest.mark.parametrize("op, row", [case for case in CASES if case.values[0].is_differentiable])
def test_gradient_compiled_is_the_eager_one(op: Primitive, row: Row) -> None:
    floats = [i for i, x in enumerate(arrays_of(row, 0)) if x.dtype.kind in "fc"]

    def f(cotangent, *arrays):
        def of_floats(*xs):
            given = list(arrays)
            for i, x in zip(floats, xs, strict=True):
                given[i] = x
            return op(*given, **row.keywords)

        return autograd.vjp(of_floats, *(arrays[i] for i in floats))[1](cotangent)

    compiled = autograd.compile(f)
    for seed in (0, 0, 1):
        arrays = arrays_of(row, seed)
        value = op(*map(Tensor, arrays), **row.keywords)
        cotangent = np.random.default_rng(seed).uniform(0.5, 1.5, value.shape).astype(value.dtype)
        for actual, expected in zip(compiled(cotangent, *arrays), f(cotangent, *arrays), strict=True):
            assert_same(actual, expected)


@pytest.mark.parametrize("op, row", CASES)
def test_source_runs_with_numpy_alone(op: Primitive, row: Row) -> None:
    compiled = autograd.compile(lambda *arrays: op(*arrays, **row.keywords))
    arrays = arrays_of(row, 0)
    expected = compiled(*arrays)
    namespace: dict[str, Any] = {}
    exec(compiled.source, namespace)
    large = [read() for read in compiled._latest()._capture.reads.values()]
    assert "import autograd" not in compiled.source
    with np.errstate(all="ignore"):
        assert_same(namespace["program"](*arrays, *large), expected)
