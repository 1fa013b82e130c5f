"""One file a section: it measures one kind of work with whoever takes part, prints a table, and returns the figures."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.contestants.team import Team


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
