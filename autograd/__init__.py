"""readgrad: a reverse-mode autograd engine that you can read, see and check.

    from autograd import Tensor

    x = Tensor(3.0, requires_grad=True)
    y = x * x + x
    y.backward()
    x.grad                # array(7.)

NumPy's functions work on Tensors (`np.exp(x)`, `np.sum(x, axis=0)`): the namespace is numpy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from autograd.capture import current_capture, decide, note_edit, peek, sample
from autograd.checkpointing import checkpoint
from autograd.errors import CaptureError, MissingExtraError, missing_extra
from autograd.flat import FlatLeaves
from autograd.graph import mark_library, warn_user
from autograd.jacobians import hessian, jacobian
from autograd.modes import (
    detect_anomaly,
    enable_grad,
    get_default_dtype,
    is_grad_enabled,
    no_grad,
    set_default_dtype,
)
from autograd.ops.elementwise import relu, sigmoid, softplus
from autograd.ops.elementwise import sigmoid as expit  # SciPy's name
from autograd.ops.gamma import digamma, lgamma, polygamma, xlogy
from autograd.ops.indexing import pick
from autograd.ops.linalg import affine
from autograd.ops.reductions import logsumexp
from autograd.ops.special import erf, erfc, log_softmax, logistic_loss, logit, prelu, softmax
from autograd.primitives import elementwise, holomorphic, linear, nondifferentiable, primitive
from autograd.tensor import Tensor
from autograd.transforms import grad, hvp, jvp, value_and_grad, vjp
from autograd.viz import draw, graph_of

if TYPE_CHECKING:
    from autograd.checking import (
        GradcheckReport,
        GradientWatch,
        assert_gradients,
        check_module,
        gradcheck,
        gradgradcheck,
        numerical_gradient,
        taylor_test,
        v_curve,
    )
    from autograd.compiler import Compiled, compile

__all__ = [
    "CaptureError",
    "Compiled",
    "FlatLeaves",
    "GradcheckReport",
    "GradientWatch",
    "MissingExtraError",
    "Tensor",
    "affine",
    "assert_gradients",
    "check_module",
    "checkpoint",
    "compile",
    "current_capture",
    "decide",
    "detect_anomaly",
    "digamma",
    "draw",
    "elementwise",
    "enable_grad",
    "erf",
    "erfc",
    "expit",
    "get_default_dtype",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "graph_of",
    "hessian",
    "holomorphic",
    "hvp",
    "is_grad_enabled",
    "jacobian",
    "jvp",
    "lgamma",
    "linear",
    "log_softmax",
    "logistic_loss",
    "logit",
    "logsumexp",
    "mark_library",
    "missing_extra",
    "no_grad",
    "nondifferentiable",
    "note_edit",
    "numerical_gradient",
    "peek",
    "pick",
    "polygamma",
    "prelu",
    "primitive",
    "relu",
    "sample",
    "set_default_dtype",
    "sigmoid",
    "softmax",
    "softplus",
    "taylor_test",
    "v_curve",
    "value_and_grad",
    "vjp",
    "warn_user",
    "xlogy",
]


def __getattr__(name: str) -> Any:
    """What the checker and the compiler offer: loaded when first asked for, since half of an import would be theirs."""
    if name in __all__:
        for package in ("autograd.checking", "autograd.compiler"):
            module = import_module(package)
            if hasattr(module, name):
                return globals().setdefault(name, getattr(module, name))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


mark_library(__name__)
