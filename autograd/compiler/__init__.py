"""The derivative as a program: a function or a whole training step, recorded once, as straight-line NumPy.

step = compile(train_step)      # forward, backward and update, in one program
step(x, t)                      # recorded at the first call, run from then on
print(step.source)              # the backpropagation one would have derived by hand

With `backend="numba"` the program is run as loops in machine code: the package `native`.
"""

from autograd.compiler.calls import CacheInfo, Compiled, compile
from autograd.graph import mark_library

__all__ = ["CacheInfo", "Compiled", "compile"]

mark_library(__name__)
