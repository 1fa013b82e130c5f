"""Modules of loops, compiled by numba and kept on disk: what was compiled once is there for the next process.

A module lies in the user's cache folder, or in the one that the environment variable `READGRAD_CACHE` names, under a
hash of all that it is made of: its text, the functions it imports, and the versions of numba, NumPy and Python. numba
puts the machine code beside it, and looks itself at the kind of processor. Nothing there is needed; delete it at will.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from pickle import PickleError
from types import ModuleType
from typing import Any

import numba
import numpy as np

from autograd.compiler.native import kernels, vectors

# Compiling that takes longer is told of.
PATIENCE = 2.0

_TYPES = (
    "boolean", "float32", "float64", "int8", "int16", "int32", "int64", "njit", "uint8", "uint16", "uint32", "uint64",
)  # fmt: skip


def module_text(title: str, functions: list[str]) -> str:
    """A module of functions, with the imports that they need."""
    body = "\n\n\n".join(functions)
    words = set(re.findall(r"\w+", body))

    def line(module: str, names: Any) -> list[str]:
        used = sorted(words.intersection(names))
        return [f"from {module} import {', '.join(used)}"] if used else []

    imports = [f"import {name}" for name in ("math",) if name in words]
    imports += ["import numpy as np"] if "np" in words else []
    imports += line("numba", _TYPES)
    imports += line("autograd.compiler.native.kernels", kernels.FOR_LOOPS)
    imports += line("autograd.compiler.native.vectors", vectors.FOR_LOOPS)
    head = "\n".join([f'"""{title}"""', "", *imports])
    return f"{head}\n\n\n{body}\n"


@lru_cache(maxsize=64)
def built(text: str, name: str) -> ModuleType:
    """The module of that text, compiled, or loaded from disk."""
    with _telling(name):
        try:
            return _loaded(text, _folder())
        except (
            OSError,
            EOFError,
            ValueError,
            RuntimeError,
            PickleError,
        ):  # no place to write, or something broken there
            return _loaded(text, Path(_temporary().name))


def _loaded(text: str, folder: Path) -> ModuleType:
    name = f"readgrad_loops_{_key(text)}"
    path = folder / f"{name}.py"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(draft).replace(path)  # at once: another process may be reading
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where numba looks for it when it loads machine code
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _key(text: str) -> str:
    """A hash of a module and of all that decides what becomes of it."""
    digest = hashlib.sha256(text.encode())
    digest.update(repr((numba.__version__, np.__version__, sys.version_info[:3], kernels.BLAS_INTEGERS)).encode())
    for module in (kernels, vectors):
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()[:24]


def _folder() -> Path:
    """Where modules are kept."""
    if given := os.environ.get("READGRAD_CACHE"):
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "readgrad" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "readgrad"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "readgrad"


@lru_cache(maxsize=1)
def _temporary() -> tempfile.TemporaryDirectory[str]:
    """A folder for this process alone."""
    return tempfile.TemporaryDirectory(prefix="readgrad")


@contextmanager
def _telling(name: str) -> Iterator[None]:
    """Say on stderr, while it goes on, that compiling takes its time."""
    done = threading.Event()
    told = threading.Thread(target=_tell, args=(name, done, sys.stderr), daemon=True)
    told.start()
    try:
        yield
    finally:
        done.set()
        told.join()


def _tell(name: str, done: threading.Event, stream: Any) -> None:
    start = time.monotonic()
    if done.wait(PATIENCE):
        return
    what = f"autograd.compile: numba compiles {name}, once for this machine"
    again: Callable[[], bool] = getattr(stream, "isatty", lambda: False)
    if not again():
        print(f"{what} ...", file=stream, flush=True)
        done.wait()
    else:
        while not done.wait(0.5):
            print(f"\r{what} ... {time.monotonic() - start:.0f} s", end="", file=stream, flush=True)
        print(end="\r", file=stream)
    print(f"{what}: {time.monotonic() - start:.1f} s", file=stream, flush=True)
