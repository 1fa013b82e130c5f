"""Jacobians and hessians: both modes, containers, what is sent together and what one by one."""

import numpy as np
import pytest

from autograd import (
    Tensor,
    detect_anomaly,
    elementwise,
    grad,
    hessian,
    jacobian,
    jacobians,
    primitive,
    softmax,
)
from autograd.errors import AnomalyError, GradientError
from autograd.primitives import REGISTRY
from tests.autograd.oracles import numeric_jvp

MODES = pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])


@pytest.fixture
def passes(monkeypatch):
    """How each jacobian was sent."""
    seen = []
    for name in ("_together", "_one_by_one"):
        original = getattr(jacobians, name)

        def spy(trace, sources, targets, send, rows, name=name, original=original):
            seen.append((name, send.__name__, len(rows)))
            return original(trace, sources, targets, send, rows)

        monkeypatch.setattr(jacobians, name, spy)
    return seen


def test_the_mode_of_fewer_passes_is_taken(passes):
    w = np.arange(12.0).reshape(4, 3)
    np.testing.assert_array_equal(jacobian(lambda x: w @ x)(np.ones(3)), w)
    np.testing.assert_array_equal(jacobian(lambda x: w.T @ x)(np.ones(4)), w.T)
    np.testing.assert_array_equal(jacobian(lambda x: w @ x, mode="reverse")(np.ones(3)), w)
    assert passes == [("_together", "pushed", 3), ("_together", "pulled", 3), ("_together", "pulled", 4)]


def test_a_large_jacobian_is_sent_in_parts(passes, monkeypatch):
    monkeypatch.setattr(jacobians, "_ELEMENTS_AT_ONCE", 30)
    x = np.linspace(-1, 1, 10)
    for mode in ("forward", "reverse"):
        np.testing.assert_array_equal(jacobian(np.sin, mode=mode)(x), np.diag(np.cos(x)))
    assert [rows for _, _, rows in passes] == [3, 3, 3, 1] * 2


@MODES
def test_containers_in_and_out(mode):
    def f(p, scale):
        return {"a": p[0] * scale, "b": (p[1]["w"].sum(), p[0] @ p[1]["w"])}

    x, w = np.array([1.0, 2.0]), np.array([[3.0, 4.0, 5.0], [6.0, 7.0, 8.0]])
    rows = jacobian(f, mode=mode)((x, {"w": w}), 10.0)
    np.testing.assert_array_equal(rows["a"][0], 10 * np.eye(2))
    np.testing.assert_array_equal(rows["a"][1]["w"], np.zeros((2, 2, 3)))
    np.testing.assert_array_equal(rows["b"][0][0], [0, 0])
    np.testing.assert_array_equal(rows["b"][0][1]["w"], np.ones((2, 3)))
    np.testing.assert_array_equal(rows["b"][1][0], w.T)
    np.testing.assert_array_equal(rows["b"][1][1]["w"], np.einsum("j,ik->ijk", x, np.eye(3)))
    by_scale, by_p = jacobian(f, argnums=(1, 0), mode=mode)((x, {"w": w}), 10.0)["a"]
    np.testing.assert_array_equal(by_scale, x)
    np.testing.assert_array_equal(by_p[0], 10 * np.eye(2))


@MODES
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (1,), (5,), (0,), (2, 0), (2, 3)], ids=str)
def test_shapes_and_dtypes(shape, dtype, mode):
    x = np.linspace(-1, 1, int(np.prod(shape))).reshape(shape).astype(dtype)
    rows = jacobian(np.exp, mode=mode)(x)
    assert type(rows) is np.ndarray
    assert rows.dtype == dtype
    assert rows.shape == shape + shape
    np.testing.assert_allclose(rows.reshape(x.size, x.size), np.diag(np.exp(x).reshape(-1)), rtol=1e-6)
    total = jacobian(lambda x: x.sum(), mode=mode)(x)
    assert total.shape == shape
    np.testing.assert_array_equal(total, np.ones(shape))


@MODES
def test_arguments_without_an_effect_and_constants(mode):
    a, b = jacobian(lambda x, y: x * 2, argnums=(0, 1), mode=mode)(np.ones(3), np.ones((2, 2)))
    np.testing.assert_array_equal(a, 2 * np.eye(3))
    np.testing.assert_array_equal(b, np.zeros((3, 2, 2)))
    rows = jacobian(lambda x: (np.ones(2), x * 3, 7.0, x > 0), mode=mode)(np.ones(4))
    assert [r.shape for r in rows] == [(2, 4), (4, 4), (4,), (4, 4)]
    np.testing.assert_array_equal(rows[1], 3 * np.eye(4))
    assert not any(np.any(rows[i]) for i in (0, 2, 3))


@MODES
def test_has_aux(mode):
    rows, aux = jacobian(lambda x: (x * x, {"seen": x}), has_aux=True, mode=mode)(np.arange(4.0))
    np.testing.assert_array_equal(rows, 2 * np.diag(np.arange(4.0)))
    np.testing.assert_array_equal(aux["seen"], np.arange(4.0))
    second, aux = hessian(lambda x: ((x**3).sum(), x[0]), has_aux=True)(np.arange(4.0))
    np.testing.assert_array_equal(second, 6 * np.diag(np.arange(4.0)))
    assert aux == 0


def test_another_mode_is_refused():
    with pytest.raises(ValueError, match="mode='backward'"):
        jacobian(np.exp, mode="backward")


