"""The emitted source of the examples runs in a bare interpreter, with NumPy only, and gives the same numbers."""

import pickle
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor
from benchmarks.works.workloads import WORKLOADS

RUNNER = """
import importlib.util, pickle, sys

class OnlyNumPy:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] not in {"numpy", *sys.stdlib_module_names}:
            raise ImportError(f"the program imports {name}")

sys.meta_path.insert(0, OnlyNumPy())
spec = importlib.util.spec_from_file_location("program", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
name, inputs = pickle.load(open(sys.argv[2], "rb"))
result = getattr(module, name)(*inputs)
forbidden = [m for m in sys.modules if m.split(".")[0] in ("autograd", "nn")]
pickle.dump((result, inputs, forbidden), open(sys.argv[3], "wb"))
"""


def training_step(workload: str) -> Callable[[], Any]:
    setup = WORKLOADS[workload]
    x, t = setup.batch()
    model = nn.MLP(setup.sizes, activation=setup.activation, dtype=np.float32, rng=0)
    optimizer = getattr(nn.optim, setup.optimizer)(model.parameters(), lr=setup.lr)
    loss_function = getattr(nn, setup.loss)

    def step(x, t):
        optimizer.zero_grad()
        loss = loss_function(model(x), t)
        loss.backward()
        optimizer.step()
        return loss

    return step, (x, t)


class Normalised(nn.Module):
    """Batch normalisation with running statistics, and dropout."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.first, self.second = nn.Linear(3, 8, rng=rng), nn.Linear(8, 1, rng=rng)
        self.dropout = nn.Dropout(0.5, rng=rng)
        self.running_mean = Tensor(np.zeros(8))
        self.scale = Tensor(np.ones(8), requires_grad=True)

    def forward(self, x):
        z = self.first(x)
        mean = z.mean(axis=0)
        centred = z - mean
        self.running_mean.assign(self.running_mean * 0.9 + mean.detach() * 0.1)
        normalised = centred / np.sqrt(np.square(centred).mean(axis=0) + 1e-5) * self.scale
        return self.second(self.dropout(autograd.relu(normalised)))


def normalised_step() -> Any:
    model = Normalised()
    optimizer = nn.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

    def step(x, t):
        optimizer.zero_grad()
        loss = nn.mse_loss(model(x), t)
        loss.backward()
        optimizer.step()
        return loss

    rng = np.random.default_rng(1)
    return step, (rng.normal(size=(6, 3)), rng.normal(size=(6, 1)))


def batch_norm_step() -> Any:
    layers = nn.Linear(3, 6, rng=0), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.25), nn.Linear(6, 2, rng=1)
    model = nn.Sequential(*layers)
    optimizer = nn.optim.AdamW(model.parameters(), lr=0.01)

    def step(x, t):
        optimizer.zero_grad()
        logits = model(x)
        loss = nn.cross_entropy(logits, t)
        loss.backward()
        optimizer.step()
        return loss

    rng = np.random.default_rng(1)
    return step, (rng.normal(size=(6, 3)), np.array([0, 1, 1, 0, 1, 0]))


def scalar_mlp() -> Any:
    """micrograd's way: a list of neurons, each a list of numbers."""
    rng = np.random.default_rng(0)
    sizes = (2, 4, 4, 1)
    layers = [
        [[Tensor(w, requires_grad=True) for w in rng.normal(size=n + 1)] for _ in range(m)] for n, m in pairwise(sizes)
    ]

    def step(a, b, target):
        values = [a, b]
        for layer in layers:
            values = [sum((w * x for w, x in zip(neuron, values, strict=False)), neuron[-1]).tanh() for neuron in layer]
        loss = (values[0] - target) ** 2
        for w in [w for layer in layers for neuron in layer for w in neuron]:
            w.zero_grad()
        loss.backward()
        for w in [w for layer in layers for neuron in layer for w in neuron]:
            w.assign(w - 0.1 * w.grad)
        return loss

    return step, (0.5, -0.25, 1.0)


def scalar_network() -> Any:
    rng = np.random.default_rng(0)
    weights = [Tensor(w, requires_grad=True, name=f"w{i}") for i, w in enumerate(rng.normal(size=9))]

    def step(a, b):
        h1 = (weights[0] * a + weights[1] * b + weights[2]).tanh()
        h2 = (weights[3] * a + weights[4] * b + weights[5]).tanh()
        y = weights[6] * h1 + weights[7] * h2 + weights[8]
        loss = (y - 1.0) ** 2
        for w in weights:
            w.zero_grad()
        loss.backward()
        return loss, [w.grad for w in weights]

    return step, (0.5, -0.25)


def hessian_vector_product() -> Any:
    def loss(x):
        return (np.tanh(x) ** 2 * np.exp(-x)).sum()

    def product(x, v):
        return autograd.hvp(loss, (x,), (v,))

    return product, (np.linspace(-1, 1, 5), np.ones(5))


EXAMPLES = {
    **{name: lambda name=name: training_step(name) for name in ("xor", "moons", "spirals", "digits")},
    "normalised": normalised_step,
    "batch norm": batch_norm_step,
    "scalars": scalar_network,
    "scalar mlp": scalar_mlp,
    "hvp": hessian_vector_product,
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_source_in_a_bare_interpreter(name, tmp_path):
    function, arguments = EXAMPLES[name]()
    compiled = autograd.compile(function)
    compiled(*arguments)
    compiled.save(tmp_path / "program.py")
    inputs = compiled.inputs(*arguments)
    (tmp_path / "inputs").write_bytes(pickle.dumps((compiled.program.name, inputs)))
    expected = compiled(*arguments)
    command = [sys.executable, "-I", "-c", RUNNER, *(str(tmp_path / part) for part in ("program.py", "inputs", "out"))]
    subprocess.run(command, check=True)
    result, written, forbidden = pickle.loads((tmp_path / "out").read_bytes())
    assert not forbidden
    # Of a bias before a batch norm the gradient is 0, and Adam divides its rounding errors by their own size.
    tolerance = 1e-5 if name in WORKLOADS else 1e-9 if name == "batch norm" else 1e-12
    results, wanted_results = _flat(result), _flat(expected)
    assert len(results) >= len(wanted_results)  # the new values of leaves that are numbers come behind
    for actual, wanted in zip(results, wanted_results, strict=False):
        np.testing.assert_allclose(actual, wanted, rtol=tolerance, atol=tolerance)
    source = compiled._latest().source
    for x, actual, wanted in zip(source.inputs, written, compiled.inputs(*arguments), strict=True):
        # Parameters and state were written to as by the compiled call; learning rates go on, numbers are handed back.
        if x.ndim and x not in compiled.program.packs:
            np.testing.assert_allclose(actual, wanted, rtol=tolerance, atol=tolerance)


def _flat(tree: Any) -> list[Any]:
    return [leaf for part in tree for leaf in _flat(part)] if isinstance(tree, tuple | list) else [tree]
