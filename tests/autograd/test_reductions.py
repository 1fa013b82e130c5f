"""NumPy's reductions that are composed of others, against NumPy; and what all of them do at kinks."""

import math

import numpy as np
import pytest

from autograd import Tensor, grad
from autograd.errors import ShapeError, UnsupportedError
from tests.autograd.oracles import numeric_vjp

RNG = np.random.default_rng(0)
A = RNG.permutation(np.linspace(-1.5, 1.7, 12)).reshape(3, 4)
NAN = np.where(np.arange(12).reshape(3, 4) % 4 == 1, np.nan, A)
NAN[2, 0] = np.nan
W = RNG.uniform(0.5, 2, (3, 4))

CALLS = [
    *[
        (f, {"axis": axis, "keepdims": keepdims}, A)
        for f in (np.ptp, np.median, np.average)
        for axis, keepdims in ((None, False), (0, False), (-1, True), ((0, 1), True))
    ],
    *[
        (f, {"axis": axis, "keepdims": keepdims}, data)
        for f in (np.nansum, np.nanprod, np.nanmean, np.nanvar, np.nanstd, np.nanmax, np.nanmin)
        for axis, keepdims in ((None, False), (1, False), (-1, True), ((0, 1), False))
        for data in (A, NAN)
    ],
    (np.nanvar, {"ddof": 1, "axis": 1}, NAN),
    (np.nanstd, {"ddof": 1}, NAN),
    (np.nancumsum, {}, NAN),
    (np.nancumsum, {"axis": 1}, NAN),
    (np.nancumprod, {"axis": 0}, NAN),
    (np.percentile, {"q": 30}, A),
    (np.percentile, {"q": [10, 62.5], "axis": 1}, A),
    (np.quantile, {"q": 0.25, "axis": -1}, A),
    (np.average, {"weights": W}, A),
    (np.average, {"weights": W, "axis": 0}, A),
    (np.average, {"weights": W[0], "axis": 1}, A),
    (np.average, {"weights": W[:, 0], "axis": 0, "keepdims": True}, A),
    (np.average, {"weights": W.T, "axis": (1, 0)}, A),
    (np.diff, {}, A),
    (np.diff, {"n": 2, "axis": 0}, A),
    (np.diff, {"n": 0}, A),
    (np.diff, {"n": 5}, A),
    (np.ediff1d, {}, A),
    (np.trapezoid, {}, A),
    (np.trapezoid, {"dx": 0.3, "axis": 0}, A),
    (np.trapezoid, {"x": [0.0, 0.4, 1.5, 1.7]}, A),
    (np.trapezoid, {"x": [0.0, 0.4, 1.5], "axis": 0}, A),
    (np.trapezoid, {"x": np.cumsum(W, axis=0), "axis": 0}, A),
    (np.gradient, {"axis": 0}, A),
    (np.gradient, {"axis": -1}, A[:, :2]),
    (lambda x: np.gradient(x, 0.5, axis=1), {}, A),
    (lambda x: np.gradient(x, 0.5, 2.0)[0], {}, A),
    (lambda x: np.gradient(x)[1], {}, A),
    (np.add.accumulate, {}, A),
    (np.add.accumulate, {"axis": 1}, A),
    (np.multiply.accumulate, {}, A),
]


@pytest.mark.parametrize("f, keywords, data", CALLS)
def test_value_and_gradient_are_numpys(f, keywords, data):
    def reference(x):
        return f(x, **keywords)

    x = Tensor(data, requires_grad=True)
    y, expected = f(x, **keywords), np.asarray(reference(data))
    assert type(y) is Tensor
    assert y.requires_grad
    np.testing.assert_allclose(y.data, expected, rtol=1e-13, atol=1e-13)
    g = np.random.default_rng(1).uniform(0.5, 1.5, expected.shape)
    y.backward(g)
    finite = np.where(np.isnan(data), 0, numeric_vjp(reference, [data], g, [True])[0])
    np.testing.assert_allclose(x.grad, finite, rtol=1e-8, atol=1e-8)
    narrow = Tensor(data.astype(np.float32), requires_grad=True)
    y = f(narrow, **keywords)
    if not any(isinstance(part, np.ndarray | list) for part in keywords.values()):
        assert y.dtype == np.float32
    y.backward(g)
    assert narrow.grad.dtype == np.float32
    np.testing.assert_allclose(narrow.grad, finite, rtol=1e-3, atol=1e-3)


