# NumPy's functions are typed as returning ndarrays, and any value in a picture may be missing.
# mypy: disable-error-code="arg-type, assignment, func-returns-value, index, union-attr"

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from autograd import Tensor, elementwise, graph_of
from autograd.errors import DtypeError, FreedGraphError, StaleValueError
from autograd.graph import ancestors

ROOT = Path(__file__).parents[3]


def node_named(graph, name):
    return next(node for node in graph.nodes if node.name == name)


def ops(graph):
    return {node.op: node for node in graph.nodes if node.kind == "op"}


def snapshot(t):
    """Everything in a graph that a picture might disturb."""
    found, leaves = ancestors([t._node])
    slots = ("first", "second", "others", "keywords", "primitive")
    state = [[id(getattr(node, slot)) for slot in (*slots, "output", "mark", "notes")] for node in found]
    state += [[id(node.output), id(node.grad), id(node.mark), id(node.snapshot), node.clock] for node in leaves]
    return state, [getattr(node, "cotangent", None) for node in (*found, *leaves)]


def mlp_loss():
    rng = np.random.default_rng(0)
    x, target = Tensor(rng.normal(size=(5, 3)), name="x"), Tensor(rng.normal(size=(5, 1)))
    w = Tensor(rng.normal(size=(4, 3)), requires_grad=True, name="w")
    b = Tensor(rng.normal(size=4), requires_grad=True, name="b")
    v = Tensor(rng.normal(size=(1, 4)), requires_grad=True, name="v")
    h = np.tanh(x @ w.T + b)
    return ((h @ v.T - target) ** 2).mean(), h, (w, b, v)


# --- topology ---


def test_x_times_x_has_two_edges():
    x = Tensor(3.0, requires_grad=True, name="x")
    graph = graph_of(x * x)
    assert [(e.source, e.target, e.position) for e in graph.edges] == [(0, 1, 0), (0, 1, 1)]
    assert [node.op for node in graph.nodes] == ["", "multiply"]


def test_ids_are_topological_and_the_output_is_last():
    loss, _, _ = mlp_loss()
    graph = graph_of(loss)
    assert [node.id for node in graph.nodes] == list(range(len(graph.nodes)))
    assert all(edge.source < edge.target for edge in graph.edges)
    assert graph.output is graph.nodes[-1]
    assert graph.output.op == "mean"


def test_edges_are_the_uses_that_the_tape_records():
    loss, _, _ = mlp_loss()
    found, _ = ancestors([loss._node])
    graph = graph_of(loss)
    assert len(graph.edges) == sum(len(node.inputs) for node in found)
    for node in graph.nodes:
        positions = [edge.position for edge in graph.edges if edge.target == node.id]
        assert positions == list(range(len(positions)))


def test_plain_operands_are_constants_one_for_each_use():
    x = Tensor([1.0, 2.0], requires_grad=True)
    graph = graph_of(2.0 * x + np.array([3.0, 4.0]) + 2.0)
    constants = [node for node in graph.nodes if node.kind == "constant"]
    assert [node.value.tolist() for node in constants] == [2.0, [3.0, 4.0], 2.0]
    assert not any(node.requires_grad for node in constants)


def test_a_node_says_what_it_is():
    x = Tensor(np.ones((2, 3), np.float32), requires_grad=True, name="weights")
    y = x.sum(axis=0)
    y.name = "column sums"
    leaf, result = graph_of(y).nodes
    assert (leaf.kind, leaf.name, leaf.shape, leaf.dtype) == ("leaf", "weights", (2, 3), "float32")
    assert (leaf.requires_grad, leaf.location) == (True, None)
    assert (result.kind, result.op, result.name, result.shape) == ("op", "sum", "column sums", (3,))
    assert result.keywords["axis"] == "0"
    assert Path(result.location.file).name == "test_model.py"
    assert result.location.text == "y = x.sum(axis=0)"


def test_a_leaf_without_gradient_is_a_constant_with_its_name():
    x, w = Tensor([1.0], name="data"), Tensor([2.0], requires_grad=True)
    assert node_named(graph_of(x * w), "data").kind == "constant"


@pytest.mark.parametrize("value", [1.0, [1.0, 2.0], np.zeros((0, 3)), np.array(2, np.int64), [True, False]])
def test_a_constant_is_one_node(value):
    graph = graph_of(Tensor(value))
    assert (len(graph.nodes), graph.edges) == (1, [])
    assert graph.note == "a constant: no gradient flows to it"
    json.loads(graph.to_json())


