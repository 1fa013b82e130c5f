"""One check from beginning to end, the same for functions and for models: a `Subject` in, a report out.

What is judged is float64 arithmetic, whatever the user's dtype: float32 inputs and parameters are copied to float64
for f's values and for the analytic gradient, so a wrong rule fails as surely as in float64 and rounding accuses
nobody. The gradient in the user's own dtype is computed as well; if it is off by more than half of that dtype's
digits, the verdict is INCONCLUSIVE, with the reason: rounding loses it, or a rule misbehaves in that dtype only.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from autograd.checking.backpropagation import backward
from autograd.checking.blame import guilty_ops
from autograd.checking.diagnosis import diagnose
from autograd.checking.elements import Elements
from autograd.checking.findings import FAIL, INCONCLUSIVE, Finding, Guilty, Mistake
from autograd.checking.hand_derived import diagnose_given
from autograd.checking.point import Point
from autograd.checking.report import GradcheckReport, InputReport
from autograd.checking.subject import Options, Subject

_MOST_OPS = 60  # looked at one by one where nothing is wrong with the whole


def examine(subject: Subject, options: Options) -> GradcheckReport:
    """The report on one subject."""
    return _Examination(Point(subject, options)).report()


class _Examination:
    """The parts of a report on f at one point."""

    def __init__(self, point: Point) -> None:
        self.point, self.subject, self.options, self.notes = point, point.subject, point.options, point.notes

    def report(self) -> GradcheckReport:
        subject = self.subject
        if self.point.start.size != 1:
            shape = self.point.start.shape
            self.notes.append(
                f"f's value of shape {shape} is checked through its sum with fixed weights of size 1 to 2"
            )
        remarks = self._compare_dtypes()
        elements = Elements(self.point)
        reports = []
        for k, (name, value) in enumerate(zip(subject.names, subject.values, strict=True)):
            seen = () if self.point.objection else tuple(elements.of(k))
            reports.append(InputReport(name, value.shape, str(value.dtype), value.size, seen, remarks[k]))
        self.notes += elements.notes
        if any(0 < r.checked < r.size and not r.by_directions for r in reports):
            self.notes.append(f"elements were drawn with seed {self.options.seed}; max_elements=None checks all")
        guilty, mistake = self._blamed(reports)
        if guilty is None and subject.is_engines:
            reports = [_without_conventions(r) for r in reports]
        findings: list[Finding] = []
        if subject.step_free is not None and not self.point.objection and not any(r.verdict == FAIL for r in reports):
            findings = subject.step_free(self.point.weights, self.point.analytic)
        return GradcheckReport(
            subject.title,
            tuple(reports),
            tuple(self.notes),
            self.point.objection,
            guilty,
            mistake,
            tuple(findings),
            f"{subject.call}, method={self.options.method!r}, seed={self.options.seed})",
            elements.seconds,
        )

    def _blamed(self, reports: list[InputReport]) -> tuple[Guilty | None, Mistake | None]:
        """Who is wrong, and how."""
        if self.point.recorded is None or self.point.objection:
            return None, None
        fails = any(r.verdict == FAIL for r in reports)
        if not self.subject.is_engines:
            return None, self._mistake_of_given() if fails else None
        # Where the whole is right, an op is accused only of what rounding cannot be.
        most, rtol = (None, 0.0) if fails else (_MOST_OPS, 1e-4)
        for op, position in guilty_ops(self.point.recorded, self.options.seed, most, rtol):
            return Guilty(op.primitive.name, position, op.node.location), diagnose(op, position)
        if fails and not self.subject.is_untouched():
            return None, Mistake("inputs changed", "f writes into its inputs, as with x.data[...] = or .assign()")
        if fails and self.point.is_cut:
            return None, Mistake("cut graph", "part of what f computes is not in its graph (detach, float, .numpy)")
        return None, None

    def _mistake_of_given(self) -> Mistake | None:
        """The mistake in the user's own gradient; the engine's is the right one if its ops are."""
        tape = self.point.recorded
        if tape is None or tape.is_complex or any(True for _ in guilty_ops(tape, self.options.seed, _MOST_OPS, 1e-4)):
            return None
        true = backward(tape, self.point.weights)
        return diagnose_given(self.point.analytic, true, self.point.tape, self.point.weights)

    def _compare_dtypes(self) -> list[str]:
        """Remarks on inputs whose gradient in the user's own dtype is far from the float64 one."""
        subject = self.subject
        narrow = [v.dtype for v in subject.values if v.dtype.itemsize < 8]
        if not narrow or not subject.is_engines:
            return [""] * len(subject.work)
        worst, remarks = 0.0, []
        for value, wide, own in zip(
            subject.values, self.point.analytic, subject.in_own_dtype(self.point.weights), strict=True
        ):
            largest = float(np.abs(wide).max(initial=0.0))
            # Not a number is as far off as can be.
            off = float(np.nan_to_num(np.abs(own - wide), nan=np.inf).max(initial=0.0))
            relative = off / largest if largest and off else off
            remark = ""
            if value.dtype.itemsize < 8 and np.isfinite(largest) and relative > np.sqrt(np.finfo(value.dtype).eps):
                remark = (
                    f"the {value.dtype} gradient is off by {relative:.1e} of its largest element, though right in "
                    f"float64: rounding loses it, or a rule misbehaves in {value.dtype}"
                )
            worst = max(worst, relative)
            remarks.append(remark)
        dtype = np.result_type(*narrow)
        self.notes.append(
            f"{dtype}: judged in float64; the {dtype} gradient is within {worst:.1e} of its largest element"
        )
        return remarks


def _without_conventions(r: InputReport) -> InputReport:
    """Where a branch begins exactly at the point and all rules are right, what they give there is a choice, no mistake.

    (relu(x) - relu(-x) is x, but at 0 the published slopes of relu add up to 0.)
    """
    said = "branches of f begin exactly here, and the slopes published for them do not add up to that of f"
    elements = tuple(
        replace(e, verdict=INCONCLUSIVE, reason=said) if e.verdict == FAIL and e.on_kink else e for e in r.elements
    )
    return replace(r, elements=elements)
