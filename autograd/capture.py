"""Whether a program is being captured here and now: what the engine asks before it lets a value escape.

`autograd.compile` runs a function once with the switch `CAPTURE` on. Everything on Tensors records then, constants and
masks too, and a backward pass records itself. The `Capture` that collects the rest (`compiler/recording.py`) is looked
up here, so that files above the compiler can tell it what happens. Nothing here costs anything while it is off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from typing import Any

import numpy as np

from autograd.errors import CaptureError
from autograd.graph import Node, here, tick
from autograd.modes import CAPTURE, current_mode

CURRENT: ContextVar[Any] = ContextVar("autograd_capture", default=None)


# The capture under way, or None: an optimizer or a layer tells it what arrays it reads and writes. It is set for as
# long as the switch is on. Asked a dozen times in each training step: a bound method costs a third of a function.
current_capture: Callable[[], Any] = CURRENT.get


# Adding one to it makes every compiled function look whether the objects it used are as they were.
_edits = count(1)
EDITS = [0]


def note_edit() -> None:
    """Tell compiled functions that an object which one of them may have used has changed: a module, a setting."""
    EDITS[0] = next(_edits)


def refuse_escape(node: Node, what: str, remedy: str) -> None:
    """Raise if a program is being captured: a value that leaves the Tensors would be the same in every later call.

    A constant may leave: it has no node of its own, and so no output.
    """
    if current_mode() & CAPTURE and (node.primitive is not None or node.output is not None):
        raise CaptureError(
            f"compile: {what} (at {here()}), and a compiled function is recorded once, for all values. {remedy}"
        )


@contextmanager
def section(name: str) -> Iterator[None]:
    """What runs inside belongs to a named part of the program: "backward" or "update", and else "forward"."""
    capture = current_capture()
    if capture is None:
        yield
        return
    start = tick()
    try:
        yield
    finally:
        capture.sections.append((start, tick(), name))


def decide(question: Callable[..., Any], x: Any, *args: Any) -> Any:
    """`question(values of x, *args)`: a plain answer about values, on which what is run next may depend.

    Where x is an argument or a leaf, a compiled program asks again at each call, and is recorded anew if the answer is
    another one; of a result it is asked only when the program is recorded. For checks of arguments, and for shortcuts.

    >>> from autograd import Tensor, decide
    >>> decide(lambda values: bool((values > 0).all()), Tensor([1.0, 2.0]))
    True
    """
    answer = question(np.asarray(getattr(x, "_data", x)), *args)  # `peek`, written out
    if (capture := current_capture()) is not None and hasattr(x, "_node"):
        capture.decisions.append((x._node, question, args, answer))
    return answer


def peek(x: Any) -> np.ndarray:
    """The values of a Tensor or an array, to look at: for the text of an error, say, and not to compute with."""
    return np.asarray(getattr(x, "_data", x))


def sample(method: Callable[..., Any], *args: Any) -> Any:
    """A draw from a Generator, `sample(rng.random, shape)`: a compiled program draws anew at each call.

    >>> from autograd import sample
    >>> sample(np.random.default_rng(0).random, 2).shape
    (2,)
    """
    capture = current_capture()
    return method(*args) if capture is None else capture.sample(method, *args)
