"""Each method of `Tensor` against ndarray's method, or NumPy's function, of the same name."""

import math

import numpy as np
import pytest

from autograd import Tensor, erf, relu, sigmoid, softplus
from autograd.methods import ArrayMethods
from tests.autograd.oracles import numeric_vjp

DATA = np.array([[0.31, 0.72, 0.53], [0.94, 0.15, 0.66]])
MASK = np.array([[True, False, True], [True, True, False]])

# name: calls with arguments; the second function stands in where ndarray has no such method.
CALLS = {
    "sum": [
        lambda x: x.sum(where=MASK, initial=2.0),
        lambda x: x.sum(),
        lambda x: x.sum(0),
        lambda x: x.sum(axis=(0, 1), keepdims=True),
    ],
    "mean": [
        lambda x: x.mean(axis=1, where=MASK),
        lambda x: x.mean(),
        lambda x: x.mean(-1),
        lambda x: x.mean(axis=1, keepdims=True),
    ],
    "var": [
        lambda x: x.var(where=MASK),
        lambda x: x.var(),
        lambda x: x.var(axis=0, ddof=1),
        lambda x: x.var(axis=1, keepdims=True),
    ],
    "std": [
        lambda x: x.std(where=MASK),
        lambda x: x.std(),
        lambda x: x.std(axis=0, ddof=1),
        lambda x: x.std(axis=1, keepdims=True),
    ],
    "max": [
        lambda x: x.max(0, initial=0.4, where=MASK),
        lambda x: x.max(),
        lambda x: x.max(0),
        lambda x: x.max(axis=1, keepdims=True),
    ],
    "min": [
        lambda x: x.min(initial=0.4, where=MASK),
        lambda x: x.min(),
        lambda x: x.min(0),
        lambda x: x.min(axis=1, keepdims=True),
    ],
    "prod": [
        lambda x: x.prod(where=MASK),
        lambda x: x.prod(),
        lambda x: x.prod(0),
        lambda x: x.prod(axis=1, keepdims=True),
    ],
    "cumsum": [lambda x: x.cumsum(), lambda x: x.cumsum(0), lambda x: x.cumsum(axis=-1)],
    "cumprod": [lambda x: x.cumprod(), lambda x: x.cumprod(0), lambda x: x.cumprod(axis=-1)],
    "mT": [lambda x: x.mT],
    "trace": [lambda x: x.trace(), lambda x: x.trace(1)],
    "argmax": [lambda x: x.argmax(), lambda x: x.argmax(0), lambda x: x.argmax(axis=1, keepdims=True)],
    "argmin": [lambda x: x.argmin(), lambda x: x.argmin(0)],
    "all": [lambda x: (x > 0.2).all(), lambda x: (x > 0.2).all(axis=0), lambda x: x.all(axis=1, keepdims=True)],
    "any": [lambda x: (x > 0.9).any(), lambda x: (x > 0.9).any(axis=0), lambda x: (x > 0.9).any(where=MASK)],
    "reshape": [
        lambda x: x.reshape(3, 2),
        lambda x: x.reshape((3, -1)),
        lambda x: x.reshape([6]),
        lambda x: x.reshape(-1),
        lambda x: x.reshape(3, 2, order="F"),
    ],
    "transpose": [
        lambda x: x.transpose(),
        lambda x: x.transpose(1, 0),
        lambda x: x.transpose((1, 0)),
        lambda x: x.transpose(None),
    ],
    "swapaxes": [lambda x: x.swapaxes(0, 1), lambda x: x.swapaxes(-1, 0)],
    "squeeze": [lambda x: x.reshape(1, 2, 3).squeeze(), lambda x: x.reshape(2, 1, 3).squeeze(axis=1)],
    "ravel": [lambda x: x.ravel(), lambda x: x.ravel(order="F")],
    "flatten": [lambda x: x.flatten(), lambda x: x.flatten("F")],
    "repeat": [lambda x: x.repeat(2), lambda x: x.repeat([1, 0, 2], axis=1)],
    "take": [lambda x: x.take([0, 4, 0]), lambda x: x.take(2, axis=1), lambda x: x.take([5, -4], -1, mode="wrap")],
    "compress": [lambda x: x.compress([True, False, True], axis=1), lambda x: x.compress([0, 1, 1])],
    "choose": [lambda x: (x > 0.6).astype(int).choose([2 * x, x * x])],
    "diagonal": [lambda x: x.diagonal(), lambda x: x.diagonal(1), lambda x: x.diagonal(offset=-1, axis1=1, axis2=0)],
    "argsort": [lambda x: x.argsort(), lambda x: x.argsort(axis=0)],
    "argpartition": [lambda x: x.argpartition(1), lambda x: x.argpartition(1, axis=0)],
    "searchsorted": [lambda x: x[0].searchsorted([0.4, 0.9]), lambda x: x[0].searchsorted(x[1], side="right")],
    "nonzero": [lambda x: (x > 0.5).nonzero()[1]],
    "astype": [lambda x: x.astype(np.float64), lambda x: x.astype("f8")],
    "copy": [lambda x: x.copy()],
    "clip": [lambda x: x.clip(0.3, 0.7), lambda x: x.clip(min=0.5), lambda x: x.clip(max=0.5), lambda x: x.clip(0.2)],
    "dot": [lambda x: x.dot(np.ones(3)), lambda x: x.dot(x.T)],
    "T": [lambda x: x.T],
    "real": [lambda x: x.real],
    "conj": [lambda x: x.conj()],
    "conjugate": [lambda x: x.conjugate()],
}
FUNCTIONS = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "relu": lambda x: np.maximum(x, 0),
    "abs": np.abs,
}


