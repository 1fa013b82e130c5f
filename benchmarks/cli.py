"""The command line: choose what to measure and who takes part, print it, keep the figures."""

from __future__ import annotations

import argparse
import json
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks import compare, environment, plots
from benchmarks.contestants import CONTESTANTS
from benchmarks.contestants.team import Team
from benchmarks.reports import Nobody, Run
from benchmarks.works.workloads import WORKLOADS

# Modules of `reports`, imported only if asked for, so that a run without the engine needs none.
SECTIONS = (
    "training",
    "scaling",
    "learning",
    "scalar",
    "chain",
    "ops",
    "optimizers",
    "derivatives",
    "jacobians",
    "checking",
    "memory",
    "imports",
)


def _names(text: str) -> list[str]:
    return text.split(",")


def _arguments() -> argparse.Namespace:
    works = [*WORKLOADS, *SECTIONS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", type=_names, default=[*SECTIONS], help="of " + ",".join(works))
    parser.add_argument(
        "--contestants", type=_names, help="default: all that can be had of " + ",".join(CONTESTANTS), metavar="NAMES"
    )
    parser.add_argument("--rounds", type=int, default=30, help="more rounds, narrower medians (default 30)")
    parser.add_argument("--clock", choices=("wall", "processor"), default="wall", help="processor: on a busy machine")
    parser.add_argument("--json", type=Path, help="where to write the figures (default benchmarks/results/DATE.json)")
    parser.add_argument("--against", type=Path, help="figures of another run: which ratios have moved?")
    parser.add_argument("--summary", type=Path, help="where to write medians and quartiles only, to compare with later")
    arguments = parser.parse_args()
    for given, known in ((arguments.only, works), (arguments.contestants or [], [*CONTESTANTS])):
        if unknown := set(given) - set(known):
            parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return arguments


def _measure(team: Team, only: list[str], rounds: int, results: dict[str, Any]) -> None:
    """Add the chosen sections to the results, one after the other."""
    chosen = tuple(name for name in WORKLOADS if name in only)
    run = Run(team, rounds, chosen or tuple(WORKLOADS))
    for name in SECTIONS:
        if name in only or (name == "training" and chosen):
            print(flush=True)
            try:
                results[name] = import_module(f"benchmarks.reports.{name}").report(run)
            except Nobody as reason:
                print(f"{name}: {reason}")


def _write(results: dict[str, Any], path: Path) -> None:
    """The figures, and their pictures."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=1))
    print(f"written to {path}")
    try:
        for picture in plots.draw(results, path):
            print(f"drawn in {picture}")
    except ImportError:
        print("not drawn: for pictures, pip install matplotlib")


def main() -> None:
    """Run the chosen benchmarks."""
    arguments = _arguments()
    environment.choose_clock(arguments.clock)
    stored = compare.load(arguments.against) if arguments.against else None
    with Team(arguments.contestants) as team:
        about = environment.describe() | {"peers": team.versions}
        environment.show(about)
        for name, reason in team.left_out.items():
            print(f"left out: {name}: {reason}")
        results = {"environment": about, "rounds": arguments.rounds}
        try:
            _measure(team, arguments.only, arguments.rounds, results)
        finally:  # what was measured before an error or Ctrl-C is worth keeping
            about["processor share"] = team.processor_share()
            shares = ", ".join(f"{name} {share:.2f}" for name, share in about["processor share"].items())
            print(f"\nprocessor seconds a second: {shares or 'no contestant was called'}")
            date = about["date"][:19].replace(":", "")
            _write(results, arguments.json or Path(__file__).parent / "results" / f"{date}.json")
    if arguments.summary:
        arguments.summary.write_text(compare.text(compare.summary(results)) + "\n")
    if stored is not None:
        print(f"\n{compare.report(stored, results)}")
