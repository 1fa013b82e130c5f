"""The checks that users call: each says what to vary and how to evaluate and differentiate, `examine` does the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial, wraps
from typing import Any

import numpy as np

from autograd.checking.arguments import (
    batch_in_float64,
    call_of,
    floats_of,
    given_gradient,
    name_of,
    names_of,
    options_of,
    parameters_of,
    shown_like,
)
from autograd.checking.examination import Examination, rise_of
from autograd.checking.findings import Finding
from autograd.checking.report import GradcheckReport
from autograd.checking.step_free import accumulation, adjoint, cotangents, symmetry, untouched
from autograd.checking.subject import Arrays, Subject, fixed_weights, pulled, value_of
from autograd.checking.tape import Tape
from autograd.checking.undisturbed import Snapshot, everyday_mode, in_float64, show
from autograd.checking.verdicts import Line, measure, refined
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
        along three random ±1 directions, with bisection to those that are wrong.

    Raises
    ------
    DtypeError : for integer inputs. TypeError : f returns no Tensor, or there are no inputs. ShapeError : `gradient`
    does not fit `inputs`. GradientError : `gradient` is given for an f that is not scalar.

    >>> report = gradcheck(lambda x: (x**3).sum(), np.array([1.0, 2.0]))
    >>> report.verdict
    'PASS'
    >>> report = gradcheck(np.sin, 1.0, gradient=lambda x: -np.cos(x))
    >>> report.verdict, round(report.elements[0].analytic, 3), round(report.elements[0].numeric, 3)
    ('FAIL', -0.54, 0.54)
    """
    refuse_uncallable(f, "gradcheck")
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
    )
    with everyday_mode():
        return Examination(subject, options).report()


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


def check_module(
    model: Any,
    loss: Callable[[Any, Any], Any],
    batch: tuple[Any, Any],
    *,
    method: str = "auto",
    rtol: float | None = None,
    atol: float = 0.0,
    max_elements: int | None = None,
    budget: float = 2.0,
    seed: int = 0,
) -> GradcheckReport:
    """Compare d loss(model(x), target) / d parameter with slopes of the loss, for every parameter tensor of a model.

    Parameters
    ----------
    model : callable, with `named_parameters()`. Parameters that require no gradient are left out.
    loss : `(prediction, target) -> Tensor`.
    batch : `(x, target)`: arrays, Tensors, or nested tuples, lists and dicts of them.
    method, rtol, atol, max_elements, budget, seed : as for `gradcheck`.

    The model runs in its present mode, on float64 copies of its parameters and of the batch. Afterwards everything it
    holds is as it was, bit for bit: values, gradients, flags, running statistics, random generators.

    Raises
    ------
    TypeError : the model has no `named_parameters`, or the loss is no Tensor. ValueError : no parameter requires grad.

    >>> class Line:
    ...     def __init__(self):
    ...         self.w = Tensor([1.0, -2.0], requires_grad=True)
    ...     def named_parameters(self):
    ...         return [("w", self.w)]
    ...     def __call__(self, x):
    ...         return x @ self.w
    >>> batch = np.array([[1.0, 0.5], [2.0, 1.0]]), np.array([0.0, 1.0])
    >>> check_module(Line(), lambda p, t: ((p - t) ** 2).mean(), batch).verdict
    'PASS'
    """
    refuse_uncallable(loss, "check_module")
    options = options_of(method, rtol, atol, max_elements, budget, seed)
    if not isinstance(batch, tuple | list) or len(batch) != 2:
        raise TypeError(f"check_module: the batch is (x, target), not {type(batch).__name__} (at {here()})")
    names, parameters = parameters_of(model)
    x, target = batch
    snapshot = Snapshot([model, loss, parameters])
    values = [np.asarray(p._data) for p in parameters]
    wide_x, wide_target = batch_in_float64(x), batch_in_float64(target)
    since = 0
    try:
        with everyday_mode(), in_float64(parameters) as work:

            def run() -> Any:
                nonlocal since
                snapshot.put_back(leave=parameters)
                for parameter, copy in zip(parameters, work, strict=True):
                    show(parameter, copy)
                since = tick()
                return loss(model(wide_x), wide_target)

            def analytic(output: Any, weights: np.ndarray) -> Arrays:
                return pulled(output, weights, parameters, since)

            def record() -> Tape:
                output = run()
                return Tape.recorded(output, parameters, since)

            def in_own_dtype(weights: np.ndarray) -> Arrays:
                snapshot.put_back()
                start = tick()
                return pulled(loss(model(x), target), weights, parameters, start)

            def step_free(weights: np.ndarray, found: Arrays) -> list[Finding]:
                output = run()
                findings = cotangents(output, lambda w: analytic(output, w), weights, found)
                twice = accumulation(output, parameters, weights, found)
                return [*findings, *([twice] if twice else [])]

            subject = Subject(
                f"check_module of {type(model).__name__}",
                f"check_module(model, {getattr(loss, '__name__', 'loss')}, batch",
                names,
                values,
                work,
                run,
                record,
                analytic,
                in_own_dtype,
                step_free,
            )
            return Examination(subject, options).report()
    finally:
        snapshot.put_back()


def assert_gradients(f: Callable[..., Any], *inputs: Any, **options: Any) -> None:
    """Raise `AssertionError` with the report of `gradcheck(f, *inputs, **options)` unless its verdict is PASS.

    INCONCLUSIVE raises too: a test that cannot tell has not passed.

    >>> assert_gradients(np.tanh, np.array([0.5, -1.0]))
    """
    report = gradcheck(f, *inputs, **options)
    if not report:
        raise AssertionError(str(report))


def numerical_gradient(f: Callable[..., Any], *inputs: Any) -> Any:
    """The gradient of a scalar function by central differences, (f(x + h) - f(x - h)) / 2h extrapolated to h = 0.

    An array for one input, a tuple of arrays for more. f may be any function of floats, arrays or Tensors: it is called
    with what `inputs` are, in float64. Where no step gives a finite slope the result is nan.

    Raises `DtypeError` for integer inputs, `GradientError` if f's value is not a scalar.

    >>> g = numerical_gradient(lambda x: (x**3).sum(), np.array([1.0, 2.0]))
    >>> print(np.round(g, 6))
    [ 3. 12.]
    """
    work = [np.array(v, dtype=np.float64) for v in floats_of("numerical_gradient", inputs)]

    def value() -> float:
        y = value_of(f(*shown_like(inputs, work)))
        if y.size != 1:
            raise GradientError(
                f"numerical_gradient: f returned shape {y.shape}, not a scalar (at {here()}); reduce it, as with .sum()"
            )
        return float(y.reshape(()))

    gradients = []
    with everyday_mode():
        start = value()
        for w in work:
            rise = rise_of(w, lambda: value() - start)
            lines = [Line(float(w[i]), partial(rise, i), None, lambda t: True) for i in np.ndindex(w.shape)]
            first, noise = measure(lines, abs(start))
            found = [refined(line, e, noise, rtol=1e-9).value for line, e in zip(lines, first, strict=True)]
            g = np.array(found).reshape(w.shape)
            gradients.append(g)
    return gradients[0] if len(gradients) == 1 else tuple(gradients)
