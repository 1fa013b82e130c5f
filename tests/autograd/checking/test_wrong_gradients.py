"""Wrong rules fail and the report names the element; where nothing can be said, the checker says just that."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import (
    GradcheckReport,
    Tensor,
    assert_gradients,
    elementwise,
    gradcheck,
    gradgradcheck,
    numerical_gradient,
    primitive,
    relu,
)
from autograd.errors import DtypeError, GradientError, ShapeError

rng = np.random.default_rng(3)
X = rng.normal(size=(3, 3)) + 2.0

WRONG_ELEMENTWISE = {
    "sign": lambda g, y, x: -g * np.cos(x),
    "factor 2": lambda g, y, x: 2 * g * np.cos(x),
    "factor 1/N": lambda g, y, x: g * np.cos(x) / 9,
    "another function": lambda g, y, x: g * np.sin(x),
    "forgotten cotangent": lambda g, y, x: np.cos(x) + 0 * g,
    "squared cotangent": lambda g, y, x: g * g * np.cos(x),
    "off by 1e-4": lambda g, y, x: g * np.cos(x) * (1 + 1e-4),
    "off by 3e-5": lambda g, y, x: g * np.cos(x) * (1 + 3e-5),
    "zero": lambda g, y, x: g * 0,
    "nan": lambda g, y, x: g * np.nan,
}

WRONG_MATMUL = {
    "transpose": lambda g, y, a, b: g.T @ b,
    "other operand": lambda g, y, a, b: g @ a,
    "not transposed": lambda g, y, a, b: g @ b,
    "first row only": lambda g, y, a, b: (g @ b.T) * np.array([[1.0], [0.0], [0.0]]),
    "shifted": lambda g, y, a, b: (g @ b.T)[:, [1, 2, 0]],
}


@pytest.mark.parametrize("kind", WRONG_ELEMENTWISE)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_wrong_elementwise_rules_fail(kind, dtype):
    wrong = elementwise(lambda x: np.sin(x), WRONG_ELEMENTWISE[kind], name="wrong")
    report = gradcheck(lambda x: (wrong(x) * 3).sum(), X.astype(dtype))
    assert report.verdict == "FAIL" and not report
    assert all(e.verdict == "FAIL" for e in report.elements)


@pytest.mark.parametrize("kind", WRONG_MATMUL)
def test_wrong_matrix_rules_fail(kind):
    wrong = primitive(lambda a, b: a @ b, WRONG_MATMUL[kind], lambda g, y, a, b: a.T @ g, name="wrong")
    report = gradcheck(lambda a, b: np.sin(wrong(a, b)), X, X[::-1])
    assert report.verdict == "FAIL"
    assert [x.verdict for x in report.inputs] == ["FAIL", "PASS"]
    assert report.worst is not None and report.worst.name == "a" and report.reason.startswith("a[")


def test_a_missing_term_fails():
    wrong = primitive(
        lambda x: x / x.sum(),
        lambda g, y, x: g / x.sum(),  # without the share of the sum
        name="normalise",
    )
    assert gradcheck(lambda x: (wrong(x) ** 2).sum(), X).verdict == "FAIL"


@pytest.mark.parametrize("at", [(0, 0), (1, 2), (2, 1)])
@pytest.mark.parametrize("error", [1e-4, -0.5, 3.0])
def test_one_wrong_element_is_named(at, error):
    mask = np.zeros((3, 3))
    mask[at] = error
    wrong = elementwise(lambda x: x**2, lambda g, y, x: 2 * g * x * (1 + mask), name="wrong")
    report = gradcheck(lambda x: wrong(x).sum(), X)
    assert report.worst is not None and report.worst.index == at
    assert report.worst.label == f"x{list(at)}"
    assert [e.index for e in report.elements if e.verdict == "FAIL"] == [at]
    assert str(list(at)) in str(report)
    assert report.worst.error == pytest.approx(abs(2 * X[at] * error), rel=1e-4)


@pytest.mark.parametrize("size", [1e-8, 1e-3, 1.0, 1e6])
def test_a_small_relative_error_fails_at_every_magnitude(size):
    assert gradcheck(np.square, size, gradient=lambda x: 2 * x * (1 + 1e-4)).verdict == "FAIL"
    assert gradcheck(lambda x: 1e-8 * np.sin(x), size, gradient=lambda x: 1.001e-8 * np.cos(x)).verdict == "FAIL"


def test_a_wrong_second_derivative_fails_only_there():
    # The first derivative is right, but its dependence on x is hidden from the second.
    wrong = elementwise(lambda x: x**3, lambda g, y, x: g * 3 * getattr(x, "detach", lambda: x)() ** 2, name="wrong")
    f = lambda x: wrong(x).sum()
    assert gradcheck(f, X)
    assert gradgradcheck(f, X).verdict == "FAIL"


def test_a_cut_graph_fails():
    assert gradcheck(lambda x: (x.detach() * x).sum(), X).verdict == "FAIL"
    assert gradcheck(lambda x: Tensor(x.detach().numpy() ** 2).sum(), X).verdict == "FAIL"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1e-4, 1e-2, 1.0]), st.floats(1, 2))
def test_any_wrong_element_of_a_hand_made_gradient_fails(seed, scale, factor):
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(4, 3))
    g = np.cos(x)
    at = tuple(draw.integers(0, s) for s in x.shape)
    g[at] *= 1 + scale * factor
    report = gradcheck(lambda x: np.sin(x).sum(), x, gradient=g)
    assert report.verdict == "FAIL" and report.worst is not None and report.worst.index == at


# --- INCONCLUSIVE ---


@pytest.mark.parametrize("f", [relu, np.abs, lambda x: np.maximum(x, 0.0), lambda x: np.maximum(x, -0.3 * x)])
@pytest.mark.parametrize("x", [0.0, np.array([1.0, 0.0, -2.0])])
def test_on_a_kink_a_slope_between_those_of_the_two_sides_passes_and_the_report_says_so(f, x):
    report = gradcheck(lambda x: f(x).sum(), x)
    assert report and "on a kink" in str(report)
    if np.ndim(x):
        assert [bool(e.reason) for e in report.elements] == [False, True, False]


@pytest.mark.parametrize("f", [np.abs, lambda x: abs(float(x) if not isinstance(x, Tensor) else x)])
def test_a_slope_outside_those_of_a_kink_fails(f):
    for slope, verdict in ((50.0, "FAIL"), (-1.0, "PASS"), (0.9, "PASS"), (1.0, "PASS")):
        assert gradcheck(f, 0.0, gradient=slope).verdict == verdict
    assert gradcheck(np.abs, 0.0, gradient=1.01).verdict == "FAIL"


@settings(max_examples=100, deadline=None)
@given(st.floats(-16, 1), st.booleans(), st.floats(0.01, 100), st.floats(-3, 3))
def test_a_kink_near_the_point_is_never_a_failure(exponent, right, jump, x):
    kink = x + (1 if right else -1) * 10.0**exponent
    f = lambda x: np.sin(x) + jump * relu(x - kink)
    assert gradcheck(f, x).verdict in ("PASS", "INCONCLUSIVE")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_many_kinks_near_the_point_are_never_a_failure(seed):
    draw = np.random.default_rng(seed)
    kinks = draw.normal(size=20) * 10.0 ** draw.uniform(-8, -4)
    jumps = draw.normal(size=20)
    assert gradcheck(lambda x: (jumps * relu(x - kinks)).sum(), 0.0).verdict != "FAIL"


@pytest.mark.parametrize(
    "f, x, word",
    [
        (np.sqrt, 0.0, "finite"),
        (np.log, 0.0, "inf"),
        (np.log, -1.0, "nan"),
        (lambda x: 1 / x, 0.0, "inf"),
        (lambda x: 1e12 + x, 1.0, "known only to"),
        (lambda x: np.sin(x), np.inf, "nan"),
        (lambda x: x.sum(), np.zeros((0, 3)), "no element"),
    ],
)
def test_what_cannot_be_measured(f, x, word):
    report = gradcheck(f, x, method="five_point" if word == "known only to" else "auto")
    assert report.verdict == "INCONCLUSIVE" and word in report.reason
    json.dumps(report.to_dict(), allow_nan=False)


def test_a_function_that_rounds_to_float32_inside():
    f = lambda x: (x.astype(np.float32) ** 2).sum()
    assert gradcheck(f, np.array([0.3, 1.7])).verdict != "FAIL"


def test_a_random_function_is_found_out():
    draw = np.random.default_rng(0)
    report = gradcheck(lambda x: (x * draw.normal(size=3)).sum(), np.ones(3))
    assert report.verdict == "INCONCLUSIVE" and "deterministic" in report.reason and report.elements == ()


def test_an_absolute_tolerance_excuses():
    f, wrong = lambda x: (x**2).sum(), 2 * X + 1e-3
    assert gradcheck(f, X, gradient=wrong).verdict == "FAIL"
    assert gradcheck(f, X, gradient=wrong, atol=1e-2)
    assert gradcheck(f, X, gradient=2.01 * X, rtol=0.1)


# --- the report, and calls that make no sense ---


def test_the_report_fits_on_a_page_and_tells_everything():
    many = [np.ones(2) * k for k in range(1, 61)]
    report = gradcheck(
        lambda *xs: sum((x**2).sum() for x in xs), *many, gradient=(*[2.0 * x for x in many[:-1]], many[0])
    )
    lines = str(report).splitlines()
    assert len(lines) <= 40
    assert lines[0].startswith("gradcheck of <lambda>: FAIL: input59[")
    assert "input59" in lines[-2] + lines[-3] or any(line.startswith("input59") for line in lines)
    assert "and 42 more: 42 PASS" in str(report)
    assert isinstance(report, GradcheckReport)
    saved = json.loads(json.dumps(report.to_dict()))
    assert saved["verdict"] == "FAIL" and saved["reason"] == report.reason and len(saved["inputs"]) == 60
    worst = saved["inputs"][-1]["elements"][0]
    assert set(worst) >= {"index", "analytic", "numeric", "bound", "error", "verdict"}


def test_columns_are_aligned():
    report = gradcheck(lambda long_name, y: (long_name * y).sum(), X, X[0])
    head, *rows = str(report).splitlines()[1:4]
    starts = [head.index(word) for word in ("shape", "dtype", "checked", "analytic", "numeric", "bound", "verdict")]
    for row in rows:
        assert all(row[i - 1] == " " != row[i] for i in starts), report


def test_a_pass_says_what_it_would_have_caught():
    report = gradcheck(lambda x: (x**2).sum(), X)
    assert 0 < report.sensitivity < 1e-6 and f"{report.sensitivity:.1e}" in str(report)
    g = 2 * X
    g[0, 0] += 1.5 * report.sensitivity * g.max()
    assert gradcheck(lambda x: (x**2).sum(), X, gradient=g).verdict == "FAIL"


def test_assert_gradients_raises_with_the_report():
    with pytest.raises(AssertionError, match="FAIL: x"):
        assert_gradients(np.sin, 1.0, gradient=lambda x: -np.cos(x))
    with pytest.raises(AssertionError, match="finite"):
        assert_gradients(np.sqrt, 0.0)
    assert_gradients(np.sin, 1.0)


def test_calls_that_make_no_sense():
    with pytest.raises(DtypeError, match=r"input 1 has dtype int64.*2\.0"):
        gradcheck(lambda x, y: x * y, 1.0, 2)
    with pytest.raises(DtypeError, match="bool"):
        numerical_gradient(lambda x: x, np.array([True]))
    with pytest.raises(TypeError, match="gradcheck\\(f, x\\)"):
        gradcheck(np.sin)
    with pytest.raises(TypeError, match="one Tensor, not a tuple"):
        gradcheck(lambda x: (x, x), 1.0)
    with pytest.raises(TypeError, match="one Tensor, not a float"):
        gradcheck(lambda x: float(x), 1.0)
    with pytest.raises(GradientError, match=r"shape \(2,\)"):
        numerical_gradient(lambda x: x, np.ones(2))
    with pytest.raises(GradientError, match=r"\.sum\(\)"):
        gradcheck(lambda x: x, np.ones(2), gradient=np.ones(2))
    with pytest.raises(ShapeError, match=r"\[\(3,\)\] for inputs of shapes \[\(2,\)\]"):
        gradcheck(lambda x: x.sum(), np.ones(2), gradient=np.ones(3))
    with pytest.raises(ShapeError):
        gradcheck(lambda x, y: x * y, 1.0, 1.0, gradient=np.ones(2))
    with pytest.raises(ValueError, match="method"):
        gradcheck(np.sin, 1.0, method="magic")
    with pytest.raises(ValueError, match="max_elements"):
        gradcheck(np.sin, 1.0, max_elements=0)
