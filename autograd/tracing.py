"""One recorded run of a function, and derivatives sent through it in either direction: what every transform is made of.

Cotangents and tangents come in three forms, and results in the same: arrays; Tensors, where the pass is itself to be
recorded; and `Rows` of either, many at once.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np

import autograd.batching  # noqa: F401  (what it files lets rows go together)
from autograd.capture import current_capture, section
from autograd.errors import DtypeError
from autograd.forward import push
from autograd.graph import Node, ancestors, here, tick
from autograd.modes import enable_grad, is_transforming, transforming
from autograd.ops.elementwise import positive
from autograd.replay import Lift, fit, plain, pull_since
from autograd.rows import Rows
from autograd.tensor import Tensor, tensor_of
from autograd.trees import items, refilled
from autograd.values import float64_of, numbers_like

Function = Callable[..., Any]


class Trace:
    """One recorded run of a function: its inputs as Tensors, its outputs, and where on the clock it began."""

    def __init__(self, f: Function, primals: tuple[Any, ...], has_aux: bool = False, nested: bool = False) -> None:
        self.primals = primals
        self.nested = nested or is_transforming() or any_tensor(items(primals))
        with transforming():
            self.inputs = [_variable(x) for x in items(primals)]
            self.since = tick()
            handles = (tensor_of(x._node) for x in self.inputs)  # of f's own, since `x[i] = v` binds them anew
            result = f(*refilled(primals, handles))
        if has_aux and not (isinstance(result, tuple) and len(result) == 2):
            found = f"a tuple of {len(result)}" if isinstance(result, tuple) else f"a {type(result).__name__}"
            raise TypeError(f"with has_aux=True the function returns (value, aux), not {found} (at {here()})")
        self.structure, aux = result if has_aux else (result, None)
        self.outputs = list(items(self.structure))
        for y in self.outputs:
            if not isinstance(y, Tensor) and np.asarray(y).dtype.kind not in "fiubc":
                raise TypeError(f"the function returned a {type(y).__name__}, not Tensors (at {here()})")
        self.value = self._shown(self.structure)
        self.aux = self._shown(aux)

    def _shown(self, tree: Any) -> Any:
        """What the caller gets: arrays, or inside another transform the Tensors themselves."""
        if self.nested:
            return tree
        return refilled(tree, (np.array(y._data) if isinstance(y, Tensor) else y for y in items(tree)))

    def gradients(self, cotangents: list[Any], recorded: bool) -> tuple[Any, ...]:
        """Gradients with respect to the primals, in their structure; recorded, so that they can be differentiated."""
        pulled = list(zip(self.inputs, self.pulled(cotangents, recorded), strict=True))
        if (capture := current_capture()) is not None:
            for x, c in pulled:
                if isinstance(c, Tensor):
                    capture.cotangents[c._node] = x._node
        return refilled(self.primals, (_given(c, x, recorded) for x, c in pulled))

    def pulled(self, cotangents: list[Any], recorded: bool) -> list[Any]:
        """What cotangents of the outputs send to each input; None for one that they do not reach."""
        pairs = [(y, c) for y, c in zip(self.outputs, cotangents, strict=True) if is_tracked(y)]
        roots = [y._node for y, _ in pairs]
        seeds = [seed_for(c, y, recorded) for y, c in pairs]
        points = [x._node for x in self.inputs]
        reached = pull_since(roots, seeds, self.since, lift_for(seeds, recorded), to=points)
        return [reached.get(point) for point in points]

    def tangents(self, directions: list[Any], recorded: bool) -> Any:
        """How the outputs change where the inputs move in `directions`; in the outputs' structure."""
        pushed = zip(self.outputs, self.pushed(directions, recorded), strict=True)
        return refilled(self.structure, (_given(t, y, recorded) for y, t in pushed))

    def pushed(self, directions: list[Any], recorded: bool) -> list[Any]:
        """What tangents of the inputs send to each output; None for one that they do not reach."""
        tangent_of = {
            x._node: float64_of(seed_for(t, x, recorded)) for x, t in zip(self.inputs, directions, strict=True)
        }
        lift = lift_for(directions, recorded) or plain
        roots = [y._node for y in self.outputs if is_tracked(y)]
        with enable_grad() if recorded else nullcontext(), section("tangents"):
            arrived = iter(push(roots, tangent_of, since=self.since, lift=lift, by_double_vjp=_by_double_vjp))
        return [next(arrived) if is_tracked(y) else None for y in self.outputs]

    def operations(self) -> list[Node]:
        """What was recorded on the way to the outputs."""
        return ancestors([y._node for y in self.outputs if is_tracked(y)], self.since)[0]


