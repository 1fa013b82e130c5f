"""What a module holds: parameters, buffers and other modules, found by looking at its attributes.

Attributes are the only registry. Lists, tuples and dicts in them are looked into, so a parameter in a plain list
counts, under the name `layers.0`. One more fact is kept, which were set as parameters: a frozen one stays one.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import Any, Self

import numpy as np

from autograd import Tensor, note_edit

_PARAMETER_PATHS = "_parameter_paths"
_TRANSIENT = "_transient_buffers"


def Parameter(data: Any, dtype: np.typing.DTypeLike | None = None) -> Tensor:
    """A leaf that a module trains: PyTorch's name for `Tensor(data, requires_grad=True)`, and no type of its own.

    Raises DtypeError for integers, which have no gradient.

    >>> Parameter([1.0, 2.0])
    Tensor([1., 2.], requires_grad=True)
    """
    return Tensor(data, requires_grad=True, dtype=dtype)


class Members:
    """The part of `Module` that knows what it holds."""

    # --- setting ---

    def __setattr__(self, name: str, value: Any) -> None:
        paths = vars(self).get(_PARAMETER_PATHS, ())
        if paths and value is not vars(self).get(name):
            if name in paths and name in vars(self):
                self._refuse_untrained(name, value)
            vars(self)[_PARAMETER_PATHS] = {p for p in paths if p != name and not p.startswith(name + ".")}
        for path, member in members_of(name, value, type(self).__name__):
            if isinstance(member, Tensor):
                self._classify(path, member)
        object.__setattr__(self, name, value)
        note_edit()

    def register_buffer(self, name: str, tensor: Any, persistent: bool = True) -> None:
        """Set an attribute that is saved but not trained: a Tensor, an array (which becomes one), or None.

        `module.name = Tensor(...)` does the same; this one refuses what would be a parameter, and with
        `persistent=False` the buffer is left out of `state_dict`.

        Raises KeyError for a name that is taken or has a dot, TypeError for a Tensor that requires grad.
        """
        self._refuse_name(name)
        if tensor is not None and not isinstance(tensor, Tensor):
            tensor = Tensor(tensor)
        if tensor is not None and tensor.requires_grad:
            raise TypeError(f"{type(self).__name__}.{name} requires grad: as an attribute it is a parameter, no buffer")
        setattr(self, name, tensor)
        if not persistent:
            vars(self).setdefault(_TRANSIENT, set()).add(name)

    def register_parameter(self, name: str, param: Tensor | None) -> None:
        """Set an attribute that is trained, as `module.name = param` does, but refuse what would not be.

        Raises KeyError for a name that is taken or has a dot, TypeError for anything but None or a leaf Tensor that
        requires grad.
        """
        self._refuse_name(name)
        if param is not None and not (isinstance(param, Tensor) and param.is_leaf and param.requires_grad):
            raise TypeError(
                f"{type(self).__name__}.{name}: a parameter is a leaf Tensor that requires grad, as "
                f"Tensor(values, requires_grad=True) makes it, not {_described(param)}"
            )
        setattr(self, name, param)

    def add_module(self, name: str, module: Members | None) -> None:
        """Set an attribute that is a module (or None), as `module.name = child` does.

        Raises KeyError for a name that is taken or has a dot, TypeError for what is no Module.
        """
        self._refuse_name(name)
        if module is not None and not isinstance(module, Members):
            raise TypeError(f"{type(self).__name__}.{name} is to be a Module, not {_described(module)}")
        setattr(self, name, module)

    def _refuse_name(self, name: str) -> None:
        owner = type(self).__name__
        if not isinstance(name, str) or not name or "." in name:
            raise KeyError(f"{owner}: {name!r} is no name for an attribute; dots separate the names of a path")
        if hasattr(self, name):
            raise KeyError(f"{owner}.{name} is there already; set it with {owner}.{name} = ... to replace it")

    def _refuse_untrained(self, name: str, value: Any) -> None:
        """An error for what would take a parameter's place and never be trained, as `module.x -= step` sets it."""
        if value is None or isinstance(value, Members):
            return
        if isinstance(value, Tensor) and value.requires_grad and (value.is_leaf or name.startswith("_")):
            return
        raise TypeError(
            f"{type(self).__name__}.{name} is a parameter, and {_described(value)} would take its place untrained; "
            f"to change its value write module.{name}.data -= ... or module.{name}.assign(value)"
        )

    def _classify(self, path: str, tensor: Tensor) -> bool:
        """Whether the Tensor at `path` is a parameter; once a parameter, always one."""
        paths: set[str] = vars(self).setdefault(_PARAMETER_PATHS, set())
        if tensor.requires_grad and tensor.is_leaf:
            paths.add(path)
        elif tensor.requires_grad and not path.startswith("_"):
            raise TypeError(
                f"{type(self).__name__}.{path} = the result of an operation: no leaf, so it would never be trained. "
                "For a parameter, make a leaf of it: Tensor(x.detach(), requires_grad=True); a result that you only "
                f"want to keep goes under a name that begins with an underscore: self._{path}"
            )
        return path in paths

    # --- finding ---

    def _attributes(self) -> Iterable[tuple[str, Any]]:
        """The attributes to look for members in, by name; containers have theirs elsewhere."""
        return vars(self).items()

    def _found(self) -> Iterator[tuple[str, Any]]:
        """Every Tensor and Module in the attributes, with its path."""
        for name, value in self._attributes():
            yield from members_of(name, value, type(self).__name__)

    def _tensors(self) -> Iterator[tuple[str, Tensor, bool]]:
        """This module's own Tensors: path, Tensor, whether it is a parameter."""
        for path, member in self._found():
            if isinstance(member, Tensor):
                is_parameter = self._classify(path, member)
                if member.is_leaf:
                    yield path, member, is_parameter

    def named_children(self) -> Iterator[tuple[str, Self]]:
        """The modules this one holds itself, with their names, each once."""
        seen: set[int] = set()
        for path, member in self._found():
            if isinstance(member, Members) and id(member) not in seen:
                seen.add(id(member))
                yield path, member  # type: ignore[misc]  # each is a Module, as `self` is

    def children(self) -> Iterator[Self]:
        """The modules this one holds itself, each once."""
        return (module for _, module in self.named_children())

    def named_modules(self, prefix: str = "", remove_duplicate: bool = True) -> Iterator[tuple[str, Self]]:
        """This module and all below it, with dotted paths; outer ones first, in the order they were set.

        Each comes once, or with `remove_duplicate=False` under each of its paths: ValueError then if a module holds
        itself, for there would be no end.
        """
        seen: set[int] = set()
        stack: list[tuple[str, Self, tuple[int, ...]]] = [(prefix, self, ())]
        while stack:
            path, module, above = stack.pop()
            if remove_duplicate and id(module) in seen:
                continue
            if id(module) in above:
                raise ValueError(f"{path} leads back to a module that holds it; its paths have no end")
            seen.add(id(module))
            yield path, module
            inside = module.named_children() if remove_duplicate else module._found()
            above = () if remove_duplicate else (*above, id(module))
            below = [(joined(path, name), x, above) for name, x in inside if isinstance(x, Members)]
            stack += reversed(below)  # type: ignore[arg-type]

    def modules(self) -> Iterator[Self]:
        """This module and all below it, each once."""
        return (module for _, module in self.named_modules())

    def _named_tensors(
        self, parameters: bool, prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Tensor]]:
        seen: set[int] = set()
        for path, module in self.named_modules(prefix, remove_duplicate) if recurse else [(prefix, self)]:
            for name, tensor, is_parameter in module._tensors():
                if is_parameter is parameters and not (remove_duplicate and id(tensor) in seen):
                    seen.add(id(tensor))
                    yield joined(path, name), tensor

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """The parameters with their dotted paths; a shared one comes once, under its first name."""
        return self._named_tensors(True, prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Tensor]:
        """The parameters, each once, in the order they were set: what an optimizer takes."""
        return (tensor for _, tensor in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """The buffers with their dotted paths, each once."""
        return self._named_tensors(False, prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers, each once."""
        return (tensor for _, tensor in self.named_buffers(recurse=recurse))

    # --- finding by path ---

    def get_submodule(self, target: str) -> Self:
        """The module at a dotted path, as `named_modules` tells it; "" is this module. Raises AttributeError.

        >>> import nn
        >>> nn.Sequential(nn.Sequential(nn.Linear(2, 3), nn.ReLU())).get_submodule("0.1")
        ReLU()
        """
        return self._at(target, dict(self.named_modules(remove_duplicate=False)), "submodule")

    def get_parameter(self, target: str) -> Tensor:
        """The parameter at a dotted path, as `named_parameters` tells it. Raises AttributeError."""
        return self._at(target, dict(self.named_parameters(remove_duplicate=False)), "parameter")

    def get_buffer(self, target: str) -> Tensor:
        """The buffer at a dotted path, as `named_buffers` tells it. Raises AttributeError."""
        return self._at(target, dict(self.named_buffers(remove_duplicate=False)), "buffer")

    def _at(self, target: str, known: dict[str, Any], kind: str) -> Any:
        if target not in known:
            near = difflib.get_close_matches(str(target), known, n=3) or list(known)[:8]
            told = ", ".join(repr(name) for name in near if name) or "none"
            raise AttributeError(f"{type(self).__name__} has no {kind} {target!r}; there are: {told}")
        return known[target]

    def _state(self) -> Iterator[tuple[str, Tensor]]:
        """What is saved: every path to a Tensor, also where two lead to the same one, but no transient buffer."""
        for path, module in self.named_modules(remove_duplicate=False):
            own = list(module._tensors())
            transient = vars(module).get(_TRANSIENT, ())
            for wanted in (True, False):
                for name, tensor, is_parameter in own:
                    if is_parameter is wanted and name not in transient:
                        yield joined(path, name), tensor


def joined(path: str, name: str) -> str:
    """A path and a name below it; either may be empty."""
    return f"{path}.{name}" if path and name else path or name


def members_of(name: str, value: Any, owner: str) -> Iterator[tuple[str, Tensor | Members]]:
    """The Tensors and Modules in an attribute, with their paths; looks into lists, tuples and dicts."""
    if isinstance(value, Tensor | Members):
        yield name, value
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            yield from members_of(f"{name}.{i}", item, owner)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from members_of(f"{name}.{key}", item, owner)
    elif isinstance(value, set | frozenset) and any(isinstance(item, Tensor | Members) for item in value):
        raise TypeError(f"{owner}.{name} is a set of Tensors or Modules, with no order to name them by; use a list")


def _described(value: Any) -> str:
    """What a value is, for an error that says what it should have been."""
    if not isinstance(value, Tensor):
        return f"a {type(value).__name__}"
    return "a Tensor that does not require grad" if not value.requires_grad else "the result of an operation"
