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
    with pytest.raises(TypeError, match=r"layer 0 is the class ReLU; make one of it: ReLU\(\.\.\.\)"):
        nn.Sequential(nn.ReLU)
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


def test_lists_can_be_changed():
    a, b, c = nn.Linear(1, 1), nn.ReLU(), nn.Tanh()
    for kind in (nn.ModuleList, nn.Sequential):
        model = kind([a, b]) if kind is nn.ModuleList else kind(a, b)
        assert model.append(c) is model
        model.insert(0, c)
        assert list(model) == [c, a, b, c]
        assert [name for name, _ in model.named_parameters()] == ["1.weight", "1.bias"]
        model[0] = b
        del model[3]
        assert list(model) == [b, a, b]
        assert model.pop() is b
        assert model.extend([c, c]) is model
        assert type(model[1:]) is kind
        assert list(model[1:]) == [a, c, c]
        with pytest.raises(TypeError):
            model.extend([a, 3])
        with pytest.raises(TypeError):
            model[0] = 3
        assert list(model) == [b, a, c, c]
        with pytest.raises(IndexError):
            model[7]
    assert nn.Sequential(np.tanh, np.cos).append(np.sin)(0.5) == np.sin(np.cos(np.tanh(0.5)))


def test_names_go_with_their_layers():
    model = nn.Sequential({"hidden": nn.Linear(2, 3), "act": nn.ReLU(), "out": nn.Linear(3, 1)})
    assert [name for name, _ in model[1:].named_children()] == ["act", "out"]
    del model[1]
    assert [name for name, _ in model.named_children()] == ["hidden", "out"]
    with pytest.raises(ValueError, match="names of their own"):
        model.insert(0, nn.ReLU())
    with pytest.raises(ValueError, match="names of their own"):
        model.extend([nn.ReLU()])
    with pytest.raises(TypeError, match="layer out, a str, cannot be called"):
        model[1] = "relu"
    with pytest.raises(TypeError, match="layer out, a str, cannot be called"):
        nn.Sequential({"hidden": nn.ReLU(), "out": "relu"})  # type: ignore[dict-item]


def test_module_dict():
    a, b = nn.Linear(1, 1), nn.ReLU()
    heads = nn.ModuleDict({"a": a})
    heads["b"] = b
    heads.update([("c", b)])
    assert (list(heads), len(heads), "b" in heads, "z" in heads) == (["a", "b", "c"], 3, True, False)
    assert list(heads.items()) == list(zip(heads.keys(), heads.values(), strict=True))
    assert [name for name, _ in heads.named_parameters()] == ["a.weight", "a.bias"]
    assert repr(heads) == (
        "ModuleDict(\n  (a): Linear(in_features=1, out_features=1, bias=True)\n  (b): ReLU()\n  (c): ReLU()\n)"
    )
    assert heads.pop("c") is b
    del heads["b"]
    heads.clear()
    assert len(heads) == 0


@pytest.mark.parametrize(
    "modules, error, message",
    [
        ({"a": nn.ReLU(), "b": np.tanh}, TypeError, "ModuleDict holds Modules, not a ufunc"),
        ({"a": nn.ReLU(), 3: nn.ReLU()}, TypeError, "a key is a str, not a int"),
        ({"a": nn.ReLU(), "b.c": nn.ReLU()}, ValueError, "'b.c' is no key"),
        ({"": nn.ReLU()}, ValueError, "'' is no key"),
    ],
)
def test_module_dict_refuses_all_or_none(modules, error, message):
    heads = nn.ModuleDict()
    with pytest.raises(error, match=message):
        heads.update(modules)
    assert len(heads) == 0
    with pytest.raises(KeyError, match="ModuleDict has no 'a'; its keys: none"):
        heads["a"]
    with pytest.raises(NotImplementedError):
        heads(1)


def test_add_module_puts_a_layer_into_the_chain():
    model = nn.Sequential(np.tanh)
    model.add_module("1", np.cos)
    assert [name for name, _ in model._named()] == ["0", "1"]
    model.insert(2, np.exp)  # still numbered
    model.add_module("out", nn.Linear(1, 1, rng=0))
    model.append(np.sin)
    assert [name for name, _ in model._named()] == ["0", "1", "2", "out", "4"]
    assert model.get_submodule("out") is model[3]
    assert model([0.5]).tolist() == np.sin(model[3](np.exp(np.cos(np.tanh([0.5]))))).tolist()
    for wrong in ("out", "0", "", "a.b", 3):
        with pytest.raises(KeyError, match="is taken, or no name"):
            model.add_module(wrong, nn.ReLU())
    with pytest.raises(TypeError, match="cannot be called"):
        model.add_module("bad", 3)
    assert len(model) == 5
    blocks, heads = nn.ModuleList(), nn.ModuleDict()
    blocks.add_module("0", model)
    heads.add_module("a", model)
    assert (blocks[0], heads["a"]) == (model, model)
    with pytest.raises(KeyError, match="the next module is named '1', not '7'; use append"):
        blocks.add_module("7", model)
