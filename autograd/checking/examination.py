"""One check from beginning to end, the same for functions and for models: a `Subject` in, a report out.

What is judged is float64 arithmetic, whatever the user's dtype: float32 inputs and parameters are copied to float64
for f's values and for the analytic gradient, so a wrong rule fails as surely as in float64 and rounding accuses
nobody. The gradient in the user's own dtype is computed as well; if it is off by more than half of that dtype's
digits, the verdict is INCONCLUSIVE, with the reason: rounding loses it, or a rule misbehaves in that dtype only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.checking.report import GradcheckReport, InputReport
from autograd.checking.verdicts import Index, Tolerance, judge
from autograd.errors import DtypeError
from autograd.graph import here
from autograd.replay import pull_since
from autograd.tensor import Tensor

Arrays = list[np.ndarray]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is checked: float64 arrays to vary (`work`), and how to evaluate f and differentiate it on them."""

    title: str
    names: list[str]
    values: Arrays  # as the user gave them
    work: Arrays
    run: Callable[[], Any]
    analytic: Callable[[Any, np.ndarray], Arrays]  # of run's output and its weights
    in_own_dtype: Callable[[np.ndarray], Arrays]
    is_engines: bool  # the gradient is computed here, not given by the user


def examine(subject: Subject, tolerance: Tolerance, max_elements: int | None, seed: int) -> GradcheckReport:
    if max_elements is not None and max_elements < 1:
        raise ValueError(f"max_elements must be at least 1, not {max_elements}")
    first = subject.run()
    start = value_of(first, must_be_tensor=subject.is_engines)
    weights = fixed_weights(start.shape, seed)
    analytic = subject.analytic(first, weights)
    del first
    again = value_of(subject.run())
    notes, remarks = [], [""] * len(subject.work)
    if start.size != 1:
        notes.append(f"f's value of shape {start.shape} is checked through its sum with fixed weights of size 1 to 2")
    narrow = [k for k, v in enumerate(subject.values) if v.dtype.itemsize < 8]
    if narrow and subject.is_engines:
        dtype = np.result_type(*(subject.values[k].dtype for k in narrow))
        worst, remarks = _compare_dtypes(subject, weights, analytic)
        notes.append(f"{dtype}: judged in float64; the {dtype} gradient is within {worst:.1e} of its largest element")
    coarse = [g.dtype for g in analytic if g.dtype.kind == "f" and g.dtype.itemsize < 8]
    if coarse:
        half = float(np.sqrt(max(np.finfo(d).eps for d in coarse)))
        tolerance = tolerance._replace(rtol=max(tolerance.rtol, half))
        notes.append(f"the given gradient is of {coarse[0]}: compared to half of its digits, rtol {tolerance.rtol:.1e}")

    objection = ""
    if start.tobytes() != again.tobytes():
        objection = (
            f"f is not deterministic: two runs at the same point gave {_short(start)} and {_short(again)}. Take "
            "dropout and other random numbers out (model.eval(), or a generator seeded inside f)"
        )
    elif not np.isfinite(start).all():
        objection = f"f's value at this point is {_short(start)}"
    size = float(np.sum(np.abs(weights * start)))  # squares would underflow where f is tiny

    def change() -> float:
        return float(np.sum(weights * (value_of(subject.run()) - start)))

    rng = np.random.default_rng(seed)
    reports = []
    for k, (name, value, w, g) in enumerate(zip(subject.names, subject.values, subject.work, analytic, strict=True)):
        indices = [] if objection else _chosen(g, max_elements, rng)
        elements = judge(name, w, g, rise_of(w, change), indices, size, tolerance)
        reports.append(InputReport(name, value.shape, str(value.dtype), value.size, tuple(elements), remarks[k]))
    if any(0 < len(r.elements) < r.size for r in reports):
        notes.append(f"elements were drawn with seed {seed}; max_elements=None checks all")
    return GradcheckReport(subject.title, tuple(reports), tuple(notes), objection)


def rise_of(work: np.ndarray, change: Callable[[], float]) -> Callable[[Index, float], float]:
    """What `change()` says when one element of `work` moves by t; the element is put back, whatever happens."""

    def rise(index: Index, t: float) -> float:
        x = work[index]
        work[index] = x + t
        try:
            return change()
        finally:
            work[index] = x

    return rise


def _chosen(analytic: np.ndarray, limit: int | None, rng: np.random.Generator) -> list[Index]:
    """Indices of all elements, or of a random sample with the largest (or first non-finite) analytic one."""
    if limit is None or analytic.size <= limit:
        return list(np.ndindex(analytic.shape))
    largest = int(np.argmax(np.where(np.isfinite(analytic), np.abs(analytic), np.inf)))
    others = rng.choice(analytic.size - 1, limit - 1, replace=False)
    drawn = [largest, *(others + (others >= largest))]
    return [tuple(int(j) for j in np.unravel_index(i, analytic.shape)) for i in sorted(drawn)]


def pulled(output: Tensor, weights: np.ndarray, leaves: Sequence[Tensor], since: int) -> Arrays:
    """The gradient of sum(weights * output) with respect to `leaves`. No `.grad` is touched, no hook is run."""
    if not output.requires_grad:
        return [np.zeros(leaf.shape, leaf.dtype) for leaf in leaves]
    cotangents = pull_since([output._node], [output._seed(weights)], since)
    found = [cotangents.get(leaf._node) for leaf in leaves]
    return [
        np.zeros(leaf.shape, leaf.dtype) if g is None else np.array(g) for g, leaf in zip(found, leaves, strict=True)
    ]


def _compare_dtypes(subject: Subject, weights: np.ndarray, analytic: Arrays) -> tuple[float, list[str]]:
    """How far the gradient in the user's dtype is from the float64 one, relative to the largest element."""
    worst, remarks = 0.0, []
    for value, wide, own in zip(subject.values, analytic, subject.in_own_dtype(weights), strict=True):
        largest = float(np.abs(wide).max(initial=0.0))
        # Not a number is as far off as can be.
        off = float(np.nan_to_num(np.abs(own - wide), nan=np.inf).max(initial=0.0))
        relative = off / largest if largest and off else off
        remark = ""
        if value.dtype.itemsize < 8 and np.isfinite(largest) and relative > np.sqrt(np.finfo(value.dtype).eps):
            remark = (
                f"the {value.dtype} gradient is off by {relative:.1e} of its largest element, though right in float64: "
                f"rounding loses it, or a rule misbehaves in {value.dtype}"
            )
        worst = max(worst, relative)
        remarks.append(remark)
    return worst, remarks


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


def _short(value: np.ndarray) -> str:
    """A value in a line: a scalar, or a few elements."""
    return np.array2string(value, threshold=4, edgeitems=2, precision=9).replace("\n", "")
