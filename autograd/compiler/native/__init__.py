"""Programs as loops that numba compiles. Read `steps`, `grouping`, `memory`, `loops`, then `parts` and `plan`.

Loaded when a function is compiled with `backend="numba"`, and not before: it needs the extra `jit`.
"""

from autograd.compiler.native.linked import LinkedLoops
from autograd.graph import mark_library

__all__ = ["LinkedLoops"]

mark_library(__name__)
