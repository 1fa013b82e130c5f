"""A peer's side of the pipe: load its module, then answer calls, one JSON line each, until the pipe is closed.

    {"call": "seconds", "arguments": {...}}  ->  {"result": 1.2e-5}

Run as a script by `remote.py`, in the peer's environment.
"""

import importlib
import json
import sys
import traceback
from pathlib import Path
from typing import Any


def main(name: str) -> None:
    """Serve the module `benchmarks.peers.NAME`."""
    # Last in the path, so that HIPS's package `autograd` comes before ours.
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).parent]
    sys.path.append(str(Path(__file__).parents[2]))
    answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer
    works: dict[str, Any] = {}
    for line in sys.stdin:
        try:
            request = json.loads(line)
            if not works:
                works = vars(importlib.import_module(f"benchmarks.peers.{name}"))
            answer = {"result": works[request["call"]](**request["arguments"])}
        except Exception:
            answer = {"error": traceback.format_exc()}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main(sys.argv[1])
