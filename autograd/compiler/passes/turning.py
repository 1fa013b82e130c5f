"""For speed: matrices that lie as (features, batch) instead of (batch, features).

What is folded over the features, or differs from feature to feature, then runs along the batch, which is long: a
softmax over ten classes takes a third of the time. BLAS, too, is faster at `weight @ x.T` than at `x @ weight.T`.

    z = affine(x, weight, bias)        z = matmul(weight, transpose(x))
    h = tanh(z)                        z = add(z, column of bias)
                                       h = tanh(z)

A matrix is turned together with all that is computed from it element by element, and only if nobody minds: each reader
must be another such operation, a product, a fold, or one that looks at single elements.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from autograd.compiler.operations import ADD_IN_ROWS
from autograd.compiler.program import Equation, Program, Variable
from autograd.ops import elementwise as ew
from autograd.ops import linalg, reductions, shaping
from autograd.ops.indexing import pick

_PRODUCTS = {linalg.matmul, linalg.affine}
_FOLDS = {reductions.sum_, reductions.max_, reductions.min_}
# So many rows are a long inner loop, however many columns there are; so few are none.
LONG, SHORT = 64, 16


def turned(program: Program) -> Program:
    """The program with the matrices turned for which that pays."""
    turns = {x: _transposed(x) for x in _to_be_turned(program)}
    if not turns:
        return program
    for x, new in turns.items():
        new.of = turns.get(x.of, x.of) if x.of is not None else None
    turning = _Turning(turns)
    return program.with_equations(step for equation in program.equations for step in turning.steps(equation))


# --- which ---


def _to_be_turned(program: Program) -> list[Variable]:
    """Results of products, and what hangs together with them."""
    groups = _Groups()
    for x in (*program.inputs, *program.needed()):
        groups.refuse(x)
    for equation in program.equations:
        output = equation.output
        if equation.is_by_element or equation.primitive is ADD_IN_ROWS:
            for x in equation.reads():
                if x.shape == output.shape and x.ndim == 2:
                    groups.join(x, output)
        elif equation.primitive in _PRODUCTS and _is_product_of_matrices(equation):
            groups.wish(output)
        else:
            groups.refuse(output)
        if any(isinstance(x, np.ndarray) and x.ndim == 2 and 1 not in x.shape for x in equation.inputs):
            groups.refuse(output)
        for x in equation.reads():
            if not _may_read_turned(equation, x):
                groups.refuse(x)
    return [equation.output for equation in program.equations if groups.is_turned(equation.output)]


class _Groups:
    """Matrices that can only be turned together."""

    def __init__(self) -> None:
        self._parent: dict[Variable, Variable] = {}
        self._refused: set[Variable] = set()
        self._wished: set[Variable] = set()

    def _of(self, x: Variable) -> Variable:
        while x in self._parent:
            x = self._parent[x]
        return x

    def join(self, a: Variable, b: Variable) -> None:
        """Both, or none."""
        a, b = self._of(a), self._of(b)
        if a is not b:
            self._parent[a] = b
            for marked in (self._refused, self._wished):
                if a in marked:
                    marked.add(b)

    def refuse(self, x: Variable) -> None:
        """Not this one."""
        self._refused.add(self._of(x))

    def wish(self, x: Variable) -> None:
        """This one, if it can be."""
        if 1 not in x.shape and x.shape[0] >= max(min(x.shape[1], LONG), SHORT):
            self._wished.add(self._of(x))

    def is_turned(self, x: Variable) -> bool:
        """Whether that has been decided."""
        return x.ndim == 2 and self._of(x) in self._wished - self._refused


def _is_product_of_matrices(equation: Equation) -> bool:
    return all(isinstance(x, Variable) and x.ndim == 2 for x in equation.inputs[:2])


def _may_read_turned(equation: Equation, x: Variable) -> bool:
    """Whether an equation can read a matrix that was turned."""
    primitive, axis = equation.primitive, equation.keywords.get("axis")
    if primitive in _PRODUCTS:
        return _is_product_of_matrices(equation)
    if primitive in _FOLDS:
        return axis is None or (isinstance(axis, int) and equation.inputs == (x,))
    if primitive is shaping.transpose:
        return equation.keywords.get("axes") is None
    if primitive in (pick, ADD_IN_ROWS):
        return all(x is not y for y in equation.inputs[1:])
    return equation.is_by_element and equation.output.ndim == 2


# --- how ---


def _transposed(x: Variable) -> Variable:
    return Variable(x.shape[::-1], x.dtype, x.hint)


class _Turning:
    """The equations that take the place of one."""

    def __init__(self, turns: dict[Variable, Variable]) -> None:
        self._turns = turns
        self._made: list[Equation] = []

    def steps(self, equation: Equation) -> list[Equation]:
        """Of turned inputs if they are, with a turned result if it is."""
        self._made = []
        primitive, x = equation.primitive, equation.inputs[0] if equation.inputs else None
        if equation.output not in self._turns:
            if primitive is shaping.transpose and x in self._turns:  # it is what was wanted
                self._add(
                    equation, shaping.reshape, self._turns[x], output=equation.output, shape=equation.output.shape
                )
            elif primitive in _FOLDS and x in self._turns and equation.keywords.get("axis") is not None:
                self._fold(equation, self._turns[x])
            else:
                seen = {y: self._upright(equation, y) for y in dict.fromkeys(equation.reads()) if y in self._turns}
                self._made.append(equation.replaced(seen))
        elif primitive is linalg.affine:
            x, weight, bias = equation.inputs
            z = self._add(equation, linalg.matmul, self._upright(equation, weight), self._across(equation, x))
            self._add(equation, ew.add, z, self._spread(equation, bias), output=self._turns[equation.output])
        elif primitive is linalg.matmul:
            a, b = equation.inputs
            operands = self._across(equation, b), self._across(equation, a)
            self._add(equation, linalg.matmul, *operands, output=self._turns[equation.output])
        elif primitive is ADD_IN_ROWS:
            assert isinstance(x, Variable)
            keywords = {**equation.keywords, "is_turned": True}
            inputs = (self._turns[x], equation.inputs[1])
            self._made.append(replace(equation, inputs=inputs, keywords=keywords, output=self._turns[equation.output]))
        else:
            inputs = tuple(self._spread(equation, x) for x in equation.inputs)
            self._made.append(replace(equation, inputs=inputs, output=self._turns[equation.output]))
        return self._made

    def _add(
        self, equation: Equation, primitive: Any, *inputs: Any, output: Variable | None = None, **keywords: Any
    ) -> Variable:
        """One more step on the way to an equation's result."""
        if output is None:
            whole = self._turns[equation.output]
            output = Variable(whole.shape, whole.dtype, whole.hint, whole.of)
        self._made.append(replace(equation, primitive=primitive, inputs=inputs, keywords=keywords, output=output))
        return output

    def _view(
        self, equation: Equation, primitive: Any, x: Variable, form: tuple[int, ...], **keywords: Any
    ) -> Variable:
        view = Variable(form, x.dtype, x.hint)
        return self._add(equation, primitive, x, output=view, **keywords)

    def _upright(self, equation: Equation, x: Variable) -> Variable:
        """x as it was before anything was turned."""
        return self._view(equation, shaping.transpose, self._turns[x], x.shape) if x in self._turns else x

    def _across(self, equation: Equation, x: Variable) -> Variable:
        """The transpose of x."""
        return self._turns[x] if x in self._turns else self._view(equation, shaping.transpose, x, x.shape[::-1])

    def _spread(self, equation: Equation, x: Any) -> Any:
        """An operand that meets a turned matrix: a vector becomes a column, a column a row."""
        if isinstance(x, Variable) and x in self._turns:
            return self._turns[x]
        if not isinstance(x, Variable):
            return np.atleast_2d(x).T if np.ndim(x) else x
        if not x.ndim:
            return x
        shape = (x.shape if x.ndim == 2 else (1, *x.shape))[::-1]
        return self._view(equation, shaping.reshape, x, shape, shape=shape)

    def _fold(self, equation: Equation, x: Variable) -> None:
        """Along the other axis."""
        keywords = {**equation.keywords, "axis": 1 - equation.keywords["axis"] % 2}
        output = equation.output
        if output.ndim == 1:
            self._made.append(replace(equation, inputs=(x,), keywords=keywords))
        else:
            row = self._add(equation, equation.primitive, x, output=_transposed(output), **keywords)
            self._add(equation, shaping.reshape, row, output=output, shape=output.shape)
