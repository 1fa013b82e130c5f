"""What is thrown away takes no gradient: no nan of a branch not taken gets out, in any mode, at any order."""

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, grad, hessian, hvp, jacobian, jvp, logsumexp, primitive, softmax
from autograd.primitives import REGISTRY

NAN, INF = np.nan, np.inf
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's own, of the value that is not taken


def by_backward(order):
    def derivative(f, x):
        t = Tensor(x, requires_grad=True)
        y = f(t).sum()
        for n in range(order):
            t.zero_grad()
            y.backward(create_graph=n + 1 < order)
            y = (t.grad if n + 1 == order else t.grad.sum()) if t.grad is not None else Tensor(0.0)
        return np.asarray(y)

    return derivative


def by_grad(order):
    def derivative(f, x):
        g = lambda z: f(z).sum()
        for _ in range(order - 1):
            g = (lambda inner: lambda z: grad(inner)(z).sum())(g)
        return grad(g)(x)

    return derivative


def total(f):
    return lambda z: f(z).sum()


# Each gives the derivative of the sum with respect to each element, differentiated once more by all elements together.
WAYS: dict[str, tuple[int, Any]] = {
    "backward": (1, by_backward(1)),
    "grad": (1, by_grad(1)),
    "jvp, by columns": (1, lambda f, x: jacobian(total(f), mode="forward")(x)),
    "jvp, one by one": (
        1,
        lambda f, x: np.array([jvp(total(f), (x,), (e,))[1] for e in np.eye(x.size).reshape(-1, *x.shape)])
        .reshape(x.shape),
    ),
    "jacobian": (1, lambda f, x: jacobian(lambda z: np.ravel(f(z)))(x).sum(axis=0)),
    "backward of backward": (2, by_backward(2)),
    "grad of grad": (2, by_grad(2)),
    "hvp": (2, lambda f, x: hvp(total(f), (x,), (np.ones(x.shape),))),
    "hessian": (2, lambda f, x: hessian(total(f))(x).sum(axis=tuple(range(x.ndim)))),
    "forward over reverse": (
        2,
        lambda f, x: jacobian(grad(total(f)), mode="forward")(x).sum(axis=tuple(range(x.ndim))),
    ),
    "backward three times": (3, by_backward(3)),
    "grad three times": (3, by_grad(3)),
    "hvp of grad": (3, lambda f, x: hvp(lambda z: grad(total(f))(z).sum(), (x,), (np.ones(x.shape),))),
}  # fmt: skip

X = np.array([4.0, 0.0, -1.0, 1.0])  # where x > 0, and where not
LIVE = X > 0


def safe(x):
    """x where it is taken, and a harmless number where it is not: the double `where` of other libraries' advice."""
    return np.where(LIVE, x, 1.0)


def elementwise_chosen(inner):
    """How an op may throw `inner(x)` away where x is not positive; and the same computed without its ever being bad."""
    return {
        "where": (lambda x: np.where(x > 0, inner(x), 0.0), lambda x: np.where(LIVE, inner(safe(x)), 0.0)),
        "where, squared": (
            lambda x: np.where(x > 0, inner(x), x) ** 2, lambda x: np.where(LIVE, inner(safe(x)), x) ** 2),
        "select": (lambda x: np.select([x > 0, x <= 0], [inner(x), x * x]),
                   lambda x: np.where(LIVE, inner(safe(x)), x * x)),
        "a mask": (lambda x: inner(x)[x > 0], lambda x: inner(x[LIVE])),
        "a list of bools": (lambda x: inner(x)[[True, False, False, True]], lambda x: inner(x[LIVE])),
        "extract": (lambda x: np.extract(np.array(LIVE), inner(x)), lambda x: inner(x[LIVE])),
        "nan_to_num": (lambda x: np.where(x > 0, np.nan_to_num(inner(x)), 0.0),
                       lambda x: np.where(LIVE, inner(safe(x)), 0.0)),
    }  # fmt: skip


