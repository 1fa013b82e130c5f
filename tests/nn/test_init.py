import math

import numpy as np
import pytest

from autograd import Tensor
from nn import init
from tests.nn.reference import LAYERS, global_state

DRAWN = [
    (init.uniform_, {"a": -0.2, "b": 0.6}, 0.2, 0.8 / math.sqrt(12)),
    (init.normal_, {"mean": 0.3, "std": 0.1}, 0.3, 0.1),
    (init.xavier_uniform_, {"gain": 2.0}, 0, 2 * math.sqrt(2 / 500)),
    (init.xavier_normal_, {}, 0, math.sqrt(2 / 500)),
    (init.kaiming_uniform_, {"nonlinearity": "relu"}, 0, math.sqrt(2 / 200)),
    (init.kaiming_uniform_, {"a": math.sqrt(5)}, 0, 1 / math.sqrt(3 * 200)),
    (init.kaiming_normal_, {"mode": "fan_out", "nonlinearity": "tanh"}, 0, 5 / 3 / math.sqrt(300)),
]


@pytest.mark.parametrize("function, settings, mean, std", DRAWN)
def test_drawn_values_have_the_stated_moments(function, settings, mean, std):
    weight = Tensor(np.zeros((300, 200)), requires_grad=True, dtype=np.float32)
    assert function(weight, rng=0, **settings) is weight
    assert weight.dtype == np.float32
    assert weight.requires_grad
    assert np.isclose(weight.data.mean(), mean, atol=5 * std / math.sqrt(60_000))
    assert np.isclose(weight.data.std(), std, rtol=0.02)


@pytest.mark.parametrize("function, settings, mean, std", DRAWN)
def test_draws_repeat_by_seed_and_advance_a_generator(function, settings, mean, std):
    def draw(**given):
        return function(Tensor(np.zeros((3, 2))), **settings, **given).tolist()

    generator = np.random.default_rng(3)
    state = global_state()
    assert draw(rng=3) == draw(generator=3) == draw(rng=generator)
    assert draw(rng=generator) != draw(rng=3)
    assert draw() != draw()
    assert global_state() == state
    with pytest.raises(TypeError, match="two names for one thing"):
        draw(rng=1, generator=2)


def test_fans_count_the_axes_of_a_kernel():
    weight = init.xavier_uniform_(Tensor(np.zeros((4, 2, 3, 3))), rng=0)
    assert np.abs(weight.data).max() <= math.sqrt(6 / (2 * 9 + 4 * 9))


def test_constants():
    assert init.zeros_(Tensor([1.0])).tolist() == [0.0]
    assert init.ones_(Tensor(3.0)).tolist() == 1.0
    assert init.constant_(Tensor([[1.0, 2.0]]), 5).tolist() == [[5.0, 5.0]]


def test_gains():
    expected = {"linear": 1, "sigmoid": 1, "tanh": 5 / 3, "relu": math.sqrt(2), "selu": 0.75}
    assert {name: init.calculate_gain(name) for name in expected} == expected
    assert init.calculate_gain("leaky_relu") == math.sqrt(2 / (1 + 0.01**2))


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda t: init.calculate_gain("rleu"), r"'rleu'; known: linear"),
        (lambda t: init.uniform_(t, 2.0, 1.0), r"a=2.0 is above b=1.0"),
        (lambda t: init.normal_(t, std=-1.0), r"std=-1.0 is negative"),
        (lambda t: init.xavier_uniform_(t), r"two or more axes, not shape \(2,\)"),
        (lambda t: init.kaiming_normal_(Tensor(np.ones((2, 2))), mode="fan"), r"unknown mode 'fan'"),
    ],
)
def test_bad_settings_are_named(call, message):
    tensor = Tensor([1.0, 2.0])
    with pytest.raises(ValueError, match=message):
        call(tensor)
    assert tensor.tolist() == [1.0, 2.0]


def test_gains_are_pytorchs():
    assert {name: init.calculate_gain(name) for name in LAYERS["gains"]} == LAYERS["gains"]


@pytest.mark.parametrize("shape", [(4, 4), (3, 7), (7, 3), (4, 2, 3), (2, 1)])
def test_orthogonal_rows_or_columns(shape):
    weight = init.orthogonal_(Tensor(np.zeros(shape)), gain=2.0, rng=0).numpy().reshape(shape[0], -1)
    gram = weight @ weight.T if weight.shape[0] <= weight.shape[1] else weight.T @ weight
    assert np.allclose(gram, 4 * np.eye(len(gram)))


