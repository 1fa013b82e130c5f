"""What kind of mistake a wrong rule makes: each hypothesis says what the rule would have to give, and slopes decide.

A hypothesis either mends the contribution ("turn its sign": is -c right?) or explains it ("it forgot all but the last
row": is c right for the cotangent of that row alone?). Each is tried along a few directions, so large arrays cost no
more than small ones. The first that holds is named.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.checking.factors import named_factor, of_factor, of_precision
from autograd.checking.findings import Mistake
from autograd.checking.misplaced import of_order, of_parts
from autograd.checking.op_under_test import ComplexOpUnderTest, OpUnderTest, inner, summed


def diagnose(op: OpUnderTest, position: int) -> Mistake:
    """The mistake in the rule of an op for one argument."""
    try:
        raw = op.contribution(position)
    except Exception as error:
        return Mistake("raises", f"{type(error).__name__}: {error}")
    if raw is None:
        return Mistake("None", "the rule returns nothing; a lambda, or a `return`, is missing")
    if not hasattr(raw, "shape"):
        return Mistake("not an array", f"the rule returns {raw!r}")
    x = np.asarray(op.arguments[position])
    if raw.shape != x.shape and op.primitive.is_elementwise:
        raw = summed(raw, x.shape)
    c = np.asarray(raw)
    if c.shape != x.shape:
        return _of_shape(op, position, c, x)
    if isinstance(op, ComplexOpUnderTest):
        return _of_complex(op, position, c if x.dtype.kind == "c" else c.real)
    c = c.astype(np.float64)
    for look in (_of_values, _of_cotangent, of_factor, of_precision, of_order, of_parts, _of_arguments):
        if (mistake := look(op, position, c, x)) is not None:
            return mistake
    return _of_places(op, position, c)


def _of_shape(op: OpUnderTest, position: int, c: np.ndarray, x: np.ndarray) -> Mistake:
    shapes = f"shape {c.shape} for an argument of shape {x.shape}"
    if op.agrees(position, summed(c, x.shape)):
        return Mistake("missing unbroadcast sum", f"{shapes}; sum over the axes that were stretched")
    if c.ndim > x.ndim and op.agrees(position, c.sum(axis=tuple(range(c.ndim - x.ndim))).reshape(x.shape)):
        return Mistake("missing unbroadcast sum", f"{shapes}; sum over the leading axes")
    for axes in itertools.permutations(range(c.ndim)) if 1 < c.ndim < 5 else ():
        if c.transpose(axes).shape == x.shape and op.agrees(position, c.transpose(axes)):
            return Mistake("transpose", f"{shapes}; its axes must be {axes}")
    return Mistake("wrong shape", shapes)


def _of_values(op: OpUnderTest, position: int, c: np.ndarray, x: np.ndarray) -> Mistake | None:
    if not np.isfinite(c).all():
        return Mistake("not a number", f"{int((~np.isfinite(c)).sum())} of {c.size} elements are not finite")
    if not c.any():
        return Mistake("zero", "the rule gives zero everywhere")
    return None


def _of_complex(op: ComplexOpUnderTest, position: int, c: np.ndarray) -> Mistake:
    """The few mistakes that one makes with complex numbers, and those of any op."""
    if (mistake := _of_values(op, position, c, np.asarray(op.arguments[position]))) is not None:
        return mistake
    if op.agrees(position, -c):
        return Mistake("sign", "the rule gives minus the derivative")
    if op.agrees(position, np.conj(c)):
        return Mistake("missing conjugate", "the rule gives the conjugate of dL/da + i dL/db")
    values = list(map(np.conj, op.arguments))
    with contextlib.suppress(Exception):
        if op.agrees(position, summed(op.contribution(position, y=np.conj(op.y), arguments=values), c.shape)):
            return Mistake("missing conjugate", "the rule is to be taken at conj(y) and conj(x)")
    ratios = [inner(c, d) / op.slope(position, d).value for d in op.directions(position)]
    if op.agrees(position, c / ratios[0]):
        return Mistake("constant factor", f"the rule gives {ratios[0]:.7g} times the derivative")
    return Mistake("another function", "the rule is not the derivative of the op's forward")


def _of_cotangent(op: OpUnderTest, position: int, c: np.ndarray, x: np.ndarray) -> Mistake | None:
    """A rule is linear in g."""
    try:
        doubled = np.asarray(op.contribution(position, g=2 * op.g), dtype=np.float64)
        other = np.asarray(op.contribution(position, g=np.ones_like(op.g)), dtype=np.float64)
    except Exception:
        return None
    doubled, other = (summed(part, x.shape) for part in (doubled, other))
    if np.array_equal(doubled, c) and np.array_equal(other, c):
        return Mistake("cotangent ignored", "the rule gives the same whatever g is; multiply by g")
    if not np.allclose(doubled, 2 * c, rtol=1e-6, atol=1e-12 * float(np.abs(c).max())):
        return Mistake("not linear in the cotangent", "twice the cotangent does not give twice the contribution")
    return None


def _of_arguments(op: OpUnderTest, position: int, c: np.ndarray, x: np.ndarray) -> Mistake | None:
    """Right maths on wrong values: the rule is called with others in their places."""

    def gives(y: Any, arguments: list[Any]) -> np.ndarray | None:
        try:
            raw = np.asarray(op.contribution(position, y=y, arguments=arguments), dtype=np.float64)
        except Exception:
            return None
        raw = summed(raw, x.shape)
        return raw if raw.shape == x.shape else None

    mine = list(op.arguments)
    if np.shape(op.y) == x.shape and x.dtype.kind == "f":
        for y, swapped, text in (
            (op.arguments[position], mine, "the argument where the output is meant"),
            (op.y, [*mine[:position], op.y, *mine[position + 1 :]], "the argument where the output is meant"),
            (op.arguments[position], [*mine[:position], op.arguments[position], *mine[position + 1 :]], "the output"),
        ):
            found = gives(y, swapped)
            if found is not None and not np.array_equal(found, c) and op.agrees(position, found):
                return Mistake("wrong operand", f"the rule uses {text}")
    for other in range(len(mine)):
        if other != position and np.shape(mine[other]) == x.shape:
            swapped = list(mine)
            swapped[other], swapped[position] = mine[position], mine[other]
            found = gives(op.y, swapped)
            if found is not None and not np.array_equal(found, c) and op.agrees(position, found):
                return Mistake("wrong operand", f"arguments {position} and {other} are confused")
    if _is_stale(op, gives, c):
        return Mistake("stale value", "the rule gives the same for other arguments, though the derivative changes")
    return None


def _is_stale(op: OpUnderTest, gives: Callable[..., Any], c: np.ndarray) -> bool:
    """Whether the rule takes no notice of its arguments."""
    moved = [
        np.asarray(a) * 1.0625 if i in op.positions and np.asarray(a).dtype.kind == "f" else a
        for i, a in enumerate(op.arguments)
    ]
    try:
        with np.errstate(all="ignore"):
            y = op.primitive.forward(*moved, **op.keywords)
    except Exception:
        return False
    found = gives(y, moved)
    return found is not None and np.array_equal(found, c)


def _of_places(op: OpUnderTest, position: int, c: np.ndarray) -> Mistake:
    """Some elements right and some wrong, or a factor that varies."""
    if op.primitive.is_elementwise and np.shape(op.y) == c.shape and c.size:
        true = np.array([op.slope(position, _unit(c.shape, i)).value for i in range(min(c.size, 64))])
        mine = c.reshape(-1)[: len(true)]
        with np.errstate(all="ignore"):
            ratio = true / mine
        x, y = (np.asarray(v, float).reshape(-1)[: len(true)] for v in (op.arguments[position], op.y))
        if name := named_factor(ratio, x, y):
            return Mistake("missing factor", name)
        wrong = ~np.isclose(mine, true, rtol=1e-7, atol=1e-12)
        if wrong.any() and not wrong.all():
            first = [int(i) for i in np.unravel_index(int(np.argmax(wrong)), c.shape)]
            return Mistake("wrong at some elements", f"{int(wrong.sum())} of {len(true)}, the first at {first}")
    return Mistake("another function", "the rule is not the derivative of the op's forward")


def _unit(shape: tuple[int, ...], i: int) -> np.ndarray:
    d = np.zeros(shape)
    d.flat[i] = 1.0
    return d
