"""The engines beside which single operations are measured: this one, and micrograd and PyTorch where installed."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from autograd import Tensor

Value = Any
"""A number or an array that records: operators with its own kind and with floats, ``relu() backward() data grad``."""


@dataclass(frozen=True)
class Engine:
    """How one engine makes a value that learns, one that does not, and forgets a gradient; all in float64."""

    name: str
    parameter: Callable[[Any], Value]
    constant: Callable[[Any], Value]
    zero_grad: Callable[[Value], None]
    takes_arrays: bool = True


OURS = Engine("autograd", lambda v: Tensor(v, requires_grad=True), Tensor, lambda p: p.zero_grad())


def _micrograd() -> Engine:
    from micrograd.engine import Value

    return Engine("micrograd", Value, Value, lambda p: setattr(p, "grad", 0), takes_arrays=False)


def _torch() -> Engine:
    import torch  # type: ignore[import-not-found]

    torch.set_num_threads(1)

    def constant(v: Any) -> Value:
        return torch.tensor(v, dtype=torch.float64)

    def parameter(v: Any) -> Value:
        return constant(v).requires_grad_()

    return Engine("torch", parameter, constant, lambda p: setattr(p, "grad", None))


PEERS = {"micrograd": _micrograd, "torch": _torch}


@cache
def engines() -> tuple[Engine, ...]:
    """This engine first, then the peers that can be imported; of the others says so, once."""
    found, missing = [OURS], []
    for name, load in PEERS.items():
        try:
            found.append(load())
        except ImportError:
            missing.append(name)
    gc.freeze()  # what a peer's import left behind is not the others' to search in every collection
    if missing:
        print(f"not installed here, so not measured: {', '.join(missing)} (see benchmarks/README.md)")
    return tuple(found)
