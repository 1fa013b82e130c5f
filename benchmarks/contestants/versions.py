"""What a peer's figures depend on: asked of every peer in its own process before the first round."""

from __future__ import annotations

import platform
import re
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

from benchmarks.contestants import CONTESTANTS, Unavailable


def about(name: str) -> dict[str, str]:
    """Versions of Python and of what was installed; Unavailable if it cannot run here (its `__init__.py` knows)."""
    import_module(f"benchmarks.contestants.{name}")
    owner = CONTESTANTS[CONTESTANTS[name].environment_of or name]
    packages = [re.split(r"[\[=<>]", requirement)[0] for requirement in owner.requirements]
    try:
        found = {package: version(package) for package in dict.fromkeys([*packages, "numpy"])}
    except PackageNotFoundError as error:
        raise Unavailable(f"{error.name} is not installed in its environment: make bench-peers") from None
    return {"python": platform.python_version()} | found
