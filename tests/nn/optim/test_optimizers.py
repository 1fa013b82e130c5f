import copy
import inspect
import json
import pickle
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from autograd.errors import StaleValueError
from nn.optim import optimizer as machinery
from tests.nn.optim.record_references import PATH, RECORDED, STEPS, gradient, slope

REFERENCE = json.loads(PATH.read_text(encoding="utf-8"))
CASES = REFERENCE["optimizers"]
# What PyTorch lacks goes through the same tests of the machinery, without its trajectories.
OWN = [
    {"name": name, "settings": settings, "path": None}
    for name, settings in (
        ("AdaBelief", {"lr": 0.05, "weight_decay": 0.1}),
        ("AdaBelief", {"lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True}),
        ("Lion", {"lr": 0.05, "weight_decay": 0.1}),
        ("LAMB", {"lr": 0.05, "weight_decay": 0.1}),
        ("LARS", {"lr": 0.5, "weight_decay": 0.1}),
    )
]
SHORT = 6  # steps; PyTorch's values were recorded after each of them
everywhere = pytest.mark.parametrize("case", CASES + OWN, ids=lambda c: f"{c['name']}-{c['settings']}")


def parameters(dtype=np.float64):
    return [Tensor(np.array(p), requires_grad=True, dtype=dtype) for p in REFERENCE["start"]]


def run(optimizer, tensors, first=0, last=SHORT):
    """Values of all parameters after each step, with the slopes that PyTorch's optimizers had."""
    path = []
    for step in range(first, last):
        for i, p in enumerate(tensors):
            p.grad = gradient(step, i, np.array(p.data))
        optimizer.step()
        path.append([p.tolist() for p in tensors])
    return path


def assert_same_path(path, expected, **tolerance):
    for step, wanted in zip(path, expected, strict=True):
        for p, q in zip(step, wanted, strict=True):
            assert np.allclose(p, q, **tolerance)


def make(case, tensors):
    return getattr(nn.optim, case["name"])(tensors, **case["settings"])


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['name']}-{c['settings']}")
def test_trajectories_are_pytorchs_with_gradients_missing_now_and_then(case):
    tensors = parameters()
    path = run(make(case, tensors), tensors, last=STEPS)
    assert_same_path([path[step - 1] for step in RECORDED], case["path"], rtol=1e-9, atol=1e-11)


@everywhere
def test_float32_stays_float32(case):
    tensors, exact = parameters(np.float32), parameters()
    optimizer = make(case, tensors)
    expected = run(make(case, exact), exact)
    assert_same_path(run(optimizer, tensors), expected, rtol=1e-3, atol=1e-4)
    assert {p.dtype for p in tensors} == {np.dtype(np.float32)}
    for entry in optimizer.state_dict()["state"].values():
        assert all(v.dtype == np.float32 for name, v in entry.items() if name != "step")


@everywhere
def test_blocks_do_not_show(case, monkeypatch):
    tensors, others = parameters(), parameters()
    whole = run(make(case, tensors), tensors)
    monkeypatch.setattr(machinery, "BLOCK", 4)
    assert run(make(case, others), others) == whole


@everywhere
@pytest.mark.parametrize("leaf", [0, 1])
def test_rules_are_pure_on_tensors(case, leaf):
    """The text that updates arrays in place is plain maths on Tensors: nothing given is changed."""
    optimizer = make(case, parameters())
    group, lot = optimizer.param_groups[0], optimizer._lots[0][0]
    shape = lot.leaves.tensors[leaf].shape
    p, g = (np.random.default_rng(i).normal(size=shape) for i in (1, 2))
    state = {name: np.full(part.shape, 0.25) for name, part in lot.state_of(leaf).items()}
    constants = {**lot.constants, **optimizer.constants_of_step(group, 2)}
    tensors = {name: Tensor(v) for name, v in state.items()}
    pure_p, pure_state = type(optimizer).rule(Tensor(p), Tensor(g), tensors, **constants)
    assert all((t.data == 0.25).all() for t in tensors.values())
    new_p, new_state = type(optimizer).rule(p, g, state, **constants)
    assert new_p is p
    assert np.allclose(pure_p.numpy(), p, rtol=1e-14)
    for name, vector in new_state.items():
        assert np.allclose(pure_state[name].numpy(), vector, rtol=1e-14)


@everywhere
def test_python_floats_go_the_same_way_and_stay_floats(case):
    start = [value for p in REFERENCE["start"] for value in np.ravel(p).tolist()]
    floats, arrays = ([Tensor(kind(v), requires_grad=True) for v in start] for kind in (float, lambda v: [v]))
    paths = run(make(case, floats), floats), run(make(case, arrays), arrays)
    assert_same_path(*([[np.ravel(p) for p in step] for step in path] for path in paths), rtol=1e-12, atol=1e-14)
    assert all(type(t._data) is float for t in floats)


def test_scalar_graphs_stay_fast_floats_through_training():
    w, b = Tensor(0.5, requires_grad=True), Tensor(-0.5, requires_grad=True)
    optimizer = nn.optim.SGD([w, b], lr=0.1)
    for _ in range(200):
        loss = (w * 2.0 + b - 3.0) ** 2 + (w * -1.0 + b) ** 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert type(w._data) is float
    assert np.allclose([w.item(), b.item()], [1.0, 1.0])
    assert w.data.shape == ()  # the user looks: the value becomes an array until the next step
    loss = w * b
    optimizer.zero_grad()
    loss.backward()
    assert w.grad.shape == ()
    optimizer.step()
    assert type(w._data) is float
    assert np.isclose(w.item(), 0.9)


@everywhere
@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_training_continues_from_a_state_dict_and_from_a_copy(case, copied):
    tensors = parameters()
    optimizer = make(case, tensors)
    run(optimizer, tensors, last=3)

    other_tensors = [Tensor(p.tolist(), requires_grad=True) for p in tensors]
    other = type(optimizer)(other_tensors, lr=7.0)
    other.load_state_dict(copied(optimizer.state_dict()))
    assert other.param_groups[0]["lr"] == optimizer.param_groups[0]["lr"]
    third_tensors, third = copied((tensors, optimizer))
    paths = [run(o, t, 3) for o, t in ((optimizer, tensors), (other, other_tensors), (third, third_tensors))]
    assert paths[0] == paths[1] == paths[2]  # bit for bit


def test_state_dict_has_pytorchs_layout_and_is_a_copy():
    tensors = parameters()
    optimizer = nn.optim.Adam([{"params": tensors[:2], "lr": 0.1}, {"params": tensors[2]}])
    run(optimizer, tensors, last=1)  # the third has no gradient
    state = optimizer.state_dict()
    assert list(state["state"]) == [0, 1]
    assert {name: np.shape(v) for name, v in state["state"][0].items()} == {
        "step": (),
        "exp_avg": (2, 3),
        "exp_avg_sq": (2, 3),
    }
    assert [group["params"] for group in state["param_groups"]] == [[0, 1], [2]]
    state["state"][0]["exp_avg"][...] = 99
    assert optimizer.state_dict()["state"][0]["exp_avg"].max() < 99


def test_load_state_dict_tells_all_faults_and_changes_nothing():
    tensors = parameters()
    optimizer = nn.optim.Adam(tensors)
    run(optimizer, tensors)
    before = optimizer.state_dict()
    state = optimizer.state_dict()
    state["state"][1]["exp_avg"] = np.ones(7)
    state["state"][5] = {"exp_avg": np.ones(1)}
    state["param_groups"][0].update(rho=0.9, foreach=None)
    with pytest.raises(ValueError) as caught:
        optimizer.load_state_dict(state)
    for part in ("unknown setting 'rho'", "shape (7,) for parameter 1 of shape (3,)", "parameter 5, where there are 3"):
        assert part in str(caught.value)
    assert "foreach" not in str(caught.value)
    after = optimizer.state_dict()
    assert all(np.array_equal(after["state"][1][k], before["state"][1][k]) for k in before["state"][1])
    with pytest.raises(ValueError, match=r"groups of \[3\] parameters do not fit groups of \[1\]"):
        nn.optim.Adam(parameters()[:1]).load_state_dict(before)
    with pytest.raises(ValueError, match="lr=-1"):
        optimizer.load_state_dict({**before, "param_groups": [{**before["param_groups"][0], "lr": -1}]})


def test_groups_have_settings_of_their_own_and_can_be_added():
    a, b, c = (Tensor([1.0], requires_grad=True) for _ in range(3))
    groups: list[dict[str, Any]] = [{"params": [a], "lr": 0.5}, {"params": [b]}]
    optimizer = nn.optim.SGD(groups, lr=0.1)
    optimizer.add_param_group({"params": c, "lr": 0.25})
    for tensor in (a, b, c):
        tensor.grad = np.ones(1)
    optimizer.step()
    assert [t.item() for t in (a, b, c)] == [0.5, 0.9, 0.75]
    with pytest.raises(ValueError, match="was given before"):
        optimizer.add_param_group({"params": [a]})
    assert len(optimizer.param_groups) == 3


def test_settings_are_read_anew_and_checked_before_anything_changes():
    a, b = Tensor([1.0], requires_grad=True), Tensor([1.0], requires_grad=True)
    optimizer = nn.optim.SGD([{"params": [a]}, {"params": [b]}], lr=0.1)
    a.grad, b.grad = np.ones(1), np.ones(1)
    optimizer.param_groups[0]["lr"] = 0.5
    optimizer.step()
    assert a.item() == 0.5
    optimizer.param_groups[0]["momentum"] = 0.9
    optimizer.step()
    assert a.item() == 0.0
    optimizer.step()
    assert np.isclose(a.item(), -0.95)
    optimizer.param_groups[1]["lr"] = -1.0
    before = a.item()
    with pytest.raises(ValueError, match=r"SGD: lr=-1\.0"):
        optimizer.step()
    assert a.item() == before
    optimizer.param_groups[1]["lr"] = 0.1
    optimizer.param_groups[1]["params"] = (a,)
    with pytest.raises(ValueError, match="add_param_group"):
        optimizer.step()


def test_a_setting_can_be_replaced_but_its_parts_not_changed_unseen():
    p = Tensor([1.0], requires_grad=True)
    betas = [0.9, 0.999]
    optimizer = nn.optim.Adam([p], betas=betas)  # type: ignore[arg-type]
    betas[0] = 0.5
    optimizer.add_param_group({"params": Tensor([1.0], requires_grad=True)})
    assert [group["betas"] for group in optimizer.param_groups] == [(0.9, 0.999)] * 2
    optimizer.param_groups[0]["betas"] = betas
    p.grad = np.ones(1)
    optimizer.step()
    assert optimizer.param_groups[0]["betas"] == (0.5, 0.999)
    assert np.isclose(optimizer.state_dict()["state"][0]["exp_avg"][0], 0.5)
    with pytest.raises(TypeError, match="tuple"):
        optimizer.param_groups[0]["betas"][0] = 0.1


def test_each_parameter_counts_the_steps_it_took_part_in():
    p, q = Tensor([1.0], requires_grad=True), Tensor([1.0], requires_grad=True)
    optimizer = nn.optim.Adam([p, q])

    def counted(*gradients):
        for tensor, g in zip((p, q), gradients, strict=True):
            tensor.grad = g
        optimizer.step()
        return [entry["step"] for entry in optimizer.state_dict()["state"].values()]

    one = np.ones(1)
    assert counted(one, None) == [1]
    assert counted(None, None) == [1]
    assert counted(one, one) == [2, 1]
    other = nn.optim.Adam([Tensor([1.0], requires_grad=True) for _ in range(2)])
    other.load_state_dict(optimizer.state_dict())
    assert [entry["step"] for entry in other.state_dict()["state"].values()] == [2, 1]
    assert counted(None, one) == [2, 2]


# From PyTorch 2.13's documentation.
DEFAULTS = {
    "SGD": {"lr": 1e-3, "momentum": 0, "dampening": 0, "weight_decay": 0, "nesterov": False},
    "Adam": {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0, "amsgrad": False},
    "AdamW": {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 1e-2, "amsgrad": False},
    "NAdam": {"lr": 2e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0, "momentum_decay": 4e-3},
    "RAdam": {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0},
    "Adamax": {"lr": 2e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0},
    "Adagrad": {"lr": 1e-2, "lr_decay": 0, "weight_decay": 0, "initial_accumulator_value": 0, "eps": 1e-10},
    "RMSprop": {"lr": 1e-2, "alpha": 0.99, "eps": 1e-8, "weight_decay": 0, "momentum": 0, "centered": False},
    "Adadelta": {"lr": 1.0, "rho": 0.9, "eps": 1e-6, "weight_decay": 0},
    "Adafactor": {"lr": 1e-2, "beta2_decay": -0.8, "eps": (None, 1e-3), "d": 1.0, "weight_decay": 0},
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_defaults_are_pytorchs(name):
    signature = inspect.signature(getattr(nn.optim, name)).parameters
    defaults = {key: p.default for key, p in signature.items() if p.default is not p.empty}
    assert {key: defaults[key] for key in DEFAULTS[name]} == DEFAULTS[name]
    assert list(signature)[1 : 1 + len(DEFAULTS[name])] == list(DEFAULTS[name])
    assert defaults["maximize"] is False


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda p: nn.optim.SGD([p], lr=-0.1), r"SGD: lr=-0\.1 is not a number in \[0, inf\)"),
        (lambda p: nn.optim.SGD([p], lr=float("nan")), r"lr=nan"),
        (lambda p: nn.optim.SGD([p], lr="fast"), r"lr='fast'"),  # type: ignore[arg-type]
        (lambda p: nn.optim.SGD([p], momentum=-1), r"momentum=-1"),
        (lambda p: nn.optim.SGD([p], nesterov=True), r"nesterov=True needs momentum and no dampening"),
        (lambda p: nn.optim.Adam([p], betas=(0.9, 1.0)), r"betas\[1\]=1\.0 is not a number in \[0, 1\)"),
        (lambda p: nn.optim.Adam([p], betas=0.9), r"betas=0\.9 are not two numbers"),  # type: ignore[arg-type]
        (lambda p: nn.optim.Adam([p], eps=-1e-8), r"eps=-1e-08"),
        (lambda p: nn.optim.RMSprop([p], alpha=1.5), r"RMSprop: alpha=1\.5 is not a number in \[0, 1\)"),
        (lambda p: nn.optim.Adafactor([p], beta2_decay=0.8), r"beta2_decay=0\.8 is not a number in \(-inf, 0\]"),
        (lambda p: nn.optim.Adafactor([p], eps=1e-3), r"eps=0\.001 are not two numbers"),
        (lambda p: nn.optim.Adafactor([p], eps=(-1, 0)), r"eps\[0\]=-1"),
        (lambda p: nn.optim.Adafactor([p], d=0.5), r"d=0\.5 is not a number in \[1, inf\]"),
        (lambda p: nn.optim.LARS([p], trust_coefficient=-1), r"trust_coefficient=-1"),
        (lambda p: nn.optim.Adam([]), r"an empty list of parameters"),
        (lambda p: nn.optim.Adam([{"params": []}]), r"an empty list of parameters"),
        (lambda p: nn.optim.Adam([p, p]), r"parameter 1, of shape \(2,\), was given before"),
        (lambda p: nn.optim.Adam([{"params": [p]}, {"params": [p]}]), r"was given before"),
        (lambda p: nn.optim.Adam([p, p * 2]), r"parameter 1, .*op='multiply'.*result of an operation"),
        (lambda p: nn.optim.Adam([Tensor([1.0])]), r"none of the parameters requires grad"),
        (lambda p: nn.optim.Adam([{"params": [p], "momentum": 0.9}]), r"unknown setting 'momentum'; known: lr, betas"),
    ],
)
def test_bad_values_are_named(call, message):
    p = Tensor([1.0, 2.0], requires_grad=True)
    array = p._data
    with pytest.raises(ValueError, match=message):
        call(p)
    assert p.tolist() == [1.0, 2.0]
    assert p._data is array


