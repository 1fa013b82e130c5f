import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, erf, erfc, logistic_loss, logit, pick, prelu, sigmoid

NUMBERS = st.floats(-1e300, 1e300)


@given(st.lists(st.one_of(NUMBERS, st.floats(-7, 7)), min_size=1))
def test_erf_is_exact_to_rounding(values):
    expected = np.array([math.erf(v) for v in values])
    assert np.allclose(erf(np.array(values)), expected, rtol=4e-16, atol=1e-320)


def test_erf_on_a_grid_at_the_ends_and_in_float32():
    x = np.linspace(-7, 7, 20_001)
    expected = np.array([math.erf(v) for v in x])
    assert np.allclose(erf(x), expected, rtol=4e-16, atol=0)
    assert np.allclose(erf(x.astype(np.float32)), expected, rtol=4e-7, atol=1e-7)
    assert erf(x.astype(np.float32)).dtype == np.float32
    ends = np.array([np.inf, -np.inf, 0.0, -0.0, np.nan])
    assert np.array_equal(erf(ends), [1, -1, 0, 0, np.nan], equal_nan=True)
    assert np.signbit(erf(ends)[3])


def test_erfc_is_exact_where_it_is_small_too():
    x = np.linspace(-7, 26.5, 33_001)
    expected = np.array([math.erfc(v) for v in x])
    assert np.allclose(erfc(x), expected, rtol=1e-15, atol=0)
    narrow = np.linspace(-7, 9, 1001).astype(np.float32)
    assert np.allclose(erfc(narrow), [math.erfc(v) for v in narrow], rtol=2e-6, atol=0)
    assert erfc(narrow).dtype == np.float32
    ends = np.array([np.inf, -np.inf, 0.0, 1e4, -1e4, np.nan])
    assert np.array_equal(erfc(ends), [0, 2, 1, 0, 2, np.nan], equal_nan=True)


def test_logit_undoes_sigmoid_and_is_infinite_at_the_ends():
    x = np.linspace(-30, 10, 101)
    assert np.allclose(logit(sigmoid(x)), x, rtol=1e-11)
    with np.errstate(divide="ignore"):
        assert logit(np.array([0.0, 1.0])).tolist() == [-math.inf, math.inf]


def test_slope_of_prelu_at_zero_is_the_parameter():
    x, slope = Tensor([0.0, -2.0, 3.0], requires_grad=True), Tensor([0.25], requires_grad=True)
    prelu(x, slope).sum().backward()
    assert x.grad.tolist() == [0.25, 0.25, 1.0]
    assert slope.grad.tolist() == [-2.0]


def test_logistic_loss_of_large_logits():
    x = Tensor([1e4, -1e4, 1e4, -1e4], requires_grad=True)
    y = logistic_loss(x, np.array([1.0, 1.0, 0.0, 0.0]))
    y.sum().backward()
    assert y.tolist() == [0.0, 1e4, 1e4, 0.0]
    assert x.grad.tolist() == [0.0, -1.0, 1.0, 0.0]


def test_logistic_loss_of_python_floats():
    x = Tensor(0.5, requires_grad=True)
    y = logistic_loss(x, 1.0)
    y.backward()
    assert type(y._data) is float
    assert np.isclose(y.item(), math.log1p(math.exp(-0.5)))
    assert np.isclose(float(x.grad), -1 / (1 + math.exp(0.5)))


def test_pick_takes_one_of_each_row():
    x = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    y = pick(x, index=np.array([1, 0]))
    assert y.tolist() == [2.0, 3.0]
    (y * np.array([5.0, 7.0])).sum().backward()
    assert x.grad.tolist() == [[0.0, 5.0], [7.0, 0.0]]