def test_a_hessian_of_several_arguments_and_containers():
    def f(p, x):
        return np.tanh(p["w"] @ x + p["b"]).sum()

    rng = np.random.default_rng(0)
    p, x = {"w": rng.normal(size=(2, 3)), "b": rng.normal(size=2)}, rng.normal(size=3)
    blocks = hessian(f, argnums=(0, 1))(p, x)
    first = grad(f, argnums=(0, 1))
    for name in ("w", "b"):
        by_x = [numeric_jvp(lambda x, name=name: first(p, x)[0][name], [x], [unit]) for unit in np.eye(3)]
        np.testing.assert_allclose(blocks[0][name][1], np.moveaxis(by_x, 0, -1), atol=1e-9)
    np.testing.assert_allclose(blocks[1][0]["w"], np.moveaxis(blocks[0]["w"][1], -1, 0), atol=1e-14)
    np.testing.assert_allclose(blocks[0]["w"][0]["b"], np.moveaxis(blocks[0]["b"][0]["w"], 0, -1), atol=1e-14)


@MODES
def test_third_derivatives(mode):
    x = np.array([0.3, -0.4, 0.9])
    third = jacobian(jacobian(jacobian(lambda x: (x**4).sum(), mode=mode), mode=mode), mode=mode)(x)
    expected = np.zeros((3, 3, 3))
    expected[range(3), range(3), range(3)] = 24 * x
    np.testing.assert_allclose(third, expected, atol=1e-14)
    np.testing.assert_allclose(jacobian(hessian(lambda x: (x**4).sum()), mode=mode)(x), expected, atol=1e-14)


def test_a_jacobian_of_a_tensor_reaches_the_graph_before_it():
    w = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    rows = jacobian(softmax)(w * 2)
    assert type(rows) is Tensor
    (rows * np.arange(9.0).reshape(3, 3)).sum().backward()
    y = np.exp(2 * w.data) / np.exp(2 * w.data).sum()

    def total(w):
        y = np.exp(2 * w) / np.exp(2 * w).sum()
        return np.sum((np.diag(y) - np.outer(y, y)) * np.arange(9.0).reshape(3, 3))

    expected = [numeric_jvp(total, [w.data], [unit]) for unit in np.eye(3)]
    np.testing.assert_allclose(w.grad, expected, atol=1e-10)
    np.testing.assert_allclose(rows.detach().data, np.diag(y) - np.outer(y, y))


def test_closed_over_parameters_get_no_gradient_and_cost_no_pass():
    w = Tensor(np.ones((3, 4)), requires_grad=True)
    seen = []

    def rule(g, y, x):
        seen.append(g)
        return g * 2

    double = without_entry(lambda: primitive(lambda x: x * 2, rule, name="double"))
    jacobian(lambda x: double(w) @ x)(np.ones(4))
    assert w.grad is None
    assert not seen


def without_entry(declare):
    kept = dict(REGISTRY)
    try:
        return declare()
    finally:
        REGISTRY.clear()
        REGISTRY.update(kept)


@MODES
def test_hooks_are_called_with_one_gradient_at_a_time(mode, passes):
    seen = []

    def f(x):
        h = x * 2
        h.register_hook(lambda g: seen.append(np.array(g)))
        return h * x

    np.testing.assert_array_equal(jacobian(f, mode=mode)(np.arange(3.0)), np.diag(4 * np.arange(3.0)))
    assert passes[0][0] == "_one_by_one"
    if mode == "reverse":
        np.testing.assert_array_equal(seen, np.diag(np.arange(3.0)))


@pytest.mark.filterwarnings("ignore:divide")
def test_anomalies_are_told_of_one_by_one():
    with detect_anomaly(), pytest.raises(AnomalyError):
        jacobian(lambda x: np.sqrt(x) * 0)(np.zeros(4))


RULES = {
    "an array wanted": lambda g, y, x: np.asarray(g) * np.cos(x),
    "a buffer filled": lambda g, y, x: filled(g, x),
    "a list": lambda g, y, x: np.array([g[i] * np.cos(x[i]) for i in range(3)]),
}


def filled(g, x):
    y = np.empty(x.shape)
    for i in range(len(x)):
        y[i] = g[i] * np.cos(x[i])
    return y


@pytest.mark.parametrize("name", RULES)
def test_a_rule_that_cannot_take_many_rows_is_given_one_by_one(name, passes):
    sine = without_entry(lambda: primitive(lambda x: np.sin(x), RULES[name], name="sine"))
    x = np.arange(3.0)
    np.testing.assert_allclose(jacobian(sine, mode="reverse")(x), np.diag(np.cos(x)))
    assert passes[-1][0] == "_one_by_one"


def test_reverse_mode_serves_where_a_rule_cannot_be_differentiated():
    def rule(g, y, x):
        return np.asarray(g) @ w

    w = np.arange(12.0).reshape(4, 3)
    product = without_entry(lambda: primitive(lambda x: w @ x, rule, name="product"))
    np.testing.assert_array_equal(jacobian(product)(np.ones(3)), w)
    with pytest.raises(GradientError):
        jacobian(product, mode="forward")(np.ones(3))


def test_an_error_in_a_rule_is_told():
    def rule(g, y, x):
        raise ZeroDivisionError("mine")

    bad = without_entry(lambda: elementwise(lambda x: x * 2, rule, name="bad"))
    with pytest.raises(ZeroDivisionError, match="mine"):
        jacobian(bad)(np.ones(4))