@pytest.mark.parametrize(
    "params, message",
    [
        (Tensor([1.0], requires_grad=True), "not one Tensor"),
        ({"params": []}, "not one dict"),
        ([np.ones(2)], "parameter 0 is a ndarray, not a Tensor"),
        ([Tensor([1])], "holds int64"),
        ([{"lr": 0.1}], 'a list of Tensors under "params"'),
    ],
)
def test_what_is_no_parameter_is_refused(params, message):
    with pytest.raises(TypeError, match=message):
        nn.optim.SGD(params)


def test_a_frozen_parameter_rests_until_it_is_thawed():
    a, b = Tensor([1.0], requires_grad=True), Tensor([1.0], requires_grad=False)
    optimizer = nn.optim.SGD([a, b], lr=0.1)
    (a * b).sum().backward()
    optimizer.step()
    assert [a.item(), b.item()] == [0.9, 1.0]
    b.requires_grad = True
    optimizer.zero_grad()
    (a * b).sum().backward()
    optimizer.step()
    assert np.isclose(b.item(), 0.91)


def test_zero_grad():
    a, b = Tensor([1.0], requires_grad=True), Tensor([1.0], requires_grad=True)
    optimizer = nn.optim.SGD([a, b])
    a.grad = np.ones(1)
    optimizer.zero_grad(set_to_none=False)
    assert a.grad.tolist() == [0.0]
    assert b.grad is None
    optimizer.zero_grad()
    assert a.grad is None


