import numpy as np
import pytest

import nn
from autograd import Tensor, check_module

XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([[0.0], [1.0], [1.0], [0.0]])


def kinds(model):
    return [getattr(layer, "__name__", type(layer).__name__) for layer in model]


def test_layers_stand_in_order():
    assert kinds(nn.MLP([2, 4, 3, 1])) == ["Linear", "ReLU", "Linear", "ReLU", "Linear"]
    assert kinds(nn.MLP([2, 1])) == ["Linear"]
    assert kinds(nn.MLP([2, 4, 1], np.tanh, output_activation="sigmoid")) == ["Linear", "tanh", "Linear", "Sigmoid"]
    assert kinds(nn.MLP([2, 4, 3, 1], ["gelu", None])) == ["Linear", "GELU", "Linear", "Linear"]
    assert kinds(nn.MLP([2, 4, 1], nn.Tanh, dropout=0.5)) == ["Linear", "Tanh", "Dropout", "Linear"]
    leaky = nn.LeakyReLU(0.2)
    assert nn.MLP([2, 4, 1], leaky)[1] is leaky


def test_weights_interchange_with_a_sequential_written_out():
    model = nn.MLP([2, 4, 1], "tanh", rng=0)
    other = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
    other.load_state_dict(model.state_dict())
    assert other(XOR[0]).tolist() == model(XOR[0]).tolist()


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "sigmoid", "tanh", "gelu"])
def test_derivatives_are_those_of_finite_differences(activation):
    model = nn.MLP([2, 5, 3, 1], activation, rng=1)
    x = np.array([[0.3, -1.2], [0.8, 0.5], [-0.7, 0.1]])
    report = check_module(model, nn.mse_loss, (x, np.ones((3, 1))))
    assert report.verdict == "PASS", str(report)


def test_init_draws_weights_and_clears_biases():
    model = nn.MLP([2, 300, 1], init="kaiming_normal", rng=0)
    assert np.isclose(model[0].weight.data.std(), 1.0, rtol=0.1)
    assert not model[0].bias.data.any()
    assert np.array_equal(model[0].weight.data, nn.MLP([2, 300, 1], init=nn.init.kaiming_normal_, rng=0)[0].weight.data)


def test_rng_decides_everything():
    a, b = nn.MLP([2, 8, 1], dropout=0.5, rng=3), nn.MLP([2, 8, 1], dropout=0.5, rng=3)
    assert a(XOR[0]).tolist() == b(XOR[0]).tolist()
    assert a[0].weight.tolist() != nn.MLP([2, 8, 1], rng=4)[0].weight.tolist()


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"sizes": [2]}, r"sizes=\[2\]: an input and an output size"),
        ({"sizes": [2, 4, 1], "activation": "rleu"}, r"unknown activation 'rleu'; known: relu, leaky_relu"),
        ({"sizes": [2, 4, 1], "activation": ["relu", "relu"]}, r"2 activations for the 1 hidden layers"),
        ({"sizes": [2, 4, 1], "norm": "batch"}, r"norm='batch' comes later"),
        ({"sizes": [2, 4, 1], "init": "he"}, r"unknown init 'he'; known: xavier_uniform"),
        ({"sizes": [2, 4, 1], "dropout": 1.5}, r"p=1.5 is not a probability"),
        ({"sizes": [2, 0, 1]}, r"out_features must be an integer of at least 1, not 0"),
    ],
)
def test_bad_settings_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        nn.MLP(**arguments)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "optimizer", [lambda p: nn.optim.SGD(p, lr=0.5, momentum=0.9), lambda p: nn.optim.Adam(p, lr=0.05)]
)
def test_learns_xor_in_its_own_dtype(dtype, optimizer):
    x, y = (part.astype(dtype) for part in XOR)
    model = nn.MLP([2, 8, 1], "tanh", rng=0, dtype=dtype)
    steps = optimizer(model.parameters())
    for _ in range(300):
        loss = nn.binary_cross_entropy_with_logits(model(x), y)
        steps.zero_grad()
        loss.backward()
        steps.step()
    assert loss.dtype == dtype
    assert {p.dtype for p in model.parameters()} == {p.grad.dtype for p in model.parameters()} == {np.dtype(dtype)}
    assert loss.item() < 0.02
    assert np.array_equal(model(x).detach().numpy() > 0, y > 0.5)


def test_learns_classes_from_ids():
    rng = np.random.default_rng(0)
    centres = np.array([[2.0, 0.0], [-1.0, 2.0], [-1.0, -2.0]])
    ids = rng.integers(0, 3, 90)
    x = Tensor(centres[ids] + rng.normal(size=(90, 2)) * 0.3)
    model = nn.MLP([2, 16, 3], rng=0)
    optimizer = nn.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(150):
        loss = nn.cross_entropy(model(x), ids)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert (model(x).detach().numpy().argmax(axis=1) == ids).all()
