"""Settings that are numbers: is this one, and does it lie where it may?"""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def number_in(owner: str, name: str, value: Any, low: float = 0, high: float = math.inf, ends: str = "[)") -> Any:
    """The value of a setting; ValueError, naming it and its owner, unless it is a number between `low` and `high`.

    `ends` says as mathematics does whether these two count: "[)" is low <= value < high, "(]" low < value <= high.

    >>> number_in("Adam", "lr", 0.1)
    0.1
    >>> number_in("Dropout", "p", 1.5, high=1, ends="[]")
    Traceback (most recent call last):
        ...
    ValueError: Dropout: p=1.5 is not a number in [0, 1]
    """
    if isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool):
        above = low <= value if ends[0] == "[" else low < value
        below = value <= high if ends[1] == "]" else value < high
        if above and below:
            return value
    raise ValueError(f"{owner}: {name}={value!r} is not a number in {ends[0]}{low:g}, {high:g}{ends[1]}")
