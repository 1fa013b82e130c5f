"""Graphs of scalar Tensors as array programs: the values are the eager graph's, and the program is a short one."""

import random
import subprocess
import sys
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import Tensor
from autograd.compiler.passes import batching, scalar_groups
from autograd.compiler.passes.grids import common_grid, dense_order, where_it_varies
from autograd.errors import StaleValueError


@pytest.fixture
def always(monkeypatch):
    """Numbers are put into arrays wherever that can be done, worth while or not."""
    monkeypatch.setattr(batching, "FEWEST_OPERATIONS", 0)
    monkeypatch.setattr(batching, "LEAST_SHARE", 0)
    monkeypatch.setattr(batching, "_cost", lambda program: 0 if is_batched(program) else 1)
    monkeypatch.setattr(scalar_groups, "SMALL", 3)
    monkeypatch.setattr(scalar_groups, "FEWEST", 2)


def is_batched(program: Any) -> bool:
    return bool(program.packs or program.spread)


def ops_of(compiled: Any) -> list[str]:
    return [equation.primitive.name for equation in compiled.program.equations]


# --- a network, as micrograd's is written ---

POINTS = [(random.Random(i).uniform(-2, 2), random.Random(i + 50).uniform(-2, 2)) for i in range(12)]
LABELS = [1.0 if x * y > 0 else -1.0 for x, y in POINTS]


class Network:
    """2-5-1 with relu, hinge loss and L2; each weight, product and sum is a number of its own."""

    def __init__(self, dtype: Any = None, tensors: bool = True) -> None:
        rng = random.Random(3)
        made = partial(Tensor, requires_grad=True, dtype=dtype)
        self.layers = [
            [([made(rng.uniform(-1, 1)) for _ in range(n)], made(0.0)) for _ in range(m)] for n, m in ((2, 5), (5, 1))
        ]
        self.parameters = [p for layer in self.layers for weights, bias in layer for p in (*weights, bias)]
        self.points = [[Tensor(v, dtype=dtype) if tensors else v for v in point] for point in POINTS]

    def score(self, values: Any) -> Any:
        for layer in self.layers:
            sums = [sum((w * v for w, v in zip(weights, values, strict=True)), bias) for weights, bias in layer]
            values = [total.relu() for total in sums] if layer is not self.layers[-1] else sums
        return values[0]

    def loss(self) -> Any:
        hinge = sum((1.0 - self.score(x) * label).relu() for x, label in zip(self.points, LABELS, strict=True))
        return hinge * (1 / len(LABELS)) + 1e-3 * sum(p * p for p in self.parameters)

    def train(self) -> Any:
        loss = self.loss()
        for p in self.parameters:
            p.zero_grad()
        loss.backward()
        for p in self.parameters:
            p.data -= 0.1 * p.grad
        return loss


@pytest.mark.parametrize("tensors", [True, False], ids=["points of Tensors", "points of floats"])
def test_a_network_of_numbers_becomes_one_of_arrays(tensors):
    eager, other = Network(tensors=tensors), Network(tensors=tensors)
    step = autograd.compile(other.train)
    for _ in range(5):
        np.testing.assert_allclose(step(), eager.train().data, rtol=1e-12)
        assert all(type(p._data) is float for p in other.parameters)
        for a, b in zip(other.parameters, eager.parameters, strict=True):
            assert a.grad.shape == () and a.grad.dtype == np.float64
            np.testing.assert_allclose([a._data, a.grad], [b._data, b.grad], rtol=1e-11, atol=1e-14)
    assert step.cache_info().traces == 1
    assert ops_of(step).count("matmul") >= 4
    assert len(ops_of(step)) < 60
    for line in ("z1 = ", "np.maximum(", "# --- backward ---", "loss.backward()"):
        assert line in step.source
    assert "# (12, 5)" in step.source or "# (5, 12)" in step.source


def test_what_is_bound_between_calls_is_used():
    eager, other = Network(), Network()
    step = autograd.compile(other.train)
    for change in (
        lambda net: None,
        lambda net: None,
        lambda net: setattr(net.parameters[3], "data", 0.75),
        lambda net: net.parameters[4].assign(-0.5),
        lambda net: net.parameters[0].data,  # shows the number as an array
        lambda net: net.parameters[0].data.__setitem__((), 0.25),
        lambda net: setattr(net.points[2][0], "data", 3.0),
        lambda net: net.points[1].__setitem__(0, Tensor(-1.0)),
    ):
        for net in (eager, other):
            change(net)
        np.testing.assert_allclose(step(), eager.train().data, rtol=1e-12)
    assert step.cache_info().traces == 2  # one more for the list of points, which holds another Tensor


