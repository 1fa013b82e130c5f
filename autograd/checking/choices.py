"""The branches that an evaluation takes, one after the other: its signature.

Two evaluations with the same signature lie on the same smooth piece of f; where it changes, a kink may lie between.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

_EPS = float(np.finfo(np.float64).eps)


class Choices:
    """The choices of one evaluation in order: those it makes, or those of an earlier one, to be made again.

    With `rounding`, the evaluation is also shaken: each number that it computes is moved by a random sign times eps, as
    rounding might. The spread of the results of several such runs tells how well the result is known (stochastic
    arithmetic, Vignes 1993).
    """

    def __init__(self, script: list[np.ndarray] | None = None, rounding: np.random.Generator | None = None) -> None:
        self.rounding = rounding
        self.made: list[np.ndarray] = []
        self.has_tie = False  # two values that were compared are equal, but move apart: a kink may lie exactly here
        self._script = iter(script) if script is not None else None

    def decide(self, choice: np.ndarray) -> np.ndarray:
        """What was chosen, element by element."""
        if self._script is not None:
            choice = next(self._script, choice)
        self.made.append(choice)
        return choice

    @property
    def follows(self) -> bool:
        """Whether the choices are those of an earlier evaluation."""
        return self._script is not None

    def same_as(self, other: Choices) -> bool:
        """Whether two evaluations lie on the same smooth piece."""
        if len(self.made) != len(other.made):
            return False
        return all(np.array_equal(a, b) for a, b in zip(self.made, other.made, strict=True))


_CHOICES: ContextVar[Choices | None] = ContextVar("autograd_branch_choices", default=None)


@contextmanager
def reporting_to(choices: Choices) -> Iterator[Choices]:
    """Let Branched arrays report their choices to `choices`."""
    token = _CHOICES.set(choices)
    try:
        yield choices
    finally:
        _CHOICES.reset(token)


def decide(choice: Any, tie: bool = False) -> np.ndarray:
    """Report what was chosen, and whether the choice hung on a tie; returns it, or what an earlier run chose here."""
    choices = _CHOICES.get()
    choice = np.asarray(choice)
    if choices is None:
        return choice
    choices.has_tie = choices.has_tie or tie
    return choices.decide(choice)


def follows() -> bool:
    """Whether the choices are those of an earlier evaluation."""
    choices = _CHOICES.get()
    return choices is not None and choices.follows


def shaken(x: np.ndarray) -> np.ndarray:
    """x with each number moved by one rounding error of random sign, if the present evaluation is to be shaken."""
    choices = _CHOICES.get()
    if choices is None or choices.rounding is None or not x.size:
        return x
    signs = choices.rounding.integers(0, 2, (2, *x.shape), dtype=np.int8) * (2 * _EPS) - _EPS
    if x.dtype.kind != "c":
        return x + x * signs[0]
    moved = np.empty_like(x)
    moved.real = x.real + x.real * signs[0]
    moved.imag = x.imag + x.imag * signs[1]
    return moved
