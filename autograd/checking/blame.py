"""Which op's rule is wrong: each recorded op is checked by itself, at the values it had, against its own `forward`.

So two faults that cancel are both found, and the first guilty op is named with the line of the user's code.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd.checking.op_under_test import ComplexOpUnderTest, OpUnderTest
from autograd.checking.tape import Tape
from autograd.graph import Node
from autograd.replay import plain


def guilty_ops(tape: Tape, seed: int, most: int | None = None, rtol: float = 0.0) -> Iterator[tuple[OpUnderTest, int]]:
    """Ops of the tape, oldest first, whose rule is wrong, each with the argument; with `most`, that many are looked at.

    Ops are alike if they do the same to arrays of the same shapes; where there are too many, one of each kind is
    looked at first.
    """
    for node in _one_of_each(tape.ops, most):
        is_complex = any(np.asarray(plain(x)).dtype.kind == "c" for x in (node, *node.inputs))
        op = (ComplexOpUnderTest if is_complex else OpUnderTest)(node, seed, rtol)
        for position in op.positions:
            if op.verdict(position) is False:
                yield op, position


def _one_of_each(nodes: list[Node], most: int | None) -> list[Node]:
    if most is None or len(nodes) <= most:
        return nodes
    kinds: dict[Any, Node] = {}
    for node in nodes:
        shapes = tuple(np.shape(x.output if type(x) is Node else x) for x in node.inputs)
        kinds.setdefault((node.primitive, str(node.keywords), shapes), node)
    return list(kinds.values())[:most]
