"""A program of loops tied to the arrays it works on."""

from __future__ import annotations

from autograd.compiler.linking import Linked
from autograd.compiler.native.plan import LoopPlan
from autograd.compiler.native.rewriting import in_loop_form


class LinkedLoops(Linked):
    """Runs a program as loops that numba has compiled."""

    form = staticmethod(in_loop_form)
    planner = LoopPlan

    @property
    def source(self) -> str:  # type: ignore[override]
        """The loops."""
        return self.plan.source
