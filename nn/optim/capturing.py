"""An optimizer's step as part of a compiled program: the same rule, run once on Tensors instead of arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

Region = tuple[np.ndarray, Any, dict[str, np.ndarray]]


def record_update(capture: Any, optimizer: Any, group: dict[str, Any], lot: Any, first: int, last: int) -> None:
    """The rule over the leaves `first` to `last`, recorded; learning rate and the like are computed at each call."""
    i = next(i for i, one in enumerate(optimizer.param_groups) if one is group)

    earlier = capture.steps[id(lot)]  # steps of the same call, which Python has not counted yet when a call begins
    holds_floats = lot.leaves.holds_float(lot.leaves.tensors[0])

    def constants() -> tuple[dict[str, Any], dict[str, Any]]:
        if tuple(group.values()) != optimizer._settings[i]:
            optimizer._prepare(i)
        if holds_floats:
            lot.leaves.rebind()
        to_come = 0 if capture.is_running else earlier + 1
        return lot.constants, optimizer._changing(group, lot, lot.steps + to_come - lot.missed[first])

    values = capture.values_at_call(constants)
    capture.before_reading(lot.leaves.rebind)
    with capture.section("update"):
        for p, g, state in _regions(capture, optimizer, lot, first, last):
            tensors = {name: capture.array(array, name) for name, array in state.items()}
            new_p, new_state = type(optimizer).rule(capture.array(p, "parameters"), g, dict(tensors), **values)
            capture.write(p, new_p)
            for name, new in new_state.items():
                capture.write(state[name], new)


def record_step(capture: Any, lot: Any, missing: list[int]) -> None:
    """What Python has to count at each call."""

    def count() -> None:
        lot.steps += 1
        if missing or lot.missed:
            lot.missed.update(missing)
        lot.leaves.commit(missing)

    def count_back() -> None:
        lot.steps -= 1
        lot.missed -= Counter(missing)

    capture.steps[id(lot)] += 1
    capture.after_call(count)
    capture.if_it_fails(count_back)


def _regions(capture: Any, optimizer: Any, lot: Any, first: int, last: int) -> Iterator[Region]:
    """What the rule is run on: all leaves end to end, or each by itself: parameters, gradient and state."""
    bounds, leaves = lot.leaves.bounds, lot.leaves
    if optimizer.by_leaf:
        for i in range(first, last):
            shape = leaves.tensors[i].shape
            p = leaves.values[bounds[i] : bounds[i + 1]].reshape(shape)
            yield p, leaves.tensors[i].grad, lot.state_of(i)
        return
    start, stop = bounds[first], bounds[last]
    parts = [tensor.grad.reshape(-1) for tensor in leaves.tensors[first:last]]
    g = parts[0] if len(parts) == 1 else np.concatenate(parts)
    capture.name(g, "gradient")
    capture.home(g, leaves.gradient[start:stop])
    whole = stop - start == leaves.values.size
    p = leaves.values if whole else leaves.values[start:stop]
    yield p, g, lot.state if whole else {name: vector[start:stop] for name, vector in lot.state.items()}
