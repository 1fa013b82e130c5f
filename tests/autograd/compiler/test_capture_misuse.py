"""What one may do in a function to be compiled: an error that names the line, or a new recording; no stale answer."""

import argparse
import cProfile
import functools
import math
import random
import sys
import types
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

import autograd
import nn
from autograd import CaptureError, Tensor

# --- refused, with the user's line and what to write instead ---


def if_loss(x):
    loss = x.sum()
    if loss > 1:  # the line
        loss = loss * 2
    return loss


def while_loop(x):
    while x.sum() < 10:  # the line
        x = x * 2
    return x


def conditional_expression(x):
    return x if x.mean() > 0 else -x  # the line


def boolean_and(x):
    return (x > 0).all() and x  # the line


def negation(x):
    return x * (not x.any())  # the line


def assertion(x):
    assert (x > 0).all()  # the line
    return x


def early_stop(x):
    for _ in range(10):
        x = x * 0.5
        if np.abs(x).max() < 0.1:  # the line
            break
    return x


def python_max(x):
    return max(x[0], x[1]) * x  # the line


def python_sorted(x):
    return sorted(x)[0]  # the line


def membership(x):
    return x * (1.0 in x)  # the line


def to_float(x):
    return x * float(x.sum())  # the line


def to_int(x):
    return x * int(x.sum())  # the line


def to_item(x):
    return x * x.sum().item()  # the line


def to_list(x):
    return x * sum(x.tolist())  # the line


def math_function(x):
    return x * math.exp(x.sum())  # the line


def formatted(x):
    label = f"{x.sum():.3f}"  # the line
    return x * len(label)


def to_ndarray(x):
    return np.asarray(x) * 2  # the line


def detached_array(x):
    return x.detach().numpy() * 2  # the line


def list_index(x):
    return [1.0, 2.0, 3.0][x.astype(int)[0]] * x  # the line


def range_of_values(x):
    for _ in range(x.astype(int)[0]):  # the line
        x = x * 2
    return x


def boolean_mask(x):
    return x[x > 0]  # the line


def nonzero(x):
    return x[np.nonzero(x)]  # the line


REFUSED = [
    if_loss, while_loop, conditional_expression, boolean_and, negation, assertion, early_stop, python_max,
    python_sorted, membership, to_float, to_int, to_item, to_list, math_function, formatted, to_ndarray,
    detached_array, list_index, range_of_values,
]  # fmt: skip


def line_of(function):
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    start = function.__code__.co_firstlineno
    return next(n for n, line in enumerate(lines[start - 1 :], start) if line.endswith("# the line"))


@pytest.mark.parametrize("function", REFUSED, ids=lambda f: f.__name__)
def test_refused_at_the_users_line(function):
    with pytest.raises(CaptureError) as caught:
        autograd.compile(function)(np.array([1.0, 2.0, 0.5]))
    assert f"{__file__}:{line_of(function)}" in str(caught.value)
    assert len(str(caught.value).split(". ")) > 1  # what to write instead


@pytest.mark.parametrize("function", [boolean_mask, nonzero], ids=lambda f: f.__name__)
def test_selection_by_values_is_refused_or_right(function):
    compiled = autograd.compile(function)
    for x in (np.array([1.0, -2.0, 3.0]), np.array([-1.0, -2.0, 3.0])):
        try:
            found = compiled(x)
        except CaptureError as error:
            assert f"{__file__}:{line_of(function)}" in str(error)
        else:
            np.testing.assert_array_equal(found, function(x))


def test_rounding_is_computed_at_each_call():
    compiled = autograd.compile(lambda x: round(x.sum()) * x)
    for x in (np.array([1.2, 2.0]), np.array([1.7, 2.0])):
        np.testing.assert_array_equal(compiled(x), round(x.sum()) * x)


# --- checks of values are made at each call ---

LOGITS = np.random.default_rng(0).normal(size=(3, 4))
RIGHT, WRONG = np.array([0.0, 1.0, 3.0]), np.array([0.0, 1.0, 4.0])


def of_ids(logits, t):
    return nn.cross_entropy(logits, t.astype(int))


def of_greatest(logits, t):
    return nn.nll_loss(nn.log_softmax(logits), (t * 1).astype(int))


def of_probabilities(logits, t):
    return nn.binary_cross_entropy_with_logits(logits[:, 0], t / 3)


def of_arguments_ids(logits, t):
    return nn.cross_entropy(logits, np.int64(0) + t.astype(np.int64))


