"""tinygrad compiles what it runs on a CPU with the program clang."""

import shutil

from benchmarks.contestants import Unavailable

if shutil.which("clang") is None:
    raise Unavailable("tinygrad compiles with clang, which is not on the path")
