"""`np.linalg`: determinants, inverses, systems of equations and factorisations.

Matrices lie in the last two axes, and may be stacked. A function that returns several arrays is here one op, whose
output has them one under the other: they share their number of columns (`svd`: U over one row of singular values over
V). So the graph needs no notion of several outputs, one rule gives the derivative through all of them together, and
each is a slice of that output.

A function that reads only one triangle of a symmetric matrix (`cholesky`, `eigh`) has a gradient in that triangle only,
since that is what moves its result. Singular and eigenvectors of a repeated value are not unique, nor have they a
derivative; what they would add to the gradient is left out, so that the values alone (`eigvalsh`, `svdvals`) have
theirs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.broadcasting import unbroadcast
from autograd.ops.reductions import product_of_others
from autograd.primitives import Primitive, nondifferentiable, primitive


def mT(x: Any) -> Any:
    return x.swapaxes(-1, -2)


# --- determinants, inverses ---


def _cofactors(x: Any) -> Any:
    """The matrix of cofactors, `det(x) inv(x).T`; from the singular values, since x may be singular."""
    finite = np.isfinite(x).all(axis=(-2, -1), keepdims=True)
    u, s, vh = np.linalg.svd(np.where(finite, x, 0))  # which raises for nan
    sign = np.linalg.det(u) * np.linalg.det(vh)
    cofactors = np.matmul(u.conj() * (sign[..., None] * product_of_others(s))[..., None, :], vh.conj())
    return np.where(finite, cofactors, np.nan)


def _cofactors_rule(g: Any, y: Any, x: Any) -> Any:
    inverse = mT(np.linalg.inv(x))
    inner = np.add.reduce(g * inverse, axis=(-2, -1), keepdims=True)
    return inner * y - np.matmul(np.matmul(y, mT(g)), inverse)


def _log_abs_det(x: Any) -> Any:
    return np.linalg.slogdet(x).logabsdet


def _inv_rule(g: Any, y: Any, x: Any) -> Any:
    return -np.matmul(np.matmul(mT(y), g), mT(y))


def _column(x: Any) -> Any:
    return x.reshape((*x.shape, 1))


def _solve_rule_b(g: Any, y: Any, a: Any, b: Any) -> Any:
    if b.ndim == 1:
        c = np.linalg.solve(mT(a), _column(g))
        return unbroadcast(c.reshape(g.shape), b.shape)
    return unbroadcast(np.linalg.solve(mT(a), g), b.shape)


def _solve_rule_a(g: Any, y: Any, a: Any, b: Any) -> Any:
    if b.ndim == 1:
        g, y = _column(g), _column(y)
    return unbroadcast(-np.matmul(np.linalg.solve(mT(a), g), mT(y)), a.shape)


def _pinv(x: Any, rcond: Any = None, rtol: Any = None) -> Any:
    return np.linalg.pinv(x, rcond if rtol is None else rtol)


def _pinv_rule(g: Any, y: Any, x: Any, rcond: Any = None, rtol: Any = None) -> Any:
    """Golub and Pereyra's derivative, for x of locally constant rank."""
    gt, yt = mT(g), mT(y)
    right = np.matmul(gt, y)
    left = np.matmul(y, gt)
    return (
        np.matmul(right - np.matmul(x, np.matmul(y, right)), yt)
        + np.matmul(yt, left - np.matmul(np.matmul(left, y), x))
        - np.matmul(np.matmul(yt, g), yt)
    )


def _matrix_rank(x: Any, tol: Any = None, rtol: Any = None) -> Any:
    return np.asarray(np.linalg.matrix_rank(x, tol, rtol=rtol))


# --- factorisations ---


def _fold(c: Any) -> Any:
    """The cotangent of a symmetric matrix as that of its lower triangle, which stands for both."""
    n = c.shape[-1]
    return (c + mT(c)) * (np.tril(np.ones((n, n), c.dtype)) - 0.5 * np.eye(n, dtype=c.dtype))


def _lower(x: Any) -> Any:
    """The lower triangle with half the diagonal."""
    n = x.shape[-1]
    return x * (np.tril(np.ones((n, n), x.dtype)) - 0.5 * np.eye(n, dtype=x.dtype))


