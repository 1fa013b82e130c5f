"""Values as syntax: how a constant is written in a program."""

from __future__ import annotations

import ast
import math
from fractions import Fraction
from typing import Any

import numpy as np

# Arrays up to so many elements are written out; larger ones become inputs of the program.
WRITTEN_OUT = 64


def literal(value: Any, beside: np.dtype | None = None) -> ast.expr | None:
    """A value as an expression, None where there is no way to write it.

    A NumPy number that meets arrays of its own dtype, `beside`, is written as a Python number, which takes that dtype.
    """
    if value is None or value is Ellipsis or isinstance(value, bool | str):
        return ast.Constant(value)
    if isinstance(value, slice):
        ends = (literal(value.start), literal(value.stop), literal(value.step))
        return ast.Call(_name("slice"), [end for end in ends if end is not None], [])
    if isinstance(value, tuple | list):
        parts = [literal(part) for part in value]
        if any(part is None for part in parts):
            return None
        kept = [part for part in parts if part is not None]
        return ast.Tuple(kept, ast.Load()) if isinstance(value, tuple) else ast.List(kept, ast.Load())
    if isinstance(value, dict):
        return None
    if isinstance(value, np.ndarray):
        return _array(value) if value.ndim else literal(value[()], beside)
    if isinstance(value, np.generic):
        number = _number(value.item(), str(value))
        if isinstance(value, np.floating) and (quotient := _quotient(value)) is not None:
            number = quotient
        same_kind = beside is not None and (value.dtype == beside or (beside.kind in "fc" and value.dtype.kind in "iu"))
        if number is None or same_kind or value.dtype.kind == "b" or (beside is None and value.dtype.kind in "iu"):
            return number
        return ast.Call(_name(f"np.{value.dtype.name}"), [number], [])
    if isinstance(value, int | float | complex):
        return (_quotient(np.float64(value)) if isinstance(value, float) else None) or _number(value, repr(value))
    if isinstance(value, np.dtype) or (isinstance(value, type) and issubclass(value, np.generic)):
        return _name(f"np.{np.dtype(value).name}")
    return None


def _number(value: Any, text: str) -> ast.expr | None:
    if isinstance(value, bool):
        return ast.Constant(value)
    if isinstance(value, float) and not math.isfinite(value):
        return _name("np.nan") if math.isnan(value) else _name("np.inf" if value > 0 else "-np.inf")
    return ast.parse(text, mode="eval").body if isinstance(value, int | float | complex) else None


def _quotient(value: np.floating) -> ast.expr | None:
    """1 / 128 for 0.0078125: a number of many digits as a quotient of small integers, where it is one exactly."""
    if len(str(value)) < 8 or not np.isfinite(value):
        return None
    most = 999 if abs(value) > 1 else 10_000_000
    numerator, denominator = Fraction(float(value)).limit_denominator(most).as_integer_ratio()
    most = 999 if value.dtype == np.float64 else 9  # with fewer digits more quotients would fit by chance
    if not 0 < abs(numerator) <= most or value.dtype.type(numerator / denominator) != value:
        return None
    return ast.parse(f"{numerator} / {denominator}", mode="eval").body


def _array(value: np.ndarray) -> ast.expr:
    inner = ast.parse(np.array2string(value, separator=", ", threshold=value.size + 1, floatmode="unique")
                      .replace("nan", "np.nan").replace("inf", "np.inf"), mode="eval").body  # fmt: skip
    if not value.size:
        return ast.Call(_name("np.zeros"), [literal(value.shape) or inner, _name(f"np.{value.dtype.name}")], [])
    return ast.Call(_name("np.array"), [inner, _name(f"np.{value.dtype.name}")], [])


def _name(path: str) -> ast.expr:
    return ast.parse(path, mode="eval").body
