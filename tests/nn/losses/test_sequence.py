from itertools import groupby, pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import Tensor


def log_probs(seed, *shape):
    return np.asarray(nn.log_softmax(np.random.default_rng(seed).normal(size=shape) * 2))


def reading(path, blank):
    """What a path says: repeats merged, blanks dropped."""
    return [label for label, _ in groupby(path) if label != blank]


def by_enumeration(y, target, blank):
    """Minus the log of the summed probability of all paths that read `target`."""
    frames, classes = y.shape
    paths = product(range(classes), repeat=frames)
    total = sum(np.exp(sum(y[t, k] for t, k in enumerate(p))) for p in paths if reading(p, blank) == list(target))
    return -np.log(total)


@given(st.integers(0, 10**6), st.integers(1, 5), st.lists(st.sampled_from([0, 2]), max_size=3))
def test_it_is_the_sum_over_all_paths(seed, frames, target):
    needed = len(target) + sum(a == b for a, b in pairwise(target))
    if frames < needed:
        return
    y = log_probs(seed, frames, 3)
    loss = nn.ctc_loss(y, np.array(target, int), frames, len(target), blank=1, reduction="none")
    assert np.isclose(loss, by_enumeration(y, target, 1), rtol=1e-11, atol=1e-13)


def test_a_batch_of_varying_lengths_is_its_samples_one_by_one():
    y, targets = log_probs(0, 6, 4, 4), [[1, 1, 2], [3, 2, 0], [2, 0, 0], [0, 0, 0]]
    frames, sizes = [6, 4, 5, 2], [3, 2, 1, 0]
    losses = nn.ctc_loss(y, targets, frames, sizes, reduction="none")
    for i in range(4):
        single = nn.ctc_loss(y[: frames[i], i], targets[i][: sizes[i]], frames[i], sizes[i], reduction="none")
        assert np.isclose(losses[i], single, rtol=1e-13)
    assert np.isclose(nn.ctc_loss(y, targets, frames, sizes), (losses / [3, 2, 1, 1]).mean())


def test_a_target_may_fill_its_frames():
    losses = nn.ctc_loss(Y, [[1, 2, 1], [2, 0, 0]], [3, 1], [3, 1], reduction="none")
    assert np.allclose(losses, [-Y[0, 0, 1] - Y[1, 0, 2] - Y[2, 0, 1], -Y[0, 1, 2]], rtol=1e-13)


def test_what_stands_behind_a_targets_end_says_nothing():
    y = log_probs(1, 5, 2, 3)
    expected = nn.ctc_loss(y, [[1, 2], [2, 0]], [5, 5], [2, 1])
    assert nn.ctc_loss(y, [[1, 2, 99], [2, -1, 0]], [5, 5], [2, 1]) == expected
    assert nn.ctc_loss(y, [1, 2, 2], [5, 5], [2, 1]) == expected
    assert nn.ctc_loss(y, [[1, 2], [2, 0]], 5, [2, 1]) == expected


def test_frames_behind_the_end_get_no_gradient():
    y = Tensor(log_probs(2, 6, 2, 3), requires_grad=True)
    nn.ctc_loss(y, [[1, 2], [2, 1]], [4, 6], [2, 2]).backward()
    assert not y.grad[4:, 0].any()
    assert y.grad[:4, 0].any(axis=1).all()


def test_the_gradient_sums_to_minus_one_a_frame():
    """-∂loss/∂log y_t(k) is the probability that a path through the target is at k in frame t."""
    y = Tensor(log_probs(3, 6, 2, 3), requires_grad=True)
    nn.ctc_loss(y, [[1, 1], [2, 1]], [6, 6], [2, 2], reduction="sum").backward()
    assert np.allclose(y.grad.sum(axis=2), -1.0, rtol=1e-12)


def test_long_sequences_do_not_underflow():
    y = Tensor(log_probs(4, 400, 1, 5) * 1.0, requires_grad=True)
    target = np.tile([1, 2, 3, 3], 20)
    loss = nn.ctc_loss(y, target[None], [400], [80], reduction="sum")
    loss.backward()
    assert loss.item() > 300  # e^-300 and less
    assert np.allclose(y.grad.sum(axis=2), -1.0, rtol=1e-9)


def test_a_target_of_probability_0_is_inf_or_0():
    y = log_probs(5, 3, 2, 3)
    y[:, 0, :2] = -np.inf  # neither the label nor the blank
    leaf = Tensor(y, requires_grad=True)
    losses = nn.ctc_loss(leaf, [[1], [1]], [3, 3], [1, 1], reduction="none")
    assert losses.tolist()[0] == np.inf and np.isfinite(losses.tolist()[1])
    losses = nn.ctc_loss(leaf, [[1], [1]], [3, 3], [1, 1], reduction="none", zero_infinity=True)
    losses.sum().backward()
    assert losses.tolist()[0] == 0.0
    assert np.isfinite(leaf.grad).all() and not leaf.grad[:, 0].any()


