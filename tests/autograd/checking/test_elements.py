"""How much of an input is looked at: all of it one by one, within a budget, else all of it along directions."""

from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest

from autograd import elementwise, gradcheck
from autograd.checking import elements
from autograd.checking.findings import rough

X = np.random.default_rng(0).normal(size=400)


def test_a_budget_turns_to_directions():
    f = lambda x: np.tanh(np.cumsum(x)).sum()
    assert gradcheck(f, X).inputs[0].checked == 400
    report = gradcheck(f, X, budget=0.01)
    assert report and report.inputs[0].by_directions == 3 and report.inputs[0].checked < 10
    assert any("the budget of 0.01 s" in note for note in report.notes)
    assert report.estimated_seconds > 0.01 and f"about {rough(report.estimated_seconds)} s" in str(report)


@pytest.fixture
def a_clock_that_ticks_when_read(monkeypatch):
    """Each look at the clock takes a second; the budget of 10 s is used up, ten times, after a hundred looks."""
    seconds = count()
    monkeypatch.setattr(elements, "time", SimpleNamespace(perf_counter=lambda: float(next(seconds))))


def squares(x):  # plain NumPy, with no graph from which to tell the cost
    return float((x**2).sum())


@pytest.mark.usefixtures("a_clock_that_ticks_when_read")
def test_the_clock_stops_a_check_and_what_is_left_is_checked_at_once():
    point = X[:100]
    elements_of = lambda gradient: gradcheck(squares, point, gradient=gradient, budget=10).inputs[0]
    right = elements_of(2 * point)
    assert right.verdict == "PASS" and 10 < right.checked < 100 and 1 <= right.by_directions < 3
    wrong = 2 * point
    wrong[-1] += 0.5  # where no single look was taken
    found = elements_of(wrong)
    assert found.verdict == "FAIL" and found.worst.index == (99,)


@pytest.mark.usefixtures("a_clock_that_ticks_when_read")
def test_a_report_says_that_the_clock_stopped_it():
    report = gradcheck(squares, X[:100], gradient=2 * X[:100], budget=10)
    assert "stopped by the clock, 10 times over the budget of 10 s" in str(report)
    sampled = gradcheck(squares, X, gradient=2 * X, budget=0, max_elements=150)
    assert sampled.inputs[0].checked == 150 and sampled.inputs[0].by_directions == 0


@pytest.mark.parametrize("budget", [-1, float("nan"), "2 s", None])
def test_a_budget_is_a_number_of_seconds(budget):
    with pytest.raises(ValueError, match="budget is a number of seconds"):
        gradcheck(np.sin, 1.0, budget=budget)


def test_directions_along_which_a_complex_step_finds_nothing_are_measured_by_differences():
    sine = lambda x: np.sin(x) * (1.0 if x.dtype.kind == "f" else np.nan)
    nowhere = elementwise(sine, lambda g, y, x: g * np.cos(x), name="nowhere")
    report = gradcheck(lambda x: nowhere(x).sum(), X, budget=0)
    assert report and report.inputs[0].by_directions == 3 and "five_point" in report.methods
