"""For speed: the same values from fewer or smaller operations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from autograd.compiler.operations import ADD_IN_ROWS
from autograd.compiler.passes.algebra import Definitions, defined, number, rewritten, split, spread_from
from autograd.compiler.program import Equation, Program, Variable
from autograd.ops import elementwise as ew
from autograd.ops import shaping
from autograd.ops.indexing import pick, place


def cheaper(program: Program) -> Program:
    """Each equation as cheap as the rules make it; a rule may give several for one."""
    program = split(program, (_exponential_of_logarithm, _factor_on_the_smaller, _placed_in_rows, _picked_first))
    return rewritten(program, (_common_subtrahend,))


def _common_subtrahend(equation: Equation, definitions: Definitions) -> Any:
    """(a - c) - (b - c) is a - b."""
    if equation.primitive is not ew.subtract:
        return None
    left, right = (defined(x, ew.subtract, definitions) for x in equation.inputs)
    if left is None or right is None or left.inputs[1] is not right.inputs[1]:
        return None
    a, b = left.inputs[0], right.inputs[0]
    same = all(
        isinstance(x, Variable) and (x.shape, x.dtype) == (equation.output.shape, equation.output.dtype) for x in (a, b)
    )
    return replace(equation, inputs=(a, b)) if same else None


def _exponential_of_logarithm(equation: Equation, definitions: Definitions) -> list[Equation] | None:
    """exp(a - log(b)) is exp(a) / b."""
    if equation.primitive is not ew.exp:
        return None
    difference = defined(equation.inputs[0], ew.subtract, definitions)
    logarithm = None if difference is None else defined(difference.inputs[1], ew.log, definitions)
    if difference is None or logarithm is None:
        return None
    a = difference.inputs[0]
    if not isinstance(a, Variable) or a.dtype != equation.output.dtype:
        return None
    e = Variable(a.shape, a.dtype, "y")
    return [
        replace(equation, inputs=(a,), output=e),
        replace(equation, primitive=ew.divide, inputs=(e, logarithm.inputs[0])),
    ]


def _factor_on_the_smaller(equation: Equation, definitions: Definitions) -> list[Equation] | None:
    """c (a / b) is a (c / b), and -(a b) is a (-b), where b is smaller than a."""
    if equation.primitive is ew.negative:
        product = defined(equation.inputs[0], ew.multiply, definitions)
        for a, b in () if product is None else (product.inputs, product.inputs[::-1]):
            if isinstance(a, Variable) and isinstance(b, Variable) and b.size < a.size == equation.output.size:
                small = Variable(b.shape, b.dtype, "q")
                return [
                    replace(equation, inputs=(b,), output=small),
                    replace(equation, primitive=ew.multiply, inputs=(a, small)),
                ]
        return None
    if equation.primitive is not ew.multiply:
        return None
    for x, c in (equation.inputs, equation.inputs[::-1]):
        quotient = defined(x, ew.divide, definitions)
        if quotient is None or number(c) is None or not isinstance(b := quotient.inputs[1], Variable):
            continue
        if b.size < x.size and b.dtype == x.dtype == equation.output.dtype:
            small = Variable(b.shape, b.dtype, "q")
            return [
                replace(equation, primitive=ew.divide, inputs=(c, b), output=small),
                replace(equation, inputs=(quotient.inputs[0], small)),
            ]
    return None


def _picked_first(equation: Equation, definitions: Definitions) -> list[Equation] | None:
    """One element of each row of a - b, where b is a column: that of a, minus the column."""
    if equation.primitive is not pick:
        return None
    difference = defined(equation.inputs[0], ew.subtract, definitions)
    a, b = (None, None) if difference is None else difference.inputs
    if not isinstance(a, Variable) or not isinstance(b, Variable) or b.shape != (a.shape[0], 1) or a.shape == b.shape:
        return None
    picked, column = Variable(equation.output.shape, a.dtype, "y"), Variable(equation.output.shape, b.dtype, "y")
    return [
        replace(equation, inputs=(a,), output=picked),
        replace(equation, primitive=shaping.reshape, inputs=(b,), keywords={"shape": column.shape}, output=column),
        replace(equation, primitive=ew.subtract, inputs=(picked, column), keywords={}),
    ]


def _placed_in_rows(equation: Equation, definitions: Definitions) -> list[Equation] | None:
    """Zeros with u[i] at [i, index[i]], plus or minus x: x or -x, with u added there."""
    if equation.primitive not in (ew.add, ew.subtract):
        return None
    placed = defined(equation.inputs[0], place, definitions)
    x = equation.inputs[1]
    if placed is None or not isinstance(x, Variable) or x.shape != equation.output.shape:
        return None
    added = placed.inputs[0]
    if isinstance(added, Variable) and number(source := spread_from(added, definitions)) is not None:
        added = source
    keywords = {"index": placed.keywords["index"]}
    if equation.primitive is ew.add:
        return [replace(equation, primitive=ADD_IN_ROWS, inputs=(x, added), keywords=keywords)]
    negated = Variable(x.shape, x.dtype, "r")
    return [
        replace(equation, primitive=ew.negative, inputs=(x,), output=negated),
        replace(equation, primitive=ADD_IN_ROWS, inputs=(negated, added), keywords=keywords),
    ]
