"""Several equations in place of one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from autograd.compiler.program import Equation, Variable
from autograd.primitives import Primitive


class Replacement:
    """Collects the equations that take the place of one, at its place in the user's code; the last has its output."""

    def __init__(self, equation: Equation) -> None:
        self._equation = equation
        self._made: list[Equation] = []

    def step(
        self, primitive: Primitive, *inputs: Any, shape: tuple[int, ...], keywords: Any = None, **others: Any
    ) -> Variable:
        """Add an equation; returns its output, an array of that shape."""
        output = Variable(shape, self._equation.output.dtype, "q")
        made = replace(self._equation, primitive=primitive, inputs=inputs, keywords=keywords or others, output=output)
        self._made.append(made)
        return output

    def equations(self) -> list[Equation]:
        """All of them."""
        *first, last = self._made
        return [*first, replace(last, output=self._equation.output)]
