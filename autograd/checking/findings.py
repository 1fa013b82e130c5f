"""What a check may find: two derivatives of one element, a guilty op, a mistake, a broken law."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from autograd.graph import Location

PASS, FAIL, INCONCLUSIVE = "PASS", "FAIL", "INCONCLUSIVE"
SEVERITY = {PASS: 0, INCONCLUSIVE: 1, FAIL: 2}


@dataclass(frozen=True, slots=True)
class Element:
    """One derivative, twice: `analytic` by the rules, `numeric` ± `bound` by finite differences.

    FAIL says that they differ by more than `tolerance` + `bound`, INCONCLUSIVE that nothing can be said (`reason`).
    """

    name: str
    index: tuple[int, ...]
    analytic: float
    numeric: float
    bound: float
    tolerance: float
    verdict: str
    reason: str = ""
    method: str = ""
    on_kink: bool = False  # a branch of f begins exactly here
    direction: int = 0  # not one element, but all of them along the n-th random ±1 direction

    @property
    def error(self) -> float:
        """|analytic - numeric|."""
        return abs(self.analytic - self.numeric)

    @property
    def label(self) -> str:
        """The element as one would write it: `w[3, 7]`."""
        if self.direction:
            return f"{self.name} along ±1 direction {self.direction}"
        return f"{self.name}{list(self.index)}" if self.index else self.name

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; what is not finite as a string."""
        numbers = {key: getattr(self, key) for key in ("analytic", "numeric", "bound", "tolerance", "error")}
        return {
            "index": list(self.index),
            **{key: x if math.isfinite(x) else str(x) for key, x in numbers.items()},
            "verdict": self.verdict,
            "reason": self.reason,
            "method": self.method,
            "direction": self.direction,
        }

    def rank(self) -> tuple[int, float]:
        """The worse, the higher: a verdict, then by how much."""
        limit = self.tolerance + self.bound
        excess = self.error / limit if limit else self.error
        return SEVERITY[self.verdict], excess if math.isfinite(excess) else math.inf


@dataclass(frozen=True, slots=True)
class Guilty:
    """An op whose rule for one argument is wrong, and the call in which it showed."""

    op: str
    argument: int
    location: Location

    @property
    def file(self) -> str:
        return self.location.file

    @property
    def line(self) -> int:
        return self.location.line

    def __str__(self) -> str:
        return f"the rule of {self.op} for argument {self.argument}, called at {self.location}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"op": self.op, "argument": self.argument, "file": self.file, "line": self.line}


@dataclass(frozen=True, slots=True)
class Mistake:
    """The kind of a mistake, in a word or two (it equals that string), and what more is known of it."""

    kind: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}" if self.detail else self.kind

    def __eq__(self, other: object) -> bool:
        return str(other) in (self.kind, str(self))

    def __hash__(self) -> int:
        return hash(self.kind)


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of a check that needs no step, as of linearity."""

    name: str
    holds: bool
    detail: str = ""


def rough(seconds: float) -> str:
    """An estimated time, to its first digit.

    >>> rough(68.2), rough(0.0312)
    ('70', '0.03')
    """
    return f"{float(f'{seconds:.0e}'):g}"
