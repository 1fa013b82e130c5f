"""Each pass on a small program: what it removes or replaces, and that the value stays."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd.compiler.objects import CACHE_LINE
from autograd.compiler.passes import fast
from autograd.compiler.passes.cleaning import dead_code, shared_subexpressions


def ops_of(function: Callable[..., Any], *arrays: Any, quickened: bool = False) -> list[str]:
    """The names of the operations that are left of a function's program; its value is checked."""
    compiled = autograd.compile(function)
    first, second = compiled(*arrays), compiled(*arrays)
    np.testing.assert_allclose(first, second, rtol=1e-12)
    program = fast(compiled.program) if quickened else compiled.program
    return [equation.primitive.name for equation in program.equations]


X = np.array([[0.5, -1.0], [2.0, 3.0]])

ALGEBRA = {
    "times one": (lambda x: np.sin(x) * 1, ["sin"]),
    "plus zero": (lambda x: 0 + np.sin(x) + 0, ["sin"]),
    "divided by one": (lambda x: np.sin(x) / 1 - 0, ["sin"]),
    "two signs": (lambda x: np.negative(-np.sin(x)), ["sin"]),
    "numbers together": (lambda x: 2 * (3 * np.sin(x)) / 4, ["sin", "multiply"]),
    "minus a negative": (lambda x: x - -np.sin(x), ["sin", "add"]),
    "plus a negative": (lambda x: x + -np.sin(x), ["sin", "subtract"]),
    "minus a negative multiple": (lambda x: x - -2 * np.sin(x), ["sin", "multiply", "add"]),
    "square by power": (lambda x: x**2.0, ["multiply"]),
    "transposed twice": (lambda x: np.sin(x).T.T, ["sin"]),
    "reshaped to itself": (lambda x: np.sin(x).reshape(2, 2), ["sin"]),
    "reshaped twice": (lambda x: np.sin(x).reshape(4).reshape(1, 4), ["sin", "reshape"]),
    "a spread number": (lambda x: np.sin(x) * (np.zeros_like(x) + 2.0), ["sin", "multiply"]),
    "gradient of a mean": (lambda x: autograd.grad(lambda v: np.square(v).mean())(x), ["multiply"]),
    "gradient of a sum": (lambda x: autograd.grad(lambda v: np.sin(v).sum())(x), ["cos"]),
}


@pytest.mark.parametrize("name", ALGEBRA)
def test_algebra(name):
    function, left = ALGEBRA[name]
    assert ops_of(function, X) == left


def test_algebra_keeps_what_broadcasts_or_changes_the_dtype():
    assert ops_of(lambda x: np.sum(x) + np.zeros((2, 2)), X) == ["sum", "add"]
    assert ops_of(lambda x: x.astype(np.float32) * np.float64(1), X) == ["astype", "multiply"]


def test_what_nobody_reads_is_left_out():
    def f(x):
        np.exp(x) + 1
        return np.sin(x)

    assert ops_of(f, X) == ["sin"]


def test_equal_operations_are_shared_and_draws_are_not():
    assert ops_of(lambda x: np.sin(x) * np.sin(x), X) == ["sin", "multiply"]
    rng = np.random.default_rng(0)
    compiled = autograd.compile(lambda x: x + autograd.sample(rng.random, 2) - autograd.sample(rng.random, 2))
    compiled(X)
    assert [equation.primitive.name for equation in compiled.program.equations].count("draw") == 2


def test_passes_leave_the_program_they_are_given():
    compiled = autograd.compile(lambda x: np.sin(x) * np.sin(x))
    compiled(X)
    before = str(compiled.program)
    for one in (dead_code, shared_subexpressions, fast):
        one(compiled.program)
    assert str(compiled.program) == before


def test_composite_operations_share_their_steps_with_the_backward_pass():
    def gradient(x, t):
        return autograd.grad(lambda v: autograd.logistic_loss(v, t).sum())(x)

    assert ops_of(gradient, X, np.abs(X) / 3, quickened=True) == ["logaddexp", "subtract", "exp", "subtract"]

    def of_classes(x):
        ids = np.array([0, 1])
        return autograd.grad(lambda v: -autograd.pick(autograd.log_softmax(v), index=ids).mean())(x)

    left = ops_of(of_classes, X, quickened=True)
    assert "log" not in left and "place" not in left and left.count("exp") == 1


# --- the plan of memory ---


def test_buffers_are_used_again():
    def chain(x):
        for _ in range(20):
            x = np.sin(x @ x)
        return x.sum()

    compiled = autograd.compile(chain)
    compiled(np.eye(50))
    assert compiled.memory().kept <= 3 * (50 * 50 * 8 + CACHE_LINE)


def test_long_updates_run_in_blocks():
    w = autograd.Tensor(np.linspace(-1, 1, 100_001), requires_grad=True)
    twin = w.data.copy()

    @autograd.compile
    def step(rate):
        w.data -= rate * np.tanh(w) * np.exp(-w * w)

    for _ in range(3):
        step(0.1)
        twin -= 0.1 * np.tanh(twin) * np.exp(-twin * twin)
    np.testing.assert_allclose(w.data, twin, rtol=1e-12)
    assert "for " in step.planned_source


def test_constant_arrays_may_stand_anywhere():
    ones, ids = np.ones(3), np.array([0, 2, 1])

    def f(x):
        return (
            np.concatenate([ones, x[0], ones]),
            np.where(x > 0, np.eye(3), x) @ np.eye(3),
            np.maximum(np.ones((3, 3)), x).sum(axis=0) + ones,
            autograd.pick(x * 2, index=ids) * ones,
            np.full((3, 3), 2.0) * x,
        )

    compiled = autograd.compile(f)
    for seed in (0, 1):
        x = np.random.default_rng(seed).normal(size=(3, 3))
        for actual, expected in zip(compiled(x), f(x), strict=True):
            np.testing.assert_allclose(actual, expected)


def test_masked_gradients_are_zero_where_the_mask_is_off_even_if_infinite():
    def f(x):
        return autograd.grad(lambda v: np.sqrt(autograd.relu(v * 2.0)).sum())(x)

    x = np.array([[-1.0, 4.0], [0.0, 1.0]])
    compiled = autograd.compile(f)
    np.testing.assert_array_equal(compiled(x), f(x))
    np.testing.assert_array_equal(compiled(x), f(x))
    assert "_bits" in compiled.planned_source


def test_threads_may_share_a_compiled_function():
    from concurrent.futures import ThreadPoolExecutor

    f = autograd.compile(lambda x: (np.sin(x @ x) @ x).sum())
    arrays = [np.random.default_rng(i).normal(size=(30, 30)) for i in range(8)]
    expected = [np.sum(np.sin(x @ x) @ x) for x in arrays]
    f(arrays[0])
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            np.testing.assert_allclose(list(pool.map(f, arrays)), expected, rtol=1e-12)
