"""For speed: ops of several steps taken apart, so that forward and backward share the steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from autograd.broadcasting import kept_shape
from autograd.compiler.program import Equation, Program, Variable
from autograd.ops import elementwise as ew
from autograd.ops import reductions, special
from autograd.primitives import Primitive

Step = tuple[Primitive, tuple[Any, ...], dict[str, Any]]


def expanded(program: Program) -> Program:
    """The program with composite operations as their steps."""
    equations: list[Equation] = []
    for equation in program.equations:
        expand = EXPANSIONS.get(equation.primitive)
        if expand in (_softmax, _log_softmax) and not equation.output.shape:  # of a single number: no axis to sum over
            expand = None
        equations.extend([equation] if expand is None else _Steps(equation).run(expand))
    return program.with_equations(equations)


class _Steps:
    """Makes the equations that stand for one; the last defines its output."""

    def __init__(self, equation: Equation) -> None:
        self.equation = equation
        self.made: list[Equation] = []

    def run(self, expand: Callable[..., None]) -> Iterator[Equation]:
        expand(self, *self.equation.inputs, **self.equation.keywords)
        *first, last = self.made
        yield from first
        yield replace(last, output=self.equation.output)

    def __call__(self, primitive: Primitive, *inputs: Any, **keywords: Any) -> Variable:
        output = self.equation.output
        shape = np.broadcast_shapes(*(np.shape(x) if not isinstance(x, Variable) else x.shape for x in inputs))
        if "axis" in keywords:
            axis, kept = keywords["axis"], keywords["keepdims"]
            all_kept = kept_shape(shape, axis)
            folded = range(len(shape)) if axis is None else np.atleast_1d(axis) % len(shape)
            shape = all_kept if kept else tuple(n for i, n in enumerate(shape) if i not in folded)
        result = Variable(shape, output.dtype, "y")
        self.made.append(replace(self.equation, primitive=primitive, inputs=inputs, keywords=keywords, output=result))
        return result

    def number(self, value: float) -> Any:
        return np.asarray(value, self.equation.output.dtype)


def _logistic_loss(steps: _Steps, x: Any, t: Any) -> None:
    _softplus(steps, x)
    steps(ew.subtract, steps.made[-1].output, steps(ew.multiply, x, t))


def _softplus(steps: _Steps, x: Any) -> None:
    if x.size < 128:
        steps(ew.logaddexp, steps.number(0), x)
        return
    e = steps(ew.exp, steps(ew.negative, steps(ew.absolute, x)))
    steps(ew.add, steps(ew.maximum, x, steps.number(0)), steps(ew.log1p, e))


def _log_softmax(steps: _Steps, x: Any, axis: int = -1) -> None:
    shifted = steps(ew.subtract, x, steps(reductions.max_, x, axis=axis, keepdims=True))
    total = steps(reductions.sum_, steps(ew.exp, shifted), axis=axis, keepdims=True)
    steps(ew.subtract, shifted, steps(ew.log, total))


def _softmax(steps: _Steps, x: Any, axis: int = -1) -> None:
    shifted = steps(ew.subtract, x, steps(reductions.max_, x, axis=axis, keepdims=True))
    e = steps(ew.exp, shifted)
    steps(ew.divide, e, steps(reductions.sum_, e, axis=axis, keepdims=True))


def _mean(steps: _Steps, x: Any, axis: Any = None, keepdims: bool = False) -> None:
    total = steps(reductions.sum_, x, axis=axis, keepdims=keepdims)
    steps(ew.divide, total, steps.number(x.size / max(total.size, 1)))


def _square(steps: _Steps, x: Any) -> None:
    steps(ew.multiply, x, x)


EXPANSIONS: dict[Primitive, Callable[..., None]] = {
    special.logistic_loss: _logistic_loss,
    ew.softplus: _softplus,
    special.log_softmax: _log_softmax,
    special.softmax: _softmax,
    reductions.mean: _mean,
    ew.square: _square,
}
