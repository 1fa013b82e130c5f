"""Differential operators: functions in, functions out, each a few lines over `vjp` and `jvp`.

    grad(f)(x)                      df/dx of a scalar function
    value_and_grad(f)(x)            both
    vjp(f, x)                       the value, and the map from cotangents of it to cotangents of x
    jvp(f, (x,), (t,))              the value, and its change along t
    jacobian(f)(x), hessian(f)(x)   all first, all second derivatives
    hvp(f, (x,), (t,))              the Hessian times t, without the Hessian

Arguments and results may be nested tuples, lists and dicts of arrays. f sees Tensors, the caller gets ndarrays;
inside another transform, or called with Tensors, everything is recorded and results are Tensors, so they nest.
No transform touches the `.grad` of a Tensor that f closes over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import numpy as np

from autograd.errors import DtypeError, GradientError, ShapeError
from autograd.graph import Node, here, tick
from autograd.mishaps import refuse_uncallable
from autograd.modes import enable_grad, is_transforming, transforming
from autograd.ops.elementwise import positive
from autograd.replay import fit, plain, pull_since, push
from autograd.tensor import Tensor, tensor_of
from autograd.values import numbers_like, refuse_dropping_imaginary_parts

Function = Callable[..., Any]


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

    return gradient


def value_and_grad(f: Function, argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Function:
    """The value of a scalar function and its gradient; with `has_aux`, `((value, aux), gradient)`.

    >>> value_and_grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 3.0)
    (array(6.), (array(3.), array(2.)))
    """

    refuse_uncallable(f, "value_and_grad")

    def both(*args: Any, **keywords: Any) -> Any:
        nested = _any_tensor(_items((args, keywords)))
        trace = _Trace(*_selected(f, argnums, args, keywords), has_aux=has_aux, nested=nested)
        if len(trace.outputs) != 1 or np.shape(trace.outputs[0]) != ():
            shapes = " and ".join(str(np.shape(y)) for y in trace.outputs)
            found = f"the function's value has shape {shapes}, not ()" if shapes else "the function returned no value"
            raise GradientError(
                f"grad: {found} (at {here()}). Reduce it to a scalar, as with .sum(), or use jacobian or vjp."
            )
        _refuse_complex("grad", trace.outputs)
        gradients = trace.gradients([np.ones((), _dtype_of(trace.outputs[0]))], trace.nested)
        value = (trace.value, trace.aux) if has_aux else trace.value
        return value, gradients[0] if isinstance(argnums, int | np.integer) else gradients

    return both


def vjp(f: Function, *primals: Any) -> tuple[Any, Function]:
    """The value of f at `primals`, and the pullback: cotangents of the value -> cotangents of the primals (a tuple).

    The pullback may be called any number of times.

    >>> y, pullback = vjp(lambda x: x * x, np.array([1.0, 2.0]))
    >>> pullback(np.array([1.0, 10.0]))
    (array([ 2., 40.]),)
    """
    refuse_uncallable(f, "vjp")
    trace = _Trace(f, primals)

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        cotangents = list(_items_like(cotangent, trace.structure, "pullback: the cotangent"))
        shapes = [np.shape(c) for c in cotangents]
        expected = [np.shape(y) for y in trace.outputs]
        if shapes != expected:
            raise ShapeError(f"pullback: cotangents of shapes {shapes} for values of shapes {expected} (at {here()})")
        for c, y in zip(cotangents, trace.outputs, strict=True):
            refuse_dropping_imaginary_parts("pullback: the cotangent", c, _dtype_of(y))
        return trace.gradients(cotangents, trace.nested or is_transforming() or _any_tensor(cotangents))

    return trace.value, pullback


def jvp(f: Function, primals: Any, tangents: Any) -> tuple[Any, Any]:
    """The value of f at `primals`, and its derivative along `tangents` (both tuples of f's arguments).

    Forward mode, from the same rules as reverse mode: no second table.

    >>> jvp(lambda x: x * x, (3.0,), (1.0,))
    (array(9.), array(6.))
    """
    refuse_uncallable(f, "jvp")
    primals, tangents = _tuple(primals), _tuple(tangents)
    trace = _Trace(f, primals)
    directions = list(_items_like(tangents, primals, "jvp: the tangent"))
    shapes, expected = [np.shape(t) for t in directions], [x.shape for x in trace.inputs]
    if shapes != expected:
        raise ShapeError(f"jvp: tangents of shapes {shapes} for primals of shapes {expected} (at {here()})")
    nested = trace.nested or _any_tensor(directions)
    for t, x in zip(directions, trace.inputs, strict=True):
        refuse_dropping_imaginary_parts("jvp: the tangent", t, x.dtype)
    tangent_of = {
        x._node: _tensor(t, x.dtype) if nested else numbers_like(t, x.dtype, "jvp: a tangent")[()]
        for x, t in zip(trace.inputs, directions, strict=True)
    }
    roots = [y._node if _is_tracked(y) else None for y in trace.outputs]
    with enable_grad() if nested else nullcontext():
        arrived = push(
            [root for root in roots if root is not None],
            tangent_of,
            since=trace.since,
            lift=tensor_of if nested else plain,
            by_double_vjp=_by_double_vjp,
        )
    pushed = iter(arrived)
    results = []
    for y, root in zip(trace.outputs, roots, strict=True):
        t = None if root is None else next(pushed)
        t = np.zeros(np.shape(y), _dtype_of(y)) if t is None else t
        results.append(_tensor(t, _dtype_of(y)) if nested else np.array(t, dtype=_dtype_of(y)))
    return trace.value, _refilled(trace.structure, iter(results))


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

    return vjp(contribute, np.zeros(y.shape, y.dtype))[1]([arriving[i] for i in given])[0]


def jacobian(f: Function, argnums: int | tuple[int, ...] = 0) -> Function:
    """All first derivatives: for a value of shape s and an argument of shape t an array of shape s + t.

    >>> jacobian(lambda x: x * x)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """

    refuse_uncallable(f, "jacobian")

    def derivatives(*args: Any, **keywords: Any) -> Any:
        trace = _Trace(*_selected(f, argnums, args, keywords), nested=_any_tensor(_items((args, keywords))))
        _refuse_complex("jacobian", trace.outputs + trace.inputs)
        blocks = []
        for position, y in enumerate(trace.outputs):
            bases = _unit_cotangents(trace.outputs, position)
            rows = [list(_items(trace.gradients(basis, trace.nested))) for basis in bases]
            stacked = [
                np.stack([row[i] for row in rows]).reshape((*np.shape(y), *x.shape))
                if rows
                else np.zeros((*np.shape(y), *x.shape), x.dtype)
                for i, x in enumerate(trace.inputs)
            ]
            block = _refilled(trace.primals, iter(stacked))
            blocks.append(block[0] if isinstance(argnums, int | np.integer) else block)
        return _refilled(trace.structure, iter(blocks))

    return derivatives


def hessian(f: Function, argnums: int | tuple[int, ...] = 0) -> Function:
    """All second derivatives of a scalar function: the jacobian of its gradient.

    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([3.0, 5.0]))
    array([[10.,  6.],
           [ 6.,  0.]])
    """
    refuse_uncallable(f, "hessian")
    return jacobian(grad(f, argnums), argnums)


def hvp(f: Function, primals: Any, tangents: Any) -> Any:
    """The Hessian of a scalar function times `tangents`: the gradient's derivative along them (forward over reverse).

    >>> hvp(lambda x: (x**3).sum(), (np.array([1.0, 2.0]),), (np.array([1.0, 0.0]),))
    array([6., 0.])
    """
    refuse_uncallable(f, "hvp")
    primals = _tuple(primals)
    argnums = 0 if len(primals) == 1 else tuple(range(len(primals)))
    return jvp(grad(f, argnums), primals, tangents)[1]


class _Trace:
    """One recorded run of a function: its inputs as Tensors, its outputs, and where on the clock it began."""

    def __init__(self, f: Function, primals: tuple[Any, ...], has_aux: bool = False, nested: bool = False) -> None:
        self.primals = primals
        self.nested = nested or is_transforming() or _any_tensor(_items(primals))
        with transforming():
            self.inputs = [_variable(x) for x in _items(primals)]
            self.since = tick()
            handles = (tensor_of(x._node) for x in self.inputs)  # of f's own, since `x[i] = v` binds them anew
            result = f(*_refilled(primals, handles))
        if has_aux and not (isinstance(result, tuple) and len(result) == 2):
            found = f"a tuple of {len(result)}" if isinstance(result, tuple) else f"a {type(result).__name__}"
            raise TypeError(f"with has_aux=True the function returns (value, aux), not {found} (at {here()})")
        self.structure, aux = result if has_aux else (result, None)
        self.outputs = list(_items(self.structure))
        for y in self.outputs:
            if not isinstance(y, Tensor) and np.asarray(y).dtype.kind not in "fiubc":
                raise TypeError(f"the function returned a {type(y).__name__}, not Tensors (at {here()})")
        self.value = self._shown(self.structure)
        self.aux = self._shown(aux)

    def _shown(self, tree: Any) -> Any:
        """What the caller gets: arrays, or inside another transform the Tensors themselves."""
        if self.nested:
            return tree
        return _refilled(tree, (np.array(y._data) if isinstance(y, Tensor) else y for y in _items(tree)))

    def gradients(self, cotangents: list[Any], recorded: bool) -> tuple[Any, ...]:
        """Gradients with respect to the primals, in their structure; recorded, so that they can be differentiated."""
        pairs = [(y, c) for y, c in zip(self.outputs, cotangents, strict=True) if _is_tracked(y)]
        roots = [y._node for y, _ in pairs]
        seeds: list[Any] = [_tensor(c, y.dtype) if recorded else _in_plain_form(c, y) for y, c in pairs]
        reached = pull_since(roots, seeds, self.since, lift=tensor_of if recorded else None)
        gradients = []
        for x in self.inputs:
            c = reached.get(x._node)
            c = np.zeros(x.shape, x.dtype) if c is None else c
            gradients.append(_tensor(c, x.dtype) if recorded else np.array(c, dtype=x.dtype))
        return _refilled(self.primals, iter(gradients))


def _selected(
    f: Function, argnums: int | tuple[int, ...], args: Any, keywords: Any
) -> tuple[Function, tuple[Any, ...]]:
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

    def of_selected(*selected: Any) -> Any:
        arguments = list(_refilled(args, map(_constant, _items(args))))
        for position, value in zip(positions, selected, strict=True):
            arguments[position] = value
        return f(*arguments, **keywords)

    return of_selected, tuple(args[position] for position in positions)


def _constant(x: Any) -> Any:
    """An argument that is not differentiated, as f sees it: float arrays are Tensors, so that `x.dot(w)` works."""
    return Tensor.wrap(x) if isinstance(x, np.ndarray) and x.dtype.kind in "fc" else x


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


def _unit_cotangents(outputs: list[Any], position: int) -> Iterator[list[Any]]:
    """For each element of one output: cotangents that are 1 there and 0 everywhere else."""
    for index in np.ndindex(np.shape(outputs[position])):
        cotangents = [np.zeros(np.shape(y), _dtype_of(y)) for y in outputs]
        cotangents[position][index] = 1
        yield cotangents


def _in_plain_form(cotangent: Any, y: Tensor) -> Any:
    """A cotangent of y as a plain replay takes it: in y's dtype, a Python float for a Python float."""
    plain_form = numbers_like(cotangent, y.dtype, "a cotangent")[()]
    return float(plain_form) if type(y._data) is float else plain_form


