"""Operations of programs alone: they have no rules, since nothing differentiates a program."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.primitives import CONSTANT, GENERAL, Primitive


def _add_in_rows(x: Any, added: Any, index: Any, is_turned: bool = False) -> Any:
    """x with `added[i]`, or one number, added at [i, index[i]]; at [index[i], i] if the matrix is turned."""
    y = x.copy()
    rows = y.T if is_turned else y
    rows[np.arange(index.size), index] += added
    return y


def _together(*numbers: Any) -> Any:
    """Numbers as a vector."""
    return np.array(numbers)


def _joined(*arrays: Any) -> Any:
    """Vectors end to end, in one call: a plan would make as many assignments of `concatenate`."""
    return np.concatenate(arrays)


def _segment_sums(x: Any, starts: Any) -> Any:
    """The sums of the pieces of a vector that begin at `starts`."""
    return np.add.reduceat(x, starts)


# A draw from a Generator as an operation; `number` keeps two draws apart.
DRAW = Primitive(lambda generator, method, arguments, number: None, (), CONSTANT, arity=1, name="draw")

# What is left of a one-hot gradient.
ADD_IN_ROWS = Primitive(_add_in_rows, (None, None), GENERAL, arity=2)

# For numbers that lie in several places.
TOGETHER = Primitive(_together, (), GENERAL, name="together", text="np.array(numbers)")
JOINED = Primitive(_joined, (), GENERAL, name="joined", text="np.concatenate(arrays)")
SEGMENT_SUMS = Primitive(_segment_sums, (None,), GENERAL, arity=1)
