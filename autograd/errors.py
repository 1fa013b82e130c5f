"""Every error this library raises on purpose: what went wrong, where in the user's code, what to write instead.

Each class also is one of Python's own (`ValueError`, `TypeError`, `RuntimeError`), so that code which
catches those goes on working.
"""

from __future__ import annotations


class AutogradError(Exception):
    """Root of the errors raised by `autograd`."""


class ShapeError(AutogradError, ValueError):
    """Operands whose shapes do not fit the operation."""


class DtypeError(AutogradError, TypeError):
    """A value of a type that the operation cannot differentiate."""


class UnsupportedError(AutogradError, TypeError):
    """A NumPy function, or an argument of one, that has no rule."""


class GradientError(AutogradError, RuntimeError):
    """`backward` asked for something that the graph cannot give."""


class FreedGraphError(GradientError):
    """A second backward pass over a graph that the first one freed."""


class StaleValueError(GradientError):
    """A value was overwritten after the forward pass that used it."""


class RuleError(AutogradError, AssertionError):
    """A derivative rule broke its contract; the fault is in the op's declaration, not in the user's code."""


class AnomalyError(AutogradError, FloatingPointError):
    """`detect_anomaly` met a NaN (or, in the forward pass, an infinity)."""


class CaptureError(AutogradError, RuntimeError):
    """A function does what a compiled program cannot repeat for other values."""


class MissingExtraError(AutogradError, ImportError):
    """An optional package is needed for this call."""


def missing_extra(package: str, purpose: str, extra: str) -> MissingExtraError:
    """The one-line error for an optional package that is not installed."""
    return MissingExtraError(f"{purpose} needs {package}: pip install 'readgrad[{extra}]'")
