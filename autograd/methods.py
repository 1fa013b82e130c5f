"""The methods that ndarray has, on Tensors; with the few (`exp`, `relu` ...) that scalar code reads better with.

Each is one line: the primitive, applied.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np

from autograd.errors import DtypeError
from autograd.graph import here
from autograd.ops import (
    arranging,
    choosing,
    complex_parts,
    diagonals,
    elementwise,
    linalg,
    nondifferentiable,
    ordering,
    reductions,
    running,
    shaping,
)
from autograd.primitives import Primitive
from autograd.values import dtype_of


class ArrayMethods:
    """Methods of `Tensor` that stand for an operation."""

    __slots__ = ()

    def _apply(self, primitive: Primitive, keywords: dict[str, Any] | None = None) -> Self:
        """Compute a primitive of this Tensor alone, and record the call."""
        raise NotImplementedError

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, keywords: Any) -> Any:
        raise NotImplementedError

    def _by(self, function: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
        """What a function of NumPy makes of this Tensor."""
        return self.__array_function__(function, (type(self),), (self, *args), keywords)

    def _compose(self, implementation: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
        """Call a function that is written with others; a Tensor lets an error name it and not them."""
        return implementation(*args, **keywords)

    # --- folding axes ---

    # Options beside axis and keepdims (`dtype`, `initial`, `where` ...) are those of NumPy's function of that name.

    def sum(self, axis: Any = None, keepdims: bool = False, **options: Any) -> Self:
        """Sum over `axis` (all axes if None)."""
        if options:
            return self._by(np.sum, axis=axis, keepdims=keepdims, **options)
        return self._apply(reductions.sum_, _folding(axis, keepdims))

    def mean(self, axis: Any = None, keepdims: bool = False, **options: Any) -> Self:
        """Arithmetic mean over `axis`."""
        if options:
            return self._by(np.mean, axis=axis, keepdims=keepdims, **options)
        return self._apply(reductions.mean, _folding(axis, keepdims))

    def var(self, axis: Any = None, ddof: float = 0, keepdims: bool = False, **options: Any) -> Self:
        """Variance over `axis`, dividing by n - ddof."""
        if options:
            return self._by(np.var, axis=axis, ddof=ddof, keepdims=keepdims, **options)
        return reductions.var(self, axis=axis, ddof=ddof, keepdims=keepdims)

    def std(self, axis: Any = None, ddof: float = 0, keepdims: bool = False, **options: Any) -> Self:
        """Standard deviation over `axis`, dividing by n - ddof."""
        return self._by(np.std, axis=axis, ddof=ddof, keepdims=keepdims, **options)

    def max(self, axis: Any = None, keepdims: bool = False, **options: Any) -> Self:
        """Largest element over `axis`; ties share the gradient evenly."""
        if options:
            return self._by(np.max, axis=axis, keepdims=keepdims, **options)
        return self._apply(reductions.max_, _folding(axis, keepdims))

    def min(self, axis: Any = None, keepdims: bool = False, **options: Any) -> Self:
        """Smallest element over `axis`; ties share the gradient evenly."""
        if options:
            return self._by(np.min, axis=axis, keepdims=keepdims, **options)
        return self._apply(reductions.min_, _folding(axis, keepdims))

    def prod(self, axis: Any = None, keepdims: bool = False, **options: Any) -> Self:
        """Product over `axis`; its gradient is exact with zeros among the factors."""
        if options:
            return self._by(np.prod, axis=axis, keepdims=keepdims, **options)
        return self._apply(reductions.prod, _folding(axis, keepdims))

    def cumsum(self, axis: Any = None, dtype: Any = None) -> Self:
        """Running sum along `axis` (all elements in one axis if None)."""
        return running.cumsum(self if dtype is None else self.astype(dtype), axis=axis)

    def cumprod(self, axis: Any = None, dtype: Any = None) -> Self:
        """Running product along `axis`; its gradient is exact with zeros among the factors."""
        return running.cumprod(self if dtype is None else self.astype(dtype), axis=axis)

    def argmax(self, axis: Any = None, keepdims: bool = False, **options: Any) -> Self:
        """Index of the largest element; takes no gradient."""
        if options:
            return self._by(np.argmax, axis=axis, keepdims=keepdims, **options)
        return self._apply(nondifferentiable.argmax, _folding(axis, keepdims))

    def argmin(self, axis: Any = None, keepdims: bool = False, **options: Any) -> Self:
        """Index of the smallest element; takes no gradient."""
        if options:
            return self._by(np.argmin, axis=axis, keepdims=keepdims, **options)
        return self._apply(nondifferentiable.argmin, _folding(axis, keepdims))

    def all(self, axis: Any = None, keepdims: bool = False, **options: Any) -> Self:
        """Whether all elements are true."""
        if options:
            return self._by(np.all, axis=axis, keepdims=keepdims, **options)
        return self._apply(nondifferentiable.all_, _folding(axis, keepdims))

    def any(self, axis: Any = None, keepdims: bool = False, **options: Any) -> Self:
        """Whether any element is true."""
        if options:
            return self._by(np.any, axis=axis, keepdims=keepdims, **options)
        return self._apply(nondifferentiable.any_, _folding(axis, keepdims))

    # --- moving elements ---

    def reshape(self, *shape: Any, order: str = "C") -> Self:
        """The same elements in another shape; one length may be -1."""
        if order != "C":
            return self._by(np.reshape, _unpacked(shape), order=order)
        return self._apply(shaping.reshape, {"shape": _unpacked(shape)})

    def transpose(self, *axes: Any) -> Self:
        """The axes permuted; reversed without arguments."""
        return self._apply(shaping.transpose, {"axes": _unpacked(axes) or None})

    @property
    def T(self) -> Self:
        """The axes reversed."""
        return self._apply(shaping.transpose)

    def swapaxes(self, axis1: int, axis2: int) -> Self:
        """Two axes exchanged."""
        return self._apply(shaping.swapaxes, {"axis1": axis1, "axis2": axis2})

    def squeeze(self, axis: Any = None) -> Self:
        """Axes of length one removed."""
        return self._apply(shaping.squeeze, {"axis": axis})

    @property
    def mT(self) -> Self:
        """The last two axes exchanged."""
        return self._by(np.matrix_transpose)

    def ravel(self, order: str = "C") -> Self:
        """All elements in one axis."""
        return self._by(np.ravel, order)

    def flatten(self, order: str = "C") -> Self:
        """All elements in one axis."""
        return self._by(np.ravel, order)

    def repeat(self, repeats: Any, axis: int | None = None) -> Self:
        """Each element `repeats` times in a row."""
        return self._compose(arranging.repeat, self, repeats, axis)

    # --- choosing elements ---

    def take(self, indices: Any, axis: int | None = None, *, mode: str = "raise") -> Self:
        """The elements at `indices` along `axis`."""
        return self._compose(choosing.take, self, indices, axis, mode=mode)

    def compress(self, condition: Any, axis: int | None = None) -> Self:
        """The elements along `axis` where `condition` holds."""
        return self._compose(choosing.compress, condition, self, axis)

    def choose(self, choices: Any, *, mode: str = "raise") -> Self:
        """At each place the element of the choice whose number this Tensor of integers holds."""
        return self._compose(choosing.choose, self, choices, mode=mode)

    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Self:
        """The elements [i, i + offset] of the matrices in two axes."""
        return self._compose(diagonals.diagonal, self, offset, axis1, axis2)

    def trace(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Self:
        """The sum of the diagonal of the matrices in two axes."""
        return self._by(np.trace, offset, axis1, axis2)

    def argsort(self, axis: Any = -1) -> Self:
        """The places of the elements in ascending order; takes no gradient."""
        return self._apply(nondifferentiable.argsort, {"axis": axis})

    def argpartition(self, kth: Any, axis: Any = -1) -> Self:
        """The places of the elements in an order that has the kth smallest in its place; takes no gradient."""
        return self._apply(ordering.argpartition, {"kth": kth, "axis": axis})

    def searchsorted(self, v: Any, side: str = "left", sorter: Any = None) -> Self:
        """Where to put v into this sorted vector; takes no gradient."""
        return ordering.searchsorted(self, v, side=side, sorter=sorter)

    def nonzero(self) -> tuple[Self, ...]:
        """Where the elements are not zero: an index, in constants."""
        return ordering.nonzero(self)

    # --- element by element ---

    def astype(self, dtype: Any) -> Self:
        """Converted to another dtype; gradients come back in this one. Integers and bools take no gradient."""
        dtype = dtype_of(dtype)
        if dtype.kind not in "fiubc":
            raise DtypeError(f"astype: a Tensor holds numbers, not {dtype} (at {here()})")
        if dtype.kind == "c":
            return complex_parts.as_complex(self, dtype=dtype)
        return self._apply(shaping.astype if dtype.kind == "f" else shaping.truncate, {"dtype": dtype})

    def copy(self) -> Self:
        """The same value as a new node of the graph."""
        try:
            return self._apply(elementwise.positive)
        except DtypeError:  # of bools
            return shaping.copy(self)

    def round(self, decimals: int = 0) -> Self:
        """Rounded to so many decimals; takes no gradient."""
        return self._apply(nondifferentiable.round_, {"decimals": decimals})

    def clip(self, min: Any = None, max: Any = None) -> Self:
        """Values held inside [min, max]; the gradient passes inside and at the ends."""
        inputs, _ = elementwise.clip.bind(self, min, max)
        return elementwise.clip(*inputs)

    def dot(self, other: Any) -> Self:
        """Product as by `np.dot`."""
        return linalg.dot(self, other)

    def exp(self) -> Self:
        """e to the power of each element."""
        return self._apply(elementwise.exp)

    def log(self) -> Self:
        """Natural logarithm."""
        return self._apply(elementwise.log)

    def sqrt(self) -> Self:
        """Square root; its slope at 0 is infinite."""
        return self._apply(elementwise.sqrt)

    def sin(self) -> Self:
        """Sine of radians."""
        return self._apply(elementwise.sin)

    def cos(self) -> Self:
        """Cosine of radians."""
        return self._apply(elementwise.cos)

    def tanh(self) -> Self:
        """Hyperbolic tangent."""
        return self._apply(elementwise.tanh)

    def sigmoid(self) -> Self:
        """1 / (1 + e**-x)."""
        return self._apply(elementwise.sigmoid)

    def relu(self) -> Self:
        """max(x, 0); its slope at 0 is 0."""
        return self._apply(elementwise.relu)

    def abs(self) -> Self:
        """Absolute value; its slope at 0 is 0."""
        return self._apply(elementwise.absolute)

    # --- parts, of real numbers here ---

    @property
    def real(self) -> Self:
        """The real part: of real numbers, all of it."""
        return self

    @property
    def imag(self) -> Self:
        """The imaginary part: of real numbers, zeros."""
        return self._apply(nondifferentiable.zeros_like)

    def conj(self) -> Self:
        """The complex conjugate: of real numbers, themselves."""
        return self

    def conjugate(self) -> Self:
        """The complex conjugate: of real numbers, themselves."""
        return self


def _unpacked(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """`x.reshape(2, 3)` and `x.reshape((2, 3))` alike."""
    if len(arguments) == 1 and (arguments[0] is None or isinstance(arguments[0], tuple | list)):
        return tuple(arguments[0] or ())
    return arguments


def _folding(axis: Any, keepdims: bool) -> dict[str, Any] | None:
    """Keywords of a reduction; None, which is cheaper to pass on, when they are the defaults."""
    return None if axis is None and not keepdims else {"axis": axis, "keepdims": keepdims}