def test_a_value_from_before_an_assignment_is_stale():
    net = Network()
    step = autograd.compile(net.train)
    step()
    loss = net.loss()
    step()
    with pytest.raises(StaleValueError):
        loss.backward()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("optimizer", [partial(nn.optim.SGD, lr=0.1, momentum=0.9), partial(nn.optim.Adam, lr=0.01)])
def test_an_optimizer_of_numbers(optimizer, dtype):
    losses = []
    for compiled in (False, True):
        net = Network(dtype)
        update = optimizer(net.parameters)

        def train(net=net, update=update):
            update.zero_grad()
            loss = net.loss()
            loss.backward()
            update.step()
            return loss

        step = autograd.compile(train) if compiled else train
        losses.append([float(x) if compiled else float(x.data) for x in (step() for _ in range(4))])
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-12 if dtype is np.float64 else 1e-5)
    assert is_batched(step.program) and len(ops_of(step)) < 80
    namespace: dict[str, Any] = {}
    exec(step.source, namespace)
    loss = namespace["train"](*[np.array(x) for x in step.inputs()])
    np.testing.assert_allclose(loss, step(), rtol=1e-12 if dtype is np.float64 else 1e-5)


def test_numbers_as_arguments_and_results():
    def loss(ps):
        total = 0.0
        for x, label in zip(POINTS, LABELS, strict=True):
            hidden = [np.tanh(ps[3 * j] * x[0] + ps[3 * j + 1] * x[1] + ps[3 * j + 2]) for j in range(6)]
            total = total + (sum(p * h for p, h in zip(ps[18:], hidden, strict=True)) - label) ** 2
        return total

    both = autograd.value_and_grad(loss)
    compiled = autograd.compile(both)
    for seed in range(3):
        ps = np.random.default_rng(seed).normal(size=24).tolist()
        value, slopes = compiled(ps)
        expected, gradient = both(ps)
        assert isinstance(value, float) and all(isinstance(g, float) for g in slopes)
        np.testing.assert_allclose([value, *slopes], [expected, *gradient], rtol=1e-11)
    assert is_batched(compiled.program)
    assert "(6, 2), made of numbers" in compiled.source


def test_float32_stays_float32():
    eager, other = Network(np.float32), Network(np.float32)

    def of(net):
        def f():
            for p in net.parameters:
                p.zero_grad()
            loss = net.loss()
            loss.backward()
            return loss

        return f

    compiled = autograd.compile(of(other))
    expected = of(eager)()
    for _ in range(2):
        assert compiled().dtype == np.float32
    assert is_batched(compiled.program)
    np.testing.assert_allclose(compiled(), expected.data, rtol=1e-6)
    for a, b in zip(other.parameters, eager.parameters, strict=True):
        assert a.grad.dtype == np.float32
        np.testing.assert_allclose(a.grad, b.grad, rtol=1e-4, atol=1e-6)


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("seed", range(8))
def test_numbers_of_several_dtypes(seed):
    rng = random.Random(seed)
    steps = [(rng.randrange(7), rng.randrange(99), rng.randrange(99), rng.choice([0.1, -0.3])) for _ in range(60)]

    def f(xs):
        values = list(xs)
        for op, i, j, c in steps:
            a, b = values[i % len(values)], values[j % len(values)]
            made = (a + b, a * b, a * c, c - a, np.where(a > c, a, b), a + b + a + c + b, np.tanh(a))
            values.append(made[op])
        return values[-20:]

    xs = [np.dtype(rng.choice(["f4", "f8"])).type(rng.uniform(-1, 1)) for _ in range(8)]
    compiled = autograd.compile(f)
    compiled(xs)
    for actual, expected in zip(compiled(xs), f([Tensor(x) for x in xs]), strict=True):
        assert actual.dtype == expected.dtype
        np.testing.assert_allclose(actual, expected.data, rtol=1e-5 if actual.dtype == np.float32 else 1e-6)
    assert is_batched(compiled.program)


# --- what stays as it is ---


def test_few_numbers_and_long_chains_stay_numbers():
    x = Tensor(0.5, requires_grad=True)
    few = autograd.compile(lambda: sum(np.tanh(x * i) for i in range(1, 6)))
    few()
    chain = autograd.compile(lambda: chained(x, 300))
    chain()
    for compiled in (few, chain):
        assert not is_batched(compiled.program)
        assert all(not equation.output.shape for equation in compiled.program.equations)
        assert "np.array" not in compiled.source


