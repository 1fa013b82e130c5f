import numpy as np
import pytest

import nn
from autograd import Tensor, check_module, gradcheck
from tests.nn.reference import LAYERS


@pytest.mark.parametrize("case", LAYERS["prelu"], ids=lambda c: f"{np.shape(c['x'])}-{len(c['weight'])}")
def test_prelu_is_pytorchs_for_one_slope_and_for_one_a_channel(case):
    layer = nn.PReLU(len(case["weight"]))
    layer.load_state_dict({"weight": case["weight"]})
    x = Tensor(case["x"], requires_grad=True)
    y = layer(x)
    assert np.allclose(y.detach().numpy(), case["value"], rtol=1e-13)
    (y * np.array(case["slopes"])).sum().backward()
    assert np.allclose(x.grad, case["gradient"], rtol=1e-12)
    assert np.allclose(layer.weight.grad, case["weight_gradient"], rtol=1e-12)


def test_prelu_learns_its_slope():
    x = np.array([[-2.0], [-1.0], [1.0], [3.0]])
    layer = nn.PReLU()
    optimizer = nn.optim.SGD(layer.parameters(), lr=0.1)
    for _ in range(100):
        loss = nn.mse_loss(layer(x), np.where(x > 0, x, 0.7 * x))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert np.isclose(layer.weight.data[0], 0.7)


def test_prelu_has_right_derivatives_for_its_slopes():
    assert check_module(nn.PReLU(3), nn.mse_loss, (np.array([[-1.0, 2.0, -3.0]]), np.ones((1, 3))))
    assert gradcheck(lambda x, w: nn.prelu(x, w), np.array([[-1.0, 2.0, -3.0]]), np.array([0.1, 0.2, 0.3]))


def test_selu_keeps_mean_and_variance():
    x = np.random.default_rng(0).normal(size=200_000)
    y = nn.selu(x)
    assert abs(y.mean()) < 0.01
    assert abs(y.std() - 1) < 0.01


def test_softplus_without_its_threshold_is_exact():
    assert nn.softplus(np.array([21.0]), threshold=np.inf)[0] == np.logaddexp(21.0, 0.0)
    assert nn.softplus(np.array([21.0]))[0] == 21.0
