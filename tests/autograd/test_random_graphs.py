"""Graphs that nobody thought of: random expressions against NumPy's value and finite differences.

Values are kept in [-1, 1] by bounded functions, so that every expression is smooth and of moderate size.
"""

import operator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from autograd import Tensor, checkpoint, grad, hvp, jacobian, jacobians, jvp, no_grad, replay
from autograd.trees import items
from tests.autograd.oracles import numeric_jvp, numeric_vjp

SHAPES = [(), (1,), (3,), (2, 1), (2, 3)]
UNARY = [
    np.tanh,
    np.sin,
    operator.neg,
    lambda x: np.exp(-x * x),
    lambda x: x**2 * 0.5,
    lambda x: np.sqrt(x * x + 1) - 1,
    lambda x: np.log(x * x + 1),
    lambda x: 1 / (2 + x),
    lambda x: x**3.0,
    lambda x: np.where(x > 5, x * 100, x),
    lambda x: x + 0,
]
FOLDING = [
    lambda x: np.mean(x),
    lambda x: np.mean(x, axis=-1, keepdims=True) if np.ndim(x) else x,
    lambda x: np.tanh(np.sum(x, axis=0)) if np.ndim(x) else x,
    lambda x: np.tanh(np.prod(x + 1.5)),
    lambda x: np.reshape(x, -1)[:1],
    lambda x: np.transpose(x),
    lambda x: np.concatenate([np.ravel(x), np.ravel(x) * 2])[::3] * 0.5,
    lambda x: np.var(x) * 0.5,
]
BINARY = [
    lambda a, b: a * b,
    lambda a, b: (a + b) * 0.5,
    lambda a, b: (a - b) * 0.5,
    lambda a, b: a / (2 + b * b),
    lambda a, b: np.logaddexp(a, b) * 0.3,
]

unit = st.floats(-1, 1, width=32)
step = st.one_of(
    st.tuples(st.sampled_from(UNARY), st.tuples(st.integers(0, 30))),
    st.tuples(st.sampled_from(FOLDING), st.tuples(st.integers(0, 30))),
    st.tuples(st.sampled_from(BINARY), st.tuples(st.integers(0, 30), st.integers(0, 30))),
    st.tuples(st.sampled_from(BINARY), st.tuples(st.integers(0, 30), st.integers(0, 30))),
)
programs = st.lists(step, min_size=1, max_size=12)
leaves = st.lists(
    st.sampled_from(SHAPES).flatmap(lambda shape: arrays(np.float64, shape, elements=unit)), min_size=1, max_size=3
)


def run(program, values):
    """The sum of everything that was computed."""
    return sum((np.sum(x) for x in steps(program, values)), start=0.0)


def steps(program, values):
    """All that was computed; a step that does not broadcast takes its first operand alone."""
    stack = list(values)
    for f, operands in program:
        chosen = [stack[i % len(stack)] for i in operands]
        try:
            np.broadcast_shapes(*(np.shape(x) for x in chosen))
        except ValueError:
            chosen = [chosen[0], chosen[0]]
        stack.append(f(*chosen))
    return stack[len(values) :]


@given(programs, leaves)
def test_value_and_gradient_of_a_random_graph(program, data):
    tensors = [Tensor(x, requires_grad=True) for x in data]
    y = run(program, tensors)
    expected = run(program, data)
    np.testing.assert_allclose(y.item(), expected, rtol=1e-12, atol=1e-12)
    y.backward()
    numeric = numeric_vjp(lambda *x: run(program, x), data, 1.0, [True] * len(data))
    for t, e in zip(tensors, numeric, strict=True):
        np.testing.assert_allclose(np.zeros(t.shape) if t.grad is None else t.grad, e, rtol=1e-6, atol=1e-7)
    with no_grad():
        # Not to the bit: a copy in place of a view may be summed in another order.
        np.testing.assert_allclose(run(program, tensors).item(), expected, rtol=1e-12, atol=1e-12)


@given(programs, leaves)
def test_forward_and_reverse_mode_agree_on_a_random_graph(program, data):
    argnums = tuple(range(len(data)))
    tangents = tuple(np.cos(np.arange(x.size)).reshape(x.shape) for x in data)

    def f(*x):
        return run(program, x)

    gradients = grad(f, argnums)(*data)
    _, pushed = jvp(f, tuple(data), tangents)
    back = sum(np.sum(g * t) for g, t in zip(gradients, tangents, strict=True))
    np.testing.assert_allclose(pushed, back, rtol=1e-9, atol=1e-9)


@given(programs, leaves)
def test_second_derivatives_of_a_random_graph(program, data):
    tangents = tuple(np.cos(np.arange(x.size)).reshape(x.shape) for x in data)

    def f(*x):
        return run(program, x)

    pushed = hvp(f, tuple(data), tangents)
    for i, actual in enumerate(pushed if len(data) > 1 else (pushed,)):
        expected = numeric_jvp(grad(f, i), data, tangents)
        np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6)


@given(programs, leaves)
def test_a_random_graph_gives_the_same_bits_every_time(program, data):
    def gradients():
        tensors = [Tensor(x, requires_grad=True) for x in data]
        run(program, tensors).backward()
        return [b"" if t.grad is None else t.grad.tobytes() for t in tensors]

    assert gradients() == gradients()


@given(programs, leaves)
def test_the_jacobian_of_a_random_graph_is_sent_together_as_one_by_one(program, data):
    argnums = tuple(range(len(data)))

    def f(*x):
        return steps(program, x)[-3:]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jacobians, "_FEW", 10**6)
        expected = list(items(jacobian(f, argnums, mode="reverse")(*data)))
        patch.setattr(jacobians, "_FEW", 0)
        patch.setattr(jacobians, "_one_by_one", None)
        for mode in ("forward", "reverse"):
            for actual, e in zip(items(jacobian(f, argnums, mode=mode)(*data)), expected, strict=True):
                np.testing.assert_allclose(actual, e, rtol=1e-11, atol=1e-11)


@given(programs, leaves)
def test_checkpoints_and_care_change_nothing_in_a_random_graph(program, data):
    """The careful pass is what a fast one behind a `where` falls back on."""

    def gradients(f):
        tensors = [Tensor(x, requires_grad=True) for x in data]
        y = f(*tensors)
        if isinstance(y, Tensor) and y.requires_grad:
            y.backward()
        return [np.zeros(t.shape) if t.grad is None else t.grad for t in tensors]

    def f(*x):
        return np.where(np.zeros(()) < 1, run(program, x), 0.0)

    expected = gradients(f)
    for actual, e in zip(gradients(checkpoint(f)), expected, strict=True):
        np.testing.assert_array_equal(actual, e)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replay, "_pull_hopefully", lambda ops, leaves, free: ops)
        for actual, e in zip(gradients(f), expected, strict=True):
            np.testing.assert_allclose(actual, e, rtol=1e-12, atol=1e-15)  # sums may go in another order
