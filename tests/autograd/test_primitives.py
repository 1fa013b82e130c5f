"""Declaring ops of one's own, exactly as the built-in ones are."""

import numpy as np
import pytest

from autograd import (
    Tensor,
    elementwise,
    grad,
    gradcheck,
    gradgradcheck,
    hessian,
    jacobian,
    jvp,
    linear,
    logsumexp,
    nondifferentiable,
    primitive,
    softmax,
)
from autograd.errors import RuleError, ShapeError, UnsupportedError
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


JOINT = {
    "primitive": primitive,
    "elementwise": elementwise,
}


def product_of(declare):
    """A joint rule of an op that is not linear: the product of any number of arrays."""

    def forward(*arrays):
        y = arrays[0]
        for x in arrays[1:]:
            y = y * x
        return y

    return declare(forward, joint=lambda g, y, *arrays: [g * y / x for x in arrays], name="product", arity=3)


@pytest.mark.parametrize("declare", JOINT)
@pytest.mark.parametrize("moved", [(0,), (2,), (0, 1), (0, 1, 2)], ids=str)
def test_forward_mode_through_a_joint_rule_that_is_not_linear(declare, moved):
    op = product_of(JOINT[declare])
    points = [np.array([2.0, 3.0]), np.array([5.0, 7.0]), np.array([11.0, 13.0])]
    tangents = [np.array([1.0, 10.0]), np.array([-2.0, 1.0]), np.array([0.5, 0.25])]

    def f(*chosen):
        arguments = list(points)
        for i, x in zip(moved, chosen, strict=True):
            arguments[i] = x
        return op(*arguments)

    value, pushed = jvp(f, tuple(points[i] for i in moved), tuple(tangents[i] for i in moved))
    whole = points[0] * points[1] * points[2]
    np.testing.assert_allclose(value, whole)
    np.testing.assert_allclose(pushed, sum(whole / points[i] * tangents[i] for i in moved))


@pytest.mark.parametrize("declare", JOINT)
def test_higher_derivatives_through_a_joint_rule(declare):
    op = product_of(JOINT[declare])
    x = np.array([2.0, 3.0])
    np.testing.assert_allclose(grad(lambda x: op(x, x, x).sum())(x), 3 * x**2)
    np.testing.assert_allclose(grad(lambda x: grad(lambda z: op(z, z, z).sum())(x).sum())(x), 6 * x)
    np.testing.assert_allclose(jvp(grad(lambda z: op(z, z, z).sum()), (x,), (x,))[1], 6 * x * x)


@pytest.mark.parametrize("declare", [primitive, elementwise, linear])
def test_forward_mode_through_a_joint_rule_that_leaves_an_argument_out(declare):
    op = declare(lambda a, b: a * 2, joint=lambda g, y, a, b: [g * 2, None], name="op", arity=2)
    x, z, t = np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([10.0, 100.0])
    np.testing.assert_array_equal(jvp(op, (x, z), (t, t))[1], 2 * t)
    np.testing.assert_array_equal(jvp(lambda b: op(x, b), (z,), (t,))[1], [0, 0])
    np.testing.assert_array_equal(jvp(lambda b: op(x, b) * b, (z,), (t,))[1], 2 * x * t)


@pytest.mark.parametrize("scalar", [False, True])
@pytest.mark.parametrize("declare", [primitive, elementwise])
def test_forward_mode_through_an_argument_without_a_rule(declare, scalar):
    op = declare(lambda a, b: a * b, lambda g, y, a, b: g * b, None, name="op")
    x, z, t = (2.0, 3.0, 10.0) if scalar else (np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([10.0, 100.0]))
    np.testing.assert_array_equal(jvp(op, (x, z), (t, t))[1], z * t)
    np.testing.assert_array_equal(jvp(lambda a: op(a, z), (x,), (t,))[1], z * t)
    np.testing.assert_array_equal(jvp(lambda b: op(x, b), (z,), (t,))[1], 0 * t)
    np.testing.assert_array_equal(jvp(lambda b: op(x, b) * b + b, (z,), (t,))[1], (x * z + 1) * t)
    np.testing.assert_array_equal(jvp(lambda b: op(b, b), (z,), (t,))[1], z * t)


def test_forward_mode_through_the_condition_of_where():
    x = np.array([0.0, 1.0])
    value, pushed = jvp(lambda c: np.where(c, 5.0, 6.0), (x,), (x,))
    np.testing.assert_array_equal(value, [6, 5])
    np.testing.assert_array_equal(pushed, [0, 0])
    np.testing.assert_array_equal(jvp(lambda c: np.where(c, c * 3, c), (x,), (x + 1,))[1], [1, 6])


DERIVED = {
    "a pass": lambda op, x: _slope(op, x),
    "a recorded pass": lambda op, x: _slope(op, x, create_graph=True),
    "grad": lambda op, x: grad(lambda z: op(z).sum())(x),
    "jvp": lambda op, x: jvp(op, (x,), (np.ones(np.shape(x)),))[1],
    "behind another op": lambda op, x: _slope(lambda z: op(z * 1.0) * 2.0, x),
    "beside another op": lambda op, x: _slope(lambda z: op(z) + z * 0.0, x),
}


