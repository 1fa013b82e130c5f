"""`np.linalg`: what is made of the decompositions, functions of several results among them."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from autograd.broadcasting import array_of
from autograd.errors import ShapeError, UnsupportedError
from autograd.graph import here
from autograd.ops.decompositions import (
    inv,
    log_abs_det,
    lower_cholesky,
    lower_eigh,
    mT,
    pinv,
    sign_of_det,
    solve,
    thin_qr,
    thin_svd,
)
from autograd.ops.indexing import beside
from autograd.primitives import composed


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
    return mT(lower_cholesky(mT(a))) if upper else lower_cholesky(a)


@composed(np.linalg.eigh)
def eigh(a: Any, UPLO: str = "L") -> Any:
    """Eigenvalues in ascending order, and eigenvectors as columns; reads one triangle of a only."""
    y = lower_eigh(mT(a) if UPLO.upper() == "U" else a)
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
    return _results(np.linalg.svd, y[..., :m, :], y[..., m, :], mT(y[..., m + 1 :, :]))


@composed(np.linalg.svdvals)
def svdvals(x: Any, /) -> Any:
    """Singular values in descending order."""
    return thin_svd(x)[..., _sizes("svdvals", x)[0], :]


@composed(np.linalg.qr)
def qr(a: Any, mode: str = "reduced") -> Any:
    """`a = Q @ R`, Q orthogonal, R triangular; of more columns than rows, what is right of the square is `Q.T @ a`."""
    m, n = _sizes("qr", a)
    if mode not in ("reduced", "r") and not (mode == "complete" and m <= n):
        what = "the rest of Q has no derivative" if mode == "complete" else "no such result has a rule"
        raise UnsupportedError(f"qr: mode={mode!r} of shape {(m, n)}: {what}; 'reduced' and 'r' have (at {here()})")
    y = thin_qr(a[..., :m] if m < n else a)
    q, r = y[..., :m, :], y[..., m:, :]
    if m < n:
        r = np.concatenate((r, np.matmul(mT(q), a[..., m:])), axis=-1)
    return r if mode == "r" else _results(np.linalg.qr, q, r)


@composed(np.linalg.lstsq)
def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """The x of least norm among those that make `|a @ x - b|` least, the squares of that, the rank, singular values.

    Differentiable where the rank is locally constant.
    """
    a, b = array_of(a), array_of(b)
    if a.ndim != 2 or b.ndim not in (1, 2):
        raise np.linalg.LinAlgError(f"a matrix, and a vector or a matrix are needed, not shapes {a.shape}, {b.shape}")
    m, n = a.shape
    if rcond is None:
        rcond = np.finfo(np.result_type(a, b)).eps * max(m, n)
    x = np.matmul(pinv(a, rcond=rcond), b)
    s = svdvals(a)
    rank = np.count_nonzero(np.asarray(s > rcond * s[0])) if s.size else 0
    rest = np.matmul(a, x) - b
    residuals = np.sum(rest * rest, axis=0) if rank == n and m > n else np.zeros(0, s.dtype)
    return x, beside(residuals.reshape((-1,)), x), rank, s


@composed(np.linalg.tensorsolve)
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """The x with `np.tensordot(a, x, x.ndim) == b`; `axes` of a are moved to the end first."""
    a, b = array_of(a), array_of(b)
    if axes is not None:
        last = [one % a.ndim for one in axes]
        a = np.transpose(a, [one for one in range(a.ndim) if one not in last] + last)
    shape = a.shape[b.ndim :]
    if math.prod(shape) != b.size:
        raise ShapeError(f"an array of shape {a.shape} does not map {shape} onto {b.shape} one to one")
    return solve(a.reshape((b.size, b.size)), b.reshape((-1,))).reshape(shape)


@composed(np.linalg.tensorinv)
def tensorinv(a: Any, ind: int = 2) -> Any:
    """The inverse of `np.tensordot(a, x, ind)`, the first `ind` axes of a being those of the result."""
    if ind <= 0:
        raise ValueError(f"ind={ind} is not positive")
    rows, columns = a.shape[:ind], a.shape[ind:]
    return inv(a.reshape((math.prod(rows), -1))).reshape(columns + rows)


@composed(np.linalg.matrix_power)
def matrix_power(a: Any, n: int) -> Any:
    """The product of n times the matrix; of its inverse for a negative n."""
    n = operator.index(n)
    _sizes("matrix_power", a)
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
    arrays = [array_of(x) for x in arrays]
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
