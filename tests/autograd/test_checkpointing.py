"""`checkpoint`: the same gradients from a second run, and less memory."""

import gc
import tracemalloc
from typing import Any, NamedTuple

import numpy as np
import pytest

import nn
from autograd import (
    Tensor,
    affine,
    checkpoint,
    detect_anomaly,
    draw,
    grad,
    gradcheck,
    gradgradcheck,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    vjp,
)
from autograd.errors import AnomalyError, GradientError, StaleValueError

X = np.array([0.3, -1.2, 2.0])


def f(x):
    return np.exp(np.sin(x) * x) / (1 + x * x)


def leaf(data, **options):
    return Tensor(data, requires_grad=True, **options)


def gradients(function, *arrays, **options):
    leaves = [leaf(x) for x in arrays]
    function(*leaves).sum().backward(**options)
    return [x.grad for x in leaves]


# --- the same derivatives ---


@pytest.mark.parametrize("data", [0.7, X, X.astype(np.float32), np.float32(0.7), np.ones((2, 0))], ids=repr)
def test_gradients_are_the_same_to_the_bit(data):
    (plain,), (again,) = gradients(f, data), gradients(checkpoint(f), data)
    np.testing.assert_array_equal(again, plain)
    assert again.dtype == plain.dtype
    assert again.shape == plain.shape
    np.testing.assert_array_equal(checkpoint(f)(Tensor(data)).data, f(Tensor(data)).data)


def test_a_chain_of_blocks_with_parameters_is_the_same_to_the_bit():
    grads = []
    for wrap in (lambda block: block, checkpoint):
        model = nn.Sequential(*(nn.Sequential(nn.Linear(6, 6, rng=i), nn.Tanh()) for i in range(4)))
        x = leaf(np.random.default_rng(0).normal(size=(5, 6)))
        h = x
        for block in model:
            h = wrap(block)(h)
        (h * h).sum().backward()
        grads.append([x.grad, *(p.grad for p in model.parameters())])
    for plain, again in zip(*grads, strict=True):
        np.testing.assert_array_equal(plain, again)


MODES: dict[str, Any] = {
    "grad": lambda f: grad(lambda x: f(x).sum())(X),
    "vjp": lambda f: vjp(f, X)[1](np.array([1.0, 2.0, 3.0])),
    "jvp": lambda f: jvp(f, (X,), (np.array([1.0, 2.0, 3.0]),)),
    "jacobian by rows": lambda f: jacobian(f, mode="reverse")(X),
    "jacobian by columns": lambda f: jacobian(f, mode="forward")(X),
    "hessian": lambda f: hessian(lambda x: f(x).sum())(X),
    "hvp": lambda f: hvp(lambda x: f(x).sum(), (X,), (np.ones(3),)),
    "third": lambda f: jacobian(hessian(lambda x: f(x).sum()))(X),
    "nested": lambda f: grad(lambda x: (jacobian(f)(x) ** 2).sum())(X),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "wrap",
    [checkpoint, lambda f: checkpoint(checkpoint(f)), lambda f: lambda x: checkpoint(np.exp)(checkpoint(f)(x))],
    ids=["once", "twice", "two"],
)
def test_every_mode_and_order(mode, wrap):
    plain = f if wrap(f)(0.0) == f(0.0) else lambda x: np.exp(f(x))
    for a, b in zip(np.ravel(MODES[mode](plain)), np.ravel(MODES[mode](wrap(f))), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)


def test_recorded_passes_to_order_three():
    x, y = leaf(X), leaf(X)
    a, b = f(x).sum(), checkpoint(f)(y).sum()
    for _ in range(3):
        x.zero_grad()
        y.zero_grad()
        a.backward(create_graph=True)
        b.backward(create_graph=True)
        np.testing.assert_allclose(y.grad.detach().data, x.grad.detach().data, rtol=1e-12)
        a, b = x.grad.sum(), y.grad.sum()


def test_gradcheck_through_a_checkpoint():
    assert gradcheck(checkpoint(f), X)
    assert gradgradcheck(checkpoint(f), X)
    assert gradcheck(lambda x, y: np.sum(checkpoint(lambda x, y: [x * y, x / y])(x, y)[1]), X, X + 1)


def test_the_promise_of_where_reaches_inside():
    def inner(x):
        return np.sqrt(x) * np.log(x)

    x = np.array([0.0, 4.0])
    for create_graph in (False, True):
        with np.errstate(all="ignore"):
            (g,) = gradients(lambda t: np.where(x > 0, checkpoint(inner)(t), 0.0), x, create_graph=create_graph)
        expected = [0, np.log(4) / 4 + 0.5]
        np.testing.assert_allclose(g.detach().data if create_graph else g, expected)
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(
            jacobian(lambda t: np.where(x > 0, checkpoint(inner)(t), 0.0), mode="reverse")(x), np.diag(expected)
        )


# --- what goes in and out ---


class Pair(NamedTuple):
    a: Any
    b: Any