INNER = {
    "sqrt": np.sqrt,
    "log": np.log,
    "power": lambda x: x**0.5,
    "power that is finite": lambda x: x**1.5,
    "reciprocal of log": lambda x: 1 / np.log(x + 1),
    "chain": lambda x: np.exp(np.sqrt(x) * np.log(x)),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("inner", INNER)
@pytest.mark.parametrize("how", elementwise_chosen(None))
def test_an_elementwise_op_in_the_branch_not_taken(how, inner, way):
    f, same = elementwise_chosen(INNER[inner])[how]
    order, derivative = WAYS[way]
    expected = by_grad(order)(same, X)
    assert np.isfinite(expected).all()
    np.testing.assert_allclose(derivative(f, X), expected, rtol=1e-12, atol=1e-12)


# Ops that mix elements: rows 0 and 2 are taken, and all that row 1 makes of its elements is not a number.

M = np.array([[1.0, 2.0, 3.0], [0.0, -1.0, 0.0], [2.0, 0.5, 1.0]])
TAKEN = np.array([True, False, True])
W = np.array([[0.3, -0.2], [0.5, 0.1], [-0.4, 0.7]])
K = np.array([[0.1, 0.2, -0.1], [0.3, 0.1, 0.2], [-0.2, 0.1, 0.4]])

MIXED: dict[str, Any] = {
    "sum": lambda x: np.log(x).sum(axis=1),
    "mean": lambda x: np.log(x).mean(axis=1),
    "max": lambda x: np.log(x).max(axis=1),
    "min": lambda x: (1 / x).min(axis=1),
    "prod": lambda x: np.sqrt(x).prod(axis=1),
    "var": lambda x: np.log(x).var(axis=1),
    "logsumexp": lambda x: logsumexp(np.log(x), axis=1),
    "norm": lambda x: np.linalg.norm(np.sqrt(x), axis=1),
    "cumsum": lambda x: np.log(x).cumsum(axis=1)[:, -1],
    "cumprod": lambda x: np.sqrt(x).cumprod(axis=1)[:, -1],
    "softmax": lambda x: softmax(np.log(x))[:, 0],
    "sort": lambda x: np.sort(np.sqrt(x), axis=1)[:, 0],
    "quantile": lambda x: np.quantile(np.sqrt(x), 0.3, axis=1),
    "matmul": lambda x: (np.sqrt(x) @ W)[:, 0],
    "matmul with a vector": lambda x: np.log(x) @ W[:, 1],
    "matmul of two": lambda x: (np.sqrt(x) @ np.sqrt(x).T)[[0, 1, 2], [0, 1, 2]],
    "dot": lambda x: np.dot(np.log(x), W)[:, 1],
    "einsum": lambda x: np.einsum("ij,ik,jk->i", np.log(x), np.sqrt(x), np.ones((3, 3))),
    "inverse": lambda x: np.linalg.inv(np.sqrt(x)[:, :, None] * np.eye(3) + K)[:, 0, 0],
    "det": lambda x: np.linalg.det(np.log(x)[:, :, None] * np.eye(3) + K),
    "solve": lambda x: np.linalg.solve(np.sqrt(x)[:, :, None] * np.eye(3) + K, np.ones((3, 3, 1)))[:, 0, 0],
    "concatenate": lambda x: np.concatenate((np.log(x), x), axis=1)[:, 1],
    "take": lambda x: np.take(np.log(x), [0, 2], axis=1)[:, 1],
    "trace": lambda x: np.trace(np.sqrt(x)[:, :, None] * np.eye(3), axis1=1, axis2=2),
    "std": lambda x: np.log(x).std(axis=1),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", MIXED)
def test_an_op_that_mixes_elements_in_the_branch_not_taken(name, way):
    inner = MIXED[name]
    order, derivative = WAYS[way]
    safe = lambda x: np.where(TAKEN[:, None], x, 1.0)
    if name in ("max", "min", "sort", "quantile", "var", "std"):
        safe = lambda x: np.where(TAKEN[:, None], x, [[1.0, 2.0, 4.0]])
    expected = by_grad(order)(lambda x: np.where(TAKEN, inner(safe(x)), 0.0), M)
    assert np.isfinite(expected).all()
    for f in (lambda x: np.where(TAKEN, inner(x), 0.0), lambda x: inner(x)[TAKEN]):
        np.testing.assert_allclose(derivative(f, M), expected, rtol=1e-6, atol=1e-6)


def test_a_product_in_which_only_some_cotangents_are_zero():
    """Inside one sum of a matrix product: terms of a column that is thrown away, beside terms of one that is not."""
    a, b = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, -1.0, 0.0], [2.0, 1.0, 3.0]])
    used = np.array([True, False, False])

    def f(a):
        return np.where(used, a @ np.log(b), 0.0)

    with np.errstate(all="ignore"):
        np.testing.assert_allclose(grad(lambda a: f(a).sum())(a), [[0, np.log(2)], [0, np.log(2)]])
        np.testing.assert_allclose(jacobian(f)(a)[:, 0], np.einsum("ik,j->ikj", np.eye(2), [0, np.log(2)]))
        gradient = grad(lambda b: np.where(used, a @ np.log(b), 0.0).sum())(b)
    np.testing.assert_allclose(gradient, [[4, 0, 0], [3, 0, 0]])


