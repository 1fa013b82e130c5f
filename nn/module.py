"""`Module`: a function with parameters. Write a class, set its Tensors and Modules as attributes, and define `forward`.

    class Perceptron(nn.Module):
        def __init__(self, in_features):
            self.weight = Tensor(np.zeros(in_features), requires_grad=True)     # a parameter
            self.bias = Tensor(0.0, requires_grad=True)

        def forward(self, x):                     # x (batch, in_features) -> (batch,)
            return x @ self.weight + self.bias

    list(Perceptron(2).parameters())

Attributes are the only registry: what a module holds is found by looking at them, lists, tuples and dicts included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple, Self

import numpy as np

from autograd import Tensor

_PARAMETER_PATHS = "_parameter_paths"
_RAISED_IN = "_readgrad_module"  # on an error: the innermost module it came from, and the note that says so


class MissingAndUnexpected(NamedTuple):
    """What `load_state_dict(strict=False)` passed over."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Module:
    """Base class of layers, losses and models.

    A leaf Tensor that requires grad when it is set as an attribute is a *parameter*, and stays one when it is frozen
    (`requires_grad = False`); a Tensor that does not is a *buffer*, state that is saved but not trained; a Module is a
    *child*. Lists, tuples and dicts of these count too, under the names `layers.0`, `layers.1` ...

    Subclasses define `forward`; calling the module calls it. `super().__init__()` may be left out.

    Raises
    ------
    TypeError : when an attribute is set in a way that would lose a parameter: a Tensor that is the result of an
        operation (results may be kept under names that begin with `_`), a set of Tensors or Modules, or, in the
        place of a parameter, an array or a Tensor that does not require grad (`del module.x` first to mean it).

    >>> import nn
    >>> class Scale(nn.Module):
    ...     def __init__(self, size):
    ...         self.factor = Tensor(np.ones(size), requires_grad=True)
    ...     def forward(self, x):
    ...         return x * self.factor
    >>> model = Scale(2)
    >>> model(np.array([3.0, 4.0])).tolist()
    [3.0, 4.0]
    >>> [name for name, _ in model.named_parameters()]
    ['factor']
    """

    training: bool = True

    def forward(self, *args: Any, **keywords: Any) -> Any:
        """What the module computes; every subclass defines its own."""
        raise NotImplementedError(f"{type(self).__name__} does not define forward(self, ...)")

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        try:
            return self.forward(*args, **keywords)
        except Exception as error:
            with suppress(Exception):  # of an `extra_repr` say: the error that is being told matters more
                _note_module(error, self)
            raise

    # --- what it holds ---

    def __setattr__(self, name: str, value: Any) -> None:
        paths = vars(self).get(_PARAMETER_PATHS, ())
        if paths and value is not vars(self).get(name):
            if name in paths and name in vars(self):
                self._refuse_untrained(name, value)
            vars(self)[_PARAMETER_PATHS] = {p for p in paths if p != name and not p.startswith(name + ".")}
        for path, member in _members(name, value, type(self).__name__):
            if isinstance(member, Tensor):
                self._classify(path, member)
        object.__setattr__(self, name, value)

    def _refuse_untrained(self, name: str, value: Any) -> None:
        """An error for what would take a parameter's place and never be trained, as `module.x -= step` sets it."""
        if value is None or isinstance(value, Module):
            return
        if not isinstance(value, Tensor):
            fault = f"a {type(value).__name__}"
        elif not value.requires_grad:
            fault = "a Tensor that does not require grad"
        elif not value.is_leaf and not name.startswith("_"):
            fault = "the result of an operation"
        else:
            return
        raise TypeError(
            f"{type(self).__name__}.{name} is a parameter, and {fault} would take its place untrained; to change its "
            f"value write module.{name}.data -= ... or module.{name}.assign(value)"
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

    def _attributes(self) -> Iterable[tuple[str, Any]]:
        """The attributes to look for members in, by name; containers have theirs elsewhere."""
        return vars(self).items()

    def _tensors(self) -> Iterator[tuple[str, Tensor, bool]]:
        """This module's own Tensors: path, Tensor, whether it is a parameter."""
        for name, value in self._attributes():
            for path, member in _members(name, value, type(self).__name__):
                if isinstance(member, Tensor):
                    is_parameter = self._classify(path, member)
                    if member.is_leaf:
                        yield path, member, is_parameter

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules this one holds itself, with their names, each once."""
        seen: set[int] = set()
        for name, value in self._attributes():
            for path, member in _members(name, value, type(self).__name__):
                if isinstance(member, Module) and id(member) not in seen:
                    seen.add(id(member))
                    yield path, member

    def children(self) -> Iterator[Module]:
        """The modules this one holds itself, each once."""
        return (module for _, module in self.named_children())

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """This module and all below it, each once, with dotted paths; outer ones first, in the order they were set."""
        seen: set[int] = set()
        stack = [(prefix, self)]
        while stack:
            path, module = stack.pop()
            if id(module) not in seen:
                seen.add(id(module))
                yield path, module
                stack += reversed([(_joined(path, name), child) for name, child in module.named_children()])

    def modules(self) -> Iterator[Module]:
        """This module and all below it, each once."""
        return (module for _, module in self.named_modules())

    def _named_tensors(self, parameters: bool, prefix: str, recurse: bool) -> Iterator[tuple[str, Tensor]]:
        seen: set[int] = set()
        for path, module in self.named_modules(prefix) if recurse else [(prefix, self)]:
            for name, tensor, is_parameter in module._tensors():
                if is_parameter is parameters and id(tensor) not in seen:
                    seen.add(id(tensor))
                    yield _joined(path, name), tensor

    def named_parameters(self, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, Tensor]]:
        """The parameters with their dotted paths; a shared one comes once, under its first name."""
        return self._named_tensors(True, prefix, recurse)

    def parameters(self, recurse: bool = True) -> Iterator[Tensor]:
        """The parameters, each once, in the order they were set: what an optimizer takes."""
        return (tensor for _, tensor in self.named_parameters(recurse=recurse))

    def named_buffers(self, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, Tensor]]:
        """The buffers with their dotted paths, each once."""
        return self._named_tensors(False, prefix, recurse)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers, each once."""
        return (tensor for _, tensor in self.named_buffers(recurse=recurse))

    # --- saving and loading ---

    def state_dict(self) -> dict[str, np.ndarray]:
        """Copies of the values of all parameters and buffers, by dotted path; a shared one under each of its names.

        >>> import nn
        >>> {name: value.shape for name, value in nn.Linear(3, 2).state_dict().items()}
        {'weight': (2, 3), 'bias': (2,)}
        """
        return {path: np.array(tensor.detach()) for path, tensor in self._state()}

    def _state(self) -> Iterator[tuple[str, Tensor]]:
        """Every path to a Tensor, also where two lead to the same one."""
        stack: list[tuple[str, Module, tuple[int, ...]]] = [("", self, ())]
        while stack:
            path, module, above = stack.pop()
            if id(module) in above:
                raise ValueError(f"{path} leads back to a module that holds it; a state_dict would have no end")
            own = list(module._tensors())
            for wanted in (True, False):
                for name, tensor, is_parameter in own:
                    if is_parameter is wanted:
                        yield _joined(path, name), tensor
            inner = [
                (_joined(path, below), member, (*above, id(module)))
                for name, value in module._attributes()
                for below, member in _members(name, value, type(module).__name__)
                if isinstance(member, Module)
            ]
            stack += reversed(inner)

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True) -> MissingAndUnexpected:
        """Assign the values of a `state_dict` to the parameters and buffers of these names.

        Parameters
        ----------
        state_dict : arrays (or Tensors) by dotted path; each is converted to the dtype of what it goes to.
        strict : refuse missing and unexpected names; they are returned in any case.

        Raises
        ------
        ValueError : with all names that are missing, unexpected or of the wrong shape; nothing was changed then.
        """
        own = dict(self._state())
        # Copies: a value may be another parameter of this module, as where two change places.
        values = {name: np.array(_detached(value)) for name, value in state_dict.items()}
        missing = [name for name in own if name not in values]
        unexpected = [name for name in values if name not in own]
        faults = []
        if strict:
            faults += [f"missing: {name}" for name in missing]
            faults += [f"unexpected: {name}" for name in unexpected]
        for name, value in values.items():
            if name in own and value.shape != own[name].shape:
                faults.append(f"{name}: shape {value.shape} does not fit {own[name].shape}")
            elif name in own and value.dtype.kind not in "fiub":
                faults.append(f"{name}: numbers are wanted, not {value.dtype}")
        if faults:
            raise ValueError(f"load_state_dict of {type(self).__name__}:\n  " + "\n  ".join(faults))
        for name, tensor in own.items():
            if name in values:
                tensor.assign(values[name])
        return MissingAndUnexpected(missing, unexpected)

    # --- modes ---

    def train(self, mode: bool = True) -> Self:
        """Put this module and all below it into training mode (dropout drops); returns it."""
        for module in self.modules():
            module.training = bool(mode)
        return self

    def eval(self) -> Self:
        """Put this module and all below it into evaluation mode; returns it."""
        return self.train(False)

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters: set them to None."""
        for parameter in self.parameters():
            parameter.zero_grad()

    # --- showing ---

    def extra_repr(self) -> str:
        """What stands in the parentheses of this module's `repr`, before its children."""
        return ""

    def _shown(self) -> Iterable[tuple[str, object]]:
        """What `repr` lists, one line or block each."""
        return self.named_children()

    def __repr__(self) -> str:
        extra = self.extra_repr()
        inner = [f"({name}): " + repr(shown).replace("\n", "\n  ") for name, shown in self._shown()]
        if not inner:
            return f"{type(self).__name__}({extra})"
        return f"{type(self).__name__}(\n  " + "\n  ".join([extra, *inner] if extra else inner) + "\n)"


def _note_module(error: Exception, module: Module) -> None:
    """Add to an error's traceback which module it came from, by its path in the outermost one that was called."""
    inner, note = getattr(error, _RAISED_IN, (module, None))
    if note is not None:  # a module around has a longer path to tell
        error.__notes__.remove(note)
    path = next((path for path, found in module.named_modules() if found is inner), "")
    note = f"in {_joined(type(module).__name__, path)}: {type(inner).__name__}({inner.extra_repr()})"
    error.add_note(note)
    setattr(error, _RAISED_IN, (inner, note))


def _detached(value: Any) -> Any:
    return value.detach() if isinstance(value, Tensor) else value


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else path or name


def _members(name: str, value: Any, owner: str) -> Iterator[tuple[str, Tensor | Module]]:
    """The Tensors and Modules in an attribute, with their paths; looks into lists, tuples and dicts."""
    if isinstance(value, Tensor | Module):
        yield name, value
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            yield from _members(f"{name}.{i}", item, owner)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _members(f"{name}.{key}", item, owner)
    elif isinstance(value, set | frozenset) and any(isinstance(item, Tensor | Module) for item in value):
        raise TypeError(f"{owner}.{name} is a set of Tensors or Modules, with no order to name them by; use a list")
