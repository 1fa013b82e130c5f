"""What must hold before a time means anything: one BLAS thread, no inherited kernel, memory kept, collector on."""

from __future__ import annotations

import datetime
import gc
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
# glibc gives memory back to the system, and faults it in anew, at thresholds that arrays of the middling workloads
# hover around: whether it does is luck, more than doubled the step of spirals for both contestants, and is no property
# of either. With these it keeps what it has.
KEEP_MEMORY = {"MALLOC_TRIM_THRESHOLD_": str(1 << 28), "MALLOC_MMAP_THRESHOLD_": str(1 << 28)}
REQUIRED = dict.fromkeys(ONE_THREAD, "1") | KEEP_MEMORY
CLOCK_VARIABLE = "BENCHMARKS_CLOCK"
DROPPED = ("OPENBLAS_CORETYPE",)  # it can halve the speed of matmul


def fix() -> None:
    """Start this process again with one BLAS thread, no inherited kernel and memory kept, unless it runs so."""
    wrong = [name for name, value in REQUIRED.items() if os.environ.get(name) != value]
    wrong += [name for name in DROPPED if name in os.environ]
    if wrong:
        for name in wrong:
            os.environ.pop(name, None)
        os.environ.update(REQUIRED)
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    gc.enable()


def choose_clock(name: str) -> None:
    """Choose the clock of `works/clock.py`, for this process and the peers, before anyone imports it."""
    os.environ[CLOCK_VARIABLE] = name


def describe() -> dict[str, Any]:
    """What the figures depend on, for the head of the report and the JSON file."""
    import numpy as np

    build = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "numpy": np.__version__,
        "blas": f"{build['name']} {build['version']}, {_blas_kernel()}",
        "threads": "1 in every process (" + ", ".join(ONE_THREAD) + ", XLA_FLAGS, torch.set_num_threads)",
        "clock": os.environ.get(CLOCK_VARIABLE, "wall"),
        "malloc": "memory kept (glibc trim and mmap thresholds at 256 MiB)",
        "gc": f"{'on' if gc.isenabled() else 'off'}, thresholds {gc.get_threshold()}; run before every block",
    }


def show(about: dict[str, Any]) -> None:
    """Print it, one line each."""
    for name, value in about.items():
        if name == "peers":
            for peer, versions in value.items():
                print(f"{peer + ':':12}{', '.join(f'{package} {number}' for package, number in versions.items())}")
        else:
            print(f"{name + ':':12}{value}")


def _cpu() -> str:
    """The CPU's model name."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        fields = dict(line.split(":", 1) for line in cpuinfo.read_text().splitlines() if ":" in line)
        fields = {name.strip(): value.strip() for name, value in fields.items()}
        return f"{fields.get('model name', 'unknown')} (family {fields.get('cpu family')}, model {fields.get('model')})"
    return platform.processor() or platform.machine()


def _blas_kernel() -> str:
    """Kernel and threads of the BLAS that is loaded, as far as ``threadpoolctl`` (comes with scikit-learn) can tell."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return "kernel unknown (threadpoolctl tells it)"
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return "; ".join(f"{pool.get('architecture', 'kernel unknown')}, {pool['num_threads']} thread" for pool in pools)


def _commit() -> str | None:
    """The commit measured, with a + where the working tree differs."""
    command = ["git", "describe", "--always", "--abbrev=12", "--dirty=+", "--exclude=*"]
    try:
        here = Path(__file__).parent
        return subprocess.run(command, cwd=here, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
