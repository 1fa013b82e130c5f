"""Penalties on the size of parameters, to add to a loss, and a bound on it, to keep after each step.

loss = nn.mse_loss(model(x), y) + 1e-4 * nn.l2_penalty(model.parameters())
loss.backward()
optimizer.step()
nn.max_norm_(model.parameters(), 3.0)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd import Tensor, current_capture
from nn.ranges import number_in
from nn.utils import parameter_list


def l1_penalty(parameters: Tensor | Iterable[Tensor]) -> Any:
    """Σ |p| over all elements of all parameters; it draws small ones to 0. The gradient of 0 is 0.

    Parameters
    ----------
    parameters : Tensors of any shapes.

    Raises ValueError for no parameters at all. Source: Tibshirani 1996,
    https://doi.org/10.1111/j.2517-6161.1996.tb02080.x.

    >>> import nn
    >>> nn.l1_penalty([Tensor([1.0, -2.0]), Tensor(3.0)]).item()
    6.0
    """
    return _total([np.abs(p).sum() for p in parameter_list(parameters, "l1_penalty")])


def l2_penalty(parameters: Tensor | Iterable[Tensor]) -> Any:
    """Σ p² over all elements of all parameters; λ/2 of it has the gradient of SGD's `weight_decay=λ`.

    Parameters
    ----------
    parameters : Tensors of any shapes.

    Raises ValueError for no parameters at all. Source: Hoerl and Kennard 1970,
    https://doi.org/10.1080/00401706.1970.10488634.

    >>> import nn
    >>> nn.l2_penalty([Tensor([1.0, -2.0]), Tensor(3.0)]).item()
    14.0
    """
    return _total([np.square(p).sum() for p in parameter_list(parameters, "l2_penalty")])


def _total(terms: list[Any]) -> Any:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def max_norm_(parameters: Tensor | Iterable[Tensor], max_norm: float) -> None:
    """Scale the weights that lead into a unit by min(1, c / ‖w‖), so that their norm is at most c.

    Parameters
    ----------
    parameters : Tensors (units, ...), as `Linear.weight` is (out_features, in_features); each unit's weights are one
        row, all axes but the first. Vectors and scalars, such as biases, stay as they are.
    max_norm : c > 0.

    Raises ValueError for no parameters at all, c <= 0, or weights that are not finite; nothing was changed then.
    Source: Srivastava et al. 2014, section 5.1, https://jmlr.org/papers/v15/srivastava14a.html.

    >>> import nn
    >>> w = Tensor([[3.0, 4.0], [0.3, 0.4]], requires_grad=True)
    >>> nn.max_norm_([w], 1.0)
    >>> w.detach().numpy().round(4).tolist()
    [[0.6, 0.8], [0.3, 0.4]]
    """
    number_in("max_norm_", "max_norm", max_norm, ends="(]")
    is_captured = current_capture() is not None  # then it is done at each call, whatever the values
    bounded = []
    for i, p in enumerate(parameter_list(parameters, "max_norm_")):
        if p.ndim < 2:
            continue
        if not p.is_leaf:
            raise ValueError(f"max_norm_: parameter {i} is the result of an operation, not a leaf")
        weights = p.detach() if is_captured else p.detach().numpy()
        norms = np.linalg.norm(weights.reshape(len(weights), -1).astype(np.float64), axis=1)
        if not is_captured and not np.isfinite(norms).all():
            raise ValueError(f"max_norm_: parameter {i} of shape {p.shape} holds {norms[~np.isfinite(norms)][0]}")
        if is_captured or (norms > max_norm).any():
            scale = max_norm / np.maximum(norms, max_norm)
            bounded.append((p, (weights * scale.reshape(-1, *[1] * (p.ndim - 1))).astype(p.dtype)))
    for p, weights in bounded:
        p.assign(weights)
