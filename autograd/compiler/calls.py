"""`compile`: a function, or a whole training step, recorded once and then run as one straight-line NumPy program."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from autograd.capture import current_capture
from autograd.compiler.arguments import signature
from autograd.compiler.inspection import Memory, Stats, memory_of, stats_of, times_of
from autograd.compiler.linking import Linked
from autograd.compiler.picturing import graph_of_program
from autograd.compiler.program import Program
from autograd.compiler.specialised import Specialised
from autograd.errors import CaptureError, missing_extra
from autograd.mishaps import refuse_uncallable
from autograd.modes import current_mode, get_default_dtype
from autograd.viz.dot import draw

if TYPE_CHECKING:
    import graphviz


class CacheInfo(NamedTuple):
    """How often a compiled function was called, and how often it had to be recorded."""

    hits: int
    traces: int
    size: int


@overload
def compile(f: Callable[..., Any], *, backend: str = ..., explain: bool = ...) -> Compiled: ...
@overload
def compile(f: None = ..., *, backend: str = ..., explain: bool = ...) -> Callable[[Callable[..., Any]], Compiled]: ...
def compile(f: Callable[..., Any] | None = None, *, backend: str = "numpy", explain: bool = False) -> Any:
    """The function as a straight-line NumPy program, recorded at its first call; also a decorator.

    f takes arrays, Tensors, or nested tuples, lists and dicts of these, and returns such; or it is a whole training
    step that closes over a model and an optimizer: forward, `backward()`, `optimizer.step()`. What it reads besides its
    arguments (parameters, buffers, optimizer state, learning rates) is read anew at each call, and written back. Python
    floats are inputs, other arguments are part of what the program is specialised on: new ones, other shapes, dtypes or
    containers, `train()` and `eval()`, are recorded anew. The caller gets ndarrays, or Tensors if it gave Tensors.

    With `explain`, each line of the backward pass in `source` has a comment on the step of the chain rule that it is:
    `# h = np.tanh(z)  =>  dL/dz = dL/dh * (1.0 - h * h)`. `@compile(explain=True)` decorates. What is compiled already
    is compiled anew, with the options of this call.

    Of the result, `source` is the NumPy text, `program` the equations, `draw()` their picture; `memory()` and `stats()`
    tell what it costs, `cache_info()` what was recorded; `save(path)` writes the text to a file.

    In a graph of scalar Tensors, what is done alike to many numbers becomes one operation on arrays, wherever that is
    quicker: a network whose weights are numbers runs as one whose weights are matrices. Sums may be in another order.

    A gradient that f leaves in `.grad` is there after a call, unless f cleared it first and an optimizer used it up.
    Arrays, lists, numbers and functions that f names but does not get as arguments, and attributes of objects, are
    constants of the program; a call that finds one changed records anew. The same holds for the functions that f calls,
    but for those of installed packages.

    Arguments are read as they are when the call begins: one that shares memory with what f writes to is not looked for.

    With `backend="numba"` (the extra `jit`) the program is run as loops in machine code, in which chains of elementwise
    operations and the sums over them are one loop, and matrix products go to BLAS. `source` then shows the loops, while
    `draw()`, the lines and comments of `save(path)`, and the times in `stats(...)` stay those of the NumPy text.
    Compiling takes seconds, once: what was compiled is kept in the user's cache folder, or where the environment
    variable READGRAD_CACHE says. What numba lacks is done by NumPy in between, and said once in a warning.

    Raises
    ------
    MissingExtraError : backend is "numba", and numba is not installed.
    CaptureError : f decides by values what to run, makes Python numbers or ndarrays of Tensors, or returns something
        else than arrays; nothing is written to then.

    >>> import autograd
    >>> import numpy as np
    >>> @autograd.compile
    ... def area(a, b):
    ...     return np.sin(a) * b
    >>> round(float(area(np.array(0.5), np.array(2.0))), 4)
    0.9589
    >>> print(area.program)
    area(a, b):
      # forward
      y = sin(a)          float64 ()
      q = multiply(y, b)  float64 ()
      return q
    """
    linked = _linked(backend)
    if f is None:
        return functools.partial(compile, backend=backend, explain=explain)
    refuse_uncallable(f, "compile")
    return Compiled(f._function if isinstance(f, Compiled) else f, linked, explain)


def _linked(backend: str) -> type[Linked]:
    """What runs the programs of a backend."""
    if backend == "numpy":
        return Linked
    if backend != "numba":
        raise ValueError(f"compile: no backend {backend!r}; there are 'numpy' and 'numba'")
    try:
        import numba  # noqa: F401
    except ImportError:
        raise missing_extra("numba", 'compile(..., backend="numba")', "jit") from None
    from autograd.compiler.native import LinkedLoops

    return LinkedLoops


class Compiled:
    """A compiled function; see `compile`."""

    def __init__(self, function: Callable[..., Any], linked: type[Linked] = Linked, explain: bool = False) -> None:
        self._function = function
        self._linked = linked
        self._explain = explain
        self._specialised: dict[Any, Specialised] = {}
        self._last: Specialised | None = None
        self._hits = self._traces = 0
        functools.update_wrapper(self, function)

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        if current_capture() is not None:  # inside another compiled function: part of that one
            return self._function(*args, **keywords)
        key, values = signature(args, keywords) if args or keywords else ((), [])
        key = (key, current_mode(), get_default_dtype())
        known = self._specialised.get(key)
        if known is not None:
            prepared = known.prepare(values)
            if prepared is not None:
                self._hits += 1
                self._last = known
                return known.run(values, prepared)
        self._traces += 1
        specialised = Specialised(self._function, args, keywords, self._linked, self._explain)
        self._specialised[key] = self._last = specialised
        result, specialised.result = specialised.result, None
        return result

    def _latest(self) -> Specialised:
        if self._last is None:
            raise CaptureError(f"compile: {self._function.__name__} has not been called yet, so nothing is recorded")
        return self._last

    @property
    def program(self) -> Program:
        """The equations of the program that the last call ran."""
        return self._latest().program

    @property
    def source(self) -> str:
        """The program that the last call ran: a NumPy module, which needs nothing but NumPy, or numba's loops."""
        latest = self._latest()
        return latest.linked.source or latest.source.text

    @property
    def planned_source(self) -> str:
        """What is run in place of `source`: the same with every buffer made beforehand."""
        return self._latest().linked.plan.text

    def memory(self) -> Memory:
        """Bytes that a call of the last program needs: with an array for each result, and as planned.

        >>> import autograd
        >>> import numpy as np
        >>> f = autograd.compile(lambda x: np.sum(np.exp(np.sin(np.cos(x)))))
        >>> _ = f(np.zeros(1000))
        >>> f.memory()  # one buffer for cos, sin and exp; and ones, with which BLAS sums
        24,008 bytes with an array for each result, 16,072 as planned (0.67x), of which 16,064 stay from call to call
        """
        latest = self._latest()
        return memory_of(latest.program, latest.linked.plan)

    def stats(self, *args: Any, **keywords: Any) -> Stats:
        """Operations of the last program before and after each pass; given a call's arguments, also each line's time.

        The lines of the NumPy text are run a number of times, on copies of these arguments and of all that the program
        reads, so that parameters, state and generators stay as they are.

        >>> import autograd
        >>> import numpy as np
        >>> f = autograd.compile(lambda x: np.sum(x * 1 + 0))
        >>> _ = f(np.ones(3))
        >>> f.stats().written[0].operations, f.stats().written[-1].operations
        (3, 1)
        """
        latest = self._latest()
        timed = times_of(latest.source, self.inputs(*args, **keywords)) if args or keywords else ()
        return stats_of(latest.recorded, latest.linked.passes, timed)

    def draw(self, *, rankdir: str = "TB", max_nodes: int = 60) -> graphviz.Digraph:
        """Draw the last program: a box for each line of its NumPy text, in frames for forward, backward and update.

        A program of more than `max_nodes` lines is folded: to a box for each line of the function, or, if these are too
        many as well, for each part of the program. What is returned, and how it is rendered, is as for `autograd.draw`.

        >>> import autograd
        >>> import numpy as np
        >>> f = autograd.compile(autograd.grad(lambda x: np.sin(x) * x))
        >>> _ = f(2.0)
        >>> "np.cos(x)" in f.draw().source
        True
        """
        if max_nodes < 1:
            raise ValueError(f"draw: max_nodes is at least 1, not {max_nodes}")
        return draw(graph_of_program(self._latest().source, max_nodes), rankdir=rankdir, max_nodes=2 * max_nodes + 1)

    def inputs(self, *args: Any, **keywords: Any) -> list[Any]:
        """What a call would give the program now: the arguments of its NumPy text, in order.

        Arrays are the true ones, which the program writes to; where it takes many numbers as an array, it is a new one.
        """
        _, values = signature(args, keywords)
        latest = self._latest()
        prepared = latest.prepare(values)
        if prepared is None:
            raise CaptureError("compile: the program of the last call does not hold any more; call the function first")
        return latest.linked.inputs(values, prepared, latest.source.inputs)

    def save(self, path: str | Path) -> None:
        """Write the program as a NumPy module to a file, whatever the backend: loops need this library.

        Raises CaptureError if the program calls a function whose source cannot be found.
        """
        missing = self._latest().source.objects
        if missing:
            raise CaptureError(f"compile: the source of {', '.join(missing)} cannot be found; define it in a file")
        Path(path).write_text(self._latest().source.text, encoding="utf-8")

    def cache_info(self) -> CacheInfo:
        """Calls that ran a program, recorded runs, and programs kept."""
        return CacheInfo(self._hits, self._traces, len(self._specialised))

    def __repr__(self) -> str:
        return f"<compiled {self._function.__name__}: {len(self._specialised)} program(s)>"
