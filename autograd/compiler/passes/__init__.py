"""Passes: each a small function from a program to a program that computes the same."""

from __future__ import annotations

from operator import is_

from autograd.compiler.passes.algebra import algebra
from autograd.compiler.passes.batching import batched
from autograd.compiler.passes.cheaper import cheaper
from autograd.compiler.passes.cleaning import dead_code, shared_subexpressions
from autograd.compiler.passes.expanding import expanded
from autograd.compiler.program import Program

FOR_SPEED = (algebra, shared_subexpressions, cheaper)  # up to three times
PASSES = (dead_code, batched, algebra, shared_subexpressions, algebra, dead_code)


def optimized(program: Program) -> Program:
    """The program as one would write it."""
    for one in PASSES:
        program = one(program)
    return program


def fast(program: Program) -> Program:
    """The program as it is run: with more, and cheaper, steps."""
    program = expanded(program)
    for _ in range(3):
        before = program.equations
        for one in FOR_SPEED:
            program = one(program)
        if len(before) == len(program.equations) and all(map(is_, before, program.equations)):
            break
    return dead_code(algebra(program))
