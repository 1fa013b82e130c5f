import math

import numpy as np
import pytest

from autograd import Tensor
from nn import init
from tests.nn.reference import global_state

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
