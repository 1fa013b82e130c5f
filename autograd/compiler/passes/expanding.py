"""For speed: ops of several steps taken apart, so that forward and backward share the steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.broadcasting import kept_shape
from autograd.compiler.passes.replacing import Replacement
from autograd.compiler.program import Equation, Program, Variable
from autograd.ops import elementwise as ew
from autograd.ops import reductions, special
from autograd.primitives import Primitive


def expanded(program: Program) -> Program:
    """The program with composite operations as their steps."""
    equations: list[Equation] = []
    for equation in program.equations:
        expand = EXPANSIONS.get(equation.primitive)
        if expand in (_softmax, _log_softmax) and not equation.output.shape:  # of a single number: no axis to sum over
            expand = None
        equations.extend([equation] if expand is None else _Steps(equation).run(expand))
    return program.with_equations(equations)


class _Steps(Replacement):
    """Finds out the shape of each step."""

    def run(self, expand: Callable[..., Any]) -> list[Equation]:
        """The steps that a function makes of the equation."""
        expand(self, *self._equation.inputs, **self._equation.keywords)
        return self.equations()

    def __call__(self, primitive: Primitive, *inputs: Any, **keywords: Any) -> Variable:
        shape = np.broadcast_shapes(*map(np.shape, inputs))
        if "axis" in keywords:
            axis, kept = keywords["axis"], keywords["keepdims"]
            folded = range(len(shape)) if axis is None else np.atleast_1d(axis) % len(shape)
            whole = kept_shape(shape, axis)
            shape = whole if kept else tuple(n for i, n in enumerate(shape) if i not in folded)
        return self.step(primitive, *inputs, shape=shape, **keywords)

    def number(self, value: float) -> Any:
        return np.asarray(value, self._equation.output.dtype)


def _logistic_loss(steps: _Steps, x: Any, t: Any) -> None:
    steps(ew.subtract, _softplus(steps, x), steps(ew.multiply, x, t))


def _softplus(steps: _Steps, x: Any) -> Variable:
    if x.size < 128:
        return steps(ew.logaddexp, steps.number(0), x)
    e = steps(ew.exp, steps(ew.negative, steps(ew.absolute, x)))
    return steps(ew.add, steps(ew.maximum, x, steps.number(0)), steps(ew.log1p, e))


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


EXPANSIONS: dict[Primitive, Callable[..., Any]] = {
    special.logistic_loss: _logistic_loss,
    ew.softplus: _softplus,
    special.log_softmax: _log_softmax,
    special.softmax: _softmax,
    reductions.mean: _mean,
    ew.square: _square,
}