def test_a_closure_is_called_and_its_loss_returned():
    p = Tensor([3.0], requires_grad=True)
    optimizer = nn.optim.SGD([p], lr=0.5)

    def closure():
        optimizer.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 9.0
    assert p.item() == 0.0


def test_gradients_recorded_with_create_graph_are_taken():
    p = Tensor([3.0], requires_grad=True)
    (p * p).sum().backward(create_graph=True)
    nn.optim.SGD([p], lr=0.5).step()
    assert p.item() == 0.0


def test_any_order_of_memory_and_dtype_is_taken():
    values = np.arange(6.0).reshape(2, 3)
    a = Tensor.wrap(np.asfortranarray(values), requires_grad=True)
    b = Tensor(2.0, requires_grad=True, dtype=np.float32)
    c = Tensor([1.0, 2.0], requires_grad=True, dtype=np.float32)
    d = Tensor(4.0, requires_grad=True)
    optimizer = nn.optim.SGD([a, b, c, d], lr=1.0)
    ((a * a).sum() / 2 + b * d + c.sum()).backward()
    optimizer.step()
    assert a.tolist() == np.zeros((2, 3)).tolist()
    assert [b.item(), c.tolist(), d.item()] == [-2.0, [0.0, 1.0], 2.0]
    assert b.dtype == c.dtype == np.float32


