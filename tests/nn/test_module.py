import copy
import pickle

import numpy as np
import pytest

import nn
from autograd import Tensor, no_grad


class Block(nn.Module):
    """One of each: parameter, buffer, child, lists."""

    def __init__(self):
        self.weight = Tensor([1.0, 2.0], requires_grad=True)
        self.mean = Tensor([0.5, 0.5])
        self.inner = nn.Linear(2, 1, rng=0)
        self.blocks = [nn.Linear(1, 1, rng=1), nn.Tanh()]
        self.scales = {"a": Tensor(2.0, requires_grad=True), "b": (Tensor(3.0, requires_grad=True),)}
        self.width = 2
        self.array = np.ones(3)

    def forward(self, x):
        return self.inner(x * self.weight)


def test_an_error_names_the_module_by_its_path():
    inner = nn.Sequential(nn.Tanh(), nn.Linear(3, 2, rng=0))
    for model, path in (
        (inner[1], "Linear"),
        (inner, "Sequential.1"),
        (nn.Sequential(nn.Linear(4, 5, rng=0), inner), "Sequential.1.1"),
    ):
        with pytest.raises(ValueError, match="affine: shapes") as caught:
            model(np.ones((1, 4)))
        assert caught.value.__notes__ == [f"in {path}: Linear(in_features=3, out_features=2, bias=True)"]


def test_an_error_in_a_forward_of_ones_own_names_it_too():
    class Divides(nn.Module):
        def forward(self, x):
            return x / self.missing

    with pytest.raises(AttributeError) as caught:
        nn.Sequential(Divides())(1.0)
    assert caught.value.__notes__ == ["in Sequential.0: Divides()"]


class Shared(nn.Module):
    """The same layer and the same Tensor twice."""

    def __init__(self):
        self.first = nn.Linear(2, 2, rng=0)
        self.second = self.first
        self.tied = self.first.weight


class Empty(nn.Module):
    pass


NAMES = ["weight", "scales.a", "scales.b.0", "inner.weight", "inner.bias", "blocks.0.weight", "blocks.0.bias"]


def test_members_are_found_by_kind_in_the_order_they_were_set():
    model = Block()
    assert [name for name, _ in model.named_parameters()] == NAMES
    assert [name for name, _ in model.named_buffers()] == ["mean"]
    assert [name for name, _ in model.named_children()] == ["inner", "blocks.0", "blocks.1"]
    assert [name for name, _ in model.named_modules()] == ["", "inner", "blocks.0", "blocks.1"]
    assert list(model.children()) == [model.inner, *model.blocks]
    assert list(model.modules()) == [model, model.inner, *model.blocks]
    assert [p is q for p, q in zip(model.parameters(), dict(model.named_parameters()).values(), strict=True)] == [
        True
    ] * 7
    assert [name for name, _ in model.named_parameters(recurse=False)] == NAMES[:3]
    assert next(model.named_parameters(prefix="net"))[0] == "net.weight"
    assert next(iter(model.buffers())) is model.mean


def test_a_module_appended_to_a_list_later_counts():
    model = Block()
    model.blocks.append(nn.Linear(1, 3))
    assert "blocks.2.weight" in dict(model.named_parameters())


def test_a_shared_member_comes_once_but_is_saved_under_each_name():
    model = Shared()
    assert [name for name, _ in model.named_parameters()] == ["tied", "first.bias"]
    assert len(list(model.modules())) == 2
    assert sorted(model.state_dict()) == ["first.bias", "first.weight", "second.bias", "second.weight", "tied"]
    model.load_state_dict(model.state_dict())


def test_a_frozen_parameter_stays_a_parameter():
    model = Block()
    for parameter in model.parameters():
        parameter.requires_grad = False
    assert [name for name, _ in model.named_parameters()] == NAMES
    assert [name for name, _ in model.named_buffers()] == ["mean"]
    assert [name for name, _ in copy.deepcopy(model).named_parameters()] == NAMES


def test_an_attribute_can_change_its_kind():
    model = Block()
    model.mean = Tensor([1.0], requires_grad=True)
    assert "mean" in dict(model.named_parameters())
    del model.mean
    model.mean = Tensor([1.0])
    assert "mean" in dict(model.named_buffers())
    model.weight = None  # type: ignore[assignment]
    assert "weight" not in dict(model.named_parameters())
    del model.inner
    assert "inner.weight" not in dict(model.named_parameters())


