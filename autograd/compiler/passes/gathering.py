"""Operations of programs alone, for numbers that lie in several places: they have no rules, since nothing
differentiates a program."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.primitives import GENERAL, Primitive


def _together(*numbers: Any) -> Any:
    """Numbers as a vector."""
    return np.array(numbers)


def _segment_sums(x: Any, starts: Any) -> Any:
    """The sums of the pieces of a vector that begin at `starts`."""
    return np.add.reduceat(x, starts)


TOGETHER = Primitive(_together, (), GENERAL, name="together", text="np.array(numbers)")
SEGMENT_SUMS = Primitive(_segment_sums, (None,), GENERAL, arity=1)
