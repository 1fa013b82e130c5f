"""The command measures what it says, in the process state it says. No time is asserted."""

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import ops, peers
from benchmarks.engine import Eager
from benchmarks.hand import Hand
from benchmarks.measure import Summary, interleave, verify
from benchmarks.programs import Local
from benchmarks.workloads import WORKLOADS

ROOT = Path(__file__).parents[2]


def test_figures_are_written_and_an_inherited_environment_is_mended(tmp_path):
    path = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks", "--only=xor", "--contestants=hand", "--rounds=2", f"--json={path}"]
    environment = {**os.environ, "OPENBLAS_CORETYPE": "Prescott", "OMP_NUM_THREADS": "2"}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    figures = json.loads(path.read_text(encoding="utf-8"))
    assert "Prescott" not in figures["environment"]["blas"]
    assert len(figures["training"]["xor"]["seconds"]["hand"]) == 2


@pytest.mark.parametrize("name", WORKLOADS)
def test_the_engine_trains_as_the_hand_written_program_does(name):
    verify(name, {"hand": Local(Hand), "eager": Local(Eager)})


def test_a_contestant_that_trains_differently_is_refused():
    class Wrong(Hand):
        def step(self) -> float:
            return super().step() * 1.001

    with pytest.raises(RuntimeError, match="wrong does not train as hand does"):
        verify("xor", {"hand": Local(Hand), "wrong": Local(Wrong)})


def test_ratios_compare_within_a_round():
    clock = iter([1.0, 2.0, 10.0, 20.0])
    race = interleave({"a": lambda: next(clock), "b": lambda: next(clock)}, rounds=2, repeats=1)
    assert race.seconds == {"a": [1.0, 10.0], "b": [2.0, 20.0]}
    assert race.ratio("b", "a") == Summary(2.0, 2.0, 2.0)


def test_peers_take_part_where_they_are_installed_and_the_others_are_named(monkeypatch, capsys):
    def missing():
        raise ImportError

    def peer(name, takes_arrays):
        ours = peers.OURS
        return lambda: peers.Engine(name, ours.parameter, ours.constant, ours.zero_grad, takes_arrays)

    loaders = {"absent": missing, "arrays too": peer("arrays too", True), "scalars": peer("scalars", False)}
    monkeypatch.setattr(peers, "PEERS", loaders)
    monkeypatch.setattr(ops, "OPS", ops.OPS[:1])
    monkeypatch.setattr(ops, "engines", peers.engines.__wrapped__)
    figures = ops.report(1)
    gc.unfreeze()
    assert "not installed here, so not measured: absent" in capsys.readouterr().out
    assert set(figures["arrays of 4"]["y + c"]) == {"autograd", "arrays too", "numpy"}
    assert set(figures["scalars"]["y + c"]) == {"autograd", "arrays too", "scalars", "numpy"}


def test_an_engine_that_finds_another_derivative_is_refused(monkeypatch):
    ours = peers.OURS
    wrong = peers.Engine("wrong", lambda v: ours.parameter(2 * v), ours.constant, ours.zero_grad)
    monkeypatch.setattr(ops, "engines", lambda: (ours, wrong))
    with pytest.raises(RuntimeError, match=r"y \* c: wrong finds the derivative"):
        ops.report(1)