@pytest.mark.parametrize("f", [of_ids, of_greatest, of_probabilities, of_arguments_ids])
def test_a_check_of_computed_targets_is_made_at_each_call(f):
    compiled = autograd.compile(f)
    for _ in range(2):
        np.testing.assert_allclose(compiled(LOGITS, RIGHT), f(LOGITS, RIGHT))
    for _ in range(2):
        with pytest.raises(ValueError, match=r"out of range|is not"):
            compiled(LOGITS, WRONG)
    np.testing.assert_allclose(compiled(LOGITS, RIGHT * 0), f(LOGITS, RIGHT * 0))
    assert compiled.cache_info().size == 1


def test_all_targets_ignored_at_a_later_call_is_the_eager_error():
    compiled = autograd.compile(lambda logits, t: nn.cross_entropy(logits, t, ignore_index=-1))
    compiled(LOGITS, np.array([0, -1, 2]))
    with pytest.raises(ValueError, match="all targets are ignored"):
        compiled(LOGITS, np.array([-1, -1, -1]))


SEEN: list = []
COUNTS = {"calls": 0}
TOTAL = np.zeros(3)
CALLS = 0
RNG = np.random.default_rng(0)


def appends(x):
    SEEN.append(x)  # the line
    return x


def appends_in_a_helper(x):
    return appends(x) * 2


def counts_in_a_dict(x):
    COUNTS["calls"] += 1  # the line
    return x


def adds_to_an_array(x):
    TOTAL[0] += 1  # the line
    return x


def counts_globally(x):
    global CALLS
    CALLS += 1  # the line
    return x


def draws(x):
    return x * RNG.random(3)  # the line


def draws_globally(x):
    return x * np.random.random(3)  # noqa: NPY002  # the line


def draws_as_python_does(x):
    return x * random.random()  # the line


@pytest.mark.parametrize(
    "function",
    [draws_globally, draws_as_python_does, appends, counts_in_a_dict, adds_to_an_array, counts_globally, draws],
)
def test_changes_of_what_is_outside_are_refused(function):
    with pytest.raises(CaptureError) as caught:
        autograd.compile(function)(np.ones(3))
    assert f"{__file__}:{line_of(function)}" in str(caught.value)


def test_changes_in_a_called_function_are_refused_at_its_line():
    with pytest.raises(CaptureError, match="collect them outside") as caught:
        autograd.compile(appends_in_a_helper)(np.ones(3))
    assert f"{__file__}:{line_of(appends)}" in str(caught.value)


def test_a_count_of_an_object_is_refused():
    class Model:
        steps = 0

        def step(self, x):
            self.steps += 1
            return x * 2

    model = Model()
    with pytest.raises(CaptureError, match=r"changes 'self.steps' from 0 .*Count outside"):
        autograd.compile(model.step)(np.ones(2))


def test_a_scheduler_inside_is_refused_or_steps():
    model = nn.Linear(2, 1, rng=0)
    optimizer = nn.optim.SGD(model.parameters(), lr=1.0)

    class Halving:
        def step(self):
            for group in optimizer.param_groups:
                group["lr"] *= 0.5

    schedule = Halving()

    def step(x):
        optimizer.zero_grad()
        model(x).sum().backward()
        optimizer.step()
        schedule.step()

    compiled = autograd.compile(step)
    with pytest.raises(CaptureError, match="Step a schedule outside"):
        compiled(np.ones((3, 2)))


# --- returned ---


@pytest.mark.parametrize(
    ("name", "result"),
    {
        "float": 3.0, "int": 3, "bool": True, "str": "yes", "ndarray": np.ones(2), "set": {1}, "object": object(),
        "function": len, "generator": (i for i in range(2)), "list of a float": [1.0], "dict of a str": {"a": "b"},
    }.items(),
)  # fmt: skip
def test_returning_what_was_not_computed_is_refused(name, result):
    with pytest.raises(CaptureError, match="same in every later call"):
        autograd.compile(lambda x: result)(np.ones(2))


def test_an_object_of_ones_own_is_refused_at_the_function():
    def f(x):
        return types.SimpleNamespace(y=x)

    with pytest.raises(CaptureError, match=f"{__file__}:{f.__code__.co_firstlineno} returned a SimpleNamespace"):
        autograd.compile(f)(np.ones(2))


def test_what_is_no_function_is_refused_at_once():
    with pytest.raises(TypeError, match="compile"):
        autograd.compile(3.0)


# --- recorded anew: arguments ---


