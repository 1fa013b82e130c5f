import numpy as np
import pytest

import nn
from autograd import Tensor


def test_sequential_composes():
    a, b = nn.Linear(2, 3, rng=0), nn.Linear(3, 1, rng=1)
    x = np.ones((4, 2))
    assert nn.Sequential(a, np.tanh, b)(x).tolist() == b(np.tanh(a(x))).tolist()
    assert nn.Sequential()(x) is x


def test_sequential_names_indexes_and_slices():
    a, b = nn.Linear(2, 3), nn.Linear(3, 1)
    model = nn.Sequential(a, nn.ReLU(), b)
    assert [name for name, _ in model.named_parameters()] == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert len(model) == 3
    assert model[-1] is b
    assert list(model[1:]) == [model[1], b]
    assert list(model.children()) == list(model)
    named = nn.Sequential({"hidden": a, "out": b})
    assert next(named.named_parameters())[0] == "hidden.weight"


def test_a_layer_may_stand_twice():
    layer = nn.Linear(2, 2, rng=0)
    model = nn.Sequential(layer, layer)
    assert len(list(model.parameters())) == 2
    assert len(model) == 2


def test_repr_shows_functions_by_name():
    assert repr(nn.Sequential(np.tanh)) == "Sequential(\n  (0): tanh\n)"


def test_a_subclass_may_hold_more():
    class Scaled(nn.Sequential):
        def __init__(self, *layers):
            super().__init__(*layers)
            self.scale = Tensor(2.0, requires_grad=True)

    model = Scaled(nn.Linear(1, 1))
    assert [name for name, _ in model.named_parameters()] == ["scale", "0.weight", "0.bias"]


def test_what_is_no_layer_is_refused():
    with pytest.raises(TypeError, match="layer 1, a int, cannot be called"):
        nn.Sequential(nn.ReLU(), 3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="ModuleList holds Modules, not a function"):
        nn.ModuleList([lambda x: x])  # type: ignore[list-item]


def test_module_list():
    blocks = nn.ModuleList([nn.ReLU()])
    blocks.append(nn.Linear(1, 1))
    assert len(blocks) == 2
    assert blocks[1] is list(blocks)[1]
    assert [name for name, _ in blocks.named_parameters()] == ["1.weight", "1.bias"]
    assert repr(blocks).startswith("ModuleList(\n  (0): ReLU()\n  (1): Linear(")
    with pytest.raises(NotImplementedError):
        blocks(1)
