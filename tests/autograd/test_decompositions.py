"""Functions of `np.linalg` that are made of ops (`test_rules.py` tries the ops), and degenerate matrices."""

import numpy as np
import pytest

from autograd import Tensor, grad, gradcheck, hessian
from autograd.errors import ShapeError, UnsupportedError
from tests.autograd.agreement import assert_is_numpys

rng = np.random.default_rng(0)
SQUARE = rng.uniform(-1, 1, (3, 3)) + 2 * np.eye(3)
STACK = rng.uniform(-1, 1, (2, 3, 3)) + 2 * np.eye(3)
SYMMETRIC = SQUARE @ SQUARE.T
TALL, WIDE = rng.uniform(-1, 1, (4, 2)), rng.uniform(-1, 1, (2, 4))
SINGULAR = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])


@pytest.mark.parametrize(
    "f, x",
    [
        (lambda x: np.linalg.slogdet(x)[1], SQUARE),
        (lambda x: np.linalg.slogdet(x).logabsdet, STACK),
        (lambda x: np.linalg.cholesky(x, upper=True), SYMMETRIC),
        (lambda x: np.linalg.eigh(x).eigenvalues, SYMMETRIC),
        (lambda x: np.linalg.eigh(x, "U").eigenvectors, SYMMETRIC),
        (np.linalg.eigvalsh, SYMMETRIC),
        (lambda x: np.linalg.svd(x).U, STACK),
        (lambda x: np.linalg.svd(x, full_matrices=False).S, TALL),
        (lambda x: np.linalg.svd(x, full_matrices=False).Vh, WIDE),
        (lambda x: np.linalg.svd(x, compute_uv=False), WIDE),
        (np.linalg.svdvals, STACK),
        (lambda x: np.linalg.qr(x).Q, TALL),
        (lambda x: np.linalg.qr(x).R, STACK),
        (lambda x: np.linalg.qr(x, "r"), TALL),
        (np.linalg.cond, STACK),
        (np.linalg.cond, TALL),
    ],
)
def test_parts_of_factorisations(f, x):
    assert_is_numpys(f, [x])


def test_results_are_numpys_named_tuples():
    x = Tensor(SYMMETRIC)
    for f in (np.linalg.eigh, np.linalg.slogdet, np.linalg.svd, np.linalg.qr):
        assert type(f(x)) is type(f(SYMMETRIC))
        for part, expected in zip(f(x), f(SYMMETRIC), strict=True):
            np.testing.assert_allclose(part.data, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("n", [-2, -1, 1, 2, 3, 5])
@pytest.mark.parametrize("x", [SQUARE, STACK], ids=["one", "stacked"])
def test_matrix_power(x, n):
    assert_is_numpys(lambda x: np.linalg.matrix_power(x, n), [x])


def test_matrix_power_0_is_the_identity():
    np.testing.assert_array_equal(np.linalg.matrix_power(Tensor(STACK), 0).data, np.linalg.matrix_power(STACK, 0))


@pytest.mark.parametrize("shapes", [[(3, 2), (2, 4), (4, 2)], [(3,), (3, 4), (4, 2), (2,)], [(3,), (3,)]], ids=str)
def test_multi_dot(shapes):
    draw = np.random.default_rng(1)
    assert_is_numpys(lambda *arrays: np.linalg.multi_dot(arrays), [draw.uniform(-1, 1, shape) for shape in shapes])


TALL, WIDER = np.random.default_rng(2).uniform(-1, 1, (5, 3)), np.random.default_rng(3).uniform(-1, 1, (2, 2, 4))
MAP = np.random.default_rng(4).uniform(-1, 1, (2, 3, 6))


@pytest.mark.parametrize(
    "f, arrays",
    [
        (lambda a: tuple(np.linalg.qr(a)), [WIDER]),
        (lambda a: np.linalg.qr(a, "r"), [WIDER]),
        (lambda a: tuple(np.linalg.qr(a, "complete")), [WIDER[0]]),
        (lambda a, b: np.linalg.lstsq(a, b)[:2], [TALL, TALL[:, :2] ** 2]),
        (lambda a, b: np.linalg.lstsq(a, b)[:2], [TALL, TALL[:, 0] ** 2]),
        (lambda a, b: np.linalg.lstsq(a, b)[0], [TALL.T, TALL[0]]),
        (lambda a, b: np.linalg.lstsq(a, b)[3], [TALL, TALL[:, 0]]),
        (np.linalg.tensorinv, [MAP]),
        (lambda a: np.linalg.tensorinv(a, ind=1), [MAP.T.reshape(6, 3, 2)]),
        (np.linalg.tensorsolve, [MAP, MAP[:, :, 0]]),
        (lambda a, b: np.linalg.tensorsolve(a, b, axes=(0, 1)), [WIDER, TALL[:4, 0]]),
        (lambda a: np.linalg.diagonal(a, offset=1), [WIDER]),
    ],
)
def test_what_is_made_of_the_decompositions(f, arrays):
    assert_is_numpys(f, arrays, second=False, tolerance=1e-9)


def test_least_squares_of_a_lower_rank():
    a = np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]])
    x, residuals, rank, s = np.linalg.lstsq(Tensor(a, requires_grad=True), np.ones(3))
    expected = np.linalg.lstsq(a, np.ones(3))
    np.testing.assert_allclose(x.data, expected[0])
    assert residuals.shape == expected[1].shape == (0,)
    assert rank == 1
    np.testing.assert_allclose(s.data, expected[3], atol=1e-14)


