"""What is wrong with a gradient that the user derived by hand: compared as arrays, and with gradients one mistake away.

Where f runs on Tensors, the engine has the right gradient, and can also compute what comes out if one step of
backpropagation is left out, turned round or done twice. If the user's gradient is a constant times that, the step is
named: `dZ2 = A2 - Y`, used with mean squared error after a sigmoid, leaves out sigmoid's y (1 - y).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograd.checking.backpropagation import Alter, backward
from autograd.checking.factors import named_factor
from autograd.checking.findings import Mistake
from autograd.checking.tape import Tape
from autograd.graph import Node
from autograd.replay import contributions, plain

Arrays = Sequence[np.ndarray]

_MOST_OPS = 200
_LONGEST_CHAIN = 6  # such as 1 / (1 + exp(-x)), of four
_CLOSE = 1e-6


def diagnose_given(given: Arrays, true: Arrays, tape: Tape | None, weights: np.ndarray) -> Mistake | None:
    """The mistake in a gradient, given the right one; None if none of those known explains it."""
    given = [np.asarray(g, dtype=np.float64) for g in given]
    wrong = [k for k, (g, t) in enumerate(zip(given, true, strict=True)) if not _close(g, t, 1e-10)]
    if not wrong:
        return None
    sizes = sorted({n for t in true for n in (t.size, *t.shape) if n > 1})
    if all(not given[k].any() for k in wrong):
        return Mistake("zero", "the given gradient is zero")
    if any(not np.isfinite(given[k]).all() for k in wrong):
        return Mistake("not a number", "the given gradient is not finite")
    if tape is not None:
        sizes = sorted({*sizes, *(n for node in tape.ops for n in (np.size(node.output), *np.shape(node.output)))})
    k = _ratio([given[k] for k in wrong], [true[k] for k in wrong])
    if k is not None and abs(k - 1) > _CLOSE:
        return Mistake("sign") if abs(k + 1) < _CLOSE else Mistake("constant factor", named_constant(k, sizes))
    if all(_close(given[k], true[k], 1e-3) and _is_narrow(given[k]) for k in wrong):
        return Mistake("precision loss", "right to float32 or float16 only")
    if all(given[k].ndim == 2 and given[k].shape == true[k].T.shape and _close(given[k], true[k].T) for k in wrong):
        return Mistake("transpose")
    for axis, shift in ((a, s) for a in range(max(given[k].ndim for k in wrong)) for s in (1, -1)):
        if all(given[k].ndim > axis and _close(np.roll(given[k], -shift, axis), true[k]) for k in wrong):
            return Mistake("shifted index", f"by {shift} along axis {axis}")
    return None if tape is None else _of_one_step(given, wrong, tape, weights, sizes)


def _of_one_step(given: Arrays, wrong: list[int], tape: Tape, weights: np.ndarray, sizes: list[int]) -> Mistake | None:
    """The step of backpropagation whose change gives the user's gradient up to a constant."""
    for node in reversed(tape.ops[-_MOST_OPS:]):
        for kind, detail, alter in _changes(node):
            try:
                changed = backward(tape, weights, alter)
            except Exception:
                continue
            k = _ratio([given[i] for i in wrong], [changed[i] for i in wrong])
            if k is not None:
                constant = "" if abs(k - 1) < _CLOSE else f", and the constant {named_constant(1 / k, sizes)}"
                return Mistake(kind, f"{detail} ({node.location}){constant}")
    return None


def _changes(node: Node) -> Iterator[tuple[str, str, Alter]]:
    """Mistakes that one may make at one op."""
    yield from _missing_factors(node)
    name = node.primitive.name
    for text, factor, kind in (("left out", 0.0, "= for +="), ("taken twice", 2.0, "double accumulation"),
                               ("of the wrong sign", -1.0, "sign")):  # fmt: skip
        yield kind, f"what flows through {name} is {text}", _scaled(node, factor)


def _missing_factors(node: Node) -> Iterator[tuple[str, str, Alter]]:
    """The derivative of an elementwise op left out, or of some in a row, as 1 / (1 + exp(-x)); the longest first."""
    found: list[tuple[str, str, Alter]] = []
    chain: list[Node] = []
    slope: Any = 1.0
    x = node
    while (before := _elementwise_input(x)) is not None and len(chain) < _LONGEST_CHAIN:
        chain.append(x)
        slope = slope * np.asarray(contributions(x, np.ones(np.shape(x.output))[()])[0][1])
        x = before
        written = "x"
        for op in reversed(chain):
            written = f"{op.primitive.name}({written})"
        formula = named_factor(*(np.asarray(v, dtype=np.float64).reshape(-1) for v in (slope, plain(x), plain(node))))
        if formula or len(chain) == 1:
            formula = formula or f"the derivative of {node.primitive.name}"
            found.append(("missing factor", f"{formula}, from y = {written}", _without(chain)))
    yield from reversed(found)


def _elementwise_input(node: Node) -> Node | None:
    """The one input that an elementwise op has, where it has its shape."""
    inputs = [x for x in node.inputs if type(x) is Node and x.requires_grad]
    if node.primitive is None or not node.primitive.is_elementwise or len(inputs) != 1:
        return None
    return inputs[0] if np.shape(inputs[0].output) == np.shape(node.output) else None


def _without(chain: list[Node]) -> Alter:
    """A pass in which these operations hand on what they get."""
    skipped = set(chain)
    return lambda op, g, c: g if op in skipped else c


def _scaled(node: Node, factor: float) -> Alter:
    return lambda op, g, c: factor * c if op is node else c


def named_constant(k: float, sizes: Sequence[int]) -> str:
    """A constant as one would write it: 2/N where N is the size of something."""
    for n in sorted(sizes, reverse=True):
        for times in (1, 2, -1, -2):
            if abs(k * n / times - 1) < _CLOSE:
                return f"{times}/{n} ({times}/N, N = {n})"
            if abs(k / (n * times) - 1) < _CLOSE:
                return f"{n * times} ({'' if times == 1 else times}N, N = {n})"
    return f"{k:.7g}"


def _ratio(a: Arrays, b: Arrays) -> float | None:
    """The constant k with a = k b; None if there is none."""
    x, y = (np.concatenate([np.ravel(part) for part in parts]) for parts in (a, b))
    norm = float(np.dot(y, y))
    k = float(np.dot(x, y)) / norm if norm > 0 and x.shape == y.shape else 0.0
    return k if k and _close(x, k * y) else None


def _close(a: np.ndarray, b: np.ndarray, within: float = _CLOSE) -> bool:
    return a.shape == b.shape and bool(np.abs(a - b).max(initial=0.0) <= within * np.abs(b).max(initial=0.0))


def _is_narrow(g: np.ndarray) -> bool:
    return bool(np.array_equal(g.astype(np.float32), g))
