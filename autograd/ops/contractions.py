"""`einsum`, its own derivative: the contribution to one operand is the einsum of the cotangent with the others."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_letters
from typing import Any

import numpy as np

from autograd.broadcasting import array_of, unbroadcast
from autograd.primitives import Primitive, composed, primitive


def _bind_einsum(*operands: Any, optimize: Any = False, dtype: Any = None, order: str = "K") -> Any:
    """Any of NumPy's forms as `ab,bc->ac`: without an ellipsis, and the output told. `order` is about memory alone."""
    if order not in ("K", "A", "C", "F"):
        raise TypeError(f"order={order!r} is not 'K', 'A', 'C' or 'F'")
    if isinstance(operands[0], str):
        subscripts, arrays = operands[0].replace(" ", ""), operands[1:]
    else:
        subscripts, arrays = _from_sublists(operands)
    inputs, arrow, output = subscripts.partition("->")
    terms = inputs.split(",")
    if len(terms) != len(arrays):
        raise TypeError(f"{subscripts!r} names {len(terms)} operands, but {len(arrays)} were given")
    # An ellipsis stands for the axes that the letters leave over; operands share them, counted from the last.
    unnamed = [np.ndim(x) - len(term.replace("...", "")) for term, x in zip(terms, arrays, strict=True)]
    free = [letter for letter in ascii_letters if letter not in subscripts]
    shared = "".join(free[: max([n for n, term in zip(unnamed, terms, strict=True) if "..." in term], default=0)])
    if not arrow:
        letters = inputs.replace("...", "").replace(",", "")
        output = "..." + "".join(sorted(letter for letter in set(letters) if letters.count(letter) == 1))
    terms = [t.replace("...", shared[len(shared) - n :]) for t, n in zip(terms, unnamed, strict=True)]
    if dtype is not None:
        arrays = tuple(array_of(x).astype(dtype) for x in arrays)
    return arrays, {"subscripts": ",".join(terms) + "->" + output.replace("...", shared), "optimize": optimize}


def _from_sublists(operands: Sequence[Any]) -> tuple[str, tuple[Any, ...]]:
    """`einsum(x, [0, 1], y, [1, 2], [0, 2])`, with letters."""

    def spelled(sublist: Any) -> str:
        return "".join("..." if part is Ellipsis else ascii_letters[part] for part in sublist)

    arrays, sublists = operands[: len(operands) // 2 * 2 : 2], operands[1::2]
    output = "->" + spelled(operands[-1]) if len(operands) % 2 else ""
    return ",".join(map(spelled, sublists)) + output, tuple(arrays)


def _einsum(*arrays: Any, subscripts: str, optimize: Any = False) -> Any:
    return np.einsum(subscripts, *arrays, optimize=optimize)


def _einsum_rule(g: Any, y: Any, *arrays: Any, subscripts: str, optimize: Any = False) -> list[Any]:
    inputs, output = subscripts.split("->")
    terms = inputs.split(",")
    contributions = []
    for i, (x, term) in enumerate(zip(arrays, terms, strict=True)):
        operands, their_terms = [g, *arrays[:i], *arrays[i + 1 :]], [output, *terms[:i], *terms[i + 1 :]]
        contributions.append(_einsum_contribution(operands, their_terms, x, term, optimize))
    return contributions


def _einsum_contribution(operands: list[Any], terms: list[str], x: Any, term: str, optimize: Any) -> Any:
    """The einsum of `operands` whose output is x: `term` if no index repeats in it.

    An index that repeats is replaced by a new one and an identity matrix, which puts the result on the diagonal. One
    that x alone has, or that is longer in x than elsewhere, is stretched by a vector of ones.
    """
    spare = iter(letter for letter in ascii_letters if letter not in term and all(letter not in t for t in terms))
    own = ""
    lengths = {
        letter: n for t, a in zip(terms, operands, strict=True) for letter, n in zip(t, a.shape, strict=True) if n != 1
    }
    known = set("".join(terms))
    for letter, n in zip(term, x.shape, strict=True):
        if letter in own:
            new = next(spare)
            operands, terms = [*operands, np.eye(n, dtype=x.dtype)], [*terms, letter + new]
            own += new
            continue
        own += letter
        if letter not in known or (n != 1 and letter not in lengths):
            operands, terms = [*operands, np.ones(n, dtype=x.dtype)], [*terms, letter]
    return unbroadcast(np.einsum(",".join(terms) + "->" + own, *operands, optimize=optimize), x.shape)


# fmt: off
einsum: Primitive = primitive(np.einsum, joint=_einsum_rule, forward=_einsum, bind=_bind_einsum,
                              shapes="an index has one length wherever it stands", takes_complex=True)
# fmt: on


@composed(np.einsum_path, constant=True)
def einsum_path(*operands: Any, optimize: Any = "greedy") -> Any:
    """The order in which `np.einsum` would contract, and what it costs; only shapes count."""
    shapes = [np.broadcast_to(0.0, x.shape) if hasattr(x, "shape") else x for x in operands]
    return np.einsum_path(*shapes, optimize=optimize)
