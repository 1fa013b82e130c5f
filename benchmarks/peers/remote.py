"""Our side of the pipe: a peer as a process that waits, at no cost, until it is its turn to run."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.peers import Peer


class Remote:
    """One peer, running in its own environment, from its first call to `close`."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        # One thread, as for everybody else.
        environment |= {"XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"}
        environment |= {"JAX_PLATFORMS": "cpu", "DEV": "CPU"}
        script = str(Path(__file__).with_name("serve.py"))
        self.process = subprocess.Popen(
            [str(peer.python), script, peer.module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def __call__(self, function: str, **arguments: Any) -> Any:
        """The result of a function of the peer's module, for arguments that JSON can carry."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps({"call": function, "arguments": arguments}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.peer.name}: the process ended ({self.process.wait()})")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(f"{self.peer.name}: {function} failed\n{answer['error']}")
        return answer["result"]

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()
