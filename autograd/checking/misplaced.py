"""Mistakes that leave the numbers right: in wrong places, or of parts of the output only, or of parts twice."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from autograd.checking.findings import Mistake
from autograd.checking.op_under_test import OpUnderTest


def of_order(op: OpUnderTest, position: int, c: np.ndarray, x: np.ndarray) -> Mistake | None:
    """Right numbers in wrong places."""
    if 1 < c.ndim < 5:
        for axes in itertools.permutations(range(c.ndim)):
            turned = c.transpose(axes)
            if axes != tuple(range(c.ndim)) and turned.shape == c.shape and op.agrees(position, turned):
                return Mistake("transpose", f"its axes must be {axes}")
    if np.ndim(op.g) > 1 and op.g.shape[-2] == op.g.shape[-1]:
        try:
            turned = np.asarray(op.contribution(position, g=op.g.swapaxes(-1, -2)), dtype=np.float64)
        except Exception:
            turned = c
        if turned.shape == c.shape and not np.array_equal(turned, c) and op.agrees(position, turned):
            return Mistake("transpose", "the rule turns the cotangent")
    for axis, shift in itertools.product(range(c.ndim), (1, -1)):
        if c.shape[axis] > 1 and _agrees_shifted(op, position, np.roll(c, -shift, axis), axis, shift):
            return Mistake("shifted index", f"by {shift} along axis {axis}")
    for axis in range(c.ndim):
        if c.shape[axis] > 1 and op.agrees(position, np.flip(c, axis)):
            return Mistake("shifted index", f"axis {axis} is in reverse order")
    return None


def _agrees_shifted(op: OpUnderTest, position: int, c: np.ndarray, axis: int, shift: int) -> bool:
    """Whether c is right, but for the elements that a shift without wrapping lost."""
    if op.agrees(position, c):
        return True
    if c.shape[axis] < 3:
        return False
    lost = (slice(None),) * axis + (-1 if shift > 0 else 0,)
    if np.any(c[lost] != 0):
        return False
    for d in op.directions(position):
        d[lost] = 0
        e, slope = op.slope(position, d), float(np.sum(c * d))
        if not abs(slope - e.value) <= 4 * e.bound + 1e-9 * float(np.sum(np.abs(c * d))):
            return False
    return True


def of_parts(op: OpUnderTest, position: int, c: np.ndarray, x: np.ndarray) -> Mistake | None:
    """Contributions of several parts of the output that are not added up, or added twice."""
    for part, where in _parts(op, position):
        if op.agrees(position, c, g=op.g * part):
            return Mistake("= for +=", f"only the contribution of {where} of the output is there; add them up")
        if op.agrees(position, c, g=op.g * (1 + part)):
            return Mistake("double accumulation", f"the contribution of {where} of the output is added twice")
        if op.agrees(position, c, g=op.g * (1 - part)):
            return Mistake("= for +=", f"the contribution of {where} of the output is missing")
    return None


def _parts(op: OpUnderTest, position: int) -> Iterator[tuple[np.ndarray, str]]:
    """Masks on the output: one end of each axis, and what a loop that overwrites would leave."""
    shape = np.shape(op.y)
    for axis, n in enumerate(shape):
        for i, name in ((-1, "the last place"), (0, "the first place")):
            mask = np.zeros(shape)
            mask[(slice(None),) * axis + (i,)] = 1
            if n > 1:
                yield mask, f"{name} along axis {axis}"
    sources = _sources(op, position)
    if sources is not None and len(np.unique(sources)) < sources.size:
        for order, name in ((slice(None, None, -1), "the last use of each element"), (slice(None), "its first use")):
            _, first = np.unique(sources.reshape(-1)[order], return_index=True)
            mask = np.zeros(sources.size)
            mask[order][first] = 1
            yield mask.reshape(shape), name


def _sources(op: OpUnderTest, position: int) -> np.ndarray | None:
    """For an op that only moves elements: which element of the argument each element of the output is."""
    x = np.asarray(op.arguments[position])
    if op.primitive.structure != "linear" or len(op.positions) != 1:
        return None
    arguments = list(op.arguments)
    arguments[position] = np.arange(1.0, x.size + 1).reshape(x.shape)
    try:
        moved = np.asarray(op.primitive.forward(*arguments, **op.keywords))
    except Exception:
        return None
    is_moving = np.array_equal(moved, np.rint(moved)) and moved.size and moved.min() >= 1 and moved.max() <= x.size
    return moved if is_moving else None
