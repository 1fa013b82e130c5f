"""One or more sample calls of every loss: what the tests of all losses together run over."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import nn

rng = np.random.default_rng(2)
X, T = rng.normal(size=(4, 3)) * 2, rng.normal(size=(4, 3)) * 2
P, Q = rng.uniform(0.1, 0.9, size=(4, 3)), rng.uniform(0.1, 0.9, size=(4, 3))
A, B, C = rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
LABELS, SIGNS, IDS = (X > 0) ^ (T > 1), np.array([1, -1, 1, -1]), np.array([2, 0, 1, 2])
IMAGES, PIXELS = rng.normal(size=(2, 3, 4)), np.array([[0, 2, 1, 1], [2, 2, 0, 1]])
COUNTS = np.array([[0.0, 1.0, 3.0]] * 4)
WEIGHT = np.array([0.5, 2.0, 1.5])
LOGITS = rng.normal(size=(6, 3, 4))
PHI = nn.MLP([3, 4, 2], activation="tanh", rng=0).eval()
for parameter in PHI.parameters():
    parameter.requires_grad = False


class Sample(NamedTuple):
    """A loss: its function with settings, its module with the same, its arguments, how many of them take a gradient."""

    function: Callable[..., Any]
    module: Callable[..., nn.Module]
    args: tuple[Any, ...]
    differentiable: int
    settings: dict[str, Any]


def sample(name: str, module: str, *args: Any, differentiable: int = 1, **settings: Any) -> Sample:
    """The function and the module of these names; the first `differentiable` arguments take gradients."""
    return Sample(getattr(nn, name), getattr(nn, module), args, differentiable, settings)


def log_p(x: np.ndarray) -> np.ndarray:
    """Log-probabilities."""
    return np.asarray(nn.log_softmax(x))


SAMPLES = {
    "mse_loss": sample("mse_loss", "MSELoss", X, T, differentiable=2),
    "l1_loss": sample("l1_loss", "L1Loss", X, T, differentiable=2),
    "huber_loss": sample("huber_loss", "HuberLoss", X, T, differentiable=2, delta=1.5),
    "smooth_l1_loss": sample("smooth_l1_loss", "SmoothL1Loss", X, T, differentiable=2, beta=1.5),
    "log_cosh_loss": sample("log_cosh_loss", "LogCoshLoss", X, T, differentiable=2),
    "quantile_loss": sample("quantile_loss", "QuantileLoss", X, T, differentiable=2, quantile=0.8),
    "quantile_loss columns": sample("quantile_loss", "QuantileLoss", X, T, quantile=[0.1, 0.5, 0.9]),
    "poisson_nll_loss": sample("poisson_nll_loss", "PoissonNLLLoss", X, COUNTS),
    "poisson_nll_loss means": sample("poisson_nll_loss", "PoissonNLLLoss", P, COUNTS, log_input=False, full=True),
    "gaussian_nll_loss": sample("gaussian_nll_loss", "GaussianNLLLoss", X, T, P, differentiable=3),
    "gaussian_nll_loss rows": sample(
        "gaussian_nll_loss", "GaussianNLLLoss", X, T, P[:, 0], differentiable=3, full=True
    ),
    "kl_div": sample("kl_div", "KLDivLoss", log_p(X), P, differentiable=2),
    "kl_div logs": sample("kl_div", "KLDivLoss", log_p(X), log_p(T), differentiable=2, log_target=True),
    "js_div": sample("js_div", "JSDivLoss", log_p(X), P, differentiable=2),
    "js_div logs": sample("js_div", "JSDivLoss", log_p(X), log_p(T), differentiable=2, log_target=True),
    "binary_cross_entropy": sample("binary_cross_entropy", "BCELoss", P, Q, differentiable=2),
    "binary_cross_entropy weighted": sample("binary_cross_entropy", "BCELoss", P, Q, weight=WEIGHT),
    "bce with logits": sample("binary_cross_entropy_with_logits", "BCEWithLogitsLoss", X, Q, differentiable=2),
    "bce with logits weighted": sample(
        "binary_cross_entropy_with_logits", "BCEWithLogitsLoss", X, Q, weight=WEIGHT, pos_weight=WEIGHT[::-1]
    ),
    "hinge_loss": sample("hinge_loss", "HingeLoss", X, LABELS * 2.0 - 1),
    "squared_hinge_loss": sample("squared_hinge_loss", "SquaredHingeLoss", X, LABELS * 2.0 - 1, margin=2.0),
    "cross_entropy": sample("cross_entropy", "CrossEntropyLoss", X, IDS),
    "cross_entropy smoothed": sample(
        "cross_entropy", "CrossEntropyLoss", X, IDS, weight=WEIGHT, label_smoothing=0.2, ignore_index=0
    ),
    "cross_entropy probabilities": sample(
        "cross_entropy", "CrossEntropyLoss", X, P, differentiable=2, weight=WEIGHT, label_smoothing=0.2
    ),
    "cross_entropy images": sample("cross_entropy", "CrossEntropyLoss", IMAGES, PIXELS),
    "nll_loss": sample("nll_loss", "NLLLoss", log_p(X), IDS, weight=WEIGHT, ignore_index=1),
    "focal_loss labels": sample("focal_loss", "FocalLoss", X, LABELS, alpha=0.25, gamma=1.5),
    "focal_loss ids": sample("focal_loss", "FocalLoss", X, IDS, alpha=WEIGHT),
    "focal_loss images": sample("focal_loss", "FocalLoss", IMAGES, PIXELS, gamma=0.5),
    "contrastive_loss": sample("contrastive_loss", "ContrastiveLoss", A, B, [1, 0, 0, 1], differentiable=2, margin=3.0),
    "triplet_margin_loss": sample("triplet_margin_loss", "TripletMarginLoss", A, B, C, differentiable=3, swap=True),
    "cosine_embedding_loss": sample(
        "cosine_embedding_loss", "CosineEmbeddingLoss", A, B, SIGNS, differentiable=2, margin=-0.9
    ),
    "dice_loss": sample("dice_loss", "DiceLoss", P, Q, differentiable=2, smooth=0.5),
    "dice_loss classes": sample(
        "dice_loss", "DiceLoss", P.reshape(2, 3, 2), Q.reshape(2, 3, 2), differentiable=2, axis=2
    ),
    "perceptual_loss": sample("perceptual_loss", "PerceptualLoss", X, T, differentiable=2, features=PHI),
    "perceptual_loss layers": sample(
        "perceptual_loss", "PerceptualLoss", X, T, features=lambda x: [np.tanh(x), PHI(x)], weight=[1.0, 0.5]
    ),
    "ctc_loss": sample("ctc_loss", "CTCLoss", log_p(LOGITS), [[1, 1, 2], [3, 2, 3], [2, 0, 0]], [6, 5, 4], [3, 3, 1]),
    "ctc_loss end to end": sample("ctc_loss", "CTCLoss", log_p(LOGITS[:3]), [0, 1], [3, 2, 1], [1, 1, 0], blank=3),
}
