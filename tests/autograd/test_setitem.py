"""`x[i] = v`: binds x to an index-update node; everything that knew the old value keeps it."""

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, grad, gradcheck, graph_of, hessian, jvp, no_grad
from autograd.errors import DtypeError, GradientError, ShapeError
from tests.autograd.oracles import numeric_vjp
from tests.autograd.samples import INDICES

DATA = np.array([1.0, 2.0, 3.0])


def leaf(data: Any = DATA) -> Tensor:
    return Tensor(data, requires_grad=True)


def check(program, *arrays):
    """A program on Tensors against the same on arrays: its value and all its gradients."""

    def on_arrays(*xs):
        return program(*(x.copy() for x in xs))

    leaves = [leaf(x) for x in arrays]
    y = program(*(x.copy() for x in leaves))
    expected = on_arrays(*arrays)
    np.testing.assert_allclose(y.data, expected, rtol=1e-13)
    g = np.random.default_rng(0).uniform(0.5, 1.5, np.shape(expected))
    y.backward(g)
    for x, e in zip(leaves, numeric_vjp(on_arrays, arrays, g, [True] * len(arrays)), strict=True):
        np.testing.assert_allclose(x.grad, e, rtol=1e-8, atol=1e-9)


def put(x, index, v):
    x[index] = v
    return x


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
def test_value_and_gradients_are_those_of_finite_differences(index):
    x = np.arange(12.0).reshape(3, 4)
    v = np.random.default_rng(0).normal(size=x[index].shape)
    check(lambda x, v: put(x, index, v) * x, x, v)
    check(lambda x, v: put(x, index, v * v), x, np.array(3.0))
    check(lambda x: put(x, index, 7.0) ** 2, x)


def fill(x, y):
    for i in range(3):
        y[i] = x[i] * y[i - 1]
    return y


def cumulate(x):
    for i in range(1, x.shape[0]):
        x[i] += x[i - 1] * x[i]
    return x


def double(x):
    x[x > 1.5] = x[x > 1.5] * 2
    return x


def in_place(x, y):
    x[1:] += y
    x[0] *= x[1]
    x[:2] -= x[1:]
    x[[0, 2]] /= y
    return x


def swap(x):
    x[0], x[1] = x[1] * 1, x[0] * 1
    x[[0, 2]] = x[[2, 0]]
    return x


def several(x):
    kept = x * 2
    x[0] = kept[1] * x[2]
    x[0] = x[0] * x[0]
    x[:] = x[::-1].copy()
    return x * kept


def itself(x):
    x[1:] = x[:-1].copy()
    return x * x


@pytest.mark.parametrize("program", [fill, in_place], ids=lambda f: f.__name__)
def test_programs_of_two_arrays(program):
    check(program, DATA, np.array([0.3, -0.7]) if program is in_place else np.array([0.3, -0.7, 0.2]))


@pytest.mark.parametrize("program", [cumulate, double, swap, several, itself], ids=lambda f: f.__name__)
def test_programs_of_one_array(program):
    check(program, DATA)


@pytest.mark.parametrize("program", [cumulate, double, several, itself], ids=lambda f: f.__name__)
def test_second_order_and_forward_mode(program):
    def f(x):
        return (program(x.copy()) ** 2).sum()

    np.testing.assert_allclose(hessian(f)(DATA), np.stack(numeric_rows(grad(f))), rtol=1e-7, atol=1e-7)
    t = np.array([0.5, -1.0, 2.0])
    np.testing.assert_allclose(jvp(f, (DATA,), (t,))[1], grad(f)(DATA) @ t)
    np.testing.assert_allclose(jvp(grad(f), (DATA,), (t,))[1], hessian(f)(DATA) @ t)


def numeric_rows(f):
    return [numeric_vjp(lambda x, i=i: f(x)[i], [DATA], 1.0, [True])[0] for i in range(3)]


