"""Reductions with all that NumPy's take: `dtype initial where mean correction`; functions, methods and of ufuncs."""

import math

import numpy as np
import pytest

from autograd import Tensor, grad
from autograd.errors import ShapeError, UnsupportedError
from tests.autograd.agreement import assert_is_numpys

A = np.random.default_rng(0).permutation(np.linspace(0.3, 2.1, 12)).reshape(3, 4)
MASK = np.array([[True, True, True, True], [True, False, True, False], [False, True, True, True]])
AXES = [{"axis": None}, {"axis": 0}, {"axis": -1, "keepdims": True}, {"axis": (1, 0)}]


@pytest.mark.parametrize("keywords", AXES, ids=str)
@pytest.mark.parametrize("f", [np.sum, np.prod, np.mean, np.var, np.std, np.nansum, np.nanprod, np.nanmean, np.nanvar])
def test_where(f, keywords):
    assert_is_numpys(lambda x: f(x, where=MASK, **keywords), [A], second=False)


@pytest.mark.parametrize("keywords", AXES, ids=str)
@pytest.mark.parametrize("f", [np.sum, np.prod, np.max, np.min, np.nanmax, np.nanmin, np.nansum, np.nanprod])
def test_initial_with_and_without_where(f, keywords):
    assert_is_numpys(lambda x: f(x, initial=1.234, **keywords), [A], second=False)
    assert_is_numpys(lambda x: f(x, initial=1.234, where=MASK, **keywords), [A], second=False)


@pytest.mark.parametrize(
    "reduce",
    [f.reduce for f in (np.add, np.multiply, np.maximum, np.minimum, np.fmax, np.fmin, np.logaddexp, np.hypot)],
    ids=lambda reduce: reduce.__self__.__name__,
)
def test_the_reduce_of_a_ufunc(reduce):
    assert_is_numpys(lambda x: reduce(x, initial=1.234, where=MASK), [A], second=False)
    assert_is_numpys(lambda x: reduce(x, -1, None, None, True, 1.234), [A], second=False)
    assert_is_numpys(lambda x: reduce(x, axis=None), [A], second=False)


@pytest.mark.parametrize("f", [np.all, np.any, np.logical_and.reduce, np.logical_or.reduce])
@pytest.mark.parametrize("axis", [None, 0, (0, 1)], ids=str)
def test_truth(f, axis):
    for x in (A, A > 1.0):
        assert_is_numpys(lambda x: f(x, axis=axis, where=MASK), [x], constant=True)


def test_where_may_be_a_tensor_and_broadcast():
    x = Tensor(A, requires_grad=True)
    y = np.sum(x, where=x > 1.0)
    y.backward()
    assert y.item() == pytest.approx(A[A > 1.0].sum())
    np.testing.assert_array_equal(x.grad, A > 1.0)
    assert_is_numpys(lambda x: np.mean(x, axis=1, where=[True, False, True, True]), [A])
    assert_is_numpys(lambda x: np.mean(x, where=[[True], [False], [True]]), [A])


def test_what_where_leaves_out_may_be_nan_or_infinite():
    x = np.where(MASK, A, np.nan)
    for f in (np.sum, np.prod, np.mean, np.var, np.std):
        g = grad(lambda x, f=f: f(x, where=MASK))(x)
        assert np.isfinite(g).all()
        np.testing.assert_array_equal(g[~MASK], 0)
    assert grad(lambda x: np.max(x, where=MASK, initial=-1.0))(np.where(MASK, A, math.inf)).sum() == 1


def test_initial_shares_the_gradient_where_it_ties():
    assert grad(lambda x: np.max(x, initial=2.0))(np.array([1.0, 2.0])).tolist() == [0, 0.5]
    assert grad(lambda x: np.max(x, initial=3.0))(np.array([1.0, 2.0])).tolist() == [0, 0]


def test_dtype_is_converted_to_first():
    x = Tensor(A.astype(np.float32), requires_grad=True)
    for f in (np.sum, np.prod, np.mean, np.var, np.std, np.nansum, np.nanmean, np.cumsum, np.cumprod, np.nancumsum):
        y = f(x, dtype=np.float64)
        assert y.dtype == np.float64
        np.testing.assert_allclose(y.data, f(x.data, dtype=np.float64), rtol=1e-14)
        x.zero_grad()
        y.sum().backward()
        assert x.grad.dtype == np.float32
    assert np.add.reduce(x, 0, np.float64).dtype == np.float64
    assert x.sum(dtype=np.float64).dtype == np.float64
    assert not np.sum(x, dtype=int).requires_grad


@pytest.mark.parametrize("f", [np.var, np.std, np.nanvar, np.nanstd])
def test_variance_with_a_mean_and_a_correction(f):
    assert_is_numpys(lambda x: f(x, axis=1, correction=1), [A])
    assert_is_numpys(lambda x: f(x, axis=1, mean=np.mean(x, axis=1, keepdims=True)), [A])
    assert_is_numpys(lambda x, m: f(x, axis=1, mean=m, keepdims=True), [A, A[:, :1]])
    assert_is_numpys(lambda x: f(x, axis=0, ddof=1, where=[[True], [False], [True]]), [A])


@pytest.mark.skipif(not hasattr(np, "cumulative_sum"), reason="since NumPy 2.1")
@pytest.mark.parametrize("name", ["cumulative_sum", "cumulative_prod"])
def test_running_folds_of_the_array_api(name):
    f = getattr(np, name)
    assert_is_numpys(lambda x: f(x, axis=1), [A])
    assert_is_numpys(lambda x: f(x, axis=-2, include_initial=True), [A])
    assert_is_numpys(lambda x: f(x, include_initial=True), [A[0]])
    with pytest.raises(ShapeError, match="axis="):
        f(Tensor(A))


@pytest.mark.parametrize("accumulate", [np.add.accumulate, np.multiply.accumulate])
def test_accumulate_is_along_the_first_axis_unless_told_otherwise(accumulate):
    assert_is_numpys(accumulate, [A])
    assert_is_numpys(lambda x: accumulate(x, 1), [A])
    assert accumulate(Tensor(A.astype(np.float32)), dtype=np.float64).dtype == np.float64


def test_of_no_elements():
    e = np.zeros((2, 0))
    for f in (np.max, np.min, np.sum, np.prod, np.logaddexp.reduce):
        np.testing.assert_array_equal(f(Tensor(e), axis=1, initial=2.0).data, f(e, axis=1, initial=2.0))
    np.testing.assert_array_equal(np.logaddexp.reduce(Tensor(e), axis=1).data, [-math.inf, -math.inf])


@pytest.mark.parametrize(
    "f, error, message",
    [
        (lambda x: np.sum(x, where=np.ones((2, 3, 4), bool)), ShapeError, "sum: where= of shape .2, 3, 4. does not"),
        (lambda x: np.max(x, where=MASK), UnsupportedError, "max: where= needs initial="),
        (lambda x: np.mean(x, None, None, np.ones(())), UnsupportedError, "mean: out= would overwrite"),
        (lambda x: x.sum(out=np.ones(())), UnsupportedError, "np.sum: out= would overwrite"),
        (lambda x: x.sum(colour=1), UnsupportedError, "sum: .*colour"),
    ],
)
def test_what_does_not_fit_is_refused(f, error, message):
    with pytest.raises(error, match=message + r".*test_foldings\.py"):
        f(Tensor(A, requires_grad=True))
