import math

import numpy as np
import pytest

import nn
from autograd import Tensor, check_module, gradcheck, gradgradcheck, set_default_dtype
from autograd.errors import ShapeError

X = np.array([[0.3, -1.2], [0.8, 0.5], [-0.7, 0.1]])


@pytest.mark.parametrize("bias", [True, False])
def test_computes_the_affine_map(bias):
    layer = nn.Linear(2, 3, bias=bias, rng=0)
    expected = X @ layer.weight.data.T + (layer.bias.data if bias else 0)
    assert np.allclose(layer(X).detach().numpy(), expected)
    assert np.allclose(layer(X[0]).detach().numpy(), expected[0])
    assert layer(X.reshape(1, 3, 2)).shape == (1, 3, 3)
    assert [name for name, _ in layer.named_parameters()] == ["weight", "bias"][: 1 + bias]


@pytest.mark.parametrize("bias", [True, False])
def test_derivatives_are_those_of_finite_differences(bias):
    layer = nn.Linear(2, 3, bias=bias, rng=0)
    assert check_module(layer, lambda y, t: nn.mse_loss(y, t), (X, np.ones((3, 3))))
    assert gradcheck(layer, X)
    assert gradgradcheck(lambda x: np.tanh(layer(x)), X)


def test_initial_values_are_uniform_within_one_over_root_of_in_features():
    layer = nn.Linear(100, 400, rng=0)
    for parameter in layer.parameters():
        assert np.abs(parameter.data).max() <= 0.1
        assert np.isclose(parameter.data.std(), 0.1 / math.sqrt(3), rtol=0.1)


def test_rng_decides_the_values_whatever_the_dtype():
    a, b = nn.Linear(3, 2, rng=5), nn.Linear(3, 2, rng=np.random.default_rng(5), dtype=np.float32)
    assert np.array_equal(a.weight.data.astype(np.float32), b.weight.data)
    assert b.weight.dtype == b.bias.dtype == np.float32
    assert not np.array_equal(nn.Linear(3, 2).weight.data, nn.Linear(3, 2).weight.data)


def test_float32_stays_float32():
    layer = nn.Linear(2, 1, dtype=np.float32, rng=0)
    x = Tensor(X, requires_grad=True, dtype=np.float32)
    y = layer(x)
    y.sum().backward()
    assert {y.dtype, x.grad.dtype, layer.weight.grad.dtype, layer.bias.grad.dtype} == {np.dtype(np.float32)}


def test_the_default_dtype_holds():
    set_default_dtype(np.float32)
    try:
        assert nn.Linear(2, 1).weight.dtype == np.float32
    finally:
        set_default_dtype(np.float64)


@pytest.mark.parametrize("sizes", [(0, 1), (1, -2), (1.5, 1)])
def test_sizes_below_one_are_named(sizes):
    with pytest.raises(ValueError, match="must be an integer of at least 1, not"):
        nn.Linear(*sizes)


def test_a_wrong_input_is_told_with_the_users_line():
    with pytest.raises(ShapeError, match=r"\(3, 2\) and \(1, 5\).*test_linear\.py"):
        nn.Linear(5, 1)(X)


def test_a_number_is_no_row_of_features():
    with pytest.raises(ShapeError, match=r"shapes \(\) and \(2, 1\)"):
        nn.Linear(1, 2)(3.0)
    with pytest.raises(ValueError):
        nn.Linear(1, 2, bias=False)(3.0)
