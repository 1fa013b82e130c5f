"""Where the arrays of a program of loops lie: given ones where they are, results in buffers made once.

A result that only its own loop reads lies nowhere. The pieces of a concatenation are computed in their place in it, and
the new values of parameters and state where the old ones are, if no loop needs these any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from autograd.compiler.native.elements import DTYPES
from autograd.compiler.native.forms import seen
from autograd.compiler.native.grouping import Group, Step
from autograd.compiler.native.steps import Steps
from autograd.compiler.program import Variable
from autograd.ops import shaping


class Location(NamedTuple):
    """An array as its loops see it: a pointer, and how many elements from there to the first, and along each axis."""

    pointer: Variable
    offset: int
    strides: tuple[int, ...]


@dataclass(eq=False)
class Region:
    """Memory that is apart from all other: the pointer that a function of loops gets."""

    name: Variable
    array: np.ndarray
    end: int

    @property
    def begin(self) -> int:
        """The address that offsets count from."""
        return address(self.array)


def address(array: np.ndarray) -> int:
    """Where the first element lies."""
    return array.__array_interface__["data"][0]


class Memory:
    """Gives each variable that lies in memory its array, `arrays`, and adds the steps that write results back."""

    def __init__(
        self,
        steps: Steps,
        given: dict[Variable, np.ndarray],
        numbers: dict[Variable, np.ndarray],
        arguments: set[Variable],
    ) -> None:
        self.steps = steps
        self.forms = steps.forms
        self._given = given
        self.strange = strange(given)
        self.arguments = arguments
        self.arrays: dict[Variable, np.ndarray] = {**given, **numbers, **steps.forms.constants}
        self.own = _apart(self.arrays)  # the region of each
        self._made = {step.output: (i, step) for i, group in enumerate(steps.groups) for step in group.steps}
        self.outputs: dict[Variable, Variable] = {}  # what is returned -> where it lies
        self.left: list[tuple[Variable, Variable]] = []  # writes to arrays that come with each call
        self._write_back()
        self._last = self._last_uses()
        self._allocate()

    # --- questions ---

    def base(self, x: Variable) -> Variable:
        """What x is a view of; itself if it is none."""
        return self.forms.whole(x)

    def lies(self, x: Variable) -> bool:
        """Whether x has a place in memory."""
        return self.base(x) in self.arrays or self.base(x) in self.arguments

    def array(self, x: Variable) -> np.ndarray:
        """The array of a variable; of an argument, one that lies like it."""
        if x in self.forms.base:
            source, equation = self.forms.base[x]
            view = seen(equation, self.array(source))
            assert view is not None
            return view
        return self.arrays.get(x, self.forms.forms[x])

    def location(self, x: Variable) -> Location:
        """Where x lies."""
        base = self.base(x)
        array = self.array(x)
        step = array.itemsize
        offset = (address(array) - address(self.array(base))) // step if array.size else 0
        return Location(base, offset, tuple(stride // step for stride in array.strides))

    # --- writing back ---

    def _write_back(self) -> None:
        """Compute new values in their place, or copy them there at the end."""
        program = self.steps.program
        written = {self.own[target] for target, _ in program.writes if target in self._given}
        copies: list[tuple[Variable, Variable]] = []
        for target, value in program.writes:
            if target not in self._given:
                self.left.append((target, value))
            elif self._can_be_in_place(target, value):
                self.arrays[value] = self.arrays[target]
                self.own[value] = self.own[target]
            else:
                copies.append((target, value))
        kept = {}
        for x in dict.fromkeys((*program.outputs, *(value for _, value in (*copies, *self.left)))):
            base = self.base(x)
            kept[x] = x
            if base in self.own and self.own[base] in written and base not in self._made:
                kept[x] = self._copied(x)  # what it was before anything is written there
        for x in program.outputs:
            self.outputs[x] = kept[x]
        self.left = [(target, kept[value]) for target, value in self.left]
        for target, value in copies:
            copy = Variable(target.shape, target.dtype, "written")
            self.arrays[copy] = self.forms.forms[copy] = self.arrays[target]
            self.own[copy] = self.own[target]
            self.steps.copy_last(kept[value], copy, target in self.strange)

    def _copied(self, x: Variable) -> Variable:
        copy = Variable(x.shape, x.dtype, "before")
        self.forms.new(copy)
        self.steps.copy_last(x, copy, False)
        return copy

    def _can_be_in_place(self, target: Variable, value: Variable) -> bool:
        program = self.steps.program
        group, step = self._made.get(value, (0, None))
        if step is None or step.kind != "element" or value in self.arrays or target in self.strange:
            return False
        if (value.shape, value.dtype) != (target.shape, target.dtype):
            return False
        if sum(v is value for _, v in program.writes) > 1 or self.forms.is_piece(value):
            return False
        region = self.own[target]
        if sum(self.own.get(t) is region for t, _ in program.writes) > 1:
            return False
        if any(self.own.get(self.base(x)) is region for x in program.needed()):
            return False
        for i, later in enumerate(self.steps.groups[group:]):
            for other in later.steps:
                for x in other.reads:
                    if self.own.get(self.base(x)) is region and (i or not self._is_at_hand(x, other, target)):
                        return False
        return True

    def _is_at_hand(self, x: Variable, step: Step, target: Variable) -> bool:
        """Whether a step reads of the target only the element that is written next."""
        a, b = self.array(x), self.array(target)
        same = (address(a), a.strides, a.shape) == (address(b), b.strides, b.shape)
        return same and x in step.here and step.domain == x.shape

    # --- buffers ---

    def _last_uses(self) -> dict[Variable, int]:
        """The last group that reads a variable or a view of it, or a concatenation that it is a piece of."""
        last: dict[Variable, int] = {}
        for i, group in enumerate(self.steps.groups):
            for step in group.steps:
                for x in (step.output, *step.reads):
                    last[self.base(x)] = i
        for x in (*self.outputs.values(), *(value for _, value in self.left)):
            last[self.base(x)] = len(self.steps.groups)
        return last

    def _stored(self) -> set[Variable]:
        """The results that someone reads in another group, or not element by element."""
        needed = {self.base(x) for x in (*self.outputs.values(), *(value for _, value in self.left))}
        for group in self.steps.groups:
            own = {step.output for step in group.steps if step.is_by_element}
            for step in group.steps:
                if not step.is_by_element or step.output in self.arrays:
                    needed.add(step.output)
                alike = {x for x in step.here if x in own and x.shape == group.domain}
                needed |= {self.base(x) for x in step.reads if x not in alike}
        return needed

    def _allocate(self) -> None:
        stored = self._stored()
        copies = self._concatenations(stored)
        free: dict[tuple[np.dtype, int], list[Region]] = {}
        busy: list[tuple[int, Region]] = []
        for i, group in enumerate(self.steps.groups):
            for entry in [entry for entry in busy if entry[0] < i]:
                busy.remove(entry)
                free.setdefault((entry[1].array.dtype, entry[1].array.size), []).append(entry[1])
            for output in [step.output for step in group.steps]:
                if output not in stored or output in self.arrays or output in copies:
                    continue
                available = free.get((output.dtype, output.size), [])
                region = available.pop() if available else self._new(output)
                self.arrays[output] = region.array.reshape(output.shape)
                self.own[output] = region
                busy.append((self._last[output], region))

    def _new(self, x: Variable) -> Region:
        array = np.zeros(x.shape, x.dtype)
        return Region(x, array, address(array) + array.nbytes)

    def _concatenations(self, stored: set[Variable]) -> set[Variable]:
        """Give concatenations their memory, and their pieces a place in it."""
        needless: set[Variable] = set()
        for whole, parts in self.forms.parts.items():
            is_filled = whole in self.forms.filled
            region = self._new(whole)
            self.arrays[whole], self.own[whole] = region.array, region
            for x, copy, where in parts:
                place = region.array[where]
                source = self.base(x)
                self.arrays[copy], self.own[copy] = place, region
                if not is_filled and self._fills(x, source, place) and source in stored:
                    self.arrays[source], self.own[source] = place.reshape(source.shape), region
                    self._drop(copy)
                    needless.add(copy)
        return needless

    def _fills(self, x: Variable, source: Variable, place: np.ndarray) -> bool:
        """Whether a piece can be computed in its place: a vector, or an array whose elements in order it is."""
        if source in self.arrays or source not in self._made or source.size != place.size:
            return False
        while x in self.forms.base:
            x, equation = self.forms.base[x]
            if equation.primitive is not shaping.reshape:
                return False
        return place.flags.c_contiguous

    def _drop(self, copy: Variable) -> None:
        group: Group = self.steps.groups[self._made[copy][0]]
        group.steps = [step for step in group.steps if step.output is not copy]


def _apart(arrays: dict[Variable, np.ndarray]) -> dict[Variable, Region]:
    """The region of each array; arrays that lie in one another share one, which bears the name of the first."""
    found: dict[Variable, Region] = {}
    last: Region | None = None
    for x, array in sorted(arrays.items(), key=lambda item: _bounds(item[1])):
        begin, end = np.lib.array_utils.byte_bounds(array)
        if last is None or begin >= last.end:
            last = Region(x, array, end)
        last.end = max(last.end, end)
        found[x] = last
    return found


def strange(arrays: dict[Variable, np.ndarray]) -> frozenset[Variable]:
    """The arrays that loops cannot read: of other types, not aligned, or in one piece of memory with such."""
    found = set()
    members: dict[Region, list[Variable]] = {}
    for x, region in _apart(arrays).items():
        members.setdefault(region, []).append(x)
    for region, together in members.items():
        alike = {arrays[x].dtype for x in together} == {region.array.dtype} and region.array.dtype in DTYPES
        step = region.array.itemsize
        apart = [not arrays[x].flags.aligned or (address(arrays[x]) - region.begin) % step for x in together]
        if not alike or any(apart):
            found.update(together)
    return frozenset(found)


def _bounds(array: np.ndarray) -> tuple[int, int]:
    begin, end = np.lib.array_utils.byte_bounds(array)
    return begin, -end
