"""Steps in groups, each of which is one loop nest.

Steps over the same elements, which read of each other only the element at hand, share a nest; results that nobody else
reads are then numbers in registers, and never arrays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from autograd.compiler.native.forms import Forms
from autograd.compiler.program import Equation, Variable


@dataclass(eq=False)
class Step:
    """One result: which elements are gone through, what is read at the element at hand, and what elsewhere.

    "rows" act on one element of each row, "product" is BLAS's, and "numpy" what NumPy does, for a `reason`.
    """

    kind: Literal["element", "fold", "rows", "product", "numpy"]
    equation: Equation
    domain: tuple[int, ...]
    here: tuple[Variable, ...] = ()
    elsewhere: tuple[Variable, ...] = ()
    reason: str = ""

    @property
    def output(self) -> Variable:
        """What it makes."""
        return self.equation.output

    @property
    def reads(self) -> tuple[Variable, ...]:
        """What it needs."""
        return (*self.here, *self.elsewhere)

    @property
    def is_loop(self) -> bool:
        """Whether it can share a loop nest."""
        return self.kind not in ("product", "numpy")

    @property
    def is_by_element(self) -> bool:
        """Whether an element of the result is there as soon as the loop has been at it."""
        return self.kind in ("element", "rows") and self.output.shape == self.domain


@dataclass(eq=False)
class Group:
    """Steps that are done in one loop nest, or a single one that is none."""

    domain: tuple[int, ...]
    steps: list[Step] = field(default_factory=list)

    @property
    def is_loop(self) -> bool:
        """Whether it is a loop nest."""
        return all(step.is_loop for step in self.steps)

    @property
    def is_numpy(self) -> bool:
        """Whether NumPy does it."""
        return any(step.kind == "numpy" for step in self.steps)


class Groups:
    """The groups of a program, in the order in which they are done."""

    def __init__(self, forms: Forms) -> None:
        self.groups: list[Group] = []
        self._forms = forms
        self._maker: dict[Variable, tuple[int, Step]] = {}

    def add(self, step: Step) -> None:
        """Put a step into the first group that it can share, or into one of its own."""
        earliest = 0
        for x in step.reads:
            for group, maker in self._makers(x):
                shares = maker.output is x and maker.is_by_element and x in step.here
                shares = shares and step.domain == maker.domain == x.shape
                earliest = max(earliest, group if shares else group + 1)
        place = len(self.groups)
        if step.is_loop:
            later = range(earliest, place)
            place = next((i for i in later if self._can_hold(i, step)), place)
        if place == len(self.groups):
            self.groups.append(Group(step.domain))
        self.groups[place].steps.append(step)
        self._maker[step.output] = (place, step)

    def add_last(self, step: Step) -> None:
        """Put a step into a group of its own, behind all that are there."""
        self.groups.append(Group(step.domain, [step]))

    def _can_hold(self, group: int, step: Step) -> bool:
        return self.groups[group].is_loop and self.groups[group].domain == step.domain

    def _makers(self, x: Variable) -> list[tuple[int, Step]]:
        """The steps that must be done before x is there, and their groups."""
        x = self._forms.whole(x)
        if x in self._maker:
            return [self._maker[x]]
        return [maker for _, copy, _ in self._forms.parts.get(x, ()) for maker in self._makers(copy)]

    def sink(self, needed: set[Variable]) -> None:
        """Move steps to the first group that reads them, where no more results are stored for it: 1 - h * h.

        What is needed at the end stays where it is.
        """
        readers: dict[Variable, set[int]] = {}
        kept = set(map(self._forms.whole, (*needed, *self._forms.base)))
        stored = set(kept)
        for i, group in enumerate(self.groups):
            for step in group.steps:
                for x in step.reads:
                    readers.setdefault(x, set()).add(i)
                    at_hand = x in self._maker and self._maker[x][0] == i and x in step.here
                    if not at_hand or not self._maker[x][1].is_by_element:
                        stored.add(self._forms.whole(x))
        for i, group in reversed(list(enumerate(self.groups))):
            for step in reversed(group.steps):
                output, places = step.output, readers.get(step.output, set())
                may_move = step.kind == "element" and output not in kept and not self._forms.is_piece(output)
                if not may_move or not places or i in places:
                    continue
                inputs = [x for x in step.here if x in self._maker and x not in stored and x.shape == step.domain]
                place = min(places)
                if len(inputs) > 1 or not self._can_hold(place, step):
                    continue
                group.steps.remove(step)
                self.groups[place].steps.insert(0, step)
                self._maker[output] = (place, step)
                stored.update(inputs)
                if places == {place}:
                    stored.discard(output)
                for x in step.reads:
                    still = any(x in other.reads for other in group.steps)
                    readers[x] = (readers[x] if still else readers[x] - {i}) | {place}
