"""What importing costs beyond NumPy's own import: milliseconds in a fresh interpreter, bytecode cached."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.contestants import CONTESTANTS, Contestant
from benchmarks.measure import Race, table
from benchmarks.reports import Nobody, Run
from benchmarks.works.clock import now

ROOT = Path(__file__).parents[2]
PROGRAM = """
import json
from time import {clock} as now
start = now()
import numpy
middle = now()
{imports}
print(json.dumps([middle - start, now() - middle]))
"""


def measure(contestant: Contestant) -> tuple[float, float]:
    """Seconds for NumPy and seconds for the rest."""
    # Ours comes from the working directory. The others run elsewhere: HIPS's package has the same import name.
    python = sys.executable if contestant.here else str(contestant.python)
    imports = "\n".join(f"import {module}" for module in contestant.imports)
    code = PROGRAM.format(imports=imports, clock=now.__name__)
    folder = ROOT if contestant.here else contestant.python.parent
    environment = {
        name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    }
    done = subprocess.run([python, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=True)
    numpy, rest = json.loads(done.stdout)
    return numpy, rest


def report(run: Run) -> dict[str, Any]:
    """Measure and print all who import something, in turn."""
    names = [name for name in run.team.calls if CONTESTANTS[name].imports]
    if not names:
        raise Nobody("not measured: nobody imports anything")
    seconds: dict[str, list[float]] = defaultdict(list)
    for name in names:
        measure(CONTESTANTS[name])  # writes the bytecode
    ours = next((name for name in names if CONTESTANTS[name].here), None)
    for _ in range(run.few):
        for name in names:
            numpy, rest = measure(CONTESTANTS[name])
            seconds[name].append(rest)
            if name == ours:
                seconds["numpy"].append(numpy)
    race = Race(seconds)
    yardstick = "numpy" if "numpy" in seconds else names[0]
    rows = [["import, beyond NumPy's", "ms", "spread", f"x {yardstick}'s import", "spread"]]
    for name in race.seconds:
        summary, ratio = race.summary(name), race.ratio(name, yardstick)
        cells = f"{summary.median * 1e3:.1f}", f"{summary.spread:.0%}", f"{ratio.median:.2f}", f"{ratio.spread:.0%}"
        rows.append([name, *cells])
    print(table(rows))
    return race.record(yardstick)
