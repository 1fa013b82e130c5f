"""Numbers laid out between ends, and grids of them."""

import numpy as np
import pytest

from autograd import Tensor, grad
from autograd.errors import ShapeError
from tests.autograd.agreement import assert_is_numpys

V = np.array([0.7, 1.15, 1.9, 0.4])
W = np.array([2.2, 1.3, 0.8, 3.1])
S = np.array(1.7)


@pytest.mark.parametrize(
    "f, arrays",
    [
        (lambda a, b: np.linspace(a, b, 5), [S, S * 2]),
        (lambda a, b: np.linspace(a, b, 4, endpoint=False, retstep=True, axis=-1), [V, S]),
        (lambda a, b: np.linspace(a, b, 4), [V, W]),
        (lambda a: np.linspace(a, 2.0, 1), [V]),
        (lambda a: np.linspace(a, 2, 3), [S]),
        (lambda a, b: np.logspace(a, b, 4, base=2.5), [V, S]),
        (lambda a, b: np.logspace(a, 2.0, 3, base=b), [V, W]),
        (lambda a, b: np.geomspace(a, b, 4, endpoint=False), [V, S]),
        (lambda a, b: np.geomspace(-a, -b, 4, axis=-1), [V, W]),
        (lambda a, x: np.full_like(a, x), [V, S]),
        (lambda a, x: np.full_like(a, x, shape=(2, 4)), [V, W]),
        (np.meshgrid, [V, W[:3], W[:2]]),
        (lambda a, b: np.meshgrid(a, b, indexing="ij", sparse=True), [V, W]),
        (np.meshgrid, [V]),
        (np.vander, [V]),
        (lambda x: np.vander(x, 3, increasing=True), [V]),
        (lambda x: np.vander(x, 0), [V]),
        (np.polyval, [W, V]),
        (lambda x: np.polyval([1, 2, 3], x), [V.reshape(2, 2)]),
    ],
)
def test_values_and_derivatives_are_numpys(f, arrays):
    assert_is_numpys(f, arrays)


def test_the_ends_are_exact():
    for n in (2, 7, 50):
        y = np.linspace(Tensor(0.1), 0.7, n)
        assert (y[0].item(), y[-1].item()) == (0.1, 0.7)


def test_no_numbers_at_all():
    assert np.linspace(Tensor(V), 2.0, 0).shape == (0, 4)
    with pytest.raises(ShapeError, match=r"linspace: .*negative \(at .*test_ranges"):
        np.linspace(Tensor(V), 2.0, -1)


def test_dtypes_of_what_is_like_another():
    t = Tensor(V)
    for f in (np.zeros_like, np.ones_like, np.empty_like):
        assert f(t, dtype=np.float32, shape=(2,)).shape == (2,)
        assert f(t, dtype=np.float32).dtype == np.float32
    assert np.full_like(t, 3, dtype=int).dtype == int
    assert grad(lambda x: np.full_like(V, 1.0).sum() * x)(2.0) == 4


def test_ix_is_an_index():
    x = np.arange(12.0).reshape(3, 4)
    index = np.ix_(Tensor(np.array([0, 2])), Tensor(np.array([True, False, False, True])))
    np.testing.assert_array_equal(Tensor(x)[index].data, x[np.ix_([0, 2], [True, False, False, True])])
    with pytest.raises(ShapeError, match="vectors are needed"):
        np.ix_(Tensor(x))
