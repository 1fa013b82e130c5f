"""What a program does as steps that loops are made of: element by element, folds, products, and what NumPy does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from autograd.compiler.native.elements import DTYPES, Lines, NotByElement, Scalar, element
from autograd.compiler.native.forms import Forms, leading
from autograd.compiler.native.grouping import Groups, Step
from autograd.compiler.native.kernels import BLAS_INTEGERS
from autograd.compiler.native.rewriting import are_matrices
from autograd.compiler.operations import ADD_IN_ROWS, DRAW
from autograd.compiler.program import Equation, Program, Variable
from autograd.ops import elementwise as ew
from autograd.ops import indexing, linalg, reductions, shaping

FOLDS = {reductions.sum_: "plus", reductions.max_: "maximum", reductions.min_: "minimum"}
_BY_ROWS = {indexing.pick, indexing.place, ADD_IN_ROWS}


class Steps:
    """Takes a program apart: `groups` of steps, and the `forms` of all arrays in it."""

    def __init__(self, program: Program, forms: Forms) -> None:
        self.program = program
        self.forms = forms
        self._groups = Groups(forms)
        self.groups = self._groups.groups
        for equation in program.equations:
            self._add(self._with_constants(equation))
        self._groups.sink(program.needed())

    def copy_last(self, source: Variable, target: Variable, by_numpy: bool) -> None:
        """When all else is done, write source into target."""
        step = self._copy(source, target, None)
        step.domain = target.shape
        self._groups.add_last(replace(step, kind="numpy") if by_numpy or not self.forms.is_plain(source) else step)

    def _with_constants(self, equation: Equation) -> Equation:
        """Arrays that are written into an equation become variables, which lie in memory."""
        held, keywords = self.forms.held, equation.keywords
        if equation.primitive in _BY_ROWS:
            keywords = {name: held(x) for name, x in keywords.items()}
        return replace(equation, inputs=tuple(held(x) for x in equation.inputs), keywords=keywords)

    def _add(self, equation: Equation) -> None:
        if self.forms.is_view(equation):
            return
        self.forms.new(equation.output)
        if not self._joined(equation) and not self._scattered(equation):
            self._groups.add(self._step(equation))

    # --- arrays put together ---

    def _copy(self, x: Variable, copy: Variable, equation: Equation | None, *after: Variable) -> Step:
        place = () if equation is None else (equation.section, equation.location)
        return Step("element", Equation(ew.positive, (x,), {}, copy, *place), x.shape, (x,), after)

    def _joined(self, equation: Equation) -> bool:
        """Whether it is a concatenation, each piece of which is written to its place."""
        output = equation.output
        if equation.primitive is not shaping.concatenate or equation.keywords.get("axis", 0) is None:
            return False
        if not all(self.forms.is_plain(x) and x.dtype == output.dtype for x in equation.inputs):
            return False
        axis, start, parts = equation.keywords.get("axis", 0) % output.ndim, 0, []
        for x in equation.inputs:
            where = (slice(None),) * axis + (slice(start, start + x.shape[axis]),)
            start += x.shape[axis]
            copy = Variable(x.shape, x.dtype, "part")
            self.forms.forms[copy] = self.forms.forms[output][where]
            self._groups.add(self._copy(x, copy, equation))
            parts.append((x, copy, where))
        self.forms.parts[output] = parts
        return True

    def _scattered(self, equation: Equation) -> bool:
        """Whether it is an array in the middle of zeros, which are written one after the other."""
        if equation.primitive is not indexing.scatter or not indexing.is_basic(equation.keywords["index"]):
            return False
        x, output, index = equation.inputs[0], equation.output, equation.keywords["index"]
        form = self.forms.forms[output]
        place = form[index]
        if not self.forms.is_plain(x) or x.dtype != output.dtype or not np.may_share_memory(place, form):
            return False
        zeros, copy = Variable(output.shape, x.dtype, "zeros"), Variable(x.shape, x.dtype, "part")
        self.forms.forms[zeros], self.forms.forms[copy] = form, place
        fill = replace(equation, primitive=ew.positive, inputs=(np.zeros((), x.dtype),), keywords={}, output=zeros)
        self._groups.add(Step("element", fill, output.shape))
        self._groups.add(self._copy(x, copy, equation, zeros))
        self.forms.parts[output] = [(zeros, zeros, ...), (x, copy, index)]
        self.forms.filled.add(output)
        return True

    # --- single steps ---

    def _step(self, equation: Equation) -> Step:
        primitive, output = equation.primitive, equation.output
        reads = tuple(dict.fromkeys(equation.reads()))
        strange = next((x for x in (*reads, output) if not self.forms.is_plain(x)), None)
        if primitive is DRAW:
            return Step("numpy", equation, output.shape, (), reads)
        if strange is not None:
            reason = "" if strange.dtype in DTYPES else f"numba has no loops over {strange.dtype}"
            return Step("numpy", equation, output.shape, (), reads, reason)
        if are_matrices(equation) and BLAS_INTEGERS and 0 not in (*output.shape, *reads[0].shape):
            equation = replace(equation, inputs=tuple(self._for_blas(x, equation) for x in equation.inputs))
            return Step("product", equation, output.shape, (), tuple(dict.fromkeys(equation.reads())))
        if primitive in (linalg.matmul, linalg.dot):
            reason = (
                "loops have products of two matrices of one dtype" if BLAS_INTEGERS else "NumPy's BLAS was not found"
            )
            is_empty = 0 in output.shape or 0 in reads[0].shape
            return Step("numpy", equation, output.shape, (), reads, "" if is_empty else reason)
        if self._is_fold(equation):
            return Step("fold", equation, equation.inputs[0].shape, reads)
        if primitive in _BY_ROWS and (step := self._by_rows(equation)) is not None:
            return step
        return self._by_element(equation, reads)

    def _for_blas(self, x: Variable, equation: Equation) -> Variable:
        """A matrix of which rows or columns lie in one piece: x, or a copy."""
        if leading(self.forms.forms[x]) is not None:
            return x
        copy = Variable(x.shape, x.dtype, "copy")
        self.forms.new(copy)
        self._groups.add(self._copy(x, copy, equation))
        return copy

    def _is_fold(self, equation: Equation) -> bool:
        x = equation.inputs[0] if equation.inputs else None
        if equation.primitive not in FOLDS or not isinstance(x, Variable) or equation.output.dtype.kind == "b":
            return False
        return equation.primitive is reductions.sum_ or x.size > 0

    def _by_rows(self, equation: Equation) -> Step | None:
        """One element of each row of a matrix: taken, added to, or placed among zeros."""
        index = equation.keywords["index"]
        matrix = equation.inputs[0] if equation.primitive is indexing.pick else equation.output
        if matrix.ndim != 2 or not isinstance(index, Variable) or index.dtype.kind != "i" or index.ndim != 1:
            return None
        if equation.primitive is indexing.pick:
            return Step("rows", equation, equation.output.shape, (index,), (matrix,))
        here = tuple(x for x in (*equation.inputs, index) if isinstance(x, Variable))
        return Step("rows", equation, equation.output.shape, here)

    def _by_element(self, equation: Equation, reads: tuple[Variable, ...]) -> Step:
        output, lines = equation.output, Lines()
        try:
            if set(reads) != {x for x in equation.inputs if isinstance(x, Variable)}:
                raise NotByElement("arrays say where its elements come from")
            inputs = [Scalar("x", x.dtype, lines) if isinstance(x, Variable) else x for x in equation.inputs]
            value = element(equation.primitive, inputs, equation.keywords, output.dtype, lines)
            if value.is_constant:
                return Step("element", equation, output.shape)
            if not _broadcast(reads, output):
                raise NotByElement("its result has another shape")
        except NotByElement as reason:
            return Step("numpy", equation, output.shape, (), reads, str(reason))
        return Step("element", equation, output.shape, reads)


def _broadcast(inputs: tuple[Variable, ...], output: Variable) -> bool:
    """Whether the output has the shape that the inputs have together."""
    try:
        return np.broadcast_shapes(*(x.shape for x in inputs)) == output.shape
    except ValueError:
        return False
