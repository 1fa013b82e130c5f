"""Operations of programs alone, for numbers that lie in several places: they have no rules, since nothing
differentiates a program."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.primitives import GENERAL, Primitive


def _together(*numbers: Any) -> Any:
    """Numbers as a vector."""
    return np.array(numbers)


def _joined(*arrays: Any) -> Any:
    """Vectors end to end, in one call: a plan would make as many assignments of `concatenate`."""
    return np.concatenate(arrays)


def _segment_sums(x: Any, starts: Any) -> Any:
    """The sums of the pieces of a vector that begin at `starts`."""
    return np.add.reduceat(x, starts)


TOGETHER = Primitive(_together, (), GENERAL, name="together", text="np.array(numbers)")
JOINED = Primitive(_joined, (), GENERAL, name="joined", text="np.concatenate(arrays)")
SEGMENT_SUMS = Primitive(_segment_sums, (None,), GENERAL, arity=1)
