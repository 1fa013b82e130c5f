"""`autograd.compile`: what it takes and returns, when it records anew, and what it refuses."""

import re
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

import autograd
from autograd import CaptureError, Tensor


def test_result_is_an_array_for_arrays_and_a_tensor_for_tensors():
    f = autograd.compile(lambda x: np.sin(x) * 2)
    for _ in range(2):
        assert type(f(np.ones(3))) is np.ndarray
        assert type(f(Tensor(np.ones(3)))) is Tensor
        assert float(f(2.0)) == 2 * np.sin(2.0)


def test_nested_containers_of_arguments_and_results():
    @autograd.compile
    def f(p, *, scale):
        return {"a": [p["w"] * scale, None], "b": (p["v"][0] + 1,)}

    for factor in (1.0, 3.0):
        out = f({"w": np.ones(2), "v": [np.zeros(3)]}, scale=factor)
        assert out["a"][0].tolist() == [factor] * 2
        assert out["a"][1] is None and out["b"][0].tolist() == [1.0] * 3
    assert f.cache_info() == (1, 1, 1)


def test_new_shapes_dtypes_containers_and_static_arguments_are_recorded_anew():
    @autograd.compile
    def f(x, n=2, how="up"):
        return x * n if how == "up" else x / n

    x = np.ones(3)
    assert f(x).tolist() == [2, 2, 2]
    assert f(x, 3).tolist() == [3, 3, 3]
    assert f(x, 4, how="down").tolist() == [0.25] * 3
    assert f(x.astype(np.float32)).dtype == np.float32
    assert f(np.ones((2, 2))).shape == (2, 2)
    assert f.cache_info().traces == 5
    assert f(x, 3).tolist() == [3, 3, 3]
    assert f.cache_info().traces == 5


def test_results_are_not_overwritten_by_the_next_call_nor_share_memory_with_arguments():
    f = autograd.compile(lambda x: (x, x.T, np.tanh(x), x.reshape(-1)))
    x = np.arange(6.0).reshape(2, 3)
    first = [part.copy() for part in f(x)]
    results = f(x)
    f(x + 1)
    for a, b in zip(results, first, strict=True):
        assert not np.shares_memory(a, x)
        np.testing.assert_array_equal(a, b)
        a[...] = 0
    assert x[1, 2] == 5


def test_transforms_compile_at_every_order():
    def f(x):
        return (np.sin(x) * x * x).sum()

    x = np.linspace(-1, 2, 4)
    for transform in (autograd.grad(f), autograd.hessian(f), autograd.value_and_grad(f)):
        compiled = autograd.compile(transform)
        for scale in (1.0, 2.0):
            found, expected = compiled(x * scale), transform(x * scale)
            for a, b in zip(found, expected, strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-12)
    compiled = autograd.compile(lambda x, v: autograd.hvp(f, (x,), (v,)))
    for scale in (1.0, 2.0):
        v = np.ones(4) * scale
        np.testing.assert_allclose(compiled(x, v), autograd.hvp(f, (x,), (v,)), rtol=1e-12)


def test_a_leafs_new_value_is_read_whether_assigned_or_written_into():
    w = Tensor([1.0, 2.0], requires_grad=True)
    f = autograd.compile(lambda x: x * w)
    one = np.ones(2)
    assert f(one).tolist() == [1, 2]
    w.assign([3.0, 4.0])
    assert f(one).tolist() == [3, 4]
    w.data[0] = 5
    assert f(one).tolist() == [5, 4]
    assert f.cache_info().traces == 1


def test_gradients_are_left_in_leaves_and_add_up_as_in_eager_mode():
    def run(f):
        w = Tensor([1.0, 2.0], requires_grad=True)

        def step(x):
            loss = (w * w * x).sum()
            loss.backward()
            return loss

        step = f(step)
        grads = []
        for i in range(4):
            step(np.array([1.0, 2.0]) + i)
            grads.append(w.grad.copy())
            if i == 2:
                w.zero_grad()
        return grads

    for a, b in zip(run(lambda f: f), run(autograd.compile), strict=True):
        np.testing.assert_allclose(a, b)


def test_a_gradient_left_in_a_leaf_is_not_overwritten_by_the_next_call():
    w = Tensor([[1.0, 2.0]], requires_grad=True)

    @autograd.compile
    def step(x):
        w.zero_grad()
        (x @ w.T).sum().backward()

    step(np.ones((3, 2)))
    step(np.ones((3, 2)))
    kept = w.grad
    step(2 * np.ones((3, 2)))
    assert kept.tolist() == [[3.0, 3.0]] and w.grad.tolist() == [[6.0, 6.0]]


