import numpy as np
import pytest

import nn
from autograd import Tensor, check_module, gradcheck, gradgradcheck, graph_of

X = np.array([[0.3, -1.2], [0.8, 0.5], [-0.7, 0.1]])


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("activation", [None, "tanh", "relu", nn.Sigmoid, np.sin, nn.LeakyReLU(0.2)])
def test_numbers_and_arrays_give_the_same(activation, bias):
    neuron = nn.Neuron(2, activation, bias=bias, rng=0)
    rows = neuron(X)
    assert rows.shape == (3,)
    rows.sum().backward()
    of_array = [float(p.grad) for p in neuron.parameters()]
    neuron.zero_grad()
    for row, expected in zip(X.tolist(), rows.tolist(), strict=True):
        y = neuron(row)
        assert y.shape == ()
        assert np.isclose(y.item(), expected, rtol=1e-14)
        y.backward()
    assert np.allclose([float(p.grad) for p in neuron.parameters()], of_array, rtol=1e-13)
    assert neuron(X[0]).shape == ()
    assert neuron(X.reshape(1, 3, 2)).shape == (1, 3)


def test_numbers_make_one_node_for_each_operation():
    neuron = nn.Neuron(2, "tanh", rng=0)
    graph = graph_of(neuron([Tensor(1.0, name="x0", requires_grad=True), Tensor(2.0, name="x1", requires_grad=True)]))
    assert sorted(node.op for node in graph.nodes if node.op) == ["add", "add", "multiply", "multiply", "tanh"]
    assert sorted(node.name for node in graph.nodes if not node.op) == ["b", "w0", "w1", "x0", "x1"]


def test_derivatives_are_those_of_finite_differences():
    neuron = nn.Neuron(2, "tanh", rng=0)
    assert check_module(neuron, lambda y, t: ((y - t) ** 2).sum(), (X, np.ones(3)))
    assert gradcheck(neuron, X)
    assert gradgradcheck(neuron, X)
    assert gradgradcheck(lambda a, b: neuron([a, b]), 0.3, -0.5)


def test_a_network_of_neurons_in_plain_lists_learns_xor():
    class Network(nn.Module):
        def __init__(self):
            generator = np.random.default_rng(1)
            self.hidden = [nn.Neuron(2, "tanh", rng=generator) for _ in range(4)]
            self.out = nn.Neuron(4, rng=generator)

        def forward(self, x):
            return self.out([neuron(x) for neuron in self.hidden])

    model = Network()
    assert len(list(model.parameters())) == 4 * 3 + 5
    optimizer = nn.optim.Adam(model.parameters(), lr=0.1)
    for _ in range(60):
        loss = sum((model(x) - t) ** 2 for x, t in zip([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], strict=True))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.1


def test_float32_stays_float32():
    neuron = nn.Neuron(2, "prelu", dtype=np.float32, rng=0)
    y = neuron(X.astype(np.float32))
    y.sum().backward()
    assert y.dtype == np.float32
    assert {p.grad.dtype for p in neuron.parameters()} == {np.dtype(np.float32)}
    assert neuron([1.0, 2.0]).dtype == np.float32


def test_repr_and_names():
    assert repr(nn.Neuron(2, "tanh")) == "Neuron(in_features=2, bias=True, activation=tanh)"
    assert repr(nn.Neuron(1, bias=False)) == "Neuron(in_features=1, bias=False)"
    assert list(nn.Neuron(2).state_dict()) == ["weights.0", "weights.1", "bias"]


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: nn.Neuron(2)([1.0, 2.0, 3.0]), r"takes 2 numbers, or an array \(\.\.\., 2\), not shape \(3,\)"),
        (lambda: nn.Neuron(2)(np.ones((4, 3))), r"not shape \(4, 3\)"),
        (lambda: nn.Neuron(2)(1.0), r"not shape \(\)"),
        (lambda: nn.Neuron(0), r"in_features must be an integer of at least 1"),
        (lambda: nn.Neuron(2, "thanh"), r"unknown activation 'thanh'.*did you mean 'tanh'"),
    ],
)
def test_what_does_not_fit_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