def test_containers_keywords_and_several_outputs():
    def g(p, *, scale, pair):
        x, (y, k) = p["x"], p["rest"]
        return {"product": x * y * scale, "rest": [pair.a.sum(), Pair(x.astype(np.float32), None), k, "text"]}

    results = []
    for function in (g, checkpoint(g)):
        x, y, a, s = leaf(X), leaf(X + 1), leaf(np.ones((2, 2))), leaf(3.0)
        out = function({"x": x, "rest": (y, 7)}, scale=s, pair=Pair(a, None))
        assert type(out["rest"][1]) is Pair
        assert out["rest"][1].b is None
        assert out["rest"][2:] == [7, "text"]
        assert out["rest"][1].a.dtype == np.float32
        (out["product"].sum() + (out["rest"][0] * 2) + (out["rest"][1].a * np.float32(5)).sum()).backward()
        results.append([np.asarray(out["product"].detach().data), *(t.grad for t in (x, y, a, s))])
    for plain, again in zip(*results, strict=True):
        np.testing.assert_array_equal(plain, again)


def test_complex_values_in_and_out():
    def g(z, x):
        return np.exp(z) * x, np.abs(z) + x

    results = []
    for function in (g, checkpoint(g)):
        z, x = leaf(X + 1j * X[::-1]), leaf(X)
        a, b = function(z, x)
        (np.abs(a).sum() + (b * b).sum()).backward()
        results.append((a.detach().data, b.detach().data, z.grad, x.grad))
    for plain, again in zip(*results, strict=True):
        assert again.dtype == plain.dtype
        np.testing.assert_array_equal(again, plain)


def test_outputs_that_are_inputs_constants_or_unused():
    w = leaf(2.0)
    g = checkpoint(lambda x: (x, w, x.detach(), x * w, np.ones(2), x * 3))
    x = leaf(X)
    same, weight, cut, product, ones, _ = g(x)
    assert same._node is x._node
    assert weight is w
    assert not cut.requires_grad
    assert type(ones) is np.ndarray
    product.sum().backward()
    np.testing.assert_array_equal(x.grad, [2, 2, 2])
    assert w.grad == X.sum()


def test_what_closes_over_leaves_and_results():
    w, b = leaf([1.0, 2.0, 3.0]), leaf(0.5)
    k = w * b
    x = leaf(X)
    checkpoint(lambda x: x * w + k * k)(x).sum().backward()
    np.testing.assert_array_equal(x.grad, w.data)
    np.testing.assert_allclose(w.grad, X + 2 * w.data * 0.25)
    np.testing.assert_allclose(b.grad, (2 * w.data**2 * 0.5).sum())


def test_frozen_parameters_get_nothing_and_nothing_to_differentiate_is_no_node():
    w = Tensor([1.0, 2.0, 3.0])
    x = leaf(X)
    checkpoint(lambda x: x * w)(x).sum().backward()
    assert w.grad is None
    assert checkpoint(lambda x: x * w)(Tensor(X)).is_leaf
    with no_grad():
        assert checkpoint(f)(x).is_leaf
    with detect_anomaly(), np.errstate(all="ignore"), pytest.raises(AnomalyError, match=r"test_checkpointing\.py"):
        checkpoint(np.log)(leaf([0.0]))


def test_f_may_write_into_its_arguments():
    def g(x, a):
        x[0] = x[1] * 2
        a += 1
        return x * a

    x, y = leaf(X), leaf(X)
    h, a = x * 1, np.ones(3)
    checkpoint(g)(h, a).sum().backward()
    np.testing.assert_array_equal(h.data, X)  # f had a Tensor of its own
    np.testing.assert_array_equal(x.grad, [0, 6, 2])
    out = checkpoint(lambda y, a: y * a)(y, a)
    a[:] = 100
    out.sum().backward()
    np.testing.assert_array_equal(y.grad, [2, 2, 2])


def test_f_may_differentiate_and_make_leaves_itself():
    def g(x):
        inner = Tensor([1.0, 2.0, 3.0], requires_grad=True)
        return x * inner + grad(lambda z: (z**3).sum())(x) + grad(lambda z: (z * z).sum())(Tensor(X)).sum()

    x, y = leaf(X), leaf(X)
    g(x).sum().backward()
    checkpoint(g)(y).sum().backward()
    np.testing.assert_array_equal(x.grad, y.grad)


# --- runs that differ ---


def dropped(x, rng):
    return x * (rng.random(x.shape) < 0.5) * rng.normal()


@pytest.mark.parametrize("how", ["argument", "keyword", "named", "named in a list"])
def test_random_numbers_are_drawn_again(how):
    def run(x, rng):
        if how == "argument":
            return checkpoint(dropped)(x, rng)
        if how == "keyword":
            return checkpoint(dropped)(x, rng=rng)
        return checkpoint(lambda x: dropped(x, rng), rng if how == "named" else [rng])(x)

    x, y = leaf(np.ones(50)), leaf(np.ones(50))
    first, second = np.random.default_rng(0), np.random.default_rng(0)
    a, b = dropped(x, first), run(y, second)
    np.testing.assert_array_equal(a.data, b.data)
    assert first.random() == second.random()  # between the passes
    (a * a).sum().backward()
    (b * b).sum().backward()
    np.testing.assert_array_equal(x.grad, y.grad)
    assert first.random() == second.random()  # and behind them


