"""What a check found, in every form: a table of at most 40 lines, plain data, JSON, HTML for notebooks."""

from __future__ import annotations

import html
import json
import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

from autograd.checking.findings import FAIL, INCONCLUSIVE, PASS, SEVERITY, Element, Finding, Guilty, Mistake, rough

_MAX_ROWS = 18


@dataclass(frozen=True, slots=True)
class InputReport:
    """One input, or one parameter tensor: the elements of it that were checked.

    `reason` tells what was found about it as a whole, beside its elements.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    size: int
    elements: tuple[Element, ...]
    reason: str = ""

    @property
    def checked(self) -> int:
        """How many elements were checked one by one."""
        return sum(not e.direction for e in self.elements)

    @property
    def by_directions(self) -> int:
        """How many random ±1 directions all elements were checked along."""
        return len(self.elements) - self.checked

    @property
    def worst(self) -> Element | None:
        """The element with the gravest verdict and, among those, the largest error for its tolerance and bound."""
        return max(self.elements, key=Element.rank, default=None)

    @property
    def verdict(self) -> str:
        """The gravest of its elements' verdicts; INCONCLUSIVE also where the input has a `reason` of its own."""
        found = [e.verdict for e in self.elements] + [INCONCLUSIVE] * bool(self.reason)
        return max(found, key=SEVERITY.__getitem__, default=PASS)

    @property
    def sensitivity(self) -> float:
        """The smallest error that would have failed in any element, relative to the largest derivative; nan if none."""
        passed = [e for e in self.elements if e.verdict == PASS]
        largest = max((abs(e.numeric) for e in passed if not e.direction), default=0.0)
        smallest = max((e.tolerance + e.bound for e in passed), default=math.nan)
        return smallest / largest if largest else math.nan if not passed else smallest

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "name": self.name,
            "shape": list(self.shape),
            "dtype": self.dtype,
            "size": self.size,
            "verdict": self.verdict,
            "reason": self.reason,
            "elements": [e.to_dict() for e in self.elements],
        }


