"""What kind of mistake a wrong rule makes: each hypothesis says what the rule would have to give, and slopes decide.

A hypothesis either mends the contribution ("turn its sign": is -c right?) or explains it ("it forgot all but the last
row": is c right for the cotangent of that row alone?). Each is tried along a few directions, so large arrays cost no
more than small ones. The first that holds is named.
"""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograd.checking.blame import ComplexOpUnderTest, OpUnderTest, inner, summed
from autograd.checking.findings import Mistake


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
    for look in (_of_values, _of_cotangent, _of_factor, _of_precision, _of_order, _of_parts, _of_arguments):
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


def _of_factor(op: OpUnderTest, position: int, c: np.ndarray, x: np.ndarray) -> Mistake | None:
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


def _of_precision(op: OpUnderTest, position: int, c: np.ndarray, x: np.ndarray) -> Mistake | None:
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


def _of_order(op: OpUnderTest, position: int, c: np.ndarray, x: np.ndarray) -> Mistake | None:
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


def _of_parts(op: OpUnderTest, position: int, c: np.ndarray, x: np.ndarray) -> Mistake | None:
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


def _unit(shape: tuple[int, ...], i: int) -> np.ndarray:
    d = np.zeros(shape)
    d.flat[i] = 1.0
    return d
