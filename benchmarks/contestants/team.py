"""Bring contestants together: those of this process, and the peers that have an environment and can run."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from importlib.util import find_spec
from time import perf_counter, process_time
from typing import Any

from benchmarks.contestants import CONTESTANTS, Call, Unavailable, answer
from benchmarks.contestants.remote import Remote


class Here:
    """A contestant in this process, asked as the others are."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.cpu = self.wall = 0.0

    def __call__(self, target: str, /, **arguments: Any) -> Any:
        """The answer."""
        cpu, wall = process_time(), perf_counter()
        result = answer(self.name, target, arguments)
        self.cpu += process_time() - cpu
        self.wall += perf_counter() - wall
        return result

    def close(self) -> None:
        """Nothing to end."""


class Team(AbstractContextManager):
    """All who run: `calls` by name, in the order of CONTESTANTS; `left_out`, the reasons of those who do not."""

    def __init__(self, names: Sequence[str] | None = None) -> None:
        """Start them: those named, of whom a missing one is an error, or all that can be had."""
        self.calls: dict[str, Here | Remote] = {}
        self.left_out: dict[str, str] = {}
        self.versions: dict[str, dict[str, str]] = {}
        for name, contestant in CONTESTANTS.items():
            if names is not None and name not in names:
                continue
            if contestant.here:
                missing = [package for package in contestant.imports if find_spec(package) is None]
                if missing:
                    self.left_out[name] = f"{missing[0]} is not installed"
                else:
                    self.calls[name] = Here(name)
            elif contestant.python.exists():
                self._start(name)
            else:
                self.left_out[name] = f"no environment: python -m benchmarks.contestants.environments {name}"
        if names is not None and self.left_out:
            self.close()
            raise SystemExit("\n".join(f"{name}: {reason}" for name, reason in self.left_out.items()))

    def _start(self, name: str) -> None:
        remote = Remote(CONTESTANTS[name])
        try:
            self.versions[name] = remote("about")
        except Unavailable as reason:
            self.left_out[name] = str(reason)
            remote.close()
        else:
            self.calls[name] = remote

    def doing(self, work: str) -> dict[str, Call]:
        """Those who take part in a work."""
        return {name: call for name, call in self.calls.items() if CONTESTANTS[name].takes_part_in(work)}

    def processor_share(self) -> dict[str, float]:
        """Processor seconds per second of each: 1 is one thread that was never interrupted, 2 would be two threads."""
        return {name: round(call.cpu / call.wall, 2) for name, call in self.calls.items() if call.wall}

    def close(self) -> None:
        """End the processes."""
        for call in self.calls.values():
            call.close()

    def __exit__(self, *exception: object) -> None:
        self.close()
