"""The derivative as a program: a function or a whole training step, recorded once, as straight-line NumPy.

    step = compile(train_step)      # forward, backward and update, in one program
    step(x, t)                      # recorded at the first call, run from then on
    print(step.source)              # the backpropagation one would have derived by hand

With `backend="numba"` the program is run as loops in machine code: the package `native`.

The files in the order in which to read them:

- What a program is: `program.py`, `operations.py` (those that only programs have).
- From a run to a program: `recording.py` (what a run reads and writes), `outside.py` with `ownership.py` and
  `snapshots.py` (globals, attributes and arguments of the user's that must stay as they were), `tracing.py`.
- From program to program: the package `passes`.
- To text that a person reads: `literals.py`, `functions.py`, `lowering.py` (from an equation to an expression),
  `source.py`, `explaining.py` (the chain rule's steps as comments).
- To what is run: `objects.py`, `blocks.py`, `writing.py` (from an equation to a call with `out=`), `planning.py` (where
  each array lies), `linking.py` (from a call's arguments to results); `native` in place of these for loops.
- The compiled function: `arguments.py` (which calls one program serves), `questions.py` (what is asked of values again
  at each call), `specialised.py` (one program with all that it takes to call it), `calls.py` (`compile` itself).
- Looking at it: `inspection.py` (memory, counts, times), `picturing.py`.
"""

from autograd.compiler.calls import CacheInfo, Compiled, compile
from autograd.graph import mark_library

__all__ = ["CacheInfo", "Compiled", "compile"]

mark_library(__name__)
