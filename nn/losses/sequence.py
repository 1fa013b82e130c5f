"""Connectionist temporal classification: a sequence of labels against a longer one of frames, alignment unknown."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
from nn.losses.checks import LOG_ZERO, check_log_probabilities, floats, values_of
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
    above 0, or another reduction. Source: Graves et al. 2006, equations 5 to 8,
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
    extended = _with_blanks(_padded(targets, labels, single), labels, log_probs.shape[2], blank)
    fits = _check_room(extended, frames, labels, zero_infinity)
    losses = -_log_likelihood(log_probs, extended, frames, labels)
    possible = fits & (values_of(losses) < -LOG_ZERO / 2)
    losses = np.where(possible, losses, 0.0 if zero_infinity else np.inf)
    if single:
        losses = losses[0]
    if reduction == "mean":
        return (losses / np.maximum(labels, 1).astype(log_probs.dtype)).mean()
    return reduced(losses, reduction, "ctc_loss")


def _log_likelihood(log_probs: Any, extended: np.ndarray, frames: np.ndarray, labels: np.ndarray) -> Any:
    """The forward algorithm: log-probability of each target, (batch,). `extended` is l′ (batch, places)."""
    batch, places = extended.shape
    index = np.broadcast_to(extended, (log_probs.shape[0], batch, places))
    emitted = np.maximum(np.take_along_axis(log_probs, index, axis=2), LOG_ZERO)
    may_skip = np.full(extended.shape, False)
    may_skip[:, 2:] = extended[:, 2:] != extended[:, :-2]
    skip_penalty = np.where(may_skip, 0, LOG_ZERO).astype(log_probs.dtype)
    edge = np.full((batch, 2), LOG_ZERO, log_probs.dtype)

    start = np.arange(places) < 2  # a path begins with the first blank or the first label
    alpha = np.where(start, emitted[0], LOG_ZERO)
    alphas = [alpha]
    for t in range(1, int(frames.max())):
        before = np.concatenate([edge, alpha], axis=1)
        arrived = np.stack([alpha, before[:, 1:-1], before[:, :-2] + skip_penalty])
        alpha = autograd.logsumexp(arrived, axis=0) + emitted[t]
        alphas.append(alpha)

    sample, last = np.arange(batch), 2 * labels
    final = np.stack(alphas)[frames - 1, sample]
    ends = (np.arange(places) == last[:, None]) | (np.arange(places) == last[:, None] - 1)
    return autograd.logsumexp(np.where(ends, final, LOG_ZERO), axis=1)


# --- arguments ---


def _checked_lengths(log_probs: Any, input_lengths: Any, target_lengths: Any) -> tuple[np.ndarray, np.ndarray]:
    frames = _lengths(input_lengths, log_probs.shape[1], "input_lengths")
    labels = _lengths(target_lengths, log_probs.shape[1], "target_lengths")
    for sample in np.flatnonzero((frames < 1) | (frames > log_probs.shape[0])):
        raise ValueError(
            f"ctc_loss: input_lengths[{sample}] = {frames[sample]} is not in 1 to {log_probs.shape[0]}, the frames of "
            f"log_probs {log_probs.shape}"
        )
    return frames, labels


def _lengths(lengths: Any, batch: int, word: str) -> np.ndarray:
    values = np.asarray(lengths)
    if values.dtype.kind not in "iu":
        raise ValueError(f"ctc_loss: {word} are integers, not {values.dtype}")
    if values.shape not in ((), (1,), (batch,)):
        raise ValueError(f"ctc_loss: {word} of shape {values.shape} do not fit a batch of {batch}: one for each sample")
    if (values < 0).any():
        raise ValueError(f"ctc_loss: {word} holds {values.min()}, and a length is 0 or more")
    return np.broadcast_to(values.astype(np.int64), (batch,))


def _padded(targets: Any, labels: np.ndarray, single: bool) -> np.ndarray:
    """The targets (batch, labels), whatever stands behind their ends."""
    try:
        ids = np.asarray(targets)
    except ValueError:  # lists of different lengths
        raise ValueError("ctc_loss: targets of different lengths: pad them to one, or give them end to end") from None
    if ids.dtype.kind not in "iu" and ids.size:
        raise ValueError(f"ctc_loss: targets are class ids, integers, not {ids.dtype}; write targets.astype(int)")
    ids = ids.astype(np.int64)
    if ids.ndim == 1 and len(ids) == labels.sum():
        width = int(labels.max())
        padded = np.zeros((len(labels), width), np.int64)
        padded[np.arange(width) < labels[:, None]] = ids
        return padded
    if ids.ndim == 1 and single:
        ids = ids.reshape(1, -1)
    if ids.ndim != 2 or len(ids) != len(labels) or ids.shape[1] < labels.max():
        raise ValueError(
            f"ctc_loss: targets of shape {ids.shape} do not fit target_lengths {labels.tolist()}: give them padded, "
            f"({len(labels)}, {labels.max()}) or wider, or end to end, ({labels.sum()},)"
        )
    return ids[:, : int(labels.max())]


def _with_blanks(ids: np.ndarray, labels: np.ndarray, classes: int, blank: int) -> np.ndarray:
    """l′ (batch, 2 labels + 1): a blank before, between and after the labels; blanks behind a target's end."""
    if not 0 <= blank < classes:
        raise ValueError(f"ctc_loss: blank={blank} is not a class id, 0 to {classes - 1}")
    counts = np.arange(ids.shape[1]) < labels[:, None]
    wrong = ids[counts & ((ids < 0) | (ids >= classes) | (ids == blank))]
    if wrong.size:
        raise ValueError(
            f"ctc_loss: the target's class id {wrong[0]} is not in 0 to {classes - 1}, or is the blank, {blank}"
        )
    extended = np.full((len(ids), 2 * ids.shape[1] + 1), blank)
    extended[:, 1::2] = np.where(counts, ids, blank)
    return extended


def _check_room(extended: np.ndarray, frames: np.ndarray, labels: np.ndarray, zero_infinity: bool) -> np.ndarray:
    """Which targets fit into their frames; an error if one does not, unless `zero_infinity`."""
    ids = extended[:, 1::2]
    repeats = ((ids[:, 1:] == ids[:, :-1]) & (np.arange(1, ids.shape[1]) < labels[:, None])).sum(axis=1)
    fits = frames >= labels + repeats
    if not zero_infinity and not fits.all():
        i = int(np.flatnonzero(~fits)[0])
        raise ValueError(
            f"ctc_loss: the target of sample {i} needs {labels[i] + repeats[i]} frames ({labels[i]} labels, "
            f"{repeats[i]} of them equal to the one before), and input_lengths[{i}] is {frames[i]}; leave the sample "
            "out, or set zero_infinity=True to count it 0"
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
