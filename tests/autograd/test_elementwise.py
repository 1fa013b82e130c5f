"""NumPy's elementwise functions at their kinks and far ends, and those composed of others."""

import math

import numpy as np
import pytest

from autograd import Tensor, grad
from tests.autograd.oracles import numeric_vjp


def slopes(f, *arrays):
    """The gradient of the sum of f with respect to each argument."""
    leaves = [Tensor(np.asarray(x, float), requires_grad=True) for x in arrays]
    y = f(*leaves)
    y.backward(np.ones(y.shape))
    return [x.grad.tolist() for x in leaves]


@pytest.mark.parametrize("f", [np.fmax, np.fmin])
def test_a_nan_loses_to_a_number_and_ties_share(f):
    nan = math.nan
    pairs = [(1, 2), (2, 1), (1, nan), (nan, 1), (nan, nan), (3, 3), (-math.inf, nan), (math.inf, math.inf)]
    a, b = np.array(pairs, float).T
    first = np.array([0, 1, 1, 0, 0, 0.5, 1, 0.5]) if f is np.fmax else np.array([1, 0, 1, 0, 0, 0.5, 1, 0.5])
    to_a, to_b = slopes(f, a, b)
    assert to_a == first.tolist()
    assert to_b == [0 if math.isnan(x) and math.isnan(y) else 1 - s for (x, y), s in zip(pairs, first, strict=True)]


@pytest.mark.parametrize("wrap", [float, lambda x: [x]], ids=["scalar", "array"])
@pytest.mark.parametrize(
    "f, at, expected",
    [
        (np.hypot, (0.0, 0.0), (0, 0)),
        (np.hypot, (3e200, 4e200), (0.6, 0.8)),
        (np.hypot, (3e-200, 4e-200), (0.6, 0.8)),
        (np.arctan2, (0.0, 0.0), (0, 0)),
        (np.arctan2, (1e200, 0.0), (0, -1e-200)),
        (np.arctan2, (0.0, -2.0), (-0.5, 0)),
        (np.copysign, (0.0, -1.0), (0, 0)),
        (np.copysign, (2.0, -0.0), (-1, 0)),
        (np.copysign, (-2.0, -1.0), (1, 0)),
        (np.heaviside, (0.0, 0.3), (0, 1)),
        (np.heaviside, (-1.0, 0.3), (0, 0)),
        (np.fmod, (-7.0, 2.0), (1, 3)),
        (np.fmod, (7.0, -2.0), (1, 3)),
        (np.logaddexp2, (1e4, -1e4), (1, 0)),
        (np.fabs, (0.0,), (0,)),
        (np.sinc, (0.0,), (0,)),
        (np.i0, (0.0,), (0,)),
        (np.nan_to_num, (math.nan,), (0,)),
        (np.nan_to_num, (-math.inf,), (0,)),
    ],
)
def test_slopes_at_kinks_and_far_ends(f, at, expected, wrap):
    found = slopes(f, *(wrap(x) for x in at))
    np.testing.assert_allclose(np.ravel(found), expected, rtol=1e-15)


def test_a_second_argument_of_which_only_the_sign_counts_takes_a_zero_gradient_not_none():
    b = Tensor([1.0, -2.0], requires_grad=True)
    np.copysign(np.array([1.0, 2.0]), b).sum().backward()
    assert b.grad.tolist() == [0, 0]


def test_what_nan_to_num_replaced_sends_no_nan_on():
    x = Tensor([0.0, 1.0, -1.0], requires_grad=True)
    with np.errstate(all="ignore"):
        y = np.nan_to_num(np.log(x) * x, nan=-5.0)
    assert y.tolist() == [-5, 0, -5]
    y.sum().backward()
    assert x.grad.tolist() == [0, 1, 0]


