"""What a compiled function tells of its program: a picture, memory, and counts and times of its operations."""

import json
import tracemalloc

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor
from autograd.compiler.picturing import graph_of_program


def training_step(sizes=(2, 3, 1), batch=4, **options):
    model = nn.MLP(list(sizes), activation="tanh", rng=0)
    optimizer = nn.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    rng = np.random.default_rng(0)

    def step(x, t):
        optimizer.zero_grad()
        prediction = model(x)
        loss = nn.mse_loss(prediction, t)
        loss.backward()
        optimizer.step()
        return loss

    arguments = rng.normal(size=(batch, sizes[0])), rng.normal(size=(batch, sizes[-1]))
    return autograd.compile(step, **options), model, arguments


def chain(n):
    def f(x):
        for _ in range(n):
            x = np.sin(x) * np.cos(x)
        y = x * 2
        return y

    return autograd.compile(autograd.value_and_grad(f))


# --- the picture ---


def test_picture_has_a_box_for_each_line_in_the_frame_of_its_section():
    step, _, arguments = training_step()
    step(*arguments)
    drawn = step.draw().source
    for section in ("forward", "backward", "update"):
        assert drawn.count(f"label={section} ") == 1
    for line in ("np.tanh(z)", "d_prediction @ weight_2", "return loss"):
        assert line in drawn
    assert step.draw().source == drawn


def test_graph_of_a_program_is_the_view_model_in_topological_order():
    step, _, arguments = training_step()
    step(*arguments)
    graph = graph_of_program(step._latest().source, 60)
    data = json.loads(graph.to_json())
    assert [node["id"] for node in data["nodes"]] == list(range(len(graph.nodes)))
    assert all(edge["source"] < edge["target"] for edge in data["edges"])
    by_name = {node.name: node for node in graph.nodes}
    assert by_name["x"].kind == "constant" and by_name["weight_0"].kind == "leaf"
    assert by_name["h"].shape == (4, 3) and by_name["h"].section == "forward"
    assert by_name["d_h"].location.text == "loss.backward()"
    into_h = {graph.nodes[edge.source].name for edge in graph.edges if edge.target == by_name["h"].id}
    assert into_h == {"z"}
    assert graph.output.op == "return loss"


def test_a_changed_array_is_another_box_than_its_old_value():
    step, _, arguments = training_step()
    step(*arguments)
    graph = graph_of_program(step._latest().source, 60)
    old, new = (node for node in graph.nodes if node.name == "parameters")
    assert (old.section, new.section) == ("", "update")
    assert (old.id, new.id) in [(edge.source, edge.target) for edge in graph.edges]


@pytest.mark.parametrize("most", [1, 3, 10, 40])
def test_long_programs_are_folded(most):
    f = chain(30)
    f(0.5)
    lines = len(f._latest().source.statements)
    graph = graph_of_program(f._latest().source, most)
    assert lines > 60 and f"{lines} lines of NumPy, folded to" in graph.note
    assert len(graph.nodes) < 10
    assert all(edge.source < edge.target for edge in graph.edges)
    reached = {edge.target for edge in graph.edges}
    assert {node.id for node in graph.nodes if node.kind == "op"} <= reached  # nothing hangs in the air
    assert "lines, to" in f.draw(max_nodes=most).source


def test_many_inputs_are_one_box():
    weights = [Tensor([float(i), 1.0], requires_grad=True) for i in range(50)]

    @autograd.compile
    def f(x):
        y = x
        for w in weights:
            y = y + w * x
        y.sum().backward()
        return y

    f(np.ones(2))
    source = f.draw(max_nodes=20).source
    assert "51 inputs" in source


def test_picture_of_a_program_renders(tmp_path):
    f = autograd.compile(lambda x: (x, 3 * x))
    f(np.ones(2))
    svg = f.draw().pipe(format="svg").decode()
    assert "return x, " in svg
    with pytest.raises(ValueError, match="rankdir"):
        f.draw(rankdir="up")
    with pytest.raises(ValueError, match="max_nodes"):
        f.draw(max_nodes=0)


