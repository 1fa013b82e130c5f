"""`grad`, `vjp`, `jvp` and their kin where they meet something else: a pass that is running, Tensors, containers."""

from typing import Any, NamedTuple

import numpy as np
import pytest

from autograd import Tensor, grad, hessian, hvp, jacobian, jvp, no_grad, primitive, value_and_grad, vjp
from autograd.errors import AutogradError
from autograd.primitives import REGISTRY


def leaf(*data):
    return Tensor(np.array(data, float), requires_grad=True)


# --- inside a backward pass ---


def closing_over(w):
    """Transforms of functions that close over w: none of their business may show in a pass over w's own graph."""
    x = np.ones(3)

    def recorded(g):
        with no_grad():
            vjp(lambda z: z * w, Tensor(x))[1](Tensor(g.data if isinstance(g, Tensor) else g))

    return {
        "grad": lambda g: grad(lambda z: (z * w).sum())(x),
        "value_and_grad": lambda g: value_and_grad(lambda z: (z * w * w).sum())(x),
        "vjp": lambda g: vjp(lambda z: np.exp(z) * w, x)[1](x),
        "jvp": lambda g: jvp(lambda z: np.exp(z) * w, (x,), (x,)),
        "jacobian": lambda g: jacobian(lambda z: z * w)(x),
        "hessian": lambda g: hessian(lambda z: (z * z * w).sum())(x),
        "grad of grad": lambda g: grad(lambda y: grad(lambda z: (y * z * w).sum())(x).sum())(x),
        "a Tensor": recorded,
        "a pass of its own": lambda g: (lambda own: (own * own).sum().backward())(leaf(1, 2)),
    }


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("kind", closing_over(leaf(1, 2, 3)))
@pytest.mark.parametrize("over", ["the leaf", "a result"])
def test_a_transform_in_a_hook_does_not_disturb_the_pass(kind, over, create_graph):
    """The leaf has a part of its gradient already when the hook runs, and gets the other part afterwards."""
    w = leaf(1, 2, 3)
    k = w * 1
    h = k * 2
    late = k * 5 if over == "a result" else w * 5
    calls = []

    def hook(g):
        calls.append(closing_over(k if over == "a result" else w)[kind](g))

    h.register_hook(hook)
    (h + late).sum().backward(create_graph=create_graph)
    assert len(calls) == 1
    np.testing.assert_array_equal(w.grad.data if create_graph else w.grad, [7, 7, 7])


def test_a_transform_in_a_hook_on_a_leaf_does_not_disturb_other_leaves():
    a, w = leaf(1, 2, 3), leaf(4, 5, 6)
    answers: list[Any] = []
    a.register_hook(lambda g: answers.append(grad(lambda z: (z * w * a).sum())(np.ones(3))))
    (a * w).sum().backward()
    np.testing.assert_array_equal(a.grad, [4, 5, 6])
    np.testing.assert_array_equal(w.grad, [1, 2, 3])
    np.testing.assert_array_equal(answers, [[4, 10, 18]])


def test_a_transform_in_a_hook_gives_the_right_answer_itself():
    w, answers = leaf(1, 2, 3), []
    h = w * 2
    h.register_hook(lambda g: answers.append(grad(lambda z: (z * z * w).sum())(np.ones(3))))
    (h * h).sum().backward()
    np.testing.assert_array_equal(answers, [[2, 4, 6]])
    np.testing.assert_array_equal(w.grad, [8, 16, 24])


@pytest.mark.parametrize("scalar", [False, True])
@pytest.mark.parametrize("how", ["vjp", "grad", "jvp"])
def test_a_rule_may_call_a_transform_that_closes_over_what_the_pass_goes_through(how, scalar):
    w = Tensor(3.0, requires_grad=True) if scalar else leaf(1, 2, 3)
    k = w * 3

    def rule(g, y, x):
        if how == "vjp":
            vjp(lambda z: z * w * k, np.ones(w.shape))[1](np.ones(w.shape))
        elif how == "jvp":
            jvp(lambda z: z * w * k, (np.ones(w.shape),), (np.ones(w.shape),))
        else:
            grad(lambda z: (z * w * k).sum())(np.ones(w.shape))
        return g * 2

    kept = dict(REGISTRY)
    try:
        double = primitive(lambda x: x * 2, rule, name="double")
    finally:
        REGISTRY.clear()
        REGISTRY.update(kept)
    (k + double(k) + w + k).sum().backward()  # k and w are used before and after the rule has run
    np.testing.assert_array_equal(w.grad, np.full(w.shape, 3 + 6 + 1 + 3))


