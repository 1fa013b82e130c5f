"""`outer`, `reduce`, `accumulate` and `reduceat` of ufuncs, against NumPy's."""

import numpy as np
import pytest

from autograd import Tensor, grad
from autograd.errors import ShapeError, UnsupportedError
from tests.autograd.agreement import assert_is_numpys

A = np.random.default_rng(0).permutation(np.linspace(0.6, 1.9, 12)).reshape(3, 4)
B = np.array([0.7, 1.15])
# NumPy 2.4's own power.reduce and arctan2.reduce are wrong along a contiguous axis, where it reads what it has written.
RELIABLE = [
    np.add, np.subtract, np.multiply, np.divide, np.hypot, np.logaddexp, np.logaddexp2, np.maximum, np.minimum, np.fmax,
    np.fmin, np.fmod, np.remainder, np.copysign,
]  # fmt: skip


@pytest.mark.parametrize("ufunc", [*RELIABLE, np.power, np.arctan2, np.float_power], ids=lambda f: f.__name__)
def test_outer(ufunc):
    f = lambda a, b: ufunc.outer(a, b)
    expected = ufunc.outer(A, B)
    y = f(Tensor(A, requires_grad=True), B)
    assert y.shape == (3, 4, 2)
    np.testing.assert_allclose(y.data, expected, rtol=1e-14)
    assert_is_numpys(lambda a, b: f(a, b) * 1.0, [A[0], B], second=False) if ufunc is not np.float_power else None
    np.testing.assert_allclose(f([1.5, 2.5], Tensor(B)).data, f([1.5, 2.5], B), rtol=1e-14)


def test_outer_of_constants():
    assert_is_numpys(np.less.outer, [A, B], constant=True)
    assert_is_numpys(lambda x: np.ldexp.outer(x, [1, -2, 0]), [B])


@pytest.mark.parametrize("ufunc", RELIABLE, ids=lambda f: f.__name__)
def test_folding_methods(ufunc):
    for axis in (0, -1):
        assert_is_numpys(lambda x, axis=axis: ufunc.reduce(x, axis=axis), [A], second=False)
        assert_is_numpys(lambda x, axis=axis: ufunc.accumulate(x, axis), [A], second=False)
        assert_is_numpys(lambda x, axis=axis: ufunc.reduceat(x, [0, 2, 1], axis=axis), [A], second=False)
    assert_is_numpys(lambda x: ufunc.reduce(x, initial=1.3, keepdims=True), [A], second=False)


def test_powers_fold_from_the_left():
    x = np.array([1.2, 1.1, 1.3])
    y = np.power.reduce(Tensor(x))
    assert y.item() == pytest.approx((1.2**1.1) ** 1.3, rel=1e-14)
    np.testing.assert_allclose(grad(np.power.reduce)(x), grad(lambda x: (x[0] ** x[1]) ** x[2])(x), rtol=1e-13)


def test_over_several_axes_where_the_order_does_not_matter():
    assert_is_numpys(lambda x: np.hypot.reduce(x, axis=None), [A])
    assert_is_numpys(lambda x: np.logaddexp2.reduce(x, axis=(0, 1), keepdims=True), [A])
    with pytest.raises(ShapeError, match=r"reduce: .*not reorderable"):
        np.subtract.reduce(Tensor(A), axis=None)


def test_where_and_empty_axes():
    mask = A > 1.0
    assert_is_numpys(lambda x: np.hypot.reduce(x, axis=0, where=mask), [A], second=False)
    assert_is_numpys(lambda x: np.subtract.reduce(x, axis=1, where=mask, initial=0.5), [A], second=False)
    with pytest.raises(UnsupportedError, match="where= needs initial="):
        np.subtract.reduce(Tensor(A), where=mask)
    with_infinity = np.array([[np.inf, 1.0]])
    assert np.hypot.reduce(Tensor(with_infinity), axis=1, initial=2.0).tolist() == [np.inf]
    empty = np.zeros((2, 0))
    np.testing.assert_array_equal(np.hypot.reduce(Tensor(empty), axis=1).data, np.zeros(2))
    assert np.logaddexp2.accumulate(Tensor(empty), axis=1).shape == (2, 0)
    with pytest.raises(ShapeError, match="no identity"):
        np.divide.reduce(Tensor(empty), axis=1)


def test_the_running_maximum_shares_where_it_ties():
    x = np.array([1.0, 3.0, 3.0, 2.0])
    g = grad(lambda x: np.maximum.accumulate(x) @ np.array([1.0, 10.0, 100.0, 1000.0]))(x)
    assert g.tolist() == [1, 10 + 550, 550, 0]


def test_of_a_scalar_and_of_one_axis_among_several():
    for keywords in ({}, {"axis": -1}, {"initial": 0.5}, {"axis": None, "keepdims": True}):
        assert_is_numpys(lambda x, keywords=keywords: np.hypot.reduce(x, **keywords), [np.array(0.7)])
    assert_is_numpys(lambda x: np.hypot.accumulate(x, None), [B])
    for accumulate in (np.hypot.accumulate, np.add.accumulate):
        with pytest.raises(ShapeError, match=r"accumulate: one axis of 2 is needed"):
            accumulate(Tensor(A), axis=None)


def test_integers_and_bools():
    i = np.array([[12, 18, 8], [5, 3, 4]])
    for f in (np.gcd.reduce, np.lcm.accumulate, np.bitwise_xor.reduce, np.bitwise_or.accumulate):
        assert_is_numpys(lambda x, f=f: f(x, axis=1), [i], constant=True)
    assert_is_numpys(lambda x: np.logical_xor.reduce(x, axis=1), [i > 4], constant=True)
    assert_is_numpys(lambda x: np.add.reduceat(x, [0, 1], axis=1), [i], constant=True)


def test_reduceat_refuses_places_that_are_not_there():
    with pytest.raises(IndexError, match=r"reduceat: .*test_ufunc_methods\.py"):
        np.add.reduceat(Tensor(B), [0, 2])
