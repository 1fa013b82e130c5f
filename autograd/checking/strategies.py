"""Hypothesis strategies for testing ops and functions: shapes, dtypes, broadcasting; 0-d and empty arrays among them.

    @given(broadcasting_arrays(2))
    def test_my_op(arrays):
        assert_gradients(my_op, *arrays)

Values are finite, of moderate size, and simple where a test fails: Hypothesis shrinks to the least failing input. It is
part of the `dev` extra, and is imported when one of these functions is called.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.errors import missing_extra


def _hypothesis() -> Any:
    try:
        import hypothesis.extra.numpy as extra
        import hypothesis.strategies as strategies
    except ImportError:
        raise missing_extra("hypothesis", "a strategy", "dev") from None
    return strategies, extra


def float_dtypes() -> Any:
    """float64, and float32, which is checked in float64."""
    strategies, _ = _hypothesis()
    return strategies.sampled_from([np.dtype(np.float64), np.dtype(np.float32)])


def shapes(max_dims: int = 3, max_side: int = 3, may_be_empty: bool = True) -> Any:
    """Shapes from () on; with empty ones, if wanted."""
    _, extra = _hypothesis()
    return extra.array_shapes(min_dims=0, max_dims=max_dims, min_side=0 if may_be_empty else 1, max_side=max_side)


def float_arrays(shape: Any = None, low: float = -3.0, high: float = 3.0, dtype: Any = None) -> Any:
    """Arrays of floats between two bounds, of any shape and dtype unless told."""
    strategies, extra = _hypothesis()
    shape = shapes() if shape is None else shape

    def of(dtype: np.dtype) -> Any:
        elements = strategies.floats(low, high, width=32 if dtype.itemsize < 8 else 64, allow_subnormal=False)
        return extra.arrays(dtype, shape, elements=elements)

    return float_dtypes().flatmap(of) if dtype is None else of(np.dtype(dtype))


def broadcasting_arrays(n: int = 2, low: float = -3.0, high: float = 3.0) -> Any:
    """Tuples of n float64 arrays whose shapes broadcast together."""
    strategies, extra = _hypothesis()

    def of(found: Any) -> Any:
        return strategies.tuples(*(float_arrays(s, low, high, np.float64) for s in found.input_shapes))

    return extra.mutually_broadcastable_shapes(num_shapes=n, max_dims=3, max_side=3).flatmap(of)
