"""A function of Tensors beside the same function of arrays: values, first and second derivatives, dtypes."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import Tensor, gradcheck, gradgradcheck


def results_of(value: Any) -> list[Any]:
    """The arrays in a result, which may be nested tuples and lists of them."""
    return [part for item in value for part in results_of(item)] if isinstance(value, tuple | list) else [value]


def assert_is_numpys(
    f: Callable[..., Any],
    arrays: list[Any],
    second: bool = True,
    constant: bool = False,
    narrow: bool = True,
    tolerance: float = 1e-11,
) -> None:
    """Values equal NumPy's, in its shape and dtype; derivatives equal finite differences; float32 stays float32."""
    found = results_of(f(*(Tensor(x, requires_grad=np.asarray(x).dtype.kind == "f") for x in arrays)))
    expected = results_of(f(*arrays))
    assert len(found) == len(expected)
    for position, (y, e) in enumerate(zip(found, expected, strict=True)):
        assert type(y) is Tensor
        assert y.shape == np.shape(e)
        assert y.dtype == np.asarray(e).dtype
        np.testing.assert_allclose(y.data, e, rtol=tolerance, atol=tolerance)
        if constant:
            assert not y.requires_grad
        elif y.requires_grad:

            def one(*xs: Any, position: int = position) -> Any:
                return results_of(f(*xs))[position]

            assert (report := gradcheck(one, *arrays)), report
            if second:
                assert (report := gradgradcheck(one, *arrays)), report
    if narrow and not constant and all(np.asarray(x).dtype.kind == "f" for x in arrays):
        leaves = [Tensor(np.float32(x), requires_grad=True) for x in arrays]
        values = [y for y in results_of(f(*leaves)) if y.requires_grad]
        assert all(y.dtype == np.float32 for y in values)
        sum((y.sum() for y in values), start=Tensor(np.float32(0))).backward()
        assert all(x.grad is None or x.grad.dtype == np.float32 for x in leaves)
