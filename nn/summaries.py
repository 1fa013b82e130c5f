"""A model as a table: its layers, the shapes that pass them, and how many parameters each adds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from autograd import Tensor, no_grad


class Summary(str):
    """The table as text, which a prompt or a notebook shows as it is, and its totals.

    Attributes
    ----------
    parameters, trainable, buffers : how many numbers the model holds; what is shared counts once.
    """

    parameters: int
    trainable: int
    buffers: int

    def __repr__(self) -> str:
        return str(self)


def summary_of(model: Any, inputs: tuple[Any, ...]) -> Summary:
    """The table of a model, with shapes where there are inputs to run it on."""
    calls = _shapes_of_calls(model, inputs) if inputs else {}
    counted: set[int] = set()
    rows = [["layer", "input", "output", "parameters"]]
    for depth, name, module in _tree(model):
        shapes = calls.get(id(module)) or [("", "")]
        # A layer that stands in several places: its calls in the order of the places.
        before, after = shapes.pop(0) if len(shapes) > 1 else shapes[0]
        label = f"{name} {type(module).__name__}".lstrip()
        rows.append(["  " * depth + label, before, after, _own_parameters(module, counted)])
    if not inputs:
        rows = [[layer, parameters] for layer, _, _, parameters in rows]
    extra = model.extra_repr()
    title = f"{type(model).__name__}: {extra}" if extra else type(model).__name__

    parameters = list(model.parameters())
    trainable = sum(p.size for p in parameters if p.requires_grad)
    buffers = sum(b.size for b in model.buffers())
    total = sum(p.size for p in parameters)
    size = sum(p.size * p.dtype.itemsize for p in parameters)
    parts = [f"{total:,} parameters ({_bytes(size)})"]
    if trainable != total:
        parts.append(f"{trainable:,} of them trained")
    if buffers:
        parts.append(f"{buffers:,} numbers in buffers")
    lines = [title, *_ruled(rows), ", ".join(parts)]
    if any(row[-1].startswith("(") for row in rows):
        lines.append("(n): shared, counted above")
    text = Summary("\n".join(lines))
    text.parameters, text.trainable, text.buffers = total, trainable, buffers
    return text


def _tree(model: Any) -> Iterator[tuple[int, str, Any]]:
    """Every place of every module: how deep it is, its name in the module that holds it, and the module."""
    above: list[str] = []
    for path, module in model.named_modules(remove_duplicate=False):
        while above and above[-1] and not path.startswith(above[-1] + "."):
            above.pop()
        yield len(above), path[len(above[-1]) :].lstrip(".") if above else path, module
        above.append(path)


def _own_parameters(module: Any, counted: set[int]) -> str:
    """How many numbers are in the parameters a module holds itself, (n) where all were counted already."""
    own = list(module.parameters(recurse=False))
    new = [p for p in own if id(p) not in counted]
    counted.update(map(id, new))
    if not own:
        return ""
    return f"{sum(p.size for p in new):,}" if new else f"({sum(p.size for p in own):,})"


def _shapes_of_calls(model: Any, inputs: tuple[Any, ...]) -> dict[int, list[tuple[str, str]]]:
    """Run the model, in evaluation and without a graph; shapes in and out of each call of each module, by its id."""
    calls: dict[int, list[tuple[str, str]]] = {}

    def note(module: Any, args: tuple[Any, ...], output: Any) -> None:
        shapes = ", ".join(filter(None, map(_shape, args)))
        calls.setdefault(id(module), []).append((shapes, _shape(output)))

    with ExitStack() as stack:
        for module in model.modules():
            stack.enter_context(module.register_forward_hook(note))
        stack.enter_context(model.evaluating())
        stack.enter_context(no_grad())
        model(*inputs)
    return calls


def _shape(value: Any) -> str:
    if isinstance(value, Tensor) or hasattr(value, "shape"):
        return str(tuple(value.shape))
    return ", ".join(filter(None, map(_shape, value))) if isinstance(value, list | tuple) else ""


def _bytes(size: float) -> str:
    for unit in ("B", "kB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:,.3g} MB"


def _ruled(rows: list[list[str]]) -> list[str]:
    """The lines of a table, the first row its head, the last column numbers."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:-1], widths[:-1], strict=True)]
        lines.append("  ".join([*cells, row[-1].rjust(widths[-1])]).rstrip())
    rule = "─" * (sum(widths) + 2 * (len(widths) - 1))
    return [rule, lines[0], rule, *lines[1:], rule]
