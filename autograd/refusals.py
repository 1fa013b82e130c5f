"""Why some of NumPy's functions, methods and options take no Tensor, and what to write instead.

One place for it: the error at the call and the table of what is covered (`autograd/COVERAGE.md`) both read it here.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograd.errors import UnsupportedError

_IMMUTABLE = "a Tensor's value is immutable: "
_GRID = "it tells of the floating-point grid, not of a function of real numbers"
_SET = "the shape of a set depends on values: find the places on x.detach().numpy(), then take x[places]"
_POLY = "for the values of a polynomial np.polyval and np.vander have rules, for a product of two np.convolve"
_FILE = "it writes the values away: hand it tensor.detach().numpy()"
_TEXT = "it makes text: write str(tensor) or repr(tensor)"
_DATES = "it is about dates, and a Tensor holds numbers"
_BITS = "it is about the bits of integers, which take no gradient"
_MEMORY = "it tells where arrays lie in memory, which a Tensor keeps to itself"

# Each line: the reason, and whom it concerns. Names are as behind `np.`; a method of all ufuncs begins with a dot, one
# of ndarray with `ndarray.`.
_REASONS: tuple[tuple[str, str], ...] = (
    # --- writing into arrays ---
    (_IMMUTABLE + "select with np.where(mask, new, x)", "put putmask"),
    (
        _IMMUTABLE
        + "use tensor.assign(value) on a leaf, or np.broadcast_to(value, shape) for an array full of a value",
        "copyto",
    ),
    (_IMMUTABLE + "y = x.copy(), then y[mask] = values", "place"),
    (_IMMUTABLE + "y = x.copy(), then y[np.diag_indices(n)] = values", "fill_diagonal"),
    ("it would write into its argument: for one axis, y = x.copy() and then y[index] = values", "put_along_axis"),
    (
        "it would write into its argument: write x + np.bincount(index, values, minlength=x.size) for a vector x, or "
        "y = x.copy() and y[index] = values where no index repeats",
        ".at",
    ),
    # --- not functions of real numbers ---
    (_GRID, "nextafter spacing"),
    ("its mantissa jumps at powers of 2: use x / 2 ** np.floor(np.log2(abs(x)))", "frexp"),
    ("its result is no exponent for the next call", "ldexp.accumulate ldexp.reduce ldexp.reduceat"),
    (_BITS, "packbits unpackbits"),
    (_DATES, "busday_count busday_offset is_busday datetime_as_string isnat"),
    (_MEMORY, "may_share_memory shares_memory"),
    (_TEXT, "array2string array_repr array_str"),
    ("it depends on the value: ask for x.dtype, or np.result_type(x, other)", "min_scalar_type"),
    (_FILE, "save savetxt savez savez_compressed"),
    # --- shapes or values that no rule can follow ---
    (_SET, "unique unique_all unique_counts unique_inverse unique_values"),
    (_SET, "intersect1d setdiff1d setxor1d union1d"),
    ("it fits by least squares: write np.linalg.lstsq(np.vander(x, degree + 1), y)[0]", "polyfit"),
    ("roots move with an infinite slope where two meet, and may be complex", "roots"),
    (_POLY, "poly polyadd polyder polydiv polyint polymul polysub"),
    (
        "its values and vectors are complex in general; of a symmetric matrix np.linalg.eigh and eigvalsh have rules",
        "linalg.eig linalg.eigvals",
    ),
    ("it counts in several dimensions at once: use np.histogram or np.bincount along one", "histogram2d histogramdd"),
    ("it makes real numbers complex, and orders complex ones: np.sort of real ones has a rule", "sort_complex"),
    # --- methods of ndarray ---
    (_IMMUTABLE + "write np.full(x.shape, value)", "ndarray.fill"),
    (_IMMUTABLE + "write np.sort(x)", "ndarray.sort"),
    (_IMMUTABLE + "write np.partition(x, kth)", "ndarray.partition"),
    (_IMMUTABLE + "write np.resize(x, shape)", "ndarray.resize"),
    (_IMMUTABLE + "select with np.where(mask, new, x), or y = x.copy() and then y[index] = values", "ndarray.put"),
    (_IMMUTABLE + "no flag of it can be set", "ndarray.setflags ndarray.setfield"),
    (
        "it reads bytes as numbers of another type: x.astype(dtype) converts. For PyTorch's view write x.reshape(...)",
        "ndarray.view",
    ),
    ("it reads the same bytes as numbers of another type: x.astype(dtype) converts", "ndarray.getfield"),
    ("it is about the bytes of the numbers, which take no gradient", "ndarray.byteswap"),
    (
        _MEMORY + ": ask x.detach().numpy()",
        "ndarray.base ndarray.ctypes ndarray.flags ndarray.strides",
    ),
    ("it walks in C order: write x.ravel()", "ndarray.flat"),
    (
        "it writes the values away: ask x.detach().numpy()",
        "ndarray.dump ndarray.dumps ndarray.tobytes ndarray.tofile",
    ),
    ("there is one device, the CPU", "ndarray.device ndarray.to_device"),
)

REASONS: dict[str, str] = {name: reason for reason, names in _REASONS for name in names.split()}

# What to write in place of an option that no rule takes.
OPTIONS = {
    "out": "rebind the name to the result instead",
    "where": "select afterwards with np.where(mask, result, other)",
    "dtype": "convert before or after with x.astype(dtype)",
}


def name_of(function: Callable[..., Any]) -> str:
    """A NumPy function's name behind `np.`: `linalg.inv`, `add.at`."""
    name = getattr(function, "__name__", str(function))
    if isinstance(owner := getattr(function, "__self__", None), np.ufunc):
        return f"{owner.__name__}.{name}"
    module = (getattr(function, "__module__", None) or "numpy").removeprefix("numpy").removeprefix(".")
    return f"{module}.{name}" if module else name


def reason_for(name: str) -> str | None:
    """Why the function of that name is refused; None if nothing is written about it."""
    method = name.rpartition(".")[2]
    return REASONS.get(name) or (REASONS.get(f".{method}") if hasattr(np.ufunc, method) else None)


def refusal(function: Callable[..., Any], known: Iterable[str], place: object) -> UnsupportedError:
    """The error for a NumPy function that has no rule, naming what to use instead; `known` are those that have one."""
    name = name_of(function)
    near = difflib.get_close_matches(name, sorted(set(known)), n=1, cutoff=0.5)
    if (reason := reason_for(name)) is not None:
        advice = reason
    elif near:
        advice = f"the nearest function with a rule is np.{near[0]}"
    else:
        advice = "build it from differentiable functions, or declare it with autograd.primitive"
    return UnsupportedError(
        f"numpy.{name} has no derivative rule (at {place}); {advice}. "
        f"On values alone, without a gradient: numpy.{name}(tensor.detach().numpy())."
    )


def option_refusal(op: str, option: str, known: Iterable[str]) -> UnsupportedError:
    """The error for an argument of a NumPy function that its rule does not take."""
    advice = OPTIONS.get(option)
    return UnsupportedError(
        f"{op}: {option}= has no rule on Tensors; keywords that do: {', '.join(known) or 'none'}"
        + (f"; {advice}" if advice else "")
    )
