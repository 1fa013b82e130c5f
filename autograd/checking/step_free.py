"""Checks that need no step and no tolerance but rounding: what holds of every right gradient, whatever f is.

zero cotangent    J' 0 = 0
linearity         J' (a + b) = J' a + J' b
accumulation      two backward passes give twice the gradient
adjoint           <J v, w> = <v, J' w>: forward mode against reverse mode
inputs            are as they were before f ran
symmetry          <H v, w> = <v, H w>, of second derivatives
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.checking.findings import Finding
from autograd.graph import ancestors
from autograd.tensor import Tensor
from autograd.transforms import hvp, jvp

Arrays = list[np.ndarray]
# Relative to the sum of what is added up, and to f's own size over a unit of x.
_CLOSE, _FLOOR = 1e-9, 1e-12


def cotangents(
    output: Tensor, pull: Callable[[np.ndarray], Arrays], weights: np.ndarray, gradient: Arrays
) -> list[Finding]:
    """Zero cotangent and linearity, given the pullback J' of one run of f."""
    if not all(np.isfinite(g).all() for g in gradient):
        return []
    zero = pull(np.zeros_like(weights))
    findings = [Finding("zero cotangent", not any(g.any() for g in zero), "a zero cotangent gives a gradient")]
    other = np.random.default_rng(1).uniform(1, 2, weights.shape)
    both, of_other = pull(weights + other), pull(other)
    size = sum(float(np.abs(a).sum() + np.abs(b).sum()) for a, b in zip(gradient, of_other, strict=True))
    gap = max((float(np.abs(s - a - b).max(initial=0.0)) for s, a, b in zip(both, gradient, of_other, strict=True)))
    size += _FLOOR / _CLOSE * float(np.sum(np.abs(output._data)))
    close = float(np.sqrt(np.finfo(_narrowest(output)).eps)) / 16
    findings.append(Finding("linearity", gap <= close * size, f"J'(a + b) and J'a + J'b are {gap:.1e} apart"))
    return findings


def _narrowest(output: Tensor) -> np.dtype:
    """The least precise dtype on the way to an output."""
    ops = ancestors([output._node])[0] if output.requires_grad else []
    dtypes = [np.asarray(node.output).dtype for node in ops]
    return min((d for d in dtypes if d.kind == "f"), key=lambda d: d.itemsize, default=np.dtype(np.float64))


def accumulation(output: Tensor, leaves: Sequence[Tensor], weights: np.ndarray, gradient: Arrays) -> Finding | None:
    """Two passes over one graph; None where a backward pass would reach leaves that are not f's inputs."""
    own = {leaf._node for leaf in leaves}
    if not output.requires_grad or any(x.requires_grad and x not in own for x in ancestors([output._node])[1]):
        return None
    before = [node.grad for node in own]
    try:
        for node in own:
            node.grad = None
        for _ in range(2):
            output.backward(np.asarray(weights, dtype=output.dtype).reshape(output.shape), retain_graph=True)
        twice = [np.zeros(x.shape) if x._node.grad is None else np.array(x._node.grad) for x in leaves]
    finally:
        for node, grad in zip(own, before, strict=True):
            node.grad = grad
    holds = all(np.array_equal(t, 2 * g, equal_nan=True) for t, g in zip(twice, gradient, strict=True))
    return Finding("accumulation", holds, "two backward passes do not give twice the gradient")


def adjoint(
    f: Callable[..., Any], work: Sequence[np.ndarray], output: Tensor, weights: np.ndarray, gradient: Arrays
) -> Finding | None:
    """Forward mode along a random direction against the gradient; None if f has no forward mode, or narrows."""
    rng = np.random.default_rng(2)
    tangents = tuple(rng.uniform(0.5, 1.5, w.shape) for w in work)
    try:
        moved = jvp(f, tuple(np.array(w) for w in work), tangents)[1]
    except Exception:
        return None
    forward = float(np.sum(weights * moved))
    if _narrowest(output).itemsize < 8:
        return None
    parts = [g * t for g, t in zip(gradient, tangents, strict=True)]
    reverse, size = float(sum(p.sum() for p in parts)), float(sum(np.abs(p).sum() for p in parts))
    holds = not np.isfinite(forward + reverse) or abs(forward - reverse) <= _CLOSE * (size + abs(forward)) + (
        _FLOOR * float(np.sum(np.abs(output._data)))
    )
    return Finding("adjoint", holds, f"<J v, w> = {forward:.12g} by forward mode, <v, J' w> = {reverse:.12g}")


def untouched(leaves: Sequence[Tensor], work: Sequence[np.ndarray]) -> Finding:
    """Whether f left its inputs as they were."""
    holds = all(np.array_equal(leaf._data, w, equal_nan=True) for leaf, w in zip(leaves, work, strict=True))
    return Finding("inputs", holds, "f writes into its inputs")


def symmetry(f: Callable[..., Any], work: Sequence[np.ndarray]) -> Finding | None:
    """Whether the Hessian of the sum of f's elements is symmetric; None if there is no second forward mode."""
    rng = np.random.default_rng(3)
    point = tuple(np.array(w) for w in work)
    v, w = (tuple(rng.uniform(0.5, 1.5, x.shape) for x in point) for _ in range(2))
    try:
        of_v, of_w = (hvp(lambda *xs: f(*xs).sum(), point, d) for d in (v, w))
    except Exception:
        return None
    of_v, of_w = (h if isinstance(h, tuple) else (h,) for h in (of_v, of_w))
    first = float(sum(np.sum(h * d) for h, d in zip(of_v, w, strict=True)))
    second = float(sum(np.sum(h * d) for h, d in zip(of_w, v, strict=True)))
    size = float(sum(np.sum(np.abs(h * d)) for h, d in zip(of_v, w, strict=True)))
    holds = not np.isfinite(first + second) or abs(first - second) <= _CLOSE * (size + abs(second)) + (
        _FLOOR * float(np.sum(np.abs(f(*map(Tensor, point))._data)))
    )
    return Finding("symmetry", holds, f"<H v, w> = {first:.12g}, but <v, H w> = {second:.12g}")
