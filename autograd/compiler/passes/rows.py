"""Adding to one element of each row: what is left of a one-hot gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.primitives import GENERAL, Primitive


def _add_in_rows(x: Any, added: Any, index: Any, is_turned: bool = False) -> Any:
    """x with `added[i]`, or one number, added at [i, index[i]]; at [index[i], i] if the matrix is turned."""
    y = x.copy()
    rows = y.T if is_turned else y
    rows[np.arange(index.size), index] += added
    return y


# An operation of programs alone: it has no rule, since nothing differentiates a program.
ADD_IN_ROWS = Primitive(_add_in_rows, (None, None), GENERAL, arity=2)