def test_an_untracked_result_and_a_leaf_are_one_node():
    assert graph_of(Tensor([1.0, 2.0]) * 2.0).nodes[0].value.tolist() == [2.0, 4.0]
    x = Tensor(2.0, requires_grad=True, name="x")
    assert graph_of(x).note == "no backward pass yet"
    x.backward()
    assert graph_of(x).nodes[0].grad == 1.0


def test_only_tensors_have_a_graph():
    with pytest.raises(DtypeError, match=r"not of a float \(at .*test_model.py"):
        graph_of(3.0)


# --- gradients ---


def test_before_a_backward_pass_there_are_no_gradients():
    loss, _, _ = mlp_loss()
    graph = graph_of(loss)
    assert all(node.grad is None for node in graph.nodes)
    assert all(edge.contribution is None for edge in graph.edges)
    assert graph.note == "no backward pass yet"


def test_leaf_gradients_of_an_earlier_graph_are_shown_and_said():
    x = Tensor(3.0, requires_grad=True)
    (x * x).backward()
    graph = graph_of(x + 1.0)
    assert graph.nodes[0].grad == 6.0
    assert graph.output.grad is None
    assert "earlier graph" in graph.note


def test_scalar_gradients_are_complete_after_backward():
    a = Tensor(2.0, requires_grad=True, name="a")
    b = Tensor(-3.0, requires_grad=True, name="b")
    c = a * b
    c.name = "c"
    y = c + a
    y.name = "y"
    y.backward()
    graph = graph_of(y)
    assert {name: float(node_named(graph, name).grad) for name in "abcy"} == {"a": -2.0, "b": 2.0, "c": 1.0, "y": 1.0}
    assert [float(edge.contribution) for edge in graph.edges] == [-3.0, 2.0, 1.0, 1.0]
    assert graph.note.startswith("gradients of backward() at test_model.py:")


@pytest.mark.parametrize("retain_graph", [True, False])
def test_array_gradients_equal_grad_and_retained_ones(retain_graph):
    loss, h, leaves = mlp_loss()
    loss.backward(retain_graph=retain_graph)
    graph = graph_of(loss)
    for leaf in leaves:
        np.testing.assert_array_equal(node_named(graph, leaf.name).grad, leaf.grad)
    assert all(node.value is not None for node in graph.nodes)
    assert all(node.grad is not None for node in graph.nodes if node.requires_grad)
    assert ("computed again" in graph.note) is not retain_graph

    again, h, _ = mlp_loss()
    h.retain_grad()
    again.backward()
    np.testing.assert_allclose(ops(graph)["tanh"].grad, h.grad)
    np.testing.assert_allclose(ops(graph)["tanh"].value, h.data)


def test_contributions_of_all_uses_sum_to_the_gradient():
    loss, _, _ = mlp_loss()
    loss.backward()
    graph = graph_of(loss)
    for node in graph.nodes[:-1]:
        if node.requires_grad:
            sent = [edge.contribution for edge in graph.edges if edge.source == node.id]
            np.testing.assert_allclose(sum(sent), node.grad)


def test_positions_of_contributions_where_some_arguments_take_none():
    x = Tensor([1.0, -2.0], requires_grad=True, name="x")
    y = np.where(np.array([True, False]), 3.0, x).sum() + np.concatenate([np.zeros(2), x, x]).sum()
    y.backward()
    graph = graph_of(y)
    by_use = {
        (graph.nodes[e.target].op, e.position): e.contribution.tolist()
        for e in graph.edges
        if graph.nodes[e.source].name == "x"
    }
    assert by_use == {("where", 2): [0.0, 1.0], ("concatenate", 1): [1.0, 1.0], ("concatenate", 2): [1.0, 1.0]}
    assert node_named(graph, "x").grad.tolist() == x.grad.tolist()


def test_a_nan_behind_where_is_zero_as_in_backward():
    x = Tensor([0.0, 4.0], requires_grad=True)
    y = np.where(np.array([False, True]), np.sqrt(x), 0.0).sum()
    y.backward()
    graph = graph_of(y)
    assert graph.edges[0].contribution.tolist() == x.grad.tolist() == [0.0, 0.25]


def test_accumulated_gradients_are_those_of_the_leaf():
    x = Tensor(3.0, requires_grad=True)
    y = x * x
    y.backward(retain_graph=True)
    y.backward()
    assert graph_of(y).nodes[0].grad == 12.0


