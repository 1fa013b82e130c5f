"""Matrices that are turned: which ones are, and that no value changes, whoever reads them."""

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor
from autograd.compiler.passes import fast
from autograd.ops import linalg

RNG = np.random.default_rng(0)
X, W, V, B = (RNG.normal(size=shape) for shape in ((20, 5), (3, 5), (4, 3), 3))
LABELS = RNG.integers(0, 3, 20)


def affine(x, weight, bias):
    return x @ np.transpose(weight) + bias


def shapes_of_products(f, *arrays):
    """Shapes of the matrix products in the program that is run; its value is checked, twice."""
    compiled = autograd.compile(f)
    expected = f(*map(Tensor, arrays))
    for _ in range(3):
        result = compiled(*arrays)
        for a, b in zip(_parts(expected), _parts(result), strict=True):
            np.testing.assert_allclose(b, a, rtol=1e-10, atol=1e-12)
    equations = fast(compiled.program).equations
    return [e.output.shape for e in equations if e.primitive in (linalg.matmul, linalg.affine)]


def _parts(result):
    parts = result if isinstance(result, tuple) else (result,)
    return [x.detach().numpy() if isinstance(x, Tensor) else np.asarray(x) for x in parts]


# Each a function of X, W, V, B, and whether x @ W.T, of shape (20, 3), is turned in it.
CASES = {
    "a fold over the columns": (lambda x, w, v, b: np.tanh(affine(x, w, b)).sum(axis=1), True),
    "a fold over the rows": (lambda x, w, v, b: np.tanh(affine(x, w, b)).max(axis=0), True),
    "folds that keep their axis": (lambda x, w, v, b: _centred(affine(x, w, b)).sum(), True),
    "a whole fold": (lambda x, w, v, b: (x @ w.T).min(), True),
    "two layers": (lambda x, w, v, b: np.exp(np.tanh(affine(x, w, b)) @ v.T).sum(axis=0), True),
    "a column and a row": (lambda x, w, v, b: ((x @ w.T) * x[:, :1] + b[None]).sum(), True),
    "a constant row": (lambda x, w, v, b: ((x @ w.T) * np.array([1.0, 2.0, 3.0])).sum(), True),
    "a choice": (lambda x, w, v, b: np.where((x @ w.T) > 0, x @ w.T, 0.0).sum(), True),
    "an outer product of a row": (lambda x, w, v, b: ((x @ w.T) - (x @ w.T)[0]).sum(), False),
    "the matrix is returned": (lambda x, w, v, b: np.tanh(x @ w.T), False),
    "an argument of its shape": (lambda x, w, v, b: ((x @ w.T) * x[:, :3]).sum(), False),
    "a constant of its shape": (lambda x, w, v, b: ((x @ w.T) * X[:, 2:]).sum(), False),
    "it is reshaped": (lambda x, w, v, b: np.sin(x @ w.T).reshape(-1)[::3].sum(), False),
    "it is joined": (lambda x, w, v, b: np.concatenate([x @ w.T, x], axis=1).sum(axis=0), False),
    "three axes": (lambda x, w, v, b: ((x @ w.T) * np.ones((2, 20, 3))).sum(axis=0).sum(), False),
    "few rows": (lambda x, w, v, b: np.tanh(x[:3] @ w.T).sum(axis=1), False),
}


def _centred(z):
    return np.exp(z - z.max(axis=1, keepdims=True)) / np.exp(z).sum(axis=0, keepdims=True)


@pytest.mark.parametrize("name", CASES)
def test_a_product_is_turned_unless_a_reader_minds(name):
    f, is_turned = CASES[name]
    shapes = shapes_of_products(f, X, W, V, B)
    assert ((3, 20) in shapes) is is_turned


def test_values_and_gradients_of_a_classifier_are_those_of_eager_mode():
    def step(x, w, b, v, t):
        def loss(w, b, v):
            return nn.cross_entropy(affine(nn.relu(affine(x, w, b)), v, np.zeros(4)), t)

        return autograd.value_and_grad(loss, argnums=(0, 1, 2))(w, b, v)[1]

    shapes = shapes_of_products(lambda x, w, b, v: step(x, w, b, v, LABELS), X, W, B, V)
    assert shapes[:2] == [(3, 20), (4, 20)]
    compiled = autograd.compile(step)
    for labels in (LABELS, (LABELS + 1) % 4):  # as an argument
        expected = step(*map(Tensor, (X, W, B, V)), labels)
        for _ in range(2):
            for a, b in zip(expected, compiled(X, W, B, V, labels), strict=True):
                np.testing.assert_allclose(b, a.detach().numpy(), rtol=1e-10, atol=1e-12)


ELEMENTWISE = (np.tanh, np.negative, np.exp, nn.relu, lambda y: y * 0.5, lambda y: y + np.ones(y.shape[1]))
PAIRS = (np.add, np.multiply, np.maximum)
ENDS = (
    lambda y: y.sum(axis=1),
    lambda y: y.max(axis=0),
    lambda y: y.T @ X,
    lambda y: y - y.max(axis=1, keepdims=True),
    lambda y: y.reshape(-1)[3:7],
    lambda y: y[5:, 1:],
    lambda y: y.mean(),
    lambda y: y @ np.ones((y.shape[1], 2)),
)


@pytest.mark.parametrize("seed", range(40))
def test_random_programs_of_products_and_what_is_done_with_them(seed):
    def f(x, w, v):
        rng = np.random.default_rng(seed)
        pool = [np.tanh(x @ w.T), x, np.tanh(x @ w.T) @ v.T]
        for _ in range(6):
            y = pool[rng.integers(len(pool))]
            alike = [z for z in pool if z.shape == y.shape]
            if rng.random() < 0.3:
                pool.append(np.tanh(y @ np.cos(np.ones((y.shape[1], 3)) * seed)))
            elif rng.random() < 0.5:
                pool.append(PAIRS[rng.integers(len(PAIRS))](y, alike[rng.integers(len(alike))]))
            else:
                pool.append(np.tanh(ELEMENTWISE[rng.integers(len(ELEMENTWISE))](y)))
        return tuple(ENDS[rng.integers(len(ENDS))](y) for y in pool[2:])

    shapes_of_products(f, X, W, V)
    shapes_of_products(
        lambda *args: autograd.grad(lambda *a: sum(y.sum() for y in f(*a)), argnums=(0, 1, 2))(*args), X, W, V
    )
