"""Products of matrices and vectors.

Shapes: a (..., n, k), b (..., k, m), y (..., n, m); a vector a is one row, a vector b one column, and its axis is
dropped from y. Two-dimensional products go through `dot`, which costs half a microsecond less than `@`.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from autograd.broadcasting import unbroadcast
from autograd.primitives import primitive


def _matmul(a: Any, b: Any) -> Any:
    both = type(a) is np.ndarray is type(b)
    return a.dot(b) if both and a.ndim == 2 == b.ndim else np.matmul(a, b)


def _matmul_rule_a(g: Any, y: Any, a: Any, b: Any) -> Any:
    if a.ndim == 2 == b.ndim:
        return g.dot(b.T)
    if b.ndim == 1:
        return g.reshape((*g.shape, 1)) * b
    if a.ndim == 1:
        return unbroadcast(np.matmul(b, g.reshape((*g.shape, 1))).reshape(b.shape[:-1]), a.shape)
    return unbroadcast(np.matmul(g, b.swapaxes(-1, -2)), a.shape)


def _matmul_rule_b(g: Any, y: Any, a: Any, b: Any) -> Any:
    if a.ndim == 2 == b.ndim:
        return a.T.dot(g)
    if a.ndim == 1:
        column = a.reshape((*a.shape, 1)) if b.ndim > 1 else a
        return column * (g.reshape((*g.shape[:-1], 1, g.shape[-1])) if b.ndim > 1 else g)
    if b.ndim == 1:
        return unbroadcast((a * g.reshape((*g.shape, 1))), b.shape)
    return unbroadcast(np.matmul(a.swapaxes(-1, -2), g), b.shape)


def _dot(a: Any, b: Any) -> Any:
    return a.dot(b) if type(a) is np.ndarray else np.dot(a, b)


def _dot_rule_a(g: Any, y: Any, a: Any, b: Any) -> Any:
    """`y[i.., j.., m] = sum_k a[i.., k] b[j.., k, m]`: flattened, it is a product of two matrices."""
    if a.ndim == 0 or b.ndim == 0:
        return unbroadcast(g * b, a.shape)
    k = a.shape[-1]
    columns = b.reshape((1, k)) if b.ndim == 1 else _rows(b.swapaxes(-1, -2))
    return np.matmul(g.reshape((math.prod(a.shape[:-1]), columns.shape[0])), columns).reshape(a.shape)


def _dot_rule_b(g: Any, y: Any, a: Any, b: Any) -> Any:
    if a.ndim == 0 or b.ndim == 0:
        return unbroadcast(g * a, b.shape)
    k = a.shape[-1]
    rows = _rows(a)
    columns = 1 if b.ndim == 1 else math.prod(b.shape[:-2]) * b.shape[-1]
    contribution = np.matmul(rows.T, g.reshape((rows.shape[0], columns)))
    if b.ndim == 1:
        return contribution.reshape(b.shape)
    *outer, _, m = b.shape
    return contribution.T.reshape((*outer, m, k)).swapaxes(-1, -2)


def _affine(x: Any, weight: Any, bias: Any) -> Any:
    if not x.ndim:
        raise ValueError("x has no axis of features")  # `dot` would multiply each weight with it
    y = x.dot(weight.T)
    if y.dtype is bias.dtype and y.ndim:
        y += bias  # in place: y is new and nobody has seen it
        return y
    return y + bias


def _rows(x: Any) -> Any:
    """A batch of any number of leading axes as one matrix."""
    return x if x.ndim == 2 else x.reshape((math.prod(x.shape[:-1]), x.shape[-1]))


def _affine_rule_x(g: Any, y: Any, x: Any, weight: Any, bias: Any) -> Any:
    return g.dot(weight)


def _affine_rule_weight(g: Any, y: Any, x: Any, weight: Any, bias: Any) -> Any:
    return g.T.dot(x) if x.ndim == 2 else _rows(g).T.dot(_rows(x))


def _affine_rule_bias(g: Any, y: Any, x: Any, weight: Any, bias: Any) -> Any:
    rows = g if g.ndim == 2 else _rows(g)
    # The sum of plain rows as a product with ones: BLAS does it in half the time of `np.add.reduce`.
    c = _ones(len(rows), rows.dtype).dot(rows) if type(rows) is np.ndarray else np.add.reduce(rows, axis=0)
    return c if c.shape == bias.shape else unbroadcast(c, bias.shape)


@lru_cache(maxsize=64)
def _ones(n: int, dtype: np.dtype) -> np.ndarray:
    return np.ones(n, dtype)


_PRODUCT = "the last axis of the first must equal the second to last (or only) axis of the second"
_LAYER = "x (..., in_features), weight (out_features, in_features), bias (out_features,)"

# fmt: off
matmul = primitive(np.matmul, _matmul_rule_a, _matmul_rule_b, forward=_matmul, shapes=_PRODUCT, takes_complex=True,
                   text="a @ b")
dot    = primitive(np.dot,    _dot_rule_a,    _dot_rule_b,    forward=_dot,    shapes=_PRODUCT, takes_complex=True,
                   text="np.dot(a, b)")
affine = primitive(_affine,   _affine_rule_x, _affine_rule_weight, _affine_rule_bias, shapes=_LAYER, takes_complex=True,
                   text="x @ weight.T + bias")
# fmt: on
