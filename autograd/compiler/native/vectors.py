"""Elementary functions that run on whole vector registers, for numba to compile into loops.

numba's own `exp`, `log` and `tanh` call the C library for each number (tanh: 15 ns). These are some twenty additions
and multiplications without a branch, which LLVM does on 8 or 16 numbers at once (0.4 ns). They are within 2 ulp, and
give what NumPy gives for infinities, nan, signed zeros and subnormal numbers: `test_vectors.py` holds them to that.

Each is its series at a small argument, and exact arithmetic on the bits of the number that leads there:

    exp x  = 2^n exp r          with r = x - n log 2, |r| <= log(2) / 2
    log x  = e log 2 + log m    with x = 2^e m, 1/sqrt(2) <= m < sqrt(2)
    tanh x = E / (E + 2)        with E = exp(2 x) - 1

In loops no floating-point flag is set, so that each element is what NumPy computes; here alone a multiplication and an
addition may become one instruction (`contract`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

_in_place = njit(forceinline=True, fastmath={"contract"}, error_model="numpy")


@_in_place
def maximum(a: Any, b: Any) -> Any:
    """The larger; nan where one is nan."""
    return a if (a >= b) | (a != a) else b


@_in_place
def minimum(a: Any, b: Any) -> Any:
    """The smaller; nan where one is nan."""
    return a if (a <= b) | (a != a) else b


def _same_bits(source: Any, target: Any) -> Any:
    """Numbers of one type read as if they were of another."""

    @intrinsic
    def read(typing: Any, x: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.bitcast(arguments[0], context.get_value_type(target))

        return target(source), code

    return read


def _vector_functions(dtype: np.dtype, exp_terms: int, log_terms: int) -> dict[str, Callable[..., Any]]:
    """The functions for one type, with the series as far as the type can tell: to r^exp_terms and s^log_terms."""
    real, integer = dtype.type, np.dtype(f"i{dtype.itemsize}").type
    float_type, int_type = (types.float32, types.int32) if dtype.itemsize == 4 else (types.float64, types.int64)
    as_float, as_int = _same_bits(int_type, float_type), _same_bits(float_type, int_type)
    info = np.finfo(dtype)
    digits, bias = integer(info.nmant), integer(info.maxexp - 1)
    one, two, half, zero, infinity = real(1), real(2), real(0.5), real(0), real(np.inf)

    # log 2 in two parts, of which n times the first is exact.
    exact = Decimal(2).ln()
    steps = 2 ** (11 if dtype.itemsize == 4 else 32)
    log2_high = round(exact * steps) / Decimal(steps)
    log2_low, log2_high = real(exact - log2_high), real(log2_high)
    per_log2 = real(1 / exact)
    # Added to a number, it leaves no digits behind the point, and the whole number in the lowest bits.
    rounding = real(1.5 * 2.0**info.nmant)
    rounding_bits = integer(rounding.view(integer))
    series = tuple(real(1 / math.factorial(k)) for k in range(exp_terms, 1, -1))
    # log((1 + s) / (1 - s)) = 2 s + s (2/3 s^2 + 2/5 s^4 + ...), |s| <= 0.172
    log_series = tuple(real(2 / k) for k in range(log_terms, 1, -2))
    root_half = integer(real(math.sqrt(0.5)).view(integer))
    lowest_exp, highest_exp = real(2 * math.log(info.tiny)), real(2 * math.log(info.max))
    saturated = real(10 if dtype.itemsize == 4 else 20)  # beyond, tanh is 1
    tiny, normalizing, shift = real(info.tiny), real(2.0**info.nmant), real(info.nmant)

    @_in_place
    def power_of_two(n: Any) -> Any:
        return as_float(integer(integer(n + bias) << digits))

    @_in_place
    def reduced(x: Any) -> Any:
        """n, n as an integer, and exp(r) - 1."""
        shifted = x * per_log2 + rounding
        n = shifted - rounding
        r = (x - n * log2_high) - n * log2_low
        p = series[0]
        for c in series[1:]:
            p = p * r + c
        return integer(as_int(shifted) - rounding_bits), p * (r * r) + r

    @_in_place
    def exp(x: Any) -> Any:
        x = lowest_exp if x < lowest_exp else x
        x = highest_exp if x > highest_exp else x
        n, less_one = reduced(x)
        below = integer(n >> integer(1))  # 2^n in two factors, since n may be beyond the exponents that there are
        return (one + less_one) * power_of_two(below) * power_of_two(integer(n - below))

    @_in_place
    def tanh(x: Any) -> Any:
        a = abs(x)
        a = saturated if a > saturated else a
        n, less_one = reduced(a + a)
        scale = power_of_two(n)
        e = scale * less_one + (scale - one)
        d = e + two
        y = e / d
        lost = e - (d - two) if e < two else two - (d - e)  # in the sum; 1 / d is (1 - y) / 2
        return math.copysign(y - y * lost * (half * (one - y)), x)

    @_in_place
    def log(x: Any) -> Any:
        small = x < tiny
        bits = as_int(x * normalizing if small else x)
        e = integer(integer(bits - root_half) >> digits)
        f = as_float(integer(bits - integer(e << digits))) - one
        n = real(e) - (shift if small else zero)
        s = f / (two + f)
        z = s * s
        p = log_series[0]
        for c in log_series[1:]:
            p = p * z + c
        square = half * f * f
        y = n * log2_high - ((square - (s * (square + p * z) + n * log2_low)) - f)
        y = y if x < infinity else x  # inf, nan
        return y if x > zero else (-infinity if x == zero else x * real(np.nan))

    @_in_place
    def log1p(x: Any) -> Any:
        u = one + x
        y = log(u) + (x - (u - one)) / u
        y = x if u == one else y
        return y if (u > zero) & (u < infinity) else log(u)

    @_in_place
    def logaddexp(a: Any, b: Any) -> Any:
        apart = zero if a == b else -abs(a - b)
        return maximum(a, b) + log1p(exp(apart))

    return {"exp": exp, "tanh": tanh, "log": log, "log1p": log1p, "logaddexp": logaddexp}


VECTORS = {
    f"{name}_{dtype.name}": function
    for dtype, exp_terms, log_terms in ((np.dtype(np.float32), 7, 9), (np.dtype(np.float64), 13, 19))
    for name, function in _vector_functions(dtype, exp_terms, log_terms).items()
}
globals().update(VECTORS)  # a module of loops imports them by name
FOR_LOOPS = ("maximum", "minimum", *VECTORS)