def test_what_would_lose_a_parameter_is_refused():
    model = Block()
    leaf = Tensor([1.0], requires_grad=True)
    with pytest.raises(TypeError, match=r"Block\.hidden = the result of an operation.*self\._hidden"):
        model.hidden = leaf * 2
    with pytest.raises(TypeError, match=r"weight is a parameter, and a ndarray would take its place.*assign"):
        model.weight = np.ones(2)  # type: ignore[assignment]
    with pytest.raises(TypeError, match="set of Tensors or Modules"):
        model.parts = {leaf}
    with pytest.raises(TypeError, match="result of an operation"):
        model.parts = [leaf * 2]
    assert [name for name, _ in model.named_parameters()] == NAMES


@pytest.mark.parametrize("name", ["weight", "_weight"])
def test_an_augmented_assignment_in_no_grad_does_not_lose_the_parameter(name):
    model = Empty()
    parameter = Tensor([1.0, 2.0], requires_grad=True)
    setattr(model, name, parameter)
    message = (
        rf"Empty\.{name} is a parameter, and a Tensor that does not require grad would take its place untrained; "
        rf"to change its value write module\.{name}\.data -= \.\.\. or module\.{name}\.assign"
    )
    with no_grad(), pytest.raises(TypeError, match=message):
        setattr(model, name, getattr(model, name) - 0.1)
    assert dict(model.named_parameters())[name] is parameter
    getattr(model, name).data -= 0.5
    assert parameter.tolist() == [0.5, 1.5]


def test_a_result_in_the_place_of_a_parameter_is_told_how_to_write_it():
    model = Block()
    with pytest.raises(TypeError, match=r"weight is a parameter, and the result of an operation.*weight\.data -="):
        model.weight = model.weight * 2


def test_a_frozen_parameter_may_be_set_again():
    model = Block()
    model.weight.requires_grad = False
    model.weight = model.weight
    assert "weight" in dict(model.named_parameters())
    model.weight = Tensor([3.0, 4.0], requires_grad=True)
    assert dict(model.named_parameters())["weight"] is model.weight


def test_a_result_may_be_kept_under_an_underscore():
    model = Empty()
    model._hidden = Tensor([1.0], requires_grad=True) * 2
    assert list(model.parameters()) == list(model.buffers()) == []


def test_a_module_needs_no_init_of_the_base_class_but_a_forward():
    assert list(Empty().parameters()) == []
    with pytest.raises(NotImplementedError, match=r"Empty does not define forward"):
        Empty()(1)


def test_state_dict_copies_and_load_state_dict_assigns():
    model, other = Block(), Block()
    state = model.state_dict()
    assert list(state) == [*NAMES[:3], "mean", *NAMES[3:]]
    state["weight"][...] = 7
    assert model.weight.tolist() == [1.0, 2.0]
    weight = other.weight
    assert other.load_state_dict(state) == ([], [])
    assert other.weight is weight
    assert weight.tolist() == [7.0, 7.0]
    assert other.inner.weight.tolist() == model.inner.weight.tolist()
    assert isinstance(other.state_dict()["scales.a"].item(), float)


def test_load_state_dict_tells_all_faults_and_changes_nothing():
    model = Block()
    before = model.state_dict()
    state = {**before, "extra": np.ones(1), "inner.bias": np.ones(4), "mean": np.array(["a", "b"])}
    del state["weight"]
    state["inner.weight"] = before["inner.weight"] + 1
    with pytest.raises(ValueError) as caught:
        model.load_state_dict(state)
    for part in ("missing: weight", "unexpected: extra", "inner.bias: shape (4,) does not fit (1,)", "mean: numbers"):
        assert part in str(caught.value)
    for name, value in model.state_dict().items():
        assert np.array_equal(value, before[name])
    with pytest.raises(ValueError, match=r"inner.bias: shape"):
        model.load_state_dict(state, strict=False)
    missing, unexpected = model.load_state_dict({"weight": [3, 4], "extra": 1}, strict=False)
    assert unexpected == ["extra"]
    assert "mean" in missing
    assert model.weight.tolist() == [3.0, 4.0]


def test_loading_keeps_the_dtype_and_takes_tensors():
    layer = nn.Linear(2, 1, dtype=np.float32)
    layer.load_state_dict({"weight": Tensor([[1.0, 2.0]], requires_grad=True), "bias": np.array([3.0])})
    assert layer.weight.dtype == np.float32
    assert layer.weight.tolist() == [[1.0, 2.0]]


