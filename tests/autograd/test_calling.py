"""NumPy's functions that call one of the user's."""

import numpy as np
import pytest

from autograd import Tensor
from autograd.errors import ShapeError
from tests.autograd.agreement import assert_is_numpys

A = np.random.default_rng(0).permutation(np.linspace(0.33, 2.11, 12)).reshape(3, 4)


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("f", [np.cumsum, np.sum, lambda r: np.outer(r, r), lambda r: r[:2] * 2])
def test_along_an_axis(f, axis):
    assert_is_numpys(lambda x: np.apply_along_axis(f, axis, x), [A], second=False)
    assert_is_numpys(lambda x: np.apply_along_axis(f, axis, x), [A.reshape(2, 3, 2)], second=False)


def test_further_arguments_are_passed_on():
    assert_is_numpys(lambda x: np.apply_along_axis(np.quantile, 0, x, 0.3, method="hazen"), [A], second=False)
    with pytest.raises(ShapeError, match=r"apply_along_axis: .*no vector"):
        np.apply_along_axis(np.sum, 1, Tensor(np.zeros((0, 3))))


def test_over_axes():
    assert_is_numpys(lambda x: np.apply_over_axes(np.sum, x, [0, -1]), [A.reshape(2, 3, 2)])
    assert_is_numpys(lambda x: np.apply_over_axes(np.cumsum, x, 1), [A])


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.piecewise(x, [x < 1, x >= 1.4], [lambda z: z**2, lambda z: 3 * z]),
        lambda x: np.piecewise(x, [x < 1, x >= 0.7], [lambda z: z**2, 7.0, np.sqrt]),
        lambda x: np.piecewise(x[0], x[0] < 1, [np.sin, np.cos]),
        lambda x: np.piecewise(x[0], [[True, False, True, False]], [lambda z, k: k * z, 0.0], 3.0),
        lambda x: np.piecewise(x[0, 0], x[0, 0] < 9, [lambda z: z * z, 1.0]),
    ],
)
def test_piecewise(f):
    assert_is_numpys(f, [A])


def test_a_piece_is_computed_only_where_its_condition_holds():
    x = Tensor(np.array([-1.0, 4.0]), requires_grad=True)
    np.piecewise(x, [x > 0], [np.sqrt, 0.0]).sum().backward()
    np.testing.assert_array_equal(x.grad, [0, 0.25])
    with pytest.raises(ShapeError, match="1 conditions for 3 functions"):
        np.piecewise(x, [x > 0], [np.sqrt, np.exp, np.sin])
