"""Shape arithmetic: what NumPy stretched is summed, for arrays and for Tensors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

from autograd import Tensor
from autograd.broadcasting import kept_shape, reduced_size, unbroadcast


@given(mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=3, min_side=0))
def test_unbroadcast_is_the_transpose_of_broadcasting(shapes):
    """<g, broadcast(x)> = <unbroadcast(g), x>, exactly: the numbers are small integers."""
    shape, result = shapes.input_shapes[0], shapes.result_shape
    rng = np.random.default_rng(0)
    x, g = rng.integers(-5, 6, shape).astype(float), rng.integers(-5, 6, result).astype(float)
    back = unbroadcast(g, shape)
    assert back.shape == shape
    assert np.sum(g * np.broadcast_to(x, result)) == np.sum(back * x)
    np.testing.assert_array_equal(unbroadcast(Tensor(g), shape).data, back)


def test_unbroadcast_of_the_same_shape_is_the_array_itself():
    g = np.ones((2, 3))
    assert unbroadcast(g, (2, 3)) is g


axes = st.one_of(st.none(), st.integers(-3, 2), st.lists(st.integers(0, 2), unique=True).map(tuple))


@given(shape=st.tuples(*[st.integers(0, 3)] * 3), axis=axes)
def test_shapes_of_reductions_are_numpys(shape, axis):
    x = np.ones(shape)
    assert kept_shape(shape, axis) == np.sum(x, axis=axis, keepdims=True).shape
    total = np.sum(x, axis=axis)
    assert reduced_size(shape, axis) == (total.flat[0] if total.size else reduced_size(shape, axis))


@pytest.mark.parametrize("shape", [(), (1,), (3, 1), (2,), (3, 2)], ids=str)
def test_a_stretched_leaf_gets_the_sum(shape):
    x = Tensor(np.ones(shape), requires_grad=True)
    g = np.arange(6.0).reshape(3, 2)
    (x + np.zeros((3, 2))).backward(g)
    expected = {(): 15.0, (1,): [15.0], (3, 1): [[1.0], [5.0], [9.0]], (2,): [6.0, 9.0], (3, 2): g}[shape]
    np.testing.assert_array_equal(x.grad, expected)
