"""The backward pass: accumulation, recorded passes of any order, hooks, kept gradients, and points without a slope."""

import math
import warnings
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, affine, grad, hessian, logsumexp, no_grad, relu, sigmoid, softplus
from autograd.errors import GradientError, ShapeError, StaleValueError
from tests.autograd.oracles import numeric_vjp
from tests.autograd.places import line_of


def leaf(data, dtype=None):
    return Tensor(data, requires_grad=True, dtype=dtype)


def slope(f, x):
    """df/dx of a function of one Tensor, for an array the gradient of the sum."""
    t = leaf(x)
    f(t).sum().backward()
    return t.grad


def curvature(f, x):
    t = leaf(x)
    f(t).sum().backward(create_graph=True)
    first = t.grad
    if not first.requires_grad:
        return np.zeros(t.shape)
    t.zero_grad()
    first.sum().backward()
    return t.grad


# --- accumulation ---


def test_a_value_used_many_times_gets_the_sum():
    x = leaf([2.0, 3.0])
    (x * x + x * 3 - x + np.exp(x) / x).sum().backward()
    d = np.array([2.0, 3.0])
    np.testing.assert_allclose(x.grad, 2 * d + 2 + np.exp(d) * (d - 1) / d**2)


@pytest.mark.parametrize("op", [lambda x: x + x, lambda x: x - x, lambda x: x * x, lambda x: x / x, lambda x: x @ x])
def test_an_op_on_one_value_twice(op):
    data = np.array([2.0, 3.0])
    for part in (slice(None), slice(0, 1)):
        expected = numeric_vjp(lambda x, part=part: op(x[part]), [data], 1.0, [True])[0]
        np.testing.assert_allclose(slope(lambda x, part=part: op(x[part]), data), expected, atol=1e-9)


def test_gradients_accumulate_over_graphs_until_zero_grad():
    x = leaf([1.0, 2.0])
    (x * 2).sum().backward()
    (x * 3).sum().backward()
    np.testing.assert_array_equal(x.grad, [5, 5])
    x.zero_grad()
    assert x.grad is None
    (x * 3).sum().backward()
    np.testing.assert_array_equal(x.grad, [3, 3])


def test_a_constant_gets_no_gradient():
    x, c = leaf([1.0, 2.0]), Tensor([3.0, 4.0])
    y = c * x + affine(c.reshape(1, 2), x.reshape(1, 2), c[:1])
    y.sum().backward()
    assert c.grad is None
    np.testing.assert_array_equal(x.grad, [3 + 6, 4 + 8])


def test_a_leaf_is_its_own_result():
    x = leaf(3.0)
    x.backward()
    assert x.grad == 1
    v = leaf([1.0, 2.0])
    v.backward([5.0, 6.0])
    np.testing.assert_array_equal(v.grad, [5, 6])


