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

import operator
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from autograd.broadcasting import unbroadcast
from autograd.errors import UnsupportedError
from autograd.graph import here
from autograd.ops.reductions import product_of_others
from autograd.primitives import Primitive, composed, nondifferentiable, primitive


def _T(x: Any) -> Any:
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
    inverse = _T(np.linalg.inv(x))
    inner = np.add.reduce(g * inverse, axis=(-2, -1), keepdims=True)
    return inner * y - np.matmul(np.matmul(y, _T(g)), inverse)


def _log_abs_det(x: Any) -> Any:
    return np.linalg.slogdet(x).logabsdet


def _inv_rule(g: Any, y: Any, x: Any) -> Any:
    return -np.matmul(np.matmul(_T(y), g), _T(y))


def _column(x: Any) -> Any:
    return x.reshape((*x.shape, 1))


def _solve_rule_b(g: Any, y: Any, a: Any, b: Any) -> Any:
    if b.ndim == 1:
        c = np.linalg.solve(_T(a), _column(g))
        return unbroadcast(c.reshape(g.shape), b.shape)
    return unbroadcast(np.linalg.solve(_T(a), g), b.shape)


def _solve_rule_a(g: Any, y: Any, a: Any, b: Any) -> Any:
    if b.ndim == 1:
        g, y = _column(g), _column(y)
    return unbroadcast(-np.matmul(np.linalg.solve(_T(a), g), _T(y)), a.shape)


def _pinv(x: Any, rcond: Any = None, rtol: Any = None) -> Any:
    return np.linalg.pinv(x, rcond if rtol is None else rtol)


def _pinv_rule(g: Any, y: Any, x: Any, rcond: Any = None, rtol: Any = None) -> Any:
    """Golub and Pereyra's derivative, for x of locally constant rank."""
    gt, yt = _T(g), _T(y)
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
    return (c + _T(c)) * (np.tril(np.ones((n, n), c.dtype)) - 0.5 * np.eye(n, dtype=c.dtype))


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
    inner = _lower(np.matmul(_T(y), g))
    left = np.linalg.solve(_T(y), inner)
    return _fold(_T(np.linalg.solve(_T(y), _T(left))))


def _eigh(x: Any) -> Any:
    w, v = np.linalg.eigh(x)
    return np.concatenate((w[..., None, :], v), axis=-2)


def _eigh_rule(g: Any, y: Any, x: Any) -> Any:
    w, v = y[..., 0, :], y[..., 1:, :]
    gw, gv = g[..., 0:1, :], g[..., 1:, :]
    inner = _over_differences(w) * np.matmul(_T(v), gv) + gw * np.eye(x.shape[-1], dtype=x.dtype)
    return _fold(np.matmul(np.matmul(v, inner), _T(v)))


def _svd(x: Any) -> Any:
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    return np.concatenate((u, s[..., None, :], _T(vh)), axis=-2)


def _svd_rule(g: Any, y: Any, x: Any) -> Any:
    m, n = x.shape[-2:]
    u, s, v = y[..., :m, :], y[..., m : m + 1, :], y[..., m + 1 :, :]
    gu, gs, gv = g[..., :m, :], g[..., m : m + 1, :], g[..., m + 1 :, :]
    # 1 / (s_j**2 - s_i**2), as two factors for accuracy; s_i + s_j is 0 only where their difference is.
    total = s + _T(s)
    f = _over_differences(s.reshape((*s.shape[:-2], s.shape[-1]))) / (total + (total == 0))
    of_u, of_v = np.matmul(_T(u), gu), np.matmul(_T(v), gv)
    inner = (f * (of_u - _T(of_u))) * s + _T(s) * (f * (of_v - _T(of_v))) + gs * np.eye(s.shape[-1], dtype=x.dtype)
    c = np.matmul(np.matmul(u, inner), _T(v))
    zero = s == 0
    reciprocal = np.logical_not(zero) / (s + zero)
    if m > n:  # what of U leaves the space that its columns span
        c = c + np.matmul((gu - np.matmul(u, of_u)) * reciprocal, _T(v))
    if n > m:
        c = c + np.matmul(u, _T((gv - np.matmul(v, of_v)) * reciprocal))
    return c


def _qr(x: Any) -> Any:
    q, r = np.linalg.qr(x)
    return np.concatenate((q, r), axis=-2)


def _qr_rule(g: Any, y: Any, x: Any) -> Any:
    m = x.shape[-2]
    q, r, gq, gr = y[..., :m, :], y[..., m:, :], g[..., :m, :], g[..., m:, :]
    inner = np.matmul(r, _T(gr)) - np.matmul(_T(gq), q)
    half = _lower(inner)
    return _T(np.linalg.solve(r, _T(gq + np.matmul(q, half + _T(half)))))


# fmt: off
cofactors: Primitive = primitive(_cofactors, _cofactors_rule, takes_complex=True)
det         = primitive(np.linalg.det,  lambda g, y, x: g.reshape((*g.shape, 1, 1)) * cofactors(x),
                        takes_complex=True)
log_abs_det = primitive(_log_abs_det,   lambda g, y, x: g.reshape((*g.shape, 1, 1)) * _T(np.linalg.inv(x)))
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


