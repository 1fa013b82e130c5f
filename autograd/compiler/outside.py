"""What a function reads from outside: the globals and enclosing variables that it names, and its object's attributes.

They are constants of its program. So that no call gets a stale answer, each call looks whether they are as they were.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Mapping
from operator import is_
from types import BuiltinFunctionType, CellType, CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from autograd.errors import CaptureError
from autograd.graph import here

_UNWATCHED = (ModuleType, FunctionType, BuiltinFunctionType, type)
_CONTAINERS = (list, tuple, dict, set)


Draw = tuple[np.random.Generator, bytes, bytes]  # what was drawn from, and its states before and after


def state_of(generator: np.random.Generator) -> bytes:
    """The state of a Generator, to compare."""
    return pickle.dumps(generator.bit_generator.state)


class Outside:
    """The values outside of a function, as they were when it was made."""

    def __init__(self, function: Callable[..., Any]) -> None:
        entries = [(name, holder, key) for name, holder, key in _places(function) if _watched(holder, key)]
        rebound = [(holder, key, _read(holder, key)) for _, holder, key in entries]
        self._cells = [(holder, value) for holder, _, value in rebound if isinstance(holder, CellType)]
        self._names = [(holder, key, value) for holder, key, value in rebound if not isinstance(holder, CellType)]
        self._generators = [
            (name, value, state_of(value))
            for (name, _, _), (_, _, value) in zip(entries, rebound, strict=True)
            if isinstance(value, np.random.Generator)
        ]
        self._contents = [
            (name, value, _copied(value))
            for (name, _, _), (_, _, value) in zip(entries, rebound, strict=True)
            if isinstance(value, (*_CONTAINERS, np.ndarray)) and not isinstance(value, tuple)
        ]
        self._quick = [_frames(value) for _, value, _ in self._contents]

    def is_unchanged(self) -> bool:
        """Whether every name has the value it had."""
        for cell, value in self._cells:
            if cell.cell_contents is not value and not _same(cell.cell_contents, value):
                return False
        for mapping, name, value in self._names:
            if mapping.get(name) is not value and not _same(mapping.get(name), value):
                return False
        return all(
            (frames is not None and all(len(a) == len(b) and all(map(is_, a, b)) for a, b in frames))
            or _same(value, before)
            for frames, (_, value, before) in zip(self._quick, self._contents, strict=True)
        )

    def refuse_changes(self, draws: list[Draw]) -> None:
        """Raise if a list, a dict, a set or an array was changed by the run, or a Generator used but for `draws`."""
        for name, generator, state in self._generators:
            for drawn, before, after in draws:
                if drawn is generator and before == state:
                    state = after
            if state != state_of(generator):
                raise CaptureError(
                    f"compile: the function draws from {name!r} (at {here()}), and every later call would get the same "
                    f"numbers. Write autograd.sample({name}.random, shape) for {name}.random(shape)."
                )
        for name, value, before in self._contents:
            if not _same(value, before):
                raise CaptureError(
                    f"compile: the function changes {name!r}, a {type(value).__name__} outside of it (at {here()}), "
                    "which a later call would not do. Return the values, and collect them outside."
                )


def _places(function: Callable[..., Any]) -> Iterator[tuple[str, Any, str]]:
    """(name, what holds it, its key there) of each value that the function's own code names."""
    owner = getattr(function, "__self__", None)
    if owner is not None and hasattr(owner, "__dict__"):
        for name in vars(owner):
            yield f"self.{name}", vars(owner), name
    plain = getattr(function, "__func__", function)
    if not isinstance(plain, FunctionType):
        return
    yield from (
        (name, cell, "") for name, cell in zip(plain.__code__.co_freevars, plain.__closure__ or (), strict=True)
    )
    for name in sorted(set(_global_names(plain.__code__))):
        if name in plain.__globals__:
            yield name, plain.__globals__, name


def _global_names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _global_names(constant)


def _read(holder: CellType | Mapping[str, Any], key: str) -> Any:
    return holder.cell_contents if isinstance(holder, CellType) else holder[key]


def _watched(holder: Any, key: str) -> bool:
    try:
        return not isinstance(_read(holder, key), _UNWATCHED)
    except ValueError:  # an empty cell
        return False


def _copied(value: Any) -> Any:
    """Containers and arrays copied, down to what cannot be changed, or is watched otherwise."""
    if isinstance(value, dict):
        return {key: _copied(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_copied(part) for part in value]
    return value.copy() if isinstance(value, np.ndarray | set) else value


def _frames(value: Any) -> list[tuple[Any, tuple[Any, ...]]] | None:
    """Nested lists and tuples, each with what it holds: quickly found to be as they were; None if there are others.

    A network of single numbers holds hundreds of Tensors in them.
    """
    frames = []
    stack = [value]
    while stack:
        part = stack.pop()
        if isinstance(part, list | tuple):
            frames.append((part, tuple(part)))
            stack.extend(part)
        elif isinstance(part, (*_CONTAINERS, np.ndarray)):
            return None
    return frames


def _same(a: Any, b: Any) -> bool:
    """Whether two values are one object, or equal numbers, strings, arrays, or containers of such."""
    if a is b:
        return True
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a.shape == b.shape and a.dtype == b.dtype and bool(np.array_equal(a, b, equal_nan=a.dtype.kind in "fc"))
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and (all(map(is_, a, b)) or all(map(_same, a, b)))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(part, b[key]) for key, part in a.items())
    simple = int | float | complex | str | bytes | set | np.generic
    return type(a) is type(b) and isinstance(a, simple) and bool(a == b)
