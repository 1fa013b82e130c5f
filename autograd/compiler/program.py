"""`Program`: a recorded run as a straight line of equations, the form that passes rewrite and that is printed.

    z = affine(x, weight, bias)            float64 (4, 3)
    h = tanh(z)                            float64 (4, 3)

An equation is data: a primitive, its inputs (variables, or plain values), keywords (variables may stand in them), and
the variable it defines. Passes make new programs; nothing here is changed in place.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograd.graph import Location
from autograd.ops import indexing, shaping
from autograd.primitives import CONSTANT, Primitive

# Operations whose result may lie in the memory of their first input, also where the recorded run made a copy.
VIEWS = frozenset((
    shaping.reshape, shaping.transpose, shaping.swapaxes, shaping.expand_dims, shaping.squeeze, indexing.getitem,
))  # fmt: skip


@dataclass(eq=False, slots=True)
class Variable:
    """A value of a program: its shape and dtype, and a hint at what to call it."""

    shape: tuple[int, ...]
    dtype: np.dtype
    hint: str = ""
    of: Variable | None = None  # what it is the gradient with respect to

    @classmethod
    def like(cls, value: Any, hint: str = "") -> Variable:
        """A variable for values of the form of this one."""
        return cls(np.shape(value), np.dtype(getattr(value, "dtype", type(value))), hint)

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)


@dataclass(eq=False, slots=True, frozen=True)
class Equation:
    """One operation: `output = primitive(*inputs, **keywords)`."""

    primitive: Primitive
    inputs: tuple[Any, ...]
    keywords: dict[str, Any]
    output: Variable
    section: str = "forward"
    location: Location | None = None
    is_view: bool = False  # the output shares the memory of an input

    @property
    def is_by_element(self) -> bool:
        """Whether each element of the result comes from those in the same place: arithmetic, and comparisons."""
        primitive = self.primitive
        is_comparison = primitive.structure == CONSTANT and isinstance(primitive.forward, np.ufunc)
        return (primitive.is_elementwise or is_comparison) and not self.keywords

    @property
    def may_be_view(self) -> bool:
        """Whether the output may lie in the memory of the first input when the program runs."""
        return self.is_view or self.primitive in VIEWS or self.primitive is shaping.broadcast_to

    def reads(self) -> list[Variable]:
        """The variables that it needs, those in keywords too."""
        found = []
        for x in self.inputs:
            if type(x) is Variable:
                found.append(x)
            elif type(x) is tuple or type(x) is list:
                found += variables_in(x)
        return [*found, *variables_in(self.keywords)] if self.keywords else found

    def replaced(self, mapping: dict[Variable, Any]) -> Equation:
        """The same equation of other variables."""
        if not mapping or mapping.keys().isdisjoint(self.reads()):
            return self
        inputs = tuple(substituted(x, mapping) for x in self.inputs)
        return replace(self, inputs=inputs, keywords=substituted(self.keywords, mapping))


@dataclass(eq=False, frozen=True)
class Program:
    """Equations from inputs to outputs, and what is written back: (input, its new value) pairs."""

    name: str
    inputs: tuple[Variable, ...]
    equations: tuple[Equation, ...]
    outputs: tuple[Variable, ...]
    writes: tuple[tuple[Variable, Variable], ...] = ()
    names: dict[Variable, str] = field(default_factory=dict)
    # Inputs that lie in the memory of one that is written to, and where in it they begin; None: not as one piece.
    aliases: dict[Variable, dict[Variable, int | None]] = field(default_factory=dict)
    # Of numbers put into arrays: inputs that are made of several numbers, inputs that are constants, and for each
    # result of the function the output that holds it, and its place there (None: it is the output).
    packs: dict[Variable, tuple[Variable, ...]] = field(default_factory=dict)
    tables: dict[Variable, np.ndarray] = field(default_factory=dict)
    spread: tuple[tuple[int, int | None], ...] = ()
    # Memory that lies idle during a call, and in which a result may be computed.
    homes: dict[Variable, np.ndarray] = field(default_factory=dict)

    def with_equations(self, equations: Any, mapping: dict[Variable, Any] | None = None) -> Program:
        """The program with other equations, and outputs replaced as the mapping says."""
        mapping = mapping or {}
        outputs = tuple(mapping.get(x, x) for x in self.outputs)
        writes = tuple((target, mapping.get(x, x)) for target, x in self.writes)
        return replace(self, equations=tuple(equations), outputs=outputs, writes=writes)

    def needed(self) -> set[Variable]:
        """The variables that leave the program."""
        return {*self.outputs, *(value for _, value in self.writes)}

    def overwritten(self) -> set[Variable]:
        """The inputs whose memory is written to."""
        return {x for target, _ in self.writes for x in (target, *self.aliases.get(target, ()))}

    def origins(self) -> dict[Variable, Variable]:
        """What each view is a view of, through other views: with its memory the view changes."""
        found: dict[Variable, Variable] = {}
        for equation in self.equations:
            x = equation.inputs[0] if equation.inputs else None
            if equation.may_be_view and isinstance(x, Variable):
                found[equation.output] = found.get(x, x)
        return found

    def leaving_views(self) -> list[Variable]:
        """What leaves the program and is a view of memory that is written to: to be copied before that."""
        origins, overwritten = self.origins(), self.overwritten()
        leaving = dict.fromkeys((*self.outputs, *(value for _, value in self.writes)))
        return [x for x in leaving if origins.get(x) in overwritten]

    def uses(self) -> dict[Variable, int]:
        """How often each variable is read by an equation, returned or written back."""
        counts: dict[Variable, int] = {}
        for equation in self.equations:
            for variable in equation.reads():
                counts[variable] = counts.get(variable, 0) + 1
        for x in (*self.outputs, *(value for _, value in self.writes)):
            counts[x] = counts.get(x, 0) + 1
        return counts

    def __str__(self) -> str:
        names = named(self)
        rows = []
        for equation in self.equations:
            parts = [_shown(x, names) for x in equation.inputs]
            parts += [f"{key}={_shown(x, names)}" for key, x in equation.keywords.items()]
            left = f"{names[equation.output]} = {equation.primitive.name}({', '.join(parts)})"
            rows.append((equation.section, left, f"{equation.output.dtype} {equation.output.shape}"))
        width = max((len(left) for _, left, _ in rows), default=0)
        lines = [f"{self.name}({', '.join(names[x] for x in self.inputs)}):"]
        section = ""
        for part, left, form in rows:
            if part != section:
                lines.append(f"  # {part}")
                section = part
            lines.append(f"  {left:<{width}}  {form}")
        lines += [f"  {names[target]}[...] = {_shown(value, names)}" for target, value in self.writes]
        if self.outputs:
            lines.append(f"  return {', '.join(_shown(x, names) for x in self.outputs)}")
        return "\n".join(lines)


def is_matrix(x: Any, dtype: np.dtype) -> bool:
    """Whether x is a matrix of that floating-point type, as BLAS takes it."""
    return isinstance(x, Variable) and x.ndim == 2 and x.dtype == dtype and dtype.kind == "f"


def is_number(x: Any) -> bool:
    """Whether x is a single number that is known beforehand."""
    return isinstance(x, float | int | np.generic) or (isinstance(x, np.ndarray) and not x.ndim)


def variables_in(value: Any) -> Iterator[Variable]:
    """The variables in nested tuples, lists and dicts."""
    if isinstance(value, Variable):
        yield value
    elif isinstance(value, tuple | list):
        for part in value:
            yield from variables_in(part)
    elif isinstance(value, dict):
        yield from variables_in(tuple(value.values()))


def substituted(value: Any, mapping: dict[Variable, Any]) -> Any:
    """The value with the variables in it replaced."""
    if isinstance(value, Variable):
        return mapping.get(value, value)
    if isinstance(value, tuple | list):
        return type(value)(substituted(part, mapping) for part in value)
    if isinstance(value, dict):
        return {key: substituted(part, mapping) for key, part in value.items()}
    return value


def named(program: Program, taken: Callable[[str], bool] = lambda name: False) -> dict[Variable, str]:
    """A name for each variable: its own, or its hint with a number where several have it; `d_` for gradients."""
    names: dict[Variable, str] = {}
    used: set[str] = set()
    numbers: Counter[str] = Counter()  # the last one given to each base

    def give(variable: Variable, base: str, numbered: bool) -> None:
        name = base
        while numbered or name in used or taken(name):
            numbers[base] += 1
            name, numbered = f"{base}_{numbers[base]}" if base[-1].isdigit() else f"{base}{numbers[base]}", False
        names[variable] = name
        used.add(name)

    results = [equation.output for equation in program.equations]
    for variable in (*program.inputs, *(x for x in results if x in program.names)):
        give(variable, program.names.get(variable) or variable.hint or "x", False)
    rest = [x for x in results if x not in names]
    hints = Counter(x.hint for x in rest if x.of is None)
    for variable in rest:
        if variable.of is None:
            give(variable, variable.hint, hints[variable.hint] > 1)
    for variable in rest:
        if variable.of is not None:
            give(variable, f"d_{names.get(variable.of, variable.of.hint)}", False)
    return names


def _shown(x: Any, names: dict[Variable, str]) -> str:
    if isinstance(x, Variable):
        return names[x]
    if isinstance(x, tuple | list):
        inner = ", ".join(_shown(part, names) for part in x)
        return f"({inner},)" if isinstance(x, tuple) and len(x) == 1 else f"({inner})"
    if isinstance(x, np.ndarray):
        return f"array{x.shape}" if x.ndim else str(x[()])
    return str(x) if isinstance(x, np.generic) else repr(x)
