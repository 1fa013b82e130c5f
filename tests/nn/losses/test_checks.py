"""Warnings of probabilities where logits are wanted."""

import warnings

import numpy as np
import pytest

import nn
from autograd import Tensor
from tests.autograd.places import line_of

X = Tensor(np.random.default_rng(7).normal(size=(4, 3)), requires_grad=True)
IDS, LABELS = [0, 1, 2, 0], np.eye(3)[[0, 1, 2, 0]]


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: nn.cross_entropy(nn.softmax(X), IDS), "output of softmax.*softmax would be applied twice"),
        (lambda: nn.cross_entropy(nn.sigmoid(X), IDS), "cross_entropy: the input is the output of sigmoid"),
        (lambda: nn.cross_entropy(nn.softmax(X.detach()), IDS), r"probabilities \(rows that sum to 1\)"),
        (lambda: nn.cross_entropy([[0.7, 0.2, 0.1]], [0]), r"pass the logits, or use nll_loss\(np.log\(p\), ...\)"),
        (lambda: nn.cross_entropy([0.7, 0.2, 0.1], 0), r"rows that sum to 1"),
        (lambda: nn.CrossEntropyLoss()(nn.softmax(X), IDS), "output of softmax"),
        (
            lambda: nn.CrossEntropyLoss()(nn.MLP([3, 3], output_activation="softmax", rng=0)(X), IDS),
            "output of softmax",
        ),
        (lambda: nn.binary_cross_entropy_with_logits(nn.sigmoid(X), LABELS), "of sigmoid; .* use binary_cross_entropy"),
        (lambda: nn.focal_loss(nn.sigmoid(X), LABELS), "focal_loss: the input is the output of sigmoid"),
        (lambda: nn.focal_loss(nn.softmax(X), IDS), "focal_loss: the input is the output of softmax"),
    ],
)
def test_probabilities_in_the_place_of_logits_are_warned_of(call, message):
    with pytest.warns(UserWarning, match=message) as caught:
        call()
    assert len(caught) == 1
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    "call",
    [
        lambda: nn.cross_entropy(X, IDS),
        lambda: nn.cross_entropy(nn.log_softmax(X), IDS),  # idle, but right: log_softmax of it is itself
        lambda: nn.cross_entropy(np.zeros((4, 3)), IDS),
        lambda: nn.cross_entropy(np.zeros((0, 3)), np.zeros(0, int), reduction="sum"),
        lambda: nn.cross_entropy([[1.0], [1.0]], [0, 0]),
        lambda: nn.cross_entropy([[0.7, 0.2, 0.1], [0.5, 0.5, 1.0]], [0, 1]),
        lambda: nn.binary_cross_entropy(nn.sigmoid(X), LABELS),
        lambda: nn.binary_cross_entropy_with_logits([0.3, 0.7], [0, 1]),  # logits may lie in [0, 1]
        lambda: nn.nll_loss(nn.log_softmax(X), IDS),
    ],
)
def test_what_is_right_is_not_warned_of(call):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        call()


def test_once_for_each_line_of_the_users_code():
    with warnings.catch_warnings(record=True) as caught:
        warnings.resetwarnings()  # to Python's own habit: once for each place
        for _ in range(3):
            nn.cross_entropy(nn.softmax(X), IDS)  # the first
            nn.cross_entropy(nn.softmax(X), IDS)  # the second
    assert [w.lineno for w in caught] == [line_of(__file__, "the first"), line_of(__file__, "the second")]
