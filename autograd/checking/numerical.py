"""`numerical_gradient`: the gradient by differences alone, for whoever wants the numbers and no verdict."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from autograd.checking.arguments import floats_of, shown_like
from autograd.checking.finite_differences import Stencil
from autograd.checking.lines import Line, clear_step, noise_of, refined
from autograd.checking.neighbourhood import rise_of
from autograd.checking.subject import value_of
from autograd.checking.undisturbed import everyday_mode
from autograd.errors import GradientError
from autograd.graph import here


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
            noise = noise_of(lines, abs(start))
            first = [Stencil.around(line.x, line.rise, clear_step(line)).estimate(noise) for line in lines]
            found = [refined(line, e, noise, rtol=1e-9).value for line, e in zip(lines, first, strict=True)]
            g = np.array(found).reshape(w.shape)
            gradients.append(g)
    return gradients[0] if len(gradients) == 1 else tuple(gradients)
