import numpy as np

import nn
from autograd import Tensor, check_module, gradcheck, gradgradcheck

X = np.array([[-1.7, -0.4, 0.3], [2.1, 0.9, -2.6]])


def test_gelu_by_tanh_has_right_derivatives():
    assert gradcheck(lambda x: nn.gelu(x, approximate="tanh"), X)
    assert gradgradcheck(lambda x: nn.gelu(x, approximate="tanh"), X)


def test_swish_lies_between_half_of_x_and_relu():
    assert np.allclose(nn.swish(X, 1.0), nn.silu(X), rtol=1e-15)
    assert np.allclose(nn.swish(X, 0.0), X / 2)
    assert np.allclose(nn.swish(X, 1e4), nn.relu(X))


def test_swish_has_right_derivatives_for_beta():
    assert gradcheck(nn.swish, X, 1.5)
    assert gradgradcheck(nn.swish, X, 1.5)
    assert check_module(nn.Swish(0.7), nn.mse_loss, (X, np.ones((2, 3))))


def test_swish_learns_beta_beside_other_parameters():
    model = nn.MLP([1, 8, 1], "swish", rng=0)
    before = model[1].beta.item()
    optimizer = nn.optim.Adam(model.parameters(), lr=0.05)
    x = np.linspace(-1, 1, 20)[:, None]
    losses = []
    for _ in range(60):
        loss = nn.mse_loss(model(x), np.abs(x))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.1 * losses[0]
    assert model[1].beta.item() != before


def test_a_frozen_beta_stays():
    layer = nn.Swish(2.0).requires_grad_(False)
    x = Tensor([1.0], requires_grad=True)
    layer(x).sum().backward()
    assert layer.beta.grad is None
    assert dict(layer.named_parameters())["beta"] is layer.beta
