"""Programs as loops that numba compiles.

Read `rewriting` (the passes), `forms` and `elements` (how arrays lie, and what an op does to one element), `steps`,
`grouping`, `memory` and `loops`, then `parts` and `plan` (the text), `building` (its machine code, kept on disk) and
`linked`. What the text imports: `kernels` and `vectors`.

Loaded when a function is compiled with `backend="numba"`, and not before: it needs the extra `jit`.
"""

from autograd.compiler.native.linked import LinkedLoops
from autograd.graph import mark_library

__all__ = ["LinkedLoops"]

mark_library(__name__)
