"""Products of more than two axes and other shapes: einsum and the products that are made of it, of `matmul` or of `*`.

`einsum` is its own derivative: the contribution to one operand is the einsum of the cotangent with the others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from string import ascii_letters
from typing import Any

import numpy as np

from autograd.broadcasting import axis_index, kept_shape, unbroadcast
from autograd.errors import ShapeError, UnsupportedError
from autograd.graph import here
from autograd.ops.shaping import stack
from autograd.primitives import Primitive, composed, linear, primitive


def _array(x: Any) -> Any:
    """A list or a number as an array; what has a shape already, a Tensor say, as it is."""
    return x if hasattr(x, "shape") else np.asarray(x)


def _conjugate(x: Any) -> Any:
    return np.conjugate(x) if x.dtype.kind == "c" else x


def _axis_last(x: Any, axis: int) -> Any:
    axis = axis_index(axis, x.ndim)
    return x if axis == x.ndim - 1 else np.transpose(x, [i for i in range(x.ndim) if i != axis] + [axis])


def _axis_from_last(x: Any, axis: int) -> Any:
    order = list(range(x.ndim - 1))
    order.insert(axis_index(axis, x.ndim), x.ndim - 1)
    return np.transpose(x, order)


# --- einsum ---


def _bind_einsum(*operands: Any, optimize: Any = False, **keywords: Any) -> Any:
    """Any of NumPy's forms as `ab,bc->ac`: without an ellipsis, and the output told."""
    if any(value is not None for name, value in keywords.items()):
        raise TypeError(f"{', '.join(keywords)}: keywords without a rule; one that has: optimize")
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


