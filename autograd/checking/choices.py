"""The branches that an evaluation takes, one after the other: its signature.

Two evaluations with the same signature lie on the same smooth piece of f; where it changes, a kink may lie between.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import numpy as np

_EPS = float(np.finfo(np.float64).eps)

Made = dict[int, list[np.ndarray]]  # the choices of each step of a tape


class Choices:
    """The choices of one evaluation in order: those it makes, or those of an earlier one, to be made again.

    With `rounding`, the evaluation is also shaken: each number that it computes is moved at random by eps / 2 to 2 eps,
    as rounding might. The spread of the results of several such runs tells how well the result is known (stochastic
    arithmetic, Vignes 1993).
    """

    def __init__(self, script: Made | None = None, rounding: Rounding | None = None) -> None:
        self.rounding = rounding
        self.made: Made = {}
        self.has_tie = False  # two values that were compared are equal, but move apart: a kink may lie exactly here
        self._script = script
        self._of_step: list[np.ndarray] = []
        self._to_follow: Iterator[np.ndarray] = iter(())

    def begin(self, step: int) -> None:
        """From here on, the choices are those of this step."""
        self._of_step = self.made[step] = []
        self._to_follow = iter(self._script.get(step, ()) if self._script is not None else ())

    def decide(self, choice: np.ndarray) -> np.ndarray:
        """What was chosen, element by element."""
        choice = next(self._to_follow, choice)
        self._of_step.append(choice)
        return choice

    @property
    def follows(self) -> bool:
        """Whether the choices are those of an earlier evaluation."""
        return self._script is not None

    def same_as(self, other: Choices) -> bool:
        """Whether two evaluations lie on the same smooth piece."""
        mine, others = ([c for step in x.made.values() for c in step] for x in (self, other))
        return len(mine) == len(others) and all(map(np.array_equal, mine, others))


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


class Rounding:
    """An endless supply of rounding errors: relative ones of random sign and size."""

    _POOL = 1 << 14

    def __init__(self, seed: int) -> None:
        self._errors = _pool(seed, self._POOL)
        self._next = 0

    def of(self, shape: tuple[int, ...]) -> np.ndarray:
        """Errors for an array; which ones depends on what was asked for before."""
        size = math.prod(shape)
        start, self._next = self._next, (self._next + size + 1) % self._POOL
        if start + size <= self._POOL:
            return self._errors[start : start + size].reshape(shape)
        return np.resize(np.roll(self._errors, -start), shape)


@lru_cache(maxsize=4)
def _pool(seed: int, size: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return _EPS * rng.uniform(0.5, 2, size) * rng.choice([-1, 1], size)


def shaken(x: np.ndarray) -> np.ndarray:
    """x with each number moved by one random rounding error, if the present evaluation is to be shaken."""
    choices = _CHOICES.get()
    if choices is None or choices.rounding is None:
        return x
    if x.dtype.kind != "c":
        return x + x * choices.rounding.of(x.shape)
    moved = np.empty_like(x)
    moved.real = x.real + x.real * choices.rounding.of(x.shape)
    moved.imag = x.imag + x.imag * choices.rounding.of(x.shape)
    return moved
