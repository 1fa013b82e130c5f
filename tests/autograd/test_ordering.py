"""Functions of the order of elements."""

import numpy as np
import pytest

from autograd import Tensor
from autograd.errors import ShapeError
from tests.autograd.agreement import assert_is_numpys

A = np.random.default_rng(0).permutation(np.linspace(0.3, 2.1, 12)).reshape(3, 4)


def test_sorting_takes_every_kind():
    for kind in ("quicksort", "stable", "heapsort"):
        assert_is_numpys(lambda x, kind=kind: np.sort(x, axis=0, kind=kind), [A], second=False)
        assert_is_numpys(lambda x, kind=kind: np.argsort(x, kind=kind), [A], constant=True)
    assert_is_numpys(lambda x: np.sort(x, axis=None, stable=True), [A], second=False)


def test_where_of_one_array_is_nonzero():
    for found, expected in zip(np.where(Tensor(A) > 1), np.where(A > 1), strict=True):
        np.testing.assert_array_equal(found.data, expected)
    with pytest.raises(ShapeError, match=r"nonzero: .*scalar.*test_ordering"):
        np.nonzero(Tensor(1.0))


def test_orders_by_several_keys_and_numbers_of_places():
    ties = np.array([1.0, 1, 0, 0])
    assert_is_numpys(lambda a, b: np.lexsort((a, b)), [A[0], ties], constant=True)
    assert_is_numpys(np.lexsort, [A], constant=True)
    assert_is_numpys(lambda a, b: np.ravel_multi_index((a, b), (3, 4)), [np.array([1, 2]), np.array([3, 0])],
                     constant=True)  # fmt: skip
    assert_is_numpys(lambda a: np.unravel_index(a, (3, 4)), [np.array([1, 7])], constant=True)


@pytest.mark.parametrize("period", [1.7, -1.7, 5.0])
def test_interpolation_with_a_period(period):
    xp, fp = np.array([0.2, 2.1, 1.0]), np.array([1.0, 4.0, 2.0])
    assert_is_numpys(lambda *a: np.interp(*a, period=period), [A[0], xp, fp], second=False)


def test_facts_about_a_tensor():
    x = np.ones((3, 3), np.float32)
    t = Tensor(x)
    assert np.result_type(t, np.float64) == np.float64
    assert np.result_type(t, 1.0) == np.float32
    assert np.can_cast(t, float)
    assert np.common_type(t, np.ones(2)) is np.float64
    for f in (np.diag_indices_from, np.tril_indices_from, np.triu_indices_from):
        for found, expected in zip(f(t), f(x), strict=True):
            np.testing.assert_array_equal(found, expected)
    assert (t.nbytes, t.itemsize) == (36, 4)