@pytest.mark.parametrize("x", [0.0, 1e-9, 1e-3, 0.3, 0.65, 1.0, 5.5, 1e4])
def test_slopes_of_sinc_are_exact_near_zero_too(x):
    """Against the mean of the cosine's derivatives, by a Gauss rule, or where that is too coarse, the closed form."""
    nodes, weights = np.polynomial.legendre.leggauss(60)
    t = (nodes + 1) / 2
    f = lambda x: np.sinc(x)
    for n in range(1, 5):
        f = grad(f)
        if x < 10:
            phase = np.pi * x * t + n * np.pi / 2
            expected = np.pi**n * np.sum(weights / 2 * t**n * np.cos(phase))
            np.testing.assert_allclose(f(x), expected, rtol=1e-12, atol=1e-13 * np.pi**n)
        assert abs(f(x)) <= np.pi**n / (n + 1)


@pytest.mark.parametrize("x", [-700.0, -3.0, -1e-9, 1e-9, 0.5, 20.0, 300.0, 700.0])
def test_slopes_of_i0_obey_bessels_equation(x):
    first, second = grad(np.i0)(x), grad(grad(np.i0))(x)
    np.testing.assert_allclose(second + first / x, np.i0(x), rtol=1e-13)
    if abs(x) < 1e-6:
        np.testing.assert_allclose(first, x / 2, rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_float_power_is_in_float64(dtype):
    x = Tensor(np.array([2, 3], dtype), requires_grad=dtype is not np.int64)
    for y, expected in (
        (np.float_power(x, 3), [8, 27]),
        (np.float_power(x, [2, -1]), [4, 1 / 3]),
        (np.float_power(2, x), [4, 8]),
    ):
        assert y.dtype == np.float64
        np.testing.assert_allclose(y.data, expected)
    if x.requires_grad:
        np.float_power(x, 3).sum().backward()
        assert x.grad.dtype == dtype
        np.testing.assert_allclose(x.grad, [12, 27])


@pytest.mark.parametrize("data", [np.array([-3.7, 3.7, -0.0, 2.0]), -3.7, np.float32(3.7)], ids=repr)
def test_functions_of_two_results(data):
    for f, passes in ((np.modf, (True, False)), (lambda x: np.divmod(x, 1.5), (False, True))):
        x = Tensor(data, requires_grad=True)
        for y, expected, flows in zip(f(x), f(data), passes, strict=True):
            np.testing.assert_array_equal(y.data, expected)
            assert y.dtype == np.asarray(expected).dtype
            assert y.requires_grad == flows
            if flows:
                y.sum().backward()
                np.testing.assert_array_equal(x.grad, np.ones(np.shape(data)))
    assert [y.tolist() for y in np.modf(Tensor([math.inf, -math.inf]))] == [[0, 0], [math.inf, -math.inf]]


def test_the_divisor_of_divmod_takes_a_gradient():
    b = np.array([2.0, -3.0])
    found = grad(lambda b: np.divmod(np.array([7.3, 7.1]), b)[1].sum())(b)
    np.testing.assert_allclose(found, numeric_vjp(lambda b: np.remainder([7.3, 7.1], b), [b], np.ones(2), [True])[0])


def test_ldexp_takes_whole_exponents_in_every_form_and_no_others():
    x = Tensor([1.5, 3.0], requires_grad=True)
    for exponent in (3, np.array([3, 3]), [3, 3], np.int8(3), Tensor(np.array([3, 3]))):
        x.zero_grad()
        y = np.ldexp(x, exponent)
        assert y.tolist() == [12, 24]
        y.sum().backward()
        assert x.grad.tolist() == [8, 8]
    with pytest.raises(TypeError, match="integers"):
        np.ldexp(x, 0.5)


def test_rounding_to_zero_is_trunc():
    assert np.fix(Tensor([-1.7, 1.7], requires_grad=True)).tolist() == [-1, 1]


@pytest.mark.parametrize(
    "f", [np.hypot, np.arctan2, np.logaddexp2, np.fmax, np.fmin, np.copysign, np.sinc, np.deg2rad, np.fabs, np.fmod]
)
def test_large_numbers_give_finite_gradients_and_no_warning(f):
    x = np.array([1e4, -1e4, 1e4, -1e4])
    arrays = [x, x[::-1] / 2][: f.nin if isinstance(f, np.ufunc) else 1]
    assert np.isfinite(slopes(f, *arrays)).all()