def test_a_singular_matrix_is_told_by_op_and_line_where_only_the_gradient_needs_its_inverse():
    x = Tensor(SINGULAR - SINGULAR, requires_grad=True)
    y = np.linalg.slogdet(x)[1]  # slogdet is called here
    assert y.item() == -np.inf
    for create_graph in (False, True):
        with pytest.raises(
            np.linalg.LinAlgError, match=r"no gradient of log_abs_det.*slogdet is called here.*Singular"
        ):
            y.backward(create_graph=create_graph, retain_graph=True)
    assert x.grad is None


# --- degenerate ---


def test_the_gradient_of_det_at_a_singular_matrix_is_that_of_its_cofactors():
    expected = np.array([[-3.0, 6.0, -3.0], [6.0, -12.0, 6.0], [-3.0, 6.0, -3.0]])
    np.testing.assert_allclose(grad(np.linalg.det)(SINGULAR), expected, atol=1e-12)
    np.testing.assert_array_equal(grad(np.linalg.det)(np.zeros((3, 3))), np.zeros((3, 3)))
    np.testing.assert_allclose(hessian(np.linalg.det)(np.eye(2))[0, 0, 1, 1], 1, atol=1e-12)
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        hessian(np.linalg.det)(np.zeros((2, 2)))


def test_repeated_eigenvalues_and_singular_values_have_a_gradient_where_their_sum_is_smooth():
    x = np.diag([2.0, 2.0, 3.0])
    np.testing.assert_allclose(grad(lambda x: np.linalg.eigvalsh(x).sum())(x), np.eye(3), atol=1e-12)
    np.testing.assert_allclose(grad(lambda x: np.linalg.svdvals(x).sum())(x), np.eye(3), atol=1e-12)
    assert gradcheck(lambda x: np.linalg.norm(x, "nuc"), x)


def test_only_the_triangle_that_is_read_takes_a_gradient():
    for f in (np.linalg.cholesky, np.linalg.eigvalsh):
        g = grad(lambda x, f=f: f(x).sum())(SYMMETRIC)
        np.testing.assert_array_equal(np.triu(g, 1), np.zeros((3, 3)))
    g = grad(lambda x: np.linalg.eigvalsh(x, UPLO="U").sum())(SYMMETRIC)
    np.testing.assert_array_equal(np.tril(g, -1), np.zeros((3, 3)))


@pytest.mark.parametrize(
    "f, error, message",
    [
        (np.linalg.inv, np.linalg.LinAlgError, r"inv: Singular matrix; operand of shape \(3, 3\)"),
        (lambda x: np.linalg.solve(x, np.ones(3)), np.linalg.LinAlgError, r"solve: Singular matrix"),
        (lambda x: np.linalg.cholesky(-x), np.linalg.LinAlgError, "cholesky: Matrix is not positive definite"),
        (lambda x: np.linalg.inv(x[:2]), np.linalg.LinAlgError, r"inv: .*square; operand of shape \(2, 3\)"),
        (lambda x: np.linalg.solve(x, np.ones(4)), ShapeError, r"solve: shapes \(3, 3\) and \(4,\) do not fit"),
        (lambda x: np.linalg.qr(x[:, :2], "complete"), UnsupportedError, "qr: mode='complete' .*the rest of Q"),
        (lambda x: np.linalg.qr(x, "raw"), UnsupportedError, "qr: mode='raw'"),
        (lambda x: np.linalg.tensorsolve(x, x), ShapeError, "tensorsolve: .* one to one"),
        (lambda x: np.linalg.lstsq(x[None], x), np.linalg.LinAlgError, "lstsq: a matrix, and a vector"),
        (lambda x: np.linalg.matrix_power(x[0], 2), np.linalg.LinAlgError, "matrix_power: a matrix is needed"),
        (lambda x: np.linalg.tensorinv(x, 0), ShapeError, "tensorinv: ind=0"),
        (lambda x: np.linalg.svd(x[:2]), UnsupportedError, "svd: write full_matrices=False"),
        (lambda x: np.linalg.svd(x[0]), np.linalg.LinAlgError, "svd: a matrix is needed"),
        (lambda x: np.linalg.qr(x[0]), np.linalg.LinAlgError, "qr: a matrix is needed"),
        (lambda x: np.linalg.svdvals(x[0]), np.linalg.LinAlgError, "svdvals|svd: "),
        (lambda x: np.linalg.multi_dot([x]), UnsupportedError, "multi_dot: two arrays"),
        (np.linalg.eig, UnsupportedError, "eig has no derivative rule"),
    ],
)
def test_what_does_not_fit_is_refused_and_a_singular_matrix_stays_a_linalg_error(f, error, message):
    with pytest.raises(error, match=message) as caught:
        f(Tensor(np.ones((3, 3)), requires_grad=True))
    assert "test_decompositions.py" in str(caught.value)
