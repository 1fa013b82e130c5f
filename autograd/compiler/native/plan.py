"""A program as loops: the module that numba compiles, and the function that calls what is in it.

What loops cannot do is done by NumPy in between, on the same arrays.
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
from autograd.compiler.native.loops import LETTERS
from autograd.compiler.native.memory import Memory, strange
from autograd.compiler.native.parts import Part
from autograd.compiler.native.steps import Steps
from autograd.compiler.native.vectors import FOR_LOOPS as FROM_VECTORS
from autograd.compiler.program import Program, Variable, named
from autograd.graph import Location, warn_user

_RESERVED = {
    "np", "math", "memory", "failed", "njit", *(dtype.name for dtype in DTYPES), *LETTERS, *FROM_KERNELS,
    *FROM_VECTORS, *dir(builtins), *keyword.kwlist,
}  # fmt: skip
_said: set[str] = set()  # the operations of which a user has been told that NumPy does them


class LoopPlan:
    """As `Plan`: the text that is run, `text`, what it names, `objects`, its `parameters`; the loops are `source`."""

    def __init__(self, program: Program, arrays: dict[Variable, np.ndarray]) -> None:
        self.program = program
        given = {x: array for x, array in arrays.items() if array.ndim}
        with_each_call = {x: np.empty(x.shape, x.dtype) for x in program.inputs if x not in given}
        self._numbers = {x: place for x, place in with_each_call.items() if not x.ndim and x.dtype in DTYPES}
        self._forms = Forms(given | with_each_call, strange(given))
        self._steps = Steps(program, self._forms)
        arguments = {x for x in with_each_call if x.ndim and x.dtype in DTYPES}
        self.memory = Memory(self._steps, given, self._numbers, arguments)
        self.names = self._named()
        self._parameter = {x: self.names[x] + ("_now" if x in self._numbers else "") for x in with_each_call}
        self.parameters = list(self._parameter.values())
        self._lowering = Lowering({*self.names.values(), program.name})
        self._parts: list[Part] = []
        body = [*self._beginning(), *self._body(), *self._ending()]
        self.text = f"def {program.name}({', '.join(self.parameters)}):\n" + "\n".join(f"    {line}" for line in body)
        title = f"{program.name} as loops that numba compiles, written by readgrad."
        module = module_text(title, [part.text for part in self._parts])
        self.source = module
        if any(group.is_numpy for group in self._steps.groups):
            self.source += f"\n\n# What calls them, and has NumPy do the rest.\n{self.text}\n"
        self.objects = self._objects(module)

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

    def _objects(self, module: str) -> dict[str, Any]:
        """What the text names: arrays, NumPy's helpers, and the compiled functions."""
        objects: dict[str, Any] = {"np": np, "math": math}
        for definition in self._lowering.helpers.definitions.values():
            exec(definition, objects)
        objects.update(self._lowering.helpers.objects)
        for x, name in self.names.items():
            if self.memory.base(x) in self.memory.arrays:
                objects[name] = self.memory.array(x)
        if self._parts:
            functions = vars(built(module, self.program.name))
            objects |= {name: function for name, function in functions.items() if name.startswith("call_")}
        for number, part in enumerate(self._parts, 1):
            objects |= {f"memory_{number}": part.addresses, f"errors_{number}": part.errors}
        return objects

    # --- the function that is called ---

    def _beginning(self) -> Iterator[str]:
        for x in self._numbers:
            yield f"{self.names[x]}[()] = {self._parameter[x]}"

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

    def _loops(self, groups: list[Group]) -> Iterator[str]:
        if not any(group.steps for group in groups):
            return
        number = len(self._parts) + 1
        part = Part(f"{self.program.name}_{number}", groups, self.memory, self.names)
        self._parts.append(part)
        for x in part.arguments:
            name = self.names[x]
            yield f"{name} = {name} if {name}.flags.carray else np.array({name}, order='C')"
        call = part.call(f"memory_{number}")
        if part.errors:
            yield f"if failed := {call}:"
            yield f"    raise IndexError(errors_{number}[failed - 1])"
        else:
            yield call

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
            yield f"{self._parameter[target]}[...] = {self.names[value]}"
        results = []
        for x in self.program.outputs:
            place = self.memory.outputs[x]
            results.append(ast.unparse(self._written(place)) + (".copy()" if place.ndim else "[()]"))
        yield f"return {', '.join(results)}" if results else "return ()"


def _say(name: str, location: Location | None, reason: str) -> None:
    """Warn of an operation that NumPy does, once in a process."""
    if name not in _said:
        _said.add(name)
        warn_user(f"compile: NumPy does {name} ({location}) between numba's loops, since {reason}")
