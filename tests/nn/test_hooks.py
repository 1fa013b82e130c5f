import copy
import pickle

import numpy as np
import pytest

import nn
from autograd import Tensor

X = np.array([[1.0, -2.0]])


def test_a_forward_hook_sees_what_went_in_and_came_out():
    layer, seen = nn.Linear(2, 3, rng=0), []
    handle = layer.register_forward_hook(lambda *given: seen.append(given))
    y = layer(X)
    assert seen == [(layer, (X,), y)]
    handle.remove()
    handle.remove()
    layer(X)
    assert len(seen) == 1


def test_hooks_may_change_what_goes_in_and_comes_out():
    layer = nn.ReLU()
    layer.register_forward_pre_hook(lambda module, args: -args[0])
    assert layer(X).tolist() == [[0.0, 2.0]]
    layer.register_forward_pre_hook(lambda module, args: (args[0] + 1,))
    assert layer(X).tolist() == [[0.0, 3.0]]
    layer.register_forward_hook(lambda module, args, output: output * 10)
    assert layer(X).tolist() == [[0.0, 30.0]]


def test_hooks_run_in_order_and_may_be_put_first():
    layer, order = nn.Identity(), []

    def noting(name):
        return lambda *given: order.append(name)

    layer.register_forward_hook(noting("after 1"))
    layer.register_forward_hook(noting("after 0"), prepend=True)
    layer.register_forward_pre_hook(noting("before 1"))
    layer.register_forward_pre_hook(noting("before 0"), prepend=True)
    layer(X)
    assert order == ["before 0", "before 1", "after 0", "after 1"]


def test_keywords_are_shown_to_those_who_ask():
    class Scale(nn.Module):
        def forward(self, x, by=1.0):
            return x * by

    layer, seen = Scale(), []
    layer.register_forward_pre_hook(lambda m, args, kwargs: (args, {"by": kwargs["by"] + 1}), with_kwargs=True)
    layer.register_forward_pre_hook(lambda m, args: seen.append(args))
    layer.register_forward_hook(lambda m, args, kwargs, output: seen.append(kwargs), with_kwargs=True)
    assert layer(3.0, by=2.0) == 9.0
    assert seen == [(3.0,), {"by": 3.0}]


def test_a_with_block_takes_the_hook_away_even_when_forward_fails():
    layer = nn.Linear(2, 3)
    with pytest.raises(ValueError), layer.register_forward_hook(lambda *given: None):
        layer(np.ones((1, 5)))
    assert layer._hooks.after == []


def test_a_hook_may_remove_itself():
    layer, calls = nn.Identity(), []

    def once(*given):
        calls.append(1)
        handle.remove()

    handle = layer.register_forward_hook(once)
    layer.register_forward_hook(lambda *given: calls.append(2))
    layer(X)
    layer(X)
    assert calls == [1, 2, 2]


def test_a_hook_is_no_member_and_gradients_flow_through_it():
    model = nn.Sequential(nn.Linear(2, 1, rng=0))
    watcher = nn.Linear(1, 1)
    model.register_forward_hook(lambda m, args, y: y * 3)
    with model.register_forward_hook(watcher):  # a Module as a hook
        assert len(list(model.parameters())) == 2
    x = Tensor(X, requires_grad=True)
    model(x).sum().backward()
    assert np.allclose(x.grad, 3 * model[0].weight.data)


def test_copies_have_hooks_of_their_own():
    layer = nn.Identity()
    layer.register_forward_hook(doubled)
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert other(2.0) == 4.0
        other._hooks.after.clear()
        assert layer(2.0) == 4.0


def doubled(module, args, output):
    return output * 2


def test_what_is_no_hook_is_refused():
    layer = nn.Identity()
    with pytest.raises(TypeError, match="a hook is a function, not a int"):
        layer.register_forward_hook(3)
    layer.register_forward_pre_hook(lambda m, args, kwargs: args, with_kwargs=True)
    with pytest.raises(TypeError, match=r"with_kwargs returns \(args, kwargs\) or None, not a tuple"):
        layer(1.0)
