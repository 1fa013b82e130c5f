"""Random programs: compiled equals eager, inputs are not written to, results are not overwritten by the next call."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Tensor

UNARY = {
    "tanh": np.tanh,
    "relu": autograd.relu,
    "sigmoid": autograd.sigmoid,
    "exp": lambda x: np.exp(np.tanh(x)),
    "square": lambda x: x**2,
    "negative": lambda x: -x,
    "double": lambda x: 2.0 * x,
    "half": lambda x: x / 2,
    "same": lambda x: x * 1 + 0,
    "transpose": lambda x: x.T,
    "twice transposed": lambda x: x.T.T,
    "rows": lambda x: x.sum(axis=0, keepdims=True),
    "columns": lambda x: x.mean(axis=1, keepdims=True),
    "top": lambda x: x.max(axis=1, keepdims=True),
    "softmax": autograd.softmax,
    "log_softmax": autograd.log_softmax,
    "first": lambda x: x[:1],
    "flat": lambda x: x.reshape(1, -1),
    "where": lambda x: np.where(x > 0.1, x, 0.3),
    "abs": np.abs,
}
BINARY = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": lambda a, b: a / (1 + b * b),
    "maximum": np.maximum,
    "product": lambda a, b: a @ b if a.shape[1] == b.shape[0] else a @ b.T if a.shape[1] == b.shape[1] else a * a,
    "outer": lambda a, b: np.concatenate([a.reshape(-1), b.reshape(-1)]).reshape(1, -1),
}


@st.composite
def programs(draw):
    """A list of steps: an operation and the places of its inputs among the values so far."""
    steps = []
    for i in range(draw(st.integers(1, 9))):
        binary = draw(st.booleans())
        name = draw(st.sampled_from(sorted(BINARY if binary else UNARY)))
        places = [draw(st.integers(0, i + 2)) for _ in range(1 + binary)]
        steps.append((name, places))
    return steps


def run(steps: Any, a: Any, b: Any, c: Any) -> list[Any]:
    values = [a, b, c]
    for name, places in steps:
        inputs = [values[place] for place in places]
        try:
            np.broadcast_shapes(*(x.shape for x in inputs))
        except ValueError:
            inputs = [inputs[0]] * len(inputs)
        values.append((UNARY | BINARY)[name](*inputs))
    return values[3:]


SHAPES = ((3, 4), (3, 4), (4, 2))


def arrays(seed: int, dtype: Any) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape).astype(dtype) for shape in SHAPES]


@settings(max_examples=150, deadline=None)
@given(programs(), st.sampled_from([np.float64, np.float32]), st.integers(0, 99))
def test_values_and_gradients(steps, dtype, seed):
    def f(*inputs):
        results = run(steps, *inputs)
        return results[-1], results[0]

    def loss_and_gradients(*inputs):
        def loss(*xs):
            return (run(steps, *xs)[-1] * 0.5).sum()

        return autograd.value_and_grad(loss, argnums=(0, 1, 2))(*inputs)

    tolerance = 1e-10 if dtype is np.float64 else 2e-4
    for function in (f, loss_and_gradients):
        compiled = autograd.compile(function)
        kept: list[Any] = []
        for i in (seed, seed + 1, seed + 2):
            given_arrays = arrays(i, dtype)
            found = _leaves(compiled(*given_arrays))
            expected = _leaves(function(*map(Tensor, given_arrays)))
            for x, before in zip(given_arrays, arrays(i, dtype), strict=True):
                np.testing.assert_array_equal(x, before)
            for actual, value in zip(found, expected, strict=True):
                value = np.asarray(value.detach())
                assert actual.dtype == value.dtype
                np.testing.assert_allclose(actual, value, rtol=tolerance, atol=tolerance)
                assert not any(np.shares_memory(actual, x) for x in given_arrays)
            for earlier, copy in kept:
                np.testing.assert_array_equal(earlier, copy)
            kept += [(x, np.array(x)) for x in found]
        assert compiled.cache_info().traces == 1


def _leaves(tree: Any) -> list[Any]:
    return [leaf for part in tree for leaf in _leaves(part)] if isinstance(tree, tuple) else [tree]
