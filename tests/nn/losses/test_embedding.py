import numpy as np
import pytest

import nn
from autograd import Tensor

rng = np.random.default_rng(5)
A, B, C = rng.normal(size=(6, 3)), rng.normal(size=(6, 3)), rng.normal(size=(6, 3))
SAME = np.array([1, 0, 1, 0, 0, 1])


def test_contrastive_by_its_definition():
    a, b = Tensor(A, requires_grad=True), Tensor(B, requires_grad=True)
    losses = nn.contrastive_loss(a, b, SAME, margin=2.0, reduction="none")
    losses.sum().backward()
    for i, same in enumerate(SAME):
        d = np.sqrt(((A[i] - B[i]) ** 2).sum())
        slope = d if same else -max(0.0, 2.0 - d)
        assert np.isclose(losses.tolist()[i], d**2 / 2 if same else max(0.0, 2.0 - d) ** 2 / 2, rtol=1e-12)
        assert np.allclose(a.grad[i], slope * (A[i] - B[i]) / d, rtol=1e-12)
        assert np.allclose(b.grad[i], -a.grad[i], rtol=1e-12)


def test_two_embeddings_in_one_place_give_no_nan():
    a = Tensor(np.ones((2, 3)), requires_grad=True)
    for loss in (
        nn.contrastive_loss(a, np.ones((2, 3)), [1, 0]),
        nn.triplet_margin_loss(a, np.ones((2, 3)), np.ones((2, 3)), eps=0.0),
        nn.cosine_embedding_loss(a * 0.0, np.zeros((2, 3)), [1, -1]),
    ):
        loss.backward()
    assert np.isfinite(a.grad).all()


def test_a_single_embedding_is_a_batch_of_one():
    for one, many in (
        (nn.contrastive_loss(A[0], B[0], 1), nn.contrastive_loss(A[:1], B[:1], [1])),
        (nn.triplet_margin_loss(A[0], B[0], C[0]), nn.triplet_margin_loss(A[:1], B[:1], C[:1])),
        (nn.cosine_embedding_loss(A[0], B[0], -1), nn.cosine_embedding_loss(A[:1], B[:1], [-1])),
    ):
        assert one == many


def test_the_norm_of_infinite_order():
    losses = nn.triplet_margin_loss(A, B, C, p=np.inf, eps=0.0, reduction="none")
    expected = np.maximum(0, 1 + np.abs(A - B).max(axis=1) - np.abs(A - C).max(axis=1))
    assert np.allclose(losses, expected, rtol=1e-12)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: nn.contrastive_loss(A, B[:3], SAME), r"input1 of shape \(6, 3\) and input2 of shape \(3, 3\) differ"),
        (lambda: nn.contrastive_loss(A, B, SAME[:, None]), r"a target of shape \(6, 1\) does not fit .* row, \(6,\)"),
        (lambda: nn.contrastive_loss(A, B, SAME * 2 - 1), r"target -1.0 is neither 0 nor 1; 1 means a pair that belo"),
        (lambda: nn.contrastive_loss(A, B, SAME, margin=-0.5), r"contrastive_loss: margin=-0.5 is not a number in \[0"),
        (lambda: nn.ContrastiveLoss(margin=-1), r"ContrastiveLoss: margin=-1 is not"),
        (lambda: nn.triplet_margin_loss(A, B, C[:, :2]), r"anchor of shape \(6, 3\) and negative of shape \(6, 2\)"),
        (lambda: nn.triplet_margin_loss(A, B, C, margin=-1.0), r"triplet_margin_loss: margin=-1.0 is not"),
        (lambda: nn.triplet_margin_loss(A, B, C, p=0), r"triplet_margin_loss: p=0 is not a number in \(0, inf\]"),
        (lambda: nn.TripletMarginLoss(eps=-1e-6), r"TripletMarginLoss: eps=-1e-06 is not"),
        (
            lambda: nn.triplet_margin_loss(1.0, 1.0, 1.0),
            r"embeddings are \(batch, features\) or \(features,\), not .*\(\)",
        ),
        (lambda: nn.cosine_embedding_loss(A, B, SAME), r"target 0.0 is neither -1 nor 1"),
        (lambda: nn.cosine_embedding_loss(A, B, SAME * 2 - 1, margin=1.5), r"margin=1.5 is not a number in"),
        (lambda: nn.CosineEmbeddingLoss(margin=None), r"CosineEmbeddingLoss: margin=None is not a number in"),
        (lambda: nn.CosineEmbeddingLoss(margin=-2), r"CosineEmbeddingLoss: margin=-2 is not a number in \[-1, 1"),
    ],
)
def test_what_does_not_fit_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
