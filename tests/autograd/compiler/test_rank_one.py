"""Outer products that are only summed over the batch: when they are taken apart, and that no value changes."""

import numpy as np
import pytest

import autograd
from autograd.compiler.passes import fast
from autograd.ops import linalg

RNG = np.random.default_rng(0)
X, D, W = RNG.normal(size=(300, 3)), RNG.normal(size=(300, 1)), RNG.normal(size=(1, 20))
R = RNG.normal(size=(300, 20))


def g(d, w, r):
    return (d @ w) * np.cos(r)


# Functions of x, d, w, r, and whether an outer product is left.
CASES = {
    "a product": (lambda x, d, w, r: np.transpose(g(d, w, r)) @ x, False),
    "a product and a sum": (lambda x, d, w, r: (np.transpose(g(d, w, r)) @ x).sum() + g(d, w, r).sum(axis=0), False),
    "from the left": (lambda x, d, w, r: np.transpose(x) @ g(d, w, r), False),
    "the other order": (lambda x, d, w, r: (np.cos(r) * (d @ w)).sum(axis=0), False),
    "it is returned": (lambda x, d, w, r: (g(d, w, r), g(d, w, r).sum(axis=0)), True),
    "something else reads it": (lambda x, d, w, r: np.sin(g(d, w, r)).sum() + g(d, w, r).sum(axis=0), True),
    "its transpose is returned": (lambda x, d, w, r: (np.transpose(g(d, w, r)), g(d, w, r).sum(axis=0)), True),
    "summed over columns": (lambda x, d, w, r: g(d, w, r).sum(axis=1), True),
    "a wide factor": (lambda x, d, w, r: np.transpose(g(d, w, r)) @ np.sin(r), True),
    "another dtype": (lambda x, d, w, r: np.transpose(g(d, w, r)) @ x.astype(np.float32), True),
    "transposed by name": (lambda x, d, w, r: np.transpose(g(d, w, r), (1, 0)) @ x, True),
    "few elements": (lambda x, d, w, r: g(d[:9], w, r[:9]).sum(axis=0), True),
    "rank two": (lambda x, d, w, r: ((x[:, :2] @ np.concatenate([w, w])) * np.cos(r)).sum(axis=0), True),
}


@pytest.mark.parametrize("name", CASES)
def test_an_outer_product_is_formed_only_where_it_is_needed(name):
    f, is_left = CASES[name]
    compiled, arrays = autograd.compile(f), (X, D, W, R)
    for _ in range(3):
        results, expected = compiled(*arrays), f(*arrays)
        pairs = zip(results, expected, strict=True) if isinstance(expected, tuple) else [(results, expected)]
        for a, b in pairs:
            np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10)
    products = [e for e in fast(compiled.program).equations if e.primitive in (linalg.matmul, linalg.dot)]
    sizes = [e.output.size for e in products]
    assert (max(sizes, default=0) >= 9 * 20) is is_left


def test_a_networks_gradients_stay_what_they_were():
    def loss(v, b, w):
        return np.square(np.tanh(X @ np.transpose(v) + b) @ np.transpose(w)).mean()

    arguments = RNG.normal(size=(20, 3)), RNG.normal(size=20), W
    gradients = autograd.grad(loss, argnums=(0, 1, 2))
    compiled = autograd.compile(lambda *args: gradients(*args))
    for _ in range(2):
        for a, b in zip(compiled(*arguments), gradients(*arguments), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-13)
    products = [e.output for e in fast(compiled.program).equations if e.primitive is linalg.matmul]
    assert sum(x.size == 300 * 20 for x in products) == 1  # that of the forward pass
