"""What holds for every activation: PyTorch's values and gradients, right derivatives, stability, dtypes, inputs."""

import numpy as np
import pytest

import nn
from autograd import Tensor, gradcheck, gradgradcheck
from nn.activations.named import BY_NAME, name_of
from tests.nn.reference import LAYERS

# Away from every kink.
X = np.array([[-1.7, -0.4, 0.3], [2.1, 0.9, -2.6]])
WITHOUT_CURVATURE = ("relu", "leaky_relu", "prelu", "hardtanh", "hardsigmoid", "step")
SHAPE_OF_ONE = [name for name in BY_NAME if "softmax" not in name]


def function_of(name):
    """The activation as a function of x alone."""
    return (lambda x: nn.prelu(x, 0.25)) if name == "prelu" else getattr(nn, name)


@pytest.mark.parametrize("case", LAYERS["activations"], ids=lambda c: f"{c['function']}-{c['settings']}")
def test_values_and_gradients_are_pytorchs_at_kinks_and_far_out_too(case):
    function, module = getattr(nn, case["function"]), BY_NAME[case["function"]]
    for f in (lambda x: function(x, **case["settings"]), module(**case["settings"])):
        x = Tensor(case["x"], requires_grad=True)
        y = f(x)
        assert np.allclose(y.detach().numpy(), case["value"], rtol=1e-13, atol=1e-15)
        (y * np.array(case["slopes"])).sum().backward()
        # PyTorch 2.13 takes the slope 1/6 of hardsigmoid as a float32; ours is the double.
        rtol = 5e-8 if case["function"] == "hardsigmoid" else 1e-12
        assert np.allclose(x.grad, case["gradient"], rtol=rtol, atol=1e-13)


@pytest.mark.parametrize("name", [name for name in BY_NAME if name != "step"])
def test_derivatives_are_those_of_finite_differences(name):
    assert gradcheck(function_of(name), X)
    if name in WITHOUT_CURVATURE:
        assert gradgradcheck(lambda x: function_of(name)(x) ** 2, X)
    else:
        assert gradgradcheck(function_of(name), X)


@pytest.mark.parametrize("name", BY_NAME)
def test_far_out_nothing_overflows(name):
    """Warnings are errors, so an overflow on the way would fail, too."""
    for dtype, far in ((np.float64, 1e4), (np.float32, 1e4), (np.float64, 1e150)):
        if name == "gelu" and far > 1e100:
            continue  # its cube is inf there, as in PyTorch
        x = Tensor([[-far, 0.0, far]], requires_grad=True, dtype=dtype)
        y = function_of(name)(x)
        y.sum().backward()
        assert np.isfinite(y.detach().numpy()).all()
        assert np.isfinite(x.grad).all()


@pytest.mark.parametrize("name", BY_NAME)
def test_arrays_and_lists_give_arrays(name):
    expected = function_of(name)(Tensor(X)).tolist()
    module = BY_NAME[name]()
    module.requires_grad_(False)
    for function in (function_of(name), module) if name not in ("prelu", "swish") else (function_of(name),):
        for x in (X, X.tolist()):
            y = function(x)
            assert type(y) is np.ndarray
            assert y.tolist() == expected


@pytest.mark.parametrize("name", BY_NAME)
def test_float32_stays_float32(name):
    module = BY_NAME[name](dtype=np.float32) if name in ("prelu", "swish") else BY_NAME[name]()
    for function in (module, function_of(name)):
        x = Tensor(X, requires_grad=True, dtype=np.float32)
        y = function(x)
        assert y.dtype == np.float32
        y.sum().backward()
        assert x.grad.dtype == np.float32
        assert function(X.astype(np.float32)).dtype == np.float32
    assert all(p.grad.dtype == np.float32 for p in module.parameters())


