"""Mistakes that leave a factor out, or put one in: its name, and digits that were lost on the way."""

from __future__ import annotations

import math

import numpy as np

from autograd.checking.findings import Mistake
from autograd.checking.op_under_test import OpUnderTest


def of_factor(op: OpUnderTest, position: int, c: np.ndarray, x: np.ndarray) -> Mistake | None:
    factors = []
    for d in op.directions(position):
        e, slope = op.slope(position, d), float(np.sum(c * d))
        if not math.isfinite(e.bound) or slope == 0 or abs(e.value) <= 100 * e.bound:
            return None
        factors.append(slope / e.value)
    k = factors[0]
    if max(factors) - min(factors) > 1e-7 * abs(k) or not op.agrees(position, c / k):
        return None
    if abs(k + 1) < 1e-6:
        return Mistake("sign", "the rule gives minus the derivative")
    if abs(abs(k) - 1) < 1e-3:
        return None  # more likely lost digits
    extra = "; or it is added twice" if abs(k - 2) < 1e-6 else ""
    return Mistake("constant factor", f"the rule gives {_named(k, op, x)} times the derivative{extra}")


def _named(k: float, op: OpUnderTest, x: np.ndarray) -> str:
    """A factor in words: a small number, or a size of the arrays at hand."""
    sizes = {np.size(x): "N", np.size(op.y): "the output's size", **dict.fromkeys(np.shape(x), "an axis' length")}
    for value, text in ((k, "{}"), (1 / k, "1/{}"), (-k, "-{}"), (-1 / k, "-1/{}")):
        whole = round(value)
        if abs(value - whole) < 1e-6 * abs(value) and 1 < whole < 10**9:
            name = f" ({text.format('N')}, N = {whole} {sizes[whole]})".replace(" N)", ")") if whole in sizes else ""
            return text.format(whole) + name
    return f"{k:.7g}"


def of_precision(op: OpUnderTest, position: int, c: np.ndarray, x: np.ndarray) -> Mistake | None:
    """Numbers that all fit into a narrower dtype, and are right to its precision."""
    for dtype in (np.float16, np.float32):
        narrow = c.astype(dtype).astype(np.float64)
        if not np.array_equal(narrow, c) and not np.allclose(narrow, c, rtol=2 * float(np.finfo(dtype).eps), atol=0):
            continue
        eps = float(np.finfo(dtype).eps)
        gaps = []
        for d in op.directions(position):
            e = op.slope(position, d)
            gaps.append((abs(float(np.sum(c * d)) - e.value), e.bound + 4 * eps * float(np.sum(np.abs(c * d)))))
        if all(gap <= allowed for gap, allowed in gaps) and np.array_equal(narrow, c):
            return Mistake("precision loss", f"right to {np.dtype(dtype).name} only; something narrows in between")
    return None


def named_factor(ratio: np.ndarray, x: np.ndarray, y: np.ndarray) -> str:
    """A well-known function that `ratio` is a constant times of, as one would write it; empty if none."""
    with np.errstate(all="ignore"):
        candidates = {
            "y": y, "x": x, "1 - y": 1 - y, "y * (1 - y)": y * (1 - y), "1 - y**2": 1 - y * y, "1 / x": 1 / x,
            "1 / y": 1 / y, "x**2": x * x, "y**2": y * y, "1 / x**2": 1 / (x * x), "cos(x)": np.cos(x),
            "sin(x)": np.sin(x), "exp(x)": np.exp(x), "(x > 0)": (x > 0).astype(float), "1 - x**2": 1 - x * x,
        }  # fmt: skip
        for name, candidate in candidates.items():
            scale = ratio / candidate
            k = float(np.median(scale[np.isfinite(scale)])) if np.isfinite(scale).any() else math.nan
            if math.isfinite(k) and k != 0 and np.allclose(ratio, k * candidate, rtol=1e-7, atol=1e-12):
                return name if abs(k - 1) < 1e-7 else f"{k:.7g} * {name}"
    return ""
