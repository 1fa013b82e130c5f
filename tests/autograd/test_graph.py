"""The graph as a data structure: depth, lifetime, passes over it, and the source lines it remembers."""

import copy
import gc
import subprocess
import sys
import textwrap
import weakref
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, grad, hvp, jacobian, jvp, relu, vjp
from autograd.errors import FreedGraphError, StaleValueError
from autograd.graph import Node, Pass, ancestors, here, topological_order, warn_user
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
        import copy, gc, sys
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
        y = x
        for _ in range(1_000_000):
            y = y * 1.000001
        inner, twin = copy.deepcopy((x, y))
        del y
        inner.zero_grad()
        twin.backward()
        assert inner.grad == once
        assert x.grad == 2 * once
        del inner, twin
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


# --- deep copies ---


def program(x, constant):
    """Nodes of one, two and three inputs, views, a constant, keywords."""
    column = x.reshape(4, 1)
    y = np.where(column > 0.5, column * constant, np.exp(column))
    return np.concatenate([y, y[1:], column]).sum(axis=0) ** 2


@pytest.mark.parametrize("record", [False, True])
def test_a_deep_copy_is_the_same_graph_on_other_leaves(record):
    a = np.array([0.3, 0.7, 0.9, 0.1])
    x, constant = Tensor(a, requires_grad=True, name="x"), Tensor([[2.0], [3.0], [5.0], [7.0]])
    y = program(x, constant)
    inner, twin = copy.deepcopy((x, y))
    assert inner.name == "x"
    assert twin._node.location == y._node.location
    y.backward([1.0], create_graph=record)
    twin.backward([1.0], create_graph=record)
    first, second = (t.grad.data if record else t.grad for t in (x, inner))
    assert first.tobytes() == second.tobytes()
    assert not np.shares_memory(first, second)
    assert not np.shares_memory(x.data, inner.data)
    if record:
        slopes = []
        for t in (x, inner):
            g = t.grad
            t.zero_grad()
            g.sum().backward()
            slopes.append(t.grad.tobytes())
        assert slopes[0] == slopes[1]


@pytest.mark.parametrize("data", [2.0, np.float32(2), np.array(2.0), np.ones((2, 0))], ids=repr)
def test_a_deep_copy_of_every_kind_of_value(data):
    x = Tensor(data, requires_grad=True)
    inner, twin = copy.deepcopy((x, (x * x).sum()))
    twin.backward()
    assert inner.grad.dtype == x.dtype
    np.testing.assert_array_equal(inner.grad, 2 * np.asarray(data))
    assert x.grad is None


def test_a_deep_copy_lives_on_when_the_original_is_overwritten_freed_and_dropped():
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = (x[:1] * x.reshape(2, 1)).sum()
    inner, twin = copy.deepcopy((x, y))
    y.backward()
    x.assign([9.0, 9.0])
    del x, y
    twin.backward()
    np.testing.assert_array_equal(inner.grad, [4.0, 1.0])


def test_a_deep_copy_of_a_stale_graph_is_stale_and_keeps_gradients_that_were_kept():
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    y.retain_grad()
    y.sum().backward(retain_graph=True)
    twin = copy.deepcopy(y)
    np.testing.assert_array_equal(twin.grad, [1, 1])
    assert not np.shares_memory(twin.grad, y.grad)
    x.assign([3.0, 4.0])
    with pytest.raises(StaleValueError):
        copy.deepcopy(y).sum().backward()


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


@pytest.mark.parametrize(
    "f",
    [lambda x: x.exp(), lambda x: x @ np.ones((3, 3)), lambda x: np.where(x > 0, x, 0), lambda x: np.stack([x, x])],
    ids=["elementwise", "general", "where", "joint"],
)
def test_a_pass_frees_values_behind_it_while_its_root_is_held(f):
    x = Tensor(np.ones(3), requires_grad=True)
    y = f(x)
    saved = weakref.ref(y._data)
    loss = y.sum()
    del y
    assert saved() is not None
    loss.backward()
    assert saved() is None


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
    for through in (
        lambda: y * 3,
        lambda: 3 - y,
        lambda: -y,
        lambda: np.stack([x.sum(), y]),
        lambda: np.where(y > 0, y, x),
    ):
        with pytest.raises(FreedGraphError) as caught:
            through().sum().backward()
        assert place(__file__, "the first") in str(caught.value)
    np.testing.assert_array_equal(x.grad, once)


