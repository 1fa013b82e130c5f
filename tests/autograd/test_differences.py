"""Differences, slopes and integrals along an axis."""

import numpy as np
import pytest

from autograd import Tensor
from autograd.errors import ShapeError
from tests.autograd.agreement import assert_is_numpys

A = np.random.default_rng(0).uniform(0.3, 2.1, (4, 5))
POINTS = np.array([0.1, 0.5, 0.6, 1.3, 1.5])


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.diff(x, prepend=0.0, append=x[:, :1], axis=1),
        lambda x: np.diff(x, n=2, axis=0, prepend=1.0),
        lambda x: np.diff(x, n=0),
        lambda x: np.ediff1d(x, to_end=[1.0, 2.0], to_begin=0.0),
        lambda x: np.ediff1d(x, to_begin=x[0, :2]),
    ],
)
def test_differences(f):
    assert_is_numpys(f, [A])


def test_differences_of_bools_are_where_they_differ():
    assert_is_numpys(np.diff, [A > 1], constant=True)


@pytest.mark.parametrize("order", [1, 2])
def test_slopes_at_even_and_uneven_points(order):
    assert_is_numpys(lambda x: np.gradient(x, edge_order=order), [A], second=False)
    assert_is_numpys(lambda x, h: np.gradient(x, h, axis=(1, 0), edge_order=order), [A, np.array(0.3)], second=False)
    assert_is_numpys(lambda x, p: np.gradient(x, p, axis=-1, edge_order=order), [A, POINTS])
    assert_is_numpys(lambda x, p: np.gradient(x, 2.0, p, edge_order=order), [A, POINTS], second=False)
    assert_is_numpys(lambda x: np.gradient(x, edge_order=order), [A[: order + 1, 0]])


@pytest.mark.parametrize(
    "f, message",
    [
        (lambda x: np.gradient(x, 1.0, 2.0, 3.0), "3 spacings for 2 axes"),
        (lambda x: np.gradient(x, POINTS), "1 spacings for 2 axes"),
        (lambda x: np.gradient(x, POINTS, axis=0), "points of shape"),
        (lambda x: np.gradient(x[:2], axis=0, edge_order=2), "fewer than 3"),
        (lambda x: np.gradient(x, edge_order=3), "edge_order=3"),
        (lambda x: np.diff(x[0, 0]), "scalar"),
    ],
)
def test_what_does_not_fit_is_refused(f, message):
    with pytest.raises(ShapeError, match=rf"^\w+: .*{message}.*test_differences\.py"):
        f(Tensor(A, requires_grad=True))