@pytest.mark.parametrize("order", ["C", "F"])
def test_where_an_index_repeats_the_last_write_stays_and_takes_the_gradient(order):
    index = np.array([[0, 1, 0], [1, 0, 1]], order=order)
    x, v = leaf(), leaf(np.asarray(np.arange(6.0).reshape(2, 3), order=order))
    y = x.copy()
    y[index] = v
    np.testing.assert_array_equal(y.data, [4, 5, 3])
    y.backward([1.0, 10.0, 100.0])
    np.testing.assert_array_equal(x.grad, [0, 0, 100])
    np.testing.assert_array_equal(v.grad, [[0, 0, 0], [0, 1, 10]])
    x, v = leaf(), leaf(2.0)
    y = x.copy()
    y[[0, 0, 1]] = v
    y.sum().backward()
    assert v.grad == 2
    v = leaf([np.inf, np.nan, 1.0])
    y = x.copy()
    y[[0, 0, 1]] = v
    y.sum().backward()
    np.testing.assert_array_equal(v.grad, [0, 1, 1])


def test_what_knew_the_old_value_keeps_it():
    x = leaf()
    y = x * 2
    square, cut, row, view, same = y * y, y.detach(), y[:2], y.data, y.reshape(3)
    y[0] = 50.0
    assert not y.is_leaf
    for kept in (cut, row, view, same):
        assert np.asarray(kept.data if isinstance(kept, Tensor) else kept)[0] == 2
    square.sum().backward(retain_graph=True)
    np.testing.assert_array_equal(x.grad, 8 * DATA)
    x.zero_grad()
    (y.sum() + same.sum()).backward()
    np.testing.assert_array_equal(x.grad, [2, 4, 4])
    np.testing.assert_array_equal(x.data, DATA)


def test_a_part_is_a_value_of_its_own():
    x = leaf() * 1
    row = x[:2]
    row[0] = 9.0
    np.testing.assert_array_equal(x.data, DATA)
    np.testing.assert_array_equal(row.data, [9, 2])


def test_no_array_of_the_user_is_written_to_or_kept():
    a, v, index = DATA.copy(), np.array([5.0, 6.0]), np.array([0, 1])
    x = Tensor.wrap(a)
    used = leaf() * x
    x[index] = v
    w = leaf(2.0)
    x[2] = w
    y = x * leaf()
    v[:], index[:] = 0, 2
    np.testing.assert_array_equal(a, DATA)
    np.testing.assert_array_equal(used.data, DATA**2)
    np.testing.assert_array_equal(x.data, [5, 6, 2])
    y.sum().backward()
    assert w.grad == 3


def test_a_constant_takes_tracked_values_and_then_requires_grad():
    v = leaf(3.0)
    for x in (Tensor(np.zeros(3)), Tensor([0.0, 0.0, 0.0], name="buffer"), leaf().detach()):
        before = x.detach()
        x[1] = v * 2
        assert x.requires_grad
        assert before.data[1] != 6
        v.zero_grad()
        (x * x).sum().backward()
        assert v.grad == 24


def test_a_constant_takes_plain_values_as_an_array_does():
    for dtype in (float, np.float32, int, bool):
        a = np.array([[1, 0, 1], [0, 1, 1]], dtype)
        x = Tensor(a)
        for index, v in ((0, 1), ((1, slice(1)), [0.75]), (a > 0, 3), (..., a[::-1].copy()), ([1], Tensor([True] * 3))):
            a[index] = v
            x[index] = v
            assert x.dtype == a.dtype
            assert not x.requires_grad
            np.testing.assert_array_equal(x.data, a)
    x = Tensor(1.0)
    x[()] = 2
    assert x.item() == 2
    x[...] = leaf(3.0)
    assert x.item() == 3
    assert x.requires_grad


def test_dtypes():
    x, v = leaf(DATA.astype(np.float32)), leaf(np.array([1.0, 2.0]))
    y = x.copy()
    y[:2] = v
    assert y.dtype == np.float32
    y.sum().backward()
    assert (x.grad.dtype, v.grad.dtype) == (np.float32, np.float64)
    counts = Tensor([1, 2])
    with pytest.raises(DtypeError, match=r"test_setitem\.py:\d+.*astype"):
        counts[0] = v[0]


