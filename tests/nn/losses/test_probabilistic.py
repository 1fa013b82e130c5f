import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor

rng = np.random.default_rng(3)
P, Q = (np.asarray(nn.softmax(rng.normal(size=(4, 5)))) for _ in range(2))


def test_poisson_is_the_log_probability_of_the_counts():
    for rate in (0.5, 3.0, 40.0):
        for k in (2, 7, 50):
            exact = -(k * math.log(rate) - rate - math.lgamma(k + 1))
            for x, logs in ((math.log(rate), True), (rate, False)):
                stirling = nn.poisson_nll_loss([x], [k], log_input=logs, full=True)
                assert np.isclose(stirling, exact, atol=1 / (12 * k))  # the next term of Stirling's series


@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(0.01, 5))
def test_gaussian_is_the_log_density(mean, x, variance):
    density = math.exp(-((x - mean) ** 2) / (2 * variance)) / math.sqrt(2 * math.pi * variance)
    if density > 1e-300:
        assert np.isclose(nn.gaussian_nll_loss([mean], [x], [variance], full=True), -math.log(density), atol=1e-9)


def test_variances_of_every_shape():
    x, t = np.zeros((3, 2)), np.ones((3, 2))
    expected = nn.gaussian_nll_loss(x, t, np.full((3, 2), 2.0))
    for var in (2.0, np.full((3, 1), 2.0), np.full(3, 2.0)):
        assert nn.gaussian_nll_loss(x, t, var) == expected


def test_a_collapsed_variance_can_grow_again():
    var = Tensor([0.0], requires_grad=True)
    nn.gaussian_nll_loss([0.0], [1.0], var, eps=0.5).backward()
    assert var.grad[0] == (1 / 0.5 - 1 / 0.5**2) / 2


def test_the_divergences_by_their_definitions():
    m = (P + Q) / 2
    kl = lambda a, b: (a * np.log(a / b)).sum()
    assert np.isclose(nn.kl_div(np.log(P), Q, reduction="sum"), kl(Q, P), rtol=1e-12)
    assert np.isclose(nn.kl_div(np.log(P), Q, reduction="batchmean"), kl(Q, P) / 4, rtol=1e-12)
    for args, settings in (((np.log(P), Q), {}), ((np.log(P), np.log(Q)), {"log_target": True})):
        expected = (kl(P, m) + kl(Q, m)) / 2
        assert np.isclose(nn.js_div(*args, reduction="sum", **settings), expected, rtol=1e-12)
        assert np.isclose(nn.js_div(*args, reduction="batchmean", **settings), expected / 4, rtol=1e-12)
    assert np.isclose(nn.js_div(np.log(Q), P), nn.js_div(np.log(P), Q), rtol=1e-12)
    assert np.isclose(nn.js_div(np.log(P), P), 0, atol=1e-16)


def test_the_gradient_of_the_jensen_shannon_divergence():
    x = Tensor(np.log(P), requires_grad=True)
    nn.js_div(x, Q, reduction="sum").backward()
    assert np.allclose(x.grad, P * np.log(2 * P / (P + Q)) / 2, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("log_target", [False, True])
@pytest.mark.parametrize("loss", [nn.kl_div, nn.js_div])
def test_what_cannot_happen_costs_nothing_and_gives_no_nan(loss, log_target):
    p, t = np.array([[0.5, 0.5, 0.0]]), np.array([[1.0, 0.0, 0.0]])
    with np.errstate(divide="ignore"):
        x, logs = Tensor(np.log(p), requires_grad=True), np.log(t)
    value = loss(x, logs if log_target else t, reduction="sum", log_target=log_target)
    value.backward()
    log = np.log
    jensen_shannon = 0.5 * log(0.5) - 0.75 * log(0.75) - 0.25 * log(0.25)  # m = (0.75, 0.25, 0)
    expected = log(2) if loss is nn.kl_div else jensen_shannon
    assert np.isclose(value.item(), expected, rtol=1e-12)
    assert np.isfinite(x.grad).all()


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: nn.poisson_nll_loss([0.0], [-1.0]), r"poisson_nll_loss: target -1.0 is not a count"),
        (lambda: nn.poisson_nll_loss([-2.0], [1.0], log_input=False), r"input -2.0 is not a mean.*log_input=True"),
        (lambda: nn.poisson_nll_loss([0.0], [1.0], eps=0.0), r"eps=0.0 is not a number in \(0, inf\)"),
        (lambda: nn.PoissonNLLLoss(eps=-1.0), r"PoissonNLLLoss: eps=-1.0"),
        (lambda: nn.gaussian_nll_loss([0.0], [1.0], [-0.5]), r"variance -0.5 is not a number from 0 on; .*np.exp"),
        (lambda: nn.gaussian_nll_loss([0.0], [1.0], [np.nan]), r"variance nan is not"),
        (lambda: nn.gaussian_nll_loss(np.ones((3, 2)), np.ones((3, 2)), np.ones(2)), r"\(2,\) do not fit .*\(3, 2\)"),
        (lambda: nn.gaussian_nll_loss(np.ones(3), np.ones(3), np.ones((3, 3))), r"\(3, 3\) do not fit"),
        (lambda: nn.GaussianNLLLoss(eps=0), r"GaussianNLLLoss: eps=0 is not"),
        (lambda: nn.kl_div(P, Q), r"kl_div: input 0\.\d+ is not a log-probability.*apply nn.log_softmax first"),
        (lambda: nn.kl_div(np.log(P), np.log(Q)), r"kl_div: target -\d\.\d+ is not a probability"),
        (lambda: nn.kl_div(np.log(P), Q, log_target=True), r"kl_div: target 0\.\d+ is not a log-probability"),
        (lambda: nn.js_div(P, Q), r"js_div: input 0\.\d+ is not a log-probability"),
        (lambda: nn.js_div(np.log(P), Q[:, :1]), r"\(4, 5\) and target of shape \(4, 1\) differ"),
    ],
)
def test_what_does_not_fit_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
