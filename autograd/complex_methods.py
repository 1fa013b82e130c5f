"""What complex Tensors do in their own way: operators, parts, ways out.

Each operator calls its primitive, which finds the complex form; so the operators of real Tensors, which are written
out for speed, need not ask whether a number is complex.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np

from autograd.conversions import Conversions
from autograd.errors import DtypeError
from autograd.graph import here
from autograd.methods import ArrayMethods
from autograd.ops import complex_parts, elementwise, linalg
from autograd.primitives import REGISTRY, Primitive

_NUMBERS = (complex, float, int, np.generic, np.ndarray, list, tuple)

Operator = Callable[[Any, Any], Any]


def _binary(primitive: Primitive) -> tuple[Operator, Operator]:
    """An operator and its reflection."""

    def forward(self: Any, other: Any) -> Any:
        return primitive(self, other) if _is_operand(other) else NotImplemented

    def reflected(self: Any, other: Any) -> Any:
        return primitive(other, self) if _is_operand(other) else NotImplemented

    return forward, reflected


def _is_operand(x: Any) -> bool:
    return isinstance(x, _NUMBERS) or hasattr(type(x), "__primitive__")


def _operator(primitive: Primitive) -> Operator:
    return _binary(primitive)[0]


class ComplexMethods(ArrayMethods, Conversions):
    """Methods of `ComplexTensor`."""

    __slots__ = ()

    # --- operators ---

    __add__, __radd__ = _binary(elementwise.add)
    __sub__, __rsub__ = _binary(elementwise.subtract)
    __mul__, __rmul__ = _binary(elementwise.multiply)
    __truediv__, __rtruediv__ = _binary(elementwise.divide)
    __matmul__, __rmatmul__ = _binary(linalg.matmul)
    _power, __rpow__ = _binary(elementwise.power)
    __mod__, __rmod__ = _binary(elementwise.remainder)
    __lt__, __le__ = _operator(REGISTRY[np.less]), _operator(REGISTRY[np.less_equal])
    __gt__, __ge__ = _operator(REGISTRY[np.greater]), _operator(REGISTRY[np.greater_equal])
    __eq__, __ne__ = _operator(REGISTRY[np.equal]), _operator(REGISTRY[np.not_equal])
    __and__, __rand__ = _binary(REGISTRY[np.bitwise_and])
    __or__, __ror__ = _binary(REGISTRY[np.bitwise_or])
    __xor__, __rxor__ = _binary(REGISTRY[np.bitwise_xor])

    def __hash__(self) -> int:  # by identity, since `==` compares elements
        return id(self)

    # --- parts ---

    @property
    def real(self) -> Self:
        """The real part."""
        return complex_parts.real(self)

    @property
    def imag(self) -> Self:
        """The imaginary part."""
        return complex_parts.imag(self)

    def conj(self) -> Self:
        """The complex conjugate."""
        return complex_parts.conjugate(self)

    def conjugate(self) -> Self:
        """The complex conjugate."""
        return complex_parts.conjugate(self)

    # --- ways out ---

    def __complex__(self) -> complex:
        return complex(self._scalar("complex"))

    def __float__(self) -> float:
        raise DtypeError(f"float() would drop an imaginary part (at {here()}); say z.real, or np.abs(z)")
