"""Connectionist temporal classification: a sequence of labels against a longer one of frames, alignment unknown."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
from autograd import Tensor
from nn.losses.checks import LOG_ZERO, all_within, check_log_probabilities, floats
from nn.losses.reduction import REDUCTIONS, Loss, reduced, unknown_reduction


def ctc_loss(
    log_probs: Any,
    targets: Any,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Any:
    """-log Σ_π Π_t y_t(π_t), over all paths π that give the target once repeats are merged and blanks dropped.

    The forward algorithm in log space. With l′ the target with a blank before, between and after its labels,
    α_t(s) = logsumexp(α_{t-1}(s), α_{t-1}(s-1), α_{t-1}(s-2)) + log y_t(l′_s), the last of the three only where l′_s
    differs from l′_{s-2}, as no blank does; α_1 begins with a blank or the first label, and the loss is
    -logsumexp(α_T(S), α_T(S-1)), S the length of l′.

    Parameters
    ----------
    log_probs : log y (frames, batch, classes), or (frames, classes), as from `log_softmax`.
    targets : class ids (batch, labels), padded to one length, or (sum of target_lengths,), end to end; without the
        blank.
    input_lengths : (batch,), or a number: how many frames of each sample count.
    target_lengths : (batch,), or a number: how many labels of each sample count.
    blank : the class id that means no label.
    reduction : "mean" (each loss divided by its number of labels, or 1, then averaged), "sum" or "none", (batch,).
    zero_infinity : let a target that does not fit into its frames count 0, without a gradient, where it else is an
        error; likewise one that has probability 0, whose loss is else inf.

    Raises ValueError for shapes and lengths that do not fit each other, a target with too few frames (each label takes
    one, and one more separates two equal neighbours), a class id out of range or equal to the blank, log-probabilities
    above 0, or another reduction; compiled, ids and too few frames are looked at in the first call alone, and give inf
    (0 with `zero_infinity`) in later ones. Source: Graves et al. 2006, equations 5 to 8,
    https://doi.org/10.1145/1143844.1143891.

    >>> import nn
    >>> y = nn.log_softmax(np.zeros((2, 1, 3)))              # 2 frames, 3 classes, all alike
    >>> loss = nn.ctc_loss(y, [[1]], [2], [1])
    >>> round(float(np.exp(-loss) * 9), 6)                   # of the 9 paths, "-1", "1-" and "11" read 1
    3.0
    """
    if reduction not in REDUCTIONS:
        raise unknown_reduction(reduction, "ctc_loss", REDUCTIONS)
    log_probs = floats(log_probs, "ctc_loss")
    single = log_probs.ndim == 2
    if single:
        log_probs = log_probs.reshape(log_probs.shape[0], 1, log_probs.shape[1])
    if log_probs.ndim != 3 or 0 in log_probs.shape:
        raise ValueError(f"ctc_loss: log_probs are (frames, batch, classes), none of them 0, not {log_probs.shape}")
    check_log_probabilities(log_probs, "ctc_loss", "log_probs")
    frames, labels = _checked_lengths(log_probs, input_lengths, target_lengths)
    ids = _padded(targets, target_lengths, labels, single)
    counts = np.arange(ids.shape[1]) < labels[:, None]
    known = _check_ids(ids, counts, log_probs.shape[2], blank)
    extended = _with_blanks(np.where(counts & known, ids, blank), blank)
    fits = _check_room(ids, counts, frames, labels, zero_infinity) & known.all(axis=1)
    losses = -_log_likelihood(log_probs, extended, frames, labels)
    possible = fits & (losses < -LOG_ZERO / 2)
    losses = np.where(possible, losses, 0.0 if zero_infinity else np.inf)
    if single:
        losses = losses[0]
    if reduction == "mean":
        return (losses / np.maximum(labels, 1).astype(log_probs.dtype)).mean()
    return reduced(losses, reduction, "ctc_loss")


def _log_likelihood(log_probs: Any, extended: Any, frames: Any, labels: Any) -> Any:
    """The forward algorithm: log-probability of each target, (batch,). `extended` is l′ (batch, places)."""
    length, (batch, places) = log_probs.shape[0], extended.shape
    index = np.broadcast_to(extended, (length, batch, places))
    emitted = np.maximum(np.take_along_axis(log_probs, index, axis=2), LOG_ZERO)
    may_skip = np.concatenate([np.full((batch, 2), False), extended[:, 2:] != extended[:, :-2]], axis=1)
    skip_penalty = np.where(may_skip[:, :places], 0, LOG_ZERO).astype(log_probs.dtype)
    edge = np.full((1, batch, 2), LOG_ZERO, log_probs.dtype)

    # Each frame keeps its axis of length 1, (1, batch, places). (Taking emitted[t] in turn would cost length²: what
    # flows back into it is laid in zeros of the whole. np.split parts by halves.)
    first, *others = np.split(emitted, length)
    alpha = np.where(np.arange(places) < 2, first, LOG_ZERO)  # a path begins with the first blank or the first label
    alphas = [alpha]
    for emission in others:
        before = np.concatenate([edge, alpha], axis=2)
        arrived = np.concatenate([alpha, before[:, :, 1:-1], before[:, :, :-2] + skip_penalty])
        alpha = autograd.logsumexp(arrived, axis=0, keepdims=True) + emission
        alphas.append(alpha)

    final = np.concatenate(alphas)[frames - 1, np.arange(batch)]
    last = (2 * labels)[:, None]
    ends = (np.arange(places) == last) | (np.arange(places) == last - 1)
    return autograd.logsumexp(np.where(ends, final, LOG_ZERO), axis=1)


# --- arguments ---
#
# While a program is captured, targets and lengths are Tensors. What is asked of them as they were given is asked again
# at each call; what has to be computed for the answer is not, and where the error is due then, the loss is inf.


def _integers(x: Any) -> Any:
    return x if autograd.current_capture() is not None and type(x) is Tensor else np.asarray(x)


def _checked_lengths(log_probs: Any, input_lengths: Any, target_lengths: Any) -> tuple[Any, Any]:
    length, batch = log_probs.shape[:2]
    frames = _lengths(input_lengths, batch, "input_lengths")
    labels = _lengths(target_lengths, batch, "target_lengths")
    if not autograd.decide(all_within, input_lengths, 1, length):
        wrong = autograd.peek(frames)
        sample = np.flatnonzero((wrong < 1) | (wrong > length))[0]
        raise ValueError(
            f"ctc_loss: input_lengths[{sample}] = {wrong[sample]} is not in 1 to {length}, the frames of log_probs "
            f"{log_probs.shape}"
        )
    return frames, labels


def _lengths(lengths: Any, batch: int, word: str) -> Any:
    values = _integers(lengths)
    if values.dtype.kind not in "iu":
        raise ValueError(f"ctc_loss: {word} are integers, not {values.dtype}")
    if values.shape not in ((), (1,), (batch,)):
        raise ValueError(f"ctc_loss: {word} of shape {values.shape} do not fit a batch of {batch}: one for each sample")
    if not autograd.decide(all_within, lengths, 0, np.inf):
        raise ValueError(f"ctc_loss: {word} holds {autograd.peek(lengths).min()}, and a length is 0 or more")
    return np.broadcast_to(values.astype(np.int64), (batch,))


def _padded(targets: Any, target_lengths: Any, labels: Any, single: bool) -> Any:
    """The targets (batch, labels), whatever stands behind their ends."""
    try:
        ids = _integers(targets)
    except ValueError:  # lists of different lengths
        raise ValueError("ctc_loss: targets of different lengths: pad them to one, or give them end to end") from None
    if ids.dtype.kind not in "iu" and ids.size:
        raise ValueError(f"ctc_loss: targets are class ids, integers, not {ids.dtype}; write targets.astype(int)")
    ids, batch = ids.astype(np.int64), labels.shape[0]
    if ids.ndim == 1 and autograd.decide(_total, target_lengths, batch) == ids.size:
        return _apart(ids, labels, autograd.decide(_longest, target_lengths))
    if ids.ndim == 1 and single:
        ids = ids.reshape(1, -1)
    if ids.ndim != 2 or ids.shape[0] != batch or not autograd.decide(all_within, target_lengths, 0, ids.shape[1]):
        lengths = autograd.peek(labels)
        raise ValueError(
            f"ctc_loss: targets of shape {ids.shape} do not fit target_lengths {lengths.tolist()}: give them padded, "
            f"({batch}, {lengths.max()}) or wider, or end to end, ({lengths.sum()},)"
        )
    return ids if type(ids) is Tensor else ids[:, : labels.max()]  # in a captured program, labels may change


def _apart(ids: Any, labels: Any, longest: int) -> Any:
    """Targets end to end as rows of one length, the longest."""
    if not longest:
        return np.zeros((labels.shape[0], 0), np.int64)
    places = (np.cumsum(labels) - labels)[:, None] + np.arange(longest)
    return ids[np.minimum(places, ids.size - 1)]


def _total(lengths: np.ndarray, batch: int) -> int:
    return int(np.broadcast_to(lengths, (batch,)).sum())


def _longest(lengths: np.ndarray) -> int:
    return int(lengths.max())


def _check_ids(ids: Any, counts: Any, classes: int, blank: int) -> Any:
    """Which ids (batch, labels) are labels, or do not count; an error if one is neither."""
    if not 0 <= blank < classes:
        raise ValueError(f"ctc_loss: blank={blank} is not a class id, 0 to {classes - 1}")
    wrong = counts & ((ids < 0) | (ids >= classes) | (ids == blank))
    if autograd.peek(wrong).any():
        first = autograd.peek(ids)[autograd.peek(wrong)][0]
        raise ValueError(
            f"ctc_loss: the target's class id {first} is not in 0 to {classes - 1}, or is the blank, {blank}"
        )
    return np.logical_not(wrong)


def _with_blanks(ids: Any, blank: int) -> Any:
    """l′ (batch, 2 labels + 1): a blank before, between and after the labels."""
    batch, width = ids.shape
    pairs = np.stack([np.full((batch, width), blank), ids], axis=2).reshape(batch, 2 * width)
    return np.concatenate([pairs, np.full((batch, 1), blank)], axis=1)


def _check_room(ids: Any, counts: Any, frames: Any, labels: Any, zero_infinity: bool) -> Any:
    """Which targets fit into their frames; an error if one does not, unless `zero_infinity`."""
    repeats = ((ids[:, 1:] == ids[:, :-1]) & counts[:, 1:]).sum(axis=1)
    needed = labels + repeats
    fits = frames >= needed
    if not zero_infinity and not autograd.peek(fits).all():
        i = int(np.argmin(autograd.peek(fits)))
        needs, count, repeated, given = (autograd.peek(x)[i] for x in (needed, labels, repeats, frames))
        raise ValueError(
            f"ctc_loss: the target of sample {i} needs {needs} frames ({count} labels, {repeated} of them equal to the "
            f"one before), and input_lengths[{i}] is {given}; leave the sample out, or set zero_infinity=True to count "
            "it 0"
        )
    return fits


# --- module ---


class CTCLoss(Loss):
    """Labels against frames, alignment unknown; see `ctc_loss`.

    >>> import nn
    >>> y = nn.log_softmax(np.zeros((2, 1, 3)))
    >>> round(float(np.exp(-nn.CTCLoss()(y, [[1]], [2], [1])) * 9), 6)
    3.0
    """

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> None:
        super().__init__(reduction)
        self.blank, self.zero_infinity = blank, zero_infinity

    def forward(self, log_probs: Any, targets: Any, input_lengths: Any, target_lengths: Any) -> Any:
        return ctc_loss(
            log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction, self.zero_infinity
        )
