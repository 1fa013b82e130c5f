"""What a module holds by other ways than `module.name = value`, and how to find it by its path."""

import numpy as np
import pytest

import nn
from autograd import Tensor


class Counter(nn.Module):
    def __init__(self):
        self.register_parameter("scale", Tensor([2.0], requires_grad=True))
        self.register_buffer("calls", np.zeros(1))
        self.register_buffer("last", Tensor([0.0]), persistent=False)
        self.register_buffer("unused", None)
        self.add_module("inner", nn.Linear(1, 1, rng=0))
        self.heads = {"a": [nn.Linear(1, 2, rng=1)]}

    def forward(self, x):
        self.calls.assign(self.calls.numpy() + 1)
        return self.inner(x) * self.scale


def test_what_is_registered_is_an_attribute_of_its_kind():
    model = Counter()
    model(np.ones((3, 1)))
    assert [name for name, _ in model.named_parameters()] == [
        "scale",
        "inner.weight",
        "inner.bias",
        "heads.a.0.weight",
        "heads.a.0.bias",
    ]
    assert [name for name, _ in model.named_buffers()] == ["calls", "last"]
    assert model.calls.tolist() == [1.0]
    assert model.unused is None


def test_a_buffer_that_does_not_persist_is_not_saved():
    model = Counter()
    state = model.state_dict()
    assert "calls" in state
    assert "last" not in state
    assert model.load_state_dict(state) == ([], [])
    with pytest.raises(ValueError, match="unexpected: last"):
        model.load_state_dict({**state, "last": [1.0]})


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda m: m.register_buffer("b", Tensor([1.0], requires_grad=True)), TypeError, "Counter.b requires grad"),
        (
            lambda m: m.register_parameter("p", Tensor([1.0])),
            TypeError,
            "is a leaf .* does not require grad",
        ),
        (lambda m: m.register_parameter("p", np.ones(1)), TypeError, "not a ndarray"),
        (lambda m: m.register_parameter("p", m.scale * 2), TypeError, "not the result of an operation"),
        (lambda m: m.add_module("m", np.tanh), TypeError, "is to be a Module, not a ufunc"),
        (lambda m: m.register_buffer("calls", np.ones(1)), KeyError, "Counter.calls is there already"),
        (lambda m: m.register_buffer("forward", np.ones(1)), KeyError, "Counter.forward is there already"),
        (lambda m: m.register_parameter("a.b", None), KeyError, "'a.b' is no name for an attribute"),
        (lambda m: m.add_module("", nn.ReLU()), KeyError, "'' is no name"),
        (lambda m: m.register_buffer(3, np.ones(1)), KeyError, "3 is no name"),
    ],
)
def test_what_cannot_be_registered_is_refused(call, error, message):
    model = Counter()
    before = list(vars(model))
    with pytest.raises(error, match=message):
        call(model)
    assert list(vars(model)) == before


def test_members_are_found_by_their_paths():
    model = Counter()
    assert model.get_submodule("") is model
    assert model.get_submodule("heads.a.0") is model.heads["a"][0]
    assert model.get_parameter("heads.a.0.bias") is model.heads["a"][0].bias
    assert model.get_buffer("calls") is model.calls
    deep = nn.Sequential(nn.Sequential(nn.Linear(1, 1), nn.ReLU()))
    assert deep.get_submodule("0.1") is deep[0][1]
    tied = nn.Sequential(deep[0][0], deep[0][0])
    assert tied.get_parameter("1.weight") is tied.get_parameter("0.weight")


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda m: m.get_submodule("iner"), "Counter has no submodule 'iner'; there are: 'inner'"),
        (lambda m: m.get_parameter("inner.wieght"), "no parameter 'inner.wieght'; there are: 'inner.weight'"),
        (lambda m: m.get_parameter("calls"), "no parameter 'calls'; there are: "),
        (lambda m: m.get_buffer("scale"), "no buffer 'scale'; there are: "),
        (lambda m: nn.ReLU().get_buffer("x"), "no buffer 'x'; there are: none"),
    ],
)
def test_a_wrong_path_is_told_the_near_ones(call, message):
    with pytest.raises(AttributeError, match=message):
        call(Counter())


def test_every_path_of_what_is_shared():
    layer = nn.Linear(1, 1)
    model = nn.Sequential(layer, layer)
    assert [name for name, _ in model.named_modules()] == ["", "0"]
    assert [name for name, _ in model.named_modules(remove_duplicate=False)] == ["", "0", "1"]
    names = [name for name, _ in model.named_parameters(remove_duplicate=False)]
    assert names == ["0.weight", "0.bias", "1.weight", "1.bias"]


def test_pytorchs_parameter_is_a_leaf_of_its_own():
    class Scale(nn.Module):
        def __init__(self, start):
            super().__init__()
            self.factor = nn.Parameter(start)

        def forward(self, x):
            return x * self.factor

    start = np.ones(2)
    model = Scale(start)
    assert [name for name, _ in model.named_parameters()] == ["factor"]
    model.factor.data -= 0.5
    assert start.tolist() == [1.0, 1.0]
    tracked = Tensor(start, requires_grad=True) * 2
    assert Scale(tracked).factor.is_leaf and nn.Parameter(start, dtype=np.float32).dtype == np.float32