def test_gradients_flow_to_weights_and_points():
    for f in (
        lambda w: np.average(A, weights=w),
        lambda w: np.average(A, axis=1, weights=w[0]).sum(),
        lambda w: np.average(A, axis=0, weights=w, returned=True)[1].sum(),
        lambda w: np.trapezoid(A, np.cumsum(w, axis=1)).sum(),
        lambda w: np.trapezoid(A[0], w[0]),
    ):
        np.testing.assert_allclose(grad(f)(W), numeric_vjp(f, [W], 1.0, [True])[0], rtol=1e-8, atol=1e-9)


def test_average_returns_the_sum_of_weights_too():
    for keywords in ({}, {"axis": 0}, {"weights": W, "axis": 1}, {"weights": W[0], "axis": 1, "keepdims": True}):
        found = np.average(Tensor(A), returned=True, **keywords)
        for y, expected in zip(found, np.average(A, returned=True, **keywords), strict=True):
            np.testing.assert_allclose(y.data, expected)
    with pytest.raises(ShapeError, match="axis="):
        np.average(Tensor(A), weights=W[0])
    with pytest.raises(ShapeError, match="do not fit axis=0"):
        np.average(Tensor(A), axis=0, weights=W[0])


def test_quantiles_at_ties_share_evenly_as_max_and_min_do():
    x = np.array([2.0, 1.0, 2.0, 3.0, 2.0])
    third = pytest.approx([1 / 3, 0, 1 / 3, 0, 1 / 3])
    assert grad(np.median)(x).tolist() == third
    assert grad(lambda x: np.quantile(x, 0.5))(x).tolist() == third
    for q, same in ((0.0, np.min), (1.0, np.max)):
        tied = np.array([3.0, 1.0, 3.0, 1.0])
        assert grad(lambda x, q=q: np.quantile(x, q))(tied).tolist() == grad(same)(tied).tolist()


def test_order_statistics_of_scalars_integers_and_infinities():
    x = Tensor(3.0, requires_grad=True)
    y = np.median(x) + np.percentile(x, 30)
    y.backward()
    assert y.item() == 6
    assert x.grad == 2
    assert np.median(Tensor(np.array([1, 2, 4, 8]))).item() == 3
    assert grad(np.median)(np.array([1.0, math.inf, 0.0])).tolist() == [1, 0, 0]


@pytest.mark.parametrize("data", [[3.0, 0.0, 2.0], [0.0, 0.0, 2.0], [0.0, 0.0, 0.0], [-1.0, 2.0, 4.0], [0.0], []])
def test_the_gradient_of_cumprod_is_exact_with_zeros(data):
    x, n = np.array(data), len(data)
    g = np.arange(1.0, n + 1)
    expected = [sum(g[j] * np.prod(np.delete(x[: j + 1], i)) for j in range(i, n)) for i in range(n)]
    f = lambda x: (np.cumprod(x) * g).sum()
    assert grad(f)(x).tolist() == expected
    u = grad(f)
    second = numeric_vjp(lambda x: u(x).sum(), [x], 1.0, [True])[0]
    np.testing.assert_allclose(grad(lambda x: u(x).sum())(x), second, atol=1e-8)


def test_a_running_sum_or_product_of_a_number():
    for f in (np.cumsum, np.cumprod):
        x = Tensor(3.0, requires_grad=True)
        y = f(x)
        y.backward(np.ones(1))
        assert y.tolist() == [3]
        assert x.grad == 1


def test_ties_beside_a_nan_share_among_themselves():
    x = np.array([1.0, math.nan, 2.0, 2.0, -math.inf])
    assert grad(np.nanmax)(x).tolist() == [0, 0, 0.5, 0.5, 0]
    assert grad(np.nanmax)(np.array([-math.inf, math.nan])).tolist() == [1, 0]


@pytest.mark.parametrize(
    "f, message",
    [
        (lambda x: np.quantile(x, 0.3, weights=A), "weights= has no rule"),
        (lambda x: np.percentile(x, 30, weights=A, method="inverted_cdf"), "weights"),
        (lambda x: np.nansum(x, out=np.ones(())), "out= would overwrite"),
    ],
)
def test_what_has_no_rule_is_refused(f, message):
    with pytest.raises(UnsupportedError, match=message):
        f(Tensor(A, requires_grad=True))
