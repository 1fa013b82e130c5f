"""Context-local switches: is the graph being recorded, are values watched for NaN, which float type is the default.

All switches share one `ContextVar`, so that an operation reads its mode once. Threads and asyncio tasks have
their own; a `with` block restores what it found, also when an exception flies.

    with no_grad():            # compute without recording
        prediction = model(x)
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ContextDecorator
from contextvars import ContextVar, Token
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from typing import Any, TypeVar

import numpy as np

_Function = TypeVar("_Function", bound=Callable[..., Any])

# Bits of the mode. Zero is the everyday state (record, nothing watched): one falsy read for the hot path.
NO_GRAD = 1
ANOMALY = 2
TRANSFORM = 4
MASKED = 8
CAPTURE = 16

MODE: ContextVar[int] = ContextVar("autograd_mode", default=0)
current_mode = MODE.get
_FLOAT64 = np.dtype(np.float64)
_DEFAULT_DTYPE: ContextVar[np.dtype] = ContextVar("autograd_default_dtype", default=_FLOAT64)


class Switch(ContextDecorator):
    """A block, or a decorated function, in which some bits of the mode are on and others off; may be nested in itself.

    A `yield` inside the block would leave the mode as it is with whoever called the generator: keep it outside.
    """

    def __init__(self, bits_on: int, bits_off: int = 0) -> None:
        self._bits = bits_on, bits_off
        self._tokens: list[Token[int]] = []

    def __enter__(self) -> None:
        bits_on, bits_off = self._bits
        self._tokens.append(MODE.set((current_mode() | bits_on) & ~bits_off))

    def __exit__(self, *exception: object) -> None:
        MODE.reset(self._tokens.pop())

    def _recreate_cm(self) -> Switch:
        return Switch(*self._bits)  # a call of a decorated function has its own, whatever thread it runs in

    def __call__(self, function: _Function) -> _Function:
        for is_lazy in (isgeneratorfunction, iscoroutinefunction, isasyncgenfunction):
            if is_lazy(function):
                raise TypeError(
                    f"{function.__name__} runs after its call has returned, and so outside the mode that decorates it; "
                    "use a with block inside it"
                )
        return super().__call__(function)


def no_grad() -> Switch:
    """Compute without recording a graph; a context manager and, called, a decorator.

    >>> import autograd
    >>> x = autograd.Tensor(3.0, requires_grad=True)
    >>> with autograd.no_grad():
    ...     y = x * x
    >>> y.requires_grad
    False
    """
    return Switch(bits_on=NO_GRAD)


def enable_grad() -> Switch:
    """Record again inside a `no_grad` block; a context manager and, called, a decorator."""
    return Switch(bits_on=0, bits_off=NO_GRAD)


def detect_anomaly() -> Switch:
    """Raise at the first NaN or infinity of a recorded forward pass, and at the first NaN of a backward pass.

    The error names the op, the shapes and the source line of the forward call. An infinity in the backward
    pass can be right (`sqrt'(0)` is infinite) and passes.
    """
    return Switch(bits_on=ANOMALY)


def transforming() -> Switch:
    """Inside `grad`, `vjp`, `jvp` ...: everything records, and nested transforms return Tensors."""
    return Switch(bits_on=TRANSFORM, bits_off=NO_GRAD)


def masked() -> Switch:
    """In a rule behind an op that threw elements away: what it replays itself keeps `np.where`'s promise, too."""
    return Switch(bits_on=MASKED)


def capturing() -> Switch:
    """Inside `compile`'s one run of a function: everything records, values that take no gradient too."""
    return Switch(bits_on=CAPTURE)


def is_grad_enabled() -> bool:
    """Whether operations record a graph here and now."""
    return not current_mode() & NO_GRAD


def is_transforming() -> bool:
    """Whether transforms (`grad`, `vjp`, `jvp` ...) shall return Tensors: inside another one, or inside `compile`."""
    return bool(current_mode() & (TRANSFORM | CAPTURE))


def set_default_dtype(dtype: np.typing.DTypeLike) -> None:
    """Set the float type that `nn` and Tensors made from Python numbers use (float64 unless set), in this context.

    Threads started later begin with float64 again, as `contextvars` have it.

    Raises `TypeError` for anything but a floating type.
    """
    try:
        chosen = None if dtype is None else np.dtype(dtype)
    except TypeError:
        chosen = None
    if chosen is None or chosen.kind != "f":
        raise TypeError(f"the default dtype must be a floating type such as np.float32, not {dtype!r}")
    _DEFAULT_DTYPE.set(chosen)


def get_default_dtype() -> np.dtype:
    """The float type that `nn` and Tensors made from Python numbers use."""
    return _DEFAULT_DTYPE.get()
