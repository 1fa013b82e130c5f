"""Products that are made of others (`test_rules.py` tries the ops): NumPy's value, and both derivatives checked."""

import numpy as np
import pytest

from autograd import Tensor
from autograd.errors import ShapeError, UnsupportedError
from tests.autograd.agreement import assert_is_numpys


def drawn(*shapes: tuple[int, ...]) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [np.asarray(rng.uniform(-1, 1, shape)) for shape in shapes]


@pytest.mark.parametrize(
    "f, shapes",
    [
        (np.vdot, [(2, 3), (3, 2)]),
        (np.inner, [(2, 3), (4, 3)]),
        (np.inner, [(2, 3), (3,)]),
        (np.inner, [(3,), (3,)]),
        (np.inner, [(2, 3), (2, 2, 3)]),
        (np.inner, [(2, 2), ()]),
        (np.inner, [(), (2, 3)]),
        (np.outer, [(2, 2), (3,)]),
        (np.linalg.outer, [(2,), (3,)]),
        (np.multiply.outer, [(2, 2), (3,)]),
        (np.add.outer, [(2,), ()]),
        (np.kron, [(2, 3), (3,)]),
        (np.kron, [(2,), (3, 2)]),
        (np.kron, [(2, 1, 2), (3, 2)]),
        (np.cross, [(2, 3), (3,)]),
        (lambda a, b: np.cross(a, b, axis=0), [(3, 2, 2), (3, 2, 2)]),
        (lambda a, b: np.cross(a, b, axisa=0, axisb=1, axisc=0), [(3, 2), (2, 3)]),
        (np.linalg.cross, [(3,), (3,)]),
        (np.vecdot, [(2, 3), (3,)]),
        (lambda a, b: np.vecdot(a, b, axis=0), [(3, 2), (3, 2)]),
        (np.linalg.vecdot, [(3,), (3,)]),
        (np.linalg.matmul, [(2, 3), (3, 2)]),
        (np.matrix_transpose, [(2, 3, 2)]),
        (np.linalg.matrix_transpose, [(2, 3)]),
        (lambda x: np.linalg.trace(x, offset=1), [(2, 3, 4)]),
        (lambda a, b: np.tensordot(a, b, ([0, 2], [1, 0])), [(2, 3, 4), (4, 2, 2)]),
        (lambda a, b: np.linalg.tensordot(a, b, axes=1), [(2, 3), (3, 2)]),
        (lambda a, b: np.einsum(a, [0, 1], b, [1, 2], [2, 0]), [(2, 3), (3, 2)]),
        (lambda a, b: np.einsum(a, [0, 1], b, [1, 2]), [(2, 3), (3, 2)]),
        (lambda a, b: np.einsum(a, [0, ...], b, [0, ...], [...]), [(2, 3), (2, 3)]),
        (lambda a, b: np.einsum("...i, ...i", a, b), [(2, 1, 3), (4, 3)]),
    ],
)
def test_products(f, shapes):
    assert_is_numpys(f, drawn(*shapes))


@pytest.mark.skipif(not hasattr(np, "matvec"), reason="since NumPy 2.2")
def test_products_of_stacked_matrices_and_vectors():
    assert_is_numpys(np.matvec, drawn((4, 2, 3), (3,)))
    assert_is_numpys(np.vecmat, drawn((3,), (4, 3, 2)))


@pytest.mark.parametrize("axes", [0, 1, 2, (0, 0), (1, -1), ([0, 1], [1, 0])], ids=str)
def test_tensordot(axes):
    assert_is_numpys(lambda a, b: np.tensordot(a, b, axes), drawn((2, 2), (2, 2)))


@pytest.mark.parametrize("f", [np.convolve, np.correlate])
@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_convolution_in_each_mode(f, mode):
    for n in range(1, 6):
        for m in range(1, 6):
            a, v = drawn((n,), (m,))
            np.testing.assert_allclose(f(Tensor(a), Tensor(v), mode).data, f(a, v, mode), atol=1e-13)
            np.testing.assert_allclose(f(Tensor(a), list(v), mode).data, f(a, v, mode), atol=1e-13)
    for n, m in ((4, 3), (2, 5)):
        assert_is_numpys(lambda a, v: f(a, v, mode), drawn((n,), (m,)))


def test_a_list_is_an_operand_too():
    x = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    for f in (np.vdot, np.inner, np.outer, np.kron, np.cross, np.multiply.outer, np.vecdot):
        np.testing.assert_array_equal(f([4.0, 5.0, 7.0], x).data, f([4.0, 5.0, 7.0], x.data))


@pytest.mark.parametrize(
    "f, error, message",
    [
        (lambda x: np.einsum("ij,jk", x, np.ones((4, 2))), ShapeError, "einsum: shapes .2, 3. and .4, 2. do not fit"),
        (lambda x: np.einsum("ij,k", x), UnsupportedError, "einsum: 'ij,k' names 2 operands, but 1 were given"),
        (lambda x: np.einsum("ij", x, out=np.ones((2, 3))), UnsupportedError, "einsum: out= would overwrite"),
        (lambda x: np.cross(x[:, :2], x[:, :2]), ShapeError, "cross: vectors of three elements"),
        (lambda x: np.vecdot(x, [1.0]), ShapeError, "vecdot: vectors of 3 and of 1"),
        (lambda x: np.linalg.outer(x, x), ShapeError, "outer: two vectors"),
        (lambda x: np.convolve(x, x), ShapeError, "convolve: shapes"),
        (lambda x: np.convolve(x[0], x[0], "half"), UnsupportedError, "convolve: mode='half'"),
        (lambda x: np.tensordot(x, x, ([0], [1])), ShapeError, "tensordot: axes .* differ in length"),
    ],
)
def test_what_does_not_fit_is_refused(f, error, message):
    with pytest.raises(error, match=message + r".*test_products\.py"):
        f(Tensor(np.ones((2, 3)), requires_grad=True))
