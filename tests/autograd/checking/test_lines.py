"""Where f jumps exactly at the point there is no derivative, and nothing passes; a kink is no jump."""

import numpy as np
import pytest

from autograd import gradcheck, gradgradcheck, relu

JUMPS = {
    "floor": (lambda x: np.floor(x) * x, 2.0),
    "round": (lambda x: np.round(x) + x, 0.5),
    "sign": (np.sign, 0.0),
    "a mask": (lambda x: (x > 0) * (x + 1), 0.0),
    "the other side of a mask": (lambda x: (x >= 0) * (x + 1), 0.0),
    "one element of several": (lambda x: ((x > 0) * (x + 1)).sum(), np.array([1.0, 0.0, 0.0, -3.0])),
    "where": (lambda x: np.where(x >= 1, x + 1, x - 1), 1.0),
    "a single point": (lambda x: (x == 0) * 1.0 + x, 0.0),
    "heaviside": (lambda x: np.heaviside(x, 0.5), 0.0),
    "copysign": (lambda x: np.copysign(2.0, x), 0.0),
    "fmod": (lambda x: np.fmod(x, 2.0), 4.0),
    "fmod's other argument": (lambda x: np.fmod(4.0, x), 2.0),
    "remainder": (lambda x: np.remainder(x, 2.0), -4.0),
    "modf": (lambda x: np.modf(x)[0], 2.0),
    "arctan2's cut": (lambda x: np.arctan2(x, -1.0), 0.0),
    "an if": (lambda x: x * 2 if float(x.detach()) > 1 else x * 3, 1.0),
}


@pytest.mark.parametrize("name", JUMPS)
def test_at_a_jump_nothing_passes_and_no_published_slope_is_accused(name):
    f, x = JUMPS[name]
    report = gradcheck(f, x)
    assert report.verdict == "INCONCLUSIVE" and "f jumps exactly here" in report.reason, report
    assert gradcheck(f, np.asarray(x) + 0.3)  # beside the jump


def test_at_a_jump_a_gradient_by_hand_does_not_pass():
    for f in (np.floor, np.sign, lambda x: float(x >= 0)):
        assert gradcheck(f, 0.0, gradient=0.0).verdict == "INCONCLUSIVE"


def test_at_a_jump_along_a_direction_nothing_passes():
    x = np.random.default_rng(0).normal(size=300)
    x[7] = 0.0
    report = gradcheck(lambda x: (np.sign(x) + x).sum(), x, budget=0)
    assert report.inputs[0].by_directions == 3
    assert report.verdict == "INCONCLUSIVE" and "jumps" in report.reason


@pytest.mark.parametrize("f", [relu, np.abs, lambda x: (x > 0) * x, lambda x: np.maximum(x, 0), lambda x: np.sort(x)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_kink_passes(f, dtype):
    assert gradcheck(lambda x: (f(x) * 3 + 1000).sum(), np.array([0.0, 1.0, 1.0, -2.0], dtype))


@pytest.mark.parametrize("gradient, verdict", [(0.0, "PASS"), (0.3, "PASS"), (1.0, "PASS"), (1.5, "INCONCLUSIVE")])
def test_a_kink_that_an_op_hides_under_a_value_of_its_own(gradient, verdict):
    assert gradcheck(lambda x: np.heaviside(x, 0.5) * x, 0.0, gradient=gradient).verdict == verdict


def test_second_derivatives_at_a_kink_do_not_pass():
    assert gradgradcheck(np.abs, 0.0).verdict == gradgradcheck(relu, 0.0).verdict == "INCONCLUSIVE"
