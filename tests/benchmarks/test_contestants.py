"""The pipe to a peer and who is let in, with this interpreter in the part of the peer's: no environment is needed."""

import importlib
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks import contestants
from benchmarks.contestants import CONTESTANTS, Contestant, Unavailable, answer, environments
from benchmarks.contestants.remote import Remote
from benchmarks.contestants.team import Here, Team
from benchmarks.works.workloads import WORKLOADS


class Peer(Contestant):
    """A contestant in a process of its own, whose environment is this one."""

    here = False
    python = Path(sys.executable)


@pytest.fixture
def remote():
    remote = Remote(Peer("hand", ""))
    yield remote
    remote.close()


def test_a_peer_answers_as_it_would_here(remote):
    asked = {"workload": "xor", "steps": 3}
    assert remote("steps.losses", **asked) == Here("hand")("steps.losses", **asked)
    assert remote("about")["python"].startswith("3.")
    assert remote.wall > 0


def test_an_error_in_a_peer_comes_with_its_traceback_and_the_peer_lives_on(remote):
    with pytest.raises(RuntimeError, match=r"(?s)hand: steps.losses failed.*Traceback.*KeyError: 'nowhere'"):
        remote("steps.losses", workload="nowhere", steps=1)
    assert len(remote("steps.losses", workload="xor", steps=2)) == 2


def test_what_a_peer_prints_is_no_answer(remote, tmp_path, capfd):
    assert remote("about")
    with pytest.raises(RuntimeError, match="no attribute"):
        remote("steps.nothing")
    assert remote("about")


def test_a_peer_that_ended_is_named():
    remote = Remote(Peer("hand", ""))
    remote.process.kill()
    with pytest.raises(RuntimeError, match=r"hand: its process ended, with status -9, at steps\.losses"):
        remote("steps.losses", workload="xor", steps=1)
    remote.close()


def test_who_cannot_run_is_left_out_with_a_reason_and_refused_if_named(monkeypatch, tmp_path):
    monkeypatch.setattr(contestants, "HOME", tmp_path)
    with Team() as team:
        assert list(team.calls) == ["hand", "handout", "eager", "compiled", "native"]
        assert "environments pytorch" in team.left_out["pytorch"]
    with pytest.raises(SystemExit, match="jax: no environment"):
        Team(["hand", "jax"])


def test_an_environment_without_its_library_is_left_out(monkeypatch):
    monkeypatch.setitem(CONTESTANTS, "hips", Peer("hips", "", requirements=("no-such-package==1",)))
    monkeypatch.setattr("benchmarks.contestants.HOME", Path("/nowhere"))
    remote = Remote(CONTESTANTS["hips"])
    # The peer's process reads the table for itself, so that it misses HIPS's own distribution, `autograd`.
    with pytest.raises(Unavailable, match="autograd is not installed in its environment: make bench-peers"):
        remote("about")
    remote.close()


def test_an_environment_is_kept_and_one_that_cannot_be_had_is_told(monkeypatch, tmp_path, capsys):
    commands, made = [], []
    python = tmp_path / "jax" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    monkeypatch.setattr(contestants, "HOME", tmp_path)
    monkeypatch.setattr(environments, "HOME", tmp_path)
    monkeypatch.setattr(environments.venv, "create", lambda home, **options: made.append(home.name))
    monkeypatch.setattr(
        environments.subprocess, "run", lambda command: commands.append(command) or SimpleNamespace(returncode=1)
    )
    monkeypatch.setattr(sys, "argv", ["environments", "jax", "mygrad"])
    environments.main()
    assert made == ["mygrad"]
    assert commands[0][0] == str(python) and "jax[cpu]" in commands[0][-1]
    assert "mygrad: could not be installed, and will be left out" in capsys.readouterr().out


def test_tinygrad_without_clang_says_so(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Unavailable, match="clang"):
        answer("tinygrad", "steps.seconds", {})


def test_tinygrad_finds_the_clang_inside_of_ziglang(monkeypatch, tmp_path):
    (tmp_path / "ziglang").mkdir()
    (tmp_path / "ziglang" / "__init__.py").touch()
    zig = tmp_path / "ziglang" / "zig"
    zig.write_text('#!/bin/sh\necho "$@"\n')
    zig.chmod(0o755)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("CC", "")
    monkeypatch.delitem(sys.modules, "benchmarks.contestants.tinygrad", raising=False)
    importlib.import_module("benchmarks.contestants.tinygrad")
    assert subprocess.run([os.environ["CC"], "-c", "-"], capture_output=True, text=True).stdout == "clang -c -\n"
    monkeypatch.delitem(sys.modules, "benchmarks.contestants.tinygrad")


def test_every_folder_is_a_contestant_and_every_contestant_has_a_folder():
    home = Path(contestants.__file__).parent
    assert {path.parent.name for path in home.glob("*/__init__.py")} == set(CONTESTANTS)
    assert all(any(path.stem != "__init__" for path in (home / name).glob("*.py")) for name in CONTESTANTS)


@pytest.mark.parametrize("name", WORKLOADS)
def test_the_engine_trains_as_the_hand_written_program_does(name):
    from benchmarks.reports.training import verify

    verify(name, {"hand": Here("hand"), "eager": Here("eager")})


def test_a_contestant_that_trains_differently_is_refused():
    from benchmarks.reports.training import verify

    hand = Here("hand")
    wrong = lambda target, **arguments: [1.001 * loss for loss in hand(target, **arguments)]
    with pytest.raises(RuntimeError, match="wrong does not train as hand does"):
        verify("xor", {"hand": hand, "wrong": wrong})
