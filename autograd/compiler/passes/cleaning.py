"""What need not be computed: results that nobody reads, and what was computed before."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.operations import DRAW
from autograd.compiler.program import Equation, Program, Variable


def dead_code(program: Program) -> Program:
    """Without the equations whose results are neither read, returned nor written back."""
    needed = program.needed()
    kept: list[Equation] = []
    for equation in reversed(program.equations):
        if equation.output in needed:
            kept.append(equation)
            needed.update(equation.reads())
    return program.with_equations(reversed(kept))


def shared_subexpressions(program: Program) -> Program:
    """Equal operations on equal inputs once; two draws from a Generator are never equal."""
    seen: dict[Any, Variable] = {}
    mapping: dict[Variable, Any] = {}
    kept = []
    for original in program.equations:
        equation = original.replaced(mapping)
        key = (equation.primitive, _key(equation.inputs), _key(equation.keywords))
        if equation.primitive is not DRAW and key in seen:
            mapping[equation.output] = seen[key]
        else:
            seen[key] = equation.output
            kept.append(equation)
    return program.with_equations(kept, mapping)


def _key(value: Any) -> Any:
    """Something hashable that is equal for equal values."""
    if type(value) is Variable:
        return value
    if isinstance(value, tuple | list):
        return (type(value), *map(_key, value))
    if isinstance(value, dict):
        return tuple((name, _key(part)) for name, part in value.items())
    if isinstance(value, np.ndarray):
        return (value.dtype, value.shape, value.tobytes())
    if isinstance(value, slice):
        return (slice, value.start, value.stop, value.step)
    return type(value), repr(value)
