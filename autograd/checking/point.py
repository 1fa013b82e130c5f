"""The point of a check: f's value and its gradient there, f's tape if that stands for f, and what rounding does."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from autograd.checking.backpropagation import rounding_of_gradient
from autograd.checking.complex_step import ComplexStep
from autograd.checking.finite_differences import EPS
from autograd.checking.subject import Arrays, Options, Subject, fixed_weights, short, value_of
from autograd.checking.tape import Tape, unfaithful
from autograd.checking.tolerances import Tolerance
from autograd.checking.undisturbed import noting
from autograd.errors import AutogradError, RuleError

# Without an rtol from the user: an error that is accused, and a bound that certifies.
_ACCUSED = {True: 1e-9, False: 1e-8}  # by a complex step; by differences
_CERTIFIED = {True: 1e-7, False: 1e-5}


class Point:
    """What is known of f before any slope is measured."""

    def __init__(self, subject: Subject, options: Options) -> None:
        self.subject, self.options = subject, options
        self.notes: list[str] = []
        with noting(lambda: f"at the point {subject.place()}"):
            first = subject.run()
        self.start = value_of(first, must_be_tensor=subject.is_engines)
        self.weights = fixed_weights(self.start.shape, options.seed)
        self.size = float(np.sum(np.abs(self.weights * self.start)))  # squares would underflow where f is tiny
        self.analytic = self._differentiated(first)
        del first
        self.seconds = 0.0  # that f takes
        self.objection = self._objection()
        self.recorded: Tape | None = None
        self.is_cut = False  # the recorded graph is not all of f
        self.tape: Tape | None = None
        self.complex: ComplexStep | None = None
        if not self.objection:
            self._take_tape()
        narrowest = EPS if self.recorded is None else float(np.finfo(self.recorded.narrowest).eps)
        self.grain = narrowest * self.size  # to what f's values are rounded
        rtol = self._rtol()
        certified = _CERTIFIED[self.complex is not None] if options.rtol is None else rtol
        self.tolerance = Tolerance(rtol, options.atol, max(certified, rtol))
        self.rounding = [np.zeros(w.shape) for w in subject.work]  # of the analytic gradient
        if self.recorded is not None and self.recorded.steps and not self.recorded.is_complex:
            self.rounding = rounding_of_gradient(self.recorded, self.weights, options.seed)

    def _differentiated(self, output: Any) -> Arrays:
        """The gradient that is to be checked; nan where the engine's own rules raise, which is their fault."""
        try:
            return self.subject.analytic(output, self.weights)
        except Exception as error:
            if not self.subject.is_engines or (isinstance(error, AutogradError) and not isinstance(error, RuleError)):
                raise
            self.notes.append(f"the backward pass raises {type(error).__name__}: {error}")
            return [np.full_like(w, np.nan) for w in self.subject.work]

    def _objection(self) -> str:
        """Why f cannot be checked at all."""
        began = time.perf_counter()
        again = value_of(self.subject.run())
        self.seconds = time.perf_counter() - began
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
            with noting(lambda: f"near the point, at {subject.place()}"):
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
