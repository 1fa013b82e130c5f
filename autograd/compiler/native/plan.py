"""A program as loops: the module that numba compiles, and the function that calls what is in it.

Runs of loops and matrix products become one function each, called with one array of addresses; what they have not is
done by NumPy in between, on the same arrays.
"""

from __future__ import annotations

import ast
import builtins
import keyword
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd.compiler.lowering import Lowering
from autograd.compiler.native.building import built, module_text
from autograd.compiler.native.elements import DTYPES
from autograd.compiler.native.forms import Forms
from autograd.compiler.native.grouping import Group, Step
from autograd.compiler.native.kernels import FOR_LOOPS as FROM_KERNELS
from autograd.compiler.native.loops import LETTERS, Nest, index_checks, product_line
from autograd.compiler.native.memory import Memory, address, strange
from autograd.compiler.native.steps import Steps
from autograd.compiler.native.vectors import FOR_LOOPS as FROM_VECTORS
from autograd.compiler.program import Program, Variable, named
from autograd.graph import Location, warn_user

_RESERVED = {
    "np", "math", "memory", "errors", "failed", "njit", *(dtype.name for dtype in DTYPES), *LETTERS, *FROM_KERNELS,
    *FROM_VECTORS, *dir(builtins), *keyword.kwlist,
}  # fmt: skip
_said: set[str] = set()  # the operations of which a user has been told that NumPy does them


