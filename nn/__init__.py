"""Neural networks on `autograd`: modules, losses and optimizers with PyTorch's names, all composed of its primitives.

import nn

model = nn.MLP([2, 16, 1], activation="tanh", rng=0)
optimizer = nn.optim.Adam(model.parameters(), lr=0.01)
for _ in range(200):
    loss = nn.binary_cross_entropy_with_logits(model(x), y)     # x (batch, 2), y (batch, 1)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""

from autograd import mark_library
from nn import data, init, optim, utils
from nn.activations import (
    GELU,
    LeakyReLU,
    LogSoftmax,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
    gelu,
    leaky_relu,
    log_softmax,
    relu,
    sigmoid,
    softmax,
    tanh,
)
from nn.layers.containers import ModuleList, Sequential
from nn.layers.dropout import Dropout
from nn.layers.linear import Linear
from nn.layers.mlp import MLP
from nn.losses.binary import (
    BCELoss,
    BCEWithLogitsLoss,
    HingeLoss,
    SquaredHingeLoss,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    hinge_loss,
    squared_hinge_loss,
)
from nn.losses.embedding import (
    ContrastiveLoss,
    CosineEmbeddingLoss,
    TripletMarginLoss,
    contrastive_loss,
    cosine_embedding_loss,
    triplet_margin_loss,
)
from nn.losses.focal import FocalLoss, focal_loss
from nn.losses.images import DiceLoss, PerceptualLoss, dice_loss, perceptual_loss
from nn.losses.multiclass import CrossEntropyLoss, NLLLoss, cross_entropy, nll_loss
from nn.losses.probabilistic import (
    GaussianNLLLoss,
    JSDivLoss,
    KLDivLoss,
    PoissonNLLLoss,
    gaussian_nll_loss,
    js_div,
    kl_div,
    poisson_nll_loss,
)
from nn.losses.regression import (
    HuberLoss,
    L1Loss,
    LogCoshLoss,
    MSELoss,
    QuantileLoss,
    SmoothL1Loss,
    huber_loss,
    l1_loss,
    log_cosh_loss,
    mse_loss,
    quantile_loss,
    smooth_l1_loss,
)
from nn.losses.sequence import CTCLoss, ctc_loss
from nn.module import Module
from nn.optim import lr_find
from nn.regularization import l1_penalty, l2_penalty, max_norm_
from nn.randomness import default_generator, manual_seed

__all__ = [
    "Module",
    "Sequential",
    "ModuleList",
    "Linear",
    "MLP",
    "Dropout",
    "ReLU",
    "LeakyReLU",
    "Sigmoid",
    "Tanh",
    "GELU",
    "Softmax",
    "LogSoftmax",
    # losses: modules
    "MSELoss",
    "L1Loss",
    "HuberLoss",
    "SmoothL1Loss",
    "LogCoshLoss",
    "QuantileLoss",
    "PoissonNLLLoss",
    "GaussianNLLLoss",
    "KLDivLoss",
    "JSDivLoss",
    "BCELoss",
    "BCEWithLogitsLoss",
    "HingeLoss",
    "SquaredHingeLoss",
    "CrossEntropyLoss",
    "NLLLoss",
    "FocalLoss",
    "ContrastiveLoss",
    "TripletMarginLoss",
    "CosineEmbeddingLoss",
    "DiceLoss",
    "PerceptualLoss",
    "CTCLoss",
    "relu",
    "leaky_relu",
    "sigmoid",
    "tanh",
    "gelu",
    "softmax",
    "log_softmax",
    # losses: functions
    "mse_loss",
    "l1_loss",
    "huber_loss",
    "smooth_l1_loss",
    "log_cosh_loss",
    "quantile_loss",
    "poisson_nll_loss",
    "gaussian_nll_loss",
    "kl_div",
    "js_div",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "hinge_loss",
    "squared_hinge_loss",
    "cross_entropy",
    "nll_loss",
    "focal_loss",
    "contrastive_loss",
    "triplet_margin_loss",
    "cosine_embedding_loss",
    "dice_loss",
    "perceptual_loss",
    "ctc_loss",
    # regularisation
    "l1_penalty",
    "l2_penalty",
    "max_norm_",
    # namespaces
    "manual_seed",
    "default_generator",
    "init",
    "optim",
    "utils",
    "data",
    # training
    "lr_find",
]

mark_library(__name__)
