"""What a program does, as steps that loops can share: element by element, folds, products, and what NumPy does.

Steps over the same elements, that read of each other only the element at hand, form a group: one loop nest, in which the
results that nobody else reads are numbers in registers, and never arrays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograd.compiler.native.elements import DTYPES, Lines, NotByElement, Scalar, element
from autograd.compiler.native.kernels import BLAS_INTEGERS
from autograd.compiler.native.rewriting import are_matrices
from autograd.compiler.passes.rows import ADD_IN_ROWS
from autograd.compiler.program import Equation, Program, Variable
from autograd.compiler.recording import DRAW
from autograd.ops import elementwise as ew
from autograd.ops import indexing, reductions, shaping

Shape = tuple[int, ...]

FOLDS = {reductions.sum_: "plus", reductions.max_: "maximum", reductions.min_: "minimum"}
_VIEWS = {
    shaping.reshape, shaping.transpose, shaping.swapaxes, shaping.expand_dims, shaping.squeeze, shaping.broadcast_to,
    indexing.getitem,
}  # fmt: skip


@dataclass(eq=False)
class Step:
    """One result: which elements are gone through, what is read at the element at hand, and what elsewhere."""

    kind: str  # "element", "fold", "rows", "product" or "numpy"
    equation: Equation
    output: Variable
    domain: Shape
    here: tuple[Variable, ...] = ()
    elsewhere: tuple[Variable, ...] = ()
    reason: str = ""  # why NumPy does it

    @property
    def reads(self) -> tuple[Variable, ...]:
        return (*self.here, *self.elsewhere)


@dataclass(eq=False)
class Group:
    """Steps that are done in one loop nest, or a single one that is none."""

    domain: Shape
    steps: list[Step] = field(default_factory=list)

    @property
    def is_loop(self) -> bool:
        return all(step.kind not in ("product", "numpy") for step in self.steps)

    @property
    def is_numpy(self) -> bool:
        return any(step.kind == "numpy" for step in self.steps)


class Steps:
    """The steps of a program in groups.

    `forms` holds for each variable that lies in memory an array that lies as it will: of views, a view of it.
    `base` tells of a view what it is a view of, `parts` of a concatenation the pieces that it is written in.
    """

    def __init__(
        self, program: Program, inputs: dict[Variable, np.ndarray], strange: frozenset[Variable] = frozenset()
    ) -> None:
        self.program = program
        self._strange = strange  # inputs that lie in a way that loops cannot read
        self.forms = dict(inputs)
        self.base: dict[Variable, tuple[Variable, Equation]] = {}
        self.parts: dict[Variable, list[tuple[Variable, Variable, Any]]] = {}  # whole -> (piece, its copy, where)
        self.filled: set[Variable] = set()  # of these, zeros but for one piece
        self.groups: list[Group] = []
        self._place: dict[Variable, tuple[int, bool]] = {}  # the group that makes a variable; whether element by element
        self.constants: dict[Variable, np.ndarray] = {}
        for equation in program.equations:
            self._add(equation)
        self._sink()

    # --- what kind of step an equation is ---

    def _add(self, equation: Equation) -> None:
        equation = self._with_constants(equation)
        primitive, output = equation.primitive, equation.output
        if self._is_view(equation):
            return
        self.forms[output] = np.empty(output.shape, output.dtype)
        if primitive is shaping.concatenate and equation.inputs and equation.keywords.get("axis", 0) is not None:
            if self._concatenated(equation):
                return
        if primitive is indexing.scatter and self._scattered(equation):
            return
        self._place_step(self._step(equation))

    def _with_constants(self, equation: Equation) -> Equation:
        """Arrays written into an equation become variables that lie in memory."""

        def held(x: Any) -> Any:
            if not isinstance(x, np.ndarray) or x.ndim == 0:
                return x
            variable = Variable.like(x, "constant")
            self.forms[variable] = self.constants[variable] = np.array(x, order="C")
            return variable

        keywords = equation.keywords
        if equation.primitive in (indexing.pick, indexing.place, ADD_IN_ROWS):
            keywords = {name: held(x) for name, x in keywords.items()}
        return replace(equation, inputs=tuple(held(x) for x in equation.inputs), keywords=keywords)

    def _is_view(self, equation: Equation) -> bool:
        """Note a result that is its argument seen in another way."""
        x = equation.inputs[0] if equation.inputs else None
        if equation.primitive not in _VIEWS or not isinstance(x, Variable) or any(True for _ in self._inner(equation)):
            return False
        if equation.primitive is indexing.getitem and not indexing.is_basic(equation.keywords["index"]):
            return False
        view = seen(equation, self.forms[x])
        if view is None:
            return False
        self.forms[equation.output] = view
        self.base[equation.output] = (x, equation)
        return True

    def _concatenated(self, equation: Equation) -> bool:
        """Note the pieces of a concatenation, each of which is written to its place; False if NumPy must convert."""
        output = equation.output
        if not all(isinstance(x, Variable) and self._is_plain(x) and x.dtype == output.dtype for x in equation.inputs):
            return False
        axis, start, parts = equation.keywords.get("axis", 0) % output.ndim, 0, []
        for x in equation.inputs:
            where = (slice(None),) * axis + (slice(start, start + x.shape[axis]),)
            start += x.shape[axis]
            copy = Variable(x.shape, x.dtype, "part")
            self.forms[copy] = self.forms[output][where]
            self._place_step(Step("element", _copy(x, copy, equation), copy, x.shape, (x,)))
            parts.append((x, copy, where))
        self.parts[output] = parts
        return True

    def _scattered(self, equation: Equation) -> bool:
        """Note zeros with an array in a part of them, which are written one after the other."""
        x, output, index = equation.inputs[0], equation.output, equation.keywords["index"]
        if not indexing.is_basic(index) or not isinstance(x, Variable) or not self._is_plain(x):
            return False
        form = self.forms[output]
        if x.dtype != output.dtype or not isinstance(form[index], np.ndarray):
            return False
        fill, copy = Variable(output.shape, x.dtype, "zeros"), Variable(x.shape, x.dtype, "part")
        self.forms[fill], self.forms[copy] = form, form[index]
        zeros = replace(equation, primitive=ew.positive, inputs=(np.zeros((), x.dtype),), keywords={}, output=fill)
        self._place_step(Step("element", zeros, fill, output.shape))
        self._place_step(Step("element", _copy(x, copy, equation), copy, x.shape, (x,), (fill,)))
        self.parts[output] = [(fill, fill, ...), (x, copy, index)]
        self.filled.add(output)
        return True

    def _step(self, equation: Equation) -> Step:
        primitive, output = equation.primitive, equation.output
        reads = tuple(dict.fromkeys(equation.reads()))
        as_it_is = Step("numpy", equation, output, output.shape, (), reads)
        if primitive is DRAW:
            return as_it_is
        strange = next((x for x in (*reads, output) if not self._is_plain(x)), None)
        if strange is not None:
            as_it_is.reason = f"it is of {strange.dtype}" if strange.dtype not in DTYPES else ""
            return as_it_is
        if are_matrices(equation) and 0 not in (*output.shape, *reads[0].shape) and BLAS_INTEGERS:
            equation = replace(equation, inputs=tuple(self._for_blas(x, equation) for x in equation.inputs))
            return Step("product", equation, output, output.shape, (), tuple(dict.fromkeys(equation.reads())))
        if primitive in FOLDS and isinstance(equation.inputs[0], Variable) and output.dtype.kind != "b":
            if primitive is reductions.sum_ or equation.inputs[0].size:
                return Step("fold", equation, output, equation.inputs[0].shape, reads)
        if primitive in (indexing.pick, indexing.place, ADD_IN_ROWS) and _index(equation).dtype.kind in "iu":
            if primitive is indexing.pick:
                return Step("rows", equation, output, output.shape, (_index(equation),), (equation.inputs[0],))
            if output.ndim == 2:
                here = (*equation.inputs, _index(equation))
                return Step("rows", equation, output, output.shape, tuple(x for x in here if isinstance(x, Variable)))
        try:
            inputs = [Scalar(f"x{i}", x.dtype, lines) if isinstance(x, Variable) else x
                      for lines in [Lines()] for i, x in enumerate(equation.inputs)]  # fmt: skip
            if any(True for _ in self._inner(equation)):
                raise NotByElement("its arguments decide")
            value = element(primitive, inputs, equation.keywords, output.dtype, Lines())
            if value.is_constant:
                return Step("element", equation, output, output.shape)
            if np.broadcast_shapes(*(x.shape for x in reads)) != output.shape:
                raise NotByElement("its result has another shape")
        except NotByElement as reason:
            as_it_is.reason = str(reason)
            return as_it_is
        return Step("element", equation, output, output.shape, reads)

    def _for_blas(self, x: Variable, equation: Equation) -> Variable:
        """A matrix of which rows or columns lie in one piece: x, or a copy."""
        if leading(self.forms[x]) is not None:
            return x
        copy = Variable(x.shape, x.dtype, "copy")
        self.forms[copy] = np.empty(x.shape, x.dtype)
        self._place_step(Step("element", _copy(x, copy, equation), copy, x.shape, (x,)))
        return copy

    def _is_plain(self, x: Variable) -> bool:
        while x in self.base:
            x = self.base[x][0]
        return x.dtype in DTYPES and x not in self._strange

    def _inner(self, equation: Equation) -> Iterable[Variable]:
        """Variables among the keywords."""
        inputs = {x for x in equation.inputs if isinstance(x, Variable)}
        return (x for x in equation.reads() if x not in inputs)

    # --- groups ---

    def made_by(self, x: Variable) -> list[tuple[int, bool]]:
        """The groups that must be done before x is there, and whether it is there element by element before that."""
        if x in self._place:
            return [self._place[x]]
        if x in self.base:
            return [(group, False) for group, _ in self.made_by(self.base[x][0])]
        if x in self.parts:
            return [(group, False) for _, copy, _ in self.parts[x] for group, _ in self.made_by(copy)]
        return []

    def _place_step(self, step: Step) -> None:
        """Put a step into the first group that it can share, or into one of its own."""
        earliest = 0
        for x in step.reads:
            for group, by_element in self.made_by(x):
                shares = by_element and x in step.here and self.groups[group].domain == step.domain == x.shape
                earliest = max(earliest, group if shares else group + 1)
        by_element = step.kind == "element" or (step.kind == "rows" and step.output.ndim == 2)
        if step.kind in ("product", "numpy"):
            place = len(self.groups)
        else:
            later = range(earliest, len(self.groups))
            fits = (i for i in later if self.groups[i].is_loop and self.groups[i].domain == step.domain)
            place = next(fits, len(self.groups))
        if place == len(self.groups):
            self.groups.append(Group(step.domain))
        self.groups[place].steps.append(step)
        self._place[step.output] = (place, by_element)

    def _sink(self) -> None:
        """Move steps to the first group that reads them, where that leaves no more results to be stored: 1 - h * h."""
        needed = self.program.needed() | {self._whole(x) for x in self.base}
        users: dict[Variable, set[int]] = {}
        stored = set(needed)
        for i, group in enumerate(self.groups):
            for step in group.steps:
                for x in step.reads:
                    users.setdefault(x, set()).add(i)
                    if self._place.get(x) != (i, True) or x not in step.here:
                        stored.add(self._whole(x))
        for i, group in reversed(list(enumerate(self.groups))):
            for step in reversed(group.steps):
                output = step.output
                readers = users.get(output)
                if step.kind != "element" or output in needed or not readers or i in readers:
                    continue
                place = min(readers)
                inputs = [x for x in step.here if x.shape == step.domain and x not in stored and x in self._place]
                there = self.groups[place]
                if not there.is_loop or there.domain != step.domain or len(inputs) > 1 or self._is_piece(output):
                    continue
                group.steps.remove(step)
                there.steps.insert(0, step)
                self._place[output] = (place, True)
                if readers == {place}:
                    stored.discard(output)
                for x in step.reads:
                    users[x] = {j for j in users[x] if any(x in other.reads for other in self.groups[j].steps)} | {place}
                stored.update(inputs)

    def _whole(self, x: Variable) -> Variable:
        while x in self.base:
            x = self.base[x][0]
        return x

    def _is_piece(self, x: Variable) -> bool:
        return any(x in piece for parts in self.parts.values() for piece in parts)

    def copy(self, source: Variable, target: Variable, strange: bool = False) -> None:
        """At the end, write source into target, in a group of its own."""
        equation = Equation(ew.positive, (source,), {}, target)
        kind = "element" if self._is_plain(source) and target.dtype in DTYPES and not strange else "numpy"
        self.groups.append(Group(target.shape, [Step(kind, equation, target, target.shape, (source,))]))


def _copy(x: Variable, copy: Variable, equation: Equation) -> Equation:
    return Equation(ew.positive, (x,), {}, copy, equation.section, equation.location)


def _index(equation: Equation) -> Variable:
    return equation.keywords["index"]


def seen(equation: Equation, array: np.ndarray) -> np.ndarray | None:
    """The view of an array that an equation's result is; None if it is a copy."""
    view = equation.primitive.forward(array, **equation.keywords)
    if not isinstance(view, np.ndarray) or (array.size and not np.may_share_memory(view, array)):
        return None
    return view


def leading(matrix: np.ndarray) -> tuple[int, bool] | None:
    """How many elements rows are apart for BLAS, and whether these are the columns; None if neither lies in one piece."""
    rows, columns = (stride // matrix.itemsize for stride in matrix.strides)
    if columns == 1 and rows >= matrix.shape[1]:
        return rows, False
    return (columns, True) if rows == 1 and columns >= matrix.shape[0] else None
