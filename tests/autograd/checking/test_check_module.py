"""Models: every parameter is checked, in any dtype, and a check leaves nothing behind."""

import copy
from itertools import pairwise

import numpy as np
import pytest

import nn
from autograd import (
    Tensor,
    affine,
    check_module,
    detect_anomaly,
    elementwise,
    gradcheck,
    is_grad_enabled,
    no_grad,
    relu,
)
from autograd.modes import MODE


class Net:
    """A small network with everything that a check might disturb."""

    def __init__(self, dtype=np.float64, sizes=(3, 5, 2), activation=np.tanh, dropout=0.0):
        draw = np.random.default_rng(1)
        self.activation, self.dropout, self.training = activation, dropout, True
        self.rng = np.random.default_rng(5)
        self.layers = [
            {
                "weight": Tensor(draw.normal(size=(m, n)).astype(dtype), requires_grad=True),
                "bias": Tensor(draw.normal(size=m).astype(dtype), requires_grad=True),
            }
            for n, m in pairwise(sizes)
        ]
        self.scale = Tensor(dtype(1.5), requires_grad=True)
        self.frozen = Tensor(np.ones(2, dtype))
        self.running = Tensor(np.zeros(sizes[1], dtype))
        self.calls, self.seen = 0, []

    def named_parameters(self):
        for k, layer in enumerate(self.layers):
            for name, tensor in layer.items():
                yield f"layers.{k}.{name}", tensor
        yield "scale", self.scale
        yield "frozen", self.frozen

    def __call__(self, x):
        self.calls += 1
        self.seen.append(self.calls)
        x = self.activation(affine(x, *self.layers[0].values()))
        self.running.assign(0.9 * self.running.numpy() + 0.1 * x.detach().numpy().mean(axis=0))
        if self.dropout:
            x = x * (self.rng.random(x.shape) >= self.dropout) / (1 - self.dropout)
        return affine(x, *self.layers[1].values()) * self.scale * self.frozen


def mse(prediction, target):
    return ((prediction - target) ** 2).mean()


def batch(dtype=np.float64):
    draw = np.random.default_rng(2)
    return draw.normal(size=(4, 3)).astype(dtype), draw.normal(size=(4, 2)).astype(dtype)


def state(net):
    """All that the check must leave, down to the identity of objects and the bits of values."""
    tensors = [t for _, t in net.named_parameters()] + [net.running]
    return [
        [
            (id(t._data), id(t._node), np.asarray(t._data).tobytes(), t.dtype, t.requires_grad, t.version)
            for t in tensors
        ],
        [id(t.grad) for t in tensors],
        [t._data is t._node.output for t in tensors if t.requires_grad],
        (net.calls, tuple(net.seen), net.training, str(net.rng.bit_generator.state)),
        (MODE.get(), is_grad_enabled(), np.geterr()),
    ]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_a_right_model_passes_and_is_left_as_it_was(dtype):
    net = Net(dtype)
    net.layers[0]["weight"].grad = np.ones((5, 3))
    before = state(net)
    report = check_module(net, mse, batch(dtype))
    assert report, report
    assert state(net) == before
    assert [x.name for x in report.inputs] == [
        "layers.0.weight",
        "layers.0.bias",
        "layers.1.weight",
        "layers.1.bias",
        "scale",
    ]
    assert all(x.dtype == np.dtype(dtype).name for x in report.inputs)
    assert net.layers[0]["weight"].grad.tolist() == np.ones((5, 3)).tolist()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_wrong_rule_inside_fails(dtype):
    wrong = elementwise(lambda x: np.tanh(x), lambda g, y, x: g * (1 - y), name="wrong_tanh")
    report = check_module(Net(dtype, activation=wrong), mse, batch(dtype))
    assert report.verdict == "FAIL"
    assert [x.verdict for x in report.inputs] == ["FAIL", "FAIL", "PASS", "PASS", "PASS"]
    assert report.reason.startswith("layers.0.")


def test_dropout_with_a_generator_of_its_own_draws_the_same_mask():
    net = Net(dropout=0.5)
    before = state(net)
    assert check_module(net, mse, batch())
    assert state(net) == before


def test_randomness_from_elsewhere_is_found_out():
    draw = np.random.default_rng(0)
    net = Net(activation=lambda x: x * draw.random(x.shape))
    report = check_module(net, mse, batch())
    assert report.verdict == "INCONCLUSIVE" and "model.eval()" in report.reason


