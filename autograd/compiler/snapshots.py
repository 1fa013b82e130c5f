"""Values as they were at a time, to compare with what they are later: copies, states and settings."""

from __future__ import annotations

import pickle
import sys
from operator import is_
from typing import Any

import numpy as np

Draw = tuple[np.random.Generator, bytes, bytes]  # what was drawn from, and its states before and after


def state_of(generator: np.random.Generator) -> bytes:
    """The state of a Generator, to compare."""
    return pickle.dumps(generator.bit_generator.state)


def global_generators() -> tuple[Any, ...]:
    """The states of NumPy's and Python's own generators, to compare."""
    python = sys.modules["random"].getstate() if "random" in sys.modules else None
    return pickle.dumps(np.random.get_state()), python  # noqa: NPY002  (to see whether somebody uses it)


def settings_of(optimizer: Any) -> list[dict[str, Any]]:
    """Numbers in the groups of an optimizer."""
    return [{k: v for k, v in group.items() if isinstance(v, int | float)} for group in optimizer.param_groups]


def copied(value: Any) -> Any:
    """Containers and arrays copied, down to what cannot be changed, or is watched otherwise."""
    if isinstance(value, dict):
        return {key: copied(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [copied(part) for part in value]
    return value.copy() if isinstance(value, np.ndarray | set) else value


def same(a: Any, b: Any) -> bool:
    """Whether two values are one object, or equal numbers, strings, arrays, or containers of such."""
    if a is b:
        return True
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        if a.shape != b.shape or a.dtype != b.dtype:
            return False
        return bool(np.array_equal(a, b)) if a.dtype.hasobject else a.tobytes() == b.tobytes()
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and (all(map(is_, a, b)) or all(map(same, a, b)))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(part, b[key]) for key, part in a.items())
    simple = int | float | complex | str | bytes | set | np.generic
    return type(a) is type(b) and isinstance(a, simple) and bool(a == b or (a != a and b != b))