def test_a_transform_in_a_hook_of_another_transform():
    """The outer pass is that of a transform, which leaves no marks either."""
    w = leaf(1, 2, 3)

    def f(x):
        h = x * w
        h.register_hook(lambda g: (grad(lambda z: (z * w * x).sum())(np.ones(3)), None)[1])
        return (h + x * 5 + h).sum()

    gradient = grad(f)(np.ones(3))
    np.testing.assert_array_equal(np.asarray(gradient), [7, 9, 11])
    assert w.grad is None


# --- containers ---


def two(x):
    return {"a": x * 2, "b": x * 3}


def test_cotangents_in_dicts_are_matched_by_key():
    _, pullback = vjp(two, 1.0)
    assert pullback({"a": 1.0, "b": 10.0}) == (32,)
    assert pullback({"b": 10.0, "a": 1.0}) == (32,)
    assert pullback({"b": Tensor(10.0), "a": Tensor(1.0)})[0].item() == 32


def test_cotangents_in_nested_dicts_are_matched_by_key():
    _, pullback = vjp(lambda x: [two(x), {"c": (x, two(x))}], 1.0)
    cotangent = [{"b": 1.0, "a": 10.0}, {"c": (100.0, {"b": 1000.0, "a": 10000.0})}]
    assert pullback(cotangent) == (23 + 100 + 23000,)


def test_tangents_in_dicts_are_matched_by_key():
    def f(p):
        return p["a"] * 10 + p["b"]

    for tangent, expected in (({"a": 1.0, "b": 0.0}, 10), ({"b": 0.0, "a": 1.0}, 10), ({"b": 1.0, "a": 0.0}, 1)):
        assert jvp(f, ({"a": 1.0, "b": 2.0},), (tangent,))[1] == expected
        assert jvp(f, ({"b": 2.0, "a": 1.0},), (tangent,))[1] == expected


def test_tangents_in_dicts_are_matched_by_key_in_hvp():
    product = hvp(lambda p: p["a"] ** 2 * p["b"], ({"a": 3.0, "b": 5.0},), ({"b": 0.0, "a": 1.0},))
    assert product == {"a": 10, "b": 6}


class Pair(NamedTuple):
    a: Any
    b: Any


@pytest.mark.parametrize(
    "cotangent",
    [
        {"a": 1.0},
        {"a": 1.0, "c": 1.0},
        {"a": 1.0, "b": 1.0, "c": 1.0},
        {"a": 1.0, "b": None},
        {"a": 1.0, "b": {"b": 1.0}},
        {"a": [1.0], "b": [1.0]},
        {"a": 1.0, "b": None, "c": 1.0},
        [1.0, 1.0],
        (1.0, 1.0),
        1.0,
        None,
    ],
    ids=str,
)
def test_a_cotangent_or_a_tangent_of_another_structure_is_refused(cotangent):
    _, pullback = vjp(two, 1.0)
    with pytest.raises((AutogradError, TypeError, ValueError), match=r"test_transforms\.py"):
        pullback(cotangent)
    with pytest.raises((AutogradError, TypeError, ValueError), match=r"test_transforms\.py"):
        jvp(lambda p: p["a"] * p["b"], ({"a": 1.0, "b": 2.0},), (cotangent,))


def test_brackets_in_other_places_are_another_structure():
    _, pullback = vjp(lambda x: (x, (x, x)), 1.0)
    assert pullback((1.0, (1.0, 1.0))) == (3,)
    with pytest.raises((AutogradError, TypeError, ValueError)):
        pullback(((1.0, 1.0), 1.0))
    with pytest.raises((AutogradError, TypeError, ValueError)):
        jvp(lambda p: p[0] * p[1][0] * p[1][1], ((1.0, (1.0, 1.0)),), (((1.0, 1.0), 1.0),))


def test_named_tuples_keep_their_type():
    value, pullback = vjp(lambda p: Pair(p.a * p.b, p.a), Pair(2.0, 3.0))
    assert type(value) is Pair
    (gradient,) = pullback(Pair(1.0, 10.0))
    assert type(gradient) is Pair
    assert gradient == Pair(13, 2)


# --- Tensors among the arguments ---

WEIGHTED = {
    "positional": (lambda x, w: (x * x * w).sum(), lambda w: ((w,), {})),
    "keyword": (lambda x, w: (x * x * w).sum(), lambda w: ((), {"w": w})),
    "in a dict": (lambda x, p: (x * x * p["w"]).sum(), lambda w: (({"w": w},), {})),
    "in a list in a keyword": (lambda x, p: (x * x * p[0]).sum(), lambda w: ((), {"p": [w]})),
}