# --- NumPy's functions of several results, and those made of others ---


def _results(function: Callable[..., Any], *parts: Any) -> Any:
    """The named tuple that a function of NumPy returns; it has no public name itself."""
    return type(function(np.eye(1)))(*parts)


def _sizes(name: str, x: Any) -> tuple[int, int]:
    """Rows and columns."""
    if x.ndim < 2:
        raise np.linalg.LinAlgError(f"{name}: a matrix is needed, not shape {x.shape} (at {here()})")
    return x.shape[-2:]


@composed(np.linalg.slogdet)
def slogdet(a: Any) -> Any:
    """Sign and logarithm of the determinant."""
    return _results(np.linalg.slogdet, sign_of_det(a), log_abs_det(a))


@composed(np.linalg.cholesky)
def cholesky(a: Any, /, *, upper: bool = False) -> Any:
    """The triangular L with `a = L @ L.T`; with `upper`, its transpose. Reads that triangle of a only."""
    return _T(lower_cholesky(_T(a))) if upper else lower_cholesky(a)


@composed(np.linalg.eigh)
def eigh(a: Any, UPLO: str = "L") -> Any:
    """Eigenvalues in ascending order, and eigenvectors as columns; reads one triangle of a only."""
    y = lower_eigh(_T(a) if UPLO.upper() == "U" else a)
    return _results(np.linalg.eigh, y[..., 0, :], y[..., 1:, :])


@composed(np.linalg.eigvalsh)
def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    """Eigenvalues in ascending order."""
    return eigh(a, UPLO)[0]


@composed(np.linalg.svd)
def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """`a = (U * S) @ Vh`, with `full_matrices=False`: the columns that would fill U up are not unique."""
    if not compute_uv:
        return svdvals(a)
    m, n = _sizes("svd", a)
    if full_matrices and m != n:
        raise UnsupportedError(f"svd: write full_matrices=False; the rest of U or Vh has no derivative (at {here()})")
    y = thin_svd(a)
    return _results(np.linalg.svd, y[..., :m, :], y[..., m, :], _T(y[..., m + 1 :, :]))


@composed(np.linalg.svdvals)
def svdvals(x: Any, /) -> Any:
    """Singular values in descending order."""
    return thin_svd(x)[..., _sizes("svdvals", x)[0], :]


@composed(np.linalg.qr)
def qr(a: Any, mode: str = "reduced") -> Any:
    """`a = Q @ R` for a matrix with no fewer rows than columns."""
    m, n = _sizes("qr", a)
    if mode not in ("reduced", "r"):
        raise UnsupportedError(f"qr: mode={mode!r} has no rule; modes that do: 'reduced', 'r' (at {here()})")
    if m < n:
        raise UnsupportedError(
            f"qr: a matrix of shape {(m, n)} has more columns than rows (at {here()}); take the first {m} columns: "
            "q, r = np.linalg.qr(a[..., :m]), and q.T @ a for the whole of R"
        )
    y = thin_qr(a)
    return y[..., m:, :] if mode == "r" else _results(np.linalg.qr, y[..., :m, :], y[..., m:, :])


@composed(np.linalg.lstsq)
def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """Not differentiable as it stands: residuals come or not by the rank."""
    raise UnsupportedError(
        f"lstsq has no rule (at {here()}): for the solution write np.linalg.pinv(a) @ b, or for a of full rank "
        "np.linalg.solve(a.T @ a, a.T @ b)"
    )


@composed(np.linalg.matrix_power)
def matrix_power(a: Any, n: int) -> Any:
    """The product of n times the matrix; of its inverse for a negative n."""
    n = operator.index(n)
    if n < 0:
        return matrix_power(inv(a), -n)
    if n == 0:
        return np.zeros_like(a) + np.eye(a.shape[-1], dtype=a.dtype)
    y, square = None, a
    while n:
        if n % 2:
            y = square if y is None else np.matmul(y, square)
        n //= 2
        square = np.matmul(square, square) if n else square
    return y


@composed(np.linalg.multi_dot)
def multi_dot(arrays: Any) -> Any:
    """The product of several matrices, in the order of the fewest multiplications; the ends may be vectors."""
    arrays = [x if hasattr(x, "shape") else np.asarray(x) for x in arrays]
    if len(arrays) < 2:
        raise UnsupportedError(f"multi_dot: two arrays at least are needed, not {len(arrays)} (at {here()})")
    sizes = [1 if arrays[0].ndim == 1 else arrays[0].shape[0], *(x.shape[0] for x in arrays[1:])]
    sizes.append(1 if arrays[-1].ndim == 1 else arrays[-1].shape[1])

    @cache
    def cheapest(i: int, j: int) -> tuple[int, int]:
        """Multiplications for the product of arrays i to j, and after which array to split it."""
        if i == j:
            return 0, i
        return min((cheapest(i, k)[0] + cheapest(k + 1, j)[0] + sizes[i] * sizes[k + 1] * sizes[j + 1], k)
                   for k in range(i, j))  # fmt: skip

    def product(i: int, j: int) -> Any:
        if i == j:
            return arrays[i]
        k = cheapest(i, j)[1]
        return np.matmul(product(i, k), product(k + 1, j))

    return product(0, len(arrays) - 1)
