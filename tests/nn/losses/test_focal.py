import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor, gradcheck

LOGITS = np.random.default_rng(4).normal(size=(4, 3)) * 2
IDS = np.array([2, 0, 1, 2])
LABELS = np.eye(3)[IDS]


def test_without_focus_it_is_cross_entropy():
    for reduction in ("mean", "sum", "none"):
        expected = nn.cross_entropy(LOGITS, IDS, reduction=reduction)
        assert np.allclose(nn.focal_loss(LOGITS, IDS, gamma=0, reduction=reduction), expected, rtol=1e-12)
        expected = nn.binary_cross_entropy_with_logits(LOGITS, LABELS, reduction=reduction)
        assert np.allclose(nn.focal_loss(LOGITS, LABELS, gamma=0, reduction=reduction), expected, rtol=1e-12)


@pytest.mark.parametrize("gamma", [0.5, 1.0, 2.0])
def test_by_its_definition(gamma):
    p = 1 / (1 + np.exp(-LOGITS))
    of_target = np.where(LABELS > 0, p, 1 - p)
    weight = np.where(LABELS > 0, 0.25, 0.75)
    expected = -weight * (1 - of_target) ** gamma * np.log(of_target)
    assert np.allclose(nn.focal_loss(LOGITS, LABELS, 0.25, gamma, "none"), expected, rtol=1e-11)
    p = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)
    of_target = p[np.arange(4), IDS]
    expected = -np.array([0.5, 2.0, 1.5])[IDS] * (1 - of_target) ** gamma * np.log(of_target)
    assert np.allclose(nn.focal_loss(LOGITS, IDS, [0.5, 2.0, 1.5], gamma, "none"), expected, rtol=1e-11)


def test_two_classes_are_one_logit():
    x = LOGITS[:, 0]
    pairs = np.stack([np.zeros(4), x], axis=1)
    labels = np.array([0, 1, 1, 0])
    assert np.allclose(nn.focal_loss(pairs, labels), nn.focal_loss(x, labels.astype(float)), rtol=1e-12)


@given(st.floats(-1e4, 1e4), st.sampled_from([0, 1]), st.sampled_from([0.0, 0.5, 2.0]))
def test_of_any_logit_value_and_gradient_are_finite(x, label, gamma):
    for logits, target in (([x], [label]), ([[-2.0, x]], [label])):  # no 0 beside x = 1: probabilities, which warn
        leaf = Tensor(logits, requires_grad=True)
        loss = nn.focal_loss(leaf, target, gamma=gamma)
        loss.backward()
        assert np.isfinite(loss.item()) and loss.item() >= 0
        assert np.isfinite(leaf.grad).all()


def test_the_gradient_at_a_certain_prediction():
    assert gradcheck(lambda x: nn.focal_loss(x, [1, 0], gamma=0.5), np.array([20.0, -20.0]))


@pytest.mark.parametrize("gamma", [0.0, 2.0])
def test_a_single_possible_class_gives_no_nan(gamma):
    x = Tensor([[1.0, -np.inf], [0.0, 1.0]], requires_grad=True)
    loss = nn.focal_loss(x, [0, 1], gamma=gamma, reduction="none")
    loss.sum().backward()
    assert loss.tolist()[0] == 0.0
    assert np.isfinite(x.grad).all()
    assert nn.focal_loss([[1.0]], [0], gamma=gamma) == 0.0


def test_an_easy_sample_counts_less_than_a_hard_one():
    cross_entropy = nn.binary_cross_entropy_with_logits([3.0, -3.0], [1, 1], reduction="none")
    share = nn.focal_loss([3.0, -3.0], [1, 1], reduction="none") / cross_entropy
    assert share[0] < 0.01 and share[1] > 0.9


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: nn.focal_loss([0.0], [0.5]), r"focal_loss: target 0.5 is neither 0 nor 1"),
        (lambda: nn.focal_loss(LOGITS, [0, 1, 2, 3]), r"focal_loss: class id 3 is out of range 0 to 2"),
        (lambda: nn.focal_loss(LOGITS, [0, 1, 2, -1]), r"focal_loss: class id -1 is out of range"),
        (lambda: nn.focal_loss(LOGITS, [0.0, 1.0, 2.0, 0.0]), r"class ids are integers, not float64"),
        (lambda: nn.focal_loss(LOGITS, LABELS[:, :1]), r"class ids of shape \(4,\) or labels .*shape \(4, 1\)"),
        (lambda: nn.focal_loss(LOGITS, LABELS, alpha=1.5), r"focal_loss: alpha=1.5 is not a number in \[0, 1\]"),
        (lambda: nn.focal_loss(LOGITS, IDS, alpha=0.25), r"one weight for each of the 3 classes, not shape \(\)"),
        (lambda: nn.focal_loss(LOGITS, LABELS, alpha=[0.5] * 3), r"alpha=\[0.5, 0.5, 0.5\] is not a number"),
        (lambda: nn.focal_loss(LOGITS, IDS, gamma=-1), r"gamma=-1 is not a number in \[0, inf\)"),
        (lambda: nn.FocalLoss(alpha=-0.1), r"FocalLoss: alpha=-0.1 is not"),
        (lambda: nn.FocalLoss(gamma=-1), r"FocalLoss: gamma=-1 is not"),
    ],
)
def test_what_does_not_fit_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
