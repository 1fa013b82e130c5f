"""Gradients kept in bounds, and parameters as one vector: what a training loop does between `backward` and `step`.

loss.backward()
nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
optimizer.step()
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd import Tensor
from nn.ranges import number_in


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
) -> float:
    """Scale all gradients by min(1, c / (n + 10⁻⁶)), where n is the norm of them all, taken as one vector; returns n.

    Parameters
    ----------
    parameters : Tensors, of any shapes; those without a gradient are passed over.
    max_norm : c > 0, the norm that remains at most.
    norm_type : p > 0, the order of the norm; `np.inf` for the largest absolute value.
    error_if_nonfinite : refuse gradients whose norm is nan or inf; otherwise they are scaled to nan and 0, as in
        PyTorch.

    Raises ValueError for no parameters at all (an iterator that was used before gives none), c <= 0, p <= 0, or a norm
    that is not finite, naming the first parameter at fault; nothing was changed then. Source: Pascanu et al. 2013,
    https://arxiv.org/abs/1211.5063.

    >>> w = Tensor([3.0, 4.0], requires_grad=True)
    >>> (w * w / 2).sum().backward()
    >>> clip_grad_norm_([w], max_norm=1.0)
    5.0
    >>> w.grad.round(4)
    array([0.6, 0.8])
    """
    number_in("clip_grad_norm_", "max_norm", max_norm, ends="(]")
    number_in("clip_grad_norm_", "norm_type", norm_type, ends="(]")
    tensors = parameter_list(parameters, "clip_grad_norm_")
    with_gradient = [(i, p) for i, p in enumerate(tensors) if p.grad is not None]
    norms = np.array([_norm(p.grad, norm_type) for _, p in with_gradient])
    total = _norm(norms, norm_type)
    if error_if_nonfinite and not np.isfinite(total):
        place, p = with_gradient[first := int(np.argmin(np.isfinite(norms)))]
        name = f" ({p.name})" if p.name else ""
        raise ValueError(
            f"clip_grad_norm_: the norm of the gradients is {total}; that of parameter {place}{name} of shape "
            f"{p.shape} is {norms[first]}. autograd.detect_anomaly() finds the operation that it came from"
        )
    scale = max_norm / (total + 1e-6)
    if not scale >= 1:  # nan too
        with np.errstate(invalid="ignore"):
            for _, p in with_gradient:
                p.grad = p.grad * scale
    return total


def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float) -> None:
    """Clip each element of all gradients to [-v, v].

    Parameters
    ----------
    parameters : Tensors, of any shapes; those without a gradient are passed over. clip_value : v > 0.

    Raises ValueError for no parameters at all, or v <= 0; nothing was changed then. Source: Mikolov 2012, Statistical
    Language Models Based on Neural Networks, section 3.2.2.

    >>> w = Tensor([3.0, -0.5], requires_grad=True)
    >>> (w * w / 2).sum().backward()
    >>> clip_grad_value_([w], 1.0)
    >>> w.grad
    array([ 1. , -0.5])
    """
    number_in("clip_grad_value_", "clip_value", clip_value, ends="(]")
    for p in parameter_list(parameters, "clip_grad_value_"):
        if p.grad is not None:
            p.grad = np.clip(p.grad, -clip_value, clip_value)


def parameters_to_vector(parameters: Tensor | Iterable[Tensor]) -> Tensor:
    """All parameters end to end, (total size,), each in C order: a recorded result, through which gradients flow.

    Raises ValueError for no parameters at all. Source: PyTorch's function of this name.

    >>> a, b = Tensor([[1.0, 2.0]]), Tensor(3.0)
    >>> parameters_to_vector([a, b]).tolist()
    [1.0, 2.0, 3.0]
    """
    parts: Any = [p.reshape(-1) for p in parameter_list(parameters, "parameters_to_vector")]
    return np.concatenate(parts)  # type: ignore[return-value]  # of Tensors it is a Tensor


def vector_to_parameters(vector: Any, parameters: Tensor | Iterable[Tensor]) -> None:
    """Assign the parts of a vector (total size,) to the parameters: the inverse of `parameters_to_vector`.

    Raises ValueError for no parameters at all, a vector of another shape or of what is no number, or a parameter that
    is the result of an operation; nothing was changed then. Source: PyTorch's function of this name.

    >>> a, b = Tensor([[1.0, 2.0]]), Tensor(3.0)
    >>> vector_to_parameters([4.0, 5.0, 6.0], [a, b])
    >>> a.tolist(), b.item()
    ([[4.0, 5.0]], 6.0)
    """
    tensors = parameter_list(parameters, "vector_to_parameters")
    values = np.array(vector.detach() if isinstance(vector, Tensor) else vector)  # it may be a parameter's own memory
    size = sum(p.size for p in tensors)
    if values.shape != (size,):
        raise ValueError(
            f"vector_to_parameters: a vector of shape {values.shape} does not fit {len(tensors)} parameters of "
            f"{size} numbers in all; give one of shape ({size},)"
        )
    if values.dtype.kind not in "fiub":
        raise ValueError(f"vector_to_parameters: numbers are wanted, not {values.dtype}")
    for i, p in enumerate(tensors):
        if not p.is_leaf:
            raise ValueError(f"vector_to_parameters: parameter {i} is the result of an operation, not a leaf")
    start = 0
    for p in tensors:
        p.assign(values[start : start + p.size].reshape(p.shape).astype(p.dtype))
        start += p.size


def parameter_list(parameters: Tensor | Iterable[Tensor], name: str) -> list[Tensor]:
    """The parameters as a list; an error where there are none, or one of them is no Tensor."""
    if not isinstance(parameters, Iterable):
        raise TypeError(
            f"{name}: parameters are Tensors, not a {type(parameters).__name__}; of a module, give model.parameters()"
        )
    tensors = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    if not tensors:
        raise ValueError(
            f"{name}: no parameters were given; model.parameters() is used up after one pass: call it anew, or keep "
            "list(model.parameters())"
        )
    for tensor in tensors:
        if not isinstance(tensor, Tensor):
            raise TypeError(f"{name}: a parameter is a Tensor, not a {type(tensor).__name__}")
    return tensors


def _norm(x: Any, order: float) -> float:
    """The norm of all elements; in float64, where squares of float32 do not overflow."""
    values = np.abs(np.asarray(x.detach() if isinstance(x, Tensor) else x, np.float64))
    if not values.size:
        return 0.0
    if order == np.inf:
        return float(values.max())
    return float(np.sum(values**order) ** (1 / order))