def test_every_method_is_tested():
    methods = {name for name in vars(ArrayMethods) if not name.startswith("_")}
    missing = methods - set(CALLS) - set(FUNCTIONS) - {"round", "imag"}
    assert not missing, f"give these a row in CALLS or FUNCTIONS: {sorted(missing)}"


def check(f, reference, data, is_constant=False):
    x = Tensor(data, requires_grad=True)
    y, expected = f(x), np.asarray(reference(data))
    assert type(y) is Tensor
    assert y.dtype == expected.dtype
    np.testing.assert_allclose(y.data, expected, rtol=1e-14)
    assert y.requires_grad == (expected.dtype.kind == "f" and not is_constant)
    if y.requires_grad:
        y.backward(np.ones(y.shape))
        np.testing.assert_allclose(x.grad, numeric_vjp(reference, [data], 1.0, [True])[0], rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize(
    "f", [pytest.param(f, id=f"{name}-{i}") for name, fs in CALLS.items() for i, f in enumerate(fs)]
)
def test_a_method_is_ndarrays(f):
    check(f, f, DATA)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("data", [DATA, np.array(0.4), DATA[:0]], ids=["array", "scalar", "empty"])
def test_a_method_of_scalar_code_is_the_function(name, data):
    check(lambda x: getattr(x, name)(), FUNCTIONS[name], data)


@pytest.mark.parametrize("name", ["sum", "mean", "max", "min", "prod", "var", "ravel", "squeeze", "copy", "transpose"])
def test_methods_of_a_scalar(name):
    x = Tensor(0.4, requires_grad=True)
    y = getattr(x, name)()
    np.testing.assert_array_equal(y.data, getattr(np.array(0.4), name)())
    y.sum().backward()
    assert x.grad == (0 if name == "var" else 1)


@pytest.mark.parametrize("decimals", [(), (1,)])
def test_round_is_ndarrays_and_takes_no_gradient(decimals):
    check(lambda x: x.round(*decimals), lambda x: x.round(*decimals), DATA, is_constant=True)


def test_a_copy_of_bools():
    for copy in (np.copy, lambda t: t.copy()):
        assert copy(Tensor([True, False])).tolist() == [True, False]


def test_the_imaginary_part_of_real_numbers_takes_no_gradient():
    check(lambda x: x.imag, lambda x: x.imag, DATA, is_constant=True)


def test_flatten_and_copy_share_no_memory_with_a_leaf_that_changes():
    x = Tensor(DATA, requires_grad=True)
    copied = x.copy()
    x.data -= 1
    np.testing.assert_array_equal(copied.data, DATA)


def test_functions_that_numpy_lacks_take_plain_arrays_lists_and_numbers():
    for f, at_minus_one in ((relu, 0), (sigmoid, 1 / (1 + np.e)), (softplus, np.log1p(1 / np.e)), (erf, -math.erf(1))):
        np.testing.assert_allclose(f(np.array([-1.0])), [at_minus_one])
        np.testing.assert_allclose(f([-1.0]), [at_minus_one])
        np.testing.assert_allclose(f(-1.0), at_minus_one)
        np.testing.assert_allclose(f(-1), at_minus_one)


def test_std_of_equal_numbers_has_slope_0_as_the_function_has():
    for std in (lambda x: x.std(), np.std):
        x = Tensor([2.0, 2.0], requires_grad=True)
        std(x).backward()
        np.testing.assert_array_equal(x.grad, [0, 0])
