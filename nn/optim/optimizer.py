"""`Optimizer`: parameters in one vector, an update rule run over it, and PyTorch's manners around both.

To add an optimizer, write its rule (`rules.py` says in which form), and a subclass that says which constants and state
it takes: `lion.py` is the shortest example.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate, groupby, pairwise
from typing import Any, ClassVar

import numpy as np

from autograd import FlatLeaves, Tensor, current_capture, enable_grad
from nn.members import Members
from nn.optim.capturing import record_step, record_update
from nn.optim.settings import check_usual

# Elements that one call of a rule works on: 1 MiB of float32. Its intermediate results stay in the cache, where those
# of 10 million would take twice the time; and NumPy, which reuses none under 256 KiB, reuses them: a fifth of Adam's.
BLOCK = 262_144

ParameterGroup = dict[str, Any]
Parameters = Iterable[Tensor] | Iterable[ParameterGroup]
Shape = tuple[int, ...]


class Lot:
    """The parameters of one group and dtype: their vector, the rule's state and constants, and their step count."""

    __slots__ = ("constants", "layout", "leaves", "missed", "places", "state", "steps")

    def __init__(self, leaves: FlatLeaves, places: list[int]) -> None:
        self.leaves = leaves
        self.places = places  # of the leaves among all parameters of the optimizer
        self.steps = 0
        self.missed: Counter[int] = Counter()  # steps in which a leaf, by its number here, had no gradient
        self.state: dict[str, np.ndarray] = {}  # a vector for each name, the leaves' parts end to end
        self.layout: dict[str, list[tuple[slice, Shape | None]]] = {}  # where each leaf's part is, and its shape
        self.constants: dict[str, Any] = {}

    def steps_of_each(self) -> list[int]:
        """The step count of each leaf."""
        return [self.steps - self.missed[i] for i in range(len(self.places))]

    def make_state(self, name: str, shapes: list[Shape | None], start: float) -> None:
        """Room for one kind of state, in the given shape for each leaf; None for a leaf that has none of it."""
        ends = list(accumulate((0 if shape is None else math.prod(shape) for shape in shapes), initial=0))
        self.layout[name] = [(slice(a, b), shape) for (a, b), shape in zip(pairwise(ends), shapes, strict=True)]
        self.state[name] = np.full(ends[-1], start, self.leaves.values.dtype)

    def state_of(self, i: int) -> dict[str, np.ndarray]:
        """Leaf i's own part of the state, as views."""
        parts = ((name, *places[i]) for name, places in self.layout.items())
        return {name: self.state[name][part].reshape(shape) for name, part, shape in parts if shape is not None}


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
    by_leaf: ClassVar[bool] = False  # whether the rule needs to see each parameter by itself, in its shape

    def __init__(self, params: Parameters, defaults: Mapping[str, Any]) -> None:
        if isinstance(params, Tensor | Mapping | Members) or not isinstance(params, Iterable):
            raise TypeError(
                f"{type(self).__name__}: params is a list of Tensors, as model.parameters() gives it, or of groups, "
                f"not one {type(params).__name__}"
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
        """Raise ValueError for a setting that is out of range; the usual ones are looked at here."""
        check_usual(type(self).__name__, group)

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        """What the rule remembers with these settings, by name."""
        return ()

    def state_shape(self, name: str, shape: Shape) -> Shape | None:
        """The shape of one kind of state for a parameter of this shape; None if it needs none (`by_leaf` only)."""
        return shape

    def initial(self, group: ParameterGroup) -> float:
        """What all state begins with."""
        return 0.0

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
            if not callable(closure):
                raise TypeError(
                    f"{type(self).__name__}.step takes nothing, or a function that computes the loss, not a "
                    f"{type(closure).__name__}: call loss.backward(), then step()"
                )
            with enable_grad():
                result = closure()
        for i, group in enumerate(self.param_groups):
            if tuple(group.values()) != self._settings[i]:
                self._prepare(i)
        capture = current_capture()
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
                    self._run(group, lot, 0, len(lot.places), lot.steps)
                lot.leaves.commit(missing)
                if capture is not None:
                    record_step(capture, lot, missing)
        return result

    def _constants(self, group: ParameterGroup, lot: Lot, step: int) -> dict[str, Any]:
        changing = self.constants_of_step(group, step)
        return {**lot.constants, **_typed(changing, lot.leaves.values.dtype)} if changing else lot.constants

    def _changing(self, group: ParameterGroup, lot: Lot, step: int) -> dict[str, Any]:
        """Of these, the ones of a step alone."""
        changing = self.constants_of_step(group, step)
        return _typed(changing, lot.leaves.values.dtype) if changing else changing

    def _run(self, group: ParameterGroup, lot: Lot, first: int, last: int, step: int) -> None:
        """The rule over the leaves `first` to `last`, all of one step count."""
        if (capture := current_capture()) is not None:
            record_update(capture, self, group, lot, first, last)
            return
        rule, constants = self.rule, self._constants(group, lot, step)
        leaves, state = lot.leaves, lot.state
        bounds, p, g = leaves.bounds, leaves.values, leaves.gradient
        if self.by_leaf:
            for i in range(first, last):
                part, shape = slice(bounds[i], bounds[i + 1]), lot.leaves.tensors[i].shape
                kept, q = lot.state_of(i), p[part].reshape(shape)
                _write_back(q, kept, rule(q, g[part].reshape(shape), kept, **constants))
            return
        start, stop = bounds[first], bounds[last]
        if stop - start == p.size <= BLOCK:
            _write_back(p, state, rule(p, g, state, **constants))
            return
        for a in range(start, stop, BLOCK):
            block = slice(a, min(a + BLOCK, stop))
            kept = {name: vector[block] for name, vector in state.items()}
            q = p[block]
            _write_back(q, kept, rule(q, g[block], kept, **constants))

    def _run_present(self, group: ParameterGroup, lot: Lot, missing: list[int]) -> None:
        """Run over the leaves that have a gradient: neighbours of one step count together."""
        steps, absent = lot.steps_of_each(), set(missing)
        for (step, present), run in groupby(range(len(steps)), key=lambda i: (steps[i], i not in absent)):
            if present:
                leaves = list(run)
                self._run(group, lot, leaves[0], leaves[-1] + 1, step)

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
            unknown = [name for name in given if name not in self._known_settings()]
            if unknown:
                raise ValueError(f"{own}: unknown setting {unknown[0]!r}; known: {', '.join(self.defaults)}")
            params = given["params"]
            tensors = (params,) if isinstance(params, Tensor) else tuple(params)
            if not tensors:
                raise ValueError(
                    f"{own}: an empty list of parameters. A generator can be read only once; and a module's parameters "
                    "are what its __init__ sets as attributes: layers, and Tensors with requires_grad=True"
                )
            for i, tensor in enumerate(tensors):
                if not isinstance(tensor, Tensor):
                    raise TypeError(
                        f"{own}: parameter {i} is a {type(tensor).__name__}, not a Tensor; give model.parameters()"
                    )
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

    def _known_settings(self) -> set[str]:
        return {*self.defaults, "params", "initial_lr"}  # the last is what a schedule starts from

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
                    shapes = [self.state_shape(name, tensor.shape) for tensor in lot.leaves.tensors]
                    lot.make_state(name, shapes, self.initial(group))
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
                for i, step in enumerate(lot.steps_of_each()):
                    if step:
                        kept = {name: part.copy() for name, part in lot.state_of(i).items()}
                        state[lot.places[i]] = {"step": step, **kept}
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
            unknown = [name for name in group if name not in self._known_settings() and group[name]]
            faults += [f"unknown setting {name!r}" for name in unknown]
        tensors = [tensor for group in self.param_groups for tensor in group["params"]]
        for i, entry in state.items():
            for name, value in entry.items():
                if name == "step" or value is None:
                    continue
                if i not in range(len(tensors)):
                    faults.append(f"{name} of parameter {i}, where there are {len(tensors)} parameters")
                elif np.shape(value) != self.state_shape(name, tensors[i].shape):
                    faults.append(f"{name} of shape {np.shape(value)} for parameter {i} of shape {tensors[i].shape}")
        if faults:
            raise ValueError(f"load_state_dict of {type(self).__name__}:\n  " + "\n  ".join(faults))
        known = self._known_settings() - {"params"}
        settings = [{name: group[name] for name in group if name in known} for group in groups]
        for own, new in zip(self.param_groups, settings, strict=True):
            self.check({**own, **new})
        for i, new in enumerate(settings):
            self.param_groups[i].update(new)
            self._prepare(i)
            for lot in self._lots[i]:
                self._load_lot(self.param_groups[i], lot, state)

    def _load_lot(self, group: ParameterGroup, lot: Lot, state: Mapping[int, Mapping[str, Any]]) -> None:
        steps = []
        for vector in lot.state.values():
            vector[...] = self.initial(group)
        for i, place in enumerate(lot.places):
            entry = state.get(place, {})
            own = lot.state_of(i)
            for name, value in entry.items():
                if name in own and value is not None:
                    own[name][...] = value
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


def _write_back(p: np.ndarray, state: Mapping[str, np.ndarray], updated: tuple[Any, Mapping[str, Any]]) -> None:
    """Copy what a rule returned to where it belongs, unless it was updated there."""
    new_p, new_state = updated
    if new_p is not p:
        p[...] = new_p
    if new_state is not state:
        for name, vector in new_state.items():
            if vector is not state[name]:
                state[name][...] = vector


def _typed(constants: Mapping[str, Any], dtype: np.dtype) -> dict[str, Any]:
    """Floats as arrays of the parameters' dtype: typed once here, not by NumPy in each of its calls."""
    return {k: np.array(v, dtype) if isinstance(v, float) else v for k, v in constants.items()}
