"""A run beside a stored one: which ratios have moved by more than their spread?

Only ratios to a yardstick that ran in the same rounds are compared: times belong to one machine on one day.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measure import table


def load(path: Path) -> dict[str, Any]:
    """A stored run."""
    try:
        return json.loads(path.read_text())
    except (OSError, json.JSONDecodeError) as error:
        raise SystemExit(f"--against {path}: {error}") from None


def summary(results: Any) -> Any:
    """The results without the figures of single rounds: small enough to keep in the repository."""
    if isinstance(results, dict):
        return {key: summary(value) for key, value in results.items() if key != "rounds" or not isinstance(value, list)}
    return results


def text(value: Any, depth: int = 0) -> str:
    """JSON with one line for each race, which a diff can show."""
    if not isinstance(value, dict) or "ratios" in value or not any(isinstance(v, dict) for v in value.values()):
        return json.dumps(value)
    lines = (f"{' ' * (depth + 1)}{json.dumps(key)}: {text(v, depth + 1)}" for key, v in value.items())
    return "{\n" + ",\n".join(lines) + "\n" + " " * depth + "}"


def ratios(results: dict[str, Any], place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, float]]]:
    """Every ratio of a run, with its place: section, work, contestant, yardstick."""
    for key, value in results.items():
        if key == "ratios":
            for name, ratio in value.items():
                yield (*place, name, results["yardstick"]), ratio
        elif isinstance(value, dict):
            yield from ratios(value, (*place, key))


def report(stored: dict[str, Any], fresh: dict[str, Any]) -> str:
    """Say which ratios moved: those whose quartiles, then and now, do not overlap."""
    before, now = dict(ratios(stored)), dict(ratios(fresh))
    common = [place for place in now if place in before]
    rows = [["moved beyond its spread", "ratio to", "then", "now", "change"]]
    for place in common:
        old, new = before[place], now[place]
        if new["low"] > old["high"] or new["high"] < old["low"]:
            *work, yardstick = place
            change = f"{new['median'] / old['median'] - 1:+.0%}"
            rows.append([" ".join(work), yardstick, f"{old['median']:.2f}", f"{new['median']:.2f}", change])
    head = "Against " + ", ".join(stored["environment"][name] for name in ("date", "commit", "cpu", "python", "clock"))
    verdict = f"{len(rows) - 1} of {len(common)} ratios moved; {len(now) - len(common)} have no counterpart there"
    return "\n".join([head, *([table(rows)] if len(rows) > 1 else []), verdict])