def _refuse_complex(name: str, values: list[Any]) -> None:
    if any(_dtype_of(value).kind == "c" for value in values):
        raise DtypeError(
            f"{name}: a complex number is two real ones (at {here()}): let the function take and return real numbers, "
            "as z.real, z.imag and np.abs(z) are, or use vjp or jvp"
        )


def _is_tracked(y: Any) -> bool:
    return isinstance(y, Tensor) and y.requires_grad


def _any_tensor(values: Any) -> bool:
    return any(isinstance(value, Tensor) for value in values)


def _tensor(x: Any, dtype: np.dtype) -> Tensor:
    if not isinstance(x, Tensor):
        return Tensor(x, dtype=dtype)
    return x if x.dtype == dtype else x.astype(dtype)


def _dtype_of(y: Any) -> np.dtype:
    dtype = y.dtype if isinstance(y, Tensor) else np.asarray(y).dtype
    return dtype if dtype.kind in "fc" else np.dtype(np.float64)


def _tuple(x: Any) -> tuple[Any, ...]:
    return tuple(x) if isinstance(x, tuple | list) else (x,)


# --- containers ---


def _items(tree: Any) -> Iterator[Any]:
    """The arrays in nested tuples, lists and dicts, in order; None holds nothing."""
    if isinstance(tree, dict):
        for value in tree.values():
            yield from _items(value)
    elif isinstance(tree, tuple | list):
        for value in tree:
            yield from _items(value)
    elif tree is not None:
        yield tree


