"""Where overhead ends and BLAS begins: steps on growing batches, of growing networks, under the machine's roofline."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from benchmarks.measure import Race, interleave, table
from benchmarks.reports import Nobody, Run
from benchmarks.reports.training import race, verify
from benchmarks.works.roofline import Machine, operations, traffic
from benchmarks.works.workloads import SCALES

DRAWN = ("hand", "eager", "pytorch", "jax")
CLOSE = 1.1  # overhead has ended where eager costs at most so much, in steps of hand,
HALF = 0.5  # and BLAS has begun where hand reaches so much of the roof


def report(run: Run) -> dict[str, Any]:
    """Measure and print the roofline and every point."""
    calls = {name: call for name, call in run.calls("steps").items() if name in DRAWN}
    if not calls:
        raise Nobody(f"not measured: {', '.join(DRAWN)} are missing")
    yardstick, *others = calls
    roofline = _roofline(run.few)
    heads = [head for name in others for head in (f"{name} x {yardstick}", "spread")]
    rows = [["scaling", f"{yardstick} us", "spread", "GFLOP/s", "of the roof", *heads]]
    points: dict[str, Any] = {}
    for name, workload in SCALES.items():
        verify(name, calls, steps=3)
        outcome = race(name, calls, max(3, run.few // 2), warm_up=1, repeats=1)
        flop, moved = operations(workload), traffic(workload)
        roof = min(roofline["GFLOP/s"], roofline["GB/s"] * flop / moved)
        points[name] = outcome.record(yardstick) | {"operations": flop, "roof GFLOP/s": roof}
        rows.append(_row(name, outcome, flop, roof))
    print(table(rows))
    for curve in ("batch", "width"):
        _say_where(curve, {n: point for n, point in points.items() if n.startswith(curve)}, yardstick)
    return {"roofline": roofline, "points": points}


def _roofline(rounds: int) -> dict[str, float]:
    machine = Machine()
    machine.gemm(1)
    machine.copy()
    outcome = interleave({"gemm": machine.gemm, "copy": machine.copy}, rounds)
    rates = {kind: 1e-9 / outcome.summary(kind).median for kind in outcome.seconds}
    spreads = {kind: outcome.summary(kind).spread for kind in outcome.seconds}
    print(
        f"roofline: float32 matrix product {rates['gemm']:.1f} GFLOP/s ({spreads['gemm']:.0%}), "
        f"copy {rates['copy']:.1f} GB/s ({spreads['copy']:.0%})\n"
    )
    return {"GFLOP/s": rates["gemm"], "GB/s": rates["copy"]}


def _row(name: str, outcome: Race, flop: int, roof: float) -> list[str]:
    yardstick, *others = outcome.seconds
    summary = outcome.summary(yardstick)
    rate = flop / summary.median * 1e-9
    row = [name, f"{summary.median * 1e6:.0f}", f"{summary.spread:.0%}", f"{rate:.2f}", f"{rate / roof:.0%}"]
    for other in others:
        ratio = outcome.ratio(other, yardstick)
        row += [f"{ratio.median:.2f}", f"{ratio.spread:.0%}"]
    return row


def _say_where(curve: str, points: dict[str, Any], yardstick: str) -> None:
    """Where overhead ends and where BLAS begins on one curve."""

    def first(sizes: Iterable[str]) -> str:
        return next(iter(sizes), f"{curve} none of those measured")

    if "eager" in next(iter(points.values()))["ratios"]:
        ends = [n for n, p in points.items() if p["ratios"]["eager"]["median"] <= CLOSE]
        print(f"eager costs at most {CLOSE} {yardstick} from {first(ends)} on;", end=" ")
    rates = {
        n: p["operations"] / p["seconds"][yardstick]["median"] * 1e-9 / p["roof GFLOP/s"] for n, p in points.items()
    }
    print(f"{yardstick} reaches {HALF:.0%} of the roof from {first(n for n, r in rates.items() if r >= HALF)} on")
