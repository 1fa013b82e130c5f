"""A program with a place in memory for every array: what is run.

Each result of an array operation gets a buffer, made once; buffers are used again when their values are dead, results
are computed in place where their input dies, gradients straight into the flat gradient, and new values of parameters
and state where the old ones are. Views of buffers and of parameters are made once, too. What is returned never lies in
a buffer, and what an operation without `out=` computes is a new array each time, as in the readable source.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd.compiler.blocks import Blocks, run_from
from autograd.compiler.literals import literal
from autograd.compiler.lowering import Lowering
from autograd.compiler.passes.rows import ADD_IN_ROWS
from autograd.compiler.program import Equation, Program, Variable, named
from autograd.ops import elementwise as ew
from autograd.ops import linalg, reductions, shaping
from autograd.ops.indexing import getitem, is_basic, pick

_VIEWS = {shaping.reshape, shaping.transpose, shaping.swapaxes, shaping.expand_dims, shaping.squeeze, getitem}
_FOLDS = {reductions.sum_: np.add, reductions.max_: np.maximum, reductions.min_: np.minimum}


class Plan:
    """The text of the planned program, `text`, and the arrays and functions that it names, `objects`.

    `arrays` are the inputs that stay in one place: parameters, buffers, state. All other inputs are parameters of the
    function, in `parameters`.
    """

    def __init__(
        self, program: Program, arrays: dict[Variable, np.ndarray], constants: frozenset[Variable] = frozenset()
    ) -> None:
        self.program = program
        self._constant_inputs = constants
        self.names = named(program, lambda name: name in ("np", "math", program.name))
        self.objects: dict[str, Any] = {"np": np, "math": math}
        self.bytes = 0
        self._arrays: dict[Variable, np.ndarray] = {}
        self._root: dict[Variable, Variable] = {}  # a view -> the variable whose memory it is
        self._free: dict[int, list[np.ndarray]] = {}
        self._owned: dict[Variable, np.ndarray] = {}  # results with a buffer of their own
        self._lowering = Lowering({*self.names.values(), program.name})
        for variable, array in arrays.items():
            self._place(variable, array)
        self.parameters = [self.names[x] for x in program.inputs if x not in arrays]
        self._last = self._last_uses()
        self._fixed = self._fixed_places()
        lines = [*self._body(), *self._ending()]
        self.text = f"def {program.name}({', '.join(self.parameters)}):\n" + "\n".join(f"    {line}" for line in lines)
        for definition in self._lowering.helpers.definitions.values():
            exec(definition, self.objects)
        self.objects.update(self._lowering.helpers.objects)

    # --- memory ---

    def _place(self, variable: Variable, array: np.ndarray) -> None:
        self._arrays[variable] = array
        self.objects[self.names[variable]] = array

    def _rooted(self, x: Variable) -> Variable:
        while x in self._root:
            x = self._root[x]
        return x

    def _last_uses(self) -> dict[Variable, int]:
        """Where each variable, or a view of it, is read for the last time."""
        base: dict[Variable, Variable] = {}
        last: dict[Variable, int] = {}
        for i, equation in enumerate(self.program.equations):
            for x in equation.reads():
                last[base.get(x, x)] = i
            x = equation.inputs[0] if equation.inputs else None
            if isinstance(x, Variable) and (equation.is_view or equation.primitive in _VIEWS):
                base[equation.output] = base.get(x, x)
                last[base[equation.output]] = i
        for x in self.program.needed():
            last[base.get(x, x)] = len(self.program.equations)
        return last

    def _fixed_places(self) -> dict[Variable, np.ndarray]:
        """Results that are computed where they are wanted: in the flat gradient."""
        fixed: dict[Variable, np.ndarray] = {}
        made = {equation.output: equation for equation in self.program.equations}
        uses = self.program.uses()
        for equation in self.program.equations:
            if equation.primitive is not shaping.concatenate or any(x.ndim != 1 for x in equation.inputs):
                continue
            whole = np.empty(equation.output.shape, equation.output.dtype)
            fixed[equation.output] = whole
            start = 0
            for x in equation.inputs:
                part = whole[start : start + x.size]
                start += x.size
                source = made.get(x)
                if source is not None and source.primitive is shaping.reshape and uses[x] == 1:
                    fixed[x] = part
                    x = source.inputs[0]
                    part = part.reshape(x.shape)
                if x in made and x.dtype == equation.output.dtype and x not in fixed and x not in self.program.outputs:
                    fixed[x] = part
        return fixed

    def _new(self, output: Variable) -> np.ndarray:
        """A buffer for a result: a free one, or a new one."""
        size = output.size * output.dtype.itemsize
        free = self._free.get(size)
        if free:
            memory = free.pop()
        else:
            memory = np.empty(size, np.uint8)
            self.bytes += size
        self._owned[output] = memory
        return memory.view(output.dtype).reshape(output.shape)

    def _release(self, equation: Equation, i: int) -> None:
        """Give back the buffers of what is read here for the last time."""
        for x in dict.fromkeys(map(self._rooted, equation.reads())):
            if self._last.get(x) == i and x in self._owned:
                memory = self._owned.pop(x)
                self._free.setdefault(memory.nbytes, []).append(memory)

    def _target(self, equation: Equation, i: int) -> np.ndarray | None:
        """The array whose new value this equation computes, if nothing reads the old one afterwards."""
        for target, value in self.program.writes:
            if value is not equation.output or target not in self._arrays:
                continue
            array = self._arrays[target]
            old = {target, *self.program.aliases.get(target, ())}
            read = {self._rooted(x) for later in self.program.equations[i + 1 :] for x in later.reads()}
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
        if any(x not in self._arrays for x in read) or made & set(self.program.outputs):
            return []
        arrays = {x: self._arrays[x] for x in read}
        for i, equation in enumerate(equations, start):
            target = self._target(equation, i)
            if target is None and self._last.get(equation.output, -1) >= end:
                target = self._new(equation.output)
            if target is not None:
                self._place(equation.output, target)
                arrays[equation.output] = target
        blocks = Blocks(equations, arrays, made)
        lines = []
        for line, looped in blocks.lines(self._name, lambda ufunc: self._object(ufunc.__name__, ufunc)):
            lines.append(line if looped is None else f"{line} {self._object('blocks', looped)}:")
        self.bytes += blocks.bytes
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
            yield f"{self.names[output]} = {self._expression(equation)}"
        else:
            write = self._writer(equation)
            if write is None:
                yield f"{self.names[output]} = {self._expression(equation)}"
            else:
                elementwise, lines = write
                array = self._target(equation, i) if elementwise else None
                if array is None:
                    array = self._fixed.get(output)
                if elementwise:
                    self._release(equation, i)
                self._place(output, self._new(output) if array is None else array)
                yield from lines()
        self._release(equation, i)

    def _is_static_view(self, equation: Equation) -> bool:
        """Whether the result is a view of an array that stays: it is made here, once."""
        if equation.primitive not in _VIEWS:
            return False
        x = equation.inputs[0]
        if not isinstance(x, Variable) or x not in self._arrays or any(True for _ in _inner(equation)):
            return False
        if equation.primitive is getitem and not is_basic(equation.keywords["index"]):
            return False
        view = equation.primitive.forward(self._arrays[x], **equation.keywords)
        if not isinstance(view, np.ndarray) or not np.may_share_memory(view, self._arrays[x]):
            return False
        self._place(equation.output, view)
        self._root[equation.output] = x
        return True

    def _gather(self, equation: Equation) -> Iterator[str]:
        whole = self._fixed[equation.output]
        self._place(equation.output, whole)
        start = 0
        for x in equation.inputs:
            part = slice(start, start + x.size)
            start += x.size
            if x in self._arrays and np.may_share_memory(self._arrays[x], whole):
                continue
            yield f"{self.names[equation.output]}[{part.start}:{part.stop}] = {self._name(x)}"

    def _writer(self, equation: Equation) -> Any:
        """(whether it may be computed in place, its lines) of an equation that can be written into a given array."""
        primitive, inputs, output = equation.primitive, equation.inputs, equation.output
        name = self.names[output]
        if (
            (isinstance(primitive.forward, np.ufunc)
            and not equation.keywords
            and primitive.is_elementwise)
            or (isinstance(primitive.forward, np.ufunc) and primitive.structure == "constant")
        ):
            ufunc = self._object(primitive.forward.__name__, primitive.forward)
            out = f"out={name}" if primitive.forward in (np.maximum, np.minimum) else name
            return True, lambda: [f"{ufunc}({', '.join(map(self._name, inputs))}, {out})"]
        if primitive is ew.relu:
            maximum = self._object("maximum", np.maximum)
            return True, lambda: [f"{maximum}({self._name(inputs[0])}, {self._number(0, output)}, out={name})"]
        if primitive is ADD_IN_ROWS:
            return True, lambda: self._added_in_rows(equation)
        if primitive is ew.gate and self._is_maskable(equation):
            return True, lambda: [self._masked(equation)]
        if primitive in _FOLDS:
            return False, lambda: [self._folded(equation)]
        if primitive in (linalg.matmul, linalg.dot) and all(_is_matrix(x, output) for x in inputs):
            dot = self._object("dot", np.dot)
            return False, lambda: [f"{dot}({self._name(inputs[0])}, {self._name(inputs[1])}, {name})"]
        if primitive is linalg.affine and all(_is_matrix(x, output) for x in inputs[:2]) and inputs[2].ndim == 1:
            dot, add = self._object("dot", np.dot), self._object("add", np.add)
            return False, lambda: [
                f"{dot}({self._name(inputs[0])}, {self._transposed(inputs[1])}, {name})",
                f"{add}({name}, {self._name(inputs[2])}, {name})",
            ]
        return None

    def _is_maskable(self, equation: Equation) -> bool:
        g, mask = equation.inputs
        return (
            isinstance(mask, Variable)
            and all(x in self._arrays for x in equation.inputs)
            and mask.dtype == np.bool
            and g.shape == mask.shape == equation.output.shape
            and g.dtype == equation.output.dtype
            and g.dtype.itemsize in (4, 8)
            and g.dtype.kind == "f"
            and all(self._arrays[x].flags.c_contiguous for x in equation.inputs)
        )

    def _masked(self, equation: Equation) -> str:
        """g where the mask holds, else 0: the bits of g times 1 or 0, so that inf * 0 is 0."""
        g, mask = equation.inputs
        bits = np.dtype(f"i{g.dtype.itemsize}")
        names = []
        for x, dtype in ((g, bits), (mask, np.dtype(np.int8)), (equation.output, bits)):
            names.append(self._object(f"{self.names[x]}_bits", self._arrays[x].view(dtype)))
        return f"{self._object('multiply', np.multiply)}({', '.join(names)})"

    def _added_in_rows(self, equation: Equation) -> Iterator[str]:
        x, added, index = equation.inputs[0], equation.inputs[1], equation.keywords["index"]
        name = self.names[equation.output]
        if x not in self._arrays or self._arrays[x] is not self._arrays[equation.output]:
            if x not in self._arrays or not _same_memory(self._arrays[x], self._arrays[equation.output]):
                yield f"{name}[...] = {self._name(x)}"
        yield f"{self._rows(equation.output, index)} += {self._name(added)}"

    def _rows(self, x: Variable, index: Any) -> str:
        """The element [i, index[i]] of each row, of an array that lies in one place."""
        rows = np.arange(x.shape[0])
        known = self._arrays.get(index) if isinstance(index, Variable) else index
        if known is not None and index in self._constant_inputs:
            flat = self._object(f"{self.names[x]}_flat", self._arrays[x].reshape(-1))
            return f"{flat}[{self._object('places', rows * x.shape[1] + known)}]"
        return f"{self.names[x]}[{self._object('rows', rows)}, {self._name(index)}]"

    def _folded(self, equation: Equation) -> str:
        x, output = equation.inputs[0], equation.output
        axis, keepdims = equation.keywords.get("axis"), equation.keywords.get("keepdims", False)
        name = self.names[output]
        if equation.primitive is reductions.sum_ and x.ndim == 2 and axis == 0 and not keepdims and x.dtype.kind == "f":
            if x.dtype == output.dtype:
                return f"{self._object('dot', np.dot)}({self._ones(x.shape[0], x.dtype)}, {self._name(x)}, {name})"
        fold = self._object(f"{_FOLDS[equation.primitive].__name__}_reduce", _FOLDS[equation.primitive].reduce)
        return f"{fold}({self._name(x)}, {axis!r}, None, {name}, {keepdims!r})"

    def _expression(self, equation: Equation) -> str:
        """As in the readable source."""
        x = equation.inputs[0] if equation.inputs else None
        if equation.primitive is reductions.sum_ and equation.output.ndim == 0 and x in self._arrays:
            array = self._arrays[x]
            if array.flags.c_contiguous and x.dtype.kind == "f" and x.dtype == equation.output.dtype:
                flat = self._object(f"{self.names[x]}_flat", array.reshape(-1))
                return f"{self._object('dot', np.dot)}({self._ones(x.size, x.dtype)}, {flat})"
        if equation.primitive is pick and x in self._arrays and self._arrays[x].flags.c_contiguous:
            return self._rows(x, equation.keywords["index"])
        written = {x: ast.parse(self._name(x), mode="eval").body for x in equation.reads()}
        return ast.unparse(ast.fix_missing_locations(self._lowering.expression(equation, written)))

    def _ending(self) -> Iterator[str]:
        for target, value in self.program.writes:
            stays = isinstance(value, Variable) and value in self._arrays and target in self._arrays
            if not stays or self._arrays[value] is not self._arrays[target]:
                yield f"{self.names[target]}[...] = {self._name(value)}"
        results = [
            f"{self._name(x)}.copy()" if isinstance(x, Variable) and x in self._arrays else self._name(x)
            for x in self.program.outputs
        ]
        yield f"return {', '.join(results)}" if results else "return ()"

    # --- names ---

    def _name(self, x: Any) -> str:
        if isinstance(x, Variable):
            return self.names[x]
        if isinstance(x, np.ndarray | np.generic):
            return self._object(f"constant_{np.dtype(x.dtype).name}", np.asarray(x))
        tree = literal(x)
        return repr(x) if tree is None else ast.unparse(tree)

    def _number(self, value: float, like: Variable) -> str:
        return self._name(np.asarray(value, like.dtype))

    def _ones(self, n: int, dtype: np.dtype) -> str:
        return self._object(f"ones_{n}", np.ones(n, dtype))

    def _transposed(self, x: Variable) -> str:
        if x in self._arrays:
            return self._object(f"{self.names[x]}_T", self._arrays[x].T)
        return f"{self.names[x]}.T"

    def _object(self, name: str, value: Any) -> str:
        """The name of an object in the program; equal ones share it."""
        base, number = name, 1
        while (known := self.objects.get(name, self)) is not self or name in self._taken():
            if known is value or (name not in self._taken() and _equal(known, value)):
                return name
            number += 1
            name = f"{base}_{number}"
        self.objects[name] = value
        return name

    def _taken(self) -> set[str]:
        if not hasattr(self, "_names_taken"):
            self._names_taken = set(self.names.values())
        return self._names_taken


def _same_memory(a: np.ndarray, b: np.ndarray) -> bool:
    return a.__array_interface__ == b.__array_interface__


def _inner(equation: Equation) -> Iterator[Variable]:
    """Variables among the keywords."""
    inputs = set(x for x in equation.inputs if isinstance(x, Variable))
    return (x for x in equation.reads() if x not in inputs)


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        if a.size > 1 and (a.base is not None or b.base is not None):
            return a.__array_interface__ == b.__array_interface__
        return a.dtype == b.dtype and a.shape == b.shape and bool(np.array_equal(a, b, equal_nan=a.dtype.kind == "f"))
    return a is b


def _is_matrix(x: Any, output: Variable) -> bool:
    return isinstance(x, Variable) and x.ndim == 2 and x.dtype == output.dtype and x.dtype.kind == "f"