def test_an_optimizer_step_between_forward_and_backward_is_an_error_that_names_both_lines():
    p = Tensor([1.0, 2.0], requires_grad=True)
    optimizer = nn.optim.SGD([p], lr=0.1)
    loss = (p * p).sum()
    p.grad = np.ones(2)
    optimizer.step()  # the step
    with pytest.raises(StaleValueError, match=r"loss = \(p \* p\)\.sum\(\).*optimizer\.step\(\)  # the step"):
        loss.backward()


def test_a_parameter_without_gradient_is_not_assigned():
    p, q = Tensor([1.0, 2.0], requires_grad=True), Tensor([1.0], requires_grad=True)
    optimizer = nn.optim.SGD([p, q], lr=0.1)
    loss = (p * p).sum()
    q.grad = np.ones(1)
    version = p.version
    optimizer.step()
    assert p.version == version
    loss.backward()
    assert p.grad.tolist() == [2.0, 4.0]


def test_what_writes_into_a_parameter_is_seen():
    p = Tensor([1.0, 2.0], requires_grad=True)
    optimizer = nn.optim.SGD([p], lr=1.0)

    def step():
        p.grad = np.ones(2)
        optimizer.step()
        return p.tolist()

    assert step() == [0.0, 1.0]
    p.assign([5.0, 5.0])
    assert step() == [4.0, 4.0]
    p.data = np.array([3.0, 3.0])
    assert step() == [2.0, 2.0]
    p.data -= np.array([1.0, 0.0])
    assert step() == [0.0, 1.0]
    p.data[...] = 8.0
    assert step() == [7.0, 7.0]


