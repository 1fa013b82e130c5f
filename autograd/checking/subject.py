"""What is checked and how: arrays to vary, ways to evaluate f and to differentiate it, and the user's options."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.checking.findings import Finding
from autograd.checking.tape import Tape
from autograd.errors import DtypeError
from autograd.graph import here
from autograd.replay import pull_since
from autograd.tensor import Tensor

Arrays = list[np.ndarray]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is checked: float64 arrays to vary (`work`), and how to evaluate f and differentiate it on them."""

    title: str
    call: str  # as a user would write it, without the closing parenthesis
    names: list[str]
    values: Arrays  # as the user gave them
    work: Arrays
    run: Callable[[], Any]
    record: Callable[[], Tape]  # f's graph at the present `work`; raises if f cannot run on Tensors
    analytic: Callable[[Any, np.ndarray], Arrays]  # of run's output and its weights
    in_own_dtype: Callable[[np.ndarray], Arrays]
    step_free: Callable[[np.ndarray, Arrays], list[Finding]] | None  # None: the gradient is the user's own
    is_untouched: Callable[[], bool] = lambda: True  # whether a run leaves f's inputs as they were

    def place(self) -> str:
        """The present values of the first few inputs, for an error message."""
        few = dict(zip(self.names[:3], map(short, self.work), strict=False))
        return f"{few}" + (" ..." if len(self.names) > 3 else "")

    @property
    def is_engines(self) -> bool:
        return self.step_free is not None


@dataclass(frozen=True, slots=True)
class Options:
    """How a check is to be made."""

    rtol: float | None = None  # None: what the method can certify
    atol: float = 0.0
    method: str = "auto"
    max_elements: int | None = None
    budget: float = 2.0
    seed: int = 0


def pulled(output: Tensor, weights: np.ndarray, leaves: Sequence[Tensor], since: int) -> Arrays:
    """The gradient of sum(weights * output) with respect to `leaves`. No `.grad` is touched, no hook is run."""
    if not output.requires_grad:
        return [np.zeros(leaf.shape, leaf.dtype) for leaf in leaves]
    cotangents = pull_since([output._node], [output._seed(weights)], since)
    found = [cotangents.get(leaf._node) for leaf in leaves]
    return [
        np.zeros(leaf.shape, leaf.dtype) if g is None else np.array(g) for g, leaf in zip(found, leaves, strict=True)
    ]


def fixed_weights(shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Fixed cotangents: 1 for a single element, else of random sign and size 1 to 2, exact even in float16.

    Sizes differ, so that errors in two places do not cancel as they might with ±1.
    """
    if np.prod(shape) == 1:
        return np.ones(shape)
    rng = np.random.default_rng(seed)
    return rng.choice([-1.0, 1.0], shape) * (1 + rng.integers(0, 64, shape) / 64)


def value_of(output: Any, must_be_tensor: bool = False) -> np.ndarray:
    """f's value as a float64 array."""
    if isinstance(output, Tensor):
        output = output._data
    elif must_be_tensor or isinstance(output, list | tuple | dict) or output is None:
        raise TypeError(
            f"f must return one Tensor, not a {type(output).__name__} (at {here()}). Compute with NumPy functions on "
            "the Tensors it is given; join several results with np.concatenate, or check one at a time."
        )
    if np.asarray(output).dtype.kind not in "fiub":
        raise DtypeError(
            f"f's value has dtype {np.asarray(output).dtype} (at {here()}); only real functions are checked"
        )
    return np.array(output, dtype=np.float64)


def short(value: np.ndarray) -> str:
    """A value in a line: a scalar, or a few elements."""
    return np.array2string(value, threshold=4, edgeitems=2, precision=9).replace("\n", "")