@pytest.mark.parametrize("name", SHAPE_OF_ONE)
def test_scalars_are_taken(name):
    x, array = Tensor(0.7, requires_grad=True), Tensor([0.7], requires_grad=True)
    for function in (function_of(name), BY_NAME[name]()):
        x.zero_grad()
        array.zero_grad()
        y, row = function(x), function(array)
        assert y.shape == ()
        y.backward()
        row.sum().backward()
        assert np.isclose(y.item(), row.tolist()[0], rtol=1e-15)
        assert np.isclose(float(x.grad), array.grad[0], rtol=1e-15)


@pytest.mark.parametrize("name", BY_NAME)
def test_nan_passes(name):
    with np.errstate(invalid="ignore"):  # np.logaddexp warns of a nan that it is given
        assert np.isnan(function_of(name)(np.array([np.nan, 1.0]))[0])


@pytest.mark.parametrize("name", BY_NAME)
def test_no_elements(name):
    x = Tensor(np.zeros((0, 3)), requires_grad=True)
    y = function_of(name)(x)
    y.sum().backward()
    assert y.shape == x.grad.shape == (0, 3)


def test_names_and_modules_belong_together():
    assert {name_of(module()): module for module in BY_NAME.values()} == BY_NAME
    for name, module in BY_NAME.items():
        assert getattr(nn, module.__name__) is module
        assert callable(getattr(nn, name))
        assert name in nn.__all__ and module.__name__ in nn.__all__


def test_repr_tells_the_settings():
    modules = [nn.ReLU(), nn.LeakyReLU(0.2), nn.GELU("tanh"), nn.Softmax(dim=1), nn.PReLU(3), nn.Swish(), nn.ELU(0.5)]
    modules += [nn.CELU(), nn.Softplus(2.0), nn.Hardtanh(), nn.Step(), nn.Mish()]
    assert [repr(m) for m in modules] == [
        "ReLU()",
        "LeakyReLU(negative_slope=0.2)",
        "GELU(approximate='tanh')",
        "Softmax(axis=1)",
        "PReLU(num_parameters=3)",
        "Swish(beta=1)",
        "ELU(alpha=0.5)",
        "CELU(alpha=1.0)",
        "Softplus(beta=2.0, threshold=20.0)",
        "Hardtanh(min_val=-1.0, max_val=1.0)",
        "Step(gradient zero)",
        "Mish()",
    ]


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: nn.gelu([1.0], approximate="erf"), r"'none' or 'tanh', not 'erf'"),
        (lambda: nn.GELU("erf"), r"'none' or 'tanh', not 'erf'"),
        (lambda: nn.hardtanh([1.0], 2.0, 1.0), r"min_val=2.0 is not below max_val=1.0"),
        (lambda: nn.Hardtanh(0.0, 0.0), r"min_val=0.0 is not below max_val=0.0"),
        (lambda: nn.celu([1.0], alpha=0.0), r"celu: alpha=0.0 is not a number in \(0, inf\)"),
        (lambda: nn.CELU(-1.0), r"CELU: alpha=-1.0"),
        (lambda: nn.softplus([1.0], beta=-1.0), r"softplus: beta=-1.0"),
        (lambda: nn.Softplus(float("nan")), r"Softplus: beta=nan"),
        (lambda: nn.PReLU(0), r"num_parameters must be an integer of at least 1, not 0"),
        (
            lambda: nn.prelu(np.ones((2, 3)), [0.1, 0.2]),
            r"weight of shape \(2,\) does not fit x of shape \(2, 3\)",
        ),
    ],
)
def test_bad_settings_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("name", [name for name in BY_NAME if name not in ("relu", "sigmoid", "tanh")])
def test_integers_and_bools_count_as_numbers_and_text_does_not(name):
    function = function_of(name)
    assert np.allclose(function([2, -1]), function([2.0, -1.0]))
    assert np.allclose(function([True, False]), function([1.0, 0.0]))
    for wrong in ("abc", None, 1j):
        with pytest.raises(TypeError, match="an activation takes numbers, not"):
            function(wrong)
