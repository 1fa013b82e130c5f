"""The numbers of a program: what is computed from what, with long sums as one step, and how deep each lies.

A program that was recorded from scalar Tensors has an equation for every product and every sum. Here it becomes a
graph whose nodes, `Number`, can be sorted into groups that do the same on the same level.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.compiler.operations import DRAW
from autograd.compiler.program import Equation, Program, Variable, is_number
from autograd.ops import elementwise as ew
from autograd.ops import nondifferentiable
from autograd.primitives import Primitive

COMMUTATIVE = (ew.add, ew.multiply)
_BY_ELEMENT = (nondifferentiable.share, nondifferentiable.taken)  # though they are no ufuncs


@dataclass(eq=False, slots=True)
class Number:
    """A value of the program: an input, a constant, or the result of an equation on other numbers.

    Only some can be put into arrays with others, `is_scalar`: any other equation's result is a Number, too, so that
    the order of the equations can be told. A sum has all its terms as operands.
    """

    order: int  # of making; a constant's place among the constants
    variable: Variable | None = None  # None: a constant
    equation: Equation | None = None  # None: an input, or a constant
    operands: tuple[Number, ...] = ()
    value: Any = None  # a constant's
    is_scalar: bool = False
    phase: int = 0  # counts the sections of the program: forward, backward, ...
    level: int = 0  # steps from the inputs
    uses: int = 0
    kind: int = -1  # numbers of one kind can be computed together
    array: Variable | None = None  # where it lies, if in an array, and ...
    position: int = 0  # ... at which place, in C order

    @property
    def is_sum(self) -> bool:
        """Whether the operands are terms, three or more."""
        return self.equation is not None and self.equation.primitive is ew.add and len(self.operands) > 2

    @property
    def primitive(self) -> Primitive:
        """The operation."""
        assert self.equation is not None
        return self.equation.primitive


class ScalarGraph:
    """The numbers of a program; equal operations on equal numbers are one."""

    def __init__(self, program: Program) -> None:
        self.of: dict[Variable, Number] = {}
        self.inputs = [self._input(x) for x in program.inputs]
        self._constants: dict[Any, Number] = {}
        results = self._results(program.equations)
        self.leaving = dict.fromkeys(self.of[x] for x in (*program.outputs, *(new for _, new in program.writes)))
        self.results = _with_long_sums(results, self.leaving)
        self._find_levels()

    def _input(self, x: Variable) -> Number:
        number = self.of[x] = Number(len(self.of), x, is_scalar=not x.shape and x.dtype.kind == "f")
        return number

    def _constant(self, x: Any, beside: tuple[Any, ...]) -> Number:
        if type(x) is np.ndarray:
            x = x[()]
        if type(x) is np.float64 and all(y.dtype == np.float64 for y in beside if type(y) is Variable):
            x = float(x)  # so that the constants of forward and backward pass are the same
        key = (type(x), getattr(x, "dtype", None), repr(x))
        if key not in self._constants:
            self._constants[key] = Number(len(self._constants), value=x, is_scalar=True)
        return self._constants[key]

    def _results(self, equations: Iterable[Equation]) -> list[Number]:
        """A number for each equation that is not the same as an earlier one."""
        of = self.of
        known: dict[Any, Number] = {}
        results = []
        phase, section = 0, None
        for order, equation in enumerate(equations, len(of)):
            if equation.section != section:
                phase, section = phase + 1, equation.section
            is_scalar = _is_scalar(equation)
            if is_scalar:
                inputs = equation.inputs
                operands = tuple([of[x] if type(x) is Variable else self._constant(x, inputs) for x in inputs])
                ordered = operands
                if equation.primitive in COMMUTATIVE and operands[0].order > operands[1].order:
                    ordered = operands[::-1]
                key = (equation.primitive, phase, *ordered)
                if key in known:
                    of[equation.output] = known[key]
                    continue
            else:
                operands = tuple(of[x] for x in equation.reads())
            number = Number(order, equation.output, equation, operands, is_scalar=is_scalar, phase=phase)
            of[equation.output] = number
            if is_scalar:
                known[key] = number
            for x in operands:
                x.uses += 1
            results.append(number)
        return results

    def _find_levels(self) -> None:
        drawn = 0
        for number in self.results:
            number.level = 1 + max((x.level for x in number.operands if x.phase == number.phase), default=0)
            if number.primitive is DRAW:  # draws keep their order
                number.level = drawn = max(number.level, drawn + 1)


def _is_scalar(equation: Equation) -> bool:
    """Whether an equation is an operation on single numbers that NumPy does on arrays of them as well."""
    if equation.output.shape or equation.keywords:
        return False
    if not (equation.is_by_element or equation.primitive in _BY_ELEMENT):
        return False
    return all(not x.shape if type(x) is Variable else is_number(x) for x in equation.inputs)


def _with_long_sums(results: list[Number], leaving: dict[Number, None]) -> list[Number]:
    """The results, with each tree of additions that nothing else reads as one sum of all its terms."""
    inner = set()
    for number in results:
        if _is_plain_sum(number):
            for x in number.operands:
                if x.uses == 1 and x.phase == number.phase and x not in leaving and _is_plain_sum(x):
                    inner.add(x)
    kept = []
    for number in results:
        if number in inner:
            continue
        if _is_plain_sum(number):
            number.operands = _terms(number, inner)
        kept.append(number)
    return kept


def _is_plain_sum(x: Number) -> bool:
    """Whether x is the sum of two numbers of its own dtype, so that more can be added up in any order."""
    if not x.is_scalar or x.variable is None or x.equation is None or x.primitive is not ew.add:
        return False
    dtype = x.variable.dtype
    dtypes = (getattr(y.value, "dtype", dtype) if y.variable is None else y.variable.dtype for y in x.operands)
    return dtype.kind in "fc" and all(d == dtype for d in dtypes)


def _terms(number: Number, inner: set[Number]) -> tuple[Number, ...]:
    """What is added up, first to last; zeros are left out."""
    terms = []
    stack = list(reversed(number.operands))
    while stack:
        x = stack.pop()
        if x in inner:
            stack.extend(reversed(x.operands))
        else:
            terms.append(x)
    if len(terms) < 3:
        return number.operands
    kept = [x for x in terms if x.variable is not None or x.value != 0]
    return tuple(kept) if len(kept) > 2 else tuple(terms)