def _by_double_vjp(node: Node, arriving: list[Any]) -> Any:
    """The jvp of one operation from its vjp rules alone.

    The map from the output's cotangent to the contributions is linear; its transpose takes the inputs' tangents to the
    output's. So the vjp of the vjp is the jvp.
    """
    primitive, keywords = node.primitive, node.keywords or {}
    given = [i for i, t in enumerate(arriving) if t is not None and (primitive.joint is not None or primitive.rules[i])]
    y, arguments = tensor_of(node), [tensor_of(x) for x in node.inputs]

    def contribute(g: Tensor) -> list[Tensor | None]:
        if primitive.joint is not None:
            contributions = primitive.joint(g, y, *arguments, **keywords)
        else:
            contributions = {i: primitive.rules[i](g, y, *arguments, **keywords) for i in given}
        sent = [(contributions[i], node.inputs[i].output) for i in given]
        return [None if c is None else fit(c, x, primitive) for c, x in sent]

    trace = Trace(contribute, (np.zeros(y.shape, y.dtype),))
    tangents = [arriving[i] for i, c in zip(given, trace.structure, strict=True) if c is not None]
    recorded = trace.nested or any(map(holds_tensor, tangents))
    (t,) = trace.pulled(tangents, recorded)
    return t if type(t) is Rows else _given(t, y, recorded)


def lift_for(seeds: list[Any], recorded: bool) -> Lift | None:
    """How rules shall see values in a pass with these seeds; None for a plain one."""
    lift: Lift = tensor_of if recorded else plain
    if not any(type(c) is Rows for c in seeds):
        return lift if recorded else None

    def lift_to_rows(x: Any) -> Any:
        value = lift(x)
        return Rows(value, is_stack=False) if hasattr(value, "shape") else value

    return lift_to_rows


def seed_for(c: Any, y: Tensor, recorded: bool) -> Any:
    """A cotangent or tangent of y in the form that a replay takes, in y's dtype."""
    if type(c) is Rows:
        return c if c.dtype == y.dtype else c.astype(y.dtype)
    if recorded:
        return _tensor(c, y.dtype)
    plain_form = numbers_like(c, y.dtype, "a cotangent or tangent")[()]
    return float(plain_form) if type(y._data) is float else plain_form


def _given(c: Any, x: Any, recorded: bool) -> Any:
    """A result for x as the caller gets it; zeros where nothing arrived."""
    c = np.zeros(np.shape(x), dtype_of(x)) if c is None else c
    return _tensor(c, dtype_of(x)) if recorded else np.array(c, dtype=dtype_of(x))


def _variable(x: Any) -> Tensor:
    """A new point to differentiate at: a leaf, or, for a Tensor that an outer transform tracks, its identity."""
    if isinstance(x, Tensor) and x.requires_grad:
        return positive(x)
    kind = x.dtype.kind if isinstance(x, Tensor) else np.asarray(x).dtype.kind
    if kind not in "fc":
        raise DtypeError(
            f"cannot differentiate with respect to {x!r} (at {here()}): derivatives are taken with respect to floats. "
            "Write 2.0 for 2, x.astype(float) for an array of integers, or leave the argument out of argnums."
        )
    return Tensor(x, requires_grad=True)


def selected(f: Function, argnums: int | tuple[int, ...], args: Any, keywords: Any) -> tuple[Function, tuple[Any, ...]]:
    """f as a function of the arguments at `argnums` alone, and those arguments."""
    positions = argnums if isinstance(argnums, tuple | list) else (argnums,)
    if not all(isinstance(one, int | np.integer) and not isinstance(one, bool) for one in positions):
        raise TypeError(f"argnums={argnums!r}: the place of an argument, counted from 0, or a tuple of these")
    if len({position % max(len(args), 1) for position in positions}) < len(positions):
        raise TypeError(f"argnums={argnums} names an argument twice (at {here()})")
    for position in positions:
        if not -len(args) <= position < len(args):
            raise TypeError(
                f"argnums={argnums}, but the function was called with {len(args)} positional argument(s) (at {here()})"
            )

    def of_selected(*chosen: Any) -> Any:
        arguments = list(refilled(args, map(_constant, items(args))))
        for position, value in zip(positions, chosen, strict=True):
            arguments[position] = value
        return f(*arguments, **keywords)

    return of_selected, tuple(args[position] for position in positions)


def _constant(x: Any) -> Any:
    """An argument that is not differentiated, as f sees it: float arrays are Tensors, so that `x.dot(w)` works."""
    return Tensor.wrap(x) if isinstance(x, np.ndarray) and x.dtype.kind in "fc" else x


def refuse_complex(name: str, values: list[Any]) -> None:
    """Raise if there is a complex value among those that must be real."""
    if any(dtype_of(value).kind == "c" for value in values):
        raise DtypeError(
            f"{name}: a complex number is two real ones (at {here()}): let the function take and return real numbers, "
            "as z.real, z.imag and np.abs(z) are, or use vjp or jvp"
        )


def is_tracked(y: Any) -> bool:
    """Whether derivatives reach y."""
    return isinstance(y, Tensor) and y.requires_grad


def holds_tensor(x: Any) -> bool:
    """Whether x is a Tensor, or Rows of one."""
    return isinstance(x._data if type(x) is Rows else x, Tensor)


def any_tensor(values: Any) -> bool:
    """Whether there is a Tensor among the values."""
    return any(isinstance(value, Tensor) for value in values)


def dtype_of(y: Any) -> np.dtype:
    """The dtype of derivatives with respect to y, or of y's own."""
    dtype = y.dtype if isinstance(y, Tensor) else np.asarray(y).dtype
    return dtype if dtype.kind in "fc" else np.dtype(np.float64)


def _tensor(x: Any, dtype: np.dtype) -> Tensor:
    if not isinstance(x, Tensor):
        return Tensor(x, dtype=dtype)
    return x if x.dtype == dtype else x.astype(dtype)
