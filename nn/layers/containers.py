"""Modules that hold modules: `Sequential` chains them, `ModuleList` and `ModuleDict` only keep them."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import Any, Self, overload

from nn.layers.checks import function
from nn.module import Module

Layer = Callable[[Any], Any]

# Set past `Module.__setattr__`, since `_attributes` gives what is in them its names.
_ITEMS, _NAMES = "_items", "_names"


class _Container(Module):
    """Keeps its own members in `_items`, a list or a dict; further attributes of a subclass come after them."""

    def _named(self) -> Iterable[tuple[str, Any]]:
        raise NotImplementedError

    def _attributes(self) -> Iterable[tuple[str, Any]]:
        others = [(name, value) for name, value in vars(self).items() if name not in (_ITEMS, _NAMES)]
        return [*self._named(), *others]

    def _shown(self) -> Iterable[tuple[str, object]]:
        return [(name, item if isinstance(item, Module) else _Name(item)) for name, item in self._named()]

    def _module(self, item: Any) -> Module:
        if not isinstance(item, Module):
            raise TypeError(f"{type(self).__name__} holds Modules, not a {type(item).__name__}")
        return item


class ModuleList(_Container):
    """A list of modules whose parameters count as its owner's; it has no forward of its own.

    A plain list in an attribute counts as well; this one has a `repr` and refuses what is no Module (TypeError).
    It has a list's methods; a slice is a ModuleList of the same modules.

    >>> import nn
    >>> blocks = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2)])
    >>> blocks.append(nn.Tanh())
    ModuleList(
      (0): Linear(in_features=2, out_features=2, bias=True)
      (1): Linear(in_features=2, out_features=2, bias=True)
      (2): Tanh()
    )
    >>> len(blocks), [name for name, _ in blocks.named_parameters()]
    (3, ['0.weight', '0.bias', '1.weight', '1.bias'])
    """

    _items: list[Any]

    def __init__(self, modules: Iterable[Module] = ()) -> None:
        vars(self)[_ITEMS] = [self._checked(i, module) for i, module in enumerate(modules)]

    def _checked(self, index: int, item: Any) -> Any:
        return self._module(item)

    def _named(self) -> Iterable[tuple[str, Any]]:
        return [(str(i), item) for i, item in enumerate(self._items)]

    def append(self, module: Any) -> Self:
        """Add a module at the end; returns the list, as PyTorch does."""
        self.insert(len(self), module)
        return self

    def add_module(self, name: str, module: Any) -> None:
        """Add a module at the end: its number is its name, and KeyError is raised for another."""
        if name != str(len(self)):
            own = type(self).__name__
            raise KeyError(f"{own}: the next module is named {str(len(self))!r}, not {name!r}; use append")
        self.append(module)

    def extend(self, modules: Iterable[Any]) -> Self:
        """Add modules at the end, all or, if one is refused, none; returns the list."""
        self._items += [self._checked(len(self) + i, module) for i, module in enumerate(modules)]
        return self

    def insert(self, index: int, module: Any) -> None:
        """Put a module before the one at `index`."""
        self._items.insert(index, self._checked(index, module))

    def pop(self, index: int = -1) -> Any:
        """Take a module out, the last by default, and return it."""
        module = self[index]
        del self[index]
        return module

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> ModuleList: ...
    def __getitem__(self, index: int | slice) -> Any:
        return ModuleList(self._items[index]) if isinstance(index, slice) else self._items[index]

    def __setitem__(self, index: int, module: Any) -> None:
        self._items[index] = self._checked(index, module)

    def __delitem__(self, index: int | slice) -> None:
        del self._items[index]


class Sequential(ModuleList):
    """Layers one after the other: y = layer_n(... layer_2(layer_1(x))).

    Parameters
    ----------
    layers : Modules, or functions such as `np.tanh`; or one dict of them, whose keys are their names.

    An index gives a layer, a slice a Sequential of the same layers; `append`, `insert`, `extend`, `pop` and
    `model[i] = layer` change it. Raises TypeError for what cannot be called, ValueError for an insertion among layers
    with names of their own.

    >>> import numpy as np
    >>> import nn
    >>> model = nn.Sequential(nn.Linear(2, 4, rng=0), nn.ReLU(), nn.Linear(4, 1, rng=1))
    >>> model
    Sequential(
      (0): Linear(in_features=2, out_features=4, bias=True)
      (1): ReLU()
      (2): Linear(in_features=4, out_features=1, bias=True)
    )
    >>> model(np.ones((5, 2))).shape
    (5, 1)
    """

    _names: list[str] | None  # None: the layers are numbered

    def __init__(self, *layers: Layer | Mapping[str, Layer]) -> None:
        items: list[Any] = list(layers)
        names = None
        if len(items) == 1 and isinstance(items[0], Mapping):
            names, items = [str(name) for name in items[0]], list(items[0].values())
        elif len(items) == 1 and isinstance(items[0], list | tuple):
            raise TypeError("Sequential: takes layers, not one list of them; write Sequential(*layers)")
        vars(self)[_NAMES] = names
        vars(self)[_ITEMS] = [self._checked(i, layer) for i, layer in enumerate(items)]

    def forward(self, x: Any) -> Any:
        for layer in self._items:
            x = layer(x)
        return x

    def _checked(self, index: int, item: Any) -> Any:
        name = self._names[index] if self._names is not None and index < len(self._names) else index
        return function(item, f"layer {name}", type(self).__name__)

    def _named(self) -> Iterable[tuple[str, Any]]:
        if self._names is None:
            return super()._named()
        return list(zip(self._names, self._items, strict=True))

    def add_module(self, name: str, module: Any) -> None:
        """Add a layer at the end, under a name. Raises KeyError for a name that is taken, empty or has a dot."""
        names = [known for known, _ in self._named()]
        if not isinstance(name, str) or not name or "." in name or name in names:
            raise KeyError(f"Sequential: {name!r} is taken, or no name; dots separate the names of a path")
        self._checked(len(self), module)
        if self._names is not None or name != str(len(self)):
            vars(self)[_NAMES] = [*names, name]
        self._items.append(module)

    def append(self, module: Any) -> Self:
        """Add a layer at the end, its number its name; returns the Sequential."""
        self.add_module(str(len(self)), module)
        return self

    def insert(self, index: int, module: Any) -> None:
        """Put a layer before the one at `index`."""
        self._refuse_named()
        super().insert(index, module)

    def extend(self, modules: Iterable[Any]) -> Self:
        """Add layers at the end, all or, if one is refused, none; returns the Sequential."""
        self._refuse_named()
        return super().extend(modules)

    def _refuse_named(self) -> None:
        if self._names is not None:
            raise ValueError(
                "Sequential: its layers have names of their own; make a new one, of a dict with one name more"
            )

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Sequential: ...
    def __getitem__(self, index: int | slice) -> Any:
        if not isinstance(index, slice):
            return self._items[index]
        if self._names is None:
            return Sequential(*self._items[index])
        return Sequential(dict(zip(self._names[index], self._items[index], strict=True)))

    def __delitem__(self, index: int | slice) -> None:
        del self._items[index]
        if self._names is not None:
            del self._names[index]


class ModuleDict(_Container):
    """A dict of modules whose parameters count as its owner's; it has no forward of its own.

    It has a dict's methods, and keeps the order in which keys were set. Raises TypeError for a key that is no str or a
    value that is no Module, ValueError for a key that is empty or has a dot; nothing is changed then.

    >>> import nn
    >>> heads = nn.ModuleDict({"digit": nn.Linear(8, 10), "parity": nn.Linear(8, 1)})
    >>> heads["digit"], "parity" in heads, list(heads)
    (Linear(in_features=8, out_features=10, bias=True), True, ['digit', 'parity'])
    """

    _items: dict[str, Module]

    def __init__(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] = ()) -> None:
        vars(self)[_ITEMS] = {}
        self.update(modules)

    def _named(self) -> Iterable[tuple[str, Any]]:
        return self._items.items()

    def update(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]]) -> None:
        """Set the modules of a dict, or of pairs of key and module; all or, if one is refused, none."""
        pairs = dict(modules)
        for key, module in pairs.items():
            if not isinstance(key, str):
                raise TypeError(f"ModuleDict: a key is a str, not a {type(key).__name__}")
            if not key or "." in key:
                raise ValueError(f"ModuleDict: {key!r} is no key; dots separate the names of a path")
            self._module(module)
        self._items.update(pairs)

    def add_module(self, name: str, module: Any) -> None:
        """Set a module, as `modules[name] = module` does."""
        self.update({name: module})

    def keys(self) -> KeysView[str]:
        """The keys, in the order they were set."""
        return self._items.keys()

    def values(self) -> ValuesView[Module]:
        """The modules, in the order they were set."""
        return self._items.values()

    def items(self) -> ItemsView[str, Module]:
        """Pairs of key and module, in the order they were set."""
        return self._items.items()

    def pop(self, key: str) -> Module:
        """Take a module out and return it."""
        return self._items.pop(key)

    def clear(self) -> None:
        """Take all modules out."""
        self._items.clear()

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __getitem__(self, key: str) -> Module:
        if key not in self._items:
            raise KeyError(f"ModuleDict has no {key!r}; its keys: {', '.join(self._items) or 'none'}")
        return self._items[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self.update({key: module})

    def __delitem__(self, key: str) -> None:
        del self._items[key]


class _Name:
    """Shows a function by its name."""

    def __init__(self, function: Layer) -> None:
        self._name = getattr(function, "__name__", None) or getattr(function, "name", None) or repr(function)

    def __repr__(self) -> str:
        return self._name
