"""A peer's side of the pipe: answer calls, one JSON line each, until the pipe is closed.

    {"target": "steps.seconds", "arguments": {...}}  ->  {"result": 1.2e-5, "cpu": 0.2, "wall": 0.2}

Run as a script by `remote.py`, in the peer's environment.
"""

import json
import signal
import sys
import traceback
from pathlib import Path
from time import perf_counter, process_time
from typing import Any


def serve(name: str) -> None:
    """Answer for one contestant."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever asks: this ends when the pipe is closed
    # Last in the path, so that HIPS's package `autograd` comes before ours.
    sys.path.append(str(Path(__file__).parents[2]))
    from benchmarks.contestants import Unavailable, answer
    from benchmarks.contestants.versions import about

    answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer
    for line in sys.stdin:
        request = json.loads(line)
        cpu, wall = process_time(), perf_counter()
        reply: dict[str, Any]
        try:
            if request["target"] == "about":
                result = about(name)
            else:
                result = answer(name, request["target"], request["arguments"])
            reply = {"result": result}
        except Unavailable as error:
            reply = {"unavailable": str(error)}
        except Exception:
            reply = {"error": traceback.format_exc()}
        reply |= {"cpu": process_time() - cpu, "wall": perf_counter() - wall}
        answers.write(json.dumps(reply) + "\n")
        answers.flush()


if __name__ == "__main__":
    serve(sys.argv[1])
