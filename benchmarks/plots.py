"""The figures of a run as pictures: ``python -m benchmarks.plots FIGURES.json`` draws them anew from a stored run."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.works.workloads import WORKLOADS

COLORS = {
    "hand": "#444444",
    "handout": "#9a9a9a",
    "eager": "#d62728",
    "compiled": "#f3a6a6",
    "pytorch": "#ee8d2d",
    "jax": "#1f77b4",
    "jax_unread": "#8fbbdc",
    "mygrad": "#2ca02c",
    "hips": "#9467bd",
    "tinygrad": "#8c564b",
}


ABOVE_THE_CAPTION = (0.0, 0.03, 1.0, 0.97)


def draw(results: dict[str, Any], path: Path) -> list[Path]:
    """Write `path.training.png` and `path.scaling.png`, as far as there are figures for them; returns their paths."""
    pictures: dict[str, Callable[[dict[str, Any]], Any]] = {"training": training, "scaling": scaling}
    written = []
    for section, picture in pictures.items():
        if section in results:
            import matplotlib
            import matplotlib.pyplot as plt

            matplotlib.use("Agg")
            figure = picture(results[section])
            figure.text(0.01, 0.005, _caption(results["environment"]), fontsize=7, color="#666666")
            written.append(path.with_suffix(f".{section}.png"))
            figure.savefig(written[-1], dpi=130)
            plt.close(figure)
    return written


def _caption(about: dict[str, Any]) -> str:
    parts = (about["date"][:10], about["commit"], about["cpu"], about["python"], f"NumPy {about['numpy']}")
    return ", ".join(map(str, parts)) + f"; one thread, {about['clock']} clock; medians and quartiles over the rounds"


def training(figures: dict[str, Any]) -> Any:
    """Each contestant's step in units of the yardstick's, a group of bars for each workload."""
    import matplotlib.pyplot as plt
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    figure, axes = plt.subplots(figsize=(11, 4.8), layout=ConstrainedLayoutEngine(rect=ABOVE_THE_CAPTION))
    yardstick = next(iter(figures.values()))["yardstick"]
    names = list(dict.fromkeys(name for race in figures.values() for name in race["ratios"]))
    width = 0.86 / max(len(names), 1)
    for i, name in enumerate(names):
        places = [group + (i - (len(names) - 1) / 2) * width for group in range(len(figures))]
        budgets = [(name == "eager" and WORKLOADS[work].eager_budget) or 0.0 for work in figures]
        _bars(axes, name, places, width, [race["ratios"][name] for race in figures.values()], budgets)
        if any(budgets):
            left, right = ([place + side * width * 0.55 for place in places] for side in (-1, 1))
            axes.hlines(budgets, left, right, color="black", lw=2.5, label="budget of eager")
    axes.axhline(1, color=COLORS[yardstick], lw=1)
    _log_ticks(axes, (0.5, 1, 2, 5, 10, 20))
    axes.margins(y=0.1)
    axes.set_xticks(range(len(figures)), [f"{name}\n{_shape(name)}" for name in figures])
    axes.tick_params(axis="x", length=0)
    axes.set_ylabel(f"time / {yardstick} (hand-written NumPy)" if yardstick == "hand" else f"time / {yardstick}")
    axes.set_title("One training step: forward, loss read, backward, update")
    axes.legend(frameon=False, ncols=4, fontsize=8)
    return figure


def _bars(
    axes: Any, name: str, places: list[float], width: float, ratios: list[dict[str, float]], budgets: list[float]
) -> None:
    """Bars up or down from 1, with quartiles as whiskers and the median written at the end, above a budget."""
    medians = [ratio["median"] for ratio in ratios]
    whiskers = [[r["median"] - r["low"] for r in ratios], [r["high"] - r["median"] for r in ratios]]
    heights = [median - 1 for median in medians]
    axes.bar(places, heights, width * 0.92, bottom=1, yerr=whiskers, color=COLORS.get(name), label=name, ecolor="black")
    for place, ratio, budget in zip(places, ratios, budgets, strict=True):
        up = ratio["median"] >= 1
        text = f"{ratio['median']:.2f}" if ratio["median"] < 9.95 else f"{ratio['median']:.0f}"
        axes.annotate(
            text,
            (place, max(ratio["high"], budget) if up else ratio["low"]),
            (0, 3 if up else -3),
            textcoords="offset points",
            ha="center",
            va="bottom" if up else "top",
            fontsize=7,
            weight="bold" if name == "eager" else None,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.3},
            zorder=5,
        )


def _log_ticks(axes: Any, values: tuple[float, ...]) -> None:
    axes.set_yscale("log")
    axes.set_yticks(values, [f"{value:g}" for value in values])
    axes.minorticks_off()
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.3)
    axes.set_axisbelow(True)


def _shape(name: str) -> str:
    workload = WORKLOADS[name]
    return f"{'-'.join(map(str, workload.sizes))}\nbatch {len(workload.batch()[0])}, {workload.optimizer}"


def scaling(figures: dict[str, Any]) -> Any:
    """Achieved GFLOP/s under the roofline, and below them the ratios to the yardstick, for both curves."""
    import matplotlib.pyplot as plt
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    figure, grid = plt.subplots(
        2,
        2,
        figsize=(11, 7),
        sharex="col",
        sharey="row",
        layout=ConstrainedLayoutEngine(rect=ABOVE_THE_CAPTION),
        height_ratios=(3, 2),
    )
    peak = figures["roofline"]["GFLOP/s"]
    curves = {"batch": "batch size (network 64-128-64-10, Adam)", "width": "width w (network w-w-10, batch 128, SGD)"}
    for column, (curve, label) in enumerate(curves.items()):
        points = {int(name.split()[1]): p for name, p in figures["points"].items() if name.startswith(curve)}
        rates, ratios = grid[0, column], grid[1, column]
        _rates(rates, points)
        _ratios(ratios, points)
        rates.text(
            min(points), peak * 1.06, f"matrix product of this machine: {peak:.0f} GFLOP/s", fontsize=8, va="bottom"
        )
        ratios.set_xlabel(label)
        ratios.set_xticks(list(points), list(map(str, points)))
    grid[0, 0].set_ylabel("GFLOP/s of the step's matrix products")
    grid[0, 0].set_ylim(top=peak * 1.9)
    grid[1, 0].set_ylabel("time / hand-written NumPy")
    grid[0, 1].legend(frameon=False, loc="lower right", fontsize=9)
    figure.suptitle("Where overhead ends and BLAS begins")
    return figure


def _rates(axes: Any, points: dict[int, Any]) -> None:
    names = next(iter(points.values()))["seconds"]
    for name in names:
        scale = [p["operations"] * 1e-9 for p in points.values()]
        rates = [g / p["seconds"][name]["median"] for g, p in zip(scale, points.values(), strict=True)]
        axes.loglog(list(points), rates, "o-", color=COLORS[name], ms=4, lw=1.6, label=name)
    roof = [p["roof GFLOP/s"] for p in points.values()]
    axes.loglog(list(points), roof, color="black", ls="--", lw=1, label="roof: matrix product, or copy bandwidth")
    _log_ticks(axes, (0.1, 1, 10, 100))


def _ratios(axes: Any, points: dict[int, Any]) -> None:
    for name in next(iter(points.values()))["ratios"]:
        values = [p["ratios"][name] for p in points.values()]
        axes.plot(list(points), [v["median"] for v in values], "o-", color=COLORS[name], ms=4, lw=1.6)
        axes.fill_between(
            list(points), [v["low"] for v in values], [v["high"] for v in values], color=COLORS[name], alpha=0.2, lw=0
        )
    axes.axhline(1, color=COLORS["hand"], lw=1)
    axes.set_xscale("log")
    _log_ticks(axes, (0.5, 1, 2, 5))


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        print(*draw(json.loads(Path(argument).read_text()), Path(argument)), sep="\n")
