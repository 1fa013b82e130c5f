"""Losses that arrange embeddings: what is alike shall lie close together, what is not, apart.

Embeddings are (batch, features), one loss a row; or (features,) for a single one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
from nn.losses.checks import check_one_of, matched, of_dtype
from nn.losses.reduction import Loss, reduced
from nn.ranges import number_in


def contrastive_loss(input1: Any, input2: Any, target: Any, margin: float = 1.0, reduction: str = "mean") -> Any:
    """d² / 2 for a pair that belongs together, max(0, m - d)² / 2 for one that does not, with d = ‖a - b‖.

    Two different embeddings in one place, d = 0, have no direction to part in: the gradient there is 0.

    Parameters
    ----------
    input1, input2 : a and b (batch, features), or (features,).
    target : (batch,), 1 for a pair that belongs together and 0 for one that does not (the paper has it the other way
        round).
    margin : m >= 0.
    reduction : "mean", "sum" or "none".

    Raises ValueError for shapes that do not fit, a target that is neither 0 nor 1, a negative margin, or another
    reduction. Source: Hadsell, Chopra and LeCun 2006, equation 4, https://doi.org/10.1109/CVPR.2006.100.

    >>> import nn
    >>> a, b = [[0.0, 0.0], [0.0, 0.0]], [[0.3, 0.4], [0.3, 0.4]]
    >>> nn.contrastive_loss(a, b, [1, 0], reduction="none").tolist()
    [0.125, 0.125]
    """
    name = "contrastive_loss"
    number_in(name, "margin", margin)
    input1, input2 = _embeddings(input1, input2, name, ("input1", "input2"))
    target = _target_of_pairs(target, input1, name)
    check_one_of(target, 0, 1, name, "1 means a pair that belongs together")
    d = np.linalg.norm(input1 - input2, axis=-1)
    losses = (target * np.square(d) + (1.0 - target) * np.square(autograd.relu(margin - d))) * 0.5
    return reduced(losses, reduction, name)


def triplet_margin_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    margin: float = 1.0,
    p: float = 2.0,
    eps: float = 1e-6,
    swap: bool = False,
    reduction: str = "mean",
) -> Any:
    """max(0, m + d(a, p) - d(a, n)): the negative shall be farther from the anchor than the positive, by a margin.

    d(u, v) = ‖u - v + ε‖, in the norm of order `p`.

    Parameters
    ----------
    anchor, positive, negative : a, p, n (batch, features), or (features,).
    margin : m >= 0. p : order of the norm, > 0. eps : ε >= 0, keeps the norm of 0 smooth.
    swap : use the smaller one of d(a, n) and d(p, n) (Balntas et al. 2016, https://doi.org/10.5244/C.30.119).
    reduction : "mean", "sum" or "none".

    Raises ValueError for shapes that differ, a negative margin or ε, p <= 0, or another reduction. Source: Schroff et
    al. 2015, https://arxiv.org/abs/1503.03832.

    >>> import nn
    >>> round(float(nn.triplet_margin_loss([[0.0, 0.0]], [[0.3, 0.4]], [[0.0, 1.0]])), 4)
    0.5
    """
    name = "triplet_margin_loss"
    _check_triplet(name, margin, p, eps)
    anchor, positive = _embeddings(anchor, positive, name, ("anchor", "positive"))
    anchor, negative = _embeddings(anchor, negative, name, ("anchor", "negative"))
    near = np.linalg.norm(anchor - positive + eps, ord=p, axis=-1)
    far = np.linalg.norm(anchor - negative + eps, ord=p, axis=-1)
    if swap:
        far = np.minimum(far, np.linalg.norm(positive - negative + eps, ord=p, axis=-1))
    return reduced(autograd.relu(near - far + margin), reduction, name)


def cosine_embedding_loss(input1: Any, input2: Any, target: Any, margin: float = 0.0, reduction: str = "mean") -> Any:
    """1 - cos(a, b) for a pair that belongs together, max(0, cos(a, b) - m) for one that does not.

    cos(a, b) = a·b / √((‖a‖² + 10⁻¹²) (‖b‖² + 10⁻¹²)).

    Parameters
    ----------
    input1, input2 : a and b (batch, features), or (features,).
    target : (batch,), 1 for a pair that belongs together and -1 for one that does not.
    margin : m in [-1, 1].
    reduction : "mean", "sum" or "none".

    Raises ValueError for shapes that do not fit, a target that is neither -1 nor 1, a margin outside [-1, 1], or
    another reduction. Source: PyTorch's CosineEmbeddingLoss.

    >>> import nn
    >>> a, b = [[1.0, 0.0], [1.0, 0.0]], [[0.6, 0.8], [0.6, 0.8]]
    >>> nn.cosine_embedding_loss(a, b, [1, -1], reduction="none").round(6).tolist()
    [0.4, 0.6]
    """
    name = "cosine_embedding_loss"
    _check_cosine(name, margin)
    input1, input2 = _embeddings(input1, input2, name, ("input1", "input2"))
    target = _target_of_pairs(target, input1, name)
    check_one_of(target, -1, 1, name, "1 means a pair that belongs together")
    squares = (np.square(input1).sum(axis=-1) + 1e-12) * (np.square(input2).sum(axis=-1) + 1e-12)
    cosine = (input1 * input2).sum(axis=-1) / np.sqrt(squares)
    losses = np.where(target > 0, 1.0 - cosine, autograd.relu(cosine - margin))
    return reduced(losses, reduction, name)


def _embeddings(a: Any, b: Any, name: str, words: tuple[str, str]) -> tuple[Any, Any]:
    a, b = matched(a, b, name, words)
    if a.ndim not in (1, 2):
        raise ValueError(f"{name}: embeddings are (batch, features) or (features,), not of shape {a.shape}")
    return a, b


def _target_of_pairs(target: Any, input: Any, name: str) -> Any:
    """One number a row; the only argument that may be of integers and stays a constant."""
    target = of_dtype(target, input.dtype, name, "target")
    if target.shape != input.shape[:-1]:
        raise ValueError(
            f"{name}: a target of shape {target.shape} does not fit embeddings of shape {input.shape}: one number a "
            f"row, {input.shape[:-1]}"
        )
    return target


def _check_triplet(name: str, margin: float, p: float, eps: float) -> None:
    number_in(name, "margin", margin)
    number_in(name, "eps", eps)
    number_in(name, "p", p, ends="(]")


def _check_cosine(name: str, margin: float) -> None:
    number_in(name, "margin", margin, -1, 1, "[]")


# --- modules ---


class ContrastiveLoss(Loss):
    """Pairs, by their distance; see `contrastive_loss`.

    >>> import nn
    >>> nn.ContrastiveLoss(margin=2.0)([[0.0, 0.0]], [[0.0, 1.0]], [0])
    np.float64(0.5)
    """

    def __init__(self, margin: float = 1.0, reduction: str = "mean") -> None:
        super().__init__(reduction)
        number_in("ContrastiveLoss", "margin", margin)
        self.margin = margin

    def forward(self, input1: Any, input2: Any, target: Any) -> Any:
        return contrastive_loss(input1, input2, target, self.margin, self.reduction)


class TripletMarginLoss(Loss):
    """An anchor, its like and its unlike; see `triplet_margin_loss`.

    >>> import nn
    >>> round(float(nn.TripletMarginLoss()([[0.0, 0.0]], [[0.3, 0.4]], [[0.0, 1.0]])), 4)
    0.5
    """

    def __init__(
        self, margin: float = 1.0, p: float = 2.0, eps: float = 1e-6, swap: bool = False, reduction: str = "mean"
    ) -> None:
        super().__init__(reduction)
        _check_triplet("TripletMarginLoss", margin, p, eps)
        self.margin, self.p, self.eps, self.swap = margin, p, eps, swap

    def forward(self, anchor: Any, positive: Any, negative: Any) -> Any:
        return triplet_margin_loss(anchor, positive, negative, self.margin, self.p, self.eps, self.swap, self.reduction)


class CosineEmbeddingLoss(Loss):
    """Pairs, by the cosine between them; see `cosine_embedding_loss`.

    >>> import nn
    >>> round(float(nn.CosineEmbeddingLoss()([[1.0, 0.0]], [[0.6, 0.8]], [1])), 6)
    0.4
    """

    def __init__(self, margin: float = 0.0, reduction: str = "mean") -> None:
        super().__init__(reduction)
        _check_cosine("CosineEmbeddingLoss", margin)
        self.margin = margin

    def forward(self, input1: Any, input2: Any, target: Any) -> Any:
        return cosine_embedding_loss(input1, input2, target, self.margin, self.reduction)