def test_looking_at_data_costs_no_stale_error():
    p = Tensor([1.0, 2.0], requires_grad=True)
    nn.optim.SGD([p])
    version = p.version
    assert p.data.tolist() == [1.0, 2.0]
    assert p.version == version  # the optimizer's reference is not taken for a graph's


def test_two_optimizers_on_one_parameter_both_work():
    p = Tensor([10.0], requires_grad=True)
    first = nn.optim.SGD([p], lr=1.0)
    second = nn.optim.SGD([p], lr=2.0)
    p.grad = np.ones(1)
    for expected, optimizer in ((9.0, first), (7.0, second), (5.0, second), (4.0, first)):
        optimizer.step()
        assert p.item() == expected


def test_a_copied_model_does_not_follow():
    model = nn.Linear(2, 1, rng=0)
    optimizer = nn.optim.SGD(model.parameters(), lr=1.0)
    other = copy.deepcopy(model)
    before = other.state_dict()
    model(np.ones((1, 2))).sum().backward()
    optimizer.step()
    assert all(np.array_equal(before[k], v) for k, v in other.state_dict().items())
    model.load_state_dict(before)
    optimizer.zero_grad()
    model(np.ones((1, 2))).sum().backward()
    optimizer.step()
    assert np.allclose(model.weight.data, before["weight"] - 1)


