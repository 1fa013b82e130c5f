"""Our side of the pipe: a peer as a process that waits, at no cost, until it is its turn to run."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.contestants import Contestant, Unavailable

# One thread, as for everybody else (the others obey the variables that `environment.py` sets), and no accelerator.
ONE_THREAD_ON_THE_CPU = {
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
    "DEV": "CPU",
}


class Remote:
    """One peer, running in its own environment, until `close`."""

    def __init__(self, contestant: Contestant) -> None:
        self.name = contestant.name
        self.cpu = self.wall = 0.0  # seconds spent in calls, of processor and of clock
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        self.process = subprocess.Popen(
            # -P: the script's folder, where folders are named as libraries are, stays out of the path.
            [str(contestant.python), "-P", str(Path(__file__).with_name("serve.py")), contestant.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment | ONE_THREAD_ON_THE_CPU,
        )

    def __call__(self, target: str, /, **arguments: Any) -> Any:
        """The answer, of things that JSON can carry; RuntimeError with the peer's traceback, or if it has ended."""
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            self.process.stdin.write(json.dumps({"target": target, "arguments": arguments}) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise RuntimeError(f"{self.name}: its process ended, with status {self.process.wait()}, at {target}")
        reply = json.loads(line)
        self.cpu += reply["cpu"]
        self.wall += reply["wall"]
        if "unavailable" in reply:
            raise Unavailable(reply["unavailable"])
        if "error" in reply:
            raise RuntimeError(f"{self.name}: {target} failed\n{reply['error']}")
        return reply["result"]

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None and self.process.stdout is not None
        with suppress(BrokenPipeError):  # it may have ended already
            self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
