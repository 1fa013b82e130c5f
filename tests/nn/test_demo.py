"""`python -m nn.demo`: what it prints and writes, the same in every run, and with less installed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from nn import demo

FILES = ["graph.gv", "graph.svg", "learning_curve.png"]


@pytest.fixture
def no_dot(monkeypatch, tmp_path):
    """A machine without the `dot` program."""
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))


def run(out: Path, capsys, *arguments: str) -> str:
    """What the demo prints, with `out` for the folder's name."""
    demo.main(["--epochs", "2", "--out", str(out), *arguments])
    return capsys.readouterr().out.replace(str(out), "out")


def percentages(printed: str, row: str) -> list[float]:
    (line,) = [line for line in printed.splitlines() if line.startswith(row)]
    return [float(number) for number in re.findall(r"([\d.]+)%", line)]


def test_same_seed_same_output_and_files(tmp_path, capsys):
    first, second = run(tmp_path / "1", capsys), run(tmp_path / "2", capsys)
    assert first == second
    for name in FILES:
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes(), name
    assert sorted(path.name for path in (tmp_path / "1").iterdir()) == FILES
    assert run(tmp_path / "3", capsys, "--seed", "1") != first


def test_prints_accuracies_the_check_and_the_files(tmp_path, capsys):
    printed = run(tmp_path, capsys)
    assert "1,437 images to learn from, 360 to test on" in printed
    for row in ("MLP 64-128-64-10", "linear"):
        training, test = percentages(printed, row)
        assert 80 < training <= 100 and 80 < test <= 100
    assert "check_module of MLP: PASS" in printed
    for parameter in ("0.weight", "0.bias", "3.weight", "3.bias", "6.weight", "6.bias"):
        assert re.search(rf"^{parameter} .* PASS$", printed, re.MULTILINE)
    for name in FILES:
        assert f"out/{name} " in printed


def test_graph_names_parameters_and_the_demos_own_line(tmp_path, capsys):
    run(tmp_path, capsys)
    source = (tmp_path / "graph.gv").read_text(encoding="utf-8")
    for name in ("images", "0.weight", "6.bias", "loss = "):
        assert f"<B>{name}" in source
    assert re.search(r"gradients of backward\(\) at demo\.py:\d+", source)
    assert (tmp_path / "graph.svg").read_text(encoding="utf-8").rstrip().endswith("</svg>")


def test_without_any_graphviz_the_source_is_written_and_the_remedy_named(tmp_path, capsys, monkeypatch, no_dot):
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    printed = run(tmp_path / "out", capsys)
    (line,) = [line for line in printed.splitlines() if "graph.gv" in line]
    assert "apt install graphviz" in line and "pip install 'readgrad[viz]'" in line
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["graph.gv", "learning_curve.png"]


def test_without_dot_pygraphviz_draws(tmp_path, capsys, no_dot):
    pytest.importorskip("pygraphviz")
    assert "out/graph.svg " in run(tmp_path, capsys)


@pytest.mark.parametrize(
    ("module", "package"), [("sklearn", "scikit-learn"), ("tqdm", "tqdm"), ("matplotlib", "matplotlib")]
)
def test_a_missing_extra_is_named_in_one_line_before_the_work(tmp_path, capsys, monkeypatch, module, package):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SystemExit) as caught:
        run(tmp_path / "out", capsys)
    assert caught.value.code == f"the demo needs {package}: pip install 'readgrad[train]'"
    assert capsys.readouterr().out == ""
    assert not (tmp_path / "out").exists()


def test_refuses_no_epochs(capsys):
    with pytest.raises(SystemExit):
        demo.main(["--epochs", "0"])
    assert "--epochs is at least 1, not 0" in capsys.readouterr().err


@pytest.mark.slow
def test_as_users_run_it_it_beats_the_linear_baseline(tmp_path):
    command = [sys.executable, "-W", "error", "-m", "nn.demo", "--out", str(tmp_path)]
    result = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    _, test = percentages(result.stdout, "MLP")
    assert test >= 97
    assert test > percentages(result.stdout, "linear")[1]
    assert "epoch 60 of 60" in result.stderr  # the progress bar