def _over_differences(values: Any) -> Any:
    """`1 / (v[j] - v[i])`; 0 where they are equal."""
    difference = values[..., None, :] - values[..., :, None]
    equal = difference == 0
    return np.logical_not(equal) / (difference + equal)


def _cholesky_rule(g: Any, y: Any, x: Any) -> Any:
    inner = _lower(np.matmul(mT(y), g))
    left = np.linalg.solve(mT(y), inner)
    return _fold(mT(np.linalg.solve(mT(y), mT(left))))


def _eigh(x: Any) -> Any:
    w, v = np.linalg.eigh(x)
    return np.concatenate((w[..., None, :], v), axis=-2)


def _eigh_rule(g: Any, y: Any, x: Any) -> Any:
    w, v = y[..., 0, :], y[..., 1:, :]
    gw, gv = g[..., 0:1, :], g[..., 1:, :]
    inner = _over_differences(w) * np.matmul(mT(v), gv) + gw * np.eye(x.shape[-1], dtype=x.dtype)
    return _fold(np.matmul(np.matmul(v, inner), mT(v)))


def _svd(x: Any) -> Any:
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    return np.concatenate((u, s[..., None, :], mT(vh)), axis=-2)


def _svd_rule(g: Any, y: Any, x: Any) -> Any:
    m, n = x.shape[-2:]
    u, s, v = y[..., :m, :], y[..., m : m + 1, :], y[..., m + 1 :, :]
    gu, gs, gv = g[..., :m, :], g[..., m : m + 1, :], g[..., m + 1 :, :]
    # 1 / (s_j**2 - s_i**2), as two factors for accuracy; s_i + s_j is 0 only where their difference is.
    total = s + mT(s)
    f = _over_differences(s.reshape((*s.shape[:-2], s.shape[-1]))) / (total + (total == 0))
    of_u, of_v = np.matmul(mT(u), gu), np.matmul(mT(v), gv)
    inner = (f * (of_u - mT(of_u))) * s + mT(s) * (f * (of_v - mT(of_v))) + gs * np.eye(s.shape[-1], dtype=x.dtype)
    c = np.matmul(np.matmul(u, inner), mT(v))
    zero = s == 0
    reciprocal = np.logical_not(zero) / (s + zero)
    if m > n:  # what of U leaves the space that its columns span
        c = c + np.matmul((gu - np.matmul(u, of_u)) * reciprocal, mT(v))
    if n > m:
        c = c + np.matmul(u, mT((gv - np.matmul(v, of_v)) * reciprocal))
    return c


def _qr(x: Any) -> Any:
    q, r = np.linalg.qr(x)
    return np.concatenate((q, r), axis=-2)


def _qr_rule(g: Any, y: Any, x: Any) -> Any:
    m = x.shape[-2]
    q, r, gq, gr = y[..., :m, :], y[..., m:, :], g[..., :m, :], g[..., m:, :]
    inner = np.matmul(r, mT(gr)) - np.matmul(mT(gq), q)
    half = _lower(inner)
    return mT(np.linalg.solve(r, mT(gq + np.matmul(q, half + mT(half)))))


# fmt: off
cofactors: Primitive = primitive(_cofactors, _cofactors_rule, takes_complex=True)
det         = primitive(np.linalg.det,  lambda g, y, x: g.reshape((*g.shape, 1, 1)) * cofactors(x),
                        takes_complex=True)
log_abs_det = primitive(_log_abs_det,   lambda g, y, x: g.reshape((*g.shape, 1, 1)) * mT(np.linalg.inv(x)))
sign_of_det = nondifferentiable(lambda x: np.linalg.slogdet(x).sign, name="sign_of_det")
inv         = primitive(np.linalg.inv,  _inv_rule, takes_complex=True)
solve       = primitive(np.linalg.solve, _solve_rule_a, _solve_rule_b, takes_complex=True)
pinv        = primitive(np.linalg.pinv, _pinv_rule,     forward=_pinv)
matrix_rank = nondifferentiable(np.linalg.matrix_rank,
                                forward=_matrix_rank)
lower_cholesky = primitive(lambda x: np.linalg.cholesky(x), _cholesky_rule, name="cholesky")
lower_eigh  = primitive(_eigh,          _eigh_rule)
thin_svd    = primitive(_svd,           _svd_rule)
thin_qr     = primitive(_qr,            _qr_rule)
# fmt: on
