"""Quantiles by every method, covariances and correlations."""

import numpy as np
import pytest

from autograd import Tensor, grad
from autograd.errors import ShapeError
from tests.autograd.agreement import assert_is_numpys
from tests.autograd.samples import METHODS

A = np.random.default_rng(0).permutation(np.linspace(0.3, 2.1, 12)).reshape(3, 4)
V, W = A[0], A[1] ** 2
HOLES = np.where(np.eye(3, 4) > 0, np.float32(np.nan), np.float32(0))


@pytest.mark.parametrize("method", ["linear", *METHODS.split()])
def test_percentiles_by_every_method(method):
    assert_is_numpys(lambda x: np.percentile(x, [20, 55, 90], axis=1, method=method), [A], second=False)
    assert_is_numpys(lambda x: np.nanpercentile(x + HOLES, 55, axis=1, method=method), [A], second=False)


def test_a_nan_takes_no_gradient_and_gives_none():
    x = np.array([[1.0, np.nan, 3.0], [np.nan] * 3])
    with pytest.warns(RuntimeWarning, match="All-NaN"):
        g = grad(lambda x: np.nanmedian(x, axis=1)[0])(x)
    np.testing.assert_array_equal(g, [[0.5, 0, 0.5], [0, 0, 0]])
    np.testing.assert_array_equal(grad(lambda x: np.median(x[0]))(x), np.zeros((2, 3)))


@pytest.mark.parametrize(
    "f, arrays",
    [
        (np.cov, [A]),
        (np.cov, [V]),
        (np.cov, [V, W]),
        (lambda x, y: np.cov(x, y, rowvar=False, bias=True), [A, A**2]),
        (lambda x: np.cov(x, ddof=0), [A]),
        (lambda x, w: np.cov(x, fweights=[1, 2, 1, 3], aweights=w), [A, W]),
        (lambda x: np.cov(x, fweights=[1, 2, 1, 3]), [A]),
        (np.corrcoef, [A]),
        (np.corrcoef, [V, W]),
        (lambda x: np.corrcoef(x, rowvar=False), [A]),
        (np.corrcoef, [V]),
        (lambda x: np.ptp(x, 1), [A]),
    ],
)
def test_covariances(f, arrays):
    assert_is_numpys(f, arrays, second=False, tolerance=1e-10)


def test_what_does_not_fit_is_refused():
    for f in (lambda x: np.cov(x[None]), lambda x: np.cov(x, aweights=[1.0, 2.0])):
        with pytest.raises(ShapeError, match=r"^cov: .*test_statistics\.py"):
            f(Tensor(A))


def test_integers():
    i = np.array([[1, 2, 4], [7, 5, 5]])
    for f in (np.nanmean, np.nanvar, np.nanstd, np.nanmedian, np.nansum, np.cov, np.median, np.gradient, np.ptp):
        assert_is_numpys(f, [i], constant=True)