def chained(x: Any, n: int) -> Any:
    y = x
    for _ in range(n):
        y = (y * 0.5 + x).tanh()
    return y


def test_a_chain_of_thousands_of_numbers():
    x = Tensor(0.5, requires_grad=True)

    def step():
        x.zero_grad()
        chained(x, 1000).backward()
        return x.grad

    compiled = autograd.compile(step)
    compiled()
    np.testing.assert_allclose(compiled(), step(), rtol=1e-12)


def test_draws_keep_their_order(always):
    def f(rng, x):
        draws = [autograd.sample(rng.random) for _ in range(8)]
        return [d * v for d, v in zip(draws, x, strict=True)]

    x = [float(i) for i in range(1, 9)]
    rng, other = np.random.default_rng(1), np.random.default_rng(1)
    compiled = autograd.compile(lambda x: f(rng, x))
    for _ in range(3):
        np.testing.assert_allclose(compiled(x), [other.random() * v for v in x])


def test_numbers_and_arrays_together(always):
    w = Tensor(np.arange(12.0).reshape(3, 4) / 5, requires_grad=True)

    def step():
        w.zero_grad()
        rows = [np.tanh(w[i].sum()) * (i + 1) + w[i, 0] for i in range(3)]
        loss = sum(r * r for r in rows) + (w * rows[0]).mean()
        loss.backward()
        return loss, rows[1]

    compiled = autograd.compile(step)
    compiled()
    found, slopes = compiled(), w.grad
    expected = step()
    np.testing.assert_allclose(found, [float(x.data) for x in expected], rtol=1e-12)
    np.testing.assert_allclose(slopes, w.grad, rtol=1e-12)


def test_results_that_are_constants_or_inputs(always):
    xs = [Tensor(float(i), requires_grad=True) for i in range(5)]

    def f():
        y = [x * 2.0 for x in xs]
        return xs[1], y[0], Tensor(3.0) * 2.0, y[0], [*y[1:]]

    compiled = autograd.compile(f)
    for _ in range(2):
        a, b, c, d, rest = compiled()
        assert [a, b, c, d, *rest] == [1.0, 0.0, 6.0, 0.0, 2.0, 4.0, 6.0, 8.0]


# --- random graphs ---

UNARY = {
    "tanh": np.tanh, "relu": lambda x: x.relu(), "abs": abs, "negative": lambda x: -x, "half": lambda x: x * 0.5,
    "one minus": lambda x: 1.0 - x, "square": lambda x: x**2, "sin": lambda x: np.sin(x.tanh()),
    "sigmoid": lambda x: x.sigmoid(), "exp": lambda x: x.tanh().exp(), "root": lambda x: abs(x).sqrt(),
    "logarithm": lambda x: (x.tanh() + 0.5).log(), "over": lambda x: 1.0 / x,
}  # fmt: skip
BINARY = {
    "add": lambda a, b: a + b, "subtract": lambda a, b: a - b, "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b, "maximum": np.maximum, "minimum": np.minimum,
    "where": lambda a, b: np.where(a > b, a, b), "distance": np.hypot,
}  # fmt: skip
NUMBERS = st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 0.3, -0.7, np.inf, np.nan, 1e200])


@st.composite
def layers(draw):
    """Steps of a graph: operations, each with the places of its inputs among the values so far, counted from the last.

    Some layers do the same to neighbours, as networks do, others anything.
    """
    steps = []
    for _ in range(draw(st.integers(1, 4))):
        width = draw(st.integers(1, 7))
        regular = draw(st.booleans())
        ops = st.sampled_from(sorted(UNARY) + sorted(BINARY) + ["sum", "products"])
        name, a, b = draw(ops), draw(st.integers(0, 20)), draw(st.integers(0, 20))
        stride = draw(st.integers(0, 3))
        for i in range(width):
            if not regular:
                name, a, b = draw(ops), draw(st.integers(0, 20)), draw(st.integers(0, 20))
            steps.append((name, a + (stride if regular else 1) * i, b + i))
    return steps


def computed(steps: Any, inputs: list[Any]) -> list[Any]:
    values = list(inputs)
    for name, a, b in steps:
        n = len(values)
        if name in UNARY:
            values.append(UNARY[name](values[a % n]))
        elif name in BINARY:
            values.append(BINARY[name](values[a % n], values[b % n]))
        elif name == "sum":
            values.append(sum(values[(a + k) % n] for k in range(4)))
        else:
            values.append(sum(values[(a + k) % n] * values[(b + 2 * k) % n] for k in range(3)))
    return values[len(inputs) :]


