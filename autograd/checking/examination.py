"""One check from beginning to end, the same for functions and for models: a `Subject` in, a report out.

What is judged is float64 arithmetic, whatever the user's dtype: float32 inputs and parameters are copied to float64
for f's values and for the analytic gradient, so a wrong rule fails as surely as in float64 and rounding accuses
nobody. The gradient in the user's own dtype is computed as well; if it is off by more than half of that dtype's
digits, the verdict is INCONCLUSIVE, with the reason: rounding loses it, or a rule misbehaves in that dtype only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograd.checking.backpropagation import backward, rounding_of_gradient
from autograd.checking.blame import guilty_ops
from autograd.checking.choices import Choices
from autograd.checking.complex_step import ComplexStep
from autograd.checking.diagnosis import diagnose
from autograd.checking.directions import along, find_faults, random_directions
from autograd.checking.findings import FAIL, INCONCLUSIVE, PASS, Element, Finding, Guilty, Mistake
from autograd.checking.finite_differences import Estimate, Stencil, first_step
from autograd.checking.hand_derived import diagnose_given
from autograd.checking.report import GradcheckReport, InputReport
from autograd.checking.subject import Arrays, Options, Subject, fixed_weights, short, value_of
from autograd.checking.tape import Tape, unfaithful
from autograd.checking.undisturbed import noting
from autograd.checking.verdicts import Index, Line, Tolerance, judge
from autograd.errors import AutogradError, RuleError

# Without an rtol from the user: an error that is accused, and a bound that certifies.
_ACCUSED = {True: 1e-9, False: 1e-8}  # by a complex step; by differences
_CERTIFIED = {True: 1e-7, False: 1e-5}
_MOST_OPS = 60  # looked at one by one where nothing is wrong with the whole


class Examination:
    """The state of one check: f's value and gradient at the point, and its tape if that stands for f."""

    def __init__(self, subject: Subject, options: Options) -> None:
        self.subject, self.options = subject, options
        self.notes: list[str] = []
        first = subject.run()
        self.start = value_of(first, must_be_tensor=subject.is_engines)
        self.weights = fixed_weights(self.start.shape, options.seed)
        self.size = float(np.sum(np.abs(self.weights * self.start)))  # squares would underflow where f is tiny
        self.analytic = self._differentiated(first)
        del first
        self.objection = self._objection()
        self.recorded: Tape | None = None
        self.is_cut = False  # the recorded graph is not all of f
        self.tape: Tape | None = None
        self.complex: ComplexStep | None = None
        if not self.objection:
            self._take_tape()
        rtol = self._rtol()
        certified = _CERTIFIED[self.complex is not None] if options.rtol is None else rtol
        self.tolerance = Tolerance(rtol, options.atol, max(certified, rtol))
        self.rounding = [np.zeros(w.shape) for w in subject.work]  # of the analytic gradient
        if self.recorded is not None and self.recorded.steps and not self.recorded.is_complex:
            self.rounding = rounding_of_gradient(self.recorded, self.weights, options.seed)

    def report(self) -> GradcheckReport:
        subject = self.subject
        if self.start.size != 1:
            self.notes.append(
                f"f's value of shape {self.start.shape} is checked through its sum with fixed weights of size 1 to 2"
            )
        remarks = self._compare_dtypes()
        rng = np.random.default_rng(self.options.seed)
        reports = []
        for k, (name, value) in enumerate(zip(subject.names, subject.values, strict=True)):
            elements = [] if self.objection else self._elements(k, rng)
            reports.append(InputReport(name, value.shape, str(value.dtype), value.size, tuple(elements), remarks[k]))
        if any(0 < r.checked < r.size and not r.by_directions for r in reports):
            self.notes.append(f"elements were drawn with seed {self.options.seed}; max_elements=None checks all")
        guilty, mistake = self._blamed(reports)
        if guilty is None and subject.is_engines:
            reports = [_without_conventions(r) for r in reports]
        findings: list[Finding] = []
        if subject.step_free is not None and not self.objection and not any(r.verdict == FAIL for r in reports):
            findings = subject.step_free(self.weights, self.analytic)
        return GradcheckReport(
            subject.title,
            tuple(reports),
            tuple(self.notes),
            self.objection,
            guilty,
            mistake,
            tuple(findings),
            f"{subject.call}, method={self.options.method!r}, seed={self.options.seed})",
        )

    def _differentiated(self, output: Any) -> Arrays:
        """The gradient that is to be checked; nan where the engine's own rules raise, which is their fault."""
        try:
            return self.subject.analytic(output, self.weights)
        except Exception as error:
            if not self.subject.is_engines or (isinstance(error, AutogradError) and not isinstance(error, RuleError)):
                raise
            self.notes.append(f"the backward pass raises {type(error).__name__}: {error}")
            return [np.full_like(w, np.nan) for w in self.subject.work]

    def _blamed(self, reports: list[InputReport]) -> tuple[Guilty | None, Mistake | None]:
        """Who is wrong, and how."""
        if self.recorded is None or self.objection:
            return None, None
        fails = any(r.verdict == FAIL for r in reports)
        if not self.subject.is_engines:
            return None, self._mistake_of_given() if fails else None
        # Where the whole is right, an op is accused only of what rounding cannot be.
        most, rtol = (None, 0.0) if fails else (_MOST_OPS, 1e-4)
        for op, position in guilty_ops(self.recorded, self.options.seed, most, rtol):
            return Guilty(op.primitive.name, position, op.node.location), diagnose(op, position)
        if fails and self.is_cut:
            return None, Mistake("cut graph", "part of what f computes is not in its graph (detach, float, .numpy)")
        return None, None

    def _mistake_of_given(self) -> Mistake | None:
        """The mistake in the user's own gradient; the engine's is the right one if its ops are."""
        tape = self.recorded
        if tape is None or tape.is_complex or any(True for _ in guilty_ops(tape, self.options.seed, _MOST_OPS, 1e-4)):
            return None
        true = backward(tape, self.weights)
        return diagnose_given(self.analytic, true, self.tape, self.weights)

    # --- one input ---

    def _elements(self, k: int, rng: np.random.Generator) -> list[Element]:
        gradient, limit = self.analytic[k], self.options.max_elements
        if limit is None and not self._is_affordable():
            return self._by_directions(k, rng)
        return self._judged(k, _chosen(gradient, limit, rng))

    def _judged(self, k: int, indices: Sequence[Index]) -> list[Element]:
        exact = self.complex.slopes(k, indices) if self.complex is not None else [None] * len(indices)
        lines = [self._line(k, i, e) for i, e in zip(indices, exact, strict=True)]
        name = self.subject.names[k]
        return judge(
            name, indices, lines, self.analytic[k], self.rounding[k], self.size, self.tolerance, self.options.method
        )

    def _by_directions(self, k: int, rng: np.random.Generator) -> list[Element]:
        """All elements at once along random directions, and one by one those that a bisection leads to."""
        name, slope = self.subject.names[k], self._slope_along(k)
        g = self.analytic[k].copy()  # corrected where a fault is found
        step = self.complex
        value = (lambda d: step.value(k, d)) if step is not None else (lambda d: slope(d).value)
        elements: list[Element] = []
        suspects: dict[Index, None] = {}
        largest = float(np.abs(g).max(initial=0.0))
        for n, direction in enumerate(random_directions(g.shape, rng), start=1):
            whole = along(direction, g, slope, float(np.sqrt(np.sum(np.square(self.rounding[k])))))
            if not whole.agrees:
                suspects.update(dict.fromkeys(find_faults(g, slope, value, whole)))
            e = whole.numeric
            tolerance = self.tolerance.certified * largest + self.tolerance.atol
            verdict = PASS if whole.agrees and whole.bound <= tolerance else INCONCLUSIVE
            reason = "" if verdict == PASS else f"{name} does not agree along ±1 direction {n}"
            gap = whole.analytic - e.value
            if abs(gap) <= whole.bound and verdict != PASS:
                reason = f"the slope along a ±1 direction is known only to ± {whole.bound:.1e}"
            elements.append(
                Element(name, (), whole.analytic, e.value, whole.bound, 0.0, verdict, reason, e.method, e.is_kink, n)
            )
        single = self._judged(k, [*suspects, *(i for i in _chosen(self.analytic[k], 4, rng) if i not in suspects)])
        if all(e.verdict == PASS for e in single) and suspects:
            # What was found is below the tolerance; the directions agree up to it.
            elements = [replace(e, verdict=PASS, reason="") if e.error <= tolerance else e for e in elements]
        return [*single, *elements]

    def _is_affordable(self) -> bool:
        """Whether all elements can be checked one by one; by an estimate of the cost, so that reports do not vary."""
        elements = sum(w.size for w in self.subject.work)
        if self.tape is None:
            return elements <= 2000
        numbers = sum(np.size(node.output) for node in self.tape.ops) + elements
        return elements * 5 * (2e-5 * len(self.tape.steps) + 4e-8 * numbers) <= self.options.budget

    # --- f beside the point ---

    def _line(self, k: int, index: Index, exact: Estimate | None) -> Line:
        rise, x = rise_of(self.subject.work[k], self._change), float(self.subject.work[k][index])
        label = f"{self.subject.names[k]}{list(index) if index else ''}"

        def noted(t: float) -> float:
            with noting(lambda: f"with {label} moved from {x!r} to {x + t!r}"):
                return rise(index, t)

        return Line(x, noted, exact, self._smoothness(k, index))

    def _slope_along(self, k: int) -> Callable[[np.ndarray], Estimate]:
        if self.complex is not None:
            step = self.complex
            return lambda direction: step.slope(k, direction)
        work = self.subject.work[k]

        def slope(direction: np.ndarray) -> Estimate:
            held, scale = work.copy(), float(np.abs(work).max(initial=1.0))

            def rise(t: float) -> float:
                work[...] = held + t * direction
                try:
                    return self._change()
                finally:
                    work[...] = held

            stencil = Stencil.around(scale, rise, first_step(scale))
            return stencil.estimate(self.size * 2.0**-52)

        return slope

    def _change(self) -> float:
        return float(np.sum(self.weights * (value_of(self.subject.run()) - self.start)))

    def _smoothness(self, k: int, index: Index) -> Callable[[float], bool]:
        """Whether the branches of the tape at x - t and x + t are those at x; True where there is no tape."""
        tape, work = self.tape, self.subject.work
        if tape is None:
            return lambda t: True

        def signature(t: float) -> Choices:
            held = work[k][index]
            work[k][index] = held + t
            try:
                choices = Choices()
                tape.evaluate(work, choices)
                return choices
            finally:
                work[k][index] = held

        return lambda t: (here := signature(0.0)).same_as(signature(t)) and here.same_as(signature(-t))

    # --- the point itself ---

    def _objection(self) -> str:
        """Why f cannot be checked at all."""
        again = value_of(self.subject.run())
        if self.start.tobytes() != again.tobytes():
            return (
                f"f is not deterministic: two runs at the same point gave {short(self.start)} and {short(again)}. "
                "Take dropout and other random numbers out (model.eval(), or a generator seeded inside f)"
            )
        return "" if np.isfinite(self.start).all() else f"f's value at this point is {short(self.start)}"

    def _take_tape(self) -> None:
        """Record f, and keep its tape if it moves as f does."""
        subject = self.subject
        try:
            tape = subject.record()
        except Exception as error:  # an f that takes arrays only
            if subject.is_engines:
                raise
            self.notes.append(f"f's graph cannot be recorded ({type(error).__name__}), so f itself is evaluated")
            return
        self.recorded = tape
        if tape.is_complex:
            self.notes.append("f passes through complex numbers, so f itself is evaluated")
        if tape.is_complex or self.options.method not in ("auto", "complex"):
            return

        def run() -> np.ndarray:
            with noting(
                lambda: f"near the point, at {dict(zip(subject.names, map(short, subject.work), strict=True))}"
            ):
                return value_of(subject.run())

        if why := unfaithful(tape, subject.work, run, self.weights, self.options.seed):
            self.notes.append(f"f is evaluated itself: {why}")
            self.is_cut = True
            return
        self.tape = tape
        step = ComplexStep(tape, subject.work, self.weights, self.options.seed)
        if why := step.refusal():
            self.notes.append(f"differences, not a complex step: {why}")
        else:
            self.complex = step

    def _rtol(self) -> float:
        rtol = self.options.rtol
        if rtol is None:
            rtol = _ACCUSED[self.complex is not None]
        narrow = [g.dtype for g in self.analytic if g.dtype.kind == "f" and g.dtype.itemsize < 8]
        if narrow:
            rtol = max(rtol, float(np.sqrt(max(np.finfo(d).eps for d in narrow))))
            self.notes.append(f"the given gradient is of {narrow[0]}: compared to half of its digits, rtol {rtol:.1e}")
        if self.tape is not None and self.tape.narrowest.itemsize < 8:
            rtol = max(rtol, float(np.sqrt(np.finfo(self.tape.narrowest).eps)))
            self.notes.append(f"f rounds to {self.tape.narrowest} inside: compared to half of its digits")
        return rtol

    def _compare_dtypes(self) -> list[str]:
        """Remarks on inputs whose gradient in the user's own dtype is far from the float64 one."""
        subject = self.subject
        narrow = [v.dtype for v in subject.values if v.dtype.itemsize < 8]
        if not narrow or not subject.is_engines:
            return [""] * len(subject.work)
        worst, remarks = 0.0, []
        for value, wide, own in zip(subject.values, self.analytic, subject.in_own_dtype(self.weights), strict=True):
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


def rise_of(work: np.ndarray, change: Callable[[], float]) -> Callable[[Index, float], float]:
    """What `change()` says when one element of `work` moves by t; the element is put back, whatever happens."""

    def rise(index: Index, t: float) -> float:
        x = work[index]
        work[index] = x + t
        try:
            return change()
        finally:
            work[index] = x

    return rise


def _chosen(analytic: np.ndarray, limit: int | None, rng: np.random.Generator) -> list[Index]:
    """Indices of all elements, or of a random sample with the largest (or first non-finite) analytic one."""
    if limit is None or analytic.size <= limit:
        return list(np.ndindex(analytic.shape))
    largest = int(np.argmax(np.where(np.isfinite(analytic), np.abs(analytic), np.inf)))
    others = rng.choice(analytic.size - 1, limit - 1, replace=False)
    drawn = [largest, *(others + (others >= largest))]
    return [tuple(int(j) for j in np.unravel_index(i, analytic.shape)) for i in sorted(drawn)]
