"""`check_module`: every parameter of a model, which is left as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.checking.arguments import batch_in_float64, options_of, parameters_of
from autograd.checking.examination import examine
from autograd.checking.findings import Finding
from autograd.checking.report import GradcheckReport
from autograd.checking.step_free import accumulation, cotangents
from autograd.checking.subject import Arrays, Subject, pulled
from autograd.checking.tape import Tape
from autograd.checking.undisturbed import Snapshot, everyday_mode, in_float64, show
from autograd.graph import here, tick
from autograd.mishaps import refuse_uncallable


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

    >>> from autograd import Tensor
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
            return examine(subject, options)
    finally:
        snapshot.put_back()
