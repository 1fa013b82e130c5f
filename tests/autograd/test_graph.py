"""The graph as a data structure: depth, lifetime, passes over it, and the source lines it remembers."""

import gc
import subprocess
import sys
import textwrap
import weakref
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, relu
from autograd.errors import FreedGraphError, StaleValueError
from autograd.graph import Node, Pass, ancestors, here, topological_order
from tests.autograd.places import line_of, place


@contextmanager
def without_collector():
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def live_nodes() -> int:
    return sum(type(thing) is Node for thing in gc.get_objects())


# --- depth ---


@pytest.mark.slow
def test_a_chain_of_a_million_nodes_is_built_replayed_and_freed_without_recursion():
    script = """
        import gc, sys
        from autograd import Tensor
        from autograd.graph import Node
        gc.disable()
        sys.setrecursionlimit(200)
        x = Tensor(1.0, requires_grad=True)
        y = x
        for _ in range(1_000_000):
            y = y * 1.000001
        y.backward(retain_graph=True)
        once = float(x.grad)
        y.backward()
        assert abs(once - 2.718280469) < 1e-8, once
        assert x.grad == 2 * once
        kept = y * 2.0                  # a graph that hangs on the whole chain
        del y, kept
        assert sum(type(thing) is Node for thing in gc.get_objects()) < 10
        print("done")
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=False)
    assert done.stdout == "done\n", done.stderr


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: x.reshape(1)], ids=["scalar", "array"])
def test_a_deep_graph_with_two_paths_at_every_step_takes_linear_time(wrap):
    """2**300 paths: a walk that did not remember where it was would not come back."""
    x = Tensor(1.0, requires_grad=True)
    y = wrap(x)
    for _ in range(300):
        y = (y + y) * 0.5
    y.backward(create_graph=True)
    assert x.grad.data == 1.0


def test_a_deep_create_graph_pass_needs_no_recursion():
    x = Tensor(1.0, requires_grad=True)
    y = x
    for _ in range(5000):
        y = y * x
    y.backward(create_graph=True)
    slope = x.grad
    assert slope.item() == 5001
    x.zero_grad()
    slope.backward()
    assert x.grad == 5001 * 5000


# --- lifetime ---


def test_a_dropped_graph_is_freed_at_once_by_reference_counts_alone():
    with without_collector():
        before = live_nodes()
        x = Tensor(np.ones(3), requires_grad=True)
        y = np.exp(x * 2)
        z = np.where(y > 0, y, 0).sum() + relu(y).sum()
        saved = weakref.ref(y._data)
        del y
        assert saved() is not None  # the graph holds it
        del z
        assert saved() is None
        del x
        assert live_nodes() == before


@pytest.mark.parametrize("retain", [False, True])
def test_a_replayed_graph_is_freed_at_once(retain):
    with without_collector():
        before = live_nodes()
        x = Tensor(np.ones(3), requires_grad=True)
        y = x.exp()
        saved = weakref.ref(y._data)
        z = y.sum()
        del y
        z.backward(retain_graph=retain)
        assert (saved() is not None) == retain
        del z, x
        assert live_nodes() == before


def test_rebinding_in_a_loop_makes_no_cycle():
    with without_collector():
        before = live_nodes()
        x = Tensor(np.ones(3), requires_grad=True)
        for _ in range(10):
            y: Any = x
            for _ in range(5):
                y = np.tanh(y) * y
            y.sum().backward()
            x.data -= 0.1 * x.grad
            x.zero_grad()
        del x, y
        assert live_nodes() == before


def test_a_recorded_gradient_is_freed_once_it_is_forgotten():
    """Held in `x.grad`, a recorded gradient refers to x itself; `zero_grad` opens that ring."""
    with without_collector():
        before = live_nodes()
        x = Tensor(np.ones(3), requires_grad=True)
        (x * x * x).sum().backward(create_graph=True)
        x.zero_grad()
        del x
        assert live_nodes() == before


# --- passes ---


def test_passes_over_a_retained_graph_accumulate_exactly():
    x = Tensor([0.1, 0.2, 0.3], requires_grad=True)
    y = np.sum(np.exp(x) * x)
    y.backward(retain_graph=True)
    once = x.grad.copy()
    y.backward(retain_graph=True)
    np.testing.assert_array_equal(x.grad, once + once)
    y.backward()
    np.testing.assert_array_equal(x.grad, once + once + once)


@pytest.mark.parametrize("data", [2.0, [2.0, 3.0], np.float32(2)], ids=["scalar", "array", "float32"])
def test_a_second_pass_over_a_freed_graph_names_the_line_of_the_first(data):
    x = Tensor(data, requires_grad=True)
    y = (x * x).sum()
    y.backward()  # the first
    once = x.grad.copy()
    with pytest.raises(FreedGraphError, match="retain_graph=True") as caught:
        y.backward()
    assert place(__file__, "the first") in str(caught.value)
    with pytest.raises(FreedGraphError) as caught:
        (y * 3).backward()  # through a new node
    assert place(__file__, "the first") in str(caught.value)
    np.testing.assert_array_equal(x.grad, once)


def test_two_graphs_that_share_a_freed_part():
    x = Tensor(2.0, requires_grad=True)
    shared = x * x
    first, second = shared * 3, shared * 4
    first.backward()
    with pytest.raises(FreedGraphError, match="multiply"):
        second.backward()
    assert x.grad == 12
    (x * 5).backward()  # the leaf itself is never freed
    assert x.grad == 17


def test_a_retained_pass_from_one_root_and_a_freeing_one_from_another():
    x = Tensor(2.0, requires_grad=True)
    shared = x * x
    first, second = shared * 3, shared * 4
    first.backward(retain_graph=True)
    second.backward()
    assert x.grad == 12 + 16
    with pytest.raises(FreedGraphError):
        first.backward()


def test_a_refused_pass_frees_nothing():
    x = Tensor([3.0], requires_grad=True)
    y = (x * x).sum()
    values = x.data
    values += 1
    with pytest.raises(StaleValueError):
        y.backward()
    values -= 1
    y.backward()
    assert x.grad == [6]


def test_a_pass_that_fails_leaves_every_gradient_as_it_was():
    x, z = Tensor([1.0, 2.0], requires_grad=True), Tensor([1.0, 2.0], requires_grad=True)
    (x * z).sum().backward()
    before = x.grad.copy(), z.grad.copy()

    def stop(g):
        raise KeyError("stop")

    inner = x * z
    inner.register_hook(stop)
    with pytest.raises(KeyError, match="stop"):
        (np.exp(z) + inner).sum().backward()
    for leaf in (x, z):  # whichever comes first
        handle = leaf.register_hook(stop)
        with pytest.raises(KeyError, match="stop"):
            (x * z).sum().backward()
        handle.remove()
    np.testing.assert_array_equal(x.grad, before[0])
    np.testing.assert_array_equal(z.grad, before[1])
    (x * z).sum().backward()  # and nothing of the failed passes comes along
    np.testing.assert_array_equal(x.grad, 2 * before[0])
    np.testing.assert_array_equal(z.grad, 2 * before[1])


# --- order ---


def names(ops: list[Node]) -> list[str]:
    return [node.primitive.name for node in ops if node.primitive is not None]


def test_topological_order_is_newest_first_and_complete():
    x = Tensor(1.5, requires_grad=True)
    a = x * x
    b = np.sin(a)
    c = a * b + x
    ops, leaves = topological_order([c._node], Pass(None, 0))
    assert names(ops) == ["add", "multiply", "sin", "multiply"]
    assert leaves == [x._node]


def test_ancestors_are_oldest_first_and_stop_at_a_reading_of_the_clock():
    x = Tensor(1.5, requires_grad=True)
    a = x * x
    b = np.sin(a)
    ops, leaves = ancestors([b._node])
    assert names(ops) == ["multiply", "sin"]
    assert leaves == [x._node]
    ops, leaves = ancestors([b._node], since=a._node.clock)
    assert names(ops) == ["sin"]
    assert leaves == [a._node]
    assert b._node.inputs == (a._node,)
    assert x._node.inputs == ()


def test_nodes_of_many_inputs_keep_their_order():
    parts = [Tensor([float(i)], requires_grad=True) for i in range(5)]
    y: Any = np.concatenate(parts)
    assert y._node.inputs == tuple(part._node for part in parts)
    (y * np.arange(5)).sum().backward()
    assert [part.grad.item() for part in parts] == [0, 1, 2, 3, 4]


# --- source lines ---


def test_a_node_knows_the_line_of_the_users_code_that_made_it():
    x = Tensor([1.0, 2.0], requires_grad=True)
    made = {
        "operator": x * 2,  # operator
        "method": x.sum(),  # method
        "function": np.exp(x),  # function
        "many": np.concatenate([x, x]),  # many
        "index": x[0],  # index
        "own": relu(x),  # own
        "composed": np.std(x),  # composed
        "reflected": np.ones(2) - x,  # reflected
    }
    for text, t in made.items():
        location = t._node.location
        assert (location.file, location.line) == (__file__, line_of(__file__, text))
        assert str(location).startswith(place(__file__, text))
        assert location.text.endswith(f"# {text}")


def test_here_is_the_callers_line():
    assert here().line == line_of(__file__, "this one")  # this one