class Pair(NamedTuple):
    a: object
    b: object


@dataclass(frozen=True)
class Settings:
    scale: float


ARGUMENTS = {
    "shapes": (np.ones(2), np.ones(3)),
    "dtypes": (np.ones(2), np.ones(2, np.float32)),
    "integers": (np.ones(2), np.ones(2, int)),
    "complex numbers": (np.ones(2), np.ones(2) * 1j),
    "a number": (np.ones(2), 2.0),
    "a 0-d array": (2.0, np.array(2.0)),
    "a NumPy number": (2.0, np.float32(2.0)),
    "a Tensor": (np.ones(2), Tensor(np.ones(2))),
    "a transposed array": (np.arange(6.0).reshape(2, 3), np.arange(6.0).reshape(3, 2).T),
}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_other_arguments_give_the_eager_answer(name):
    def f(x):
        return np.exp(x) * x

    compiled = autograd.compile(f)
    for x in (*ARGUMENTS[name], *ARGUMENTS[name]):
        found, expected = compiled(x), f(x)
        assert np.shape(found) == np.shape(expected)
        np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=1e-6)


CONTAINERS = [
    [np.ones(2), np.full(2, 2.0)],
    (np.ones(2), np.full(2, 2.0)),
    Pair(np.ones(2), np.full(2, 2.0)),
    {0: np.ones(2), 1: np.full(2, 2.0)},
    {1: np.full(2, 2.0), 0: np.ones(2)},
    [np.ones(2), 2.0],
    [np.ones(2), 3.0, np.ones(2)],
    [np.ones(2), 2],
    [np.ones(2), 3],
]


def test_other_containers_give_the_eager_answer():
    def f(parts):
        total = parts[0] * 1.0
        for key in range(1, len(parts)):
            total = total * 10 + parts[key]
        return total

    compiled = autograd.compile(f)
    for parts in (*CONTAINERS, *CONTAINERS):
        np.testing.assert_allclose(compiled(parts), f(parts))


def test_other_settings_as_arguments_are_recorded_anew():
    compiled = autograd.compile(lambda x, settings: x * settings.scale)
    for scale in (2.0, 3.0, 2.0):
        assert compiled(np.ones(1), Settings(scale)).tolist() == [scale]


def test_a_mode_is_part_of_what_a_program_is_for():
    w = Tensor([2.0], requires_grad=True)

    @autograd.compile
    def f(x):
        y = w * x
        return y * (2.0 if autograd.is_grad_enabled() else 1.0)

    assert f(np.ones(1)).tolist() == [4.0]
    with autograd.no_grad():
        assert f(np.ones(1)).tolist() == [2.0]


# --- recorded anew: what the function, and what it calls, reads outside ---

SCALE = 2.0
CONFIG = {"layers": [1.0, 2.0]}
SETTINGS = types.SimpleNamespace(scale=2.0)
OPTIONS = argparse.Namespace(scale=2.0)


class Constants:
    scale = 2.0


def scaled(x):
    return x * SCALE


def twice_removed(x):
    return scaled(x) + 1


def layered(x):
    for factor in CONFIG["layers"]:
        x = x * factor
    return x


def by_settings(x):
    return x * SETTINGS.scale


def by_options(x):
    return x * OPTIONS.scale


def by_class(x):
    return x * Constants.scale


def set_scale(value):
    global SCALE
    SCALE = value


