"""Declaring ops of one's own, exactly as the built-in ones are."""

import numpy as np
import pytest

from autograd import Tensor, elementwise, grad, jvp, linear, nondifferentiable, primitive
from autograd.errors import RuleError, UnsupportedError
from autograd.primitives import COMPOSED, REGISTRY, composed


@pytest.fixture(autouse=True)
def _registry_as_it_was():
    kept, kept_composed = dict(REGISTRY), dict(COMPOSED)
    yield
    REGISTRY.clear()
    REGISTRY.update(kept)
    COMPOSED.clear()
    COMPOSED.update(kept_composed)


def leaf(data):
    return Tensor(data, requires_grad=True)


@pytest.mark.parametrize("data", [2.0, [1.0, 2.0], np.float32(2), np.ones((2, 0))], ids=repr)
def test_an_elementwise_op_of_ones_own(data):
    cube = elementwise(lambda x: x * x * x, lambda g, y, x: 3 * g * x * x, name="cube")
    x = leaf(data)
    y = cube(x)
    assert "op='cube'" in repr(y)
    y.sum().backward(create_graph=True)
    np.testing.assert_allclose(x.grad.data, 3 * np.square(data))
    assert x.grad.dtype == x.dtype
    slope = x.grad
    x.zero_grad()
    slope.sum().backward()
    np.testing.assert_allclose(x.grad, 6 * np.asarray(data))
    np.testing.assert_array_equal(cube(np.asarray(data)), np.asarray(data) ** 3)


def test_an_elementwise_op_is_unbroadcast_and_has_forward_mode():
    weigh = elementwise(lambda a, b: a * b, lambda g, y, a, b: g * b, lambda g, y, a, b: g * a, name="weigh")
    a, b = leaf(np.ones((3, 1))), leaf([1.0, 2.0])
    weigh(a, b).sum().backward()
    np.testing.assert_array_equal(a.grad, np.full((3, 1), 3))
    np.testing.assert_array_equal(b.grad, [3, 3])
    _, t = jvp(weigh, (np.ones((3, 1)), np.array([1.0, 2.0])), (np.ones((3, 1)), np.array([10.0, 10.0])))
    np.testing.assert_array_equal(t, np.full((3, 2), [11, 12]))


def test_a_scalar_form_is_used_for_python_floats_and_numpy_where_it_raises():
    used = []

    def scalar(x):
        used.append(x)
        if x > 1:
            raise ArithmeticError
        return x + 1.0

    op = elementwise(lambda x: x + 100, lambda g, y, x: g * 1.0, scalar=scalar, name="op")
    assert op(leaf(1.0)).item() == 2
    assert op(leaf(2.0)).item() == 102
    assert op(leaf([1.0])).data == [101]
    assert used == [1.0, 2.0]


def test_a_general_op_gets_forward_mode_from_its_vjp_rule():
    def rule(g, y, x):
        return g * x / y

    length = primitive(lambda x: np.sqrt(np.sum(x * x)), rule, name="length")
    x = np.array([3.0, 4.0])
    np.testing.assert_allclose(grad(length)(x), [0.6, 0.8])
    value, t = jvp(length, (x,), (np.array([1.0, 2.0]),))
    np.testing.assert_allclose([value, t], [5, 2.2])


def test_a_linear_op_with_keywords():
    shift = linear(
        lambda x, by: np.roll(x, by), lambda g, y, x, by: shift(g, by=-by), arity=1, name="shift"
    )  # its transpose is itself, the other way
    x = leaf([1.0, 2.0, 3.0])
    (shift(x, by=1) * np.array([1.0, 10.0, 100.0])).sum().backward(create_graph=True)
    np.testing.assert_array_equal(x.grad.data, [10, 100, 1])
    np.testing.assert_array_equal(jvp(lambda x: shift(x, by=1), (x.data,), (x.data,))[1], [3, 1, 2])


def test_an_op_of_any_number_of_arrays_with_a_joint_rule():
    total = linear(lambda *arrays: sum(arrays), joint=lambda g, y, *arrays: [g * 1 for _ in arrays], name="total")
    leaves = [leaf([1.0, 2.0]) for _ in range(4)]
    total(leaves[0], np.ones(2), *leaves[1:]).sum().backward()
    for x in leaves:
        np.testing.assert_array_equal(x.grad, [1, 1])


