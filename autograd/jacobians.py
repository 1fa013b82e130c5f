"""All first and all second derivatives of a function.

    jacobian(f)(x)      dy_i / dx_j
    hessian(f)(x)       d2y / dx_i dx_j

A jacobian is sent through the graph in one pass, as many rows (reverse mode) or columns (forward mode) as fit.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from autograd.mishaps import refuse_uncallable
from autograd.modes import ANOMALY, current_mode
from autograd.rows import Rows
from autograd.tensor import Tensor
from autograd.tracing import Function, Trace, any_tensor, dtype_of, refuse_complex, selected
from autograd.transforms import grad, in_place_of
from autograd.trees import items, refilled

Send = Callable[[list[Any], bool], list[Any]]  # `Trace.pulled` or `Trace.pushed`

_FEW = 3  # rows that are sooner sent one by one
_ELEMENTS_AT_ONCE = 1 << 22  # in the largest array of a pass of many rows: 32 MiB of float64


def jacobian(f: Function, argnums: int | tuple[int, ...] = 0, has_aux: bool = False, mode: str = "auto") -> Function:
    """All first derivatives: for a value of shape s and an argument of shape t an array of shape s + t.

    Values and arguments may be containers: the result has the value's structure, and in the place of each of its arrays
    that of the argument (a tuple of them where `argnums` is one).

    Parameters
    ----------
    has_aux : f returns `(value, aux)`, and the result is `(jacobian, aux)`.
    mode : "reverse", a pass for each element of the value; "forward", a pass for each of the arguments; "auto", the
        fewer of the two. Passes go together, as rows of one.

    >>> jacobian(lambda x: x * x)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    >>> jacobian(lambda p: {"sum": p["a"] + p["b"]})({"a": 1.0, "b": 2.0})
    {'sum': {'a': array(1.), 'b': array(1.)}}
    """
    refuse_uncallable(f, "jacobian")
    if mode not in ("auto", "forward", "reverse"):
        raise ValueError(f"jacobian: mode={mode!r} is none of 'auto', 'forward', 'reverse'")

    def derivatives(*args: Any, **keywords: Any) -> Any:
        nested = any_tensor(items((args, keywords)))
        trace = Trace(*selected(f, argnums, args, keywords), has_aux=has_aux, nested=nested)
        refuse_complex("jacobian", trace.outputs + trace.inputs)
        few_inputs = sum(x.size for x in trace.inputs) < sum(np.size(y) for y in trace.outputs)
        forward = mode == "forward" or (mode == "auto" and few_inputs)
        try:
            rows = _by_columns(trace) if forward else _by_rows(trace)
        except Exception:  # forward mode differentiates rules, and not every rule of a user's own can be
            if mode != "auto" or not forward:
                raise
            rows = _by_rows(trace)
        blocks = []
        for row in rows:
            block = refilled(trace.primals, iter(row))
            blocks.append(block[0] if isinstance(argnums, int | np.integer) else block)
        result = refilled(trace.structure, iter(blocks))
        return (result, trace.aux) if has_aux else result

    return in_place_of(f, derivatives)


def hessian(f: Function, argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Function:
    """All second derivatives of a scalar function: the jacobian of its gradient (options as for `jacobian`).

    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([3.0, 5.0]))
    array([[10.,  6.],
           [ 6.,  0.]])
    """
    refuse_uncallable(f, "hessian")
    return jacobian(grad(f, argnums, has_aux), argnums, has_aux, mode="reverse")


def _by_rows(trace: Trace) -> list[list[Any]]:
    """For each output its derivatives with respect to each input, by reverse mode."""
    parts = _parts(trace.outputs)
    stacks = _sent(trace, trace.outputs, trace.inputs, trace.pulled)
    return [
        [stack[part].reshape((*np.shape(y), *x.shape)) for x, stack in zip(trace.inputs, stacks, strict=True)]
        for y, part in zip(trace.outputs, parts, strict=True)
    ]


def _by_columns(trace: Trace) -> list[list[Any]]:
    """The same, by forward mode."""
    parts = _parts(trace.inputs)
    stacks = [np.moveaxis(stack, 0, -1) for stack in _sent(trace, trace.inputs, trace.outputs, trace.pushed)]
    return [
        [stack[..., part].reshape((*np.shape(y), *x.shape)) for x, part in zip(trace.inputs, parts, strict=True)]
        for y, stack in zip(trace.outputs, stacks, strict=True)
    ]


def _parts(arrays: list[Any]) -> list[slice]:
    """The places of each array's elements, all elements numbered on."""
    bounds = [0, *accumulate(int(np.size(x)) for x in arrays)]
    return [slice(a, b) for a, b in pairwise(bounds)]


def _sent(trace: Trace, sources: list[Any], targets: list[Any], send: Send) -> list[Any]:
    """What each element of the sources, being 1 and all others 0, sends to each target: along a first axis."""
    count = sum(int(np.size(x)) for x in sources)
    if not count:
        return [np.zeros((0, *np.shape(x)), dtype_of(x)) for x in targets]
    operations = trace.operations()
    if count < _FEW or current_mode() & ANOMALY or any(node.notes is not None for node in operations):
        return _one_by_one(trace, sources, targets, send, range(count))  # a hook expects one gradient
    largest = max([1, *(int(np.size(node.output)) for node in operations)])
    at_once = max(1, _ELEMENTS_AT_ONCE // largest)
    chunks = [range(i, min(i + at_once, count)) for i in range(0, count, at_once)]
    try:
        return _end_to_end([_together(trace, sources, targets, send, rows) for rows in chunks])
    except Exception:  # what a rule of a user's own cannot do for many it may do for one; if not, it raises again
        return _one_by_one(trace, sources, targets, send, range(count))


def _together(trace: Trace, sources: list[Any], targets: list[Any], send: Send, rows: range) -> list[Any]:
    seeds = [Rows(Tensor(unit) if trace.nested else unit) for unit in _units(sources, rows)]
    return [_stacked(c, x, len(rows)) for c, x in zip(send(seeds, trace.nested), targets, strict=True)]


def _one_by_one(trace: Trace, sources: list[Any], targets: list[Any], send: Send, rows: range) -> list[Any]:
    each = []
    for i in rows:
        seeds = [unit[0] for unit in _units(sources, range(i, i + 1))]
        each.append([_stacked(c, x, 1) for c, x in zip(send(seeds, trace.nested), targets, strict=True)])
    return _end_to_end(each)


def _units(arrays: list[Any], rows: range) -> list[Any]:
    """For each array a stack: row i is 1 at element i, all arrays' elements numbered on, and 0 elsewhere."""
    return [
        np.eye(len(rows), np.size(x), rows.start - part.start, dtype_of(x)).reshape((len(rows), *np.shape(x)))
        for x, part in zip(arrays, _parts(arrays), strict=True)
    ]


def _end_to_end(chunks: list[list[Any]]) -> list[Any]:
    return chunks[0] if len(chunks) == 1 else [np.concatenate(column) for column in zip(*chunks, strict=True)]


def _stacked(c: Any, x: Any, count: int) -> Any:
    """What arrived at x in `count` rows, of shape `(count, *x.shape)` and in x's dtype; zeros where nothing did."""
    if c is None:
        return np.zeros((count, *np.shape(x)), dtype_of(x))
    rows = c if type(c) is Rows else Rows(c if hasattr(c, "shape") else np.asarray(c), is_stack=False)
    stack = rows.stacked(count)
    return stack if stack.dtype == dtype_of(x) else stack.astype(dtype_of(x))
