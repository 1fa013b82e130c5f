"""Two pictures of a derivative: what a finite difference's error is made of, and how fast a Taylor remainder vanishes.

    v_curve(f, x)         |central difference - derivative| against the step: falls with h², rises with eps / h
    taylor_test(f, x)     |f(x + h d) - f(x - h d) - 2 h <g, d>| against h: slope 3 if g is right, 1 if it is wrong

Both print as text, and `.figure()` draws them with matplotlib.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.checking.finite_differences import EPS, first_step
from autograd.checking.undisturbed import everyday_mode
from autograd.errors import missing_extra
from autograd.tensor import Tensor
from autograd.transforms import grad

_WIDTH = 46
_HALVINGS = 20


@dataclass(frozen=True, slots=True)
class VCurve:
    """Errors of central differences over steps; `chosen` is the step that `gradcheck` begins with."""

    steps: np.ndarray
    errors: np.ndarray
    truncation: np.ndarray  # the branch that falls with h², through the errors at long steps
    rounding: np.ndarray  # the branch that rises with 1 / h
    chosen: float
    derivative: float

    def __str__(self) -> str:
        lines = [f"error of a central difference, derivative {self.derivative:.9g}; > marks the step we choose"]
        low, high = _range(self.errors)
        for h, error in zip(self.steps, self.errors, strict=True):
            lines.append(_line(f"h = {h:.0e}", error, low, high, ">" if h == self._nearest else " "))
        return "\n".join(lines)

    @property
    def _nearest(self) -> float:
        return float(self.steps[np.argmin(np.abs(np.log(self.steps / self.chosen)))])

    def figure(self) -> Any:
        """The curve, its two branches and the chosen step, as a matplotlib figure."""
        figure, axes = _axes("step h", "error of the central difference")
        axes.loglog(self.steps, np.maximum(self.errors, 1e-300), "o-", color="#1f4e79", label="error", markersize=4)
        axes.loglog(self.steps, self.truncation, "--", color="#c55a11", label="truncation, ~ h²")
        axes.loglog(self.steps, self.rounding, ":", color="#548235", label="rounding, ~ eps / h")
        axes.axvline(self.chosen, color="#7f7f7f", linewidth=1, label="the step we choose")
        axes.set_ylim(*(10.0 ** np.array(_range(self.errors)) * [0.1, 10]))
        axes.legend(frameon=False)
        return figure


@dataclass(frozen=True, slots=True)
class TaylorTest:
    """Remainders of the symmetric first-order expansion, and the slope of their logarithm where rounding is silent."""

    steps: np.ndarray
    remainders: np.ndarray
    slope: float  # nan where every remainder is rounding: f is linear or quadratic along the direction
    floor: float

    @property
    def verdict(self) -> str:
        """PASS for slope 3 (or more), and where nothing but rounding is left; else FAIL."""
        return "PASS" if math.isnan(self.slope) or self.slope > 2.5 else "FAIL"

    def __bool__(self) -> bool:
        return self.verdict == "PASS"

    def __str__(self) -> str:
        found = "nothing but rounding" if math.isnan(self.slope) else f"slope {self.slope:.2f}"
        lines = [f"Taylor remainder: {self.verdict}: {found} (3 if the gradient is right, 1 if it is wrong)"]
        low, high = _range(self.remainders)
        for h, r in zip(self.steps, self.remainders, strict=True):
            lines.append(_line(f"h = {h:.0e}", r, low, high, " " if r > self.floor else "~"))
        return "\n".join(lines)

    def figure(self) -> Any:
        """The remainders with lines of slope 3 and 1, as a matplotlib figure."""
        figure, axes = _axes("step h", "|f(x + hd) - f(x - hd) - 2h ⟨g, d⟩|")
        shown = np.maximum(self.remainders, 1e-300)
        axes.loglog(self.steps, shown, "o-", color="#1f4e79", label="remainder", markersize=4)
        for slope, style, label in ((3, "--", "slope 3: right"), (1, ":", "slope 1: wrong")):
            line = shown[0] * (self.steps / self.steps[0]) ** slope
            axes.loglog(self.steps, line, style, color="#c55a11" if slope == 3 else "#548235", label=label)
        axes.axhline(self.floor, color="#7f7f7f", linewidth=1, label="rounding")
        low, high = _range(self.remainders)
        axes.set_ylim(10.0**low * 0.1, 10.0**high * 10)
        axes.legend(frameon=False)
        return figure


def v_curve(f: Callable[..., Any], x: Any, index: tuple[int, ...] | int | None = None, gradient: Any = None) -> VCurve:
    """The error of central differences of a scalar f in one element of x, for steps from 1e-13 to 1e-1.

    The element is at `index`; if None, it is that of the largest derivative. Raises IndexError if there is no such one.

    >>> curve = v_curve(lambda x: np.sin(x).sum(), np.array([1.0, 2.0]), index=(1,))
    >>> float(curve.errors.min()) < 1e-9 < float(curve.errors[0])
    True
    """
    point, value = _scalar(f, x)
    g = np.asarray(grad(f)(point.copy()) if gradient is None else gradient(point) if callable(gradient) else gradient)
    if index is None:
        largest = int(np.argmax(np.nan_to_num(np.abs(g), nan=0.0)))
        index = tuple(map(int, np.unravel_index(largest, g.shape)))
    elif np.shape(g[index]):
        raise IndexError(f"v_curve: index={index!r} is no element of shape {g.shape}")
    index = index if isinstance(index, tuple) else (index,)
    truth, scale = float(g[index]), max(1.0, abs(float(point[index])))
    steps = 10.0 ** np.linspace(-13, -1, 25) * scale
    with everyday_mode():
        errors = np.array([abs(_central(value, point, index, h) - truth) for h in steps])
        size = max(abs(value(point)), 1e-300)
    far = errors[-4] / steps[-4] ** 2 if math.isfinite(errors[-4]) else math.nan
    return VCurve(steps, errors, far * steps**2, EPS * size / steps, first_step(float(point[index])), truth)


def taylor_test(f: Callable[..., Any], *inputs: Any, gradient: Any = None, seed: int = 0) -> TaylorTest:
    """Whether the remainder vanishes with h³ along a random direction: a certificate that needs no tolerance.

    `gradient` is one array for each input (several in a tuple), or a function that returns them; the engine's if None.

    >>> bool(taylor_test(lambda x: np.exp(x).sum(), np.array([0.5, 1.0])))
    True
    >>> taylor_test(lambda x: np.exp(x).sum(), np.array([0.5, 1.0]), gradient=lambda x: x).verdict
    'FAIL'
    """
    points = [np.array(getattr(x, "_data", x), dtype=np.float64) for x in inputs]
    if gradient is None:
        found = grad(f, tuple(range(len(points))))(*(p.copy() for p in points))
    else:
        found = gradient(*(p.copy() for p in points)) if callable(gradient) else gradient
    gradients = [np.asarray(g) for g in (found if isinstance(found, tuple) else (found,))]
    rng = np.random.default_rng(seed)
    directions = [rng.choice([-1.0, 1.0], p.shape) * np.maximum(np.abs(p), 0.1) for p in points]
    slope = float(sum(np.sum(g * d) for g, d in zip(gradients, directions, strict=True)))

    def value(h: float) -> float:
        return _number(f(*(Tensor(p + h * d) for p, d in zip(points, directions, strict=True))))

    with everyday_mode():
        steps = 2.0 ** -np.arange(2, 2 + _HALVINGS)
        remainders = np.array([abs(value(h) - value(-h) - 2 * h * slope) for h in steps])
        floor = 64 * EPS * max(abs(value(0.0)), abs(slope) * float(steps[-1]))
    return TaylorTest(steps, remainders, _fitted(steps, remainders, floor), floor)


def _fitted(steps: np.ndarray, remainders: np.ndarray, floor: float) -> float:
    """The slope of log r over log h at the shortest steps that rounding leaves clear."""
    clear = np.isfinite(remainders) & (remainders > 8 * floor)
    if clear.sum() < 3:
        return math.nan
    h, r = np.log(steps[clear][-6:]), np.log(remainders[clear][-6:])
    return float(np.polyfit(h, r, 1)[0])


def _scalar(f: Callable[..., Any], x: Any) -> tuple[np.ndarray, Callable[[np.ndarray], float]]:
    return np.array(getattr(x, "_data", x), dtype=np.float64), lambda p: _number(f(Tensor(p)))


def _number(y: Any) -> float:
    return float(np.asarray(getattr(y, "_data", y)).reshape(()))


def _central(value: Callable[[np.ndarray], float], point: np.ndarray, index: tuple[int, ...], h: float) -> float:
    right, left = point.copy(), point.copy()
    right[index] += h
    left[index] -= h
    return (value(right) - value(left)) / float(right[index] - left[index])


def _range(values: Sequence[float] | np.ndarray) -> tuple[float, float]:
    """Decades that hold all positive values."""
    positive = [v for v in values if v > 0 and math.isfinite(v)]
    if not positive:
        return -16.0, 0.0
    return math.log10(min(positive)), math.log10(max(positive))


def _line(label: str, value: float, low: float, high: float, mark: str) -> str:
    """One row of a text plot: a bar as long as the logarithm of the value."""
    share = (math.log10(value) - low) / (high - low) if value > 0 and math.isfinite(value) and high > low else 0.0
    return f"{mark} {label:10} {'#' * round(share * _WIDTH):{_WIDTH}} {value:.1e}"


def _axes(xlabel: str, ylabel: str) -> tuple[Any, Any]:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise missing_extra("matplotlib", "drawing a figure", "train") from None
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes
