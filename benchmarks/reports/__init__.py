"""One file a section: it measures one kind of work with whoever takes part, prints a table, and returns the figures."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.contestants import Call
from benchmarks.contestants.team import Team


class Nobody(Exception):
    """Why a section has nobody to measure."""


@dataclass(frozen=True)
class Run:
    """What every section is told."""

    team: Team
    rounds: int
    workloads: tuple[str, ...]
    """The training steps chosen."""

    @property
    def few(self) -> int:
        """Rounds of what takes long or hardly varies."""
        return max(3, self.rounds // 3)

    def calls(self, work: str, needs: str | None = None) -> dict[str, Call]:
        """Those who take part in a work; Nobody if there is none, or not the one it cannot do without."""
        calls = self.team.doing(work)
        if not calls or (needs is not None and needs not in calls):
            raise Nobody(f"not measured: {needs or 'everybody who takes part'} is missing")
        return calls
