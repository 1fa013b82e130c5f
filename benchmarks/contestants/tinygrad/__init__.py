"""tinygrad compiles what it runs on a CPU with clang: the program of the path, or else the one inside of ziglang."""

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from benchmarks.contestants import Unavailable


def clang() -> str:
    """A program that takes clang's arguments; `zig` has clang as a command, so a script beside Python names it."""
    if (found := shutil.which("clang")) is not None:
        return found
    zig = find_spec("ziglang")
    if zig is None or zig.origin is None:
        raise Unavailable("tinygrad compiles with clang, which is neither on the path nor installed as ziglang")
    script = Path(sys.executable).with_name("clang")
    script.write_text(f'#!/bin/sh\nexec "{Path(zig.origin).with_name("zig")}" clang "$@"\n')
    script.chmod(0o755)
    return str(script)


os.environ["CC"] = clang()