CHANGES = {
    "global of a called function": (scaled, lambda v: set_scale(v)),
    "global two calls away": (twice_removed, lambda v: set_scale(v)),
    "list in a global dict": (layered, lambda v: CONFIG["layers"].__setitem__(0, v)),
    "attribute of a namespace": (by_settings, lambda v: setattr(SETTINGS, "scale", v)),
    "attribute of parsed options": (by_options, lambda v: setattr(OPTIONS, "scale", v)),
    "attribute of a class": (by_class, lambda v: setattr(Constants, "scale", v)),
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("route", ["lambda", "partial", "closure", "list"])
def test_what_a_called_function_reads_is_watched(name, route):
    helper, change = CHANGES[name]
    functions = [helper]
    f = {
        "lambda": lambda x: CHANGES[name][0](x),
        "partial": functools.partial(lambda function, x: function(x), helper),
        "closure": lambda x: helper(x),
        "list": lambda x: functions[0](x),
    }[route]
    compiled = autograd.compile(f)
    x = np.array([1.0, 3.0])
    try:
        for value in (2.0, 5.0, 7.0):
            change(value)
            for _ in range(2):
                np.testing.assert_allclose(compiled(x), helper(x))
        assert compiled.cache_info().traces == 3
    finally:
        change(2.0)


def test_a_called_function_bound_anew_is_noticed():
    helper = functools.partial(np.multiply, 2)
    compiled = autograd.compile(lambda x: helper(x))
    assert compiled(np.ones(1)).tolist() == [2.0]
    helper = functools.partial(np.multiply, 3)
    assert compiled(np.ones(1)).tolist() == [3.0]


def test_what_a_transformed_or_compiled_function_reads_is_watched():
    scale = 2.0

    def f(x):
        return (x * x * scale).sum()

    gradient, inner = autograd.grad(f), autograd.compile(f)
    pairs = (
        (autograd.compile(autograd.grad(f)), lambda x: 2 * x * scale),
        (autograd.compile(lambda x: gradient(x)), lambda x: 2 * x * scale),
        (autograd.compile(lambda x: inner(x)), lambda x: (x * x * scale).sum()),
    )
    x = np.array([1.0, 2.0])
    for new in (2.0, 3.0, 5.0):
        scale = new
        for compiled, expected in pairs:
            np.testing.assert_allclose(compiled(x), expected(x))


def test_recording_under_a_profiler():
    profile = cProfile.Profile()
    f = autograd.compile(lambda x: np.sin(x) * SCALE)
    profile.enable()
    try:
        assert f(0.0) == 0
        assert sys.getprofile() is profile
    finally:
        profile.disable()
    seen = []
    sys.setprofile(observe := lambda *event: seen.append(event))
    try:
        f(np.zeros(2))
        assert sys.getprofile() is observe
    finally:
        sys.setprofile(None)


def test_another_loss_in_an_attribute_is_noticed():
    trainer = types.SimpleNamespace(loss=nn.mse_loss)
    compiled = autograd.compile(lambda x, t: trainer.loss(x, t))
    x, t = np.array([2.0]), np.array([0.0])
    assert float(compiled(x, t)) == 4.0
    trainer.loss = nn.l1_loss
    assert float(compiled(x, t)) == 2.0


def test_a_method_of_an_object_in_a_list_is_watched():
    class Layer:
        def __init__(self, scale):
            self.scale = scale

        def __call__(self, x):
            return x * self.scale

    layers = [Layer(2.0), Layer(3.0)]

    def f(x):
        for layer in layers:
            x = layer(x)
        return x

    compiled = autograd.compile(f)
    assert compiled(np.ones(1)).tolist() == [6.0]
    layers[1].scale = 5.0
    assert compiled(np.ones(1)).tolist() == [10.0]
    layers.pop()
    assert compiled(np.ones(1)).tolist() == [2.0]


def test_a_users_module_that_reads_a_global_and_a_list_of_its_own():
    class Net(nn.Module):
        def __init__(self):
            self.linear = nn.Linear(2, 2, rng=0)
            self.factors = [1.0, 2.0]

        def forward(self, x):
            return self.linear(x) * SCALE * self.factors[1]

    net = Net()
    compiled = autograd.compile(lambda x: net(x))
    x = np.ones((1, 2))
    try:
        for change in (lambda: None, lambda: set_scale(3.0), lambda: net.factors.__setitem__(1, 7.0)):
            change()
            np.testing.assert_allclose(compiled(x), net(x).detach().numpy())
    finally:
        set_scale(2.0)


def test_what_a_function_does_not_use_may_change():
    class Trainer:
        def __init__(self):
            self.scale, self.losses = 2.0, []

        def step(self, x):
            return x * self.scale

    trainer = Trainer()
    step = autograd.compile(trainer.step)
    for i in range(5):
        trainer.losses.append(step(np.ones(1) * i))
    assert step.cache_info().traces == 1


def test_equal_numbers_do_not_record_anew():
    scale = float("2.5")
    compiled = autograd.compile(lambda x: x * scale)
    for _ in range(4):
        compiled(np.ones(1))
        scale = float("2.5")
    assert compiled.cache_info().traces == 1


def test_objects_made_during_the_run_are_let_go():
    class Helper:
        def __init__(self, values):
            self.values = values

        def apply(self, x):
            return x * self.values

    alive = weakref.WeakSet()

    def f(x):
        helper = Helper(np.ones(2) * 3)
        alive.add(helper)
        return helper.apply(x)

    assert autograd.compile(f)(np.ones(2)).tolist() == [3.0, 3.0]
    assert not len(alive)
