"""What a check says and shows: the report in every form, curves, the pytest plugin, strategies, the training watch."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

import nn
from autograd import (
    GradientWatch,
    Tensor,
    assert_gradients,
    check_module,
    elementwise,
    gradcheck,
    gradgradcheck,
    taylor_test,
    v_curve,
)
from autograd.checking.strategies import broadcasting_arrays, float_arrays, shapes

ROOT = Path(__file__).parents[3]


@pytest.fixture
def failing():
    wrong = elementwise(lambda x: x**3, lambda g, y, x: 2 * g * x * x, name="wrong_cube")
    return gradcheck(lambda x: wrong(x).sum(), np.array([1.0, 2.0]))


def test_a_failure_says_who_and_how(failing):
    text = str(failing)
    assert "guilty: the rule of wrong_cube for argument 0" in text and Path(__file__).name in text
    assert failing.mistake == "constant factor" and "0.6666667 times" in text
    assert failing.guilty.line > 0


def test_json_and_html(failing):
    data = json.loads(failing.to_json())
    assert data["verdict"] == "FAIL" and data["guilty"]["op"] == "wrong_cube" and data["methods"] == ["complex"]
    html = failing._repr_html_()
    assert html.startswith("<div") and "FAIL" in html and "<lambda>" not in html and "&lt;lambda&gt;" in html


def test_a_passing_report_gives_the_call_to_make_again():
    report = gradcheck(np.tanh, np.array([0.5, 1.0]), seed=3)
    assert report.repro == "gradcheck(tanh, np.array([0.5, 1. ]), method='auto', seed=3)"
    assert eval(report.repro, {"gradcheck": gradcheck, "np": np, "tanh": np.tanh}).verdict == "PASS"
    assert report.findings and all(x.holds for x in report.findings)


@pytest.mark.parametrize("method", ["complex", "ridders", "five_point", "central", "forward"])
def test_a_method_can_be_forced(method):
    report = gradcheck(lambda x: np.exp(np.sin(x)).sum(), np.array([0.3, 2.0]), method=method)
    assert report.verdict != "FAIL" and report.methods == [method]


def test_complex_step_and_ridders_reach_their_accuracy():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(8, 4))
    f = lambda w, b, v, c: ((np.tanh(x @ w + b) @ v + c) ** 2).mean()
    point = rng.normal(size=(4, 8)), rng.normal(size=8), rng.normal(size=(8, 1)), rng.normal(size=1)
    for method, accuracy in (("complex", 2e-15), ("ridders", 1e-11), ("five_point", 1e-9)):
        report = gradcheck(f, *point, method=method)
        largest = max(abs(e.analytic) for e in report.elements)
        assert max(e.error for e in report.elements) <= accuracy * largest, method


# --- step-free checks ---


def test_a_rule_that_is_not_linear_in_the_cotangent_fails():
    wrong = elementwise(lambda x: x * 1.0, lambda g, y, x: g * np.abs(g), name="wrong_identity")
    report = gradcheck(lambda x: wrong(x), 1.0)  # with the cotangent 1 the gradient is right
    assert report.verdict == "FAIL" and report.mistake == "not linear in the cotangent"


def test_the_findings_are_named():
    report = gradcheck(lambda x: np.sin(x), np.array([0.1, 0.2]))
    assert [x.name for x in report.findings] == ["zero cotangent", "linearity", "accumulation", "adjoint", "inputs"]


# --- gradients derived by hand ---


def test_the_derivative_of_sigmoid_left_out_is_named():
    """`dZ2 = A2 - Y` belongs to cross entropy; used with mean squared error it lacks A2 (1 - A2), and 2 / N."""
    from autograd import sigmoid

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(8, 3)), rng.integers(0, 2, (8, 1)).astype(float)
    w1, b1, w2, b2 = rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=(4, 1)), rng.normal(size=1)

    def loss(w1, b1, w2, b2):
        a2 = sigmoid(np.tanh(x @ w1 + b1) @ w2 + b2)
        return ((a2 - y) ** 2).mean()

    def by_hand(w1, b1, w2, b2):
        a1 = np.tanh(x @ w1 + b1)
        a2 = 1 / (1 + np.exp(-(a1 @ w2 + b2)))
        dz2 = a2 - y
        dz1 = dz2 @ w2.T * (1 - a1**2)
        return x.T @ dz1, dz1.sum(axis=0), a1.T @ dz2, dz2.sum(axis=0)

    report = gradcheck(loss, w1, b1, w2, b2, gradient=by_hand)
    assert report.verdict == "FAIL" and report.mistake == "missing factor"
    assert "y * (1 - y)" in report.mistake.detail and "sigmoid" in report.mistake.detail
    assert "constant" in report.mistake.detail


X = np.random.default_rng(1).normal(size=(3, 3))


@pytest.mark.parametrize(
    "kind, mistake",
    [
        ("sign", lambda g: -g),
        ("constant factor", lambda g: g / 9),
        ("transpose", lambda g: g.T),
        ("shifted index", lambda g: np.roll(g, 1, axis=1)),
        ("zero", lambda g: 0 * g),
        ("precision loss", lambda g: g.astype(np.float32).astype(float) * 1.0),
        ("not a number", lambda g: g * np.nan),
    ],
)
def test_a_mistake_in_a_gradient_derived_by_hand_is_named(kind, mistake):
    report = gradcheck(lambda x: np.sin(x * X).sum(), X, gradient=lambda x: mistake(X * np.cos(x * X)))
    assert report.verdict == "FAIL" and report.mistake == kind


def test_a_use_left_out_by_hand_is_named():
    f = lambda x: (np.exp(x) * np.sin(x)).sum()
    report = gradcheck(f, X, gradient=lambda x: np.exp(x) * np.sin(x))  # `=` for `+=`
    assert report.verdict == "FAIL" and report.mistake == "= for +="
    report = gradcheck(f, X, gradient=lambda x: np.exp(x) * (np.sin(x) + 2 * np.cos(x)))
    assert report.mistake == "double accumulation"


# --- curves ---


def test_the_v_curve_has_its_minimum_near_the_step_we_choose(tmp_path):
    curve = v_curve(lambda x: np.exp(np.sin(x)).sum(), np.array([1.0, 2.0]), index=(1,))
    best = curve.steps[curve.errors.argmin()]
    assert curve.chosen / 30 < best < curve.chosen * 30
    assert str(curve).count("\n") == 25 and "> h =" in str(curve)
    curve.figure().savefig(tmp_path / "v.png")


def test_the_taylor_remainder_tells_right_from_wrong(tmp_path):
    f = lambda x: np.exp(np.sin(x)).sum()
    x = np.array([1.0, 2.0])
    right, wrong = taylor_test(f, x), taylor_test(f, x, gradient=lambda x: 1.00001 * np.exp(np.sin(x)) * np.cos(x))
    assert right and right.slope == pytest.approx(3, abs=0.1)
    assert not wrong and wrong.slope == pytest.approx(1, abs=0.1)
    for smooth in (lambda x: (3 * x).sum(), lambda x: (x * x).sum()):  # nothing is left but rounding
        assert taylor_test(smooth, x) and not taylor_test(smooth, x, gradient=lambda x: x)
    right.figure().savefig(tmp_path / "taylor.png")


# --- in tests, and in training ---


def test_the_pytest_plugin(tmp_path):
    (tmp_path / "test_it.py").write_text(
        "import numpy as np\nimport pytest\n"
        "@pytest.mark.gradients(seed=3)\ndef test_right(assert_gradients):\n    assert_gradients(np.tanh, 0.5)\n"
        "def test_wrong(assert_gradients):\n    assert_gradients(np.sin, 0.5, gradient=0.1)\n"
    )
    plugin = ["-p", "autograd.checking.pytest_plugin", "--strict-markers", "-p", "no:cacheprovider"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *plugin, str(tmp_path / "test_it.py")],
        capture_output=True, text=True, cwd=tmp_path, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )  # fmt: skip
    assert "1 failed, 1 passed" in ran.stdout and "gradcheck of sin: FAIL" in ran.stdout, ran.stdout


@settings(max_examples=40)
@given(broadcasting_arrays(2))
def test_the_strategies_give_arrays_that_broadcast(arrays):
    a, b = arrays
    np.broadcast_shapes(a.shape, b.shape)
    if a.size and b.size:
        assert_gradients(lambda a, b: (np.tanh(a) * b).sum(), a, b)


@settings(max_examples=40)
@given(shapes(may_be_empty=False), float_arrays(low=-1, high=1))
def test_the_strategies_keep_their_bounds(shape, array):
    assert 0 not in shape and array.dtype.kind == "f" and (np.abs(array) <= 1).all()


def trained(model, watch, spoil=lambda: None):
    rng = np.random.default_rng(0)
    optimizer = nn.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(12):
        x, target = rng.normal(size=(16, 4)), rng.normal(size=(16, 1))
        optimizer.zero_grad()
        loss = lambda x=x, target=target: nn.mse_loss(model(x), target)
        loss().backward()
        spoil()
        watch(loss)
        optimizer.step()
    return [p.detach().numpy().copy() for p in model.parameters()]


def test_the_watch_is_silent_while_gradients_are_right_and_changes_nothing():
    model, twin = (nn.MLP([4, 8, 1], activation="tanh", dropout=0.2, rng=0) for _ in range(2))
    watch = GradientWatch(model, every=4)
    watched, plain = trained(model, watch), trained(twin, lambda loss: None)
    assert watch.looks == 3 and watch.alarms == []
    assert all(np.array_equal(a, b) for a, b in zip(watched, plain, strict=True))


def test_the_watch_raises_an_alarm():
    model = nn.MLP([4, 8, 1], activation="tanh", rng=0)
    seen = []
    watch = GradientWatch(model, every=5, on_alarm=seen.append)
    weight = next(model.parameters())

    def spoil():
        weight.grad = -weight.grad

    trained(model, watch, spoil)
    assert watch.looks == 3 and len(seen) == len(watch.alarms) >= 2 and "step" in str(seen[0])


# --- inputs that make no sense ---


def test_inputs_that_share_memory_are_checked_apart():
    x = np.arange(1.0, 4.0)
    assert gradcheck(lambda a, b: (a * b).sum(), x, x)
    assert gradcheck(lambda a, b: (a * b).sum(), x, x[::-1])
    t = Tensor(x)
    assert gradcheck(lambda a, b: (a * b).sum(), t, t)


def test_a_function_of_no_input_has_zeros():
    assert gradcheck(lambda x: Tensor(3.0), np.ones(2))


def test_a_function_that_raises_does_so_with_its_own_error_and_the_point():
    with pytest.raises(ZeroDivisionError) as caught:
        gradcheck(lambda x: x / (1 // 0), 1.5)
    assert caught.value.__notes__ == ["while f was evaluated at the point {'x': '1.5'}"]


def test_a_function_that_writes_into_its_input_is_told_from_a_cut_graph():
    def f(x):
        x.data[0] = 5.0
        return x.sum()

    report = gradcheck(f, np.ones(3))
    assert report.verdict == "FAIL" and report.mistake == "inputs changed"


@pytest.mark.parametrize("thing", [{"a": 1.0}, None, "a", [np.ones(2), np.ones(3)]])
def test_an_input_that_is_no_array_is_named(thing):
    with pytest.raises(TypeError, match=f"input 1 is a {type(thing).__name__}, not a number or an array"):
        gradcheck(lambda x, y: x, 1.0, thing)


def test_a_given_gradient_may_be_a_list_but_not_nothing():
    assert gradcheck(lambda a, b: (a * b).sum(), X, X.T @ X, gradient=[X.T @ X, X])
    with pytest.raises(TypeError, match="the given gradient is None"):
        gradcheck(lambda x: (x**2).sum(), X, gradient=lambda x: None)


@pytest.mark.parametrize("options", [{"max_elements": 2.5}, {"max_elements": 0}, {"seed": "a"}, {"seed": None}])
def test_counts_are_whole_numbers(options):
    with pytest.raises(ValueError, match="is a whole number, at least"):
        gradcheck(np.sin, 1.0, **options)


def test_a_function_that_raises_beside_the_point_names_the_place():
    def f(x):
        if float(x.detach()) > 1.0:
            raise ValueError("beyond the domain")
        return x * float(x.detach())  # not all in the graph, so f itself is evaluated

    with pytest.raises(ValueError, match="beyond the domain") as caught:
        gradcheck(f, 1.0)
    assert any("x" in note and "1.0" in note for note in caught.value.__notes__)


def test_where_the_graph_is_not_all_of_f_the_report_says_so():
    report = gradcheck(lambda x: (x.detach() * x).sum(), X)
    assert report.verdict == "FAIL" and report.mistake == "cut graph" and report.guilty is None


def test_relu_of_x_minus_relu_of_minus_x_at_zero_is_no_mistake_of_a_rule():
    report = gradcheck(lambda x: np.maximum(x, 0) - np.maximum(-x, 0), 0.0)
    assert report.verdict != "FAIL"


def test_check_module_names_parameters_and_never_writes():
    model = nn.MLP([3, 4, 2], rng=0)
    batch = np.random.default_rng(0).normal(size=(5, 3)), np.array([0, 1, 1, 0, 1])
    before = [p.detach().numpy().tobytes() for p in model.parameters()]
    report = check_module(model, nn.cross_entropy, batch)
    assert report and [x.name for x in report.inputs] == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert [p.detach().numpy().tobytes() for p in model.parameters()] == before


@pytest.mark.parametrize(
    "lost, slope",
    [(lambda x: np.abs(np.asarray(x)) * 2, lambda x: 2 * np.sign(x)), (lambda x: 2 * x.real, lambda x: 2 + 0 * x)],
)
def test_an_op_that_loses_the_step_is_judged_by_differences(lost, slope):
    """`np.asarray` and `.real` drop a complex step; that must neither accuse a right rule nor pass a wrong one."""
    right = elementwise(lost, lambda g, y, x: g * slope(x), name="lost")
    assert gradcheck(lambda x: right(x).sum(), X)
    wrong = elementwise(lost, lambda g, y, x: g * 0, name="lost")
    report = gradcheck(lambda x: wrong(x).sum(), X)
    assert report.verdict == "FAIL" and report.guilty.op == "lost" and report.mistake == "zero"


def test_keywords_that_change_a_function_are_heeded():
    assert gradcheck(lambda x: np.quantile(x, 0.3, method="hazen"), X)


def test_a_factor_left_out_is_named_where_several_ops_make_it():
    """The sigmoid as the course writes it, 1 / (1 + exp(-z)), of four operations."""
    rng = np.random.default_rng(0)
    a1, y = rng.normal(size=(5, 3)), rng.uniform(size=(5, 1))

    def loss(w):
        return ((1 / (1 + np.exp(-(a1 @ w))) - y) ** 2).mean()

    def by_hand(w):
        a2 = 1 / (1 + np.exp(-(a1 @ w)))
        return a1.T @ (a2 - y)

    report = gradcheck(loss, rng.normal(size=(3, 1)), gradient=by_hand)
    assert report.verdict == "FAIL" and report.mistake == "missing factor"
    assert "y * (1 - y), from y = divide(add(exp(negative(x))))" in str(report) and "2/N, N = 5" in str(report)


def test_the_v_curve_of_a_vector_is_that_of_its_steepest_element():
    curve = v_curve(lambda x: (x * np.array([1.0, -3.0])).sum(), np.array([1.0, 2.0]))
    assert curve.derivative == -3.0
    with pytest.raises(IndexError, match=r"index=\(\) is no element of shape \(2,\)"):
        v_curve(lambda x: x.sum(), np.array([1.0, 2.0]), index=())


@pytest.mark.parametrize("check", [gradcheck, gradgradcheck])
def test_inputs_in_one_tuple_are_refused_where_the_function_wants_several(check):
    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    for f in (lambda a, b: (a * b).sum(), np.multiply):
        with pytest.raises(TypeError, match=r"takes 2 inputs, and got one tuple.*write gradcheck\(f, \*inputs\)"):
            check(f, (x, y))
        assert check(f, x, y)
    assert check(lambda pair: pair.prod(), (1.0, 2.0))
