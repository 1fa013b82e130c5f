"""A program with a place in memory for every array: what is run.

Each result of an array operation gets a buffer, made once; buffers are used again when their values are dead, results
are computed in place where their input dies, gradients straight into the flat gradient, and new values of parameters
and state where the old ones are. Views of buffers and of parameters are made once, too. What is returned never lies in
a buffer, and what an operation without `out=` computes is a new array each time, as in the readable source.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd.compiler.blocks import Blocks, run_from
from autograd.compiler.lowering import Lowering
from autograd.compiler.objects import Objects, aligned
from autograd.compiler.program import VIEWS, Equation, Program, Variable, named
from autograd.compiler.writing import Writing
from autograd.ops import shaping
from autograd.ops.indexing import getitem, is_basic


class Plan:
    """The text of the planned program, `text`, and the arrays and functions that it names, `objects`.

    `arrays` are the inputs that stay in one place: parameters, buffers, state. All other inputs are parameters of the
    function, in `parameters`.
    """

    def __init__(
        self, program: Program, arrays: dict[Variable, np.ndarray], constants: frozenset[Variable] = frozenset()
    ) -> None:
        self.program = program
        self.names = _views_named(program, named(program, lambda name: name in ("np", "math", program.name)))
        lowering = Lowering({*self.names.values(), program.name})
        self._objects = Objects(self.names)
        self._writing = Writing(self._objects, lowering, constants)
        self._root: dict[Variable, Variable] = {}  # a view -> the variable whose memory it is
        self._free: dict[int, list[np.ndarray]] = {}
        self._owned: dict[Variable, np.ndarray] = {}  # results with a buffer of their own
        for variable, array in arrays.items():
            self._objects.place(variable, array)
        self.parameters = [self.names[x] for x in program.inputs if x not in arrays]
        self._origins = program.origins()
        self._last = self._last_uses()
        self._fixed = self._fixed_places()
        lines = [*self._body(), *self._ending()]
        self.text = f"def {program.name}({', '.join(self.parameters)}):\n" + "\n".join(f"    {line}" for line in lines)
        self.objects = self._objects.objects
        for definition in lowering.helpers.definitions.values():
            exec(definition, self.objects)
        self.objects.update(lowering.helpers.objects)

    # --- memory ---

    def _rooted(self, x: Variable) -> Variable:
        while x in self._root:
            x = self._root[x]
        return x

    def _last_uses(self) -> dict[Variable, int]:
        """Where each variable, or a view of it, is read for the last time."""
        last: dict[Variable, int] = {}
        for i, equation in enumerate(self.program.equations):
            for x in equation.reads():
                last[self._origins.get(x, x)] = i
        for x in self.program.needed():
            last[self._origins.get(x, x)] = len(self.program.equations)
        return last

    def _fixed_places(self) -> dict[Variable, np.ndarray]:
        """Results that are computed where they are wanted: in the flat gradient."""
        fixed: dict[Variable, np.ndarray] = {}
        made = {equation.output: equation for equation in self.program.equations}
        uses = self.program.uses()
        for equation in self.program.equations:
            if equation.primitive is not shaping.concatenate or not all(map(_is_vector, equation.inputs)):
                continue
            whole = self.program.homes.get(equation.output)
            if whole is None:
                whole = aligned(equation.output)
            fixed[equation.output] = whole
            start = 0
            for x in equation.inputs:
                part = whole[start : start + x.size]
                start += x.size
                source = made.get(x)
                is_reshaped = source is not None and source.primitive is shaping.reshape and uses[x] == 1
                inner = source.inputs[0] if source is not None and is_reshaped else None
                if isinstance(inner, Variable):
                    fixed[x] = part
                    x = inner
                    part = part.reshape(x.shape)
                if x in made and x.dtype == equation.output.dtype and x not in fixed and x not in self.program.outputs:
                    fixed[x] = part
        return fixed

    def _new(self, output: Variable) -> np.ndarray:
        """A buffer for a result: a free one, or a new one.

        Best is one that had the form of the result: if it is the very array that the operation reads, NumPy need not
        find out whether both overlap.
        """
        free = self._free.get(output.size * output.dtype.itemsize)
        if free:
            same = (i for i in reversed(range(len(free))) if _has_form(free[i], output))
            array = free.pop(next(same, -1))
            if not _has_form(array, output):
                array = array.reshape(-1).view(np.uint8).view(output.dtype).reshape(output.shape)
        else:
            array = aligned(output)
        self._owned[output] = array
        return array

    def _release(self, equation: Equation, i: int) -> None:
        """Give back the buffers of what is read here for the last time."""
        for x in dict.fromkeys(map(self._rooted, equation.reads())):
            if self._last.get(x) == i and x in self._owned:
                array = self._owned.pop(x)
                self._free.setdefault(array.nbytes, []).append(array)

    def _target(self, equation: Equation, i: int) -> np.ndarray | None:
        """The array whose new value this equation computes, if nothing reads the old one afterwards."""
        for target, value in self.program.writes:
            if value is not equation.output or target not in self._objects.arrays:
                continue
            array = self._objects.arrays[target]
            old = {target, *self.program.aliases.get(target, ())}
            later = {x for one in self.program.equations[i + 1 :] for x in one.reads()}
            later |= {*self.program.outputs, *(v for _, v in self.program.writes)}
            later |= {x for x in equation.reads() if x in self._origins}
            read = {self._origins.get(x, x) for x in later}
            written_once = sum(v is value for _, v in self.program.writes) == 1 and value not in self.program.outputs
            if array.shape == value.shape and array.dtype == value.dtype and not read & old and written_once:
                return array
        return None

    # --- lines ---

    def _body(self) -> Iterator[str]:
        i = 0
        while i < len(self.program.equations):
            end = run_from(self.program, i)
            if end > i and (lines := self._in_blocks(i, end)):
                yield from lines
                i = end
            else:
                yield from self._equation(i, self.program.equations[i])
                i += 1

    def _in_blocks(self, start: int, end: int) -> list[str]:
        """A loop for the equations from `start` to `end`; nothing if one of their inputs has no place of its own."""
        equations = self.program.equations[start:end]
        made = {equation.output for equation in equations}
        read = [x for equation in equations for x in equation.reads() if x.ndim and x not in made]
        if any(x not in self._objects.arrays for x in read) or made & set(self.program.outputs):
            return []
        arrays = {x: self._objects.arrays[x] for x in read}
        for i, equation in enumerate(equations, start):
            target = self._target(equation, i)
            if target is None and self._last.get(equation.output, -1) >= end:
                target = self._new(equation.output)
            if target is not None:
                self._objects.place(equation.output, target)
                arrays[equation.output] = target
        spare = [memory for free in self._free.values() for memory in free]
        blocks = Blocks(equations, arrays, made, spare)
        lines = []
        for line, looped in blocks.lines(self._objects.name, lambda ufunc: self._objects.object(ufunc.__name__, ufunc)):
            lines.append(line if looped is None else f"{line} {self._objects.object('blocks', looped)}:")
        for i in range(start, end):
            self._release(self.program.equations[i], i)
        return lines

    def _equation(self, i: int, equation: Equation) -> Iterator[str]:
        output = equation.output
        if self._is_static_view(equation):
            return
        if output in self._fixed and equation.primitive is shaping.concatenate:
            yield from self._gather(equation)
        elif output.ndim == 0 or output.size == 0 or output in self.program.outputs:
            yield f"{self.names[output]} = {self._writing.expression(equation)}"
        else:
            write = self._writing.writer(equation)
            if write is None:
                yield f"{self.names[output]} = {self._writing.expression(equation)}"
            else:
                elementwise, lines = write
                array = self._target(equation, i) if elementwise else None
                if array is None:
                    array = self._fixed.get(output)
                if elementwise:
                    self._release(equation, i)
                self._objects.place(output, self._new(output) if array is None else array)
                yield from lines()
        self._release(equation, i)

    def _is_static_view(self, equation: Equation) -> bool:
        """Whether the result is a view of an array that stays: it is made here, once."""
        if equation.primitive not in VIEWS:
            return False
        x = equation.inputs[0]
        if not isinstance(x, Variable) or x not in self._objects.arrays or any(True for _ in _inner(equation)):
            return False
        if equation.primitive is getitem and not is_basic(equation.keywords["index"]):
            return False
        view = equation.primitive.forward(self._objects.arrays[x], **equation.keywords)
        if not isinstance(view, np.ndarray) or not np.may_share_memory(view, self._objects.arrays[x]):
            return False
        self._objects.place(equation.output, view)
        self._root[equation.output] = x
        return True

    def _gather(self, equation: Equation) -> Iterator[str]:
        whole = self._fixed[equation.output]
        self._objects.place(equation.output, whole)
        start = 0
        for x in equation.inputs:
            part = slice(start, start + x.size)
            start += x.size
            if x in self._objects.arrays and _lies_at(self._objects.arrays[x], whole[part]):
                continue
            yield f"{self.names[equation.output]}[{part.start}:{part.stop}] = {self._objects.name(x)}"

    def _ending(self) -> Iterator[str]:
        then = {}
        for x in self.program.leaving_views():
            then[x] = f"{self.names[x]}_then"
            yield f"{then[x]} = {self._objects.name(x)}.copy()"
        for target, value in self.program.writes:
            stays = isinstance(value, Variable) and value in self._objects.arrays and target in self._objects.arrays
            if not stays or self._objects.arrays[value] is not self._objects.arrays[target]:
                yield f"{self.names[target]}[...] = {then.get(value) or self._objects.name(value)}"
        lent = {*self._objects.arrays, *self.program.inputs}  # the caller gets arrays of its own
        lent |= {x for x, origin in self._origins.items() if origin in lent}  # `squeeze` may give its very operand
        names = ((x, self._objects.name(x) + (".copy()" if x in lent else "")) for x in self.program.outputs)
        results = [then.get(x, name) for x, name in names]
        yield f"return {', '.join(results)}" if results else "return ()"


def _views_named(program: Program, names: dict[Variable, str]) -> dict[Variable, str]:
    """The names, but a transpose, a column and a row are called after what they are views of."""
    taken = set(names.values())
    for equation in program.equations:
        x, output = equation.inputs[0] if equation.inputs else None, equation.output
        if not isinstance(x, Variable) or output in program.names or equation.primitive not in VIEWS:
            continue
        if equation.primitive is shaping.transpose and output.ndim == 2:
            name = names[x].removesuffix("_T") if names[x].endswith("_T") else f"{names[x]}_T"
        elif equation.primitive is shaping.reshape and output.ndim == 2 and 1 in output.shape:
            name = f"{names[x]}_{'column' if output.shape[1] == 1 else 'row'}"
        else:
            continue
        if name not in taken:
            names[output] = name
            taken.add(name)
    return names


def _has_form(array: np.ndarray, variable: Variable) -> bool:
    return array.shape == variable.shape and array.dtype == variable.dtype


def _lies_at(a: np.ndarray, b: np.ndarray) -> bool:
    return a.__array_interface__["data"] == b.__array_interface__["data"] and a.strides == b.strides


def _is_vector(x: Any) -> bool:
    return isinstance(x, Variable) and x.ndim == 1


def _inner(equation: Equation) -> Iterator[Variable]:
    """Variables among the keywords."""
    inputs = {x for x in equation.inputs if isinstance(x, Variable)}
    return (x for x in equation.reads() if x not in inputs)