def test_a_module_with_dropout():
    model = nn.Sequential(nn.Linear(4, 8, rng=0), nn.Dropout(0.5, rng=1))
    x = leaf(np.ones((3, 4)))
    with pytest.raises(GradientError, match="rng=generator"):
        checkpoint(model)(x).sum().backward()
    assert x.grad is None
    y = checkpoint(model, rng=model[1].rng)(x)
    y.sum().backward()
    assert x.grad.shape == (3, 4)


def test_a_run_that_gives_other_values_is_refused():
    calls = []

    def g(x):
        calls.append(1)
        return x * len(calls)

    x = leaf(X)
    with pytest.raises(GradientError, match=r"checkpoint\(g\) gave other values"):
        checkpoint(g)(x).sum().backward()
    assert x.grad is None


def test_a_name_bound_to_another_tensor_of_the_same_value_is_refused():
    w = leaf(X)
    kept = w
    y = checkpoint(lambda x: x * w)(leaf(X))
    w = leaf(X)
    with pytest.raises(GradientError, match="other Tensors"):
        y.sum().backward()
    assert kept.grad is None


def test_a_leaf_assigned_to_in_between_is_stale():
    w, x = leaf(X), leaf(X)
    y = checkpoint(lambda x: x * w)(x)
    w.assign(X + 1)
    with pytest.raises(StaleValueError, match=r"checkpoint.*test_checkpointing\.py"):
        y.sum().backward()


def test_the_second_run_has_the_modes_of_the_first():
    x, y = leaf(X), leaf(X)

    def g(x):
        with no_grad():
            c = x * 2
        return x * c

    for function, t in ((g, x), (checkpoint(g), y)):
        out = function(t).sum()
        with no_grad():
            out.backward()
    np.testing.assert_array_equal(x.grad, y.grad)


def test_the_second_run_does_not_warn_again():
    x = leaf([0.0, 1.0])
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        y = checkpoint(lambda x: np.log(x) * 2)(x)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [np.inf, 2])


def test_an_error_in_the_second_run_leaves_gradients_and_generators():
    rng, calls = np.random.default_rng(0), []

    def g(x):
        calls.append(1)
        if len(calls) > 1:
            raise RuntimeError("only once")
        return x * rng.random()

    x = leaf(X)
    y = checkpoint(g, rng)(x)
    state = rng.bit_generator.state
    with pytest.raises(RuntimeError, match="only once"):
        y.sum().backward()
    assert x.grad is None
    assert rng.bit_generator.state == state


def test_an_error_inside_names_the_users_line():
    with pytest.raises(ValueError, match=r"test_checkpointing\.py:\d+: .*checkpoint\(lambda x: x \+ np\.ones\(2\)\)"):
        checkpoint(lambda x: x + np.ones(2))(leaf(X))


def test_second_passes_freed_graphs_and_pictures():
    x = leaf(X, name="x")
    y = checkpoint(f)(x).sum()
    y.backward(retain_graph=True)
    y.backward()
    np.testing.assert_allclose(x.grad, 2 * gradients(f, X)[0])
    with pytest.raises(GradientError, match="freed"):
        y.backward()
    assert "checkpoint(f)" in draw(y).source


# --- memory ---


def test_what_f_computes_is_dropped_at_once_and_the_chain_needs_less_memory():
    size, depth = 20_000, 20

    def block(h):
        for _ in range(10):
            h = np.sin(h) * 1.01
        return h

    def peak(function):
        x = leaf(np.ones(size))
        gc.collect()
        gc.disable()
        tracemalloc.start()
        try:
            h = x
            for _ in range(depth):
                h = function(h)
            forward = tracemalloc.get_traced_memory()[0]
            h.sum().backward()
            h = None
            return forward / (8 * size), tracemalloc.get_traced_memory()[1] / (8 * size)
        finally:
            tracemalloc.stop()
            gc.enable()

    plain, checkpointed = peak(block), peak(checkpoint(block))
    assert plain[0] > 10 * depth  # arrays of that size alive after the forward pass
    assert checkpointed[0] < depth + 3
    assert checkpointed[1] < depth + 35
    assert plain[1] > 4 * checkpointed[1]


def test_a_dropped_graph_is_freed_without_the_collector():
    w = leaf(np.ones((3, 3)))
    gc.collect()
    gc.disable()
    try:
        before = len(gc.get_objects())
        for create_graph in (False, False):
            y = checkpoint(lambda x: affine(x, w, np.zeros(3)).tanh())(np.ones((2, 3))).sum()
            y.backward(create_graph=create_graph)
            del y
        w.zero_grad()
        assert len(gc.get_objects()) - before < 5
    finally:
        gc.enable()
