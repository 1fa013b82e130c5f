"""How far NumPy's functions reach on Tensors: a page made from the tables that the engine itself runs on.

    python -m autograd.coverage            # print the page for the installed NumPy
    python -m autograd.coverage --write    # renew autograd/COVERAGE.md

Every public function of `numpy`, `numpy.linalg` and `numpy.fft`, every method of the ufuncs that have a derivative
and every attribute of ndarray is in one group: differentiable, constant (works, but takes no gradient), refused (with
the reason that the error gives) or outside (takes no array, or NumPy does not hand Tensors over to us).
"""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from autograd.primitives import COMPOSED, COMPOSED_CONSTANTS, REGISTRY
from autograd.refusals import REASONS, reason_for
from autograd.tensor import Tensor

PAGE = Path(__file__).parent / "COVERAGE.md"

PRIMITIVE = "differentiable, with a rule of its own"
COMPOSITION = "differentiable, made of others"
CONSTANT = "constant: works, and takes no gradient"
REFUSED = "refused"
OUTSIDE = "outside"
UNKNOWN = "unaccounted for"

_UFUNC_METHODS = ("reduce", "accumulate", "reduceat", "outer", "at")


class Entry(NamedTuple):
    """What can be said of one function: its name behind `np.`, its group, and why if that is `REFUSED`."""

    name: str
    group: str
    reason: str = ""


def functions() -> list[Entry]:
    """The public functions of `numpy`, `numpy.linalg` and `numpy.fft`."""
    return [
        _entry(prefix + name, function)
        for prefix, module in (("", np), ("linalg.", np.linalg), ("fft.", np.fft))
        for name, function in _public(module)
        if callable(function) and not isinstance(function, type)
    ]


def ufunc_methods() -> list[Entry]:
    """The methods of the ufuncs of two arguments that have a derivative."""
    ufuncs = {
        op.numpy_function
        for op in REGISTRY.values()
        if op.is_differentiable and isinstance(op.numpy_function, np.ufunc) and op.arity == 2
    }
    return [
        _entry(f"{ufunc.__name__}.{method}", getattr(ufunc, method))
        for ufunc in sorted(ufuncs, key=lambda ufunc: ufunc.__name__)
        if ufunc.signature is None
        for method in _UFUNC_METHODS
    ]


def methods() -> list[Entry]:
    """The public attributes of ndarray."""
    return [
        Entry(name, COMPOSITION) if hasattr(Tensor, name) else _refused(name, REASONS.get(f"ndarray.{name}"))
        for name, _ in _public(np.ndarray)
    ]


def _public(owner: Any) -> Iterator[tuple[str, Any]]:
    return ((name, getattr(owner, name)) for name in sorted(dir(owner)) if not name.startswith("_"))


def _entry(name: str, function: Callable[..., Any]) -> Entry:
    primitive = REGISTRY.get(function)
    if primitive is not None:
        return Entry(name, PRIMITIVE if primitive.is_differentiable else CONSTANT)
    if function in COMPOSED:
        return Entry(name, CONSTANT if function in COMPOSED_CONSTANTS else COMPOSITION)
    is_method = isinstance(getattr(function, "__self__", None), np.ufunc)
    if not isinstance(function, np.ufunc) and not is_method and not hasattr(function, "_implementation"):
        return Entry(name, OUTSIDE)
    return _refused(name, reason_for(name))


def _refused(name: str, reason: str | None) -> Entry:
    return Entry(name, UNKNOWN) if reason is None else Entry(name, REFUSED, reason)


# --- the page ---


def page() -> str:
    """The page as Markdown."""
    every = functions()
    counts = {group: sum(entry.group == group for entry in every) for group in (PRIMITIVE, COMPOSITION, CONSTANT)}
    refused = sum(entry.group == REFUSED for entry in every)
    return "\n".join(
        [
            "# How far NumPy's functions reach",
            "",
            f"Made by `python -m autograd.coverage --write` for NumPy {minor_version()}; do not edit.",
            "",
            *textwrap.wrap(
                f"Of NumPy's functions, aliases counted, {counts[PRIMITIVE] + counts[COMPOSITION]} are differentiable "
                f"on Tensors, to any order and in forward mode; {counts[CONSTANT]} more work and take no gradient; "
                f"{refused} are refused when they are called, and the error gives the reason below.",
                118,
            ),
            "",
            *_chapter("Functions", every),
            *_chapter("Methods of the ufuncs of two arguments", ufunc_methods()),
            *_chapter("Attributes of ndarray", methods(), works="on Tensors too"),
        ]
    )


def minor_version() -> str:
    """Of the installed NumPy: two numbers."""
    return ".".join(np.__version__.split(".")[:2])


def _chapter(title: str, entries: list[Entry], works: str | None = None) -> list[str]:
    lines = [f"## {title}", ""]
    for group in (PRIMITIVE, COMPOSITION, CONSTANT):
        lines += _names(works or group, [entry.name for entry in entries if entry.group == group])
    reasons = {entry.reason: None for entry in entries if entry.group == REFUSED}
    if reasons:
        lines += ["**Refused**", "", "| function | why, and what to write instead |", "|---|---|"]
        for reason in reasons:
            names = " ".join(f"`{entry.name}`" for entry in entries if entry.reason == reason)
            lines.append(f"| {names} | {reason} |")
        lines.append("")
    outside = "outside: takes no array, or NumPy hands it no Tensor (one that requires grad is then refused)"
    lines += _names(outside, [entry.name for entry in entries if entry.group == OUTSIDE])
    return lines + _names(UNKNOWN, [entry.name for entry in entries if entry.group == UNKNOWN])


def _names(title: str, names: list[str]) -> list[str]:
    if not names:
        return []
    text = textwrap.wrap(" ".join(f"`{name}`" for name in names), 118)
    return [f"**{title[0].upper()}{title[1:]}** ({len(names)})", "", *text, ""]


def main(arguments: list[str] | None = None) -> None:
    """Print the page, or write it where it belongs."""
    parser = argparse.ArgumentParser(prog="python -m autograd.coverage", description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help=f"write it to {PAGE.name} beside the package's modules")
    if parser.parse_args(arguments).write:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print(page(), end="")


if __name__ == "__main__":
    main()