def _trace_rule(g: Any, y: Any, x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    diagonal = np.eye(x.shape[axis1], x.shape[axis2], k=offset, dtype=x.dtype)
    if axis1 % x.ndim > axis2 % x.ndim:
        diagonal = diagonal.T
    both = (axis1 % x.ndim, axis2 % x.ndim)
    shape = tuple(n if axis in both else 1 for axis, n in enumerate(x.shape))
    return g.reshape(kept_shape(x.shape, both)) * diagonal.reshape(shape)


def _trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return np.trace(x, offset, axis1, axis2)


def _convolve(a: Any, v: Any) -> Any:
    return np.convolve(a, v)


# fmt: off
einsum: Primitive = primitive(np.einsum, joint=_einsum_rule, forward=_einsum, bind=_bind_einsum,
                              shapes="an index has one length wherever it stands", takes_complex=True)
trace       = linear(np.trace,     _trace_rule, forward=_trace)
# In full: y[k] = sum_i a[i] v[k - i]. The other modes are slices of it.
convolution = primitive(_convolve, lambda g, y, a, v: np.convolve(g, v[::-1], "valid"),
                                   lambda g, y, a, v: np.convolve(g, a[::-1], "valid"),
                        shapes="two vectors, neither of them empty", takes_complex=True)
# fmt: on


# --- vectors ---


@composed(np.vdot)
def vdot(a: Any, b: Any) -> Any:
    """The sum of the products of all elements, of a the conjugates."""
    return np.dot(np.ravel(_conjugate(_array(a))), np.ravel(b))


@composed(np.inner)
def inner(a: Any, b: Any) -> Any:
    """Sums of products over the last axis of both: `y[i.., j..] = sum_k a[i.., k] b[j.., k]`."""
    a, b = _array(a), _array(b)
    return np.dot(a, b.swapaxes(-1, -2) if a.ndim and b.ndim > 1 else b)


@composed(np.outer)
def outer(a: Any, b: Any) -> Any:
    """All products of an element of a with one of b, as a matrix."""
    return np.ravel(a).reshape((-1, 1)) * np.ravel(b)


@composed(np.linalg.outer)
def linalg_outer(x1: Any, x2: Any, /) -> Any:
    """`np.outer` of two vectors."""
    return outer(x1, x2)


def _outer_of(ufunc: np.ufunc) -> None:
    @composed(ufunc.outer)
    def outer_of(a: Any, b: Any, /) -> Any:
        """The ufunc of each element of a with each of b: a result of shape `a.shape + b.shape`."""
        a, b = _array(a), _array(b)
        return ufunc(a.reshape(a.shape + (1,) * b.ndim), b)


for _ufunc in (np.add, np.subtract, np.multiply, np.divide, np.power, np.maximum, np.minimum, np.logaddexp):
    _outer_of(_ufunc)


@composed(np.kron)
def kron(a: Any, b: Any) -> Any:
    """Kronecker product: each element of a times the whole of b."""
    a, b = _array(a), _array(b)
    ndim = max(a.ndim, b.ndim)
    blocks = (1,) * (ndim - a.ndim) + a.shape
    block = (1,) * (ndim - b.ndim) + b.shape
    product = a.reshape([n for size in blocks for n in (size, 1)]) * b.reshape([n for size in block for n in (1, size)])
    return product.reshape([m * n for m, n in zip(blocks, block, strict=True)])


@composed(np.cross)
def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    """Cross product of vectors of three elements, along the axes given."""
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = _axis_last(_array(a), axisa), _axis_last(_array(b), axisb)
    if a.shape[-1] != 3 or b.shape[-1] != 3:
        raise ShapeError(f"cross: vectors of three elements are needed; shapes {a.shape} and {b.shape} (at {here()})")
    a0, a1, a2 = (a[..., i] for i in range(3))
    b0, b1, b2 = (b[..., i] for i in range(3))
    product = stack(a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0, axis=-1)
    return _axis_from_last(product, axisc)


@composed(np.linalg.cross)
def linalg_cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """`np.cross` along one axis."""
    return cross(x1, x2, axis=axis)


# --- windows over vectors ---


@composed(np.convolve)
def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """Discrete convolution of two vectors."""
    a, v = _array(a), _array(v)
    y = convolution(a, v)
    return y[_part(mode, a.size, v.size)] if mode != "full" else y


@composed(np.correlate)
def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """Cross-correlation of two vectors: `y[k] = sum_n a[n + k] conj(v[n])`."""
    a, v = _array(a), _array(v)
    y = convolution(a, _conjugate(v[::-1]))
    if mode == "full":
        return y
    part = _part(mode, a.size, v.size)
    if v.size > a.size:  # NumPy swaps the two then, and reverses what comes out: the middle is rounded the other way
        part = slice(y.size - part.stop, y.size - part.start)
    return y[part]


def _part(mode: str, n: int, m: int) -> slice:
    """Where a mode's result lies in the full one, of length n + m - 1."""
    short, long = min(n, m), max(n, m)
    if mode == "same":
        start = (short - 1) // 2
        return slice(start, start + long)
    if mode == "valid":
        return slice(short - 1, long)
    raise UnsupportedError(f"convolve: mode={mode!r} is not 'full', 'same' or 'valid' (at {here()})")


# --- stacks of vectors and matrices ---


@composed(np.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """Sums of products over the axes given: a pair of them, one list for a and one for b, or the number of a's last."""
    a, b = _array(a), _array(b)
    axes_a: Any
    axes_b: Any
    if isinstance(axes, int | np.integer):
        axes_a, axes_b = list(range(a.ndim - axes, a.ndim)), list(range(axes))
    else:
        axes_a, axes_b = ([one] if isinstance(one, int | np.integer) else list(one) for one in axes)
    axes_a, axes_b = [axis_index(i, a.ndim) for i in axes_a], [axis_index(i, b.ndim) for i in axes_b]
    lengths = [a.shape[i] for i in axes_a]
    if lengths != [b.shape[i] for i in axes_b]:
        raise ShapeError(f"tensordot: axes {axes} of shapes {a.shape} and {b.shape} differ in length (at {here()})")
    rest_a, rest_b = [i for i in range(a.ndim) if i not in axes_a], [i for i in range(b.ndim) if i not in axes_b]
    shape_a, shape_b = [a.shape[i] for i in rest_a], [b.shape[i] for i in rest_b]
    k = math.prod(lengths)
    rows = np.transpose(a, rest_a + axes_a).reshape((math.prod(shape_a), k))
    columns = np.transpose(b, axes_b + rest_b).reshape((k, math.prod(shape_b)))
    return np.matmul(rows, columns).reshape((*shape_a, *shape_b))


@composed(np.linalg.tensordot)
def linalg_tensordot(x1: Any, x2: Any, /, *, axes: Any = 2) -> Any:
    """`np.tensordot`."""
    return tensordot(x1, x2, axes)


@composed(np.vecdot)
def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """Dot products of stacked vectors, which lie along `axis`; of x1 the conjugates."""
    return np.add.reduce(_axis_last(_conjugate(_array(x1)), axis) * _axis_last(_array(x2), axis), axis=-1)


composed(np.linalg.vecdot)(vecdot)


def _matvec(x1: Any, x2: Any, /) -> Any:
    """Stacked matrices times stacked vectors."""
    return np.matmul(x1, _array(x2)[..., None])[..., 0]


def _vecmat(x1: Any, x2: Any, /) -> Any:
    """Stacked vectors, conjugated, times stacked matrices."""
    return np.matmul(_conjugate(_array(x1))[..., None, :], x2)[..., 0, :]


if hasattr(np, "matvec"):  # since NumPy 2.2
    composed(np.matvec)(_matvec)
    composed(np.vecmat)(_vecmat)


@composed(np.linalg.matmul)
def linalg_matmul(x1: Any, x2: Any, /) -> Any:
    """`np.matmul`."""
    return np.matmul(x1, x2)


@composed(np.matrix_transpose)
def matrix_transpose(x: Any, /) -> Any:
    """The last two axes exchanged."""
    return x.swapaxes(-1, -2)


composed(np.linalg.matrix_transpose)(matrix_transpose)


@composed(np.linalg.trace)
def linalg_trace(x: Any, /, *, offset: int = 0) -> Any:
    """The sum along a diagonal of stacked matrices."""
    return trace(x, offset=offset, axis1=-2, axis2=-1)
