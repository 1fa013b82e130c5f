"""Counts of values, and sums of weights by value."""

import numpy as np
import pytest

from autograd import Tensor
from autograd.errors import ShapeError
from tests.autograd.agreement import assert_is_numpys

X = np.random.default_rng(0).uniform(0, 3, 9)
W = np.linspace(0.5, 2, 9)
PLACES = np.array([0, 2, 2, 5, 1, 0, 2, 3, 3])


def test_bincount_of_weights_is_linear_in_them():
    y = np.bincount(PLACES, Tensor(W, requires_grad=True), minlength=8)
    np.testing.assert_allclose(y.data, np.bincount(PLACES, W, minlength=8))
    assert_is_numpys(lambda w: np.bincount(PLACES, w), [W])
    assert_is_numpys(lambda x: np.bincount(x, minlength=7), [PLACES], constant=True)
    np.testing.assert_array_equal(np.bincount(Tensor(PLACES), W).data, np.bincount(PLACES, W))
    assert np.bincount(np.array([], int), Tensor([]), 3).tolist() == [0, 0, 0]


def test_it_adds_where_an_index_repeats_as_add_at_does():
    x, v = Tensor(np.zeros(6), requires_grad=True), Tensor(W, requires_grad=True)
    expected = np.zeros(6)
    np.add.at(expected, PLACES, W)
    y = x + np.bincount(PLACES, v, minlength=x.size)
    np.testing.assert_allclose(y.data, expected)
    (y * np.arange(6.0)).sum().backward()
    np.testing.assert_array_equal(v.grad, PLACES)


@pytest.mark.parametrize("bins", [5, [0.0, 1.0, 1.5, 3.0], "auto"], ids=str)
@pytest.mark.parametrize("density", [False, True])
def test_histogram(bins, density):
    assert_is_numpys(lambda x: np.histogram(x, bins, density=density), [X.reshape(3, 3)], constant=True)
    if bins != "auto":
        assert_is_numpys(
            lambda w: np.histogram(X, bins, range=(0.2, 2.8), weights=w, density=density)[0],
            [W],
            second=False,
            narrow=False,
        )


def test_histogram_takes_the_last_edge_into_the_last_bin():
    x = np.array([0.0, 1.0, 2.0, 2.0, 3.0])
    assert_is_numpys(lambda x: np.histogram(x, 3), [x], constant=True)
    assert_is_numpys(lambda x: np.histogram_bin_edges(x, 4, (0, 2)), [x], constant=True)


@pytest.mark.parametrize(
    "f",
    [
        lambda w: np.bincount(np.array([-1]), w),
        lambda w: np.bincount(np.array([0.5]), w),
        lambda w: np.bincount(np.array([0]), w),
    ],
)
def test_what_does_not_fit_is_refused(f):
    with pytest.raises(ShapeError, match=r"bincount: .*test_counting\.py"):
        f(Tensor(W))
