"""What a function reads from outside: globals, enclosing variables and attributes, its own and those of what it calls.

They are constants of its program. So that no call gets a stale answer, each call looks whether they are as they were:
one chain of `is`, written out, and a comparison of the lists, dicts, sets and arrays among them.

Which functions run is seen while the program is recorded. The library's own, NumPy's and Python's are left out.
"""

from __future__ import annotations

import dis
import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import CodeType, FrameType, FunctionType, MethodType, ModuleType
from typing import Any
from weakref import ref

import numpy as np

from autograd.compiler.ownership import is_librarys, is_object, is_users
from autograd.compiler.snapshots import Draw, copied, global_generators, same, settings_of, state_of
from autograd.errors import CaptureError
from autograd.graph import LIBRARY_MARK, Node, here, locate
from autograd.tensor import Tensor

_CONTAINERS = (list, tuple, dict, set)
_METHODS = (FunctionType, property, classmethod, staticmethod)
_MISSING = object()


@dataclass
class Binding:
    """A name and what it stood for: read as `holder['scale']`, `holder.cell_contents` or `holder.scale`."""

    label: str
    holder: Any
    access: str
    value: Any
    code: CodeType | None  # that names it

    def read(self) -> Any:
        """What it stands for now."""
        try:
            return eval(f"holder{self.access}", {"holder": self.holder})
        except (KeyError, AttributeError, ValueError):  # ValueError: an empty cell
            return _MISSING


