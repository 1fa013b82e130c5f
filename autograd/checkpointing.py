"""Memory for time: a function of which the backward pass keeps nothing, and which it runs again instead.

block = checkpoint(block)       # in a deep chain of blocks, the values within only one of them are alive at a time
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from functools import wraps
from sys import getrefcount
from typing import Any

import numpy as np

from autograd.errors import GradientError
from autograd.graph import Node, ancestors, leaf, tick
from autograd.mishaps import refuse_uncallable
from autograd.modes import is_grad_enabled
from autograd.primitives import GENERAL, Primitive
from autograd.replay import pull_since
from autograd.rows import Rows
from autograd.tensor import Tensor, record, tensor_of
from autograd.tracing import holds_tensor, is_tracked, lift_for, seed_for
from autograd.trees import items, refilled
from autograd.values import float64_of, unshared


def checkpoint(
    f: Callable[..., Any], rng: np.random.Generator | Sequence[np.random.Generator] = ()
) -> Callable[..., Any]:
    """f, without its intermediate values being kept: each backward pass runs f again and differentiates that run.

    Gradients are those of f itself, of every order and mode: with respect to Tensors among its arguments, in any
    nested containers, and to those it closes over, such as a model's parameters. (A value used inside and outside f
    gets its parts added up in another order.) Arguments and results may be nested tuples, lists and dicts.

    Parameters
    ----------
    f : gives the same when it runs again: what else it changes (running statistics, a print) happens twice.
    rng : the generators that f draws from, as dropout does; the second run finds them as the first did, and afterwards
        they are as before. Those among f's arguments are found without being told.

    Raises
    ------
    GradientError : in the backward pass, if the second run gives other values or computes with other Tensors.

    >>> x = Tensor([1.0, 2.0], requires_grad=True)
    >>> y = checkpoint(lambda x: np.exp(np.sin(x)) * x)(x)     # one node, where three were
    >>> y.sum().backward()
    >>> x.grad.round(3)
    array([3.573, 0.416])
    """
    refuse_uncallable(f, "checkpoint")
    generators = tuple(rng) if isinstance(rng, Sequence) else (rng,)

    @wraps(f, updated=())  # a module's attributes are not the function's
    def checkpointed(*args: Any, **keywords: Any) -> Any:
        if not is_grad_enabled():
            return f(*args, **keywords)
        return _recorded(_Run(f, (args, keywords), generators), (args, keywords))

    return checkpointed


class _Run:
    """All that it takes to run f again as it ran first: arguments, modes, states of generators."""

    def __init__(self, f: Callable[..., Any], arguments: Any, generators: tuple[np.random.Generator, ...]) -> None:
        self.f = f
        self.name = f"checkpoint({getattr(f, '__name__', type(f).__name__)})"
        self.arguments = refilled(arguments, (x.copy() if type(x) is np.ndarray else _own(x) for x in items(arguments)))
        passed = [x for x in items(arguments) if isinstance(x, np.random.Generator)]
        self.generators = [*generators, *passed]
        self.states = [generator.bit_generator.state for generator in self.generators]
        self.context = copy_context()

    def __call__(self, arguments: Any) -> tuple[Any, int]:
        """What f returns, and the clock's reading before."""
        args, keywords = refilled(arguments, map(_own, items(arguments)))
        since = tick()
        return self.f(*args, **keywords), since

    def again(self) -> tuple[Any, int]:
        """The same once more, in the context of the first time."""

        def quietly() -> tuple[Any, int]:
            with np.errstate(all="ignore"):  # the first run has told
                return self(self.arguments)

        with self._generators_set_back():
            return self.context.copy().run(quietly)

    @contextmanager
    def _generators_set_back(self) -> Any:
        present = [generator.bit_generator.state for generator in self.generators]
        try:
            for generator, state in zip(self.generators, self.states, strict=True):
                generator.bit_generator.state = state
            yield
        finally:
            for generator, state in zip(self.generators, present, strict=True):
                generator.bit_generator.state = state


