"""Norms of every order (`test_rules.py` tries the op under them), and the choice at 0."""

import numpy as np
import pytest

from autograd import Tensor, grad, hessian
from autograd.errors import ShapeError
from tests.autograd.agreement import assert_is_numpys
from tests.autograd.test_decompositions import SQUARE, STACK, WIDE


@pytest.mark.parametrize("p", [None, 2, -2, 1, -1, np.inf, "fro", "nuc"])
def test_cond(p):
    assert_is_numpys(lambda x: np.linalg.cond(x, p), [SQUARE])


@pytest.mark.parametrize("x", [SQUARE, WIDE, STACK], ids=["square", "wide", "stacked"])
@pytest.mark.parametrize("order", [None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf])
def test_norms_of_matrices(x, order):
    assert_is_numpys(lambda x: np.linalg.norm(x, order, axis=(-2, -1)), [x])
    assert_is_numpys(lambda x: np.linalg.norm(x, order, (0, -1), keepdims=True), [x])
    assert_is_numpys(lambda x: np.linalg.matrix_norm(x, ord=order or "fro"), [x])
    if x.ndim == 2:
        assert_is_numpys(lambda x: np.linalg.norm(x, order), [x])


@pytest.mark.parametrize("x", [WIDE, STACK], ids=["matrix", "stacked"])
@pytest.mark.parametrize("order", [None, 1, 2, 3, 2.5, 0.5, -1, np.inf, -np.inf])
def test_norms_of_vectors(x, order):
    assert_is_numpys(lambda x: np.linalg.norm(x, order, axis=0), [x])
    assert_is_numpys(lambda x: np.linalg.norm(x, order, axis=-1, keepdims=True), [x])
    assert_is_numpys(lambda x: np.linalg.norm(x.reshape(-1), order), [x])
    assert_is_numpys(lambda x: np.linalg.vector_norm(x, ord=order or 2), [x])


def test_norm_of_all_elements_and_norm_0():
    assert_is_numpys(np.linalg.norm, [STACK])
    assert np.linalg.norm(Tensor([1.0, 0.0, 3.0]), 0).item() == 2
    assert np.linalg.norm(Tensor(-3.0)).item() == 3


@pytest.mark.parametrize("order", [None, 1, 2, 3, 1.5, np.inf])
def test_the_gradient_of_a_norm_at_0_is_0(order):
    np.testing.assert_array_equal(grad(lambda x: np.linalg.norm(x, order))(np.zeros(3)), np.zeros(3))
    if order in (None, 2):
        np.testing.assert_array_equal(hessian(lambda x: np.linalg.norm(x, order))(np.zeros(3)), np.zeros((3, 3)))
    some = np.array([[0.0, 0.0], [3.0, 4.0]])
    assert (grad(lambda x: np.linalg.norm(x, order, axis=1).sum())(some)[0] == 0).all()


@pytest.mark.parametrize("order", ["fro", "nuc", 1, 2, -2, np.inf])
def test_the_gradient_of_a_norm_of_matrices_at_0_is_0(order):
    np.testing.assert_array_equal(grad(lambda x: np.linalg.norm(x, order))(np.zeros((3, 2))), np.zeros((3, 2)))


@pytest.mark.parametrize(
    "f, message",
    [
        (lambda x: np.linalg.norm(x[0], "fro"), "norm: ord='fro' is for matrices"),
        (lambda x: np.linalg.norm(x, 5), "norm: ord=5 is not one of matrices"),
        (lambda x: np.linalg.norm(x.reshape((1, 3, 3)), 2), "norm: ord=2 of a shape .* needs an axis"),
    ],
)
def test_an_order_that_does_not_fit_is_refused(f, message):
    with pytest.raises(ShapeError, match=message + r".*test_norms\.py"):
        f(Tensor(np.ones((3, 3)), requires_grad=True))