class LoopPlan:
    """As `Plan`: the text that is run, `text`, what it names, `objects`, its `parameters`; the loops are `source`."""

    def __init__(
        self, program: Program, arrays: dict[Variable, np.ndarray], constants: frozenset[Variable] = frozenset()
    ) -> None:
        self.program = program
        given = {x: array for x, array in arrays.items() if array.ndim}
        rest = [x for x in program.inputs if x not in given]
        forms = given | {x: np.empty(x.shape, x.dtype) for x in rest}
        self._forms = Forms(forms, strange(given))
        self._steps = Steps(program, self._forms)
        numbers = {x: forms[x] for x in rest if not x.ndim and x.dtype in DTYPES}
        self._arguments = {x for x in rest if x.ndim and x.dtype in DTYPES}
        self.memory = Memory(self._steps, given, numbers, self._arguments)
        self.names = self._named()
        lowering = Lowering({*self.names.values(), program.name})
        self._lowering = lowering
        self.parameter_of = {x: self.names[x] + ("_now" if x in numbers else "") for x in rest}
        self.parameters = list(self.parameter_of.values())
        self.objects: dict[str, Any] = {"np": np, "math": math}
        self._parts: list[str] = []  # functions of loops
        self._errors: list[str] = []
        head = [f"{self.names[x]}[()] = {self.names[x]}_now" for x in numbers]
        body = [*head, *self._body(), *self._ending()]
        self.text = f"def {program.name}({', '.join(self.parameters)}):\n" + "\n".join(f"    {line}" for line in body)
        for definition in lowering.helpers.definitions.values():
            exec(definition, self.objects)
        self.objects.update(lowering.helpers.objects)
        for x, name in self.names.items():
            if self.memory.base(x) in self.memory.arrays:
                self.objects[name] = self.memory.array(x)
        title = f"{program.name} as loops that numba compiles, written by readgrad."
        self.source = module_text(title, self._parts)
        if self._parts:
            module = built(self.source, program.name)
            self.objects |= {name: function for name, function in vars(module).items() if name.startswith("call_")}
        if any(group.is_numpy for group in self._steps.groups):
            self.source += f"\n\n# What calls them, and has NumPy do the rest.\n{self.text}\n"
        self.bytes = self.memory.bytes

    def _named(self) -> dict[Variable, str]:
        """Names for the variables of the program and of the steps that were added."""
        names = named(self.program, lambda name: name in _RESERVED or name == self.program.name)
        taken = {*names.values(), *_RESERVED, self.program.name}
        for x in self._forms.forms:
            if x not in names:
                name, number = x.hint, 1
                while name in taken:
                    number += 1
                    name = f"{x.hint}_{number}"
                names[x] = name
                taken.add(name)
        return names

    # --- the function that is called ---

    def _body(self) -> Iterator[str]:
        run: list[Group] = []
        for group in self._steps.groups:
            if not group.is_numpy:
                run.append(group)
                continue
            yield from self._loops(run)
            run = []
            yield from self._by_numpy(group.steps[0])
        yield from self._loops(run)

    def _by_numpy(self, step: Step) -> Iterator[str]:
        equation = step.equation
        if step.reason:
            _say(equation.primitive.name, equation.location, step.reason)
        written = {x: self._written(x) for x in equation.reads()}
        value = ast.unparse(ast.fix_missing_locations(self._lowering.expression(equation, written)))
        yield f"{self.names[step.output]}[...] = {value}"

    def _written(self, x: Variable) -> ast.expr:
        """A variable in a line of NumPy; a view of an argument as how it is made."""
        if x in self._forms.base and self.memory.base(x) not in self.memory.arrays:
            source, equation = self._forms.base[x]
            return self._lowering.expression(equation, {source: self._written(source)})
        return ast.Name(self.names[x], ast.Load())

    def _ending(self) -> Iterator[str]:
        for target, value in self.memory.left:
            yield f"{self.parameter_of[target]}[...] = {self.names[value]}"
        results = []
        for x in self.program.outputs:
            place = self.memory.outputs[x]
            results.append(ast.unparse(self._written(place)) + (".copy()" if place.ndim else "[()]"))
        yield f"return {', '.join(results)}" if results else "return ()"

    # --- the module ---

    def _loops(self, groups: list[Group]) -> Iterator[str]:
        """Write the function of a run of groups; the lines that call it."""
        bases = [self.memory.base(x) for group in groups for step in group.steps for x in (*step.reads, step.output)]
        bases = [x for x in dict.fromkeys(bases) if self.memory.lies(x)]
        if not bases:
            return
        regions = list(dict.fromkeys(self.memory.own[x] for x in bases if x in self.memory.own))
        arguments = [x for x in bases if x not in self.memory.own]
        pointers = [*(region.name for region in regions), *arguments]
        body = list(self._places(bases))
        for group in groups:
            body += self._group(group) if group.steps else []

        number = len(self._parts) + 1
        name = f"{self.program.name}_{number}"
        given = [f"pointer(memory[{i}], {_kept_as(region.name)})" for i, region in enumerate(regions)]
        given += [f"first({self.names[x]})" for x in arguments]
        kinds = ", ".join(f"CPointer({_kept_as(x)})" for x in pointers)
        arrays = [f"Array({x.dtype.name.replace('bool', 'boolean')}, {x.ndim}, 'C')" for x in arguments]
        lines = [
            f'@njit("int64({kinds})", pipeline_class=Apart, **OPTIONS)',
            f"def {name}({', '.join(self.names[x] for x in pointers)}):",
            *(f"    {line}" for line in (*body, "return 0")),
            "",
            "",
            f'@njit("int64({", ".join(["uint64[::1]", *arrays])})", **OPTIONS)',
            f"def call_{name}({', '.join(['memory', *(self.names[x] for x in arguments)])}):",
            f"    return {name}({', '.join(given)})",
        ]
        self._parts.append("\n".join(lines))
        self.objects[f"memory_{number}"] = np.array([region.begin for region in regions], np.uint64)
        for x in arguments:
            name = self.names[x]
            yield f"{name} = {name} if {name}.flags.carray else np.array({name}, order='C')"
        call = (
            f"call_{self.program.name}_{number}({', '.join([f'memory_{number}', *(self.names[x] for x in arguments)])})"
        )
        if any("is_outside" in line for line in body):
            self.objects["errors"] = self._errors
            yield f"if failed := {call}:"
            yield "    raise IndexError(errors[failed - 1])"
        else:
            yield call

    def _places(self, bases: list[Variable]) -> Iterator[str]:
        """Lines that say where arrays lie that have no pointer of their own."""
        for x in bases:
            region = self.memory.own.get(x)
            if region is None or region.name is x:
                continue
            offset = (address(self.memory.array(x)) - region.begin) // x.dtype.itemsize
            name = self.names[region.name]
            yield f"{self.names[x]} = at({name}, {offset})" if offset else f"{self.names[x]} = {name}"

    def _group(self, group: Group) -> Iterator[str]:
        place = next((step.equation.location for step in group.steps if step.equation.location is not None), None)
        if place is not None and place.text:
            yield f"# {place.text}"
        for test, message in index_checks(group, self.memory, self.names):
            self._errors.append(message)
            yield f"if {test}:"
            yield f"    return {len(self._errors)}"
        if group.is_loop:
            yield from Nest(group, self.memory, self.names).lines()
        else:
            yield product_line(group.steps[0], self.memory, self.names)


def _kept_as(x: Variable) -> str:
    """The type of numbers that a pointer points to; of bools, bytes."""
    return "uint8" if x.dtype.kind == "b" else x.dtype.name


def _say(name: str, location: Location | None, reason: str) -> None:
    if name not in _said:
        _said.add(name)
        warn_user(f"compile: NumPy does {name} ({location}) between numba's loops, since {reason}")