def test_a_joint_rule_may_leave_an_argument_without_gradient():
    op = linear(lambda *arrays: arrays[0] * 1, joint=lambda g, y, *arrays: [g * 1, None], name="op")
    a, b = leaf([1.0]), leaf([2.0])
    op(a, b).sum().backward()
    assert a.grad == [1]
    assert b.grad is None


def test_an_argument_without_a_rule_takes_no_gradient():
    for declare in (elementwise, primitive):
        op = declare(lambda a, b: a * b, lambda g, y, a, b: g * b, None, name="op")
        a, b = leaf([2.0]), leaf([3.0])
        op(a, b).sum().backward()
        assert a.grad == [3]
        assert b.grad is None


def test_a_nondifferentiable_op():
    parity = nondifferentiable(lambda x: x % 2 == 0, name="parity")
    y = parity(leaf([1.0, 2.0]))
    assert not y.requires_grad
    np.testing.assert_array_equal(y.data, [False, True])
    assert not parity.is_differentiable


def test_a_numpy_function_gets_a_rule():
    x = leaf([1.0, 2.0])
    with pytest.raises(UnsupportedError):
        np.fabs(x)
    elementwise(np.fabs, lambda g, y, x: g * np.sign(x))
    np.fabs(x).sum().backward()
    np.testing.assert_array_equal(x.grad, [1, 1])


def test_a_numpy_function_composed_of_others():
    @composed(np.fabs)
    def fabs(x):
        return np.sqrt(x * x)

    x = leaf([-1.0, 2.0])
    np.fabs(x).sum().backward()
    np.testing.assert_array_equal(x.grad, [-1, 1])
    with pytest.raises(TypeError, match="inner"):  # a TypeError of the implementation's own is told as it is
        composed(np.fabs)(lambda x: (_ for _ in ()).throw(TypeError("inner")))
        np.fabs(x)


def test_an_op_that_returns_its_argument_shares_nothing_that_can_change():
    backwards = primitive(lambda x: x, lambda g, y, x: -g, name="backwards")
    x = leaf([1.0, 2.0])
    y = backwards(x)
    cut = y.detach()
    (y * 2).sum().backward()
    x.data -= 5
    np.testing.assert_array_equal(x.grad, [-2, -2])
    np.testing.assert_array_equal(cut.data, [1, 2])


@pytest.mark.parametrize("declare", [primitive, linear])
def test_a_rule_of_the_wrong_shape_is_the_ops_fault(declare):
    bad = declare(lambda x: x * 2, lambda g, y, x: g.sum(), name="bad")
    with pytest.raises(RuleError, match=r"the rule of bad returned shape \(\) for an input of shape \(2,\)"):
        bad(leaf([1.0, 2.0])).sum().backward()


def test_a_rule_of_the_wrong_dtype_is_brought_to_the_arguments():
    op = primitive(lambda x: x * 2, lambda g, y, x: g.astype(np.float64) * 2, name="op")
    x = leaf(np.ones(2, np.float32))
    h = x * 1
    h.retain_grad()
    op(h).sum().backward()
    assert h.grad.dtype == np.float32
    assert x.grad.dtype == np.float32


def test_a_rule_sees_a_cotangent_of_its_outputs_shape_and_dtype():
    seen = []

    def rule(g, y, x):
        seen.append((g.dtype, g.shape))
        return g * 2

    op = primitive(lambda x: x * 2, rule, name="op")
    for data in (np.ones((2, 3), np.float32), np.ones((2, 3))):
        y = op(leaf(data))
        (y @ np.ones((3, 4))).sum().backward()  # a float64 product
        assert seen.pop() == (data.dtype, data.shape)


def test_a_primitive_tells_what_it_is():
    op = elementwise(lambda x: x, lambda g, y, x: g, name="mine")
    assert repr(op) == "<primitive mine (elementwise)>"
    assert op.is_differentiable
