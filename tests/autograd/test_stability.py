"""Functions that must hold far out: at arguments of ±1e4 no warning, and finite, right answers at every order.

Underflow alone is no mishap (and NumPy does not warn of it unless asked): that sigmoid(-1e4) and its slopes are 0 is
right to the last bit that float64 has.
"""

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import (
    Tensor,
    erf,
    erfc,
    hessian,
    jacobian,
    log_softmax,
    logistic_loss,
    logsumexp,
    relu,
    sigmoid,
    softmax,
    softplus,
)

FAR = 1e4
ROOT = math.hypot(FAR, 1)

# What they are at 1e4 and at -1e4, their slopes, and the slopes of these.
ELEMENTWISE: dict[str, tuple[Callable[[Any], Any], list[tuple[float, float]]]] = {
    "sigmoid": (sigmoid, [(1, 0), (0, 0), (0, 0)]),
    "softplus": (softplus, [(FAR, 0), (1, 0), (0, 0)]),
    "log of sigmoid": (lambda x: -softplus(-x), [(0, -FAR), (0, 1), (0, 0)]),
    "tanh": (np.tanh, [(1, -1), (0, 0), (0, 0)]),
    "erf": (erf, [(1, -1), (0, 0), (0, 0)]),
    "erfc": (erfc, [(0, 2), (0, 0), (0, 0)]),
    "relu": (relu, [(FAR, 0), (1, 0), (0, 0)]),
    "silu": (lambda x: x * sigmoid(x), [(FAR, 0), (1, 0), (0, 0)]),
    "gelu": (lambda x: x * (erf(x * math.sqrt(0.5)) + 1) / 2, [(FAR, 0), (1, 0), (0, 0)]),
    "mish": (lambda x: x * np.tanh(softplus(x)), [(FAR, 0), (1, 0), (0, 0)]),
    "logaddexp": (lambda x: np.logaddexp(x, 0), [(FAR, 0), (1, 0), (0, 0)]),
    "logaddexp, swapped": (lambda x: np.logaddexp(0, x), [(FAR, 0), (1, 0), (0, 0)]),
    "logaddexp of itself": (lambda x: np.logaddexp(x, x), [(FAR + math.log(2), math.log(2) - FAR), (1, 1), (0, 0)]),
    "logaddexp2": (lambda x: np.logaddexp2(x, 0), [(FAR, 0), (1, 0), (0, 0)]),
    "logistic loss of 0": (lambda x: logistic_loss(x, 0.0), [(FAR, 0), (1, 0), (0, 0)]),
    "logistic loss of 1": (lambda x: logistic_loss(x, 1.0), [(0, FAR), (0, -1), (0, 0)]),
    "logistic loss of 1/4": (lambda x: logistic_loss(x, 0.25), [(FAR * 0.75, FAR * 0.25), (0.75, -0.25), (0, 0)]),
    "arctan": (
        np.arctan,
        [(math.atan(FAR), -math.atan(FAR)), (ROOT**-2,) * 2, (-2 * FAR / ROOT**4, 2 * FAR / ROOT**4)],
    ),
    "arcsinh": (np.arcsinh, [(math.asinh(FAR), -math.asinh(FAR)), (1 / ROOT,) * 2, (-FAR / ROOT**3, FAR / ROOT**3)]),
    "hypot": (lambda x: np.hypot(x, 1), [(ROOT, ROOT), (FAR / ROOT, -FAR / ROOT), (ROOT**-3,) * 2]),
}
FORMS = {
    "a Python float": lambda x, dtype: float(x) if dtype is np.float64 else dtype(x),
    "0-d": lambda x, dtype: np.asarray(x, dtype),
    "an array": lambda x, dtype: np.array([x, x], dtype),
    "a long array": lambda x, dtype: np.full(300, x, dtype),  # softplus is computed in another way
}


@pytest.fixture
def strict():
    """Every warning is an error, and NumPy warns of all but underflow."""
    with warnings.catch_warnings(), np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_elementwise_functions_far_out(name, form, dtype, strict):
    check_far_out(*ELEMENTWISE[name], form, dtype)