def test_two_graphs_that_share_a_freed_part():
    x = Tensor(2.0, requires_grad=True)
    shared = x * x
    first, second = shared * 3, shared * 4
    first.backward()
    with pytest.raises(FreedGraphError, match="multiply"):
        second.backward()
    with pytest.raises(FreedGraphError, match="multiply"):
        np.where(x > 0, shared, x).backward()
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


@pytest.mark.parametrize("where", ["a result", "the first leaf", "the second leaf"])
@pytest.mark.parametrize("create_graph", [False, True])
def test_a_pass_that_fails_leaves_every_gradient_as_it_was(where, create_graph):
    x, z = Tensor([1.0, 2.0], requires_grad=True), Tensor([3.0, 4.0], requires_grad=True)
    (x * z).sum().backward()

    def stop(g):
        raise KeyError("stop")

    inner = x * z
    handle = {"a result": inner, "the first leaf": x, "the second leaf": z}[where].register_hook(stop)
    with pytest.raises(KeyError, match="stop"):
        (np.exp(x) + np.exp(z) + inner).sum().backward(create_graph=create_graph)
    handle.remove()
    np.testing.assert_array_equal(x.grad, [3, 4])
    np.testing.assert_array_equal(z.grad, [1, 2])
    (x * z).sum().backward()  # and nothing of the failed pass comes along
    np.testing.assert_array_equal(x.grad, [6, 8])
    np.testing.assert_array_equal(z.grad, [2, 4])


MEETS = {
    "grad": lambda f, x: grad(lambda z: f(z).sum())(x),
    "grad of grad": lambda f, x: grad(lambda y: grad(lambda z: (f(z) * f(z) * y).sum())(y).sum())(x),
    "vjp": lambda f, x: vjp(f, x)[1](x),
    "jvp": lambda f, x: jvp(f, (x,), (x,)),
    "jacobian": lambda f, x: jacobian(f)(x),
    "hvp": lambda f, x: hvp(lambda z: (f(z) * f(z)).sum(), (x,), (x,)),
}


@pytest.mark.parametrize("transform", MEETS)
@pytest.mark.parametrize(
    "use",
    [lambda z, h: z * h, lambda z, h: h / z, lambda z, h: np.exp(z * h), lambda z, h: np.stack([z, h]).prod(axis=0)],
    ids=["multiply", "divide", "chain", "joint"],
)
def test_a_transform_that_closes_over_a_freed_value_names_both_lines(transform, use):
    x = Tensor([2.0, 3.0], requires_grad=True)
    h = np.exp(x)  # the value that was freed
    h.sum().backward()  # the pass that freed it
    with pytest.raises(FreedGraphError, match="retain_graph=True") as caught:
        MEETS[transform](lambda z: use(z, h), np.ones(2))
    assert place(__file__, "the value that was freed") in str(caught.value)
    assert place(__file__, "the pass that freed it") in str(caught.value)
    cut = h.detach()  # the remedy
    MEETS[transform](lambda z: use(z, cut), np.ones(2))


@pytest.mark.parametrize("transform", MEETS)
def test_a_transform_of_a_function_that_frees_its_own_graph_names_both_lines(transform):
    def f(z):
        h = z * z  # freed by the function itself
        h.sum().backward()  # its own pass
        return h * z

    with pytest.raises(FreedGraphError, match="retain_graph=True") as caught:
        MEETS[transform](f, np.ones(2))
    if transform not in ("grad of grad", "hvp"):  # whose inner point was recorded, and so freed, too
        assert place(__file__, "freed by the function itself") in str(caught.value)
    assert place(__file__, "its own pass") in str(caught.value)


