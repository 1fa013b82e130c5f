"""Context-local switches: is the graph being recorded, are values watched for NaN, which float type is the default.

All switches share one `ContextVar`, so that an operation reads its mode once. Threads and asyncio tasks have
their own; a `with` block restores what it found, also when an exception flies.

    with no_grad():            # compute without recording
        prediction = model(x)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from contextlib import _GeneratorContextManager

# Bits of the mode. Zero is the everyday state (record, nothing watched): one falsy read for the hot path.
NO_GRAD = 1
ANOMALY = 2
TRANSFORM = 4
MASKED = 8

MODE: ContextVar[int] = ContextVar("autograd_mode", default=0)
current_mode = MODE.get
_FLOAT64 = np.dtype(np.float64)
_DEFAULT_DTYPE: ContextVar[np.dtype] = ContextVar("autograd_default_dtype", default=_FLOAT64)


@contextmanager
def _mode(bits_on: int, bits_off: int = 0) -> Iterator[None]:
    token = MODE.set((current_mode() | bits_on) & ~bits_off)
    try:
        yield
    finally:
        MODE.reset(token)


def no_grad() -> _GeneratorContextManager[None]:
    """Compute without recording a graph; a context manager and, called, a decorator.

    >>> import autograd
    >>> x = autograd.Tensor(3.0, requires_grad=True)
    >>> with autograd.no_grad():
    ...     y = x * x
    >>> y.requires_grad
    False
    """
    return _mode(bits_on=NO_GRAD)


def enable_grad() -> _GeneratorContextManager[None]:
    """Record again inside a `no_grad` block; a context manager and, called, a decorator."""
    return _mode(bits_on=0, bits_off=NO_GRAD)


def detect_anomaly() -> _GeneratorContextManager[None]:
    """Raise at the first NaN or infinity of a recorded forward pass, and at the first NaN of a backward pass.

    The error names the op, the shapes and the source line of the forward call. An infinity in the backward
    pass can be right (`sqrt'(0)` is infinite) and passes.
    """
    return _mode(bits_on=ANOMALY)


def transforming() -> _GeneratorContextManager[None]:
    """Inside `grad`, `vjp`, `jvp` ...: everything records, and nested transforms return Tensors."""
    return _mode(bits_on=TRANSFORM, bits_off=NO_GRAD)


def masked() -> _GeneratorContextManager[None]:
    """In a rule behind an op that threw elements away: what it replays itself keeps `np.where`'s promise, too."""
    return _mode(bits_on=MASKED)


def is_grad_enabled() -> bool:
    """Whether operations record a graph here and now."""
    return not current_mode() & NO_GRAD


def is_transforming() -> bool:
    """Whether a function transform (`grad`, `vjp`, `jvp` ...) is running the current code."""
    return bool(current_mode() & TRANSFORM)


def set_default_dtype(dtype: np.typing.DTypeLike) -> None:
    """Set the float type that `nn` and Tensors made from Python numbers use (float64 unless set), in this context.

    Threads started later begin with float64 again, as `contextvars` have it.

    Raises `TypeError` for anything but a floating type.
    """
    dtype = np.dtype(dtype)
    if dtype.kind != "f":
        raise TypeError(f"the default dtype must be a floating type such as np.float32, not {dtype}")
    _DEFAULT_DTYPE.set(dtype)


def get_default_dtype() -> np.dtype:
    """The float type that `nn` and Tensors made from Python numbers use."""
    return _DEFAULT_DTYPE.get()