def _slope(f, x, create_graph=False):
    t = leaf(x)
    f(t).sum().backward(create_graph=create_graph)
    return t.grad.detach().data if isinstance(t.grad, Tensor) else t.grad


@pytest.mark.parametrize("how", DERIVED)
@pytest.mark.parametrize("data", [2.5, np.array([1.5, 2.5]), np.float32(1.5), np.ones((2, 0))], ids=repr)
@pytest.mark.parametrize("declare", [elementwise, primitive])
@pytest.mark.parametrize("zero", [0, 0.0], ids=repr)
@pytest.mark.parametrize("options", [{}, {"scalar": float}], ids=["arrays", "with a scalar form"])
def test_a_rule_that_returns_a_python_number_is_broadcast_or_refused(zero, declare, data, how, options):
    op = declare(lambda x: np.positive(x), lambda g, y, x: zero, name="op", **options)
    try:
        slope = DERIVED[how](op, data)
    except RuleError as error:
        assert "the rule of op" in str(error)
        return
    except ShapeError:  # from the vjp of the vjp
        assert declare is primitive
        assert how == "jvp"
        return
    assert type(slope) is np.ndarray
    assert np.shape(slope) == np.shape(data)
    assert not np.any(slope)


@pytest.mark.parametrize("wrong", ["0", None, [0.0], object()])
def test_a_rule_that_returns_what_is_no_array(wrong):
    op = elementwise(lambda x: x * 1, lambda g, y, x: wrong, name="op")
    for data in (2.0, [1.0, 2.0]):
        x = leaf(data)
        with pytest.raises(RuleError, match="the rule of op"):
            (op(x) + x).sum().backward()
        assert x.grad is None


def test_a_nondifferentiable_op():
    parity = nondifferentiable(lambda x: x % 2 == 0, name="parity")
    y = parity(leaf([1.0, 2.0]))
    assert not y.requires_grad
    np.testing.assert_array_equal(y.data, [False, True])
    assert not parity.is_differentiable


def test_a_numpy_function_gets_a_rule():
    x = leaf([1.0, 2.0])
    del REGISTRY[np.fabs]
    with pytest.raises(UnsupportedError):
        np.fabs(x)
    elementwise(np.fabs, lambda g, y, x: g * np.sign(x))
    np.fabs(x).sum().backward()
    np.testing.assert_array_equal(x.grad, [1, 1])


def test_a_numpy_function_composed_of_others():
    del REGISTRY[np.fabs]

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


@pytest.fixture
def cross_entropy():
    """Logits and probabilities to a loss for each row, by a rule that no composition of exp, sum and log would give."""

    def forward(z, t):
        top = z.max(axis=-1)
        return np.log(np.exp(z - top[..., None]).sum(axis=-1)) + top - (t * z).sum(axis=-1)

    return primitive(
        forward,
        lambda g, y, z, t: g[..., None] * (softmax(z) - t),
        lambda g, y, z, t: -g[..., None] * z,
        name="cross_entropy",
    )


def test_a_fused_op_with_a_stable_rule_of_ones_own(cross_entropy):
    rng = np.random.default_rng(0)
    z, t, dz, dt = (rng.uniform(0.1, 1, (4, 3)) for _ in range(4))
    assert gradcheck(cross_entropy, z, t)
    assert gradgradcheck(cross_entropy, z, t)

    def unfused(z, t):
        return logsumexp(z, axis=-1) - (t * z).sum(axis=-1)

    for a, b in zip(jvp(cross_entropy, (z, t), (dz, dt)), jvp(unfused, (z, t), (dz, dt)), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)
    both = [hessian(lambda z, t, f=f: f(z, t).sum(), argnums=(0, 1))(z, t) for f in (cross_entropy, unfused)]
    np.testing.assert_allclose(both[0], both[1], atol=1e-14)
    for mode in ("forward", "reverse"):
        by_z, by_t = jacobian(cross_entropy, argnums=(0, 1), mode=mode)(z, t)
        np.testing.assert_allclose(by_z[1], np.eye(4)[1][:, None] * (softmax(z) - t), atol=1e-15)
        np.testing.assert_array_equal(by_t[1], np.eye(4)[1][:, None] * -z)


@pytest.mark.filterwarnings("error")
def test_a_fused_op_is_stable_where_its_steps_overflow(cross_entropy):
    z, t = leaf([[1000.0, 0.0], [-1000.0, -1000.0]]), Tensor([[0.0, 1.0], [0.5, 0.5]])
    loss = cross_entropy(z, t).sum()
    loss.backward(create_graph=True)
    np.testing.assert_array_equal(z.grad.detach().data, [[1, -1], [0, 0]])
    first = z.grad
    z.zero_grad()
    (first * np.array([[1.0, 2.0], [3.0, 4.0]])).sum().backward()
    np.testing.assert_allclose(z.grad, [[0, 0], [-0.25, 0.25]])
