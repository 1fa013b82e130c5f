"""What the engine is compared with: derivatives from values alone, by NumPy and nothing of the library."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

# Central differences with the five-point stencil: the error is of order STEP**4 and eps / STEP, both near 1e-12.
STEP = 1e-3
_STENCIL = ((-2, 1 / 12), (-1, -2 / 3), (1, 2 / 3), (2, -1 / 12))


def difference(f: Callable[[float], Any]) -> np.ndarray:
    """The derivative at 0 of a function of one number."""
    total: Any = sum(np.asarray(weight * f(k * STEP)) for k, weight in _STENCIL)
    return total / STEP


def inner(u: Any, x: Any) -> Any:
    """The sum of u x; of complex ones the real part of conj(u) x: parts of one kind times parts of the same kind."""
    return (np.conj(u) * x).sum().real


def numeric_jvp(f: Callable[..., Any], arrays: Sequence[Any], tangents: Sequence[Any]) -> np.ndarray:
    """The derivative of `f(*arrays)` when each array moves along its tangent; None stays where it is."""

    def moved(step: float) -> Any:
        return f(*(x if t is None else x + step * t for x, t in zip(arrays, tangents, strict=True)))

    return difference(moved)


def numeric_vjp(f: Callable[..., Any], arrays: Sequence[Any], cotangent: Any, wanted: Sequence[bool]) -> list[Any]:
    """The derivative of `inner(cotangent, f(*arrays))` with respect to each wanted array, element by element.

    With respect to a complex z = a + ib: the derivative by a plus i times the derivative by b.
    """
    gradients: list[Any] = []
    for position, (x, is_wanted) in enumerate(zip(arrays, wanted, strict=True)):
        if not is_wanted:
            gradients.append(None)
            continue
        gradient = np.zeros(np.shape(x), complex if np.iscomplexobj(x) else float)
        for index in np.ndindex(gradient.shape):
            for unit in (1, 1j) if np.iscomplexobj(x) else (1,):
                direction = np.zeros_like(gradient)
                direction[index] = unit
                tangents: list[Any] = [None] * len(arrays)
                tangents[position] = direction
                gradient[index] += unit * inner(cotangent, numeric_jvp(f, arrays, tangents))
        gradients.append(gradient)
    return gradients