@pytest.mark.parametrize("end_to_end", [False, True])
def test_a_compiled_step_takes_other_targets_and_lengths(end_to_end):
    rng = np.random.default_rng(7)

    def loss(scores, targets, frames, sizes):
        return nn.ctc_loss(nn.log_softmax(scores), targets, frames, sizes)

    compiled = autograd.compile(loss)
    for total in (4, 4, 4, 0):
        scores, targets, frames = rng.normal(size=(6, 3, 4)), rng.integers(1, 4, (3, 3)), rng.integers(4, 7, 3)
        sizes = rng.permutation([0, 2, total - 2] if total else [0, 0, 0])
        if end_to_end:
            targets = rng.integers(1, 4, sizes.sum())
        expected = nn.ctc_loss(nn.log_softmax(scores), targets, frames, sizes)
        assert np.isclose(compiled(scores, targets, frames, sizes), expected, rtol=1e-12)
    assert compiled.cache_info().traces == (2 if end_to_end else 1)  # another only for targets of another shape


def test_a_compiled_step_refuses_what_it_sees_and_gives_inf_for_the_rest():
    compiled = autograd.compile(lambda *args: nn.ctc_loss(*args, reduction="none"))
    good = (Y, np.array([[1, 2], [1, 1]]), np.array([4, 4]), np.array([2, 2]))
    assert np.isfinite(compiled(*good)).all()
    with pytest.raises(ValueError, match=r"input_lengths\[1\] = 5 is not in 1 to 4"):
        compiled(*good[:2], np.array([4, 5]), good[3])
    assert np.isinf(compiled(Y, np.array([[1, 2], [1, 9]]), *good[2:])).tolist() == [False, True]  # no such class
    assert np.isinf(compiled(*good[:2], np.array([4, 2]), good[3])).tolist() == [False, True]  # 1-1 takes 3 frames


Y = log_probs(6, 4, 2, 3)


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: nn.ctc_loss(Y, [[1, 1, 1], [1, 2, 0]], [4, 4], [3, 2]),
            r"sample 0 needs 5 frames \(3 labels, 2 of them equal.*input_lengths\[0\] is 4; .*zero_infinity=True",
        ),
        (lambda: nn.ctc_loss(Y, [[1], [1]], [4, 5], [1, 1]), r"input_lengths\[1\] = 5 is not in 1 to 4, the frames"),
        (lambda: nn.ctc_loss(Y, [[1], [1]], [0, 4], [1, 1]), r"input_lengths\[0\] = 0 is not in 1 to 4"),
        (lambda: nn.ctc_loss(Y, [[1], [1]], [4.0, 4.0], [1, 1]), r"input_lengths are integers, not float64"),
        (
            lambda: nn.ctc_loss(Y, [[1], [1]], [4, 4, 4], [1, 1]),
            r"input_lengths of shape \(3,\) do not fit a batch of 2",
        ),
        (lambda: nn.ctc_loss(Y, [[1], [1]], [4, 4], [1, -1]), r"target_lengths holds -1, and a length is 0 or more"),
        (
            lambda: nn.ctc_loss(Y, [[1], [1]], [4, 4], [1, 2]),
            r"targets of shape \(2, 1\) do not fit target_lengths \[1, 2",
        ),
        (
            lambda: nn.ctc_loss(Y, [1, 1, 1], [4, 4], [1, 1]),
            r"targets of shape \(3,\) do not fit .* end to end, \(2,\)",
        ),
        (lambda: nn.ctc_loss(Y, [[1], [1, 2]], [4, 4], [1, 2]), r"targets of different lengths: pad them to one, or"),
        (lambda: nn.ctc_loss(Y, [[1.0], [1.0]], [4, 4], [1, 1]), r"class ids, integers, not float64; .*astype\(int\)"),
        (lambda: nn.ctc_loss(Y, [[3], [1]], [4, 4], [1, 1]), r"class id 3 is not in 0 to 2, or is the blank, 0"),
        (lambda: nn.ctc_loss(Y, [[0], [1]], [4, 4], [1, 1]), r"class id 0 is not in 0 to 2, or is the blank, 0"),
        (lambda: nn.ctc_loss(Y, [[1], [1]], [4, 4], [1, 1], blank=3), r"blank=3 is not a class id, 0 to 2"),
        (
            lambda: nn.ctc_loss(-Y, [[1], [1]], [4, 4], [1, 1]),
            r"log_probs \d\.\d+ is not a log-probability.*log_softmax",
        ),
        (lambda: nn.ctc_loss(Y[0, 0], [1], [1], [1]), r"\(frames, batch, classes\), none of them 0, not \(3,\)"),
        (lambda: nn.ctc_loss(Y[:, :0], [[]], [], []), r"none of them 0, not \(4, 0, 3\)"),
    ],
)
def test_what_does_not_fit_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
