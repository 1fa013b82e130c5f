"""`compile(f, explain=True)`: the chain rule's steps as comments in the source."""

import re

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor
from tests.autograd.compiler.test_examples import EXAMPLES


def explained(f, *arguments):
    compiled = autograd.compile(f, explain=True)
    compiled(*arguments)
    return compiled.source


def steps(source):
    """dL/dx of each step, with its right-hand side."""
    found = re.findall(r"^    #.*=>  dL/d(\w+) = (.*)$", source, re.MULTILINE)
    return dict(found)


def test_steps_name_the_op_and_what_its_rule_did():
    source = explained(autograd.grad(lambda x: np.sum(np.tanh(x) * 3)), np.ones(2))
    assert "# h = np.tanh(x)  =>  dL/dx = dL/dh * (1.0 - h * h)" in source


def test_a_plain_source_has_no_steps():
    f = autograd.compile(autograd.grad(lambda x: np.sum(np.tanh(x))))
    f(np.ones(2))
    assert "dL/d" not in f.source


def test_steps_of_a_network():
    model = nn.MLP([2, 3, 1], activation="tanh", rng=0)

    def loss_of(x, t):
        y = model(x)
        loss = nn.mse_loss(y, t)
        loss.backward()
        return loss

    found = steps(explained(loss_of, np.ones((4, 2)), np.ones((4, 1))))
    assert found["y"] == "dL/dr1"
    assert found["r1"] == "0.25 * (2.0 * r1)"
    assert found["h"] == "dL/dy @ weight_2"
    assert found["weight_2"] == "(dL/dy).T @ h"
    assert found["bias_2"] == "np.sum(dL/dy, axis=0)"
    assert found["z"] == "dL/dh * (1.0 - h * h)"


def test_decorates():
    @autograd.compile(explain=True)
    def f(x):
        h = np.tanh(x)
        return autograd.grad(lambda x: np.tanh(x))(h)

    f(0.5)
    assert "=>  dL/dh = " in f.source


def test_two_uses_are_added_and_both_are_named():
    def f(x):
        a = np.sin(x)
        b = np.exp(a)
        y = (a * b).sum()
        return y

    source = explained(autograd.grad(f), np.ones(2))
    assert re.search(r"# b = np.exp\(a\).*\n?.*dL/da = .*dL/db \* b", source)


def test_ones_own_op_is_explained_by_its_own_rule():
    cube = autograd.elementwise(lambda x: x * x * x, lambda g, y, x: 3 * g * x * x, name="cube")
    source = explained(autograd.grad(lambda x: cube(np.sin(x)).sum()), np.ones(2))
    assert "3.0 * dL/d" in source or "3 * dL/d" in source or "* y * y" in source


@pytest.mark.parametrize("name", EXAMPLES)
def test_explained_source_computes_the_same_and_says_each_step_once(name):
    function, arguments = EXAMPLES[name]()
    source = explained(function, *arguments)
    said = re.findall(r"=>  (dL/d\w+) =", source)
    assert said and len(said) == len(set(said))
    code = [line for line in source.splitlines() if not line.lstrip().startswith("#")]
    function, arguments = EXAMPLES[name]()
    plain = autograd.compile(function)
    plain(*arguments)
    assert code == [line for line in plain.source.splitlines() if not line.lstrip().startswith("#")]


def test_steps_are_true():
    """Each step, evaluated: what it says dL/dx is equals what the program computes."""
    w = Tensor(np.linspace(-1, 1, 6).reshape(2, 3), requires_grad=True, name="w")
    x = np.array([[0.5, -1.0], [2.0, 0.1]])

    def f(x):
        z = x @ w
        h = np.tanh(z)
        p = np.exp(h) / 2
        loss = (p * h).mean()
        loss.backward()
        return loss

    source = explained(f, x)
    namespace = {"np": np}
    lines = source.replace("\n    return ", "\n    _known.update(locals())\n    return ")
    known = namespace["_known"] = {}
    exec(lines, namespace)
    namespace["f"](x, w.data)
    checked = 0
    for name, right in steps(source).items():
        value = eval(re.sub(r"dL/d(\w+)", r"d_\1", right), {"np": np}, known)
        computed = known.setdefault(f"d_{name}", value)
        np.testing.assert_allclose(np.broadcast_to(value, np.shape(computed)), computed)
        checked += computed is not value
    assert checked >= 3