@pytest.mark.usefixtures("always")
@settings(max_examples=80, deadline=None)
@given(layers(), st.lists(NUMBERS, min_size=3, max_size=8), st.lists(NUMBERS, min_size=8, max_size=8))
def test_random_graphs(steps, first, second):
    leaves = [Tensor(x, requires_grad=True) for x in first]

    def step():
        for p in leaves:
            p.zero_grad()
        values = computed(steps, leaves)
        loss = sum(v.tanh() for v in values)
        loss.backward()
        return loss, values[0], values[-1]

    with np.errstate(all="ignore"):
        compiled = autograd.compile(step)
        compiled()
    for start in (first, second):
        for p, x in zip(leaves, start, strict=False):
            p.data = x
        with np.errstate(all="raise"):  # a compiled program tells of none of it
            found = [*compiled(), *(p.grad for p in leaves)]
        with np.errstate(all="ignore"):
            expected = [*(x.data for x in step()), *(p.grad for p in leaves)]
        for actual, value in zip(found, expected, strict=True):
            assert (actual is None) == (value is None)
            if value is not None:
                np.testing.assert_allclose(actual, value, rtol=1e-7, atol=1e-9)
    assert compiled.cache_info().traces == 1


# --- the source ---


@pytest.mark.usefixtures("always")
def test_the_source_with_its_tables_runs_in_a_bare_interpreter(tmp_path):
    rng = random.Random(5)
    places = [(rng.randrange(10), rng.randrange(10)) for _ in range(40)]

    @autograd.compile
    def irregular(x):
        products = [x[a] * x[b] for a, b in places]
        return sum(p.tanh() for p in products), sum(products[3:7]), sum(products[9:20])

    x = [0.1 * i for i in range(10)]
    expected = irregular(x)
    assert "\nplaces" in irregular.source and "# The elements of " in irregular.source
    irregular.save(tmp_path / "program.py")
    packed = ", ".join(f"np.{value!r}" for value in irregular.inputs(x))
    check = f"import numpy as np; from program import irregular; print([float(y) for y in irregular({packed})])"
    found = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {check}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    np.testing.assert_allclose(sorted(eval(found.stdout)), sorted(map(float, expected)), rtol=1e-12)


# --- tables ---


@given(st.data())
def test_a_regular_table_is_found_to_be_one(data):
    shape = tuple(data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=3)))
    axes = data.draw(st.permutations(range(len(shape))))
    used = data.draw(st.integers(1, len(shape)))
    array = np.arange(7, 7 + int(np.prod([shape[k] for k in axes[:used]]))).reshape([shape[k] for k in axes[:used]])
    sorted_axes = sorted(axes[:used])
    turned = array.transpose([axes[:used].index(k) for k in sorted_axes])
    table = np.broadcast_to(turned.reshape([n if k in sorted_axes else 1 for k, n in enumerate(shape)]), shape).reshape(
        -1
    )
    grid = common_grid([table, np.arange(table.size)], [(100,), (table.size,)])
    assert grid is not None
    np.testing.assert_array_equal(np.broadcast_to(grid.table(0), grid.shape).ravel(), table)
    np.testing.assert_array_equal(grid.table(1).ravel(), np.arange(table.size))
    order = dense_order(grid.shape, grid.strides[0])
    assert order is not None
    assert int(np.prod([grid.shape[k] for k in order])) == array.size


def test_an_irregular_table_is_none():
    assert common_grid([np.array([0, 1, 3, 2])], [(4,)]) is None
    assert common_grid([np.array([0, 1, 2, 3]), np.array([3, 0, 1, 2])], [(4,), (4,)]) is None
    assert common_grid([np.array([4, 3, 2])], [(9,)]) == ((3,), (4,), ((-1,),))
    assert dense_order((3,), (-1,)) is None and dense_order((3,), (2,)) is None


def test_an_axis_is_cut_where_the_array_has_one_and_where_numbers_repeat():
    grid = common_grid([np.arange(6)], [(2, 3)])
    assert grid is not None and grid.shape == (2, 3)
    values = np.array([[1.0, 5.0], [2.0, 6.0]] * 3)  # the axis of six repeats itself
    whole = common_grid([np.repeat(np.arange(6), 2)], [(6,)])
    assert whole is not None and whole.shape == (6, 2)
    cut = whole.split_for(values.ravel())
    assert cut.shape == (3, 2, 2)
    assert where_it_varies(values.reshape(cut.shape)).shape == (1, 2, 2)
