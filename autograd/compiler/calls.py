"""`compile`: a function, or a whole training step, recorded once and then run as one straight-line NumPy program."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from autograd.capture import current_capture
from autograd.compiler.arguments import signature
from autograd.compiler.program import Program
from autograd.compiler.specialised import Specialised
from autograd.errors import CaptureError
from autograd.modes import current_mode, get_default_dtype


class CacheInfo(NamedTuple):
    """How often a compiled function was called, and how often it had to be recorded."""

    hits: int
    traces: int
    size: int


def compile(f: Callable[..., Any]) -> Compiled:
    """The function as a straight-line NumPy program, recorded at its first call; also a decorator.

    f takes arrays, Tensors, or nested tuples, lists and dicts of these, and returns such; or it is a whole training
    step that closes over a model and an optimizer: forward, `backward()`, `optimizer.step()`. What it reads besides its
    arguments (parameters, buffers, optimizer state, learning rates) is read anew at each call, and written back. Python
    floats are inputs, other arguments are part of what the program is specialised on: new ones, other shapes, dtypes or
    containers, `train()` and `eval()`, are recorded anew. The caller gets ndarrays, or Tensors if it gave Tensors.

    Attributes of the result: `source`, the NumPy text; `program`, the equations; `cache_info()`; `save(path)`.

    In a graph of scalar Tensors, what is done alike to many numbers becomes one operation on arrays, wherever that is
    quicker: a network whose weights are numbers runs as one whose weights are matrices. Sums may be in another order.

    A gradient that f leaves in `.grad` is there after a call, unless f cleared it first and an optimizer used it up.
    Arrays, lists and numbers that f names but does not get as arguments are constants of the program; a call that finds
    one changed records anew. (Only f's own names are looked at, not those of the functions that it calls.)

    Raises
    ------
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
    return Compiled(f)


class Compiled:
    """A compiled function; see `compile`."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._specialised: dict[Any, Specialised] = {}
        self._last: Specialised | None = None
        self._hits = self._traces = 0
        functools.update_wrapper(self, function)

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        if current_capture() is not None:  # inside another compiled function: part of that one
            return self._function(*args, **keywords)
        key, values = signature(args, keywords)
        key = (key, current_mode(), get_default_dtype())
        known = self._specialised.get(key)
        if known is not None:
            prepared = known.prepare(values)
            if prepared is not None:
                self._hits += 1
                self._last = known
                return known.run(values, prepared)
        self._traces += 1
        specialised = Specialised(self._function, args, keywords)
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
        """The program that the last call ran as a NumPy module, which needs nothing but NumPy."""
        return self._latest().source.text

    @property
    def planned_source(self) -> str:
        """What is run in place of `source`: the same with every buffer made beforehand."""
        return self._latest().linked.plan.text

    def inputs(self, *args: Any, **keywords: Any) -> list[Any]:
        """What a call would give the program now: the arguments of the function in `source`, in order.

        Arrays are the true ones, which the program writes to; where it takes many numbers as an array, it is a new one.
        """
        _, values = signature(args, keywords)
        latest = self._latest()
        prepared = latest.prepare(values)
        if prepared is None:
            raise CaptureError("compile: the program of the last call does not hold any more; call the function first")
        return latest.linked.inputs(values, prepared, latest.source.inputs)

    def save(self, path: str | Path) -> None:
        """Write `source` to a file.

        Raises CaptureError if the program calls a function whose source cannot be found.
        """
        missing = self._latest().source.objects
        if missing:
            raise CaptureError(f"compile: the source of {', '.join(missing)} cannot be found; define it in a file")
        Path(path).write_text(self.source, encoding="utf-8")

    def cache_info(self) -> CacheInfo:
        """Calls that ran a program, recorded runs, and programs kept."""
        return CacheInfo(self._hits, self._traces, len(self._specialised))

    def __repr__(self) -> str:
        return f"<compiled {self._function.__name__}: {len(self._specialised)} program(s)>"
