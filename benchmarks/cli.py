"""The command line: choose what to measure, print it, keep the figures."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from benchmarks import environment
from benchmarks.measure import Factory, race, table, verify
from benchmarks.workloads import WORKLOADS

OTHERS = ("scalar", "chain", "ops", "optimizers", "jacobians")
CONTESTANTS = ("hand", "eager", "compiled")


def load(name: str) -> Factory:
    """Import one contestant; a missing one is an error, never a gap in the table."""
    if name == "hand":
        from benchmarks.hand import Hand

        return Hand
    from benchmarks.engine import Compiled, Eager

    return {"eager": Eager, "compiled": Compiled}[name]


def train(names: list[str], contestants: list[str], rounds: int) -> dict[str, Any]:
    """Measure and print training steps; every contestant is compared with the first."""
    factories = {name: load(name) for name in contestants}
    reference, *others = contestants
    results: dict[str, Any] = {}
    rows = [["training step", "contestant", "us", "spread", f"x {reference}", "spread", "budget"]]
    for name in names:
        workload = WORKLOADS[name]
        difference = verify(workload, factories)
        outcome = race(workload, factories, rounds)
        for contestant in contestants:
            summary = outcome.summary(contestant)
            row = [name, contestant, f"{summary.median * 1e6:.1f}", f"{summary.spread:.0%}"]
            if contestant in others:
                ratio = outcome.ratio(contestant, reference)
                row += [f"{ratio.median:.2f}", f"{ratio.spread:.0%}"]
                row.append(f"<= {workload.eager_budget}" if contestant == "eager" else "")
            rows.append(row + [""] * (len(rows[0]) - len(row)))
        results[name] = {"seconds": outcome.seconds, "largest relative difference of losses": difference}
    print(table(rows))
    return results


def _names(text: str) -> list[str]:
    return text.split(",")


def main() -> None:
    """Run the chosen benchmarks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only", type=_names, default=[*WORKLOADS, *OTHERS], help="of " + ",".join([*WORKLOADS, *OTHERS])
    )
    parser.add_argument("--contestants", type=_names, default=[*CONTESTANTS], help="of " + ",".join(CONTESTANTS))
    parser.add_argument("--rounds", type=int, default=30, help="more rounds, narrower medians (default 30)")
    parser.add_argument("--json", type=Path, help="where to write the figures (default benchmarks/results/DATE.json)")
    arguments = parser.parse_args()
    for given, known in ((arguments.only, [*WORKLOADS, *OTHERS]), (arguments.contestants, CONTESTANTS)):
        if unknown := set(given) - set(known):
            parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(known)}")

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
    if "jacobians" in arguments.only:
        from benchmarks import jacobians

        print()
        results["jacobians"] = jacobians.report(few)

    path = arguments.json or Path(__file__).parent / "results" / f"{about['date'][:19].replace(':', '')}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=1))
    print(f"\nwritten to {path}")
