"""What an op throws away takes no gradient, not even a nan: the promise of `np.where` and its kin, kept here.

`np.where(x > 0, np.sqrt(x), 0)` does not depend on the square root where x is not positive. Its cotangent is 0 there,
but 0 times an infinite slope is nan. So behind an op that throws elements away, a nan that comes of a zero cotangent is
taken for 0. An elementwise rule shows at once which cotangent meets which slope. Of any other rule (a matrix product, a
fold, a factorisation) only the sums are seen, in which one nan term hides all others. There the rule is asked again,
twice, with arbitrary numbers in the place of every nan and infinity among the op's values: where both answers agree,
those values had no say, and the answer is the one without them.

Where it ends. The promise begins behind `np.where` and what is made of it (`np.select`), an index of bools,
`np.clip`, `np.fmax`, `np.fmin` and `np.nan_to_num`. `np.maximum`, `np.minimum` and `relu` stop an infinite cotangent,
but begin nothing: they are in every network's hot path, which would pay for it. And a nan stays if an op's values are
finite and the slope within its rule overflows while some of its cotangents are not 0; or if its rule cannot take the
arbitrary numbers (a matrix that they make singular).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

_STEPS = (0.6180339887498949, 0.7548776662466927)  # their multiples modulo 1 are spread evenly, and never alike


def anywhere(mask: Any) -> bool:
    """Whether a mask, be it an array, a Tensor or Rows of them, is true anywhere."""
    while hasattr(mask, "_data"):
        mask = mask._data
    return bool(np.any(mask))


def has_nan(x: Any) -> bool:
    """Whether there is a nan in a plain value: then one is in its square, and that is quickly had."""
    if type(x) is np.ndarray:
        flat = x.reshape(-1)
        x = flat.dot(flat)
    return bool(x != x)


def filled(x: Any, k: int) -> Any:
    """x with arbitrary numbers in the place of what is not finite; others for k = 0 and k = 1."""
    if not hasattr(x, "dtype") or x.dtype.kind not in "fc":
        return x
    finite = np.isfinite(x)
    if not anywhere(np.logical_not(finite)):
        return x
    numbers = 0.5 + np.arange(1, math.prod(x.shape) + 1) * _STEPS[k] % 1
    return np.where(finite, x, numbers.reshape(x.shape).astype(x.dtype))


def without_nan(sent: dict[int, Any], g: Any, again: Callable[[int], dict[int, Any]]) -> dict[int, Any]:
    """Results of a rule, without each nan that is none of what the cotangent g, or any cotangent if None, asks for.

    `again(k)` gives the results with nan and infinities among the values filled.
    """
    if g is not None and not anywhere(g == 0):
        return sent
    other: list[dict[int, Any]] = []
    results = {}
    for i, c in sent.items():
        if not hasattr(c, "shape"):
            results[i] = c
            continue
        nan = np.isnan(c)
        value, agreed = 0, True
        if anywhere(nan) and (g is None or anywhere(g != 0)):
            try:
                other = other or [again(0), again(1)]
            except np.linalg.LinAlgError:
                return sent
            value = other[0][i]
            agreed = np.isfinite(value) & (value == other[1][i])
        results[i] = np.where(nan & agreed, value, c)
    return results
