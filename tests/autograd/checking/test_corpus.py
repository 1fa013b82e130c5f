"""More than 200 functions with derivatives known to 50 digits: nothing right is accused, nothing wrong passes."""

from typing import Any

import mpmath as mp
import numpy as np
import pytest

from autograd import GradcheckReport, gradcheck
from tests.autograd.checking.corpus import Known, corpus

CORPUS = corpus()


def check(known: Known, x: np.ndarray, w: np.ndarray, **options: Any) -> tuple[GradcheckReport, list[Any]]:
    """The report on sum(w f(x)), and the exact derivatives."""
    exact = [mp.mpf(float(wi)) * known.slope(mp.mpf(float(xi))) for wi, xi in zip(w, x, strict=True)]
    return gradcheck(lambda x: (w * known.f(x)).sum(), x, **options), exact


def survey(points: int, functions: list[Known], seed: int, **options: Any) -> tuple[int, int, int]:
    """Elements, elements whose bound does not cover the truth, and inconclusive ones; a false FAIL fails at once."""
    rng = np.random.default_rng(seed)
    total = uncovered = inconclusive = 0
    for known in functions:
        x, w = known.points(points, rng), rng.uniform(1, 2, points)
        report, exact = check(known, x, w, **options)
        assert report.verdict != "FAIL", f"{known.name}: {report}"
        for e, truth in zip(report.elements, exact, strict=True):
            total += 1
            uncovered += not abs(mp.mpf(e.numeric) - truth) <= e.bound
            inconclusive += e.verdict != "PASS"
    return total, uncovered, inconclusive


@pytest.mark.slow
def test_ten_thousand_points_by_complex_step():
    total, uncovered, inconclusive = survey(40, CORPUS, seed=0)
    assert len(CORPUS) >= 200 and total >= 10_000
    assert uncovered <= 0.001 * total and inconclusive <= 0.01 * total, (uncovered, inconclusive)


@pytest.mark.parametrize("method, points, uncovered_at_most", [("auto", 4, 0.002), ("five_point", 2, 0.01)])
def test_no_false_failure_and_the_bound_covers_the_truth(method, points, uncovered_at_most):
    total, uncovered, inconclusive = survey(points, CORPUS[::4], seed=1, method=method)
    assert uncovered <= uncovered_at_most * total and inconclusive <= 0.03 * total, (total, uncovered, inconclusive)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["ridders", "central", "forward"])
def test_every_method_keeps_its_bound(method):
    total, uncovered, _ = survey(4, CORPUS, seed=2, method=method)
    assert uncovered <= 0.02 * total, (total, uncovered)


@pytest.mark.parametrize("error", [1e-6, -0.3])
def test_a_wrong_derivative_never_passes(error):
    """Every element of the gradient is off; those below what the report says it would have caught are left out."""
    rng = np.random.default_rng(3)
    wrong = passed = 0
    for known in CORPUS[::9]:
        x, w = known.points(5, rng), rng.uniform(1, 2, 5)
        right, exact = check(known, x, w)
        gradient = np.array([float(t) for t in exact]) * (1 + error)
        report = gradcheck(lambda x, known=known, w=w: (w * known.f(x)).sum(), x, gradient=gradient)
        limit = right.sensitivity * max(abs(e.numeric) for e in right.elements)
        for e, truth in zip(report.elements, exact, strict=True):
            if abs(truth * error) > limit:
                wrong += 1
                passed += e.verdict == "PASS"
    assert wrong > 80 and passed == 0
