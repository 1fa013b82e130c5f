"""A program as a NumPy module that a person can read, and that runs without this library."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Iterator
from pathlib import Path

from autograd.compiler.lowering import Lowering
from autograd.compiler.program import Equation, Program, Variable, named
from autograd.graph import Location

WIDTH = 100

# Results that deserve a line of their own: layers and their activations, and gradients.
_LINES = ("z", "h", "p", "log_p", "draw")
_RESERVED = {"np", "math", *keyword.kwlist}


class Source:
    """The text of a program, and the functions in it that have no source of their own."""

    def __init__(self, program: Program, place: Location | None = None, *, fold: bool = True) -> None:
        self.program = program
        self._place = place
        self.names = named(program, lambda name: name in _RESERVED or name == program.name)
        self.lowering = Lowering({*self.names.values(), program.name, *_RESERVED})
        self._uses = program.uses()
        self._user = {x: equation for equation in program.equations for x in equation.reads()}
        self._fold = fold
        body = list(self._body())
        self.objects = self.lowering.helpers.objects
        parameters = ", ".join(self.names[x] for x in program.inputs)
        lines = [f'"""{self._title()}"""', "", *self._imports(), ""]
        for definition in self.lowering.helpers.definitions.values():
            lines += ["", *definition.splitlines(), *([""] if definition.startswith("def") else [])]
        lines += ["", *_wrapped(f"def {program.name}({parameters}):"), *body]
        self.text = "\n".join(lines) + "\n"

    def _title(self) -> str:
        place = self._place
        origin = f" of {Path(place.file).name}:{place.line}" if place is not None and place.line else ""
        return f"{self.program.name}{origin} as plain NumPy, written by readgrad."

    def _imports(self) -> list[str]:
        used = any("math." in text for text in self.lowering.helpers.definitions.values())
        return ["import math", "", "import numpy as np"] if used else ["import numpy as np"]

    def _body(self) -> Iterator[str]:
        """The lines of the function."""
        written: dict[Variable, ast.expr] = {x: ast.Name(self.names[x], ast.Load()) for x in self.program.inputs}
        section = line = None
        several = len({equation.section for equation in self.program.equations}) > 1
        pending = {target: value for target, value in self.program.writes}
        for equation in self.program.equations:
            value = self.lowering.expression(equation, written)
            if self._folds(equation, value):
                written[equation.output] = value
                continue
            if several and equation.section != section:
                yield from (
                    ("", f"    # --- {equation.section} ---") if section else (f"    # --- {equation.section} ---",)
                )
                section, line = equation.section, None
            place = equation.location
            if place is not None and place.text and (place.file, place.line) != line:
                line = (place.file, place.line)
                yield f"    # {Path(place.file).name}:{place.line}: {place.text}"
            name = self.names[equation.output]
            written[equation.output] = ast.Name(name, ast.Load())
            yield from self._statement(name, value, equation.output)
        for target, value in pending.items():
            right = written[value] if isinstance(value, Variable) else ast.Constant(value)
            yield f"    {self.names[target]}[...] = {ast.unparse(ast.fix_missing_locations(right))}"
        results = [ast.unparse(written[x]) if isinstance(x, Variable) else repr(x) for x in self.program.outputs]
        yield f"    return {', '.join(results)}" if results else "    return None"

    def _statement(self, name: str, value: ast.expr, output: Variable) -> Iterator[str]:
        text = f"    {name} = {ast.unparse(ast.fix_missing_locations(value))}"
        form = str(output.shape) if output.shape else ""
        comment = f"  # {form}" if form else ""
        yield f"{text:<52}{comment}" if comment else text

    def _folds(self, equation: Equation, value: ast.expr) -> bool:
        """Whether a result is written where it is used: once, in the same part, and with no name of its own."""
        output = equation.output
        if not self._fold or self._uses.get(output) != 1 or output in self.program.names:
            return False
        if output.hint in _LINES or output.of is not None or len(ast.unparse(value)) > 40:
            return False
        user = self._user.get(output)
        return user is not None and user.section == equation.section and equation.primitive.name != "draw"


def _wrapped(text: str) -> list[str]:
    """A long line of parameters on several lines."""
    if len(text) <= WIDTH:
        return [text]
    head, inner = text.split("(", 1)
    lines, current = [f"{head}("], "   "
    for part in inner.removesuffix("):").split(", "):
        if len(current) + len(part) + 2 > WIDTH:
            lines.append(current)
            current = "   "
        current += f" {part},"
    return [*lines, current, "):"]