def test_a_name_stays():
    y = leaf() * 2
    y.name = "hidden"
    y[0] = 1.0
    assert y.name == "hidden"
    x = Tensor(DATA, name="buffer")
    x[0] = 5
    assert x.name == "buffer"
    np.testing.assert_array_equal(x.data, [5, 2, 3])


def test_a_leaf_that_requires_grad_is_not_assigned_to():
    for x in (leaf(), leaf(2.0)):
        with pytest.raises(GradientError, match=r"test_setitem\.py:\d+.*x\.copy\(\).*x\.data\[i\] = v"):
            x[...] = 5.0
        with no_grad(), pytest.raises(GradientError):
            x[...] = 5.0
    x = leaf()
    with no_grad():
        x.data[0] = 5.0
    np.testing.assert_array_equal(x.data, [5, 2, 3])


def test_under_no_grad_the_name_is_bound_to_a_constant():
    x, w = leaf(), Tensor(np.zeros(3))
    y = x * 2
    square = y * y
    with no_grad():
        y[0] = 9.0
        w[1] = x[1]
    assert not y.requires_grad
    assert not w.requires_grad
    np.testing.assert_array_equal(y.data, [9, 4, 6])
    np.testing.assert_array_equal(w.data, [0, 2, 0])
    square.sum().backward()
    np.testing.assert_array_equal(x.grad, 8 * DATA)


def test_inside_transforms_closed_over_tensors_too():
    v = leaf(2.0)

    def f(x):
        y = x.copy()
        y[1] = x[0] * v
        return grad(lambda z: (put(z * 1, 0, z[1]) * z).sum())(y)[0]

    np.testing.assert_allclose(grad(f)(DATA), [2, 0, 0])
    assert v.grad is None


def test_a_transform_knows_its_argument_after_the_function_has_assigned_to_it():
    def f(x):
        x[1] = x[0] * x[2]
        return (x * x).sum()

    x = leaf()
    slope = grad(f)(x)  # called with a Tensor: f's x is a result
    np.testing.assert_allclose(slope.data, [20, 0, 12])
    np.testing.assert_allclose(jvp(f, (x,), (np.ones(3),))[1].data, 32)
    slope.sum().backward()
    np.testing.assert_allclose(x.grad, [2 + 18 + 12, 0, 2 + 2 + 12])  # of 2a + 2ac**2 + 2c + 2a**2c at 1 and 3
    np.testing.assert_array_equal(x.data, DATA)


def test_what_does_not_fit_is_an_error_that_says_where():
    y = leaf() * 2
    for index, v in ((slice(2), DATA), ([0, 1], DATA), (y > 2, DATA), (0, DATA)):
        with pytest.raises(ShapeError, match=r"index_update.*\(3,\).*test_setitem\.py:\d+"):
            y[index] = v
    with pytest.raises(IndexError, match=r"index_update.*test_setitem\.py:\d+"):
        y[3] = 1.0
    for wrong in (None, "a", 1j, object()):
        with pytest.raises(DtypeError):
            y[0] = wrong
    np.testing.assert_array_equal(y.data, 2 * DATA)
    assert repr(y).endswith("op='multiply')")


def test_a_long_loop_of_assignments():
    x = leaf(np.ones(5))
    y = x * 1
    for i in range(3000):
        y[i % 5] = y[(i + 1) % 5] * 1.0
    y.sum().backward()
    assert x.grad.sum() == 5


def test_it_is_checked_and_drawn_like_any_op():
    assert gradcheck(lambda x: double(x.copy()) * cumulate(x.copy()), DATA)
    x = leaf()
    y = x.copy()
    y[0] = x[1] * 2
    assert any("index_update" in str(node) for node in graph_of(y).nodes)
