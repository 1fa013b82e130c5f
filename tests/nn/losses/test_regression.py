import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor

difference = st.floats(-1e3, 1e3)


@given(difference, st.floats(0.1, 10))
def test_huber_is_a_parabola_that_goes_on_as_its_tangents(d, delta):
    x = Tensor([d], requires_grad=True)
    loss = nn.huber_loss(x, [0.0], delta=delta)
    loss.backward()
    assert np.isclose(loss.item(), d * d / 2 if abs(d) <= delta else delta * (abs(d) - delta / 2), rtol=1e-12)
    assert np.isclose(x.grad[0], max(-delta, min(d, delta)), rtol=1e-12)
    assert np.isclose(nn.smooth_l1_loss([d], [0.0], beta=delta), loss.item() / delta, rtol=1e-12)


@given(difference)
def test_log_cosh_by_its_definition_and_by_its_asymptote(d):
    x = Tensor([d], requires_grad=True)
    loss = nn.log_cosh_loss(x, [0.0])
    loss.backward()
    expected = np.log(np.cosh(d)) if abs(d) < 300 else abs(d) - np.log(2)
    assert np.isclose(loss.item(), expected, rtol=1e-12, atol=1e-14)
    assert np.isclose(x.grad[0], np.tanh(d), rtol=1e-12, atol=1e-14)


@given(difference, st.floats(0.01, 0.99))
def test_the_quantile_loss_weighs_both_sides(d, q):
    x = Tensor([0.0], requires_grad=True)
    loss = nn.quantile_loss(x, [d], quantile=q)
    loss.backward()
    assert np.isclose(loss.item(), q * d if d >= 0 else (1 - q) * -d, rtol=1e-12)
    if d:
        assert np.isclose(x.grad[0], -q if d > 0 else 1 - q)


def test_the_quantile_loss_is_least_at_the_quantile():
    targets = np.random.default_rng(0).normal(size=101)
    candidates = np.sort(targets)
    for q in (0.1, 0.5, 0.8):
        losses = [nn.quantile_loss(np.full(101, c), targets, q) for c in candidates]
        assert candidates[np.argmin(losses)] == np.quantile(targets, q)


def test_one_quantile_a_column():
    x, t = np.zeros((2, 3)), np.ones((2, 3))
    assert nn.quantile_loss(x, t, [0.1, 0.5, 0.9], reduction="none").tolist() == [[0.1, 0.5, 0.9]] * 2
    assert nn.QuantileLoss([0.1, 0.5, 0.9])(x, t) == pytest.approx(0.5)


def test_kinks_have_the_published_slopes():
    for loss, slope in ((nn.l1_loss, 0), (nn.huber_loss, 0), (nn.quantile_loss, 0.0)):
        x = Tensor([1.0], requires_grad=True)
        loss(x, [1.0]).backward()
        assert x.grad[0] == slope
    x = Tensor([1.0, -1.0], requires_grad=True)  # at |d| = δ the tangent and the parabola agree
    nn.huber_loss(x, [0.0, 0.0], reduction="sum").backward()
    assert x.grad.tolist() == [1.0, -1.0]


def test_scalars_and_integers_are_taken():
    x = Tensor(0.3, requires_grad=True)
    nn.mse_loss(x, 1.0).backward()
    assert np.isclose(float(x.grad), 2 * (0.3 - 1))
    assert nn.mse_loss(1.0, 3) == 4.0
    assert np.isclose(nn.mse_loss(Tensor([1, 2]), [1.9, 2.9]).item(), 0.81)  # no target is rounded
    assert nn.mse_loss(Tensor([True, False]), [0.5, 0.5]).item() == 0.25


def test_a_gradient_flows_to_the_target_of_a_list():
    t = Tensor([1.0, 4.0], requires_grad=True)
    loss = nn.mse_loss([1.0, 2.0], t)
    loss.backward()
    assert loss.item() == 2.0
    assert t.grad.tolist() == [0.0, 2.0]


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: nn.mse_loss(np.ones((4, 1)), np.ones(4)),
            r"\(4, 1\) and target of shape \(4,\) differ.*; write target.reshape\(\(4, 1\)\)",
        ),
        (lambda: nn.mse_loss(["a"], [1.0]), r"mse_loss: numbers are wanted, not <U1"),
        (lambda: nn.mse_loss([1j], [1.0]), r"mse_loss: numbers are wanted, not complex128"),
        (lambda: nn.mse_loss([1.0], np.array([1j])), r"mse_loss: target holds complex128, where numbers are wanted"),
        (lambda: nn.mse_loss(1.0, None), r"mse_loss: target holds object"),
        (lambda: nn.huber_loss([1.0], [1.0], delta=0.0), r"huber_loss: delta=0.0 is not a number in \(0, inf\)"),
        (lambda: nn.huber_loss([1.0], [1.0], delta=-1), r"delta=-1 is not"),
        (lambda: nn.HuberLoss(delta=np.nan), r"HuberLoss: delta=nan is not"),
        (lambda: nn.HuberLoss(delta="1"), r"HuberLoss: delta='1' is not"),
        (lambda: nn.smooth_l1_loss([1.0], [1.0], beta=-0.5), r"smooth_l1_loss: beta=-0.5 is not a number in \[0, inf"),
        (lambda: nn.mse_loss(np.ones(4), np.ones(3)), r"input of shape \(4,\) and target of shape \(3,\) .*broadcast$"),
        (lambda: nn.QuantileLoss(None), r"QuantileLoss: quantile=None is not a number in \(0, 1\), or an array"),
        (lambda: nn.quantile_loss([1.0], [1.0], 0.0), r"quantile 0.0 is not in \(0, 1\); the median is 0.5"),
        (lambda: nn.quantile_loss([1.0], [1.0], 90), r"quantile 90 is not in \(0, 1\)"),
        (lambda: nn.QuantileLoss([0.5, 1.0]), r"QuantileLoss: quantile 1.0 is not"),
        (lambda: nn.quantile_loss(np.ones(3), np.ones(3), [[0.5]] * 3), r"quantile of shape \(3, 1\) does not broadc"),
    ],
)
def test_what_does_not_fit_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
