"""Slopes without a step: of many points at once, of every op, as of one point alone."""

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, elementwise, gradcheck, relu
from autograd.checking.complex_step import ComplexStep
from autograd.checking.tape import Tape
from autograd.graph import tick
from tests.autograd.checking.test_mutations import DIFFERENTIABLE, sample_of, takes_gradient


def step_of(f: Any, arrays: list[Any]) -> ComplexStep:
    """A complex step on f, with the weights of a cotangent."""
    leaves, since = [Tensor(x, requires_grad=True) for x in arrays], tick()
    y = f(*leaves)
    weights = np.random.default_rng(1).uniform(1, 2, y.shape)
    return ComplexStep(Tape.recorded(y, leaves, since), [np.array(x, dtype=float) for x in arrays], weights, seed=0)


def together_and_alone(step: ComplexStep, k: int, shape: tuple[int, ...]) -> tuple[list[Any], list[Any]]:
    indices = list(np.ndindex(shape))
    return [e for some in step.slopes(k, indices) for e in some], [step._along_element(k, i) for i in indices]


@pytest.mark.parametrize("op", DIFFERENTIABLE, ids=lambda op: op.name)
def test_slopes_of_stacked_points_are_those_of_each_point(op):
    row = sample_of(op)
    arrays = row.draw()
    takes = takes_gradient(op, arrays)
    given = [x for x, t in zip(arrays, takes, strict=True) if t]

    def f(*xs: Tensor) -> Any:
        left = iter(xs)
        return op(*(next(left) if t else a for a, t in zip(arrays, takes, strict=True)), **row.keywords)

    step = step_of(f, given)
    if step.refusal():
        return  # the check turns to differences
    for k, x in enumerate(given):
        together, alone = together_and_alone(step, k, np.shape(x))
        for a, b in zip(together, alone, strict=True):
            assert not a.contradicts(b) and np.isfinite(a.bound) == np.isfinite(b.bound)
            assert a.has_tie == b.has_tie and a.is_kink == b.is_kink


def test_an_op_that_mixes_the_stacked_points_is_given_one_at_a_time():
    """Declared elementwise, it sums over an axis that stacking adds."""
    mixing = elementwise(lambda x: x * np.exp(x).sum(axis=0), lambda g, y, x: g * 0, name="mixing")
    together, alone = together_and_alone(step_of(lambda x: mixing(x), [np.arange(6.0)]), 0, (6,))
    assert together == alone


def test_a_kink_among_the_points_keeps_its_two_sides():
    report = gradcheck(lambda x: relu(x).sum(), np.array([-1.0, 0.0, 2.0, 3.0, -0.5]))
    assert report and [e.on_kink for e in report.elements] == [False, True, False, False, False]
    assert set(report.methods) == {"complex"}