def _items_like(tree: Any, structure: Any, what: str) -> Iterator[Any]:
    """The parts of `tree` that stand in the places of the items of `structure`: dicts are matched by key."""
    if isinstance(structure, dict):
        if not isinstance(tree, dict) or tree.keys() != structure.keys():
            raise ShapeError(f"{what} must be a dict with the keys {list(structure)} (at {here()})")
        for key, value in structure.items():
            yield from _items_like(tree[key], value, what)
    elif isinstance(structure, tuple | list):
        if not isinstance(tree, tuple | list) or len(tree) != len(structure):
            raise ShapeError(f"{what} must be a {type(structure).__name__} of {len(structure)} parts (at {here()})")
        for part, value in zip(tree, structure, strict=True):
            yield from _items_like(part, value, what)
    elif structure is not None:
        if tree is None or isinstance(tree, dict):
            raise ShapeError(f"{what} must have an array in the place of each array, not {tree!r} (at {here()})")
        yield tree


def _refilled(tree: Any, leaves: Iterator[Any]) -> Any:
    """The same containers around other leaves."""
    if isinstance(tree, dict):
        return {key: _refilled(value, leaves) for key, value in tree.items()}
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*(_refilled(value, leaves) for value in tree))
    if isinstance(tree, tuple | list):
        return type(tree)(_refilled(value, leaves) for value in tree)
    return None if tree is None else next(leaves)
