import numpy as np
import pytest

import nn
from autograd import Tensor
from tests.nn.reference import global_state


def test_drops_and_rescales_in_training():
    y = nn.Dropout(0.25, rng=0)(Tensor(np.ones((200, 300)))).numpy()
    assert set(np.unique(y)) == {0.0, 1 / 0.75}
    assert np.isclose((y == 0).mean(), 0.25, atol=0.01)


def test_the_gradient_goes_where_the_value_went():
    x = Tensor(np.ones(50), requires_grad=True, dtype=np.float32)
    y = nn.Dropout(0.5, rng=1)(x)
    y.sum().backward()
    assert np.array_equal(x.grad, y.detach().numpy())
    assert x.grad.dtype == y.dtype == np.float32


def test_does_nothing_in_evaluation_or_with_p_zero():
    x = Tensor(np.ones(5))
    assert nn.Dropout(0.5).eval()(x) is x
    assert nn.Dropout(0.0)(x) is x
    assert not nn.Dropout(1.0)(x).numpy().any()


def test_a_seed_repeats_and_the_global_generator_is_left_alone():
    state = global_state()
    x = Tensor(np.ones(20))
    assert nn.Dropout(rng=3)(x).tolist() == nn.Dropout(rng=3)(x).tolist()
    layer = nn.Dropout(rng=3)
    assert layer(x).tolist() != layer(x).tolist()
    assert global_state() == state


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan"), None, "0.5"])
def test_p_is_a_probability(p):
    with pytest.raises(ValueError, match=r"p=.* is not a number in \[0, 1\]"):
        nn.Dropout(p)