def test_the_graph_of_the_recorded_run_is_let_go():
    size = 1 << 20
    f = autograd.compile(lambda x: np.tanh(np.sin(np.cos(x) * 2)).sum())
    x = np.zeros(size)
    tracemalloc.start()
    f(x)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 2.5 * x.nbytes  # the buffers of the program, of which two are enough


def test_update_written_by_hand():
    def run(f):
        w = Tensor([1.0, 2.0], requires_grad=True)

        def step(x):
            w.zero_grad()
            loss = np.square(w * x - 1).sum()
            loss.backward()
            w.data -= 0.1 * w.grad
            return loss

        step = f(step)
        return [float(step(np.array([1.0, 0.5]))) for _ in range(5)], w.tolist(), w

    (losses, value, _), (compiled_losses, compiled_value, w) = run(lambda f: f), run(autograd.compile)
    np.testing.assert_allclose(losses, compiled_losses)
    np.testing.assert_allclose(value, compiled_value)
    assert w.version > 0


def test_a_scalar_leaf_is_assigned_too():
    w = Tensor(1.0, requires_grad=True)

    @autograd.compile
    def step():
        w.assign(w * 2)

    for _ in range(3):
        assert step() is None
    assert w.item() == 8.0


def test_graph_recorded_before_a_compiled_update_is_stale():
    w = Tensor([1.0], requires_grad=True)
    step = autograd.compile(lambda: w.assign(w * 2))
    step()
    loss = (w * w).sum()
    step()
    with pytest.raises(autograd.errors.StaleValueError, match=r"step\(\)"):
        loss.backward()


def test_draws_are_made_anew_at_each_call():
    rng, twin = np.random.default_rng(0), np.random.default_rng(0)
    f = autograd.compile(lambda x: x * autograd.sample(rng.random, (3,)) + autograd.sample(rng.random, (3,)))
    x = np.ones(3)
    for _ in range(3):
        np.testing.assert_array_equal(f(x), twin.random(3) + twin.random(3))
    assert "rng.random((3,))" in f.source


def test_compiled_inside_compiled_is_one_program():
    inner = autograd.compile(lambda x: np.tanh(x))
    outer = autograd.compile(lambda x: inner(x) * 2)
    for x in (1.0, 2.0):
        assert float(outer(x)) == 2 * np.tanh(x)
    assert inner.cache_info().traces == 0


def test_what_a_function_names_outside_of_itself_is_watched():
    scale, data, layers, settings = 2.0, np.ones(2), [1.0, 2.0], {"on": True}

    @autograd.compile
    def f(x):
        y = x * scale + data
        for factor in layers:
            y = y * factor
        return y if settings["on"] else -y

    def expected(x):
        y = (x * scale + data) * np.prod(layers)
        return y if settings["on"] else -y

    x = np.array([1.0, 3.0])
    np.testing.assert_allclose(f(x), expected(x))
    scale = 3.0
    np.testing.assert_allclose(f(x), expected(x))
    data[0] = 7
    np.testing.assert_allclose(f(x), expected(x))
    layers.append(4.0)
    np.testing.assert_allclose(f(x), expected(x))
    settings["on"] = False
    np.testing.assert_allclose(f(x), expected(x))
    assert f.cache_info().traces == 5
    np.testing.assert_allclose(f(x), expected(x))
    assert f.cache_info().traces == 5


def test_attributes_of_a_methods_object_are_watched():
    class Scaler:
        factor = None

        def __init__(self):
            self.factor = 2.0

        def scaled(self, x):
            return x * self.factor

    scaler = Scaler()
    f = autograd.compile(scaler.scaled)
    assert float(f(1.0)) == 2.0
    scaler.factor = 5.0
    assert float(f(1.0)) == 5.0


def test_refuses_numbers_that_would_be_drawn_once_for_all_calls():
    rng = np.random.default_rng(0)
    with pytest.raises(CaptureError, match=r"draws from .rng. .*autograd.sample\(rng.random, shape\)"):
        autograd.compile(lambda x: x * rng.random(3))(np.ones(3))

    @autograd.compile
    def noisy(x):
        return x * autograd.sample(rng.random, 3) + autograd.sample(rng.random, 3)

    first = noisy(np.ones(3))
    assert not np.array_equal(first, noisy(np.ones(3)))

    def mixed(x):
        return x * autograd.sample(rng.random, 3) * rng.random(3)

    with pytest.raises(CaptureError, match="draws from 'rng'"):
        autograd.compile(mixed)(np.ones(3))


def test_refuses_to_change_a_list_outside():
    seen = []

    def f(x):
        seen.append(x)
        return x * 2

    with pytest.raises(CaptureError, match=r"changes .seen., a list.*collect them outside"):
        autograd.compile(f)(np.ones(2))


# --- what it refuses ---


