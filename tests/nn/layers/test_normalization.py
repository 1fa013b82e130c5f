import numpy as np
import pytest

import nn
from autograd import Tensor, check_module, gradcheck, gradgradcheck, no_grad, set_default_dtype
from tests.nn.reference import LAYERS

RNG = np.random.default_rng(0)
ROWS, SERIES = RNG.normal(size=(5, 3)) * 2 + 5, RNG.normal(size=(2, 3, 4)) * 2 + 5


@pytest.mark.parametrize("kind", ["BatchNorm1d", "LayerNorm"])
def test_values_gradients_and_running_values_are_pytorchs(kind):
    for case in LAYERS["batch_norm" if kind == "BatchNorm1d" else "layer_norm"]:
        settings = case["settings"]
        layer = getattr(nn, kind)(*([3] if kind == "BatchNorm1d" else []), **settings)
        layer.load_state_dict(case["parameters"], strict=False)
        assert list(case["parameters"]) == [name for name, _ in layer.named_parameters()]
        for call in case["calls"]:
            layer.train(call["training"])
            layer.zero_grad()
            x = Tensor(call["x"], requires_grad=True)
            y = layer(x)
            assert np.allclose(y.detach().numpy(), call["value"], rtol=1e-11, atol=1e-13)
            (y * np.array(call["slopes"])).sum().backward()
            assert np.allclose(x.grad, call["gradient"], rtol=1e-10, atol=1e-12)
            for name, parameter in layer.named_parameters():
                assert np.allclose(parameter.grad, call[name], rtol=1e-11)
            buffers = dict(layer.named_buffers())
            assert list(buffers) == list(call["buffers"])
            for name, value in call["buffers"].items():
                assert np.allclose(buffers[name].numpy(), value, rtol=1e-13)


@pytest.mark.parametrize("x", [ROWS, SERIES])
@pytest.mark.parametrize("training", [True, False])
def test_batch_norm_has_right_derivatives(x, training):
    layer = nn.BatchNorm1d(3)
    layer(x)
    layer.train(training)
    assert check_module(layer, lambda y, t: ((y - t) ** 2).sum(), (x, np.ones(x.shape)))
    assert gradcheck(layer, x)
    assert gradgradcheck(layer, x)


@pytest.mark.parametrize("shape", [3, (3,), (5, 3)])
def test_layer_norm_has_right_derivatives(shape):
    layer = nn.LayerNorm(shape)
    assert check_module(layer, lambda y, t: ((y - t) ** 2).sum(), (ROWS, np.ones((5, 3))))
    assert gradcheck(layer, ROWS)
    assert gradgradcheck(layer, ROWS)


@pytest.mark.parametrize("layer", [nn.BatchNorm1d(3, dtype=np.float32), nn.LayerNorm(3, dtype=np.float32)])
def test_float32_stays_float32_and_far_from_zero_it_stays_exact(layer):
    x = Tensor(ROWS + 1e3, requires_grad=True, dtype=np.float32)
    y = layer(x)
    y.sum().backward()
    assert {y.dtype, x.grad.dtype, layer.weight.grad.dtype, layer.bias.grad.dtype} == {np.dtype(np.float32)}
    assert {b.dtype for b in layer.buffers()} <= {np.dtype(np.float32), np.dtype(int)}
    if isinstance(layer, nn.BatchNorm1d):
        exact = (ROWS - ROWS.mean(axis=0)) / np.sqrt(ROWS.var(axis=0) + 1e-5)
        assert np.allclose(y.detach().numpy(), exact, atol=1e-3)
        assert layer.eval()(x).dtype == np.float32


def test_the_default_dtype_holds():
    set_default_dtype(np.float32)
    try:
        layer = nn.BatchNorm1d(2)
        assert {layer.weight.dtype, layer.running_var.dtype, nn.LayerNorm(2).bias.dtype} == {np.dtype(np.float32)}
    finally:
        set_default_dtype(np.float64)


def test_evaluation_takes_what_training_kept_and_keeps_it():
    layer = nn.BatchNorm1d(3)
    for _ in range(200):
        layer(ROWS)
    state = layer.eval().state_dict()
    assert np.allclose(state["running_mean"], ROWS.mean(axis=0))
    assert np.allclose(state["running_var"], ROWS.var(axis=0, ddof=1))
    one = layer(ROWS[:1]).detach().numpy()
    assert np.allclose(one, (ROWS[:1] - ROWS.mean(axis=0)) / np.sqrt(ROWS.var(axis=0, ddof=1) + 1e-5))
    assert all(np.array_equal(state[name], value) for name, value in layer.state_dict().items())
    twin = nn.BatchNorm1d(3)
    twin.load_state_dict(state)
    assert np.array_equal(twin.eval()(ROWS[:1]).detach().numpy(), one)
    assert twin.num_batches_tracked.item() == 200


def test_running_values_follow_without_a_graph_too_and_are_no_parameters():
    layer = nn.BatchNorm1d(3)
    with no_grad():
        layer(ROWS)
    assert layer.num_batches_tracked.item() == 1
    assert np.allclose(layer.running_mean.numpy(), 0.1 * ROWS.mean(axis=0))
    assert [name for name, _ in layer.named_parameters()] == ["weight", "bias"]
    assert [name for name, _ in layer.named_buffers()] == ["running_mean", "running_var", "num_batches_tracked"]


@pytest.mark.parametrize("x", [np.ones((1, 3)), np.ones((1, 3, 1)), np.ones((0, 3))])
def test_a_batch_of_one_is_an_error_that_changes_nothing(x):
    layer = nn.BatchNorm1d(3)
    with pytest.raises(ValueError, match=r"value for each feature.*model\.eval\(\)"):
        layer(x)
    assert layer.num_batches_tracked.item() == 0
    layer(np.ones((1, 3, 2)))
    untracked = nn.BatchNorm1d(3, track_running_stats=False).eval()
    with pytest.raises(ValueError, match="value for each feature"):
        untracked(x)
    if len(x):
        assert layer.eval()(x).shape == x.shape


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: nn.BatchNorm1d(3)(np.ones((5, 2))),
            r"takes x \(batch, 3\) or \(batch, 3, length\), not shape \(5, 2\)",
        ),
        (lambda: nn.BatchNorm1d(3)(np.ones(3)), r"not shape \(3,\)"),
        (lambda: nn.BatchNorm1d(0), r"num_features must be an integer of at least 1, not 0"),
        (lambda: nn.BatchNorm1d(3, momentum=1.5), r"momentum=1.5 is not a number in \[0, 1\]"),
        (lambda: nn.BatchNorm1d(3, eps=-1.0), r"eps=-1.0"),
        (lambda: nn.LayerNorm(3, eps=float("nan")), r"eps=nan"),
        (lambda: nn.LayerNorm(3)(np.ones((5, 2))), r"x of shape \(5, 2\) does not end in normalized_shape=\(3,\)"),
        (lambda: nn.LayerNorm(()), r"has no axis"),
        (lambda: nn.LayerNorm((2, 0)), r"each length of normalized_shape must be .* not 0"),
        (lambda: nn.layer_norm(np.ones((2, 3)), 3, np.ones(2)), r"weight of shape \(2,\) is not of normalized_shape"),
    ],
)
def test_bad_settings_and_shapes_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