def test_an_optimizer_of_ones_own():
    class Sign(nn.optim.Optimizer):
        """A pure rule, and nothing in place."""

        @staticmethod
        def rule(p, g, state, *, lr):
            return p - lr * np.sign(g), {"last": g}

        def __init__(self, params, lr=0.1):
            super().__init__(params, {"lr": lr})

        def state_names(self, group):
            return ("last",)

        def constants(self, group):
            return {"lr": float(group["lr"])}

    p = Tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(ValueError, match="Sign: lr=-1 is not a number"):
        Sign([p], lr=-1)
    optimizer = Sign([p])
    p.grad = np.array([3.0, -4.0])
    optimizer.step()
    assert np.allclose(p.data, [0.9, 2.1])
    assert optimizer.state_dict()["state"][0]["last"].tolist() == [3.0, -4.0]


def test_repr_shows_the_settings():
    text = repr(nn.optim.SGD([Tensor([1.0], requires_grad=True)], lr=0.5))
    assert text.startswith("SGD(\n  group 0: 1 parameters\n    lr: 0.5\n")


# --- against closed forms, for those that PyTorch lacks ---


def after_one_step(name, p, g, **settings):
    leaf = Tensor(p, requires_grad=True)
    optimizer = getattr(nn.optim, name)([leaf], **settings)
    leaf.grad = np.array(g)
    optimizer.step()
    return leaf, optimizer


def test_lion_is_its_published_equation():
    p, m, lr, wd, (b1, b2) = np.array([1.0, -2.0, 0.5]), np.zeros(3), 0.1, 0.3, (0.9, 0.99)
    leaf = Tensor(p, requires_grad=True)
    optimizer = nn.optim.Lion([leaf], lr=lr, weight_decay=wd)
    for step in range(20):
        g = slope(step, 0, p)
        p, m = p - lr * (np.sign(b1 * m + (1 - b1) * g) + wd * p), b2 * m + (1 - b2) * g
        leaf.grad = g
        optimizer.step()
        assert np.allclose(leaf.data, p, rtol=1e-12)


def test_adabelief_is_its_published_equation():
    p, m, s, lr, eps, (b1, b2) = np.array([1.0, -2.0, 0.5]), np.zeros(3), np.zeros(3), 0.1, 1e-3, (0.9, 0.999)
    leaf = Tensor(p, requires_grad=True)
    optimizer = nn.optim.AdaBelief([leaf], lr=lr, eps=eps)
    for t in range(1, 21):
        g = slope(t, 1, p)
        leaf.grad = g
        m, s = b1 * m + (1 - b1) * g, s
        s = b2 * s + (1 - b2) * (g - m) ** 2 + eps
        p = p - lr * m / (1 - b1**t) / (np.sqrt(s / (1 - b2**t)) + eps)
        optimizer.step()
        assert np.allclose(leaf.data, p, rtol=1e-12)