def test_loading_live_tensors_crosswise_swaps_them():
    model = Shared()
    model.tied = Tensor([[5.0, 6.0], [7.0, 8.0]], requires_grad=True)
    first, tied = model.first.weight.tolist(), model.tied.tolist()
    for swapped in (
        {"tied": model.first.weight, "first.weight": model.tied},
        {"tied": model.first.weight.data, "first.weight": model.tied.data},
    ):
        model.load_state_dict(swapped, strict=False)
        first, tied = tied, first
        assert [model.first.weight.tolist(), model.tied.tolist()] == [first, tied]


def test_copies_and_loading_keep_the_names_of_the_parameters():
    layer = nn.Linear(2, 1)
    layer.load_state_dict({"weight": Tensor([[1.0, 2.0]], name="other"), "bias": [3.0]})
    for model in (layer, copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert [p.name for p in model.parameters()] == ["weight", "bias"]


def test_a_module_that_holds_itself_has_no_state_dict():
    model = Block()
    model.inner.owner = model
    assert len(list(model.modules())) == 4
    with pytest.raises(ValueError, match="leads back"):
        model.state_dict()


def test_train_and_eval_reach_all_modules():
    model = nn.Sequential(nn.Dropout(), nn.Sequential(nn.Dropout()))
    assert model.eval() is model
    assert [module.training for module in model.modules()] == [False] * 4
    assert model.train() is model
    assert all(module.training for module in model.modules())


def test_zero_grad_forgets():
    model = Block()
    model(Tensor([1.0, 2.0])).sum().backward()
    assert model.weight.grad is not None
    model.zero_grad()
    assert all(parameter.grad is None for parameter in model.parameters())


def test_repr_is_nested():
    assert repr(Block()) == (
        "Block(\n  (inner): Linear(in_features=2, out_features=1, bias=True)\n"
        "  (blocks.0): Linear(in_features=1, out_features=1, bias=True)\n  (blocks.1): Tanh()\n)"
    )
    assert repr(nn.Sequential(nn.Sequential(nn.ReLU()))) == "Sequential(\n  (0): Sequential(\n    (0): ReLU()\n  )\n)"


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_stand_alone(copied):
    for model in (Block(), Shared(), nn.MLP([2, 3, 1], dropout=0.5, rng=0)):
        other = copied(model)
        assert repr(other) == repr(model)
        assert [n for n, _ in other.named_parameters()] == [n for n, _ in model.named_parameters()]
        for p, q in zip(model.parameters(), other.parameters(), strict=True):
            assert p is not q
            assert np.array_equal(p.data, q.data)
            q.assign(p.data + 1)
            assert (p.data != q.data).all()


def test_apply_goes_from_the_inside_out_and_calls_each_once():
    shared = nn.ReLU()
    model = nn.Sequential(nn.Sequential(nn.Linear(1, 1), shared), nn.Tanh(), shared)
    order = []
    assert model.apply(order.append) is model
    assert [type(module).__name__ for module in order] == ["Linear", "Sequential", "Tanh", "ReLU", "Sequential"]
    model.apply(lambda m: nn.init.ones_(m.weight) if isinstance(m, nn.Linear) else None)
    assert model[0][0].weight.tolist() == [[1.0]]


def test_evaluating_gives_every_module_its_mode_back():
    model = nn.Sequential(nn.Dropout(), nn.Sequential(nn.Dropout()))
    model[1].eval()
    with pytest.raises(ZeroDivisionError), model.evaluating() as same:
        assert same is model
        assert not any(module.training for module in model.modules())
        1 / 0
    assert [module.training for module in model.modules()] == [True, True, False, False]


def test_freezing_all():
    model = Block().requires_grad_(False)
    assert not any(p.requires_grad for p in model.parameters())
    assert [name for name, _ in model.named_parameters()] == NAMES
    assert all(p.requires_grad for p in model.requires_grad_().parameters())


def test_a_counter_takes_no_fraction():
    model = nn.BatchNorm1d(1)
    state = model.state_dict() | {"num_batches_tracked": np.array(2.5), "running_mean": np.array([3.0])}
    with pytest.raises(ValueError, match="num_batches_tracked: integers are wanted, not float64"):
        model.load_state_dict(state)
    assert model.running_mean.tolist() == [0.0]