@pytest.mark.parametrize("fails_at", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_nothing_is_left_behind_by_an_exception(fails_at, dtype):
    net, runs = Net(dtype), 0
    before = state(net)

    def loss(prediction, target):
        nonlocal runs
        runs += 1
        if runs == fails_at:
            raise RuntimeError("in the middle")
        return mse(prediction, target)

    with pytest.raises(RuntimeError, match="in the middle"):
        check_module(net, loss, batch(dtype))
    assert state(net) == before


@pytest.mark.parametrize("fails_at", [2, 5, None])
def test_a_model_of_layers_is_left_as_it_was(fails_at):
    """Running statistics, dropout's generator, gradients, modes and flags, also after an exception."""
    nn.manual_seed(3)
    model = nn.MLP([3, 6, 2], norm="batch", dropout=0.3, rng=0)
    x, target = batch()
    nn.mse_loss(model(Tensor(x)), target).backward()
    next(iter(model.parameters())).requires_grad = False
    runs = 0

    def loss(prediction, target):
        nonlocal runs
        runs += 1
        np.random.rand(2)  # noqa: NPY002
        if runs == fails_at:
            raise RuntimeError("in the middle")
        return mse(prediction, target)

    def everything():
        tensors = [*model.parameters(), *(b for _, b in model.named_buffers())]
        return (
            [np.asarray(t._data).tobytes() for t in tensors],
            [None if t.grad is None else np.asarray(t.grad).tobytes() for t in tensors],
            [(t.requires_grad, t.version, t.is_leaf) for t in tensors],
            [m.training for m in model.modules()],
            [str(vars(m)["rng"].bit_generator.state) for m in model.modules() if "rng" in vars(m)],
            str(np.random.get_state()),  # noqa: NPY002  (which the model must leave, too)
            (MODE.get(), is_grad_enabled(), np.geterr()),
        )

    before = everything()
    assert len(before[4]) >= 1
    if fails_at is None:
        assert check_module(model, loss, (x, target)).verdict == "PASS"
    else:
        with pytest.raises(RuntimeError, match="in the middle"):
            check_module(model, loss, (x, target))
    assert everything() == before


def test_modes_and_floating_point_settings_are_left():
    x = np.ones(3)
    with no_grad(), detect_anomaly(), np.errstate(all="raise"):
        before = MODE.get(), np.geterr()
        assert gradcheck(lambda x: np.log(x).sum(), x)
        assert check_module(Net(), mse, batch())
        with pytest.raises(ZeroDivisionError):
            gradcheck(lambda x: x / (1 // 0), x)
        assert (MODE.get(), np.geterr()) == before


def test_inputs_are_not_written():
    x, t = np.arange(3.0), Tensor([1.0, 2.0, 3.0], requires_grad=True)
    x.flags.writeable = False
    calls = 0

    def f(x, t):
        nonlocal calls
        calls += 1
        if calls == 5:
            raise RuntimeError
        return (x * t).sum()

    with pytest.raises(RuntimeError):
        gradcheck(f, x, t)
    assert gradcheck(f, x, t)
    assert x.tolist() == [0, 1, 2] and t.tolist() == [1, 2, 3] and t.grad is None and t.version == 0


def test_a_leaf_that_f_closes_over_gets_no_gradient():
    w = Tensor([1.0, 2.0], requires_grad=True)
    fired: list = []
    w.register_hook(fired.append)
    assert gradcheck(lambda x: (x * w).sum(), np.ones(2))
    assert w.grad is None and fired == []


def test_parameters_may_be_views_into_one_flat_vector():
    net = Net()
    flat = np.zeros(40)
    offset = 0
    for _, p in net.named_parameters():
        if p.requires_grad and p.ndim:
            view = flat[offset : offset + p.size].reshape(p.shape)
            view[...] = p.numpy() if not p.requires_grad else p.detach().numpy()
            p._data = p._node.output = view
            offset += p.size
    before, bits = state(net), flat.tobytes()
    assert check_module(net, mse, batch())
    assert state(net) == before and flat.tobytes() == bits
    flat[0] = 7.0
    assert net.layers[0]["weight"].data[0, 0] == 7.0


def test_a_graph_recorded_before_the_check_can_still_be_pulled():
    net = Net()
    x, target = batch()
    loss = mse(net(x), target)
    expected = copy.deepcopy(net)
    expected_loss = mse(expected(x), target)
    check_module(net, mse, (x, target))
    loss.backward()
    expected_loss.backward()
    assert np.array_equal(net.layers[0]["weight"].grad, expected.layers[0]["weight"].grad)


def test_class_ids_and_nested_batches():
    def loss(prediction, target):
        return -(prediction[np.arange(4), target["ids"]] * target["w"]).sum()

    ids, w = np.array([0, 1, 1, 0]), np.array([1, 2, 3, 4], np.float32)
    assert check_module(Net(np.float32), loss, (Tensor(batch(np.float32)[0]), {"ids": ids, "w": w}))


def test_a_large_model_is_sampled():
    net = Net(np.float32, sizes=(64, 256, 32), activation=relu)
    draw = np.random.default_rng(0)
    data = draw.normal(size=(16, 64)).astype(np.float32), draw.normal(size=(16, 32)).astype(np.float32)
    net.frozen = Tensor(np.ones(32, np.float32))
    report = check_module(net, mse, data, max_elements=10)
    assert report.verdict != "FAIL", report
    assert "10 of 16384" in str(report) and "seed 0" in str(report)
    first = report.inputs[0]
    assert len({e.index for e in first.elements}) == 10
    other = check_module(net, mse, data, max_elements=10, seed=1)
    assert [e.index for e in first.elements] != [e.index for e in other.inputs[0].elements]


def test_a_model_without_parameters():
    class Empty:
        def named_parameters(self):
            return [("frozen", Tensor(1.0))]

    with pytest.raises(ValueError, match="no parameter of this Empty requires grad"):
        check_module(Empty(), mse, batch())
    with pytest.raises(TypeError, match="named_parameters"):
        check_module(lambda x: x, mse, batch())
