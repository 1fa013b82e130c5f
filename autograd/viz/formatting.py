"""Values in few characters: four significant digits, small arrays in full, large ones by their statistics."""

from __future__ import annotations

import os.path
import re
from typing import Any, NamedTuple

import numpy as np

from autograd.graph import Location

FULL = 6  # arrays of up to this many elements are printed in full
# What IPython calls the code of a cell: a file in a temporary directory that is never written, or no file at all.
_CELL = re.compile(r"[/\\]ipykernel_\d+[/\\][^/\\]+$|^<ipython-input")
WIDEST = 40  # characters of a name or a keyword argument


class Statistics(NamedTuple):
    """What a large array is summarised by; extremes and mean are over its finite elements, None if it has none."""

    min: float | None
    max: float | None
    mean: float | None
    nan: int
    inf: int


def statistics(array: np.ndarray) -> Statistics:
    """Smallest and largest finite element, their mean, and how many are nan or infinite; of complex ones the moduli."""
    with np.errstate(all="ignore"):
        array = np.abs(array) if array.dtype.kind == "c" else array
    finite = array[np.isfinite(array)]
    nan = int(np.isnan(array).sum())
    inf = array.size - finite.size - nan
    if not finite.size:
        return Statistics(None, None, None, nan, inf)
    with np.errstate(all="ignore"):
        return Statistics(float(finite.min()), float(finite.max()), float(finite.mean(dtype=np.float64)), nan, inf)


def number_text(x: Any) -> str:
    """A number with four significant digits; integers and bools in full.

    >>> number_text(3.14159265), number_text(-0.00001234), number_text(12), number_text(2.0)
    ('3.142', '-1.234e-05', '12', '2')
    """
    return str(x) if isinstance(x, int | np.integer | np.bool) else f"{x:.4g}"


def array_lines(array: np.ndarray) -> list[str]:
    """An array in one or a few lines.

    >>> array_lines(np.array([[1.0, 2.0], [3.0, 4.5]]))
    ['[[1, 2],', ' [3, 4.5]]']
    >>> array_lines(np.arange(100.0))
    ['0 … 99', 'mean 49.5']
    """
    if not array.ndim:
        return [number_text(array[()])]
    if array.size <= FULL:
        if array.ndim != 2 or len(array) < 2:
            return [_nested(array)]
        rows = [_nested(row) for row in array]
        return ["[" + rows[0] + ",", *(f" {row}," for row in rows[1:-1]), f" {rows[-1]}]"]
    if array.dtype.kind == "b":
        return [f"{np.count_nonzero(array)} of {array.size} True"]
    found = statistics(array)
    of = "|z|: " if array.dtype.kind == "c" else ""
    lines = [f"{count} {what}" for count, what in ((found.nan, "nan"), (found.inf, "inf")) if count]
    if found.min is not None and found.max is not None and found.mean is not None:
        if found.min == found.max:
            return [*lines, f"{of}all {'others ' if lines else ''}{number_text(found.min)}"]
        lines += [f"{of}{number_text(found.min)} … {number_text(found.max)}", f"mean {number_text(found.mean)}"]
    return lines or [f"{array.size} values"]


def _nested(array: np.ndarray) -> str:
    if not array.ndim:
        return number_text(array[()])
    return "[" + ", ".join(_nested(part) for part in array) + "]"


def keyword_text(value: Any) -> str:
    """A keyword argument of a call, the same in every run (no addresses) and short.

    >>> keyword_text((slice(None), 3, np.arange(100))), keyword_text(len)
    ('(:, 3, array of shape (100,))', 'len')
    """
    if isinstance(value, slice):
        parts = ["" if part is None else keyword_text(part) for part in (value.start, value.stop, value.step)]
        return clipped(":".join(parts if value.step is not None else parts[:2]))
    if isinstance(value, tuple | list):
        inner = ", ".join(map(keyword_text, value[: FULL + 1])) + (", …" if len(value) > FULL + 1 else "")
        if isinstance(value, list):
            return clipped(f"[{inner}]")
        return clipped(f"({inner},)" if len(value) == 1 else f"({inner})")
    if isinstance(value, np.ndarray):
        return _nested(value) if value.size <= FULL else f"array of shape {value.shape}"
    if value is Ellipsis:
        return "..."
    if isinstance(value, str | bytes):
        return clipped(repr(value))
    if value is None or isinstance(value, int | float | complex | np.generic):
        return number_text(value) if value is not None else "None"
    if isinstance(value, np.dtype):
        return str(value)
    return clipped(str(getattr(value, "__name__", type(value).__name__)))


def clipped(text: str) -> str:
    """The text, or its beginning and an ellipsis."""
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def place(location: Location) -> str:
    """`train.py:12`: short, and the same on every machine; the file of a notebook's cell has no name to speak of.

    >>> place(Location("/home/ada/train.py", 12, "loss = f(x)"))
    'train.py:12'
    >>> place(Location("/tmp/ipykernel_4711/977910933.py", 7, "loss = f(x)"))
    'line 7 of a notebook cell'
    """
    if _CELL.search(location.file):
        return f"line {location.line} of a notebook cell"
    name = os.path.basename(location.file)  # noqa: PTH119 - importing pathlib takes 10 ms
    return f"{name}:{location.line}" if location.line else name
