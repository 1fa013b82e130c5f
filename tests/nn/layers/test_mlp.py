import numpy as np
import pytest

import nn
from autograd import Tensor, check_module
from nn.activations.named import BY_NAME

XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([[0.0], [1.0], [1.0], [0.0]])


def kinds(model):
    return [getattr(layer, "__name__", type(layer).__name__) for layer in model]


def test_layers_stand_in_order():
    assert kinds(nn.MLP([2, 4, 3, 1])) == ["Linear", "ReLU", "Linear", "ReLU", "Linear"]
    assert kinds(nn.MLP([2, 1])) == ["Linear"]
    assert kinds(nn.MLP([2, 4, 1], np.tanh, output_activation="sigmoid")) == ["Linear", "tanh", "Linear", "Sigmoid"]
    assert kinds(nn.MLP([2, 4, 3, 1], ["gelu", None])) == ["Linear", "GELU", "Linear", "Linear"]
    assert kinds(nn.MLP([2, 4, 1], ["relu", "sigmoid"])) == ["Linear", "ReLU", "Linear", "Sigmoid"]
    assert kinds(nn.MLP([2, 1], ["sigmoid"])) == ["Linear", "Sigmoid"]
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
        ({"sizes": [2, 4, 1], "activation": ["relu"] * 3}, r"has 1 hidden layers, so 1 are needed, or 2 with one for"),
        ({"sizes": [2, 4, 1], "activation": ["relu", "relu"], "output_activation": "tanh"}, r"has 1 hidden layers"),
        ({"sizes": [2, 4, 4, 1], "activation": ["relu"]}, r"has 2 hidden layers, so 2 are needed"),
        ({"sizes": [2, 4, 1], "activation": "rleu"}, r"did you mean 'relu'\?"),
        ({"sizes": [2, 4, 1], "output_activation": "sofmax"}, r"did you mean 'softmax'\?"),
        ({"sizes": [2, 4, 1], "norm": "group"}, r"unknown norm 'group'; known: batch, layer"),
        ({"sizes": [2, 4, 1], "init": "he"}, r"unknown init 'he'; known: default, xavier_uniform"),
        ({"sizes": [2, 4, 1], "dropout": 1.5}, r"dropout=1.5 is not a number in \[0, 1\]"),
        ({"sizes": [2, 0, 1]}, r"each of sizes must be an integer of at least 1, not 0"),
        ({"sizes": [2, 4.0, 1]}, r"each of sizes must be an integer of at least 1, not 4.0"),
    ],
)
def test_bad_settings_are_named_before_a_number_is_drawn(arguments, message):
    generator = np.random.default_rng(0)
    with pytest.raises(ValueError, match=message):
        nn.MLP(**arguments, rng=generator)
    assert generator.random() == np.random.default_rng(0).random()


@pytest.mark.parametrize(
    "arguments",
    [
        {"sizes": 3},
        {"sizes": "abc"},
        {"sizes": [2, 4, 1], "activation": 7},
        {"sizes": [2, 4, 1], "norm": 7},
        {"sizes": [2, 4, 1], "init": 7},
    ],
)
def test_what_is_no_list_or_no_function_is_refused(arguments):
    with pytest.raises(TypeError, match="MLP: "):
        nn.MLP(**arguments)


def test_its_text_is_the_layers_in_one_line():
    assert nn.MLP([2, 8, 1], "relu", "sigmoid").extra_repr() == "2 -> 8 (relu) -> 1 (sigmoid)"
    assert "\n  2 -> 8 (relu) -> 1 (sigmoid)\n" in repr(nn.MLP([2, 8, 1], "relu", "sigmoid"))
    assert nn.MLP([3, 1]).extra_repr() == "3 -> 1"
    deep = nn.MLP([2, 4, 3, 1], [np.tanh, nn.SiLU], dropout=0.25, norm="layer")
    assert deep.extra_repr() == "2 -> 4 (LayerNorm, tanh, dropout 0.25) -> 3 (LayerNorm, silu, dropout 0.25) -> 1"
    assert deep.summary().startswith(f"MLP: {deep.extra_repr()}\n")


@pytest.mark.parametrize(
    "norm, kind", [("batch", nn.BatchNorm1d), ("layer", nn.LayerNorm), (nn.LayerNorm, nn.LayerNorm)]
)
def test_norm_stands_before_each_hidden_activation(norm, kind):
    model = nn.MLP([2, 4, 3, 1], norm=norm, rng=0)
    assert kinds(model) == ["Linear", kind.__name__, "ReLU", "Linear", kind.__name__, "ReLU", "Linear"]
    x = np.random.default_rng(0).normal(size=(6, 2))
    assert check_module(model, nn.mse_loss, (x, np.ones((6, 1))))


@pytest.mark.parametrize(
    "activation, expected",
    [("relu", 2 / 200), ("gelu", 2 / 200), ("selu", 1 / 200), ("sigmoid", 2 / 500), ("tanh", 25 / 9 * 2 / 500)],
)
def test_weights_are_drawn_for_the_activation_that_follows(activation, expected):
    model = nn.MLP([200, 300, 1], activation, rng=0)
    assert np.isclose(model[0].weight.data.var(), expected, rtol=0.05)
    assert not model[0].bias.data.any()


def test_a_deep_network_keeps_the_size_of_its_signals():
    x = np.random.default_rng(0).normal(size=(50, 100))
    for activation in ("relu", "tanh", "selu", "gelu", "leaky_relu"):
        hidden = nn.MLP([100] * 21, activation, rng=0)[:-1]
        assert 0.1 < np.sqrt((hidden(x).detach().numpy() ** 2).mean()) < 3


def test_default_init_is_that_of_linear():
    model = nn.MLP([3, 5, 1], init="default", rng=np.random.default_rng(0))
    generator = np.random.default_rng(0)
    for layer in (model[0], model[2]):
        twin = nn.Linear(layer.in_features, layer.out_features, rng=generator)
        assert layer.weight.tolist() == twin.weight.tolist()
        assert layer.bias.tolist() == twin.bias.tolist()


@pytest.mark.parametrize("norm", [None, "batch", "layer"])
@pytest.mark.parametrize("name", BY_NAME)
def test_float32_stays_float32_through_every_activation_and_norm(name, norm):
    model = nn.MLP([2, 3, 3, 2], name, "softmax", dropout=0.3, norm=norm, dtype=np.float32, rng=0)
    x = Tensor(np.random.default_rng(0).normal(size=(6, 2)), requires_grad=True, dtype=np.float32)
    y = model(x)
    y.sum().backward()
    assert {y.dtype, x.grad.dtype, *(p.dtype for p in model.parameters())} == {np.dtype(np.float32)}
    assert {p.grad.dtype for p in model.parameters()} == {np.dtype(np.float32)}
    assert model.eval()(x).dtype == np.float32


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
