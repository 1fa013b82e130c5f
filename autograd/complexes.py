"""Complex numbers: what an op is where an argument is complex, and its rules there.

The gradient of a real L with respect to z = a + ib is dL/da + i dL/db, as in PyTorch: the direction in which L grows
fastest, so that `z -= lr * z.grad` descends. A real argument takes the real part of what is sent to it.

Where y = f(x) has a complex derivative, that convention sends g conj(f'(x)) to x. A rule of the table, say
`g * np.cos(x)`, is g f'(x), written with arithmetic and functions for which f(conj(x)) = conj(f(x)). So its own
conjugate is the same formula at conjugate values, and one declaration serves real and complex numbers alike:

    rule(g, conj(y), conj(x), ...)

An op whose declaration says `takes_complex` (the linear ones do) gets its complex form from here. One that has no
complex derivative, as `abs`, is given a form of its own with `on_complex`, or is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.errors import DtypeError
from autograd.graph import here
from autograd.primitives import GENERAL, LINEAR, REGISTRY, Primitive, Rule, frozen

_FORMS: dict[Primitive, Callable[..., Any]] = {}


class ComplexPrimitive(Primitive):
    """An op with complex arguments or results; its rules are applied as they stand."""

    __slots__ = ()

    def __call__(self, *inputs: Any, **keywords: Any) -> Any:
        """As any primitive, but a Tensor is told that the result may be complex."""
        for item in inputs:
            if (record := getattr(type(item), "__complex_primitive__", None)) is not None:
                return record(self, inputs, {name: frozen(k) for name, k in keywords.items()} if keywords else None)
        return self.forward(*inputs, **keywords)


def complex_primitive(function: Callable[..., Any], *rules: Rule | None, **options: Any) -> ComplexPrimitive:
    """Declare an op with complex arguments or results, of no special structure (options as for `elementwise`)."""
    return _declare(GENERAL, function, rules, **options)


def real_linear(function: Callable[..., Any], *rules: Rule | None, **options: Any) -> ComplexPrimitive:
    """Declare an op with complex arguments or results that is linear in real and imaginary parts."""
    return _declare(LINEAR, function, rules, **options)


def _declare(
    structure: str, function: Callable[..., Any], rules: tuple[Rule | None, ...], **options: Any
) -> ComplexPrimitive:
    REGISTRY[function] = declared = ComplexPrimitive(function, rules, structure, **options)
    return declared


def on_complex(primitive: Primitive) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register what to call in place of a primitive where an argument is complex."""

    def register(form: Callable[..., Any]) -> Callable[..., Any]:
        _FORMS[primitive] = form
        return form

    return register


def form_of(primitive: Primitive) -> Callable[..., Any]:
    """What to call where an argument is complex: a `ComplexPrimitive`, or a function made of differentiable ones.

    Raises `DtypeError` where there is no such thing.
    """
    if isinstance(primitive, ComplexPrimitive):
        return primitive
    form = _FORMS.get(primitive)
    if form is None:
        if not primitive.takes_complex:
            raise DtypeError(
                f"{primitive.name} takes real numbers, not complex ones (at {here()}): make a real number of each z "
                "first, with np.abs(z), z.real, z.imag or np.angle(z)"
            )
        form = _FORMS[primitive] = _form_by_rules(primitive)
    return form


def _form_by_rules(primitive: Primitive) -> ComplexPrimitive:
    form = ComplexPrimitive(
        primitive.numpy_function,
        tuple(None if rule is None else _at_conjugates(rule) for rule in primitive.rules),
        primitive.structure,
        forward=primitive.forward,
        joint=None if primitive.joint is None else _at_conjugates(primitive.joint),
        masks=primitive.masks,
        name=primitive.name,
        shapes=primitive.shapes,
        arity=primitive.arity,
    )
    form.tangent_rules = primitive.rules  # forward, a tangent is multiplied by f'(x) itself
    return form


def _at_conjugates(rule: Rule) -> Rule:
    def conjugated(g: Any, y: Any, *arguments: Any, **keywords: Any) -> Any:
        return rule(g, _conjugate(y), *map(_conjugate, arguments), **keywords)

    return conjugated


def _conjugate(x: Any) -> Any:
    return np.conjugate(x) if x.dtype.kind == "c" else x