@pytest.mark.parametrize("form", WEIGHTED)
def test_a_tracked_tensor_among_the_other_arguments_makes_the_result_one(form):
    f, arguments = WEIGHTED[form]
    x = np.array([1.0, 2.0, 3.0])
    for transform in (grad(f), lambda *a, **k: value_and_grad(f)(*a, **k)[1], lambda *a, **k: jacobian(f)(*a, **k)):
        w = leaf(1, 2, 3)
        args, keywords = arguments(w)
        gradient = transform(x, *args, **keywords)
        assert type(gradient) is Tensor
        np.testing.assert_array_equal(gradient.detach().numpy(), 2 * x * w.data)
        (gradient * gradient).sum().backward()
        np.testing.assert_array_equal(w.grad, 8 * x**2 * w.data)
    w = leaf(1, 2, 3)
    args, keywords = arguments(w)
    second = hessian(f)(x, *args, **keywords)
    assert type(second) is Tensor
    second.sum().backward()
    np.testing.assert_array_equal(w.grad, [2, 2, 2])
    args, keywords = arguments(Tensor([1.0, 2.0, 3.0]))
    assert type(grad(f)(x, *args, **keywords)) is Tensor
    args, keywords = arguments(np.array([1.0, 2.0, 3.0]))
    assert type(grad(f)(x, *args, **keywords)) is np.ndarray


def test_a_tracked_tensor_among_the_other_arguments_makes_value_and_aux_tensors():
    w = leaf(1, 2, 3)
    (value, aux), gradient = value_and_grad(lambda x, w: ((x * w).sum(), x * w), has_aux=True)(np.ones(3), w)
    assert all(type(y) is Tensor and y.requires_grad for y in (value, aux, gradient))


@pytest.mark.parametrize("tracked", ["the primal", "the tangent"])
def test_jvp_of_tensors_under_no_grad_records(tracked):
    x, t = Tensor(3.0, requires_grad=tracked == "the primal"), Tensor(2.0, requires_grad=tracked == "the tangent")
    with no_grad():
        _, pushed = jvp(lambda x: x * x, (x,), (t,))
    assert type(pushed) is Tensor
    assert pushed.requires_grad
    pushed.backward()
    assert (x.grad, t.grad) == ((4, None) if tracked == "the primal" else (None, 6))


@pytest.mark.parametrize("f", [np.exp, np.sum, np.prod, lambda x: x @ x, lambda x: np.where(x > 0, x, 0) * x])
def test_jvp_of_tensors_is_the_same_under_no_grad(f):
    """Through elementwise ops, linear ones, and general ones."""
    seen = []
    for mode in (False, True):
        x = leaf(1, 2, 3)
        if mode:
            with no_grad():
                value, pushed = jvp(f, (x,), (Tensor([1.0, 10.0, 100.0]),))
        else:
            value, pushed = jvp(f, (x,), (Tensor([1.0, 10.0, 100.0]),))
        assert value.requires_grad
        if pushed.requires_grad:
            pushed.sum().backward()
        seen.append((value.detach().data, pushed.detach().data, x.grad))
    np.testing.assert_equal(seen[0], seen[1])


# --- argnums ---


def product(x, y):
    return x * x * y


@pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian, hessian], ids=lambda t: t.__name__)
@pytest.mark.parametrize("argnums", [(0, 0), (0, 1, 0), (1, -1)], ids=str)
def test_an_argument_named_twice_is_refused(transform, argnums):
    with pytest.raises((TypeError, ValueError), match="argnums"):
        transform(product, argnums=argnums)(2.0, 3.0)


@pytest.mark.parametrize("one", [np.int64(1), np.int8(-1)], ids=repr)
def test_argnums_may_be_a_numpy_integer(one):
    assert grad(product, argnums=one)(2.0, 3.0) == 4
    assert value_and_grad(product, argnums=one)(2.0, 3.0) == (12, 4)
    assert jacobian(product, argnums=one)(2.0, 3.0) == 4
    assert hessian(product, argnums=one)(2.0, 3.0) == 0
    assert grad(product, argnums=(one, 0))(2.0, 3.0) == (4, 12)


def test_the_function_sees_tensors_in_arguments_that_are_not_differentiated_too():
    x = np.arange(6.0).reshape(2, 3)

    def loss(w, x, labels):
        return (x.dot(w).tanh() * labels).sum() + x.exp().sum() * 0

    w, labels = np.array([0.1, -0.2, 0.3]), [1, -1]
    expected = ((1 - np.tanh(x @ w) ** 2) * labels) @ x
    np.testing.assert_allclose(grad(loss)(w, x, labels), expected)
