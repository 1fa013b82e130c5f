"""A group of steps as a loop nest: the text that numba compiles.

    for i in range(500):
        for j in range(64):
            h_ij = h[64 * i + j]
            d_z_ij = d_h_ij * (float32(1.0) - h_ij * h_ij)
            d_bias[j] = d_bias[j] + d_z_ij
            d_z[64 * i + j] = d_z_ij

Arrays are pointers to their first element, shapes and strides numbers in the text, so that LLVM sees all there is to
see. Axes that lie one behind the other in every array of a nest are one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.compiler.native.elements import Lines, Scalar, constant, element
from autograd.compiler.native.forms import leading
from autograd.compiler.native.grouping import Group, Step
from autograd.compiler.native.memory import Memory
from autograd.compiler.native.steps import FOLDS
from autograd.compiler.operations import ADD_IN_ROWS
from autograd.compiler.program import Variable
from autograd.ops import elementwise as ew
from autograd.ops import reductions
from autograd.ops.indexing import pick

LETTERS = [*"ijklmnop", *(f"i{n}" for n in range(9, 65))]  # an axis each

# Sums of more numbers are taken in float64, since they are not taken in pairs as NumPy does it. For fewer there is no
# need, and a register holds half as many.
SUMMED_AS_IT_IS = 256


@dataclass
class _Access:
    """What a nest reads or writes of one array: the first element, and how far it goes on along each axis."""

    pointer: str
    offset: int
    strides: tuple[int, ...]

    def at(self, letters: list[str]) -> str:
        """The element at the indices."""
        pairs = zip(letters, self.strides, strict=True)
        terms = [i if stride == 1 else f"{stride} * {i}" for i, stride in pairs if stride]
        if self.offset or not terms:
            terms.append(str(self.offset))
        return f"{self.pointer}[{' + '.join(terms)}]"


class Nest:
    """The lines of one group of steps."""

    def __init__(self, group: Group, memory: Memory, names: dict[Variable, str]) -> None:
        self._group = group
        self._memory = memory
        self._names = names
        domain = group.domain
        self._rows = any(step.kind == "rows" and step.output.ndim == 2 for step in group.steps)
        self._reads: dict[Variable, _Access] = {}
        self._writes: dict[Variable, _Access] = {}
        made = {step.output for step in group.steps}
        for step in group.steps:
            for x in step.here:
                if x not in made or x.shape != domain:
                    self._reads[x] = self._access(x, self._aligned(step, x))
            if memory.lies(step.output):
                self._writes[step.output] = self._access(step.output, self._kept_axes(step))
        accesses = [*self._reads.values(), *self._writes.values()]
        self._extents = _merged(domain, accesses, keep_last=self._rows)
        self._letters = LETTERS[: len(self._extents)]

    # --- where things lie ---

    def _access(self, x: Variable, axes: list[int | None]) -> _Access:
        """The elements of x; `axes` tells, for each axis of the nest, which axis of x goes along with it."""
        place = self._memory.location(x)
        strides = tuple(0 if axis is None or x.shape[axis] == 1 else place.strides[axis] for axis in axes)
        return _Access(self._names[place.pointer], place.offset, strides)

    def _aligned(self, step: Step, x: Variable) -> list[int | None]:
        """As broadcasting aligns axes; of rows, an index and what is added by the row."""
        if step.kind == "rows" and len(step.domain) == 2 and x.ndim == 1:
            return [0, None]
        missing = len(step.domain) - x.ndim
        return [None] * missing + list(range(x.ndim))

    def _kept_axes(self, step: Step) -> list[int | None]:
        """The axes of a step's output along those of the nest; None for one that is folded."""
        if step.kind != "fold":
            return self._aligned(step, step.output)
        ndim = len(step.domain)
        axis = step.equation.keywords.get("axis")
        folded = {i % ndim for i in ((axis,) if isinstance(axis, int) else range(ndim) if axis is None else axis)}
        kept = [i for i in range(ndim) if i not in folded]
        own = kept if step.output.ndim == ndim else list(range(step.output.ndim))
        places = dict(zip(kept, own, strict=True))
        return [places.get(i) for i in range(ndim)]

    # --- lines ---

    def lines(self) -> Iterator[str]:
        """The nest."""
        depth = len(self._extents)
        before: list[list[str]] = [[] for _ in range(depth + 1)]
        after: list[list[str]] = [[] for _ in range(depth + 1)]
        body = Lines(self._names.values())
        stores: list[str] = []
        known: dict[Variable, Scalar] = {}
        for step in self._group.steps:
            for x in step.here:
                if x in self._reads and x not in known:
                    known[x] = self._loaded(x, before[0], body)
            if step.kind == "fold":
                self._fold(step, known[step.here[0]], body, before, after, stores)
                continue
            value = self._element(step, known, body) if step.kind == "element" else self._row(step, known, body)
            known[step.output] = body.named(self._local(step.output), value)
            if step.output in self._writes:
                text = known[step.output].text
                text = f"uint8({text})" if step.output.dtype.kind == "b" else text
                stores.append(f"{self._writes[step.output].at(self._letters)} = {text}")
        yield from before[0]
        yield from self._nested(0, before, [*(f"{name} = {text}" for name, text in body.lines), *stores], after)
        yield from after[0]

    def _nested(self, depth: int, before: Any, body: list[str], after: Any) -> Iterator[str]:
        if depth == len(self._extents):
            yield from body
            return
        yield f"for {self._letters[depth]} in range({self._extents[depth]}):"
        inner = [*before[depth + 1], *self._nested(depth + 1, before, body, after), *after[depth + 1]]
        yield from (f"    {line}" for line in inner)

    def _local(self, x: Variable) -> str:
        return f"{self._names[x]}_{''.join(self._letters) or 'value'}"

    def _loaded(self, x: Variable, before: list[str], body: Lines) -> Scalar:
        access = self._reads[x]
        along = "".join(i for i, stride in zip(self._letters, access.strides, strict=True) if stride)
        name = body.free(f"{self._names[x]}_{along or 'value'}")
        text = access.at(self._letters) + (" != 0" if x.dtype.kind == "b" else "")
        if along:
            body.lines.append((name, text))
        else:
            before.append(f"{name} = {text}")
        return Scalar(name, x.dtype, body)

    def _element(self, step: Step, known: dict[Variable, Scalar], body: Lines) -> Scalar:
        equation = step.equation
        unread = Scalar("", step.output.dtype, body)
        inputs = [known.get(x, unread) if isinstance(x, Variable) else x for x in equation.inputs]
        return element(equation.primitive, inputs, equation.keywords, step.output.dtype, body)

    def _row(self, step: Step, known: dict[Variable, Scalar], body: Lines) -> Scalar:
        """One element of each row: taken, or with something added there, or alone among zeros."""
        equation, dtype = step.equation, step.output.dtype
        index = known[equation.keywords["index"]].text
        if equation.primitive is pick:
            place = self._memory.location(equation.inputs[0])
            row, column = (f"{stride} * " if stride != 1 else "" for stride in place.strides)
            rows = equation.inputs[0].shape[1]
            at = f"{row}{self._letters[0] if self._letters else 0} + {column}wrapped({index}, {rows})"
            at = f"{place.offset} + {at}" if place.offset else at
            is_true = " != 0" if dtype.kind == "b" else ""
            return body.let(f"{self._names[place.pointer]}[{at}]{is_true}", dtype)
        is_there: Any = Scalar(f"({self._letters[-1]} == wrapped({index}, {step.domain[1]}))", np.dtype(bool), body)
        x: Any = Scalar(constant(0, dtype), dtype, body)
        *others, added = [known[z] if isinstance(z, Variable) else z for z in equation.inputs]
        if equation.primitive is ADD_IN_ROWS:
            x, added = others[0], others[0] + added
        where: Any = np.where
        return element(ew.positive, [where(is_there, added, x)], {}, dtype, body)

    def _fold(self, step: Step, value: Scalar, body: Lines, before: Any, after: Any, stores: list[str]) -> None:
        """Into a register where the inner loops make one number, else into the elements of the result in memory."""
        access, how, dtype = self._writes[step.output], FOLDS[step.equation.primitive], step.output.dtype
        is_sum = step.equation.primitive is reductions.sum_
        folded = [stride == 0 for stride in access.strides]
        first = folded.index(True) if True in folded else len(folded)
        place = access.at(self._letters)
        if all(folded[first:]):
            many = is_sum and dtype.kind == "f" and np.prod(self._extents[first:]) > SUMMED_AS_IT_IS
            wide = np.dtype(np.float64) if many else dtype
            total = body.free(f"{self._names[step.output]}_{'sum' if is_sum else how}")
            before[first].append(f"{total} = {_start(how, wide)}")
            stores.append(f"{total} = {how}({total}, {_as(wide, value)})")
            after[first].append(f"{place} = {total}")
        else:
            before[0] += self._cleared(access, _start(how, dtype))
            part = _as(dtype, value)
            stores.append(f"{place} = {place} + {part}" if is_sum else f"{place} = {how}({place}, {part})")

    def _cleared(self, access: _Access, start: str) -> Iterator[str]:
        """Loops that write the same to all elements of a result."""
        kept = [(extent, stride) for extent, stride in zip(self._extents, access.strides, strict=True) if stride]
        flat = _Access(access.pointer, access.offset, tuple(stride for _, stride in kept))
        for depth, (extent, _) in enumerate(kept):
            yield f"{'    ' * depth}for {self._letters[depth]} in range({extent}):"
        yield f"{'    ' * len(kept)}{flat.at(self._letters[: len(kept)])} = {start}"


