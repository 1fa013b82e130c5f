import numpy as np
import pytest

import nn
from autograd import Tensor, gradcheck, gradgradcheck
from tests.nn.reference import REFERENCE

MODULES = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "gelu": nn.GELU,
    "softmax": nn.Softmax,
    "log_softmax": nn.LogSoftmax,
}
X = np.array([[-1.7, -0.4, 0.3], [2.1, 0.9, -2.6]])


@pytest.mark.parametrize("case", REFERENCE["activations"]["of"], ids=lambda c: f"{c['function']}-{c['settings']}")
def test_values_and_gradients_are_pytorchs(case):
    function = getattr(nn, case["function"])
    for f in (lambda x: function(x, **case["settings"]), MODULES[case["function"]](**case["settings"])):
        x = Tensor(REFERENCE["activations"]["x"], requires_grad=True)
        y = f(x)
        assert np.allclose(y.detach().numpy(), case["value"], rtol=1e-13, atol=1e-15)
        (y * np.arange(12.0).reshape(3, 4)).sum().backward()
        assert np.allclose(x.grad, case["gradient"], rtol=1e-12, atol=1e-12)  # of slopes times up to 11


@pytest.mark.parametrize("name", MODULES)
def test_derivatives_are_those_of_finite_differences(name):
    function = getattr(nn, name)
    assert gradcheck(function, X)
    if name not in ("relu", "leaky_relu"):
        assert gradgradcheck(function, X)


@pytest.mark.parametrize("name", ["relu", "leaky_relu"])
def test_piecewise_linear_activations_have_no_curvature(name):
    x = Tensor(X, requires_grad=True)
    (getattr(nn, name)(x) ** 2).sum().backward(create_graph=True)
    first = x.grad
    x.zero_grad()
    first.sum().backward()
    slope = np.where(X > 0, 1, 0 if name == "relu" else 0.01)
    assert np.allclose(x.grad, 2 * slope * slope)


def test_gelu_by_tanh_has_right_derivatives():
    assert gradcheck(lambda x: nn.gelu(x, approximate="tanh"), X)
    assert gradgradcheck(lambda x: nn.gelu(x, approximate="tanh"), X)


@pytest.mark.parametrize("name", MODULES)
def test_arrays_and_lists_give_arrays(name):
    expected = getattr(nn, name)(Tensor(X)).tolist()
    for function in (getattr(nn, name), MODULES[name]()):
        for x in (X, X.tolist()):
            y = function(x)
            assert type(y) is np.ndarray
            assert y.tolist() == expected


@pytest.mark.parametrize("name", MODULES)
def test_float32_stays_float32(name):
    x = Tensor(X, requires_grad=True, dtype=np.float32)
    y = MODULES[name]()(x)
    assert y.dtype == np.float32
    y.sum().backward()
    assert x.grad.dtype == np.float32


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "sigmoid", "tanh", "gelu"])
def test_scalars_are_taken(name):
    x = Tensor(0.7, requires_grad=True)
    y = getattr(nn, name)(x)
    y.backward()
    array = Tensor([0.7], requires_grad=True)
    getattr(nn, name)(array).sum().backward()
    assert np.isclose(float(x.grad), array.grad[0])


def test_softmax_neither_overflows_nor_loses_the_far_end():
    assert nn.softmax(Tensor([1e4, 0.0, -np.inf])).tolist() == [1.0, 0.0, 0.0]
    assert nn.log_softmax(Tensor([1e4, 0.0])).tolist() == [0.0, -1e4]


def test_axis_and_dim_are_one():
    x = Tensor(X)
    assert np.allclose(nn.softmax(x, axis=0).numpy().sum(axis=0), 1)
    assert nn.softmax(x, dim=0).tolist() == nn.softmax(x, axis=0).tolist()
    assert nn.LogSoftmax(dim=0)(x).tolist() == nn.log_softmax(x, axis=0).tolist()
    for wrong in (lambda: nn.softmax(x, axis=0, dim=0), lambda: nn.LogSoftmax(axis=0, dim=0)):
        with pytest.raises(TypeError, match="two names for one thing"):
            wrong()


def test_gelu_refuses_another_approximation():
    for wrong in (lambda: nn.gelu(Tensor([1.0]), approximate="erf"), lambda: nn.GELU("erf")):
        with pytest.raises(ValueError, match="'none' or 'tanh', not 'erf'"):
            wrong()


def test_repr():
    modules = [nn.ReLU(), nn.LeakyReLU(0.2), nn.GELU("tanh"), nn.Softmax(dim=1)]
    assert [repr(m) for m in modules] == [
        "ReLU()",
        "LeakyReLU(negative_slope=0.2)",
        "GELU(approximate='tanh')",
        "Softmax(axis=1)",
    ]
