"""Algebra: equations replaced by simpler ones with the same value.

A rule looks at one equation and at the equations that define its inputs. It returns another equation, or the variable
or number that the result equals, or None where it has nothing to say. The first one that speaks is followed, until none
does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from autograd.compiler.program import Equation, Program, Variable
from autograd.ops import elementwise as ew
from autograd.ops import linalg, reductions, shaping
from autograd.ops.indexing import place
from autograd.primitives import REGISTRY

Definitions = dict[Variable, Equation]
Rule = Callable[[Equation, Definitions], Any]

_zeros_like, _ones_like = REGISTRY[np.zeros_like], REGISTRY[np.ones_like]


def algebra(program: Program) -> Program:
    """Each equation as simple as the rules make it."""
    return split(rewritten(program, RULES), (negative_factors,))


def split(program: Program, rules: tuple[Callable[[Equation, Definitions], list[Equation] | None], ...]) -> Program:
    """The rules that need a result between: one equation becomes several, the last with its output."""
    definitions: Definitions = {}
    equations: list[Equation] = []
    for equation in program.equations:
        found = next((steps for rule in rules if (steps := rule(equation, definitions)) is not None), [equation])
        definitions.update((step.output, step) for step in found)
        equations += found
    return program.with_equations(equations)


def rewritten(program: Program, rules: tuple[Rule, ...]) -> Program:
    """The rules followed at each equation, until none has anything to say."""
    definitions: Definitions = {}
    mapping: dict[Variable, Any] = {}
    kept = []
    fixed = program.needed()
    # A copy of an input that is overwritten stays where views are taken of it: a view of the input would change.
    overwritten = program.overwritten()
    viewed = {x for one in program.equations if one.is_view for x in one.inputs[:1] if isinstance(x, Variable)}
    for original in program.equations:
        result: Any = original.replaced(mapping)
        for _ in range(20):
            simpler = next((s for rule in rules if (s := rule(result, definitions)) is not None), None)
            if simpler is None:
                break
            result = simpler
            if not isinstance(result, Equation):
                break
        output = original.output
        if isinstance(result, Equation):
            definitions[output] = result
            kept.append(result)
        elif isinstance(result, Variable) and not (
            (result in program.inputs and output in fixed) or (result in overwritten and output in viewed)
        ):
            mapping[output] = result
            maker = definitions.get(result)
            if maker is not None and maker.section == original.section and result.of is None:
                result.of = None if result in program.names else output.of
        elif not isinstance(result, Variable) and output not in fixed:
            mapping[output] = result
        else:
            definitions[output] = original.replaced(mapping)
            kept.append(definitions[output])
    return program.with_equations(kept, mapping)


# --- looking at inputs ---


def number(x: Any) -> float | None:
    """A constant number; None for variables and arrays."""
    if isinstance(x, Variable):
        return None
    if isinstance(x, float | int) and not isinstance(x, bool):
        return float(x)
    if isinstance(x, np.ndarray | np.generic) and x.ndim == 0 and x.dtype.kind in "fiu":
        return float(x)
    return None


def defined(x: Any, primitive: Any, definitions: Definitions) -> Equation | None:
    equation = definitions.get(x) if isinstance(x, Variable) else None
    return equation if equation is not None and equation.primitive is primitive else None


def _same(x: Any, output: Variable) -> bool:
    """Whether x has the form of the output, so that it can take its place."""
    return isinstance(x, Variable) and x.shape == output.shape and x.dtype == output.dtype


def constant(value: float, equation: Equation) -> Any:
    return np.asarray(value, equation.output.dtype)


# --- rules ---


def constants_folded(equation: Equation, definitions: Definitions) -> Any:
    """An operation on numbers alone is a number."""
    if not equation.primitive.is_elementwise or equation.keywords or any(number(x) is None for x in equation.inputs):
        return None
    with np.errstate(all="ignore"):
        return np.asarray(equation.primitive.forward(*map(np.asarray, equation.inputs)), equation.output.dtype)


def neutral_numbers(equation: Equation, definitions: Definitions) -> Any:
    """x * 1, x / 1, x + 0, x - 0, x ** 1; +x."""
    primitive, inputs, output = equation.primitive, equation.inputs, equation.output
    if primitive in (ew.multiply, ew.add):
        neutral = 1 if primitive is ew.multiply else 0
        for x, c in (inputs, inputs[::-1]):
            if number(c) == neutral and _same(x, output):
                return x
    if primitive in (ew.divide, ew.subtract, ew.power):
        x, c = inputs
        if number(c) == (0 if primitive is ew.subtract else 1) and _same(x, output):
            return x
    if primitive is ew.positive and isinstance(inputs[0], Variable):
        return inputs[0]
    return None


def numbers_together(equation: Equation, definitions: Definitions) -> Any:
    """c * (d * x) is (c d) * x, and so with a sign or a divisor in place of one number."""
    if equation.output.dtype.kind != "f" or (found := _scaled(equation, definitions)) is None:
        return None
    c, x = found
    if not isinstance(x, Variable) or (inner := definitions.get(x)) is None or x.dtype != equation.output.dtype:
        return None
    deeper = _scaled(inner, definitions)
    if deeper is None or not _same(deeper[1], equation.output):
        return None
    if c == 1 or deeper[0] == 1:
        return None
    factor = c * deeper[0]
    if factor == -1:
        return replace(equation, primitive=ew.negative, inputs=(deeper[1],))
    if equation.primitive is ew.negative and inner.primitive is ew.divide:
        return replace(equation, primitive=ew.divide, inputs=(deeper[1], constant(1 / factor, equation)))
    if factor == 1:
        return deeper[1]
    return replace(equation, primitive=ew.multiply, inputs=(constant(factor, equation), deeper[1]))


def _scaled(equation: Equation, definitions: Definitions) -> tuple[float, Any] | None:
    """(c, x) of c * x, x / (1 / c) and -x."""
    if equation.primitive is ew.negative:
        return -1.0, equation.inputs[0]
    if equation.primitive is ew.multiply:
        for x, c in (equation.inputs, equation.inputs[::-1]):
            if (value := number(c)) is not None:
                return value, x
    if equation.primitive is ew.divide and (value := number(equation.inputs[1])):
        return 1 / value, equation.inputs[0]
    return None


def signs(equation: Equation, definitions: Definitions) -> Any:
    """a + (-b) is a - b; a - (-b) is a + b; -(c / a) is (-c) / a."""
    if equation.primitive is ew.negative:
        quotient = defined(equation.inputs[0], ew.divide, definitions)
        if quotient is not None and (value := number(quotient.inputs[0])) is not None:
            return replace(quotient, inputs=(constant(-value, equation), quotient.inputs[1]), output=equation.output)
    if equation.primitive in (ew.add, ew.subtract):
        a, b = equation.inputs
        if (negated := defined(b, ew.negative, definitions)) is not None:
            other = ew.subtract if equation.primitive is ew.add else ew.add
            return replace(equation, primitive=other, inputs=(a, negated.inputs[0]))
    return None


def negative_factors(equation: Equation, definitions: Definitions) -> list[Equation] | None:
    """a - (-2) x is a + 2 x, and a + (-2) x is a - 2 x."""
    if equation.primitive not in (ew.add, ew.subtract):
        return None
    a, b = equation.inputs
    product = defined(b, ew.multiply, definitions)
    if product is None:
        return None
    for x, c in (product.inputs, product.inputs[::-1]):
        if (value := number(c)) is not None and value < 0 and isinstance(x, Variable) and x.dtype == b.dtype:
            scaled = Variable(b.shape, b.dtype, "q")
            other = ew.subtract if equation.primitive is ew.add else ew.add
            return [
                replace(product, inputs=(constant(-value, product), x), output=scaled),
                replace(equation, primitive=other, inputs=(a, scaled)),
            ]
    return None


def small_powers(equation: Equation, definitions: Definitions) -> Any:
    """x ** 2 is x * x."""
    if (
        equation.primitive is ew.power
        and number(equation.inputs[1]) == 2
        and _same(equation.inputs[0], equation.output)
    ):
        return replace(equation, primitive=ew.multiply, inputs=(equation.inputs[0],) * 2)
    return None


def spread_numbers(equation: Equation, definitions: Definitions) -> Any:
    """An operand spread to a shape that broadcasting gives it anyway: the operand itself."""
    if not equation.primitive.is_elementwise or equation.keywords:
        return None
    for i, x in enumerate(equation.inputs):
        source = spread_from(x, definitions)
        if source is None:
            continue
        inputs = (*equation.inputs[:i], source, *equation.inputs[i + 1 :])
        if np.broadcast_shapes(*(_shape(z) for z in inputs)) == equation.output.shape:
            return replace(equation, inputs=inputs)
    return None


def spread_from(x: Any, definitions: Definitions) -> Any:
    """What a variable is the mere broadcast of: `zeros_like(y) + g`, or `broadcast_to(g, shape)`."""
    if (whole := defined(x, shaping.broadcast_to, definitions)) is not None:
        return whole.inputs[0]
    if (sum_ := defined(x, ew.add, definitions)) is None:
        return None
    zeros, source = sum_.inputs
    if defined(zeros, _zeros_like, definitions) is None:
        return None
    return source if getattr(source, "dtype", x.dtype) == x.dtype else None


def _shape(x: Any) -> tuple[int, ...]:
    return x.shape if isinstance(x, Variable) else np.shape(x)


def moved_twice(equation: Equation, definitions: Definitions) -> Any:
    """x.T.T, and reshaping to the shape that is there or was before."""
    primitive, output = equation.primitive, equation.output
    if primitive not in (shaping.reshape, shaping.transpose):
        return None
    x = equation.inputs[0]
    if not isinstance(x, Variable):
        return None
    if primitive is shaping.reshape:
        if x.shape == output.shape:
            return x
        if (inner := defined(x, shaping.reshape, definitions)) is not None:
            return replace(equation, inputs=inner.inputs)
    elif equation.keywords.get("axes") is None:
        inner = defined(x, shaping.transpose, definitions)
        if inner is not None and inner.keywords.get("axes") is None:
            return inner.inputs[0]
    return None


def matrices(equation: Equation, definitions: Definitions) -> Any:
    """`np.dot` of two matrices is `@`."""
    if equation.primitive is linalg.dot and all(len(_shape(x)) == 2 for x in equation.inputs):
        return replace(equation, primitive=linalg.matmul)
    return None


def single_axes(equation: Equation, definitions: Definitions) -> Any:
    """A sum over the axes (0,) is one over the axis 0."""
    axis = equation.keywords.get("axis")
    if equation.primitive is reductions.sum_ and isinstance(axis, tuple) and len(axis) == 1:
        return replace(equation, keywords={**equation.keywords, "axis": axis[0]})
    return None


def sums_of_placed(equation: Equation, definitions: Definitions) -> Any:
    """The sum of each row of zeros with x[i] at [i, index[i]] is x."""
    if equation.primitive is not reductions.sum_ or equation.keywords.get("axis") not in (1, -1):
        return None
    placed = defined(equation.inputs[0], place, definitions)
    if placed is None:
        return None
    x = placed.inputs[0]
    if (source := spread_from(x, definitions)) is not None and number(source) is not None:
        return replace(
            equation, primitive=shaping.broadcast_to, inputs=(source,), keywords={"shape": equation.output.shape}
        )
    return replace(equation, primitive=shaping.reshape, inputs=(x,), keywords={"shape": equation.output.shape})


RULES: tuple[Rule, ...] = (
    constants_folded, neutral_numbers, numbers_together, signs, small_powers, spread_numbers, moved_twice, matrices,
    single_axes, sums_of_placed,
)  # fmt: skip
