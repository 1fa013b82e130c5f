import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor

LOGITS = np.array([[1.5, -0.3, 0.2], [-2.0, 0.7, 0.4]])
TARGETS = np.array([[0.1, 0.9, 1.0], [0.0, 0.4, 0.6]])
with_logits = nn.binary_cross_entropy_with_logits


@given(st.floats(-1e4, 1e4), st.floats(0, 1))
def test_binary_cross_entropy_of_any_logit_is_finite(x, t):
    logit = Tensor([x], requires_grad=True)
    loss = with_logits(logit, [t])
    loss.backward()
    assert np.isclose(loss.item(), np.logaddexp(0, x) - x * t, rtol=1e-12, atol=1e-9)
    assert np.isclose(logit.grad[0], (1 + np.tanh(x / 2)) / 2 - t, atol=1e-11)


@given(st.floats(-30, 30), st.floats(0, 1))
def test_from_probabilities_it_is_what_it_is_from_logits(x, t):
    logit = Tensor([x], requires_grad=True)
    loss = nn.binary_cross_entropy(nn.sigmoid(logit), [t])
    loss.backward()
    assert np.isclose(loss.item(), with_logits([x], [t]), rtol=1e-3, atol=1e-6)
    assert np.isclose(logit.grad[0], (1 + np.tanh(x / 2)) / 2 - t, rtol=1e-2, atol=1e-6)


def test_a_certain_and_wrong_probability_costs_100_and_no_nan():
    p = Tensor([0.0, 1.0, 0.0, 1.0], requires_grad=True)
    loss = nn.binary_cross_entropy(p, [1.0, 0.0, 0.0, 1.0], reduction="none")
    assert loss.tolist() == [100.0, 100.0, 0.0, 0.0]  # as PyTorch has it
    loss.sum().backward()
    assert p.grad.tolist() == [0.0, 0.0, 1.0, -1.0]


def test_negative_zero_is_a_probability():
    assert with_logits(Tensor([0.0]), [-0.0]).item() == np.log(2)


def test_targets_of_other_kinds_are_taken():
    x = Tensor(LOGITS, dtype=np.float32)
    labels = TARGETS > 0.5
    expected = with_logits(x, labels).item()
    for t in (labels.astype(int), Tensor(labels), labels.tolist(), np.asfortranarray(labels)):
        assert with_logits(x, t).item() == expected


@pytest.mark.parametrize("dtype", [">f4", ">f8", "f2", "g"])
def test_targets_of_every_float_type_are_read_right(dtype):
    x, t = Tensor(LOGITS.astype(dtype)), TARGETS.astype(dtype)
    assert np.isclose(float(with_logits(x, t)), with_logits(LOGITS, TARGETS), rtol=1e-2)
    for wrong in (-0.25, 1.25, np.nan):
        t[0, 1] = wrong
        with pytest.raises(ValueError, match=f"target {wrong} is not a probability"):
            with_logits(x, t)


def test_integer_inputs_count_as_floats_and_round_no_target():
    integers = np.array([[2, 0, -1], [1, 0, 3]])
    expected = with_logits(integers.astype(float), TARGETS)
    for x in (Tensor(integers), integers, integers.tolist(), integers.astype(np.int8)):
        assert float(with_logits(x, TARGETS)) == expected


def test_hinge_losses_by_their_definition():
    x, t = np.array([0.5, 2.0, -0.5, -2.0, 1.0]), np.array([1, 1, 1, -1, 1])
    logits = Tensor(x, requires_grad=True)
    nn.hinge_loss(logits, t, reduction="sum").backward()
    assert nn.hinge_loss(x, t, reduction="none").tolist() == [max(0, 1 - a * b) for a, b in zip(x, t, strict=True)]
    assert logits.grad.tolist() == [-1, 0, -1, 0, 0]  # 0 at the kink
    logits.zero_grad()
    nn.squared_hinge_loss(logits, t, margin=2.0, reduction="sum").backward()
    expected = [-2 * b * max(0, 2 - a * b) for a, b in zip(x, t, strict=True)]
    assert logits.grad.tolist() == expected


def test_a_weight_that_requires_grad_gets_one():
    w = Tensor([2.0, 2.0, 2.0], requires_grad=True)
    with_logits(LOGITS, TARGETS, w, reduction="sum").backward()
    assert np.allclose(w.grad, with_logits(LOGITS, TARGETS, reduction="none").sum(axis=0))


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: with_logits([0.0], [[1.0]]), r"\(1,\) and target of shape \(1, 1\)"),
        (lambda: with_logits([0.0, 1.0], [1.0, -1.0]), r"target -1\.0 is not a probability"),
        (lambda: with_logits([0.0], [1.5]), r"target 1\.5 is not"),
        (lambda: with_logits([0.0], [np.nan]), r"target nan is not"),
        (lambda: with_logits([0.0] * 2, [1.0] * 2, [[1.0], [2.0]]), r"weight of shape \(2, 1\) does not broadcast"),
        (lambda: with_logits([0.0] * 2, [1.0] * 2, pos_weight=[1.0] * 3), r"pos_weight of shape \(3,\) does not"),
        (lambda: nn.binary_cross_entropy([3.0], [1.0]), r"input 3.0 is not a probability.*of logits, take nn.sigmoid"),
        (lambda: nn.binary_cross_entropy([0.5], [2.0]), r"target 2.0 is not a probability"),
        (lambda: nn.hinge_loss([0.5, 1.0], [1, 0]), r"hinge_loss: target 0.0 is neither -1 nor 1; .* 2 \* target - 1"),
        (lambda: nn.squared_hinge_loss([0.5], [np.nan]), r"squared_hinge_loss: target nan is neither"),
        (lambda: nn.hinge_loss([0.5], [1], margin=-1.0), r"hinge_loss: margin=-1.0 is not a number in \[0, inf\)"),
        (lambda: nn.HingeLoss(-1.0), r"HingeLoss: margin=-1.0 is not"),
        (lambda: nn.SquaredHingeLoss(margin=None), r"SquaredHingeLoss: margin=None is not"),
    ],
)
def test_what_does_not_fit_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
