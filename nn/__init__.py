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

from typing import TYPE_CHECKING, NoReturn

from autograd import mark_library
from nn import data, init, optim, utils
from nn.activations.distributions import LogSoftmax, Softmax, log_softmax, softmax
from nn.activations.gated import GELU, Hardswish, Mish, SiLU, Swish, gelu, hardswish, mish, silu, swish
from nn.activations.rectifiers import (
    CELU,
    ELU,
    SELU,
    LeakyReLU,
    PReLU,
    ReLU,
    Softplus,
    celu,
    elu,
    leaky_relu,
    prelu,
    relu,
    selu,
    softplus,
)
from nn.activations.sigmoids import (
    Hardsigmoid,
    Hardtanh,
    LogSigmoid,
    Sigmoid,
    Softsign,
    Step,
    Tanh,
    hardsigmoid,
    hardtanh,
    logsigmoid,
    sigmoid,
    softsign,
    step,
    tanh,
)
from nn.layers.containers import ModuleDict, ModuleList, Sequential
from nn.layers.dropout import Dropout, dropout
from nn.layers.embedding import Embedding, embedding
from nn.layers.linear import Linear
from nn.layers.mlp import MLP
from nn.layers.neuron import Neuron
from nn.layers.normalization import BatchNorm1d, LayerNorm, layer_norm
from nn.layers.perceptron import Perceptron
from nn.layers.shape import Flatten, Identity, Residual
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
from nn.members import Parameter
from nn.module import Module
from nn.optim import lr_find
from nn.randomness import default_generator, manual_seed
from nn.regularization import l1_penalty, l2_penalty, max_norm_

__all__ = [
    # what models are made of
    "Module",
    "Parameter",
    "Sequential",
    "ModuleList",
    "ModuleDict",
    # layers
    "Perceptron",
    "Neuron",
    "Linear",
    "MLP",
    "BatchNorm1d",
    "LayerNorm",
    "layer_norm",
    "Dropout",
    "dropout",
    "Embedding",
    "embedding",
    "Residual",
    "Flatten",
    "Identity",
    # activations: modules, and the maths as functions
    "ReLU",
    "LeakyReLU",
    "PReLU",
    "ELU",
    "CELU",
    "SELU",
    "Softplus",
    "SiLU",
    "Swish",
    "GELU",
    "Mish",
    "Hardswish",
    "Sigmoid",
    "Tanh",
    "Softsign",
    "Hardtanh",
    "Hardsigmoid",
    "LogSigmoid",
    "Step",
    "Softmax",
    "LogSoftmax",
    "relu",
    "leaky_relu",
    "prelu",
    "elu",
    "celu",
    "selu",
    "softplus",
    "silu",
    "swish",
    "gelu",
    "mish",
    "hardswish",
    "sigmoid",
    "tanh",
    "softsign",
    "hardtanh",
    "hardsigmoid",
    "logsigmoid",
    "step",
    "softmax",
    "log_softmax",
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
    # initial values, randomness
    "init",
    "manual_seed",
    "default_generator",
    # training
    "optim",
    "lr_find",
    "utils",
    "data",
]

if not TYPE_CHECKING:  # a type checker is to find missing names by itself

    def __getattr__(name: str) -> NoReturn:
        """The error for a missing name; for one that PyTorch has, with the place where it is here."""
        instead = {
            "functional": "the functions are in nn itself: nn.relu, nn.cross_entropy",
            "Tensor": "write autograd.Tensor",
            "no_grad": "write autograd.no_grad",
        }
        hint = f"; {instead[name]}" if name in instead else ""
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}{hint}")


mark_library(__name__)
