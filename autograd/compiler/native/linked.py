"""A program of loops tied to the arrays it works on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba.core.errors import NumbaError

from autograd.compiler.linking import Linked
from autograd.compiler.native.plan import LoopPlan
from autograd.compiler.native.rewriting import to_be_looped
from autograd.compiler.planning import Plan
from autograd.compiler.program import Program, Variable
from autograd.graph import warn_user


def _planned(program: Program, arrays: dict[Variable, np.ndarray], constants: frozenset[Variable]) -> Any:
    """The loops; NumPy's plan where this numba does not compile them."""
    try:
        return LoopPlan(program, arrays)
    except NumbaError as error:
        warn_user(f"compile: NumPy runs {program.name}, since numba does not compile it: {str(error).strip()}")
        return Plan(program, arrays, constants)


class LinkedLoops(Linked):
    """Runs a program as loops that numba has compiled."""

    passes = staticmethod(to_be_looped)
    planner = staticmethod(_planned)

    @property
    def source(self) -> str | None:
        """The loops; None where NumPy runs the program after all."""
        return self.plan.source if isinstance(self.plan, LoopPlan) else None
