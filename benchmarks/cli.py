"""The command line: choose what to measure, print it, keep the figures."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from benchmarks import environment
from benchmarks.measure import race, table, verify
from benchmarks.peers import PEERS
from benchmarks.peers.remote import Remote
from benchmarks.programs import Distant, Local, Program
from benchmarks.workloads import WORKLOADS

OTHERS = ("scalar", "chain", "ops", "optimizers", "derivatives")
CONTESTANTS = ("hand", "eager")
TRAINING_PEERS = ("pytorch", "jax", "mygrad", "hips", "tinygrad")


def load(name: str) -> Program:
    """One contestant of the training steps; a missing one is an error, never a gap in the table."""
    if name == "hand":
        from benchmarks.hand import Hand

        return Local(Hand)
    if name == "eager":
        from benchmarks.engine import Eager

        return Local(Eager)
    if not PEERS[name].python.exists():
        raise SystemExit(
            f"{name} has no environment: make bench-peers, or python -m benchmarks.peers.environments {name}"
        )
    return Distant(Remote(PEERS[name]))


def train(names: list[str], contestants: list[str], rounds: int) -> dict[str, Any]:
    """Measure and print training steps; every contestant is compared with the first."""
    programs = {name: load(name) for name in contestants}
    reference, *others = contestants
    results: dict[str, Any] = {}
    rows = [["training step", "contestant", "us", "spread", f"x {reference}", "spread", "budget", "eager's part"]]
    for name in names:
        differences = verify(name, programs)
        outcome = race(name, programs, rounds)
        for contestant in contestants:
            summary = outcome.summary(contestant)
            row = [name, contestant, f"{summary.median * 1e6:.1f}", f"{summary.spread:.0%}"]
            if contestant in others:
                ratio = outcome.ratio(contestant, reference)
                row += [f"{ratio.median:.2f}", f"{ratio.spread:.0%}"]
                row.append(f"<= {WORKLOADS[name].eager_budget}" if contestant == "eager" else "")
                if contestant in PEERS and "eager" in contestants:
                    row.append(f"{outcome.ratio('eager', contestant).median:.2f}")
            rows.append(row + [""] * (len(rows[0]) - len(row)))
        results[name] = {"seconds": outcome.seconds, "largest relative difference of losses": differences}
    print(table(rows))
    return results


def _names(text: str) -> list[str]:
    return text.split(",")


def _arguments() -> argparse.Namespace:
    works, contestants = [*WORKLOADS, *OTHERS], [*CONTESTANTS, *TRAINING_PEERS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", type=_names, default=works, help="of " + ",".join(works))
    parser.add_argument("--contestants", type=_names, default=[*CONTESTANTS], help="of " + ",".join(contestants))
    parser.add_argument("--rounds", type=int, default=30, help="more rounds, narrower medians (default 30)")
    parser.add_argument("--json", type=Path, help="where to write the figures (default benchmarks/results/DATE.json)")
    arguments = parser.parse_args()
    for given, known in ((arguments.only, works), (arguments.contestants, contestants)):
        if unknown := set(given) - set(known):
            parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return arguments


def main() -> None:
    """Run the chosen benchmarks."""
    arguments = _arguments()
    about = environment.describe()
    for name, value in about.items():
        print(f"{name + ':':8}{value}")
    results: dict[str, Any] = {"environment": about, "rounds": arguments.rounds}
    few = max(3, arguments.rounds // 3)
    if names := [name for name in WORKLOADS if name in arguments.only]:
        print()
        results["training"] = train(names, arguments.contestants, arguments.rounds)
    if {"scalar", "chain"} & set(arguments.only):
        from benchmarks import scalars

        if "scalar" in arguments.only:
            print()
            results["scalar"] = scalars.report_mlp(few)
        if "chain" in arguments.only:
            print()
            results["chain"] = scalars.report_chain(3)
    if "ops" in arguments.only:
        from benchmarks import ops

        print()
        results["ops"] = ops.report(few)
    if "optimizers" in arguments.only:
        from benchmarks import optimizers

        print()
        results["optimizers"] = optimizers.report(few)
    if "derivatives" in arguments.only:
        from benchmarks import derivatives

        print()
        others = {name: Remote(PEERS[name]) for name in arguments.contestants if name in ("pytorch", "jax")}
        results["derivatives"] = derivatives.report(few, others)

    path = arguments.json or Path(__file__).parent / "results" / f"{about['date'][:19].replace(':', '')}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=1))
    print(f"\nwritten to {path}")
