"""The command measures what it says, in the process state it says. No time is asserted."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(*options, **environment):
    command = [sys.executable, "-m", "benchmarks", *options]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True)


def test_figures_are_written_and_an_inherited_environment_is_mended(tmp_path):
    path, summary = tmp_path / "figures.json", tmp_path / "summary.json"
    options = ["--only=xor", "--contestants=hand,eager", "--rounds=2", f"--json={path}", f"--summary={summary}"]
    done = run(*options, OPENBLAS_CORETYPE="Prescott", OMP_NUM_THREADS="2")
    assert done.returncode == 0, done.stderr
    figures, short = (json.loads(p.read_text(encoding="utf-8")) for p in (path, summary))
    assert "Prescott" not in figures["environment"]["blas"]
    seconds = figures["training"]["xor"]["seconds"]["hand"]
    assert len(seconds.pop("rounds")) == 2
    assert short["training"]["xor"]["seconds"]["hand"] == seconds
    assert figures["training"]["xor"]["yardstick"] == "hand"


def test_a_run_is_compared_with_a_stored_one(tmp_path):
    summary, options = tmp_path / "summary.json", ["--only=xor", "--contestants=hand,eager", "--rounds=1"]
    options += [f"--json={tmp_path / 'figures.json'}", "--clock=processor"]
    assert run(*options, f"--summary={summary}").returncode == 0
    stored = json.loads(summary.read_text())
    stored["training"]["xor"]["ratios"]["eager"] = {"median": 0.01, "low": 0.01, "high": 0.01}
    summary.write_text(json.dumps(stored))
    done = run(*options, f"--against={summary}")
    assert "1 of 1 ratios moved" in done.stdout and "training xor eager" in done.stdout
    assert "processor" in done.stdout


def test_a_run_without_the_engine_never_imports_it():
    code = "import sys, benchmarks.cli, benchmarks.reports.training; assert not {'autograd', 'nn'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_unknown_names_are_refused_with_those_there_are():
    done = run("--only=xor,moon")
    assert done.returncode == 2 and "unknown: moon; there are xor, moons" in done.stderr