def test_lamb_is_its_published_equation_for_each_parameter_by_itself():
    start = [np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([0.1, 0.2])]
    lr, wd, eps, (b1, b2) = 0.1, 0.3, 1e-6, (0.9, 0.999)
    leaves = [Tensor(p, requires_grad=True) for p in start]
    optimizer = nn.optim.LAMB(leaves, lr=lr, weight_decay=wd)
    moments = [(np.zeros_like(p), np.zeros_like(p)) for p in start]
    for t in range(1, 11):
        for i, leaf in enumerate(leaves):
            p, (m, v) = start[i], moments[i]
            leaf.grad = g = slope(t, i, p)
            m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
            u = m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps) + wd * p
            start[i], moments[i] = p - lr * np.linalg.norm(p) / np.linalg.norm(u) * u, (m, v)
        optimizer.step()
        for p, leaf in zip(start, leaves, strict=True):
            assert np.allclose(leaf.data, p, rtol=1e-12)


def test_lars_is_its_published_equation_for_each_parameter_by_itself():
    start = [np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([0.1, 0.2])]
    lr, wd, mu, eta = 0.5, 0.3, 0.8, 0.01
    leaves = [Tensor(p, requires_grad=True) for p in start]
    optimizer = nn.optim.LARS(leaves, lr=lr, weight_decay=wd, momentum=mu, trust_coefficient=eta)
    velocity = [np.zeros_like(p) for p in start]
    for t in range(10):
        for i, leaf in enumerate(leaves):
            p = start[i]
            leaf.grad = g = slope(t + 1, i, p)
            rate = eta * np.linalg.norm(p) / (np.linalg.norm(g) + wd * np.linalg.norm(p))
            velocity[i] = mu * velocity[i] + lr * rate * (g + wd * p)
            start[i] = p - velocity[i]
        optimizer.step()
        for p, leaf in zip(start, leaves, strict=True):
            assert np.allclose(leaf.data, p, rtol=1e-12)


@pytest.mark.parametrize("name", ["LAMB", "LARS", "Adafactor"])
@pytest.mark.parametrize("p, g", [([0.0, 0.0], [1.0, 1.0]), ([1.0, 2.0], [0.0, 0.0]), ([], [])])
def test_zeros_and_nothing_give_no_nan(name, p, g):
    leaf, _ = after_one_step(name, np.array(p), np.array(g), lr=0.1)
    assert np.isfinite(leaf.data).all()


def test_momentum_by_dampening_is_a_running_mean():
    """The course's v = b v + (1 - b) g, from the second step on."""
    leaf, optimizer = after_one_step("SGD", [1.0], [2.0], lr=1.0, momentum=0.9, dampening=0.9)
    leaf.grad = np.array([5.0])
    optimizer.step()
    assert np.isclose(optimizer.state_dict()["state"][0]["momentum_buffer"][0], 0.9 * 2.0 + 0.1 * 5.0)


def test_adafactor_keeps_a_row_and_a_column():
    state = after_one_step("Adafactor", np.ones((3, 5, 4)), np.ones((3, 5, 4)))[1].state_dict()["state"][0]
    assert {name: np.shape(v) for name, v in state.items()} == {"step": (), "row_var": (3, 5, 1), "col_var": (3, 1, 4)}


@pytest.mark.parametrize("name", ["NAdam", "RAdam", "Adam"])
def test_late_steps_are_finite(name):
    leaf = Tensor([1.0], requires_grad=True)
    optimizer = getattr(nn.optim, name)([leaf])
    state = {"step": 100_000, "exp_avg": np.ones(1), "exp_avg_sq": np.ones(1)}
    optimizer.load_state_dict({"state": {0: state}, "param_groups": [{"params": [0]}]})
    leaf.grad = np.ones(1)
    optimizer.step()
    assert np.isclose(leaf.item(), 1 - optimizer.param_groups[0]["lr"], atol=1e-4)
