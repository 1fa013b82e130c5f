"""The checks that users call: each says what to vary and how to evaluate and differentiate, `examine` does the rest."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial, wraps
from typing import Any

import numpy as np

from autograd.checking.examination import (
    Arrays,
    Examination,
    Options,
    Subject,
    fixed_weights,
    pulled,
    rise_of,
    value_of,
)
from autograd.checking.methods import METHODS
from autograd.checking.report import Finding, GradcheckReport
from autograd.checking.step_free import accumulation, adjoint, cotangents, symmetry, untouched
from autograd.checking.tape import Tape
from autograd.checking.undisturbed import Snapshot, everyday_mode, in_float64, show
from autograd.checking.verdicts import Line, measure, refined
from autograd.errors import DtypeError, GradientError, ShapeError
from autograd.graph import here, tick
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
    """Compare the gradient of f at `inputs` with finite differences; a wrong one gives a report, never an exception.

        FAIL: |analytic - numeric| > rtol max(|analytic|, |numeric|) + atol + bound

    Parameters
    ----------
    f : called with Tensors, returns a Tensor. One that is not a scalar is checked through its sum with fixed weights
        of size 1 to 2, so one pass covers its whole Jacobian; the report says so.
    inputs : the point: floats, arrays or Tensors of floats. All are checked, and none is written to.
    gradient : a gradient to check instead of the engine's: an array for each input, or a function that returns them.
        f may then be any function; it is called with what `inputs` are (floats, arrays, Tensors) and returns a scalar.
    method : "auto", or "central" for central differences.
    rtol, atol : relative and absolute tolerance. In PASS, every bound is below the tolerance or below rtol times the
        input's largest derivative; an element whose bound is not is INCONCLUSIVE.
    max_elements : check this many of each input's elements, drawn with `seed`, and the largest analytic one.

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
    options = _options(method, rtol, atol, max_elements, budget, seed)
    values = _values("gradcheck", inputs)
    work = [np.array(v, dtype=np.float64) for v in values]
    leaves: list[Tensor] = []
    since = 0

    def run() -> Any:
        nonlocal leaves, since
        if gradient is not None:
            return f(*_like(inputs, work))
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
        given = gradient(*_like(inputs, work)) if callable(gradient) else gradient
        return _given(given, work)

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
        f"gradcheck of {_name_of(f)}",
        _call(f, inputs, gradient),
        _names(f, inputs),
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
        work = [np.array(v, dtype=np.float64) for v in _values("gradgradcheck", inputs)]
        symmetric = symmetry(f, work) if report else None
    findings = (*report.findings, *([symmetric] if symmetric else []))
    return replace(report, title=f"gradgradcheck of {_name_of(f)}", notes=(note, *report.notes), findings=findings)


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
    """Compare d loss(model(x), target) / d parameter with finite differences, for every parameter tensor of a model.

    Parameters
    ----------
    model : callable, with `named_parameters()`. Parameters that require no gradient are left out.
    loss : `(prediction, target) -> Tensor`.
    batch : `(x, target)`: arrays, Tensors, or nested tuples, lists and dicts of them.
    max_elements : of a larger parameter, check this many elements, drawn with `seed`, and the largest analytic one.
    method, rtol, atol : as for `gradcheck`.

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
    options = _options(method, rtol, atol, max_elements, budget, seed)
    names, parameters = _parameters(model)
    x, target = batch
    snapshot = Snapshot([model, loss, parameters])
    values = [np.asarray(p._data) for p in parameters]
    wide_x, wide_target = _in_float64(x), _in_float64(target)
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
    work = [np.array(v, dtype=np.float64) for v in _values("numerical_gradient", inputs)]

    def value() -> float:
        y = value_of(f(*_like(inputs, work)))
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


# --- reading the arguments ---


def _values(caller: str, inputs: Sequence[Any]) -> Arrays:
    """The inputs as arrays of floats."""
    if not inputs:
        raise TypeError(f"{caller}: give the point to check at, as in {caller}(f, x)")
    values = [np.asarray(x._data if isinstance(x, Tensor) else x) for x in inputs]
    for k, v in enumerate(values):
        _refuse_complex(f"{caller}: input {k}", v.dtype)
        if v.dtype.kind != "f":
            raise DtypeError(
                f"{caller}: input {k} has dtype {v.dtype}, and only floats have derivatives (at {here()}). Write 2.0 "
                "for 2, or keep it out of the inputs: lambda x: f(x, labels)"
            )
    return values


def _like(inputs: Sequence[Any], work: Arrays) -> list[Any]:
    """Float64 values in the form the user gave each input: Tensor, float or array; always fresh copies."""
    shown: list[Any] = []
    for x, w in zip(inputs, work, strict=True):
        if isinstance(x, Tensor):
            shown.append(Tensor(w))
        else:
            shown.append(w.copy() if w.ndim or isinstance(x, np.ndarray) else np.float64(w))
    return shown


def _given(gradient: Any, work: Arrays) -> Arrays:
    """The user's gradient as one array for each input."""
    parts = gradient if isinstance(gradient, tuple) else (gradient,)
    arrays = [np.asarray(g._data if isinstance(g, Tensor) else g) for g in parts]
    expected, found = [w.shape for w in work], [g.shape for g in arrays]
    if found != expected:
        raise ShapeError(
            f"gradcheck: the given gradient has shapes {found} for inputs of shapes {expected} (at {here()}); give one "
            "array for each input, several in a tuple"
        )
    return arrays


