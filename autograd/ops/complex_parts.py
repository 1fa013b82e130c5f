"""Between real and complex numbers: parts, modulus and angle; and the complex forms of ops without complex derivative.

g is real where y is, and complex where y is (`complexes.py` tells the convention): what reaches the real part of z is
the real part of a contribution, what reaches its imaginary part the imaginary part.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.complexes import complex_primitive, on_complex, real_linear
from autograd.ops.elementwise import absolute, over, sign
from autograd.ops.norms import p_norm
from autograd.ops.reductions import var
from autograd.primitives import composed


def _as_complex(x: Any, dtype: Any) -> Any:
    return x.astype(dtype)


def _real(z: Any) -> Any:
    return z.real


def _imag(z: Any) -> Any:
    return z.imag


def _modulus(z: Any) -> Any:
    return np.abs(z)


def _angle(z: Any) -> Any:
    return np.angle(z)


# fmt: off
as_complex = real_linear(_as_complex,  lambda g, y, x, dtype: g)  # of which a real x takes the real part
real       = real_linear(_real,        lambda g, y, z: g.astype(z.dtype))
imag       = real_linear(_imag,        lambda g, y, z: g * 1j)
conjugate  = real_linear(np.conjugate, lambda g, y, z: np.conjugate(g))
# At 0, where neither has a derivative, both send 0: as in PyTorch.
modulus    = complex_primitive(_modulus, lambda g, y, z: g * over(z, y))
angle      = complex_primitive(_angle, lambda g, y, z: g * 1j * over(over(z, np.abs(z)), np.abs(z)))
# fmt: on

on_complex(absolute)(modulus)


@on_complex(sign)
def complex_sign(z: Any) -> Any:
    """z / |z|, and 0 at 0."""
    return over(z, modulus(z))


@on_complex(p_norm)
def complex_p_norm(z: Any, **keywords: Any) -> Any:
    """The norm of the moduli."""
    return p_norm(modulus(z), **keywords)


@on_complex(var)
def complex_var(z: Any, **keywords: Any) -> Any:
    """The mean of |z - mean(z)|**2."""
    return var(z.real, **keywords) + var(z.imag, **keywords)


# --- NumPy's functions that ask an array for its parts ---

composed(np.real)(lambda val: val.real)
composed(np.imag)(lambda val: val.imag)
composed(np.iscomplexobj, constant=True)(lambda x: x.dtype.kind == "c")
composed(np.isrealobj, constant=True)(lambda x: x.dtype.kind != "c")


@composed(np.angle)
def angle_of(z: Any, deg: bool = False) -> Any:
    """The angle to the positive real axis, in (-pi, pi]; its gradient at 0 is 0."""
    return angle(z) * (180 / np.pi) if deg else angle(z)
