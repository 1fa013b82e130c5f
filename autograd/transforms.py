"""Differential operators: functions in, functions out, each a few lines over one recorded run of the function.

    grad(f)(x)                      df/dx of a scalar function
    value_and_grad(f)(x)            both
    vjp(f, x)                       the value, and the map from cotangents of it to cotangents of x
    jvp(f, (x,), (t,))              the value, and its change along t
    hvp(f, (x,), (t,))              the Hessian times t, without the Hessian

Arguments and results may be nested tuples, lists and dicts of arrays. f sees Tensors, the caller gets ndarrays;
inside another transform, or called with Tensors, everything is recorded and results are Tensors, so they nest.
No transform touches the `.grad` of a Tensor that f closes over.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.errors import GradientError, ShapeError
from autograd.graph import here
from autograd.mishaps import refuse_uncallable
from autograd.modes import is_transforming
from autograd.tracing import Function, Trace, any_tensor, dtype_of, refuse_complex, selected
from autograd.trees import items, items_like
from autograd.values import refuse_dropping_imaginary_parts


def grad(f: Function, argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Function:
    """The gradient of a scalar function with respect to the arguments at `argnums`.

    With `has_aux`, f returns `(value, aux)` and the result is `(gradient, aux)`. An argument that f does not use
    gets zeros. Raises `GradientError` if f's value is not a scalar.

    >>> grad(lambda x: x**3)(2.0)
    array(12.)
    >>> grad(grad(lambda x: x**3))(2.0)
    array(12.)
    >>> grad(lambda p: (p["w"] * p["w"]).sum())({"w": np.array([1.0, 2.0])})
    {'w': array([2., 4.])}
    """
    refuse_uncallable(f, "grad")
    both = value_and_grad(f, argnums, has_aux)

    def gradient(*args: Any, **keywords: Any) -> Any:
        value, gradients = both(*args, **keywords)
        return (gradients, value[1]) if has_aux else gradients

    return in_place_of(f, gradient)


def value_and_grad(f: Function, argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Function:
    """The value of a scalar function and its gradient; with `has_aux`, `((value, aux), gradient)`.

    >>> value_and_grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 3.0)
    (array(6.), (array(3.), array(2.)))
    """

    refuse_uncallable(f, "value_and_grad")

    def value_and_gradient(*args: Any, **keywords: Any) -> Any:
        nested = any_tensor(items((args, keywords)))
        trace = Trace(*selected(f, argnums, args, keywords), has_aux=has_aux, nested=nested)
        if len(trace.outputs) != 1 or np.shape(trace.outputs[0]) != ():
            shapes = " and ".join(str(np.shape(y)) for y in trace.outputs)
            found = f"the function's value has shape {shapes}, not ()" if shapes else "the function returned no value"
            raise GradientError(
                f"grad: {found} (at {here()}). Reduce it to a scalar, as with .sum(), or use jacobian or vjp."
            )
        refuse_complex("grad", trace.outputs)
        gradients = trace.gradients([np.ones((), dtype_of(trace.outputs[0]))], trace.nested)
        value = (trace.value, trace.aux) if has_aux else trace.value
        return value, gradients[0] if isinstance(argnums, int | np.integer) else gradients

    return in_place_of(f, value_and_gradient)


def in_place_of(f: Function, transformed: Function) -> Function:
    """The transformed function, telling f's signature and place to who asks."""
    transformed.__wrapped__ = f  # type: ignore[attr-defined]
    return transformed


def vjp(f: Function, *primals: Any, has_aux: bool = False) -> Any:
    """The value of f at `primals`, and the pullback: cotangents of the value -> cotangents of the primals (a tuple).

    The pullback may be called any number of times. With `has_aux`, f returns `(value, aux)` and the result is
    `(value, pullback, aux)`.

    >>> y, pullback = vjp(lambda x: x * x, np.array([1.0, 2.0]))
    >>> pullback(np.array([1.0, 10.0]))
    (array([ 2., 40.]),)
    """
    refuse_uncallable(f, "vjp")
    trace = Trace(f, primals, has_aux=has_aux)

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        cotangents = list(items_like(cotangent, trace.structure, "pullback: the cotangent"))
        shapes = [np.shape(c) for c in cotangents]
        expected = [np.shape(y) for y in trace.outputs]
        if shapes != expected:
            raise ShapeError(f"pullback: cotangents of shapes {shapes} for values of shapes {expected} (at {here()})")
        for c, y in zip(cotangents, trace.outputs, strict=True):
            refuse_dropping_imaginary_parts("pullback: the cotangent", c, dtype_of(y))
        return trace.gradients(cotangents, trace.nested or is_transforming() or any_tensor(cotangents))

    return (trace.value, pullback, trace.aux) if has_aux else (trace.value, pullback)


def jvp(f: Function, primals: Any, tangents: Any, has_aux: bool = False) -> Any:
    """The value of f at `primals`, and its derivative along `tangents` (both tuples of f's arguments).

    Forward mode, from the same rules as reverse mode: no second table. With `has_aux`, f returns `(value, aux)` and
    the result is `(value, tangent, aux)`.

    >>> jvp(lambda x: x * x, (3.0,), (1.0,))
    (array(9.), array(6.))
    """
    refuse_uncallable(f, "jvp")
    primals, tangents = _tuple(primals), _tuple(tangents)
    trace = Trace(f, primals, has_aux=has_aux)
    directions = list(items_like(tangents, primals, "jvp: the tangent"))
    shapes, expected = [np.shape(t) for t in directions], [x.shape for x in trace.inputs]
    if shapes != expected:
        raise ShapeError(f"jvp: tangents of shapes {shapes} for primals of shapes {expected} (at {here()})")
    for t, x in zip(directions, trace.inputs, strict=True):
        refuse_dropping_imaginary_parts("jvp: the tangent", t, x.dtype)
    tangent = trace.tangents(directions, trace.nested or any_tensor(directions))
    return (trace.value, tangent, trace.aux) if has_aux else (trace.value, tangent)


def hvp(f: Function, primals: Any, tangents: Any) -> Any:
    """The Hessian of a scalar function times `tangents`: the gradient's derivative along them (forward over reverse).

    >>> hvp(lambda x: (x**3).sum(), (np.array([1.0, 2.0]),), (np.array([1.0, 0.0]),))
    array([6., 0.])
    """
    refuse_uncallable(f, "hvp")
    primals = _tuple(primals)
    argnums = 0 if len(primals) == 1 else tuple(range(len(primals)))
    return jvp(grad(f, argnums), primals, tangents)[1]


def _tuple(x: Any) -> tuple[Any, ...]:
    return tuple(x) if isinstance(x, tuple | list) else (x,)
