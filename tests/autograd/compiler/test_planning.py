"""What is run in place of the readable program: where arrays lie, and how NumPy is called."""

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor

RNG = np.random.default_rng(0)


def planned(f, *arrays):
    """The plan of a compiled function, whose value is checked against plain NumPy's."""
    compiled = autograd.compile(f)
    with np.errstate(all="ignore"):
        expected = f(*arrays)
    for _ in range(3):
        np.testing.assert_allclose(compiled(*arrays), expected, rtol=1e-6 if expected.dtype == np.float32 else 1e-12)
    return compiled._latest().linked.plan


def test_what_is_computed_in_place_is_the_very_array():
    plan = planned(lambda x: (np.exp(np.sin(x) * 2.0) + x).sum(), RNG.normal(size=(5, 4)))
    buffers = {name: plan.objects[name] for name in plan.names.values() if name in plan.objects}
    assert len(buffers) == 4 and len({id(buffer) for buffer in buffers.values()}) == 1


def test_buffers_begin_with_a_line_of_the_cache():
    plan = planned(lambda x: (np.sin(x) @ x.T + np.cos(x) @ x.T).sum(), RNG.normal(size=(7, 3)))
    buffers = [plan.objects[name] for name in plan.names.values() if name in plan.objects]
    assert buffers and all(buffer.ctypes.data % 64 == 0 for buffer in buffers if buffer.base.dtype == np.uint8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extrema_with_a_number_are_taken_with_an_array_of_it(dtype):
    x = np.array([[-np.inf, -1.0, -0.0], [0.0, np.nan, np.inf]], dtype)
    plan = planned(lambda x: np.maximum(np.maximum(nn.relu(x), nn.relu(-x)), np.minimum(x, dtype(0.5))), x)
    assert sorted(name for name in plan.objects if name.startswith(("zeros", "filled"))) == ["filled", "zeros"]
    assert plan.objects["filled"].tolist() == [[0.5] * 3] * 2


def test_an_array_of_one_element_is_added_as_a_number():
    weight, bias = RNG.normal(size=(1, 3)), np.array([0.5])
    x = Tensor(RNG.normal(size=(6, 3)))
    model = nn.Linear(3, 1)
    model.load_state_dict({"weight": weight, "bias": bias})
    compiled = autograd.compile(lambda: np.tanh(model(x)).sum())
    for _ in range(2):
        np.testing.assert_allclose(compiled(), np.tanh(x.numpy() @ weight.T + bias).sum(), rtol=1e-12)
    assert "bias_number" in compiled.planned_source


@pytest.mark.parametrize("n", [5, 30])  # upright, and turned
@pytest.mark.parametrize("offset", [0, -4])
def test_single_elements_of_rows_are_found_where_they_lie(n, offset):
    labels = RNG.integers(0, 4, n) + offset
    x, w = RNG.normal(size=(n, 3)), RNG.normal(size=(4, 3))

    def f(x, w):
        z = x @ np.transpose(w)
        return autograd.pick(z - z.max(axis=1, keepdims=True), index=labels).sum()

    assert ".take(places" in planned(f, x, w).text


def test_a_mask_keeps_infinite_and_missing_numbers_apart():
    x = np.array([-1.0, 2.0, np.nan, 3.0])
    g = np.array([np.inf, np.inf, 1.0, np.nan])
    compiled = autograd.compile(lambda x, g: autograd.vjp(nn.relu, x)[1](g))
    for _ in range(2):
        result = compiled(x, g)
        np.testing.assert_array_equal(result[0] if isinstance(result, tuple) else result, [0.0, np.inf, 0.0, np.nan])


def test_sums_of_rows_and_columns_are_products():
    x = RNG.normal(size=(6, 4))
    plan = planned(lambda x: np.sin(x).sum(axis=1) + np.cos(x).sum(axis=1, keepdims=True).reshape(-1), x)
    assert ".dot(ones_4, " in plan.text
    plan = planned(lambda x: np.exp(np.sin(x).sum(axis=0)).sum(), x)
    assert "ones_6.dot(" in plan.text


def test_numbers_and_views_are_named_after_what_they_are():
    weight = Tensor(RNG.normal(size=(3, 4)))
    compiled = autograd.compile(lambda: (np.tanh(weight) @ np.tanh(weight).T * -0.25).sum())
    compiled()
    assert "_T" in compiled.planned_source and "number_minus_0_25" in compiled.planned_source


def test_a_call_neither_warns_nor_changes_how_the_caller_is_warned():
    compiled = autograd.compile(lambda x: np.log(x) / x)
    with np.errstate(divide="raise", invalid="warn"):
        before = np.geterr()
        compiled(np.ones(2))
        assert compiled(np.zeros(2))[0] == -np.inf
        assert np.geterr() == before
        with pytest.raises(FloatingPointError):
            np.ones(1) / np.zeros(1)
