import numpy as np
import pytest

import nn
from autograd import Tensor

LOGITS = np.array([[1.5, -0.3, 0.2], [-2.0, 0.7, 0.4]])
LOG_P = np.asarray(nn.log_softmax(LOGITS))
TARGETS = np.array([[0.1, 0.9, 1.0], [0.0, 0.4, 0.6]])
IDS = np.array([2, 0])
both = pytest.mark.parametrize("loss", [nn.cross_entropy, nn.nll_loss])


def test_targets_of_other_kinds_are_taken():
    x = Tensor(LOGITS, dtype=np.float32)
    expected = nn.cross_entropy(x, IDS).item()
    for ids in (IDS.tolist(), IDS.astype(np.uint8), Tensor(IDS), IDS.astype(">i4"), np.array([2, 9, 0, 9])[::2]):
        assert nn.cross_entropy(x, ids).item() == expected


def test_changing_the_targets_after_the_loss_changes_nothing():
    x, ids = Tensor(LOGITS, requires_grad=True), IDS.copy()
    loss = nn.cross_entropy(x, ids)
    ids[...] = 1
    loss.backward()
    other = Tensor(LOGITS, requires_grad=True)
    nn.cross_entropy(other, IDS).backward()
    assert np.array_equal(x.grad, other.grad)


def test_ids_are_probabilities_of_one():
    one_hot = np.eye(3)[IDS]
    for settings in ({}, {"label_smoothing": 0.3}, {"reduction": "none"}):
        expected = nn.cross_entropy(LOGITS, one_hot, **settings)
        assert np.allclose(nn.cross_entropy(LOGITS, IDS, **settings), expected, rtol=1e-14)


def test_cross_entropy_is_the_nll_of_log_softmax():
    for settings in ({}, {"weight": [1.0, 2.0, 3.0]}, {"ignore_index": 0}, {"reduction": "sum"}):
        expected = nn.cross_entropy(LOGITS, IDS, **settings)
        assert np.isclose(nn.nll_loss(LOG_P, IDS, **settings), expected, rtol=1e-14)


def test_a_masked_class_gives_no_nan():
    x = Tensor([[1.0, -np.inf, 0.0]], requires_grad=True)
    loss = nn.cross_entropy(x, [0])
    loss.backward()
    assert np.isclose(loss.item(), np.log1p(np.exp(-1)))
    assert np.isfinite(x.grad).all()


@both
def test_an_ignored_target_gives_no_nan_where_class_0_is_masked(loss):
    x = Tensor([[-np.inf, -0.1, -3.0], [-1.0, -2.0, -0.5]], requires_grad=True)
    value = loss(x, [-100, 1])
    value.backward()
    assert np.isclose(value.item(), loss(x.detach()[1:], [1]).item())
    assert np.array_equal(x.grad[0], [0.0, 0.0, 0.0])


@both
def test_all_targets_ignored(loss):
    x = Tensor(LOG_P, requires_grad=True)
    with pytest.raises(ValueError, match=f"{loss.__name__}: all targets are ignored"):
        loss(x, [7, 7], ignore_index=7)
    assert loss(x, [7, 7], ignore_index=7, reduction="sum").item() == 0


def test_the_weight_of_a_loss_is_its_buffer():
    loss = nn.CrossEntropyLoss(weight=[1.0, 2.0, 3.0])
    assert [name for name, _ in loss.named_buffers()] == ["weight"]


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: nn.cross_entropy(LOGITS, [0, 3]), r"cross_entropy: class id 3 is out of range 0 to 2"),
        (lambda: nn.cross_entropy(LOGITS, [0, -1]), r"class id -1 is out of range 0 to 2"),
        (
            lambda: nn.cross_entropy(LOGITS, [[0], [1]]),
            r"ids of shape \(2,\).*not .* \(2, 1\); write target.reshape\(\(2,\)\)$",
        ),
        (lambda: nn.cross_entropy(LOGITS, [0.0, 1.0]), r"integers, not float64; write target.astype\(int\)"),
        (lambda: nn.cross_entropy(LOGITS, np.eye(3, dtype=int)[IDS]), r"\(2, 3\); to give probabilities, make them fl"),
        (lambda: nn.cross_entropy(LOGITS, TARGETS - 0.5), r"target -0\.4 is not a probability"),
        (lambda: nn.cross_entropy(LOGITS, [True, False]), r"class ids are integers, not bool"),
        (lambda: nn.cross_entropy(LOGITS, IDS, [1.0]), r"weight has shape \(1,\), where there are 3 classes"),
        (lambda: nn.cross_entropy(LOGITS, IDS, label_smoothing=2), r"label_smoothing=2 is not a number in \[0, 1\]"),
        (
            lambda: nn.CrossEntropyLoss(label_smoothing=-0.1),
            r"CrossEntropyLoss: label_smoothing=-0.1 is not a num",
        ),
        (
            lambda: nn.CrossEntropyLoss(label_smoothing=None),
            r"CrossEntropyLoss: label_smoothing=None is not a num",
        ),
        (lambda: nn.cross_entropy(1.0, 0), r"cross_entropy: logits of shape \(\) have no axis of classes"),
        (lambda: nn.nll_loss(-1.0, 0), r"nll_loss: log-probabilities of shape \(\) have no axis"),
        (lambda: nn.nll_loss(LOGITS, IDS), r"nll_loss: input 1.5 is not a log-probability.*apply nn.log_softmax first"),
        (lambda: nn.nll_loss(np.exp(LOG_P), IDS), r"nll_loss: input 0.\d+ is not a log-probability"),
        (lambda: nn.nll_loss(LOG_P, [0, 5]), r"nll_loss: class id 5 is out of range 0 to 2"),
        (lambda: nn.nll_loss(LOG_P, [0.0, 1.0]), r"nll_loss: class ids are integers, not float64"),
        (lambda: nn.nll_loss(LOG_P, TARGETS), r"want class ids of shape \(2,\), not a target of shape \(2, 3\)"),
        (lambda: nn.nll_loss(LOG_P, IDS, [1.0]), r"nll_loss: weight has shape \(1,\)"),
    ],
)
def test_what_does_not_fit_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