def test_orthogonal_matrices_point_everywhere():
    drawn = np.array([init.orthogonal_(Tensor(np.zeros((2, 2))), rng=i).tolist() for i in range(2000)])
    angles = np.arctan2(drawn[:, 1, 0], drawn[:, 0, 0])
    assert np.abs(np.histogram(angles, 8, (-np.pi, np.pi))[0] - 250).max() < 80
    assert abs((np.linalg.det(drawn) > 0).mean() - 0.5) < 0.05


@pytest.mark.parametrize(
    "mean, std, a, b",
    [
        (0, 1, -2, 2),
        (1, 0.5, 0, 3),
        (0, 1, 1, np.inf),
        (0, 1, -9, -3),
        (0, 1, -0.1, 0.3),
        (5, 2, -20, 0),
        (0, 1, 30, 31),
    ],
)
def test_truncated_normal_has_its_distribution(mean, std, a, b):
    drawn = init.trunc_normal_(Tensor(np.zeros(20_000)), mean, std, a, b, rng=0).numpy()
    assert a <= drawn.min() <= drawn.max() <= b
    # Against the density itself, on a grid over all but the last 1e-9 of it.
    low, high = (a, b) if a > mean + 6 * std else (max(a, mean - 6 * std), min(b, mean + 6 * std))
    grid = np.linspace(low, high, 20_001)
    log_density = -(((grid - mean) / std) ** 2) / 2
    density = np.exp(log_density - log_density.max())
    expected = np.interp([0.1, 0.5, 0.9], np.cumsum(density) / density.sum(), grid)
    spread = expected[2] - expected[0]
    assert np.allclose(np.quantile(drawn, [0.1, 0.5, 0.9]), expected, atol=0.03 * spread)


@pytest.mark.parametrize(
    "alias, function",
    [
        (init.he_normal_, init.kaiming_normal_),
        (init.he_uniform_, init.kaiming_uniform_),
        (init.glorot_normal_, init.xavier_normal_),
        (init.glorot_uniform_, init.xavier_uniform_),
    ],
)
def test_aliases(alias, function):
    assert alias(Tensor(np.zeros((3, 4))), rng=0).tolist() == function(Tensor(np.zeros((3, 4))), rng=0).tolist()


@pytest.mark.parametrize(
    "activation, variance",
    [
        ("relu", 2 / 200),
        ("mish", 2 / 200),
        ("selu", 1 / 200),
        ("tanh", 25 / 9 / 250),
        ("linear", 1 / 250),
        ("f", 1 / 250),
    ],
)
def test_what_suits_an_activation(activation, variance):
    weight = init.for_activation_(Tensor(np.zeros((300, 200))), activation, rng=0)
    assert np.isclose(weight.data.var(), variance, rtol=0.03)


@pytest.mark.parametrize(
    "function", [init.zeros_, init.uniform_, init.normal_, init.trunc_normal_, init.xavier_normal_, init.orthogonal_]
)
def test_only_a_leaf_tensor_is_filled(function):
    with pytest.raises(TypeError, match=r"_ fills a Tensor, not a ndarray"):
        function(np.zeros((2, 2)))
    result = Tensor(np.ones((2, 2)), requires_grad=True) * 2
    with pytest.raises(RuntimeError, match="result of multiply"):
        function(result)
    assert result.tolist() == [[2.0, 2.0], [2.0, 2.0]]


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda t: init.trunc_normal_(t, a=1.0, b=1.0), "a=1.0 is not below b=1.0"),
        (lambda t: init.trunc_normal_(t, std=0.0), "std=0.0 is not above 0"),
        (lambda t: init.orthogonal_(t), r"two or more axes, not shape \(2,\)"),
        (lambda t: init.uniform_(t, a=math.nan), "a=nan is above b=1.0, or one is no number"),
        (lambda t: init.normal_(t, std=math.nan), "std=nan"),
        (lambda t: init.kaiming_normal_(Tensor(np.zeros((3, 0)))), r"shape \(3, 0\) has no elements"),
    ],
)
def test_more_bad_settings_are_named(call, message):
    tensor = Tensor([1.0, 2.0])
    with pytest.raises(ValueError, match=message):
        call(tensor)
    assert tensor.tolist() == [1.0, 2.0]