def _recorded(run: _Run, arguments: Any) -> Any:
    """What f returns, with one node in the place of all that it recorded."""
    result, since = run(arguments)
    places = [i for i, y in enumerate(items(result)) if is_tracked(y) and y._node.clock > since]
    if not places:
        return result
    outputs = list(items(result))
    made = [outputs[i] for i in places]
    forms = [(y.shape, y.dtype) for y in made]
    value = _packed(made)
    nodes = ancestors([y._node for y in made], since)[1]
    for i in places:
        outputs[i] = None
    structure = refilled(result, iter(range(len(outputs))))
    del result, made
    # A leaf that f made for itself is gone by now, but for `nodes`: nobody can ask for its gradient.
    nodes = [nodes[i] for i, count in enumerate(_references(nodes)) if count > _REFERENCES_OF_A_LISTED_NODE]
    forward, rule = _forward(run, places), _rule(run, nodes, places)
    primitive = Primitive(forward, (), GENERAL, joint=rule, name=run.name, bind=_bind)
    packed = tensor_of(record(primitive, None, None, tuple(nodes), None, value)._node)
    for i, y in zip(places, _unpacked(packed, forms), strict=True):
        outputs[i] = y
    return refilled(structure, iter(outputs))


def _bind(*inputs: Any, **keywords: Any) -> Any:
    """Given to a primitive that shall not refer to itself, as its own does: it is freed with its node."""
    return inputs, keywords


def _forward(run: _Run, places: list[int]) -> Callable[..., Any]:
    """The value of a run, for readers (drawing) that want it after a backward pass has dropped it."""

    def forward(*inputs: Any) -> Any:
        outputs = list(items(run.again()[0]))
        return _packed([outputs[i] for i in places])

    return forward


def _rule(run: _Run, nodes: list[Node], places: list[int]) -> Callable[..., Any]:
    """The rule of a run: contributions to `nodes`, all that f computed with."""

    def rule(g: Any, y: Any, *inputs: Any) -> list[Any]:
        result, since = run.again()
        outputs = list(items(result))
        made = [outputs[i] for i in places if i < len(outputs) and is_tracked(outputs[i])]
        roots = [output._node for output in made]
        met = set(ancestors(roots, since)[1])
        if len(made) < len(places) or not np.array_equal(_packed(made), _bare(y), equal_nan=True):
            raise _differs(run, "gave other values")
        if not met.issuperset(nodes):
            raise _differs(run, "computed with other Tensors")
        recorded = holds_tensor(g)
        cotangents = _unpacked(g, [(output.shape, output.dtype) for output in made])
        seeds = [seed_for(c, output, recorded) for c, output in zip(cotangents, made, strict=True)]
        reached = pull_since(roots, seeds, since, lift_for(seeds, recorded), to=nodes)
        return [float64_of(reached.get(node)) for node in nodes]

    return rule


def _differs(run: _Run, how: str) -> GradientError:
    return GradientError(
        f"{run.name} {how} when the backward pass ran it again. If it draws random numbers, name its generators: "
        "checkpoint(f, rng=generator); what it closes over must stay as it is until then."
    )


def _packed(outputs: list[Any]) -> Any:
    """The values of outputs as one: end to end, in their common dtype, if there are several."""
    if len(outputs) == 1:
        return unshared(outputs[0]._data)
    return np.concatenate([np.ravel(y._data) for y in outputs]) if outputs else np.zeros(0)


def _unpacked(packed: Any, forms: list[tuple[tuple[int, ...], np.dtype]]) -> list[Any]:
    """The parts of what `_packed` gives, or of its cotangent."""
    if len(forms) == 1:
        return [packed]
    parts, start = [], 0
    for shape, dtype in forms:
        stop = start + int(np.prod(shape))
        part = packed[start:stop].reshape(shape)
        if part.dtype.kind == "c" != dtype.kind:
            part = part.real
        parts.append(part if part.dtype == dtype else part.astype(dtype))
        start = stop
    return parts


def _own(x: Any) -> Any:
    """A Tensor of f's own: what f binds it to (`x[i] = v`) is not seen outside, where the second run would be late."""
    return tensor_of(x._node) if is_tracked(x) else x


def _bare(x: Any) -> Any:
    while isinstance(x, Tensor | Rows):
        x = x._data
    return x


def _references(nodes: list[Node]) -> list[int]:
    return [getrefcount(nodes[i]) for i in range(len(nodes))]


_REFERENCES_OF_A_LISTED_NODE = _references([leaf(None, requires_grad=False)])[0]  # counted, as it differs by version