@pytest.mark.parametrize("shape", [(), (1,), (1, 1)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_element_of_any_shape_needs_no_gradient_argument(shape, dtype):
    x = leaf(np.full(shape, 2, dtype))
    (x * x).backward()
    assert x.grad.shape == shape
    assert x.grad.dtype == dtype
    assert x.grad == 4


@pytest.mark.parametrize(
    "gradient", [[1, 2], np.array([1.0, 2.0], np.float32), Tensor([1.0, 2.0]), Tensor([1, 2])], ids=repr
)
def test_the_gradient_argument_may_be_any_array_of_the_shape(gradient):
    for create_graph in (False, True):
        x = leaf([1.0, 2.0])
        np.exp(x).backward(gradient, create_graph=create_graph)
        np.testing.assert_allclose(x.grad if not create_graph else x.grad.data, np.exp([1, 2]) * [1, 2])
        assert x.grad.dtype == np.float64


def test_float32_and_float64_in_one_graph():
    a, b = leaf(np.ones((2, 3), np.float32)), leaf(np.ones((3, 2)))
    h = a @ b  # float64
    y = (h * np.float32(2)).astype(np.float32) + leaf(np.ones(2, np.float32))
    assert y.dtype == np.float32
    y.sum().backward()
    assert a.grad.dtype == np.float32
    assert b.grad.dtype == np.float64
    np.testing.assert_array_equal(a.grad, np.full((2, 3), 4))


# --- recorded passes ---


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("make", [lambda x: x, lambda x: np.array([x]), np.float32], ids=["scalar", "array", "float32"])
@pytest.mark.parametrize(
    "f, derivative",
    [
        (lambda x: x**5, lambda x, n: math.prod(range(6 - n, 6)) * x ** (5 - n)),
        (lambda x: x * x * x * x, lambda x, n: math.prod(range(5 - n, 5)) * x ** (4 - n)),
        (lambda x: np.exp(2 * x), lambda x, n: 2**n * math.exp(2 * x)),
        (
            lambda x: np.sin(x),
            lambda x, n: [math.sin, math.cos, lambda x: -math.sin(x), lambda x: -math.cos(x)][n % 4](x),
        ),
        (lambda x: np.log(x), lambda x, n: (-1) ** (n - 1) * math.factorial(n - 1) / x**n),
        (lambda x: 1 / x, lambda x, n: (-1) ** n * math.factorial(n) / x ** (n + 1)),
        (lambda x: np.tanh(x), lambda x, n: tanh_derivative(x, n)),
        (lambda x: np.sqrt(x * x), lambda x, n: 1.0 if n == 1 else 0.0),
    ],
    ids=["power", "product", "exp", "sin", "log", "reciprocal", "tanh", "sqrt of square"],
)
def test_derivatives_of_high_order(f, derivative, make, order):
    x = leaf(make(0.7))
    y = f(x)
    for _ in range(order):
        x.zero_grad()
        y.sum().backward(create_graph=True)
        y = x.grad
        assert y.dtype == x.dtype
    tolerance = 1e-3 if x.dtype == np.float32 else 1e-9
    np.testing.assert_allclose(y.data, np.full(x.shape, derivative(0.7, order)), rtol=tolerance, atol=tolerance)


def tanh_derivative(x, n):
    y = math.tanh(x)
    u = 1 - y * y
    return [u, -2 * y * u, u * (6 * y * y - 2), u * (16 * y - 24 * y**3)][n - 1]


def test_a_recorded_gradient_is_a_tensor_and_a_plain_one_is_an_array():
    x = leaf([1.0, 2.0])
    (x * x).sum().backward(create_graph=True)
    assert isinstance(x.grad, Tensor)
    assert x.grad.requires_grad
    x.zero_grad()
    (x * x).sum().backward()
    assert isinstance(x.grad, np.ndarray)


def test_a_gradient_penalty_trains_through_the_gradient():
    w, x = leaf([1.0, -2.0]), leaf([3.0, 0.5])
    np.tanh(w @ x).backward(create_graph=True)
    penalty = (x.grad * x.grad).sum()
    w.zero_grad()
    x.grad = None
    penalty.backward()

    def f(w):
        return np.sum(((1 - np.tanh(w @ x.data) ** 2) * w) ** 2)

    np.testing.assert_allclose(w.grad, numeric_vjp(f, [w.data], 1.0, [True])[0], rtol=1e-7)


def test_plain_and_recorded_gradients_add_up():
    x = leaf(2.0)
    (x * x).backward(create_graph=True)
    (x * x * x).backward()
    assert x.grad.item() == 4 + 12


# --- hooks and kept gradients ---


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("data", [2.0, [2.0, 3.0], np.float32(2)], ids=str)
def test_a_hook_sees_the_complete_gradient_and_may_replace_it(data, create_graph):
    x, seen = leaf(data), []
    h = x * 3
    h.register_hook(lambda g: seen.append(g))
    h.register_hook(lambda g: g * 10)
    (h + h * 2).sum().backward(create_graph=create_graph)
    (g,) = seen
    assert isinstance(g, Tensor if create_graph else np.ndarray)
    assert g.shape == x.shape
    assert g.dtype == x.dtype
    np.testing.assert_array_equal(np.asarray(g), np.full(x.shape, 3))
    np.testing.assert_array_equal(np.asarray(x.grad.detach() if create_graph else x.grad), np.full(x.shape, 90))


def test_hooks_on_a_leaf_see_each_pass_alone_and_can_be_removed():
    x, seen = leaf([1.0, 2.0]), []
    handle = x.register_hook(lambda g: seen.append(g.copy()))
    for _ in range(2):
        (x * 2 + x).sum().backward()
    np.testing.assert_array_equal(seen, [[3, 3], [3, 3]])
    np.testing.assert_array_equal(x.grad, [6, 6])
    handle.remove()
    handle.remove()
    (x * 2).sum().backward()
    assert len(seen) == 2


@pytest.mark.parametrize("answer", [[1, 2], (1.0, 2.0), np.array([1, 2]), Tensor([1.0, 2.0])], ids=repr)
@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("inner", [False, True])
def test_a_hook_may_return_any_array_of_the_shape(answer, create_graph, inner):
    x = leaf([1.0, 2.0])
    h = x * 1.0
    (h if inner else x).register_hook(lambda g: answer)
    (h * h).sum().backward(create_graph=create_graph)
    assert isinstance(x.grad, Tensor if create_graph else np.ndarray)
    np.testing.assert_array_equal(x.grad.data if create_graph else x.grad, [1, 2])
    assert x.grad.dtype == np.float64


def test_a_hooks_array_and_the_gradient_stay_apart():
    mine, shown = np.array([1.0, 2.0]), []
    x, z = leaf([1.0, 2.0]), leaf([1.0, 1.0])
    x.register_hook(lambda g: shown.append(g))
    x.register_hook(lambda g: mine)
    (x + z).sum().backward()
    x.grad += 5
    np.testing.assert_array_equal(mine, [1, 2])
    np.testing.assert_array_equal(shown[0], [1, 1])

    z.zero_grad()
    z.register_hook(lambda g: shown.append(g))
    (z * 3).sum().backward()
    z.grad += 5
    np.testing.assert_array_equal(shown[-1], [3, 3])

    def in_place(g):
        g *= 2

    z.register_hook(in_place)
    with pytest.raises(ValueError, match="read-only"):
        (x + z).sum().backward()


def test_a_hook_of_the_wrong_shape_is_refused():
    x = leaf([1.0, 2.0])
    h = x * 2
    h.register_hook(lambda g: g.sum())
    with pytest.raises(GradientError, match=r"hook on the output of multiply returned shape \(\) .* shape \(2,\)"):
        h.sum().backward()


def test_a_hook_where_no_gradient_flows_is_refused():
    with pytest.raises(GradientError, match="never be called"):
        Tensor(1.0).register_hook(print)


def test_a_hook_may_replay_a_graph_of_its_own():
    x, z = leaf(2.0), leaf(3.0)
    h = x * x

    def hook(g):
        (z * z).backward()

    h.register_hook(hook)
    (h * 3).backward()
    assert x.grad == 12
    assert z.grad == 6


@pytest.mark.parametrize("data", [2.0, [2.0, 3.0], np.float32(2), np.ones(2, np.float32)], ids=repr)
def test_retain_grad_keeps_the_gradient_of_a_result(data):
    x = leaf(data)
    h, other = x * 2, x * 5
    h.retain_grad()
    y = (h * h * np.ones(h.shape) + other).sum()
    assert not isinstance(h.grad, np.ndarray)
    y.backward(retain_graph=True)
    assert isinstance(h.grad, np.ndarray)
    assert h.grad.dtype == x.dtype
    np.testing.assert_array_equal(h.grad, 2 * h.data)
    with pytest.warns(UserWarning, match=r"result of multiply.*h, other = .*retain_grad\(\)"):
        assert other.grad is None
    y.backward()
    np.testing.assert_array_equal(h.grad, 4 * h.data)
    h.zero_grad()
    assert h.grad is None


def test_a_gradient_that_was_not_kept_is_told_once_for_each_line():
    x = leaf([1.0, 2.0])
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("default")
        for _ in range(3):
            y = x * 2
            assert y.grad is None  # nobody went back yet
            y.sum().backward()
            assert y.grad is None  # told here
            assert x.grad is not None
    (warning,) = told
    assert warning.filename == __file__
    assert warning.lineno == line_of(__file__, "told here")


@pytest.mark.parametrize("write", [lambda x: x.assign([9.0, 9.0]), lambda x: x.data.fill(9.0)])
@pytest.mark.parametrize("create_graph", [False, True])
def test_a_hook_that_overwrites_what_the_pass_still_needs_is_an_error(write, create_graph):
    x = leaf([1.0, 2.0])
    y = x * x
    z = y * 1
    z.register_hook(lambda g: write(x))
    with pytest.raises(StaleValueError, match="before this backward pass was through"):
        z.sum().backward(create_graph=create_graph)
    assert x.grad is None


def test_a_hook_may_step_a_leaf_whose_gradient_is_complete():
    x = leaf([1.0, 2.0])
    x.register_hook(lambda g: x.assign(x.data - 0.5 * g))
    (x * x).sum().backward()
    np.testing.assert_array_equal(x.data, [0, 0])


def test_retain_grad_of_the_root_and_of_a_leaf():
    x = leaf([1.0, 2.0])
    x.retain_grad()
    y = x * 2
    y.retain_grad()
    y.backward([3.0, 4.0])
    np.testing.assert_array_equal(y.grad, [3, 4])
    np.testing.assert_array_equal(x.grad, [6, 8])


# --- points without a slope: one published table ---

NAN, INF = np.nan, np.inf


@pytest.mark.parametrize("scalar", [True, False])
@pytest.mark.parametrize(
    "f, at, expected",
    [
        (relu, [0.0, -1.0, 1.0, NAN], [0, 0, 1, 0]),
        (lambda x: x.relu(), [0.0], [0]),
        (np.abs, [0.0, -2.0, 3.0], [0, -1, 1]),
        (abs, [0.0], [0]),
        (np.sign, [0.0, -2.0], [0, 0]),
        (np.sqrt, [0.0, 4.0], [INF, 0.25]),
        (np.cbrt, [0.0], [INF]),
        (lambda x: np.clip(x, -1, 1), [-1.0, 1.0, -1.1, 1.1, 0.0], [1, 1, 0, 0, 1]),
        (lambda x: x.clip(min=0), [0.0, -1.0, 5.0], [1, 0, 1]),
        (lambda x: x.clip(max=0), [0.0, -1.0, 5.0], [1, 1, 0]),
        (lambda x: np.clip(x, 1, -1), [0.0, 1.0, -1.0], [0, 0, 0]),
        (lambda x: np.maximum(x, 0), [0.0, -1.0, 1.0], [0.5, 0, 1]),
        (lambda x: np.maximum(np.zeros(()), x), [0.0, -1.0, 1.0], [0.5, 0, 1]),
        (lambda x: np.minimum(x, 0), [0.0, -1.0, 1.0], [0.5, 1, 0]),
        (lambda x: np.minimum(x, np.array(1)), [1.0], [0.5]),
        (lambda x: np.maximum(x, x), [2.0], [1]),
        (lambda x: np.minimum(x, x), [2.0], [1]),
        (lambda x: x**0, [0.0, 2.0, -2.0], [0, 0, 0]),
        (lambda x: x**0.0, [0.0, 2.0], [0, 0]),
        (lambda x: x**1, [0.0, -2.0], [1, 1]),
        (lambda x: x**2, [0.0, -2.0], [0, -4]),
        (lambda x: x**2.0, [0.0, -2.0], [0, -4]),
        (lambda x: x**3, [0.0, -2.0], [0, 12]),
        (lambda x: x**0.5, [0.0, 4.0], [INF, 0.25]),
        (lambda x: 0.0**x, [0.0, 1.0, 2.0], [0, 0, 0]),
        (lambda x: 1.0**x, [0.0, 2.0], [0, 0]),
        (softplus, [1000.0, -1000.0, 0.0], [1, 0, 0.5]),
        (sigmoid, [1000.0, -1000.0, 0.0], [0, 0, 0.25]),
        (np.exp, [-1000.0], [0]),
        (np.tanh, [1000.0, -1000.0], [0, 0]),
    ],
)
def test_slopes_at_kinks_and_at_the_far_ends(f, at, expected, scalar):
    for x, e in zip(at, expected, strict=True):
        np.testing.assert_array_equal(slope(f, x if scalar else np.array([x])), e if scalar else [e])


def test_a_power_of_two_tensors_where_the_base_is_zero():
    for data in (0.0, [0.0]):
        for exponent, by_base, by_exponent in ((0.0, 0, 0), (1.0, 1, 0), (2.0, 0, 0), (0.5, INF, 0)):
            a, b = leaf(data), leaf(exponent if data == 0.0 else [exponent])
            (a**b).sum().backward()
            assert a.grad == by_base, exponent
            assert b.grad == by_exponent, exponent


@pytest.mark.parametrize("wrap", [float, lambda x: np.array([x])], ids=["scalar", "array"])
@pytest.mark.parametrize("b", [0.0, 1.0, 2.0, 3.0, -1.0, 0.5])
@pytest.mark.parametrize("a", [2.0, 0.5, 1.0])
def test_all_second_derivatives_of_a_power(a, b, wrap):
    """At b = 0 the factor b vanishes, but not its slope."""
    log = math.log(a)
    mixed = a ** (b - 1) * (1 + b * log)
    expected = [[b * (b - 1) * a ** (b - 2), mixed], [mixed, a**b * log**2]]
    for i in (0, 1):
        for j in (0, 1):
            first = grad(lambda x, y: (x**y).sum(), i)
            second = grad(lambda x, y, first=first: first(x, y).sum(), j)
            np.testing.assert_allclose(second(wrap(a), wrap(b)).item(), expected[i][j], rtol=1e-14, err_msg=f"{i}{j}")
    rows = hessian(lambda x, y: (x**y).sum(), argnums=(0, 1))(wrap(a), wrap(b))
    np.testing.assert_allclose(np.squeeze(rows), expected, rtol=1e-14)
    x, y = leaf(wrap(a)), leaf(wrap(b))
    (x**y).sum().backward(create_graph=True)
    slopes = (x.grad, y.grad)
    for i, slope_of in enumerate(slopes):
        x.zero_grad()
        y.zero_grad()
        slope_of.sum().backward(retain_graph=True)
        np.testing.assert_allclose(np.squeeze([x.grad, y.grad]), expected[i], rtol=1e-14)


def test_the_curvature_of_a_power_where_base_or_exponent_is_zero_or_negative():
    for b, at in ((0.0, 0), (1.0, 0), (2.0, 2), (3.0, 0)):
        assert curvature(lambda x, b=b: x**b, 0.0) == at
        assert curvature(lambda x, b=b: x ** Tensor(b), [0.0]) == [at]
    for b in (0.0, 1.0, 2.0, 3.0, -1.0):
        expected = b * (b - 1) * (-2.0) ** (b - 2)
        assert curvature(lambda x, b=b: x**b, -2.0) == expected
        assert curvature(lambda x, b=b: x**b, [-2.0]) == [expected]
        x, y = leaf(-2.0), leaf(b)  # an exponent that takes a gradient, which is not a number here
        (x**y).backward(create_graph=True)
        assert x.grad.item() == b * (-2.0) ** (b - 1)


def test_a_power_whose_exponents_are_integers_or_bools():
    x = leaf([2.0, 3.0, 0.0])
    (x ** np.array([3, 0, 2])).sum().backward()
    np.testing.assert_array_equal(x.grad, [12, 0, 0])
    x.zero_grad()
    (x ** np.array([True, False, True])).sum().backward()
    np.testing.assert_array_equal(x.grad, [1, 0, 1])
    b = leaf([2.0, 3.0])
    (2**b).sum().backward()
    np.testing.assert_allclose(b.grad, np.log(2) * np.array([4, 8]))


@pytest.mark.parametrize("f", [np.max, np.min], ids=["max", "min"])
def test_ties_share_the_gradient_evenly(f):
    np.testing.assert_array_equal(slope(f, [2.0, 2.0, 2.0, 2.0]), [0.25] * 4)
    x = np.array([[1.0, 1.0], [2.0, 3.0]])
    tie = [[0.5, 0.5], [0, 1]] if f is np.max else [[0.5, 0.5], [1, 0]]
    np.testing.assert_array_equal(slope(lambda t: f(t, axis=1), x), tie)
    np.testing.assert_array_equal(curvature(lambda t: f(t, axis=1) ** 2, x), 2 * np.array(tie))


@pytest.mark.parametrize("data", [[3.0, 0.0, 2.0], [0.0, 0.0, 2.0], [0.0, 0.0, 0.0], [-1.0, 2.0, 4.0], [0.0], []])
@pytest.mark.parametrize("n", [1, 2, 5])
def test_the_gradient_of_prod_is_exact_with_zeros(data, n):
    x = np.tile(data, n)
    expected = [np.prod(np.delete(x, i)) for i in range(len(x))]
    np.testing.assert_array_equal(slope(np.prod, x), expected)
    second = [sum(np.prod(np.delete(x, [i, j])) for j in range(len(x)) if j != i) for i in range(len(x))]
    np.testing.assert_array_equal(curvature(np.prod, x), second)


def test_the_gradient_of_prod_does_not_overflow_on_the_way():
    x = np.array([1e200, 1e-200, 1e200, 1e-200, 3.0])
    np.testing.assert_allclose(slope(np.prod, x), 3.0 * np.array([1e-200, 1e200, 1e-200, 1e200, 1 / 3]))


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")  # NumPy's own, of the product itself
@pytest.mark.parametrize(
    "data",
    [
        [1e200, 1e200],
        [1e200, 1e200, 2.0],
        [2.0, 1e200, 1e200],
        [-1e200, 1e200],
        [1e-200, 1e-200],
        [INF, 3.0, 2.0],
        [3.0, -INF, 2.0, 5.0],
        [INF],
        [INF, INF],
        [INF, 0.0, 2.0],
        [INF, 0.0],
        [NAN, 2.0],
        [2.0, NAN, 3.0],
        [1e200],
    ],
    ids=str,
)
def test_the_gradient_of_prod_is_the_product_of_the_others_also_where_the_whole_is_not_finite(data):
    expected = [np.prod(np.delete(data, i)) for i in range(len(data))]
    np.testing.assert_array_equal(slope(np.prod, data), expected)
    np.testing.assert_array_equal(slope(lambda x: x.prod(), data), expected)
    np.testing.assert_array_equal(slope(lambda x: np.prod(x, axis=1), [data, data]), [expected, expected])
    np.testing.assert_array_equal(slope(lambda x: np.prod(x, axis=0), np.transpose([data])), np.transpose([expected]))


@pytest.mark.filterwarnings("ignore:overflow")
def test_the_second_derivative_of_a_product_that_overflows():
    np.testing.assert_array_equal(curvature(np.prod, [1e200, 1e200]), [1, 1])


SPARED: dict[str, Any] = {
    "maximum": (lambda x: np.sqrt(np.maximum(x, 0)), [-1.0, 4.0], [0, 0.25], [0, -1 / 32]),
    "maximum reflected": (lambda x: np.sqrt(np.maximum(0.0, x)), [-1.0, 4.0], [0, 0.25], [0, -1 / 32]),
    "minimum": (lambda x: np.sqrt(-np.minimum(x, 0)), [1.0, -4.0], [0, -0.25], [0, -1 / 32]),
    "sqrt of relu": (lambda x: np.sqrt(relu(x)), [-1.0, 4.0], [0, 0.25], [0, -1 / 32]),
    "log of relu": (lambda x: np.log(relu(x)), [-1.0, 4.0], [0, 0.25], [0, -1 / 16]),
    "relu, a method": (lambda x: x.relu().log(), [-1.0, 4.0], [0, 0.25], [0, -1 / 16]),
    "power of relu": (lambda x: relu(x) ** 0.5, [-1.0, 4.0], [0, 0.25], [0, -1 / 32]),
    "reciprocal of relu": (lambda x: 1 / relu(x), [-1.0, 2.0], [0, -0.25], [0, 0.25]),
    "clip": (lambda x: np.sqrt(np.clip(x, 0, 9)), [-1.0, 4.0, 16.0], [0, 0.25, 0], [0, -1 / 32, 0]),
    "log of clip": (lambda x: np.log(x.clip(min=0)), [-1.0, 4.0], [0, 0.25], [0, -1 / 16]),
    "clip from above": (lambda x: np.sqrt(4 - np.clip(x, 0, 4)), [5.0, -1.0, 3.0], [0, 0, -0.5], [0, 0, -0.25]),
    "relu of a product": (lambda x: np.sqrt(relu(x * x - 1)), [0.0], [0], [0]),
}


@pytest.mark.filterwarnings("ignore:divide by zero")  # NumPy's own, of the value
@pytest.mark.parametrize("name", SPARED)
def test_an_infinite_slope_behind_what_an_op_throws_away_is_not_felt(name):
    """0 * inf is nan, but the derivative of a constant piece is 0."""
    f, at, first, second = SPARED[name]
    np.testing.assert_allclose(slope(f, at), first)
    np.testing.assert_allclose(curvature(f, at), second, atol=1e-15)
    for x, g, h in zip(at, first, second, strict=True):
        np.testing.assert_allclose(slope(f, x), g)
        np.testing.assert_allclose(curvature(f, x), h, atol=1e-15)
        np.testing.assert_allclose(slope(f, np.float32(x)), g, rtol=1e-6)


@pytest.mark.parametrize("f", [np.max, np.min], ids=["max", "min"])
def test_an_infinite_slope_behind_an_extreme_is_felt_by_that_element_alone(f):
    sign = 1 if f is np.max else -1  # and 0 + y, since the root of -0.0 is -0.0
    np.testing.assert_array_equal(slope(lambda x: np.sqrt(0 + sign * f(x)), [0.0, -sign]), [sign * INF, 0])
    np.testing.assert_array_equal(slope(lambda x: np.sqrt(f(x, axis=0)), [[0.0], [sign * -1.0]])[1], [0])
    two = slope(lambda x: np.sqrt(0 + sign * f(x, axis=1)), [[0.0, -sign], [4 * sign, 1.0 * sign]])
    np.testing.assert_array_equal(two, [[sign * INF, 0], [sign * 0.25, 0]])


def test_an_infinite_slope_behind_a_limit_that_takes_a_gradient():
    x, low, high = leaf([-1.0, 4.0, 30.0]), leaf([0.0, 0.0, 0.0]), leaf([9.0, 9.0, 9.0])
    np.sqrt(np.clip(x, low, high)).sum().backward()
    np.testing.assert_array_equal(x.grad, [0, 0.25, 0])
    np.testing.assert_array_equal(low.grad, [INF, 0, 0])
    np.testing.assert_allclose(high.grad, [0, 0, 1 / 6])
    a, b = leaf([0.0, -2.0]), leaf([-1.0, 0.0])
    np.sqrt(np.maximum(a, b)).sum().backward()
    np.testing.assert_array_equal(a.grad, [INF, 0])
    np.testing.assert_array_equal(b.grad, [0, INF])


def test_a_nan_that_is_not_thrown_away_passes():
    assert np.isnan(slope(lambda x: relu(x) * NAN, 1.0))
    np.testing.assert_array_equal(slope(lambda x: np.maximum(x, 0) * NAN, [1.0, 2.0]), [NAN, NAN])
    np.testing.assert_array_equal(slope(lambda x: np.clip(x, 0, 9) * NAN, [1.0, 2.0]), [NAN, NAN])


def test_a_mean_of_float16_is_accumulated_as_numpys():
    data = np.full(3000, 30, np.float16)
    for x in (data, np.tile(data, (2, 1))):
        t = leaf(x)
        for mean in (lambda t: t.mean(), np.mean, lambda t: np.mean(t, axis=-1), lambda t: t.mean(-1, keepdims=True)):
            t.zero_grad()
            y = mean(t)
            assert y.dtype == np.float16
            np.testing.assert_array_equal(y.detach().data, np.full(y.shape, 30))
            y.backward(np.ones(y.shape))
            assert t.grad.dtype == np.float16
            np.testing.assert_allclose(t.grad, np.full(x.shape, y.size / t.size), rtol=1e-3)
    t = leaf(np.linspace(-2, 2, 3000, dtype=np.float16))
    assert np.mean(t * 1).item() == np.mean(t.data)
    assert np.mean(Tensor(np.arange(5))).item() == 2
    assert np.mean(Tensor(np.arange(5))).dtype == np.float64
    assert Tensor(np.array([True, False])).mean().item() == 0.5


WHERE: dict[str, Any] = {
    "log": (lambda x: np.where(x > 0, np.log(x), 0.0), [2.0, 0.0, -1.0], [0.5, 0, 0], [-0.25, 0, 0]),
    "sqrt": (lambda x: np.where(x > 0, np.sqrt(x), 0.0), [4.0, 0.0, -1.0], [0.25, 0, 0], [-1 / 32, 0, 0]),
    "reciprocal": (lambda x: np.where(x != 0, 1 / x, 0.0), [2.0, 0.0], [-0.25, 0], [0.25, 0]),
    "quotient": (lambda x: np.where(x != 0, np.sin(x) / x, 1.0), [0.0], [0], [0]),
    "power": (lambda x: np.where(x > 0, x**0.5, 0.0), [4.0, 0.0, -1.0], [0.25, 0, 0], [-1 / 32, 0, 0]),
    "nested": (lambda x: np.where(x > 0, np.sqrt(x) * np.log(x), 0.0), [1.0, 0.0, -1.0], [1, 0, 0], [0, 0, 0]),
    "other branch": (lambda x: np.where(x <= 0, 0.0, np.log(x)), [2.0, 0.0, -1.0], [0.5, 0, 0], [-0.25, 0, 0]),
    "nested where": (
        lambda x: np.where(x > 0, np.where(x > 1, np.log(x - 1), 0.0), 0.0),
        [2.0, 1.0, 0.5, -1.0],
        [1, 0, 0, 0],
        [-1, 0, 0, 0],
    ),
    "summed": (lambda x: np.where(x > 0, np.log(x), 0.0) + x * x, [2.0, 0.0], [4.5, 0], [1.75, 2]),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's own, of the value that is not taken
@pytest.mark.parametrize("name", WHERE)
def test_the_branch_of_where_that_is_not_taken_sends_no_nan(name):
    f, at, first, second = WHERE[name]
    np.testing.assert_allclose(slope(f, at), first)
    np.testing.assert_allclose(curvature(f, at), second, atol=1e-15)
    for x, g, h in zip(at, first, second, strict=True):
        np.testing.assert_allclose(slope(f, x), g)
        np.testing.assert_allclose(curvature(f, x), h, atol=1e-15)


def test_where_does_not_hide_a_nan_of_the_branch_that_is_taken():
    np.testing.assert_array_equal(slope(lambda x: np.where(x > 0, np.log(x) * NAN, 0.0), [2.0, 1.0]), [NAN, NAN])


@pytest.mark.parametrize("make", [float, np.float32, np.float64, lambda x: np.array([x])])
@pytest.mark.parametrize(
    "f, at",
    [
        (np.log, -1.0),
        (np.log, 0.0),
        (np.sqrt, -1.0),
        (lambda x: x**0.5, -8.0),
        (lambda x: x ** (1 / 3), -8.0),
        (lambda x: (-8.0) ** x, 1 / 3),
        (lambda x: x**-1, 0.0),
        (lambda x: 1 / x, 0.0),
        (lambda x: x / 0.0, 1.0),
        (np.exp, 1000.0),
        (lambda x: x**1000.0, 10.0),
        (lambda x: np.cosh(x), 1000.0),
        (np.sin, INF),
        (np.arcsin, 2.0),
        (np.arctanh, 1.0),
        (np.log1p, -1.0),
        (np.expm1, 1000.0),
        (np.log2, -1.0),
        (np.arccosh, 0.5),
    ],
)
def test_what_is_not_a_finite_number_is_numpys_inf_or_nan_never_an_exception(f, at, make):
    with np.errstate(all="ignore"):
        x = leaf(make(at))
        y = f(x)
        expected = f(np.asarray(make(at)))
        assert y.dtype == expected.dtype
        np.testing.assert_array_equal(y.data, expected)
        y.backward()
        assert not isinstance(y.item(), complex)
        assert x.grad.shape == x.shape


def test_a_scalar_too_large_is_infinite():
    x = leaf(1e308)
    y = x * 10.0
    assert y.item() == INF
    y.backward()
    assert x.grad == 10


def test_a_backward_pass_gives_no_numpy_warnings():
    """Warnings are errors in this suite; infinite slopes are answers."""
    for data in (0.0, [0.0], np.float32(0)):
        assert slope(np.sqrt, data) == INF
        assert np.isnan(slope(lambda x: np.sqrt(x) * 0, data))
        assert np.isnan(slope(lambda x: np.sqrt(x * x), data))


def test_users_error_state_is_left_alone():
    before = np.geterr()
    slope(np.sqrt, 0.0)
    assert np.geterr() == before
    with np.errstate(divide="raise"):
        for zero in (0.0, [0.0]):
            with pytest.raises(FloatingPointError):
                leaf(1.0) / Tensor(zero)
        assert slope(np.sqrt, 0.0) == INF


def test_nan_passes_through():
    x = leaf([1.0, NAN, 3.0])
    y = (x * x + np.exp(x)).sum()
    assert np.isnan(y.item())
    y.backward()
    np.testing.assert_array_equal(np.isnan(x.grad), [False, True, False])
    assert np.isnan(slope(lambda t: t * t, NAN))
    assert np.isnan(relu(Tensor(NAN)).item())
    assert np.isnan(relu(Tensor([NAN])).item())
    np.testing.assert_array_equal(slope(np.max, [1.0, NAN]), [NAN, NAN])


@pytest.mark.filterwarnings("ignore:Degrees of freedom", "ignore:invalid value")
def test_the_variance_of_one_element_with_one_ddof_is_nan_and_so_is_its_slope():
    x = leaf([2.0])
    y = x.var(ddof=1)
    assert np.isnan(y.item())
    y.backward()
    assert np.isnan(x.grad).all()


def test_logsumexp_neither_overflows_nor_loses_minus_infinity():
    np.testing.assert_allclose(slope(logsumexp, [1000.0, 1000.0]), [0.5, 0.5])
    assert logsumexp(leaf([1000.0, 1000.0])).item() == 1000 + math.log(2)
    np.testing.assert_allclose(slope(logsumexp, [0.0, -INF]), [1, 0])


def test_backward_needs_a_gradient_of_the_shape():
    x = leaf([1.0, 2.0])
    with pytest.raises(
        ShapeError, match=r"gradient of shape \(3,\) does not fit a Tensor of shape \(2,\).*test_replay"
    ):
        (x * 2).backward(np.ones(3))
    with pytest.raises(ShapeError):
        (x * 2).backward(1.0)
    with pytest.raises(GradientError, match=r"shape \(2,\) is not a scalar.*test_replay\.py.*sum\(\)"):
        (x * 2).backward()
    with no_grad(), pytest.raises(GradientError, match=r"does not depend on any leaf.*test_replay\.py"):
        (x * 2).sum().backward()
    with pytest.raises(GradientError, match="requires_grad=True"):
        Tensor(2.0).backward()