def check_far_out(f: Callable[[Any], Any], expected: list[tuple[float, float]], form: Any, dtype: Any) -> None:
    """The sum of f, its slope and the slope of that, at either side."""
    eps = np.finfo(dtype).eps
    for side, x in enumerate((FAR, -FAR)):
        t = Tensor(form(x, dtype), requires_grad=True)
        y = f(t)
        y.sum().backward(create_graph=True)
        slope = t.grad
        t.zero_grad()
        if slope.requires_grad:
            slope.sum().backward()
        curvature = np.zeros_like(t.data) if t.grad is None else t.grad
        for actual, both in zip((y.data, slope.detach().data, curvature), expected, strict=True):
            assert np.asarray(actual).dtype == dtype
            np.testing.assert_allclose(actual, np.full(t.shape, both[side]), rtol=4 * eps, atol=eps / FAR)


# Logits, the logarithm of the sum of their exponentials, and their softmax.
LOGITS = {
    "one wins": ([FAR, -FAR, 0], FAR, [1, 0, 0]),
    "all high": ([FAR] * 4, FAR + math.log(4), [0.25] * 4),
    "all low": ([-FAR] * 4, -FAR + math.log(4), [0.25] * 4),
    "two tie": ([-FAR, FAR, FAR], FAR + math.log(2), [0, 0.5, 0.5]),
    "a single one": ([-FAR], -FAR, [1]),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LOGITS)
def test_the_softmax_family_far_out(name, dtype, strict):
    logits, log_sum, share = LOGITS[name]
    x, p = np.array(logits, dtype), np.array(share, float)
    close = {"rtol": 4 * np.finfo(dtype).eps, "atol": 4 * np.finfo(dtype).eps}
    spread = np.diag(p) - np.outer(p, p)  # the derivative of softmax
    for rows in (x, np.array([x, x])):
        shares = np.broadcast_to(p, rows.shape)
        for axis in (-1, rows.ndim - 1):
            np.testing.assert_allclose(logsumexp(rows, axis=axis), log_sum, **close)
            np.testing.assert_allclose(softmax(rows, axis=axis), shares, **close)
            np.testing.assert_allclose(log_softmax(rows, axis=axis), rows - log_sum, rtol=close["rtol"], atol=1e-3)
        for f in (logsumexp, np.logaddexp.reduce):
            np.testing.assert_allclose(jacobian(lambda x, f=f: f(x, axis=-1).sum())(rows), shares, **close)
    np.testing.assert_allclose(hessian(logsumexp)(x), spread, **close)
    np.testing.assert_allclose(jacobian(softmax)(x), spread, **close)
    np.testing.assert_allclose(jacobian(log_softmax)(x), np.eye(len(p)) - p, **close)
    weights = np.arange(1, len(p) + 1, dtype=dtype)
    third = (weights - p @ weights) * p  # softmax's derivative along the weights
    expected = np.diag(third) - np.outer(third, p) - np.outer(p, third)
    np.testing.assert_allclose(hessian(lambda x: (softmax(x) * weights).sum())(x), expected, rtol=1e-5, atol=1e-6)
    expected = -weights.sum() * spread
    np.testing.assert_allclose(hessian(lambda x: (log_softmax(x) * weights).sum())(x), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
@pytest.mark.parametrize("name", [name for name in ELEMENTWISE if "logaddexp" not in name])  # NumPy's own warns, too
def test_nan_stays_nan_without_a_warning(name, form, strict):
    x = Tensor(form(math.nan, np.float64), requires_grad=True)
    y = ELEMENTWISE[name][0](x)
    assert np.isnan(y.data).all()


@pytest.mark.parametrize("f", [logsumexp, np.logaddexp.reduce, softmax, log_softmax])
def test_nan_among_logits_is_no_cause_for_a_warning(f, strict):
    assert np.isnan(np.asarray(f(Tensor([0.0, math.nan, 1.0])))).all()


def test_the_sum_of_nothing_but_zeros_has_a_logarithm(strict):
    x = Tensor([[-np.inf, -np.inf], [0.0, -np.inf], [np.inf, 0.0]])
    assert logsumexp(x, axis=1).tolist() == [-np.inf, 0.0, np.inf]
    assert logsumexp(x[0]).item() == -np.inf


@pytest.mark.parametrize("x", [1e30, -1e30])
def test_softplus_of_what_has_no_square(x, strict):
    assert softplus(Tensor(np.full(3, x, np.float32))).tolist() == [max(np.float32(x), 0.0)] * 3
    assert softplus(Tensor(np.zeros((0, 2)))).shape == (0, 2)
