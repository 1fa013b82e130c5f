"""Counts of values, and the sums of weights by value: differentiable in the weights alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.broadcasting import array_of
from autograd.errors import ShapeError
from autograd.ops.indexing import beside, getitem, scatter
from autograd.ops.shaping import ravel
from autograd.primitives import composed, frozen, nondifferentiable


def _bins_of(x: Any, edges: Any) -> Any:
    """The number of the bin that holds each element, the last bin with its right edge; -1 for none."""
    which = np.searchsorted(edges, x, side="right") - 1
    return np.where(x == edges[-1], len(edges) - 2, np.where(x < edges[-1], which, -1))


# fmt: off
bins_of   = nondifferentiable(_bins_of, arity=2)
bin_edges = nondifferentiable(np.histogram_bin_edges, forward=lambda a, bins=10, range=None, weights=None:
                                                          np.histogram_bin_edges(a, bins, range, weights))
# fmt: on


@composed(np.bincount)
def bincount(x: Any, /, weights: Any = None, minlength: int = 0) -> Any:
    """How often each number from 0 on stands in x, or the sum of the weights there, which get the gradients."""
    index = np.asarray(frozen(x))
    if index.ndim != 1 or (index.size and index.dtype.kind not in "iub"):
        raise ShapeError(f"a vector of integers is needed, not {index.dtype} of shape {index.shape}")
    if index.size and index.min() < 0:
        raise ShapeError("the integers to count must not be negative")
    if weights is None:
        return beside(np.bincount(index.astype(int), minlength=minlength), x)
    weights = beside(array_of(weights), x)
    if weights.shape != index.shape:
        raise ShapeError(f"weights of shape {weights.shape} for numbers of shape {index.shape}")
    n = max(int(index.max()) + 1 if index.size else 0, minlength)
    return scatter(weights if weights.dtype.kind == "f" else weights * 1.0, index=index.astype(int), shape=(n,))


@composed(np.histogram)
def histogram(a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> tuple[Any, Any]:
    """How many elements lie in each bin, or the sum of their weights, and the edges of the bins."""
    values = ravel(array_of(a))
    edges = bin_edges(values, bins=bins, range=range)
    which = np.asarray(frozen(bins_of(values, edges)))
    inside = which >= 0
    w = None if weights is None else getitem(ravel(array_of(weights)), index=inside)
    n = beside(bincount(which[inside], w, len(edges) - 1), a)
    return (n / np.diff(edges) / np.sum(n) if density else n), beside(edges, n)
