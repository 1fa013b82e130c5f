import numpy as np
import pytest

import nn
from autograd import Tensor, check_module, gradcheck, gradgradcheck


def test_identity_is_its_argument():
    x = Tensor([1.0])
    assert nn.Identity()(x) is x
    assert nn.Identity(54, unused=True)(x) is x


@pytest.mark.parametrize(
    "arguments, shape",
    [
        ((), (2, 60)),
        ((0,), (120,)),
        ((2,), (2, 3, 20)),
        ((1, 2), (2, 12, 5)),
        ((-2, -1), (2, 3, 20)),
        ((1, 1), (2, 3, 4, 5)),
    ],
)
def test_flatten_is_pytorchs(arguments, shape):
    x = np.arange(120.0).reshape(2, 3, 4, 5)
    y = nn.Flatten(*arguments)(x)
    assert y.shape == shape
    assert y.ravel().tolist() == x.ravel().tolist()
    assert nn.Flatten()(np.zeros((0, 3, 4))).shape == (0, 12)


def test_flatten_has_right_derivatives():
    x = np.random.default_rng(0).normal(size=(2, 3, 2))
    assert gradcheck(nn.Flatten(), x)
    assert gradgradcheck(lambda x: np.tanh(nn.Flatten()(x)), x)


def test_residual_adds_what_goes_around():
    layer = nn.Linear(3, 3, rng=0)
    x = np.random.default_rng(0).normal(size=(4, 3))
    assert np.allclose(nn.Residual(layer, np.tanh)(x).detach().numpy(), x + np.tanh(layer(x).detach().numpy()))
    wider = nn.Residual(nn.Linear(3, 5, rng=1), nn.ReLU(), shortcut=nn.Linear(3, 5, bias=False, rng=2))
    assert wider(x).shape == (4, 5)
    names = ["layers.0.weight", "layers.0.bias", "shortcut.weight"]
    assert [name for name, _ in wider.named_parameters()] == names
    assert check_module(wider, nn.mse_loss, (x, np.ones((4, 5))))
    assert gradgradcheck(nn.Residual(nn.Linear(3, 3, rng=0), nn.Tanh()), x)


def test_gradients_reach_the_bottom_of_a_deep_residual_network():
    blocks = nn.Sequential(*(nn.Residual(nn.Linear(4, 4, rng=i), nn.Sigmoid()) for i in range(100)))
    x = Tensor(np.ones((1, 4)), requires_grad=True)
    blocks(x).sum().backward()
    assert (np.abs(x.grad) > 0.5).all()


@pytest.mark.parametrize(
    "call, error, message",
    [
        (
            lambda: nn.Flatten()(np.ones(3)),
            ValueError,
            r"Flatten\(start_dim=1, end_dim=-1\) of shape \(3,\): there are no",
        ),
        (lambda: nn.Flatten(2, 1)(np.ones((2, 3, 4))), ValueError, "there are no axes from start_dim to end_dim"),
        (lambda: nn.Residual(), TypeError, "one or more layers are needed"),
        (lambda: nn.Residual(3), TypeError, "layer 0, a int, cannot be called"),
        (lambda: nn.Residual(nn.ReLU(), shortcut=3), TypeError, "the shortcut, a int, cannot be called"),
        (
            lambda: nn.Residual(nn.Linear(3, 1))(np.ones((2, 3))),
            ValueError,
            r"the layers make shape \(2, 1\), the shortcut \(2, 3\)",
        ),
    ],
)
def test_what_does_not_fit_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
