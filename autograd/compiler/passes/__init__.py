"""Passes: each a small function from a program to a program that computes the same.

Two lists of them follow each other: `to_be_read` makes a recorded program as one would write it, and `to_be_run` makes
that as it is run (the loops of the package `native` have a list of their own). To be read: `cleaning`, `algebra`, and
for graphs of numbers `batching`, with `scalar_graph`, `scalar_groups`, `grids`, `views`, `operands` and `products`
under it. To be run: `expanding`, `cheaper`, `rank_one`, `turning`; `replacing` makes several equations of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import is_

from autograd.compiler.passes.algebra import algebra
from autograd.compiler.passes.batching import batched
from autograd.compiler.passes.cheaper import cheaper
from autograd.compiler.passes.cleaning import dead_code, shared_subexpressions
from autograd.compiler.passes.expanding import expanded
from autograd.compiler.passes.rank_one import without_outer_products
from autograd.compiler.passes.turning import turned
from autograd.compiler.program import Program

EACH_ROUND = (algebra, shared_subexpressions, cheaper)  # up to three of them
AFTERWARDS = (
    algebra, dead_code, without_outer_products, dead_code, turned, algebra, shared_subexpressions, dead_code,
)  # fmt: skip
PASSES = (dead_code, batched, algebra, shared_subexpressions, algebra, dead_code)

Made = Iterator[tuple[str, Program]]  # the name of each pass, and what it made
Passes = Callable[[Program], Made]


def to_be_read(program: Program) -> Made:
    """The passes that make a recorded program as one would write it."""
    for one in PASSES:
        program = one(program)
        yield one.__name__, program


def to_be_run(program: Program) -> Made:
    """The passes that make a written program as it is run: with more, and cheaper, equations."""
    program = expanded(program)
    yield expanded.__name__, program
    for _ in range(3):
        before = program.equations
        for one in EACH_ROUND:
            program = one(program)
            yield one.__name__, program
        if len(before) == len(program.equations) and all(map(is_, before, program.equations)):
            break
    for one in AFTERWARDS:
        program = one(program)
        yield one.__name__, program


def through(passes: Passes, program: Program) -> Program:
    """What the last of some passes makes."""
    for _, made in passes(program):
        program = made
    return program


def optimized(program: Program) -> Program:
    """The program as one would write it."""
    return through(to_be_read, program)


def fast(program: Program) -> Program:
    """The program as it is run."""
    return through(to_be_run, program)