def test_a_nan_that_has_a_say_stays():
    a = np.array([[1.0, 2.0], [3.0, 4.0]])
    b = np.array([[NAN, 1.0], [1.0, 1.0]])

    def f(a):
        return np.where([True, False], a @ b, 0.0).sum()

    np.testing.assert_array_equal(np.isnan(grad(f)(a)), [[True, False], [True, False]])
    for fold in (np.prod, np.var, np.linalg.norm, logsumexp, lambda x: np.cumprod(x).sum(), lambda x: x @ x):
        x = np.array([NAN, 2.0, 3.0])
        slope = grad(lambda x, fold=fold: np.where(np.arange(2) > 0, fold(x), 0.0).sum())(x)
        assert np.isnan(slope).any()
        assert np.isnan(jvp(lambda x, fold=fold: np.where(np.arange(2) > 0, fold(x), 0.0), (x,), (x * 0 + 1,))[1][1])
    x = np.array([[NAN, NAN]])
    assert np.isnan(grad(lambda x: np.where([True, False], x.var(axis=1), 0.0).sum())(x)).all()
    assert np.isnan(grad(lambda x: np.where([True, False], softmax(x)[0, 0], 0.0).sum())(np.array([[NAN]]))).all()


PIECES = {
    "fmax": (lambda x: np.fmax(np.log(x), 0.0), [-1.0, 4.0], [0, 0.25]),
    "fmin": (lambda x: np.fmin(np.log(-x), 0.0), [1.0, -0.5], [0, -2]),
    "clip": (lambda x: np.clip(1 / x, -1.0, 1.0), [0.0, 4.0], [0, -1 / 16]),
    "clip of log": (lambda x: np.clip(np.log(x), -1.0, 1.0), [0.0, 2.0, 10.0], [0, 0.5, 0]),
}


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("name", PIECES)
def test_an_infinite_slope_before_a_constant_piece(name, create_graph):
    f, at, expected = PIECES[name]
    x = Tensor(at, requires_grad=True)
    f(x).sum().backward(create_graph=create_graph)
    np.testing.assert_allclose(np.asarray(x.grad.detach().data if create_graph else x.grad), expected)
    np.testing.assert_allclose(jacobian(f)(np.array(at)).sum(axis=0), expected)
    for value, slope in zip(at, expected, strict=True):
        np.testing.assert_allclose(grad(f)(value), slope)


def test_hooks_behind_a_where_are_called_once_and_see_no_nan():
    x, seen = Tensor([0.0, 4.0], requires_grad=True), []
    h = x * 1
    h.register_hook(seen.append)
    np.where(x.data > 0, np.sqrt(h), 0.0).sum().backward()
    np.testing.assert_array_equal(seen, [[0, 0.25]])


@pytest.mark.parametrize("bad", [0.0, 4.0])
def test_values_behind_a_where_are_freed_and_a_second_pass_is_refused(bad):
    x = Tensor([bad, 4.0], requires_grad=True)
    h = np.sqrt(x)
    y = np.where(x.data > 0, h * h, 0.0).sum()
    y.backward(retain_graph=True)
    y.backward()
    np.testing.assert_allclose(x.grad, [2.0 * (bad > 0), 2.0])
    assert h._node.output is None
    with pytest.raises(RuntimeError, match="freed"):
        y.backward()


def test_an_op_may_tell_by_its_keywords_whether_it_throws_away():
    kept = dict(REGISTRY)
    try:
        first = primitive(
            lambda x, n: x[:n] * 1,
            lambda g, y, x, n: np.concatenate((g, np.zeros_like(x[n:]))),
            name="first",
            masks=lambda n: n < 3,
        )
    finally:
        REGISTRY.clear()
        REGISTRY.update(kept)
    x = np.array([4.0, 1.0, 0.0])
    np.testing.assert_allclose(grad(lambda x: first(np.sqrt(x), n=2).sum())(x), [0.25, 0.5, 0])
    assert grad(lambda x: first(np.sqrt(x), n=3).sum())(x)[2] == INF