@pytest.mark.parametrize("gradient", [2.0, Tensor(2.0)])
def test_the_pass_started_with_the_cotangent_it_was_given(gradient):
    x = Tensor(3.0, requires_grad=True)
    y = x * x
    y.backward(gradient)
    assert [node.grad for node in graph_of(y).nodes] == [12.0, 2.0]


def test_a_pass_over_an_array_shows_leaves_only():
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    y.backward(np.ones(2))
    graph = graph_of(y)
    assert graph.nodes[0].grad.tolist() == [2.0, 4.0]
    assert graph.output.grad is None
    assert "leaves only" in graph.note


def test_a_loss_of_one_element_has_all_gradients():
    x = Tensor([[3.0]], requires_grad=True)
    y = x * x
    y.backward()
    assert [node.grad.tolist() for node in graph_of(y).nodes] == [[[6.0]], [[1.0]]]


def test_a_part_of_a_larger_graph_says_where_the_pass_started():
    x = Tensor(3.0, requires_grad=True)
    h = x * x
    (h * 5.0).backward()
    graph = graph_of(h)
    assert graph.output.grad is None
    assert graph.nodes[0].grad == 30.0
    assert "later result" in graph.note


def test_gradients_behind_a_hook_are_not_guessed():
    x = Tensor(3.0, requires_grad=True, name="x")
    h = x * x
    called = []
    h.register_hook(lambda g: called.append(g) or g * 10)
    y = np.sin(h) + x
    y.backward()
    graph = graph_of(y)
    assert ops(graph)["multiply"].grad is None
    assert ops(graph)["sin"].grad == 1.0
    assert node_named(graph, "x").grad == x.grad
    assert len(called) == 1


def test_gradients_that_are_tensors_are_shown_as_arrays():
    x = Tensor(2.0, requires_grad=True)
    y = x**3.0
    y.backward(create_graph=True)
    assert [float(node.grad) for node in graph_of(y).nodes if node.requires_grad] == [12.0, 1.0]
    graph_of(x.grad)


def test_a_failed_pass_is_said():
    w = Tensor([1.0, 2.0], requires_grad=True)
    y = (w * w).sum()
    w.assign([3.0, 4.0])
    with pytest.raises(StaleValueError, match="overwritten"):
        y.backward()
    graph = graph_of(y)
    assert "failed" in graph.note
    assert graph.output.grad is None


# --- freed and overwritten values ---


def test_values_under_an_overwritten_leaf_are_said_to_be_freed():
    w = Tensor([1.0, 2.0], requires_grad=True, name="w")
    v = Tensor([5.0, 6.0], requires_grad=True, name="v")
    y = (np.exp(w) * np.sin(v)).sum()
    y.backward()
    kept = w.grad.copy()
    w.data -= 0.1 * w.grad
    graph = graph_of(y)
    lost = ops(graph)["exp"]
    assert (lost.value, lost.shape, lost.dtype) == (None, (2,), "float64")
    assert lost.remark.startswith("freed by backward() at test_model.py:")
    np.testing.assert_allclose(ops(graph)["sin"].value, np.sin([5.0, 6.0]))
    assert ops(graph)["sin"].grad is None
    assert ops(graph)["sum"].grad == 1.0
    assert graph.output.value == y.item()
    assert node_named(graph, "w").grad.tolist() == kept.tolist()
    assert node_named(graph, "w").value.tolist() == w.data.tolist()
    assert node_named(graph, "w").remark.startswith("overwritten at test_model.py:")
    assert node_named(graph, "v").remark == ""
    assert "overwritten" in graph.note


def test_an_overwritten_scalar_gives_no_false_gradients():
    x = Tensor(3.0, requires_grad=True, name="x")
    y = np.sin(x * x)
    y.backward()
    x.assign(100.0)
    graph = graph_of(y)
    assert ops(graph)["multiply"].value == 9.0
    assert ops(graph)["multiply"].grad == pytest.approx(np.cos(9.0))
    assert all(edge.contribution is None for edge in graph.edges if edge.source == 0)


def test_looking_at_data_is_no_overwriting():
    w = Tensor([1.0, 2.0], requires_grad=True, name="w")
    y = (w * w).sum()
    w.data.sum()
    y.backward()
    w.data.sum()
    graph = graph_of(y)
    assert node_named(graph, "w").remark == ""
    assert ops(graph)["multiply"].value.tolist() == [1.0, 4.0]


