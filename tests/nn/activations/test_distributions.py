import numpy as np
import pytest

import nn
from autograd import Tensor, jacobian


def test_softmax_neither_overflows_nor_loses_the_far_end():
    assert nn.softmax(Tensor([1e4, 0.0, -np.inf])).tolist() == [1.0, 0.0, 0.0]
    assert nn.log_softmax(Tensor([1e4, 0.0])).tolist() == [0.0, -1e4]


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
def test_the_jacobian_of_softmax_is_that_of_the_closed_form_along_any_axis(axis):
    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    got = jacobian(lambda z: nn.softmax(z, axis=axis))(x)
    for place in np.ndindex(*np.delete(x.shape, axis)):
        index = [*place]
        index.insert(axis % 3, slice(None))
        y = np.exp(x[tuple(index)]) / np.exp(x[tuple(index)]).sum()
        expected = np.zeros((len(y), *x.shape))
        expected[(slice(None), *index)] = np.diag(y) - np.outer(y, y)
        assert np.allclose(got[tuple(index)], expected, atol=1e-14)


def test_axis_and_dim_are_one():
    x = Tensor([[-1.7, -0.4, 0.3], [2.1, 0.9, -2.6]])
    assert np.allclose(nn.softmax(x, axis=0).numpy().sum(axis=0), 1)
    assert nn.softmax(x, dim=0).tolist() == nn.softmax(x, axis=0).tolist()
    assert nn.LogSoftmax(dim=0)(x).tolist() == nn.log_softmax(x, axis=0).tolist()
    for wrong in (lambda: nn.softmax(x, axis=0, dim=0), lambda: nn.LogSoftmax(axis=0, dim=0)):
        with pytest.raises(TypeError, match="two names for one thing"):
            wrong()


def test_an_axis_that_is_not_there_is_an_error():
    with pytest.raises(IndexError, match="softmax: axis 2 is out of bounds"):
        nn.softmax(Tensor([[1.0]], requires_grad=True), axis=2)
