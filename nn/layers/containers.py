"""Modules that hold modules: `Sequential` chains them, `ModuleList` only keeps them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, overload

from nn.module import Module

Layer = Callable[[Any], Any]


class Sequential(Module):
    """Layers one after the other: y = layer_n(... layer_2(layer_1(x))).

    Parameters
    ----------
    layers : Modules, or functions such as `np.tanh`; or one dict of them, whose keys are their names.

    An index gives a layer, a slice a Sequential of the same layers. Raises TypeError for what cannot be called.

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

    _layers: dict[str, Layer]
    _chain: tuple[Layer, ...]

    def __init__(self, *layers: Layer | Mapping[str, Layer]) -> None:
        named: Mapping[str, Any] = {str(i): layer for i, layer in enumerate(layers)}
        if len(layers) == 1 and isinstance(layers[0], Mapping):
            named = layers[0]
        for name, layer in named.items():
            if not callable(layer):
                raise TypeError(f"{type(self).__name__}: layer {name}, a {type(layer).__name__}, cannot be called")
        # Set past `Module.__setattr__`: `_attributes` gives the layers their names, without one of the dict's before.
        vars(self)["_layers"] = dict(named)
        vars(self)["_chain"] = tuple(named.values())

    def forward(self, x: Any) -> Any:
        for layer in self._chain:
            x = layer(x)
        return x

    def _attributes(self) -> Iterable[tuple[str, Any]]:
        others = [(name, value) for name, value in vars(self).items() if name not in ("_layers", "_chain")]
        return [*self._layers.items(), *others]

    def _shown(self) -> Iterable[tuple[str, object]]:
        return [(name, layer if isinstance(layer, Module) else _Name(layer)) for name, layer in self._layers.items()]

    def __len__(self) -> int:
        return len(self._chain)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._chain)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Sequential: ...
    def __getitem__(self, index: int | slice) -> Any:
        return Sequential(*self._chain[index]) if isinstance(index, slice) else self._chain[index]


class ModuleList(Module):
    """A list of modules whose parameters count as its owner's; it has no forward of its own.

    A plain list in an attribute counts as well; this one has a `repr` and refuses what is no Module (TypeError).

    >>> import nn
    >>> blocks = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2)])
    >>> blocks.append(nn.Tanh())
    >>> len(blocks), [name for name, _ in blocks.named_parameters()]
    (3, ['0.weight', '0.bias', '1.weight', '1.bias'])
    """

    _items: list[Module]

    def __init__(self, modules: Iterable[Module] = ()) -> None:
        vars(self)["_items"] = []
        for module in modules:
            self.append(module)

    def append(self, module: Module) -> None:
        """Add a module at the end."""
        if not isinstance(module, Module):
            raise TypeError(f"ModuleList holds Modules, not a {type(module).__name__}")
        self._items.append(module)

    def _attributes(self) -> Iterable[tuple[str, Any]]:
        others = [(name, value) for name, value in vars(self).items() if name != "_items"]
        return [*((str(i), module) for i, module in enumerate(self._items)), *others]

    def _shown(self) -> Iterable[tuple[str, object]]:
        return [(str(i), module) for i, module in enumerate(self._items)]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._items)

    def __getitem__(self, index: int) -> Module:
        return self._items[index]


class _Name:
    """Shows a function by its name."""

    def __init__(self, function: Layer) -> None:
        self._name = getattr(function, "__name__", None) or getattr(function, "name", None) or repr(function)

    def __repr__(self) -> str:
        return self._name
