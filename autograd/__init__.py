"""readgrad: a reverse-mode autograd engine that you can read, see and check.

    from autograd import Tensor

    x = Tensor(3.0, requires_grad=True)
    y = x * x + x
    y.backward()
    x.grad                # array(7.)

NumPy's functions work on Tensors (`np.exp(x)`, `np.sum(x, axis=0)`): the namespace is numpy.
"""

from autograd.graph import LIBRARY_PACKAGES
from autograd.modes import (
    detect_anomaly,
    enable_grad,
    get_default_dtype,
    is_grad_enabled,
    no_grad,
    set_default_dtype,
)
from autograd.ops.elementwise import relu, sigmoid, softplus
from autograd.ops.linalg import affine
from autograd.ops.reductions import logsumexp
from autograd.primitives import elementwise, linear, nondifferentiable, primitive
from autograd.tensor import Tensor
from autograd.viz import draw, graph_of

LIBRARY_PACKAGES.add(__name__)

__all__ = [
    "Tensor",
    "affine",
    "detect_anomaly",
    "draw",
    "elementwise",
    "enable_grad",
    "get_default_dtype",
    "graph_of",
    "is_grad_enabled",
    "linear",
    "logsumexp",
    "no_grad",
    "nondifferentiable",
    "primitive",
    "relu",
    "set_default_dtype",
    "sigmoid",
    "softplus",
]
