"""The checks that users call: each says what to vary and how to evaluate and differentiate, `examine` does the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

import numpy as np

from autograd.checking.arguments import (
    call_of,
    floats_of,
    given_gradient,
    name_of,
    names_of,
    options_of,
    refuse_packed,
    shown_like,
)
from autograd.checking.examination import examine
from autograd.checking.findings import Finding
from autograd.checking.report import GradcheckReport
from autograd.checking.step_free import accumulation, adjoint, cotangents, symmetry, untouched
from autograd.checking.subject import Arrays, Subject, fixed_weights, pulled
from autograd.checking.tape import Tape
from autograd.checking.undisturbed import everyday_mode
from autograd.errors import GradientError
from autograd.graph import here, tick
from autograd.mishaps import refuse_uncallable
from autograd.tensor import Tensor
from autograd.transforms import vjp


def gradcheck(
    f: Callable[..., Any],
    *inputs: Any,
    gradient: Any = None,
    method: str = "auto",
    rtol: float | None = None,
    atol: float = 0.0,
    max_elements: int | None = None,
    budget: float = 2.0,
    seed: int = 0,
) -> GradcheckReport:
    """Compare the gradient of f at `inputs` with slopes of f itself; a wrong one gives a report, never an exception.

        FAIL: |analytic - numeric| > rtol max(|analytic|, |numeric|) + atol + bound

    Parameters
    ----------
    f : called with Tensors, returns a Tensor. One that is not a scalar is checked through its sum with fixed weights
        of size 1 to 2, so one pass covers its whole Jacobian; the report says so.
    inputs : the point: floats, arrays or Tensors of floats. All are checked, and none is written to.
    gradient : a gradient to check instead of the engine's: an array for each input, or a function that returns them.
        f may then be any function; it is called with what `inputs` are (floats, arrays, Tensors) and returns a scalar.
    method : "auto": a complex step on f's replayed graph where that can be, else differences of f. Or one of
        "complex", "ridders", "five_point", "central", "forward".
    rtol, atol : relative and absolute tolerance; without `rtol`, 1e-9 by a complex step and 1e-8 by differences. An
        element whose bound is too large to certify it is INCONCLUSIVE.
    max_elements : check this many of each input's elements, drawn with `seed`, and the largest analytic one.
    budget : seconds that a check element by element may take, as estimated beforehand; above, all elements are checked
        along three random ±1 directions, with bisection to those that are wrong. At ten times the budget (and not
        before ten seconds) the clock stops what is under way; the report says so, and of what was left one direction
        is checked. With `max_elements`, so many are checked whatever it takes.

    Raises
    ------
    DtypeError : for integer inputs. TypeError : f returns no Tensor, there are no inputs, or they came in one tuple.
    ShapeError : `gradient` does not fit `inputs`. GradientError : `gradient` is given for an f that is not scalar.

    >>> report = gradcheck(lambda x: (x**3).sum(), np.array([1.0, 2.0]))
    >>> report.verdict
    'PASS'
    >>> report = gradcheck(np.sin, 1.0, gradient=lambda x: -np.cos(x))
    >>> report.verdict, round(report.elements[0].analytic, 3), round(report.elements[0].numeric, 3)
    ('FAIL', -0.54, 0.54)
    """
    refuse_uncallable(f, "gradcheck")
    refuse_packed(f, inputs, "gradcheck")
    options = options_of(method, rtol, atol, max_elements, budget, seed)
    values = floats_of("gradcheck", inputs)
    work = [np.array(v, dtype=np.float64) for v in values]
    leaves: list[Tensor] = []
    since = 0

    def run() -> Any:
        nonlocal leaves, since
        if gradient is not None:
            return f(*shown_like(inputs, work))
        leaves = [Tensor(w, requires_grad=True) for w in work]
        since = tick()
        return f(*leaves)

    def analytic(output: Any, weights: np.ndarray) -> Arrays:
        if gradient is None:
            return pulled(output, weights, leaves, since)
        if weights.size != 1:
            raise GradientError(
                f"gradcheck: gradient= belongs to a scalar function, but f returned shape {weights.shape} (at "
                f"{here()}); reduce it, as with .sum()"
            )
        given = gradient(*shown_like(inputs, work)) if callable(gradient) else gradient
        return given_gradient(given, work)

    def in_own_dtype(weights: np.ndarray) -> Arrays:
        own = [Tensor(v, requires_grad=True) for v in values]
        start = tick()
        return pulled(f(*own), weights, own, start)

    def record() -> Tape:
        own = [Tensor(w, requires_grad=True) for w in work]
        start = tick()
        return Tape.recorded(f(*own), own, start)

    def step_free(weights: np.ndarray, found: Arrays) -> list[Finding]:
        output = run()
        findings = cotangents(output, lambda w: analytic(output, w), weights, found)
        more = [
            accumulation(output, leaves, weights, found),
            adjoint(f, work, output, weights, found),
            untouched(leaves, work),
        ]
        return findings + [x for x in more if x is not None]

    def is_untouched() -> bool:
        run()
        return untouched(leaves, work).holds

    subject = Subject(
        f"gradcheck of {name_of(f)}",
        call_of(f, inputs, gradient),
        names_of(f, inputs),
        values,
        work,
        run,
        record,
        analytic,
        in_own_dtype,
        step_free if gradient is None else None,
        is_untouched,
    )
    with everyday_mode():
        return examine(subject, options)


def gradgradcheck(f: Callable[..., Any], *inputs: Any, seed: int = 0, **options: Any) -> GradcheckReport:
    """Check second derivatives: `gradcheck` of the gradient's sum with fixed weights, v·∇f, whose gradient is H v.

    Options are those of `gradcheck` but `gradient`.

    >>> gradgradcheck(lambda x: (x**3).sum(), np.array([1.0, 2.0])).verdict
    'PASS'
    """

    def slope(*xs: Tensor) -> Tensor:
        y, pullback = vjp(f, *xs)
        if not isinstance(y, Tensor):
            raise TypeError(f"gradgradcheck: f must return one Tensor, not a {type(y).__name__} (at {here()})")
        total = Tensor(0.0)
        for k, g in enumerate(pullback(Tensor(fixed_weights(y.shape, seed), dtype=y.dtype))):
            total = total + (g * fixed_weights(g.shape, seed + k + 1)).sum()
        return total

    report = gradcheck(wraps(f)(slope), *inputs, seed=seed, **options)
    note = "checked: the gradient of v·∇f, with fixed weights v of size 1 to 2"
    with everyday_mode():
        work = [np.array(v, dtype=np.float64) for v in floats_of("gradgradcheck", inputs)]
        symmetric = symmetry(f, work) if report else None
    findings = (*report.findings, *([symmetric] if symmetric else []))
    return replace(report, title=f"gradgradcheck of {name_of(f)}", notes=(note, *report.notes), findings=findings)


def assert_gradients(f: Callable[..., Any], *inputs: Any, **options: Any) -> None:
    """Raise `AssertionError` with the report of `gradcheck(f, *inputs, **options)` unless its verdict is PASS.

    INCONCLUSIVE raises too: a test that cannot tell has not passed.

    >>> assert_gradients(np.tanh, np.array([0.5, -1.0]))
    """
    report = gradcheck(f, *inputs, **options)
    if not report:
        raise AssertionError(str(report))