def test_a_graph_freed_while_a_pullback_waits_names_both_lines():
    x = Tensor([2.0, 3.0], requires_grad=True)
    h = np.exp(x)  # freed while the pullback waits
    _, pullback = vjp(lambda z: z * h, np.ones(2))
    np.testing.assert_array_equal(pullback(np.ones(2))[0], np.exp([2.0, 3.0]))
    h.sum().backward()  # the pass in between
    with pytest.raises(FreedGraphError) as caught:
        pullback(np.ones(2))
    assert place(__file__, "freed while the pullback waits") in str(caught.value)
    assert place(__file__, "the pass in between") in str(caught.value)


@pytest.mark.parametrize("transform", ["grad", "vjp", "jvp"])
def test_a_transform_that_meets_a_freed_number_is_right_or_refused(transform):
    """Numbers outlive their graph."""
    x = Tensor(2.0, requires_grad=True)
    h = x * x
    h.backward()
    try:
        answer = MEETS[transform](lambda z: z * h, 1.0)
    except FreedGraphError:
        return
    assert (answer if transform == "grad" else answer[-1]) == 4


def test_a_transform_may_meet_a_graph_that_was_retained():
    x = Tensor([2.0, 3.0], requires_grad=True)
    h = np.exp(x)
    h.sum().backward(retain_graph=True)
    for transform in MEETS.values():
        transform(lambda z: z * h, np.ones(2))
    h.sum().backward()


@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt])
@pytest.mark.parametrize("data", [2.0, [2.0, 3.0]], ids=["scalar", "array"])
@pytest.mark.parametrize("where", ["a result", "a result met first", "the leaf"])
def test_a_second_pass_after_one_that_a_hook_aborted_works_or_says_so(where, data, error):
    """`retain_graph=True`, the advice after a pass that went through, would be beside the point."""
    x = Tensor(data, requires_grad=True)
    h = np.exp(x)
    k = h * h
    y = k.sum()
    stops = [error("stop")]

    def stop(g):
        if stops:
            raise stops.pop()

    {"a result": h, "a result met first": k, "the leaf": x}[where].register_hook(stop)
    with pytest.raises(error, match="stop"):
        y.backward()
    assert x.grad is None
    try:
        y.backward()
    except FreedGraphError as second:
        assert "interrupted" in str(second)
        assert "retain_graph=True" not in str(second)
        assert x.grad is None
    else:
        np.testing.assert_allclose(x.grad, 2 * np.exp(data) ** 2)


def test_an_aborted_pass_over_a_retained_graph_can_be_repeated():
    x = Tensor([2.0, 3.0], requires_grad=True)
    h = np.exp(x)
    y = (h * h).sum()

    def stop(g):
        raise KeyError("stop")

    for create_graph in (False, True):
        handle = h.register_hook(stop)
        with pytest.raises(KeyError, match="stop"):
            y.backward(retain_graph=True, create_graph=create_graph)
        handle.remove()
    y.backward()
    np.testing.assert_allclose(x.grad, 2 * np.exp([2.0, 3.0]) ** 2)


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


def test_a_recorded_pass_records_at_the_users_line_of_backward():
    x, z = Tensor([1.0, 2.0], requires_grad=True), Tensor(0.5, requires_grad=True)
    (np.std(np.clip(x * z, 0, 9)) + np.max(x) + np.prod(x)).backward(create_graph=True)  # recorded
    for leaf in (x, z):
        location = leaf.grad._node.location
        assert (location.file, location.line) == (__file__, line_of(__file__, "recorded"))


def test_what_a_transform_records_lies_in_the_users_file():
    x = Tensor([1.0, 2.0], requires_grad=True)
    made = [
        grad(lambda z: (np.exp(z) * z).sum())(x),
        jvp(lambda z: np.exp(z) * z, (x,), (x,))[1],
        vjp(lambda z: np.exp(z) * z, x)[1](x)[0],
        jacobian(lambda z: np.exp(z) * z)(x),
    ]
    for gradient in made:
        ops, _ = ancestors([gradient._node])
        assert {node.location.file for node in ops} == {__file__}


def test_here_is_the_callers_line():
    assert here().line == line_of(__file__, "this one")  # this one


def test_warn_user_points_at_the_callers_line():
    with pytest.warns(UserWarning, match="mind the step") as caught:
        warn_user("mind the step")  # warned here
    assert (caught[0].filename, caught[0].lineno) == (__file__, line_of(__file__, "warned here"))