def _parameters(model: Any) -> tuple[list[str], list[Tensor]]:
    """Names and Tensors of the parameters that require grad, each once."""
    if not callable(getattr(model, "named_parameters", None)):
        raise TypeError(f"check_module: a {type(model).__name__} has no named_parameters() (at {here()})")
    found: dict[int, tuple[str, Tensor]] = {}
    for name, tensor in model.named_parameters():
        if tensor.requires_grad:
            _refuse_complex(f"check_module: {name}", tensor.dtype)
            found.setdefault(id(tensor), (name, tensor))
    if not found:
        raise ValueError(f"check_module: no parameter of this {type(model).__name__} requires grad (at {here()})")
    return [name for name, _ in found.values()], [tensor for _, tensor in found.values()]


def _refuse_complex(what: str, dtype: np.dtype) -> None:
    if dtype.kind == "c":
        raise DtypeError(
            f"{what} is complex, and real numbers are varied here (at {here()}): check by its parts, as with "
            "lambda a, b: f(a + 1j * b)"
        )


def _in_float64(tree: Any) -> Any:
    """A batch with its floats in float64; everything else as it is."""
    if isinstance(tree, Tensor):
        return Tensor(tree._data, dtype=np.float64) if tree.dtype.kind == "f" else tree
    if isinstance(tree, np.ndarray | np.generic):
        return tree.astype(np.float64) if tree.dtype.kind == "f" else tree
    if isinstance(tree, dict):
        return {key: _in_float64(value) for key, value in tree.items()}
    if type(tree) in (list, tuple):
        return type(tree)(_in_float64(part) for part in tree)
    return tree


def _names(f: Callable[..., Any], inputs: Sequence[Any]) -> list[str]:
    """What to call the inputs: a Tensor's own name, else that of f's parameter."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    positional = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    names = [positional[k] if k < len(positional) else f"input{k}" for k in range(len(inputs))]
    own = [x.name if isinstance(x, Tensor) else None for x in inputs]
    return [given or name for given, name in zip(own, names, strict=True)]


def _call(f: Callable[..., Any], inputs: Sequence[Any], gradient: Any) -> str:
    """The call to paste, with small inputs written out."""
    name, names = _name_of(f), _names(f, inputs)
    written = []
    for x, label in zip(inputs, names, strict=True):
        value = np.asarray(x._data if isinstance(x, Tensor) else x)
        text = " ".join(f"np.{value!r}".split()) if value.ndim else repr(float(value))
        written.append(text if value.size <= 6 else label)
    arguments = ", ".join(written)
    if len(arguments) > 120:
        arguments = ", ".join(names) if len(names) <= 6 else "*inputs"
    given = ", gradient=gradient" if gradient is not None else ""
    return f"gradcheck({'f' if name == '<lambda>' else name}, {arguments}{given}"


def _name_of(f: Callable[..., Any]) -> str:
    return getattr(f, "__name__", type(f).__name__)


def _options(
    method: str, rtol: float | None, atol: float, max_elements: int | None, budget: float, seed: int
) -> Options:
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, not {method!r}")
    if max_elements is not None and max_elements < 1:
        raise ValueError(f"max_elements must be at least 1, not {max_elements}")
    return Options(rtol, atol, method, max_elements, budget, seed)