def _start(how: str, dtype: np.dtype) -> str:
    """What a fold begins with."""
    if how == "plus":
        return constant(0, dtype)
    least, greatest = (-np.inf, np.inf) if dtype.kind == "f" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    return constant(least if how == "maximum" else greatest, dtype)


def _as(dtype: np.dtype, value: Scalar) -> str:
    """An element in another type."""
    return value.text if value.dtype == dtype else f"{dtype.name}({value.text})"


def _merged(domain: tuple[int, ...], accesses: list[_Access], keep_last: bool) -> list[int]:
    """The lengths of the loops, with axes joined that lie one behind the other; the accesses are changed with them."""
    extents = list(domain)
    axis = 0
    while axis < len(extents):
        if extents[axis] == 1 and not (keep_last and axis == len(extents) - 1):
            for access in accesses:
                access.strides = access.strides[:axis] + access.strides[axis + 1 :]
            del extents[axis]
        else:
            axis += 1
    axis = len(extents) - (2 if not keep_last else 3)
    while axis >= 0:
        inner = extents[axis + 1]
        if all(access.strides[axis] == access.strides[axis + 1] * inner for access in accesses):
            extents[axis : axis + 2] = [extents[axis] * inner]
            for access in accesses:
                access.strides = (*access.strides[:axis], *access.strides[axis + 1 :])
        axis -= 1
    return extents


def product_line(step: Step, memory: Memory, names: dict[Variable, str]) -> str:
    """A matrix product, by BLAS."""
    a, b = step.equation.inputs
    (m, k), n = a.shape, b.shape[1]
    parts = [str(m), str(n), str(k)]
    for x in (a, b, step.output):
        place, rows = memory.location(x), leading(memory.array(x))
        assert rows is not None
        parts += [names[place.pointer], str(place.offset), str(rows[0])]
        parts += [str(rows[1])] if x is not step.output else []
    return f"product({', '.join(parts)})"


def index_checks(group: Group, memory: Memory, names: dict[Variable, str]) -> Iterator[tuple[str, str]]:
    """For each index of rows, the condition that it points outside of them, and what to say then."""
    for step in group.steps:
        if step.kind == "rows":
            index = step.equation.keywords["index"]
            columns = step.equation.inputs[0].shape[1] if step.equation.primitive is pick else step.domain[1]
            place = memory.location(index)
            (stride,) = place.strides
            test = f"is_outside({names[place.pointer]}, {place.offset}, {stride}, {index.size}, {columns})"
            yield test, f"{step.equation.primitive.name}: an index lies outside of rows of {columns} elements"
