"""Which numbers of a program are computed together: those of one kind, in the order in which their inputs lie.

Results are of one kind if the same is done, on the same level, to numbers of the same kinds; inputs, if the same is
done with them everywhere. In a network of scalar Tensors the weights of a layer are one kind, and its products another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from itertools import count, groupby
from typing import Any

from autograd.compiler.passes.scalar_graph import COMMUTATIVE, Number, ScalarGraph
from autograd.compiler.program import Variable

# Fewer numbers than that stay numbers: an operation on a small array takes as long as about three on numbers.
FEWEST = 4
# Kinds of fewer numbers than that are put together, if the same is done to them.
SMALL = 8


class Group:
    """Numbers that are computed together, in order; or one that is computed alone."""

    def __init__(self, numbers: list[Number], is_array: bool, is_mixed: bool = False) -> None:
        self.numbers = numbers
        self.is_array = is_array
        self.is_mixed = is_mixed  # of several kinds, so that their inputs lie in several arrays

    @property
    def steps(self) -> int:
        """Operations on single numbers that it takes the place of."""
        return sum(max(1, len(x.operands) - 1) if x.is_sum else 1 for x in self.numbers)


class Groups:
    """Inputs and results of a graph in groups; each number knows its kind and its place in its group."""

    def __init__(self, graph: ScalarGraph) -> None:
        self._of = graph.of
        self._new_kind = count()
        self._kinds: dict[Any, int] = {}
        self.inputs = self._grouped_inputs(graph)
        self.results: list[Group] = []
        for _, level in groupby(sorted(graph.results, key=_depth), key=_depth):
            self.results += self._grouped_level(list(level))

    def _kind(self, key: Any) -> int:
        if key not in self._kinds:
            self._kinds[key] = next(self._new_kind)
        return self._kinds[key]

    def _grouped_inputs(self, graph: ScalarGraph) -> list[Group]:
        uses: dict[Number, set[Any]] = {x: set() for x in graph.inputs}
        first: dict[Number, int] = {}
        for number in graph.results:
            for slot, x in enumerate(number.operands):
                if x in uses:
                    place = -1 if number.is_sum or number.primitive in COMMUTATIVE else slot
                    uses[x].add((number.primitive, place, number.phase, number.level))
                    first.setdefault(x, len(first))
        kinds: dict[Any, list[Number]] = defaultdict(list)
        for x in sorted(first, key=first.__getitem__):
            if x.is_scalar and x.variable is not None:
                kinds[x.variable.dtype, x.variable.hint.rstrip("_0123456789"), frozenset(uses[x])].append(x)
        groups = []
        rest: dict[Any, list[Number]] = defaultdict(list)
        for (*alike, _), numbers in kinds.items():
            if len(numbers) < SMALL:
                rest[tuple(alike)] += numbers
            else:
                groups.append(self._placed(numbers, Group(numbers, is_array=True)))
        for numbers in rest.values():
            if len(numbers) >= SMALL:
                groups.append(self._placed(numbers, Group(numbers, is_array=True)))
        for x in graph.inputs:
            if x.array is None:
                x.kind = next(self._new_kind)
        return groups

    def _grouped_level(self, numbers: list[Number]) -> list[Group]:
        """Groups of what can be computed at the same time."""
        kinds: dict[Any, list[Number]] = defaultdict(list)
        alone = []
        for x in numbers:
            if x.is_scalar and x.variable is not None:
                self._in_order(x)
                kinds[x.primitive, x.variable.dtype, x.is_sum, tuple([self._kind_of(y) for y in x.operands])].append(x)
            else:
                alone.append(x)
        groups = []
        rest: dict[Any, list[list[Number]]] = defaultdict(list)
        for (primitive, dtype, is_sum, _), members in kinds.items():
            if len(members) < SMALL:
                dtypes = dtype if is_sum else tuple([_dtype_of(x) for x in members[0].operands])
                rest[primitive, dtype, is_sum, dtypes].append(members)
            else:
                groups.append(Group(members, is_array=True))
        for lots in rest.values():
            members = [x for lot in lots for x in lot]
            if len(members) >= FEWEST:
                groups.append(Group(members, is_array=True, is_mixed=len(lots) > 1))
                continue
            for lot in lots:
                group = Group(lot, is_array=True)
                if group.steps >= SMALL:
                    groups.append(group)
                else:
                    alone += lot
        for group in groups:
            self._placed(group.numbers, group)
        for x in alone:
            x.kind = next(self._new_kind)
        return [*groups, *(Group([x], is_array=False) for x in alone)]

    def _kind_of(self, x: Number) -> int:
        return self._kind(("constant", _dtype_of(x))) if x.variable is None else x.kind

    def _in_order(self, x: Number) -> None:
        """Terms and factors in the order of their kinds and places."""
        if x.primitive in COMMUTATIVE:
            x.operands = tuple(sorted(x.operands, key=lambda y: (self._kind_of(y), _position(y))))

    def _order_within(self, group: Group) -> Callable[[Number], Any]:
        """The key to sort a group by: gradients like what they are of, all else like its operands."""
        if all(self.home(x) is not None for x in group.numbers):
            return self.home
        if group.is_mixed:
            return lambda x: [self.home(y) or (y.kind, _position(y)) for y in x.operands]
        return _places(group.numbers[0].operands)

    def home(self, x: Number) -> tuple[int, int] | None:
        """Where lies what x is the gradient with respect to: gradients lie alike."""
        of = None if x.variable is None or x.variable.of is None else self._of.get(x.variable.of)
        return None if of is None or of.array is None else (of.kind, of.position)

    def _placed(self, numbers: list[Number], group: Group) -> Group:
        """Give each number its place in the group."""
        if numbers[0].equation is not None:
            numbers.sort(key=self._order_within(group))
        kind = next(self._new_kind)
        first = numbers[0].variable
        assert first is not None
        if len(numbers) == 1:  # one long sum: a number
            numbers[0].kind = kind
            return group
        hint = first.hint
        if numbers[0].equation is None:
            hint = hint.rstrip("_0123456789")
            hint += "" if hint.endswith("s") else "s"
        array = Variable((len(numbers),), first.dtype, hint)
        for position, x in enumerate(numbers):
            x.kind, x.array, x.position = kind, array, position
        return group


def _dtype_of(x: Number) -> Any:
    """None for Python's numbers, which take that of others."""
    return getattr(x.value, "dtype", None) if x.variable is None else x.variable.dtype


def _depth(number: Number) -> tuple[int, int]:
    return number.phase, number.level


def _places(operands: tuple[Number, ...]) -> Callable[[Number], list[Any]]:
    """The key to sort results by: where their operands lie, those in the largest array first, constants last."""

    def size(i: int) -> int:
        array = operands[i].array
        return 0 if array is None else array.size

    order = sorted(range(len(operands)), key=size, reverse=True)
    return lambda x: [_position(x.operands[i]) for i in order]


def _position(x: Number) -> int:
    return x.order if x.variable is None else x.position
