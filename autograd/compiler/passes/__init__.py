"""Passes: each a small function from a program to a program that computes the same."""

from __future__ import annotations

from autograd.compiler.passes.algebra import algebra
from autograd.compiler.passes.cleaning import dead_code, shared_subexpressions
from autograd.compiler.program import Program

PASSES = (dead_code, algebra, shared_subexpressions, algebra, dead_code)


def optimized(program: Program) -> Program:
    """All passes in turn."""
    for one in PASSES:
        program = one(program)
    return program