def branching(x):
    if x.sum() > 1:  # here
        return x
    return -x


REFUSED = {
    "decides by values": (branching, "if x.sum\\(\\) > 1.*np.where"),
    "float": (lambda x: x * float(x.sum()), "float\\(\\).*Return"),
    "item": (lambda x: x * x.sum().item(), "item\\(\\).*Return"),
    "tolist": (lambda x: sum(x.tolist()), "tolist"),
    "ndarray": (lambda x: np.asarray(x) * 2, "ndarray"),
    "detached": (lambda x: x.detach().numpy() * 2, "numpy"),
    "index": (lambda x: [1, 2, 3][x.astype(int)[0]], "integer"),
    "number returned": (lambda x: 3.0, "float.*same in every later call"),
    "array returned": (lambda x: np.ones(3), "ndarray.*same in every later call"),
    "string returned": (lambda x: "yes", "str"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refuses_what_a_program_cannot_repeat(name):
    function, message = REFUSED[name]
    with pytest.raises(CaptureError, match=re.compile(message, re.DOTALL)):
        autograd.compile(function)(np.ones(3))


def test_a_refused_run_writes_nothing():
    w = Tensor([1.0, 2.0], requires_grad=True)

    @autograd.compile
    def step(x):
        loss = (w * x).sum()
        loss.backward()
        w.data -= w.grad
        return float(loss)

    with pytest.raises(CaptureError):
        step(np.ones(2))
    assert w.tolist() == [1.0, 2.0] and w.grad is None


def test_refuses_an_argument_that_requires_grad():
    with pytest.raises(CaptureError, match="compile\\(grad\\(f\\)\\)"):
        autograd.compile(lambda x: x * x)(Tensor([1.0], requires_grad=True))


def test_refuses_an_argument_that_is_neither_array_nor_hashable():
    with pytest.raises(CaptureError, match="set"):
        autograd.compile(lambda x: x)({1, 2})


def test_source_before_the_first_call():
    with pytest.raises(CaptureError, match="has not been called"):
        autograd.compile(lambda x: x).source


def test_saved_source_runs_in_a_bare_interpreter(tmp_path):
    w = Tensor([[1.0, -2.0]], requires_grad=True, name="w")

    @autograd.compile
    def step(x, t):
        loss = autograd.logistic_loss(x @ w.T, t).mean()
        return loss, autograd.grad(lambda v: np.square(v).sum())(x)

    x, t = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.0], [1.0]])
    loss, _ = step(x, t)
    step.save(tmp_path / "program.py")
    check = f"import numpy as np; from program import step; print(step(np.{x!r}, np.{t!r}, np.{w.data!r})[0])"
    found = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {check}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert float(found.stdout) == pytest.approx(float(loss), rel=1e-12)


def test_values_from_outside_bear_the_functions_own_names():
    class Trainer:
        def __init__(self):
            self.x, self.labels = Tensor(np.ones((3, 2))), np.arange(90) % 2

        def loss(self):
            return (self.x * 2).sum() + Tensor(self.labels).sum()

    scale = np.linspace(0, 1, 100)
    trainer = Trainer()
    compiled = autograd.compile(trainer.loss)
    compiled()
    assert "def loss(x, labels):" in compiled.source
    compiled = autograd.compile(lambda x: np.sin(x * scale).sum())
    compiled(np.ones(100))
    assert "np.sin(x * scale)" in compiled.source


def test_an_argument_that_was_not_given_is_not_written():
    compiled = autograd.compile(lambda x: np.zeros_like(x) + np.sin(x))
    compiled(np.ones(3))
    assert "np.zeros_like(x)" in compiled.source


def test_an_array_outside_that_changes_in_any_bit_is_noticed():
    held = np.array([0.0, 1.0, np.nan])
    compiled = autograd.compile(lambda x: x / held)
    with np.errstate(all="ignore"):
        compiled(np.ones(3))
        assert compiled(np.ones(3))[0] == np.inf and compiled.cache_info().traces == 1
        held[0] = -0.0
        assert compiled(np.ones(3))[0] == -np.inf and compiled.cache_info().traces == 2


def test_a_compiled_function_is_compiled_anew_with_the_options_of_that_call():
    w = Tensor([0.5, -1.0], requires_grad=True, name="w")

    @autograd.compile
    def loss_of(x):
        loss = np.tanh(x * w).sum()
        w.zero_grad()
        loss.backward()
        return loss

    plain = float(loss_of(np.ones(2)))
    explained = autograd.compile(loss_of, explain=True)
    assert float(explained(np.ones(2))) == plain
    assert "=>" in explained.source and "=>" not in loss_of.source
    assert explained.cache_info().traces == loss_of.cache_info().traces == 1
