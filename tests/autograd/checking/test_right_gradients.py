"""Right gradients pass, and the numeric side is as good as its bound says."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from autograd import Tensor, assert_gradients, gradcheck, gradgradcheck, no_grad, numerical_gradient, relu

rng = np.random.default_rng(7)

# f, f' (vectorised, by hand) and an interval f is smooth on
SMOOTH: dict[str, tuple[Any, Any, tuple[float, float]]] = {
    "sin": (np.sin, np.cos, (-1e3, 1e3)),
    "exp": (np.exp, np.exp, (-30, 30)),
    "log": (np.log, lambda x: 1 / x, (1e-12, 1e12)),
    "sqrt": (np.sqrt, lambda x: 0.5 / np.sqrt(x), (1e-12, 1e12)),
    "reciprocal": (lambda x: 1 / x, lambda x: -1 / x**2, (1e-9, 1e9)),
    "tanh": (np.tanh, lambda x: 1 / np.cosh(x) ** 2, (-5, 5)),
    "cube": (lambda x: x * x * x, lambda x: 3 * x * x, (-1e6, 1e6)),
    "polynomial": (lambda x: x**4 - 3 * x + 5, lambda x: 4 * x**3 - 3, (-10, 10)),
}


@pytest.mark.parametrize("f", [np.sin, np.exp, np.square, np.tanh, lambda x: x**3, lambda x: 1 / (2 + x)])
@pytest.mark.parametrize("x", [0.0, 0.3, -1.5, 1e-8, -1e-8, 1e-3])
def test_scalars(f, x):
    assert_gradients(f, x)


@pytest.mark.parametrize("x", [1e-9, 1e-8, 1.0, 1e6, 1e12])
@pytest.mark.parametrize("f", [np.log, np.sqrt, np.square, lambda x: 1 / x])
def test_every_magnitude(f, x):
    assert_gradients(f, x)


def test_one_array_of_all_magnitudes():
    x = 10.0 ** np.arange(-12, 13, 3)
    assert_gradients(lambda x: np.log(x).sum(), x)


@pytest.mark.parametrize("x", [1e3, 1e6])
def test_waves_shorter_than_a_step_in_proportion_to_x(x):
    assert_gradients(np.sin, x)


def test_arrays_and_broadcasting():
    assert_gradients(lambda x, y, z: (x * y + z).sum(), rng.normal(size=(3, 1)), rng.normal(size=4), 2.0)
    assert_gradients(lambda a, b: np.tanh(a @ b).mean(), rng.normal(size=(3, 4)), rng.normal(size=(4, 2)))
    assert_gradients(lambda x: x.T[::2].sum(), rng.normal(size=(2, 5))[:, ::-1])


def test_inputs_of_every_form():
    report = gradcheck(lambda a, b, c, d: a * b + c * d, 2.0, np.float64(3), np.array(4.0), Tensor(5.0, name="d"))
    assert report and [e.analytic for e in report.elements] == [3, 2, 5, 4]
    assert [x.name for x in report.inputs] == ["a", "b", "c", "d"]
    assert all(x.shape == () for x in report.inputs)


def test_an_array_valued_function_is_checked_through_weights():
    report = gradcheck(lambda x: x[:, None] * x, np.array([1.0, 2.0, 3.0]))
    assert report and "shape (3, 3)" in report.notes[0]


@pytest.mark.parametrize("f", [lambda x: (x * 0).sum(), lambda x: ((x - x) ** 2).sum(), lambda x: (x**3).sum() * 0 + 5])
def test_zero_gradients(f):
    assert_gradients(f, np.array([0.0, 1.0, -2.0]))


def test_zero_gradients_that_rounding_leaves_not_quite_zero():
    assert_gradients(lambda x: (np.exp(x) / np.exp(x).sum()).sum(), rng.normal(size=6))
    assert_gradients(lambda x: (x**3).sum(), np.zeros(3))


def test_an_unused_input_has_zeros():
    report = gradcheck(lambda x, y: x * 2, 1.0, 3.0)
    assert report and report.elements[1].analytic == 0 == report.elements[1].numeric


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_narrow_dtypes_are_judged_in_float64(dtype):
    w, x = rng.normal(size=(4, 3)).astype(dtype), rng.normal(size=(5, 3)).astype(dtype)
    report = gradcheck(lambda w, x: (np.tanh(x @ w.T) ** 2).mean(), w, x)
    assert report, report
    assert all(e.error < 1e-9 for e in report.elements)
    assert any(np.dtype(dtype).name in note for note in report.notes)
    assert report.inputs[0].dtype == np.dtype(dtype).name


def test_float32_that_loses_the_gradient_is_told_from_a_wrong_rule():
    f = lambda x: ((x + 1e6) - 1e6) ** 2
    assert gradcheck(f, 0.3)
    report = gradcheck(f, np.float32(0.3))
    assert report.verdict == "INCONCLUSIVE" and "float32" in report.reason


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(sorted(SMOOTH)))
def test_the_bound_covers_the_error(data, name):
    f, derivative, (low, high) = SMOOTH[name]
    x = data.draw(arrays(np.float64, array_shapes(max_dims=2, max_side=3), elements=st.floats(low, high)))
    report = gradcheck(lambda x: f(x).sum(), x)
    assert report.verdict != "FAIL", report
    for e in report.elements:
        truth = derivative(x[e.index])
        assert abs(e.numeric - truth) <= e.bound + 1e-14 * abs(truth)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_random_relu_networks_are_never_accused(seed):
    draw = np.random.default_rng(seed)
    x, target = draw.normal(size=(4, 3)), draw.normal(size=(4, 1))
    inputs = [draw.normal(size=s) for s in [(3, 6), (6,), (6, 1), (1,)]]
    f = lambda w, b, v, c: ((relu(x @ w + b) @ v + c - target) ** 2).mean()
    assert gradcheck(f, *inputs).verdict != "FAIL"


def test_accuracy_on_a_small_network():
    x = rng.normal(size=(8, 4))
    f = lambda w, v: (np.tanh(np.tanh(x @ w) @ v) ** 2).mean()
    report = gradcheck(f, rng.normal(size=(4, 8)), rng.normal(size=(8, 1)))
    assert report
    assert max(e.error for e in report.elements) < 1e-9
    assert max(e.bound for e in report.elements) < 1e-8


def test_numerical_gradient():
    a = np.diag([1.0, 2.0, 3.0])
    x = rng.normal(size=3)
    np.testing.assert_allclose(numerical_gradient(lambda x: x @ a @ x, x), 2 * a @ x, rtol=1e-9)
    gx, gy = numerical_gradient(lambda x, y: (x * y).sum(), x, np.float32(2.0))
    np.testing.assert_allclose(gx, np.full(3, 2.0), rtol=1e-9)
    np.testing.assert_allclose(gy, x.sum(), rtol=1e-9)
    np.testing.assert_allclose(numerical_gradient(lambda t: t.relu().sum(), Tensor([1.0, -1.0])), [1, 0])
    assert np.isnan(numerical_gradient(np.log, 0.0))


def test_second_derivatives():
    report = gradgradcheck(lambda x, y: (np.sin(x) * y**2).sum(), rng.normal(size=3), rng.normal(size=3))
    assert report, report
    assert [x.name for x in report.inputs] == ["x", "y"]
    assert gradgradcheck(lambda x: (3 * x).sum(), rng.normal(size=3))
    assert gradgradcheck(np.tanh, np.float32(0.5))


def test_a_gradient_derived_by_hand():
    x = rng.normal(size=(2, 3))
    assert gradcheck(lambda x: (x**2).sum(), x, gradient=lambda x: 2 * x)
    assert gradcheck(lambda x: (x**2).sum(), x, gradient=2 * x)
    assert gradcheck(lambda x, y: (x * y).sum(), x, x + 1, gradient=(x + 1, x))
    assert gradcheck(lambda x: (x**2).sum(), x.astype(np.float32), gradient=2 * x.astype(np.float32))

    def plain_numpy(x):  # f need not be differentiable by the engine
        y = np.empty_like(x)
        y[:] = x**2
        return float(y.sum())

    assert gradcheck(plain_numpy, x, gradient=lambda x: 2 * x)
    assert not gradcheck(plain_numpy, x, gradient=lambda x: x)


def test_a_check_under_any_mode_and_inside_a_larger_graph():
    w = Tensor([1.0, 2.0], requires_grad=True)
    h = w * 3
    with no_grad():
        assert gradcheck(lambda x: (x * h).sum(), np.array([1.0, 1.0]))
    h.sum().backward()  # the graph around is intact
    assert w.grad.tolist() == [3, 3]


def test_the_same_check_gives_the_same_report():
    f, x = lambda x: np.sin(x).reshape(2, 2), rng.normal(size=4)
    first, second = gradcheck(f, x, max_elements=2), gradcheck(f, x, max_elements=2)
    assert first.to_dict() == second.to_dict() and str(first) == str(second)
    assert len(first.elements) == 2 and "2 of 4" in str(first)
    json.dumps(first.to_dict(), allow_nan=False)