def test_an_op_that_will_not_run_twice_costs_only_its_own_value():
    runs = []

    def once(x):
        runs.append(x)
        if len(runs) > 1:
            raise RuntimeError("once is enough")
        return x * 2

    op = elementwise(once, lambda g, y, x: g * 2, name="once")
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = op(x).sum()
    y.backward()
    graph = graph_of(y)
    assert ops(graph)["once"].remark.startswith("freed by")
    assert graph.nodes[0].grad.tolist() == [2.0, 2.0]


# --- a picture changes nothing ---


def test_drawing_leaves_the_graph_untouched():
    loss, _, leaves = mlp_loss()
    other, _, expected = mlp_loss()
    before = snapshot(loss)
    graph_of(loss).to_json()
    assert snapshot(loss) == before
    loss.backward()
    other.backward()
    for leaf, same in zip(leaves, expected, strict=True):
        np.testing.assert_array_equal(leaf.grad, same.grad)
    before = snapshot(loss)
    graph_of(loss)
    assert snapshot(loss) == before
    with pytest.raises(FreedGraphError, match=r"freed by an earlier backward pass at .*test_model.py"):
        loss.backward()


def test_a_graph_shows_the_moment_it_was_taken():
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    y.backward()
    graph = graph_of(y)
    x.data[...] = 7.0
    x.grad[...] = 7.0
    assert graph.nodes[0].value.tolist() == [1.0, 2.0]
    assert graph.nodes[0].grad.tolist() == [2.0, 4.0]
    with pytest.raises(ValueError, match="read-only"):
        graph.nodes[1].value[0] = 0.0


def test_a_chain_of_100_000_under_a_low_recursion_limit():
    x = y = Tensor(1.0, requires_grad=True)
    for _ in range(100_000):
        y = np.negative(y)
    limit = sys.getrecursionlimit()
    depth = len(list(iter_frames()))
    sys.setrecursionlimit(depth + 60)
    try:
        graph_of(y)
        y.backward()
        graph = graph_of(y)
        text = graph.to_json()
    finally:
        sys.setrecursionlimit(limit)
    assert len(graph.nodes) == 100_001
    assert graph.nodes[0].grad == x.grad == 1.0
    assert len(json.loads(text)["nodes"]) == 100_001


def iter_frames():
    frame = sys._getframe()
    while frame is not None:
        yield frame
        frame = frame.f_back


# --- JSON ---


def test_json_has_no_nan_and_round_trips():
    x = Tensor([[1.0, np.inf], [-np.inf, np.nan]], requires_grad=True, name="é</script>\n")
    text = graph_of(x.astype(np.float32) * 0.5).to_json()
    data = json.loads(text, parse_constant=pytest.fail)
    assert data["schema"] == 1
    assert data["nodes"][0]["value"] == {"data": [[1.0, "inf"], ["-inf", "nan"]]}
    assert data["nodes"][0]["name"] == "é</script>\n"
    assert data["output"] == len(data["nodes"]) - 1


def test_json_summarises_large_arrays():
    x = Tensor(np.append(np.arange(2000.0), np.nan), requires_grad=True)
    value = json.loads(graph_of(x).to_json())["nodes"][0]["value"]
    assert value == {"data": None, "min": 0.0, "max": 1999.0, "mean": 999.5, "nan": 1, "inf": 0}
    whole = json.loads(graph_of(x).to_json(max_elements=5000))["nodes"][0]["value"]
    assert whole["data"][:3] == [0.0, 1.0, 2.0]


def test_json_of_empty_arrays_keeps_their_shape():
    x = Tensor(np.zeros((2, 0)), requires_grad=True)
    assert json.loads(graph_of(x).to_json())["nodes"][0]["value"] == {"data": [[], []]}


PROGRAM = """
import numpy as np
from autograd import Tensor, draw, graph_of
x = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True, name="x")
v = Tensor([0.5, 0.25], requires_grad=True)
y = (np.exp(x) * v - x[:, np.array([0, 1])]).sum(axis=0)
y = np.concatenate([y, y * 2, v]).mean()
print(graph_of(y).to_json(), draw(y).source)
y.backward()
print(graph_of(y).to_json(), draw(y).source)
"""


def test_output_is_the_same_in_every_process():
    outputs = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(outputs) == 1
    assert len(outputs.pop()) > 1000
