"""`Optimizer`: parameters in one vector, an update rule run over it, and PyTorch's manners around both.

To add an optimizer, write its rule in `rules.py`, and a subclass that says which constants and state it takes:
`sgd.py` is the shortest example.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Any, ClassVar

import numpy as np

from autograd import FlatLeaves, Tensor, enable_grad

# Elements that one call of a rule works on: 128 KiB of float32, so that its intermediate results stay in the cache.
BLOCK = 32_768

ParameterGroup = dict[str, Any]


class Lot:
    """The parameters of one group and dtype: their vector, the rule's state and constants, and their step count."""

    __slots__ = ("constants", "leaves", "missed", "places", "state", "steps")

    def __init__(self, leaves: FlatLeaves, places: list[int]) -> None:
        self.leaves = leaves
        self.places = places  # of the leaves among all parameters of the optimizer
        self.steps = 0
        self.missed: Counter[int] = Counter()  # steps in which a leaf, by its number here, had no gradient
        self.state: dict[str, np.ndarray] = {}
        self.constants: dict[str, Any] = {}

    def steps_of_each(self) -> list[int]:
        """The step count of each leaf."""
        return [self.steps - self.missed[i] for i in range(len(self.places))]


class Optimizer:
    """Base class of the optimizers.

    The arrays of the parameters become views into one vector for each group and dtype: an array got from `p.data`
    beforehand (or given to `Tensor.wrap`) is no longer the parameter's. A parameter whose `grad` is None is left as
    it is, and so is its state.

    Parameters
    ----------
    params : leaf Tensors, or dicts such as {"params": [...], "lr": 0.1}, each a group with settings of its own.
    defaults : settings of groups that do not set them.

    Attributes
    ----------
    param_groups : list of dicts with the settings, to read and to write: `optimizer.param_groups[0]["lr"] = 0.01`.
        Their "params" are fixed; `add_param_group` adds more.

    Raises
    ------
    ValueError : no parameters, one of them twice, one that is the result of an operation, none that requires grad,
        an unknown setting, or one out of range.
    TypeError : for what is no Tensor, or holds no floats.
    """

    rule: ClassVar[Callable[..., Any]]

    def __init__(self, params: Iterable[Tensor] | Iterable[ParameterGroup], defaults: Mapping[str, Any]) -> None:
        if isinstance(params, Tensor | Mapping):
            raise TypeError(
                f"{type(self).__name__}: params is a list of Tensors or of groups, not one {type(params).__name__}"
            )
        self.defaults = {name: _unchanging(value) for name, value in defaults.items()}
        self.param_groups: list[ParameterGroup] = []
        self._lots: list[list[Lot]] = []
        self._parameters: list[tuple[Tensor, ...]] = []
        self._settings: list[tuple[Any, ...]] = []  # of each group, when it was last prepared
        groups = list(params)
        if not any(isinstance(group, Mapping) for group in groups):
            groups = [{"params": groups}]
        checked = self._checked_groups(groups)
        if not any(tensor.requires_grad for group in checked for tensor in group["params"]):
            raise ValueError(f"{type(self).__name__}: none of the parameters requires grad, so none would ever change")
        for group in checked:
            self._take(group)

    # --- what a subclass defines ---

    def check(self, group: ParameterGroup) -> None:
        """Raise ValueError for a setting that is out of range."""
        raise NotImplementedError

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        """The vectors that the rule keeps with these settings."""
        raise NotImplementedError

    def constants(self, group: ParameterGroup) -> dict[str, Any]:
        """Keyword arguments of the rule that hold for all steps with these settings."""
        raise NotImplementedError

    def constants_of_step(self, group: ParameterGroup, step: int) -> dict[str, Any]:
        """Keyword arguments of the rule that change with the step, counted from 1."""
        return {}

    # --- stepping ---

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update each parameter that has a gradient; returns what `closure`, called before, returned."""
        result = None
        if closure is not None:
            with enable_grad():
                result = closure()
        for i, group in enumerate(self.param_groups):
            if tuple(group.values()) != self._settings[i]:
                self._prepare(i)
        for i, group in enumerate(self.param_groups):
            for lot in self._lots[i]:
                missing = lot.leaves.gather()
                if len(missing) == len(lot.places):
                    continue
                lot.steps += 1
                if missing or lot.missed:
                    lot.missed.update(missing)
                    self._run_present(group, lot, missing)
                else:
                    self._run(group, lot, 0, lot.leaves.bounds[-1], lot.steps)
                lot.leaves.commit(missing)
        return result

    def _run(self, group: ParameterGroup, lot: Lot, start: int, stop: int, step: int) -> None:
        """The rule over one stretch of the vector, block by block."""
        rule, constants, state, leaves = type(self).rule, lot.constants, lot.state, lot.leaves
        p, g = leaves.values, leaves.gradient
        changing = self.constants_of_step(group, step)
        if changing:
            constants = {**constants, **_typed(changing, p.dtype)}
        if stop - start == p.size <= BLOCK:
            _write_back(p, state, *rule(p, g, state, **constants))
            return
        for a in range(start, stop, BLOCK):
            block = slice(a, min(a + BLOCK, stop))
            kept = {name: vector[block] for name, vector in state.items()}
            q = p[block]
            _write_back(q, kept, *rule(q, g[block], kept, **constants))

    def _run_present(self, group: ParameterGroup, lot: Lot, missing: list[int]) -> None:
        """Run over the leaves that have a gradient: neighbours of one step count together."""
        steps, bounds, absent = lot.steps_of_each(), lot.leaves.bounds, set(missing)
        for (step, present), run in groupby(range(len(steps)), key=lambda i: (steps[i], i not in absent)):
            if present:
                leaves = list(run)
                self._run(group, lot, bounds[leaves[0]], bounds[leaves[-1] + 1], step)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters: set them to None, or with `set_to_none=False` to zeros."""
        for lots in self._lots:
            for lot in lots:
                if set_to_none:
                    lot.leaves.zero_grad()
                else:
                    for tensor in lot.leaves.tensors:
                        if tensor.grad is not None:
                            tensor.grad = np.zeros(tensor.shape, tensor.dtype)

    # --- groups ---

    def add_param_group(self, param_group: ParameterGroup) -> None:
        """Add parameters with settings of their own, such as {"params": [...], "lr": 0.1}."""
        known = [tensor for group in self.param_groups for tensor in group["params"]]
        self._take(self._checked_groups([param_group], known)[0])

    def _checked_groups(self, groups: list[Any], known: Iterable[Tensor] = ()) -> list[ParameterGroup]:
        """The groups with all settings filled in; nothing was changed when this raises."""
        own = type(self).__name__
        seen = {id(tensor) for tensor in known}
        checked = []
        for given in groups:
            if not isinstance(given, Mapping) or "params" not in given:
                raise TypeError(f'{own}: a group is a dict with a list of Tensors under "params", not {given!r}')
            unknown = [name for name in given if name != "params" and name not in self.defaults]
            if unknown:
                raise ValueError(f"{own}: unknown setting {unknown[0]!r}; known: {', '.join(self.defaults)}")
            params = given["params"]
            tensors = (params,) if isinstance(params, Tensor) else tuple(params)
            if not tensors:
                raise ValueError(f"{own}: an empty list of parameters (a generator can be read only once)")
            for i, tensor in enumerate(tensors):
                if not isinstance(tensor, Tensor):
                    raise TypeError(f"{own}: parameter {i} is a {type(tensor).__name__}, not a Tensor")
                if not tensor.is_leaf:
                    raise ValueError(f"{own}: parameter {i}, {tensor!r}, is the result of an operation, not a leaf")
                if tensor.dtype.kind != "f":
                    raise TypeError(f"{own}: parameter {i} holds {tensor.dtype}, which takes no gradient")
                if id(tensor) in seen:
                    raise ValueError(f"{own}: parameter {i}, of shape {tensor.shape}, was given before: once is enough")
                seen.add(id(tensor))
            group = {**self.defaults, **given, "params": tensors}
            self.check(group)
            checked.append(group)
        return checked

    def _take(self, group: ParameterGroup) -> None:
        """Lay out the parameters of a checked group."""
        place = sum(len(lot.places) for lots in self._lots for lot in lots)
        kinds: dict[Any, list[tuple[int, Tensor]]] = {}
        for i, tensor in enumerate(group["params"], place):
            kinds.setdefault((tensor.dtype, FlatLeaves.holds_float(tensor)), []).append((i, tensor))
        self.param_groups.append(group)
        self._lots.append([Lot(FlatLeaves(t for _, t in kind), [i for i, _ in kind]) for kind in kinds.values()])
        self._parameters.append(group["params"])
        self._settings.append(())
        self._prepare(len(self._lots) - 1)

    def _prepare(self, i: int) -> None:
        """Check the settings of group i, and make constants and state for them: once, until they change."""
        group, lots = self.param_groups[i], self._lots[i]
        if group["params"] is not self._parameters[i]:
            raise ValueError(f'{type(self).__name__}: the "params" of a group are fixed; use add_param_group for more')
        self.check(group)
        for name, value in group.items():
            group[name] = _unchanging(value)
        for lot in lots:
            lot.constants = _typed(self.constants(group), lot.leaves.values.dtype)
            for name in self.state_names(group):
                if name not in lot.state:
                    lot.state[name] = np.zeros_like(lot.leaves.values)
        self._settings[i] = tuple(group.values())

    # --- saving and loading ---

    def state_dict(self) -> dict[str, Any]:
        """Copies of the settings and of the state of each parameter, by its place, in PyTorch's layout.

        {"state": {0: {"step": 3, "exp_avg": array, ...}, ...}, "param_groups": [{"lr": ..., "params": [0, ...]}]};
        a parameter that was never updated has no entry in "state".
        """
        state: dict[int, dict[str, Any]] = {}
        groups, place = [], 0
        for group, lots in zip(self.param_groups, self._lots, strict=True):
            count = len(group["params"])
            groups.append({**group, "params": list(range(place, place + count))})
            place += count
            for lot in lots:
                for i, (tensor, step) in enumerate(zip(lot.leaves.tensors, lot.steps_of_each(), strict=True)):
                    if step:
                        part = slice(*lot.leaves.bounds[i : i + 2])
                        vectors = {name: v[part].reshape(tensor.shape).copy() for name, v in lot.state.items()}
                        state[lot.places[i]] = {"step": step, **vectors}
        return {"state": dict(sorted(state.items())), "param_groups": groups}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue from a `state_dict`, taken from this class of optimizer over parameters of the same shapes.

        Raises ValueError with all that does not fit; nothing was changed then.
        """
        groups, state = list(state_dict["param_groups"]), dict(state_dict["state"])
        faults = []
        ours, theirs = [len(g["params"]) for g in self.param_groups], [len(g["params"]) for g in groups]
        if ours != theirs:
            faults.append(f"groups of {theirs} parameters do not fit groups of {ours}")
        for group in groups:
            # PyTorch saves switches of its own; those that are off say nothing.
            unknown = [name for name in group if name != "params" and name not in self.defaults and group[name]]
            faults += [f"unknown setting {name!r}" for name in unknown]
        tensors = [tensor for group in self.param_groups for tensor in group["params"]]
        for i, entry in state.items():
            for name, value in entry.items():
                if name == "step" or value is None:
                    continue
                if i not in range(len(tensors)):
                    faults.append(f"{name} of parameter {i}, where there are {len(tensors)} parameters")
                elif np.shape(value) != tensors[i].shape:
                    faults.append(f"{name} of shape {np.shape(value)} for parameter {i} of shape {tensors[i].shape}")
        if faults:
            raise ValueError(f"load_state_dict of {type(self).__name__}:\n  " + "\n  ".join(faults))
        settings = [{name: group[name] for name in group if name in self.defaults} for group in groups]
        for own, new in zip(self.param_groups, settings, strict=True):
            self.check({**own, **new})
        for i, new in enumerate(settings):
            self.param_groups[i].update(new)
            self._prepare(i)
            for lot in self._lots[i]:
                self._load_lot(lot, state)

    def _load_lot(self, lot: Lot, state: Mapping[int, Mapping[str, Any]]) -> None:
        steps = []
        for vector in lot.state.values():
            vector[...] = 0
        for i, place in enumerate(lot.places):
            entry = state.get(place, {})
            part = slice(*lot.leaves.bounds[i : i + 2])
            for name, value in entry.items():
                if name != "step" and value is not None:
                    vector = lot.state.setdefault(name, np.zeros_like(lot.leaves.values))
                    vector[part] = np.asarray(value).reshape(-1)
            steps.append(int(entry.get("step", 1 if entry else 0)))
        lot.steps = max(steps)
        lot.missed = Counter({i: lot.steps - step for i, step in enumerate(steps) if step < lot.steps})

    def __repr__(self) -> str:
        lines = []
        for i, group in enumerate(self.param_groups):
            lines.append(f"  group {i}: {len(group['params'])} parameters")
            lines += [f"    {name}: {value}" for name, value in group.items() if name != "params"]
        return f"{type(self).__name__}(\n" + "\n".join(lines) + "\n)"


def _unchanging(setting: Any) -> Any:
    """A list as a tuple: `step` finds out that a setting changed by comparing it, and would not see an item change."""
    return tuple(setting) if isinstance(setting, list) else setting


def _write_back(p: np.ndarray, state: Mapping[str, np.ndarray], new_p: Any, new_state: Mapping[str, Any]) -> None:
    """Copy what a rule returned to where it belongs, unless it was updated there."""
    if new_p is not p:
        p[...] = new_p
    for name, vector in new_state.items():
        if vector is not state[name]:
            state[name][...] = vector


def _typed(constants: Mapping[str, Any], dtype: np.dtype) -> dict[str, Any]:
    """Floats as arrays of the parameters' dtype: typed once here, not by NumPy in each of its calls."""
    return {k: np.array(v, dtype) if isinstance(v, float) else v for k, v in constants.items()}


def in_range(owner: str, group: ParameterGroup, name: str, high: float = math.inf) -> None:
    """Raise ValueError, naming the value, unless 0 <= group[name] < high."""
    value = group[name]
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 <= value < high:
        raise ValueError(f"{owner}: {name}={value!r} is not a number in [0, {high})")