class Outside:
    """The values outside of a function, as they were when the run came upon them."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.names: dict[Node, str] = {}  # of Tensors, by the variables that hold them
        self._bindings: dict[tuple[int, str], Binding] = {}
        self._contents: list[tuple[str, Any, Any, CodeType | None]] = []  # what may change within, and a copy
        self._generators: list[tuple[str, np.random.Generator, bytes, CodeType | None]] = []
        self._settings: list[tuple[str, Any, list[dict[str, Any]], CodeType | None]] = []  # of optimizers
        self._functions: dict[CodeType, FunctionType] = {}
        self._objects: dict[int, tuple[str, Any]] = {}
        self._known: dict[int, Any] = {}
        self._passed: list[tuple[str, ref[Any], CodeType]] = []  # objects given as arguments, within the function
        self._codes: set[CodeType] = set()
        self._attributes: set[str] = set()
        self._explore("", function, None)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Take in what each function names that runs inside."""
        self._global_draws = global_generators()
        before: Any = sys.getprofile()
        if hasattr(before, "disable"):  # cProfile's cannot be set again
            before.disable()
        sys.setprofile(self._called)
        try:
            yield
        finally:
            sys.setprofile(None if hasattr(before, "enable") else before)
            if hasattr(before, "enable"):
                before.enable()
            for name, reference, code in self._passed:
                if (thing := reference()) is not None:  # not one that was made during the run
                    self._explore(name, thing, code)
            self._passed.clear()
            for label, thing in list(self._objects.values()):
                self._take_attributes(label, thing, None)
            self._objects.clear()
            self._known.clear()
            self._check = self._written_check()

    @property
    def values(self) -> list[tuple[str, Any]]:
        """What was read, by the names that the functions have for it."""
        return [(binding.label.removeprefix("self."), binding.value) for binding in self._bindings.values()]

    # --- taking in ---

    def _called(self, frame: FrameType, event: str, argument: Any) -> None:
        code = frame.f_code
        if event != "call" or not is_users(code.co_filename) or LIBRARY_MARK in frame.f_globals:
            return
        if code not in self._codes:
            self._codes.add(code)
            names = set(_names_in(code))
            if not names <= self._attributes:
                self._attributes |= names
                for label, thing in list(self._objects.values()):
                    self._take_attributes(label, thing, code)
            for name in sorted(names & frame.f_globals.keys()):
                self._take(name, frame.f_globals, f"[{name!r}]", code)
            function = self._functions.get(code)
            for name, cell in zip(code.co_freevars, (function and function.__closure__) or (), strict=False):
                self._take(name, cell, ".cell_contents", code)
            for value in (function and function.__defaults__) or ():
                self._explore(f"a default of {code.co_name}", value, code)
        count = code.co_argcount + code.co_kwonlyargcount
        for name in code.co_varnames[:count]:
            value = frame.f_locals.get(name)
            if id(value) not in self._known and is_object(value):
                with suppress(TypeError):  # an object that takes no weak references
                    self._passed.append((name, ref(value), code))

    def _take(self, label: str, holder: Any, access: str, code: CodeType | None) -> None:
        key = (id(holder), access)
        if key in self._bindings:
            return
        binding = Binding(label, holder, access, None, code)
        binding.value = binding.read()
        if binding.value is _MISSING:
            return
        if not isinstance(binding.value, ModuleType):
            self._bindings[key] = binding
        self._explore(label, binding.value, code)

    def _explore(self, label: str, value: Any, code: CodeType | None) -> None:
        """Take in what a value holds that may change."""
        if id(value) in self._known:
            return
        if isinstance(value, Tensor):
            self.names.setdefault(value._node, label)
        elif isinstance(value, FunctionType):
            self._known[id(value)] = value
            if not is_librarys(value):
                self._functions.setdefault(value.__code__, value)
            else:  # such as `grad(f)`, which holds f
                for cell in value.__closure__ or ():
                    with suppress(ValueError):  # an empty one
                        self._explore(label, cell.cell_contents, code)
        elif callable(value) and hasattr(value, "__wrapped__"):  # such as another compiled function
            self._explore(label, value.__wrapped__, code)
        elif isinstance(value, MethodType | functools.partial):
            parts = (value.__func__, value.__self__) if isinstance(value, MethodType) else (value.func, value.args)
            for part in (*parts, *getattr(value, "keywords", {}).values()):
                self._explore(label or "self", part, code)
        elif isinstance(value, np.random.Generator):
            self._generators.append((label, value, state_of(value), code))
        elif isinstance(value, np.ndarray | list | dict | set | tuple):
            self._known[id(value)] = value
            if not isinstance(value, tuple) or any(isinstance(part, _CONTAINERS) for part in value):
                self._contents.append((label, value, copied(value), code))
            if isinstance(value, _CONTAINERS):
                self._explore_parts(label, value, code)
        elif hasattr(value, "param_groups"):
            self._known[id(value)] = value
            self._settings.append((label, value, settings_of(value), code))
        elif is_object(value):
            self._known[id(value)] = value
            self._objects[id(value)] = (label, value)
            self._take_attributes(label, value, code)

    def _explore_parts(self, label: str, container: Any, code: CodeType | None) -> None:
        """Tensors, functions and objects in a container, whose own contents are compared as a whole."""
        for place, part in container.items() if isinstance(container, dict) else enumerate(container):
            if not isinstance(part, (*_CONTAINERS, np.ndarray)):
                self._explore(f"{label}_{place}", part, code)
            elif not isinstance(part, np.ndarray) and id(part) not in self._known:
                self._known[id(part)] = part
                self._explore_parts(f"{label}_{place}", part, code)

    def _take_attributes(self, label: str, thing: Any, code: CodeType | None) -> None:
        """Those attributes of an object whose names the functions use; a method is no value."""
        tells = hasattr(thing, "named_parameters")  # a module of layers tells by itself when an attribute is bound anew
        for name in sorted(self._attributes):
            static = _static(thing, name)
            is_own = not isinstance(thing, type) and name in getattr(thing, "__dict__", ())
            if static is _MISSING or (not is_own and isinstance(static, _METHODS)):
                continue
            if tells and not isinstance(static, list | dict | set | np.ndarray):
                continue
            self._take(f"{label}.{name}", thing, f".{name}", code)

    # --- looking ---

    def is_unchanged(self) -> bool:
        """Whether every name has the value it had."""
        if not self._check():
            for binding in self._bindings.values():
                now = binding.read()
                if now is not binding.value and not same(now, binding.value):
                    return False
            for binding in self._bindings.values():  # equal, but other objects: look for these from now on
                binding.value = binding.read()
            self._check = self._written_check()
        return not self._contents or all(same(value, before) for _, value, before, _ in self._contents)

    def _written_check(self) -> Callable[[], bool]:
        holders: dict[int, str] = {}
        bound: dict[str, Any] = {LIBRARY_MARK: True}
        tests = []
        for i, binding in enumerate(self._bindings.values()):
            holder = holders.setdefault(id(binding.holder), f"h{i}")
            bound[holder], bound[f"v{i}"] = binding.holder, binding.value
            tests.append(f"{holder}{binding.access} is v{i}")
        chain = " and ".join(tests) or "True"
        lines = ("def check():", " try:", f"  return {chain}", " except (KeyError, AttributeError, ValueError):")
        exec("\n".join((*lines, "  return False")), bound)
        return bound["check"]

    def refuse_changes(self, draws: list[Draw]) -> None:
        """Raise if the run changed a list, a dict, a set, an array or a count, or drew from a Generator otherwise."""
        self._refuse_draws(draws)
        for name, value, before, code in self._contents:
            if not same(value, before):
                raise CaptureError(
                    f"compile: the function changes {name!r}, a {type(value).__name__} outside of it (at "
                    f"{_line_of(name, code)}), which a later call would not do. Return the values, and collect them "
                    "outside."
                )
        self._refuse_settings()
        for binding in self._bindings.values():
            if isinstance(binding.value, int | float) and not same(binding.read(), binding.value):
                raise CaptureError(
                    f"compile: the function changes {binding.label!r} from {binding.value!r} (at "
                    f"{_line_of(binding.label, binding.code)}), which a later call would not do. Count outside of it."
                )

    def _refuse_draws(self, draws: list[Draw]) -> None:
        """Raise if a generator is in another state than the recorded draws left it in."""
        for name, generator, state, code in self._generators:
            for drawn, before, after in draws:
                if drawn is generator and before == state:
                    state = after
            if state != state_of(generator):
                raise CaptureError(
                    f"compile: the function draws from {name!r} (at {_line_of(name, code)}), and every later call "
                    f"would get the same numbers. Write autograd.sample({name}.random, shape) for {name}.random(shape)."
                )
        if self._global_draws != global_generators():
            code = next((code for code in self._codes if "random" in code.co_names), None)
            raise CaptureError(
                f"compile: the function draws from a global generator (at {_line_of('random', code)}), and every later "
                "call would get the same numbers. Make rng = np.random.default_rng(seed) outside of it, and write "
                "autograd.sample(rng.random, shape)."
            )

    def _refuse_settings(self) -> None:
        """Raise if the run changed a learning rate or the like."""
        for name, optimizer, settings, code in self._settings:
            pairs = zip(settings, settings_of(optimizer), strict=False)
            changed = [key for was, now in pairs for key in was if not same(was[key], now.get(key))]
            if changed:
                raise CaptureError(
                    f"compile: the function changes {changed[0]!r} of {name!r} (at {_line_of(name, code)}), which a "
                    "later call would not do. Step a schedule outside of it: a compiled function reads the settings of "
                    "its optimizers at each call."
                )


def _names_in(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_in(constant)


def _line_of(label: str, code: CodeType | None) -> Any:
    """The last line of the function that names the value; where the function was called, if none does."""
    name = label.rsplit(".", 1)[-1]
    last = None
    for instruction in () if code is None else dis.get_instructions(code):
        if instruction.argval == name:
            last = instruction.offset
    return here() if last is None or code is None else locate(code, last)


def _static(thing: Any, name: str) -> Any:
    """An attribute without running code: from the object, or from its class."""
    found = getattr(thing, "__dict__", {}).get(name, _MISSING)
    if found is not _MISSING:
        return found
    for kind in type(thing).__mro__ if not isinstance(thing, type) else thing.__mro__:
        if name in vars(kind):
            return vars(kind)[name]
    return _MISSING
