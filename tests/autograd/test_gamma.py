"""lgamma, its derivatives and xlogy: closed forms, recurrences and the points where they are not finite."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, digamma, expit, grad, lgamma, polygamma, sigmoid, xlogy

EULER = 0.5772156649015329
NUMBERS = st.floats(0.01, 1e6)


def test_closed_forms():
    np.testing.assert_allclose(digamma(np.array([1.0, 2.0, 0.5])), [-EULER, 1 - EULER, -EULER - 2 * math.log(2)],
                               rtol=3e-15)  # fmt: skip
    np.testing.assert_allclose(polygamma(np.array([1.0, 0.5]), order=1), [math.pi**2 / 6, math.pi**2 / 2], rtol=1e-15)
    np.testing.assert_allclose(polygamma(np.array([1.0, 0.5]), order=3), [math.pi**4 / 15, math.pi**4], rtol=1e-14)
    np.testing.assert_allclose(lgamma([0.5, 3.0]), [math.log(math.pi) / 2, math.log(2)], rtol=1e-15)


@given(NUMBERS, st.integers(0, 4))
def test_the_recurrence_and_the_reflection(x, order):
    one, two = polygamma(np.array([x, x + 1]), order=order)
    step = (-1) ** order * math.factorial(order) / x ** (order + 1)
    assert math.isclose(two - one, step, rel_tol=1e-9, abs_tol=1e-13 * abs(one))


@given(st.floats(-30.4, -0.6).filter(lambda x: abs(x - round(x)) > 1e-2))
def test_left_of_zero(x):
    assert math.isclose(digamma(x), digamma(1 - x) - math.pi / math.tan(math.pi * x), rel_tol=1e-10, abs_tol=1e-10)
    recurred = polygamma(x + 1, order=1) + 1 / (x * x)
    assert math.isclose(polygamma(x, order=1), recurred, rel_tol=1e-9)


def test_poles_and_ends():
    x = np.array([0.0, -1.0, -2.0, np.inf, np.nan])
    np.testing.assert_array_equal(lgamma(x), [np.inf, np.inf, np.inf, np.inf, np.nan])
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(digamma(x), [-np.inf, np.nan, np.nan, np.inf, np.nan])
    assert lgamma(Tensor(-1.0)).item() == math.inf


def test_the_logarithm_of_a_likelihood_of_nothing():
    x, y = np.array([0.0, 0.0, 1.0, 2.0]), np.array([0.0, np.inf, 0.0, 3.0])
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(xlogy(x, y), [0, 0, -np.inf, 2 * math.log(3)])
    assert grad(xlogy, argnums=(0, 1))(0.0, 0.0) == (0, 0)
    assert grad(xlogy, argnums=(0, 1))(0.0, 2.0) == (math.log(2), 0)
    assert np.isnan(xlogy(0.0, np.nan))


def test_the_binomial_likelihood_has_the_gradient_of_its_digammas():
    f = lambda n: lgamma(n + 1) - lgamma(n - 2 + 1)
    np.testing.assert_allclose(grad(f)(5.0), 1 / 5 + 1 / 4, rtol=1e-13)  # log(n (n - 1))


def test_sigmoid_has_scipys_name_too():
    assert expit is sigmoid
