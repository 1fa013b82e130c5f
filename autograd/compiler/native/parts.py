"""A run of loops and matrix products as a function, and the one that calls it with one array of addresses."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograd.compiler.native.grouping import Group
from autograd.compiler.native.loops import Nest, index_checks, product_line
from autograd.compiler.native.memory import Memory, address
from autograd.compiler.program import Variable


class Part:
    """The text of the two functions, `text`, and how the second is called.

    `addresses` tells where the memory lies that stays in its place; `arguments` are the arrays that come with each
    call. It returns 0, or which one of `errors` has come up, counted from 1.
    """

    def __init__(self, name: str, groups: list[Group], memory: Memory, names: dict[Variable, str]) -> None:
        self.name = name
        self.errors: list[str] = []
        self._memory = memory
        self._names = names
        read = [x for group in groups for step in group.steps for x in (*step.reads, step.output)]
        bases = [x for x in dict.fromkeys(map(memory.base, read)) if memory.lies(x)]
        self._regions = list(dict.fromkeys(memory.own[x] for x in bases if x in memory.own))
        self.arguments = [x for x in bases if x not in memory.own]
        self.addresses = np.array([region.begin for region in self._regions], np.uint64)
        body = list(self._places(bases))
        for group in groups:
            body += self._group(group)
        self.text = "\n".join([*self._function(body), "", "", *self._caller()])

    def call(self, addresses: str) -> str:
        """The call, given the name of the array of addresses."""
        return f"call_{self.name}({', '.join([addresses, *(self._names[x] for x in self.arguments)])})"

    def _function(self, body: list[str]) -> list[str]:
        pointers = [*(region.name for region in self._regions), *self.arguments]
        kinds = ", ".join(f"CPointer({_kept_as(x)})" for x in pointers)
        return [
            f'@njit("int64({kinds})", pipeline_class=Apart, **OPTIONS)',
            f"def {self.name}({', '.join(self._names[x] for x in pointers)}):",
            *(f"    {line}" for line in (*body, "return 0")),
        ]

    def _caller(self) -> list[str]:
        given = [f"pointer(memory[{i}], {_kept_as(region.name)})" for i, region in enumerate(self._regions)]
        given += [f"first({self._names[x]})" for x in self.arguments]
        arrays = [f"Array({x.dtype.name.replace('bool', 'boolean')}, {x.ndim}, 'C')" for x in self.arguments]
        return [
            f'@njit("int64({", ".join(["uint64[::1]", *arrays])})", **OPTIONS)',
            f"def {self.call('memory')}:",
            f"    return {self.name}({', '.join(given)})",
        ]

    def _places(self, bases: list[Variable]) -> Iterator[str]:
        """Lines that say where arrays lie that have no pointer of their own."""
        for x in bases:
            region = self._memory.own.get(x)
            if region is None or region.name is x:
                continue
            offset = (address(self._memory.array(x)) - region.begin) // x.dtype.itemsize
            whole = self._names[region.name]
            yield f"{self._names[x]} = at({whole}, {offset})" if offset else f"{self._names[x]} = {whole}"

    def _group(self, group: Group) -> Iterator[str]:
        if not group.steps:
            return
        place = next((step.equation.location for step in group.steps if step.equation.location is not None), None)
        if place is not None and place.text:
            yield f"# {place.text}"
        for test, message in index_checks(group, self._memory, self._names):
            self.errors.append(message)
            yield f"if {test}:"
            yield f"    return {len(self.errors)}"
        if group.is_loop:
            yield from Nest(group, self._memory, self._names).lines()
        else:
            yield product_line(group.steps[0], self._memory, self._names)


def _kept_as(x: Variable) -> str:
    """The type of numbers that a pointer points to; of bools, bytes."""
    return "uint8" if x.dtype.kind == "b" else x.dtype.name
