"""What a section refuses and says, with stand-ins for contestants. No time is asserted."""

from importlib import import_module
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks import plots
from benchmarks.cli import SECTIONS
from benchmarks.contestants.team import Here, Team
from benchmarks.reports import Nobody, Run, checking, imports, learning, memory, ops, scalar, scaling, training
from benchmarks.works import values, workloads
from benchmarks.works.roofline import operations, traffic

ENVIRONMENT = {
    "date": "2026-11-21",
    "commit": "abc",
    "cpu": "one",
    "python": "CPython 3",
    "numpy": "2",
    "clock": "wall",
}


class Stand:
    """Our engine under another name, able to change an answer or to know less."""

    def __init__(self, name, change=lambda target, result: result):
        self.call, self.change = Here("eager"), change

    def __call__(self, target, /, **arguments):
        return self.change(target, self.call(target, **arguments))


def run(**calls):
    return Run(SimpleNamespace(calls=calls, doing=lambda work: calls), 1, ("xor",))


def doubled(target, result):
    return 2 * np.array(result) if target.endswith(("slope", "losses")) else result


def test_a_contestant_that_finds_another_derivative_is_refused(monkeypatch):
    monkeypatch.setattr(ops, "OPS", {"y * c": values.OPS["y * c"]})
    with pytest.raises(RuntimeError, match=r"y \* c: wrong finds the derivative"):
        ops.report(run(eager=Here("eager"), wrong=Stand("wrong", doubled)))


def test_a_contestant_that_trains_numbers_differently_is_refused():
    with pytest.raises(RuntimeError, match="scalar: wrong trains differently"):
        scalar.report(run(eager=Here("eager"), wrong=Stand("wrong", doubled)))


def test_ops_that_a_contestant_lacks_are_left_out_of_its_column(monkeypatch, capsys):
    monkeypatch.setattr(ops, "OPS", {"y + c": values.OPS["y + c"]})
    lacking = Stand("few", lambda target, result: None if target.endswith("slope") and len(result) == 4 else result)
    figures = ops.report(run(eager=Here("eager"), few=lacking))
    assert set(figures["arrays of 4"]["y + c"]["seconds"]) == {"eager", ops.YARDSTICK}
    assert set(figures["scalars"]["y + c"]["seconds"]) == {"eager", "few", ops.YARDSTICK}
    assert capsys.readouterr().out.count("few ns") == 1


def test_both_learn_the_digits_from_the_same_start_in_as_many_epochs(monkeypatch):
    monkeypatch.setattr("benchmarks.works.learning.TARGET", 0.93)
    with Team(["hand", "eager"]) as team:
        epochs = learning.report(Run(team, 1, ()))["epochs"]
    assert epochs["hand"] == epochs["eager"]
    assert 1 < max(epochs["hand"]) < 20


def test_the_checked_network_has_100_000_parameters_and_passes(monkeypatch):
    assert sum(p.size for p in checking.Checked().model.parameters()) == 100_370
    monkeypatch.setattr(checking, "SIZES", (4, 3, 2))
    assert set(checking.report(run(eager=Here("eager")))["ratios"]) == {"check", "check, one by one", "look", "step"}


def test_a_step_holds_at_least_its_activations_and_a_node_its_value():
    figures = memory.report(run(eager=Here("eager")))
    assert all(peak > 2 * 4 * 4 * 4 for peak in figures["peak of a step"]["xor"].values())
    assert figures["bytes a node"]["4 numbers"] > figures["bytes a node"]["a number"] > 8


def test_imports_are_measured_beyond_numpys(monkeypatch):
    figures = imports.report(run(eager=Here("eager")))
    assert set(figures["seconds"]) == {"eager", "numpy"}


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_whom_nobody_takes_part_in_says_so(name):
    with pytest.raises(Nobody, match="not measured"):
        import_module(f"benchmarks.reports.{name}").report(run())


def test_operations_and_traffic_of_a_step_are_counted_by_hand():
    xor = workloads.WORKLOADS["xor"]  # 2-4-1 on 4 points, SGD
    assert operations(xor) == 2 * 4 * (2 * 8 + 3 * 4)
    assert traffic(xor) == 4 * (5 * 12 + 4 + 6 * 4 * 5 + 2 * 4 * 2)


def test_runs_are_drawn(monkeypatch, tmp_path):
    monkeypatch.setattr(
        scaling, "SCALES", {n: workloads.SCALES[n] for n in ("batch 1", "batch 4", "width 4", "width 16")}
    )
    monkeypatch.setattr("benchmarks.works.roofline.N", 64)
    monkeypatch.setattr("benchmarks.works.roofline.COPIED", 1 << 12)
    with Team(["hand", "eager"]) as team:
        chosen = Run(team, 1, ("xor", "moons"))
        results = {"training": training.report(chosen), "scaling": scaling.report(chosen), "environment": ENVIRONMENT}
    assert set(results["scaling"]["points"]["batch 1"]["seconds"]) == {"hand", "eager"}
    for path in plots.draw(results, tmp_path / "run.json"):
        assert path.read_bytes().startswith(b"\x89PNG")
    assert {path.name for path in tmp_path.iterdir()} == {"run.training.png", "run.scaling.png"}