# --- memory ---


def test_planned_memory_is_what_a_call_holds():
    n = 100_000

    def f(x):
        return np.sum(np.exp(np.sin(np.cos(x)) * x))

    compiled = autograd.compile(autograd.grad(f))
    x = np.ones(n)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        compiled(x)
        kept = tracemalloc.get_traced_memory()[0] - before
        memory = compiled.memory()
        tracemalloc.reset_peak()
        held = tracemalloc.get_traced_memory()[0]
        compiled(x)
        anew = tracemalloc.get_traced_memory()[1] - held
    finally:
        tracemalloc.stop()
    assert memory.kept == pytest.approx(kept, rel=0.3)
    assert memory.planned - memory.kept <= anew + 1000
    assert memory.unplanned > memory.planned
    assert f"{memory.planned:,} as planned" in str(memory)


def test_parameters_are_no_part_of_the_memory():
    step, model, arguments = training_step((50, 400, 1))
    step(*arguments)
    count = sum(p.size for p in model.parameters())
    assert step.memory().kept < 8 * 4 * count


# --- counts and times ---


def test_stats_count_operations_after_each_pass():
    f = autograd.compile(lambda x: np.sum((x * 1 + 0) * (x * 1 + 0)) + np.sum(x * 0 + 2) * 0)
    f(np.ones(3))
    stats = f.stats()
    assert stats.written[0].name == "recorded" and stats.written[0].operations > stats.written[-1].operations
    assert stats.written[-1].operations == len(f.program.equations) == stats.run[0].operations
    assert stats.run[-1].operations == len(f._latest().linked.plan.program.equations)
    assert "recorded" in str(stats) and not stats.lines


def test_stats_with_numba_follow_the_passes_to_loops():
    pytest.importorskip("numba")
    f = autograd.compile(lambda x, w: np.sum(np.tanh(x @ w)), backend="numba")
    arguments = np.ones((5, 3)), np.ones((3, 2))
    f(*arguments)
    stats = f.stats(*arguments)
    assert "products_apart" in [one.name for one in stats.run] and "turned" not in [one.name for one in stats.run]
    assert stats.run[-1].operations == len(f._latest().linked.plan.program.equations)
    assert [line.text for line in stats.lines] == ["z = x @ w", "h = np.tanh(z)", "y = np.sum(h)"]  # as `save` writes


def test_times_of_lines_leave_parameters_state_and_generators_alone():
    model = nn.Sequential(nn.Linear(2, 3, rng=0), nn.BatchNorm1d(3), nn.Dropout(0.5), nn.Linear(3, 1, rng=0))
    optimizer = nn.optim.Adam(model.parameters(), lr=0.1)

    @autograd.compile
    def step(x, t):
        optimizer.zero_grad()
        loss = nn.mse_loss(model(x), t)
        loss.backward()
        optimizer.step()
        return loss

    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(8, 2)), rng.normal(size=(8, 1))
    step(x, t)
    before = [np.array(value) for value in step.inputs(x, t) if isinstance(value, np.ndarray)]
    states = [v.bit_generator.state for v in step.inputs(x, t) if isinstance(v, np.random.Generator)]
    version = model[0].weight.version
    stats = step.stats(x, t)
    after = [value for value in step.inputs(x, t) if isinstance(value, np.ndarray)]
    for a, b in zip(before, after, strict=True):
        np.testing.assert_array_equal(a, b)
    assert states and states == [v.bit_generator.state for v in step.inputs(x, t) if isinstance(v, np.random.Generator)]
    assert model[0].weight.version == version
    source = step.source.splitlines()
    assert all(line.text in source[line.number - 1] for line in stats.lines)
    assert len(stats.lines) >= len(step._latest().source.statements)
    assert "line of NumPy" in str(stats)


def test_inspection_before_the_first_call():
    f = autograd.compile(lambda x: x)
    for ask in (f.memory, f.stats, f.draw):
        with pytest.raises(autograd.CaptureError, match="has not been called"):
            ask()