@dataclass(frozen=True, slots=True)
class GradcheckReport:
    """The outcome of a check: true only when every checked element passed. `print` it for a table.

    `notes` say how the check was made (weights, precision, sampling); `objection` is why it could not be made at all.
    """

    title: str
    inputs: tuple[InputReport, ...]
    notes: tuple[str, ...] = ()
    objection: str = ""
    guilty: Guilty | None = None
    mistake: Mistake | None = None
    findings: tuple[Finding, ...] = ()
    repro: str = ""  # a call that makes this check again
    estimated_seconds: float = math.nan  # of a look at each element, as far as f's graph tells

    def __bool__(self) -> bool:
        return self.verdict == PASS

    @property
    def verdict(self) -> str:
        """`"PASS"`, `"FAIL"` or `"INCONCLUSIVE"`."""
        if self.guilty is not None or self.broken:
            return FAIL
        if self.objection or not self.elements:
            return INCONCLUSIVE
        return max((x.verdict for x in self.inputs), key=SEVERITY.__getitem__)

    @property
    def broken(self) -> list[Finding]:
        """The step-free checks that failed."""
        return [x for x in self.findings if not x.holds]

    @property
    def elements(self) -> tuple[Element, ...]:
        """Every checked element of every input."""
        return tuple(e for x in self.inputs for e in x.elements)

    @property
    def worst(self) -> Element | None:
        """The worst element of all."""
        return max(self.elements, key=Element.rank, default=None)

    @property
    def reason(self) -> str:
        """Why the verdict is not PASS, in one line; empty when it is."""
        if self.objection:
            return self.objection
        if not self.elements:
            return "there was no element to check"
        worst = self.worst
        if worst is not None and worst.verdict == self.verdict != PASS:
            return f"{worst.label}: {worst.reason}"
        if self.guilty is not None:
            return f"{self.guilty} is wrong, though it does not show in the gradient at this point"
        if self.broken:
            return f"{self.broken[0].name}: {self.broken[0].detail}"
        return next((f"{x.name}: {x.reason}" for x in self.inputs if x.reason), "")

    @property
    def sensitivity(self) -> float:
        """The smallest error, relative to its input's largest derivative, that would not have passed in any element.

        nan when nothing passed.
        """
        return max((x.sensitivity for x in self.inputs), default=math.nan)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "title": self.title,
            "verdict": self.verdict,
            "reason": self.reason,
            "sensitivity": self.sensitivity if math.isfinite(self.sensitivity) else str(self.sensitivity),
            "guilty": self.guilty.to_dict() if self.guilty else None,
            "mistake": str(self.mistake) if self.mistake else None,
            "findings": {x.name: x.holds for x in self.findings},
            "notes": list(self.notes),
            "methods": self.methods,
            "repro": self.repro,
            "estimated_seconds": self.estimated_seconds if math.isfinite(self.estimated_seconds) else None,
            "inputs": [x.to_dict() for x in self.inputs],
        }

    def to_json(self, **options: Any) -> str:
        """`to_dict` as JSON; options are those of `json.dumps`."""
        return json.dumps(self.to_dict(), **options)

    def _repr_html_(self) -> str:
        """For notebooks: the verdict in colour, the text below it."""
        colour = {PASS: "#548235", FAIL: "#c00000", INCONCLUSIVE: "#7f6000"}[self.verdict]
        head, _, rest = str(self).partition("\n")
        return (
            f'<div style="font-family: monospace"><b style="color: {colour}">{html.escape(head)}</b>'
            f'<pre style="margin: 0">{html.escape(rest)}</pre></div>'
        )

    @property
    def methods(self) -> list[str]:
        """How slopes were measured, most used first."""
        used = Counter(e.method for e in self.elements)
        return [method for method, _ in used.most_common()]

    def __str__(self) -> str:
        head = f"{self.title}: {self.verdict}" + (f": {self.reason}" if self.reason else "")
        return "\n".join([head, *self._table(), *self._remarks()])

    def _table(self) -> list[str]:
        """A row for each input, of many for the gravest ones."""
        shown = sorted(self.inputs, key=lambda x: SEVERITY[x.verdict], reverse=True)[:_MAX_ROWS]
        rows = [_HEAD] + [_row(x) for x in self.inputs if any(x is s for s in shown)]
        widths = [max(len(row[i]) for row in rows) for i in range(len(_HEAD))]
        lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
        if left := Counter(x.verdict for x in self.inputs if not any(x is s for s in shown)):
            verdicts = ", ".join(f"{n} {verdict}" for verdict, n in left.items())
            lines.append(f"... and {left.total()} more: {verdicts}")
        return lines

    def _remarks(self) -> list[str]:
        """What else was found, and how."""
        lines = []
        if self.verdict == PASS:
            lines.append(f"an error above {self.sensitivity:.1e} of the largest derivative would not have passed")
        if self.guilty is not None:
            lines.append(f"guilty: {self.guilty}")
        if self.mistake is not None:
            lines.append(f"mistake: {self.mistake}")
        if held := [x.name for x in self.findings if x.holds]:
            lines.append(f"without a step: {', '.join(held)}")
        if on_kink := [e for e in self.elements if e.verdict == PASS and e.reason]:
            lines.append(f"{on_kink[0].label} {on_kink[0].reason}: any value between passes")
            if len(on_kink) > 1:
                lines[-1] += f"; so for {len(on_kink) - 1} more"
        lines += self.notes[:8]
        if self.elements:
            cost = f" (about {rough(self.estimated_seconds)} s)" if self.estimated_seconds > 0.05 else ""
            lines.append(f"measured by: {', '.join(self.methods)}{cost}; again: {self.repro}")
        return lines


_HEAD = ("input", "shape", "dtype", "checked", "worst", "analytic", "numeric", "error", "bound", "verdict")


def _row(x: InputReport) -> tuple[str, ...]:
    checked = f"{x.checked} of {x.size}" if not x.by_directions else f"all, {x.checked} singly"
    e = x.worst
    if e is None:
        return (x.name, str(x.shape), x.dtype, checked, "", "", "", "", "", x.verdict if x.reason else "")
    place = str(list(e.index)) if e.index else ""
    numbers = (f"{e.analytic:.9g}", f"{e.numeric:.9g}", f"{e.error:.1e}", f"{e.bound:.1e}")
    return (x.name, str(x.shape), x.dtype, checked, place, *numbers, x.verdict)
