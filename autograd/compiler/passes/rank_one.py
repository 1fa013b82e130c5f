"""For speed: an outer product that is only summed over the batch is not formed.

Below a layer of one output, the cotangent of a hidden layer is an outer product, d (batch, 1) times w (1, width),
times the activation's slope r (batch, width). Where it only goes into gradients, d can be multiplied with what these
are products with, and w with the results:

    g = d @ w * r                      d_weight = w.T * (r.T @ (d * x))
    d_weight = g.T @ x                 d_bias = w * (r.T @ d)
    d_bias = g.sum(axis=0)

so that nothing but the slope is as large as (batch, width).
"""

from __future__ import annotations

from autograd.compiler.passes.algebra import Definitions, defined
from autograd.compiler.passes.replacing import Replacement
from autograd.compiler.program import Equation, Program, Variable
from autograd.ops import elementwise as ew
from autograd.ops import linalg, reductions, shaping

# Elements of the outer product from which on fewer of them are worth more calls.
MANY = 4096


def without_outer_products(program: Program) -> Program:
    """The program with such products taken apart; what formed them is dead code then."""
    uses = program.uses()
    definitions = {equation.output: equation for equation in program.equations}
    readers: dict[Variable, list[Equation]] = {}
    for equation in program.equations:
        for x in equation.reads():
            readers.setdefault(x, []).append(equation)
    equations: list[Equation] = []
    for equation in program.equations:
        g = _summed_over_rows(equation, definitions)
        parts = None if g is None else _outer(g, definitions)
        if parts is None or g is None or not _only_summed(g, readers, uses, definitions):
            equations.append(equation)
        else:
            equations += _apart(equation, g, *parts)
    return program.with_equations(equations)


def _summed_over_rows(equation: Equation, definitions: Definitions) -> Variable | None:
    """g of `g.T @ x`, of `x @ g`, whose results have fewer columns than g, and of `g.sum(axis=0)`."""
    x = equation.inputs[0] if equation.inputs else None
    if equation.primitive is reductions.sum_ and equation.keywords.get("axis") == 0 and equation.output.ndim == 1:
        return x if isinstance(x, Variable) and x.ndim == 2 else None
    if equation.primitive is not linalg.matmul or not all(isinstance(y, Variable) for y in equation.inputs):
        return None
    if not all(y.ndim == 2 and y.dtype == equation.output.dtype for y in equation.inputs):
        return None
    rows, columns = equation.output.shape
    turned = defined(x, shaping.transpose, definitions)
    if turned is not None and turned.keywords.get("axes") is None and 2 * columns <= rows:
        return turned.inputs[0]
    return equation.inputs[1] if 2 * rows <= columns else None


def _outer(g: Variable, definitions: Definitions) -> tuple[Variable, Variable, Variable] | None:
    """(d, w, r) of g = (d @ w) * r."""
    product = defined(g, ew.multiply, definitions)
    if product is None or g.size < MANY or g.dtype.kind != "f":
        return None
    for outer, r in (product.inputs, product.inputs[::-1]):
        found = defined(outer, linalg.matmul, definitions)
        if found is None or not isinstance(r, Variable) or r.shape != g.shape or r.dtype != g.dtype:
            continue
        d, w = found.inputs
        if all(isinstance(x, Variable) and x.dtype == g.dtype for x in (d, w)) and d.shape[1:] == w.shape[:1] == (1,):
            return d, w, r
    return None


def _only_summed(
    g: Variable, readers: dict[Variable, list[Equation]], uses: dict[Variable, int], definitions: Definitions
) -> bool:
    """Whether all that reads g, or its transpose, sums it over its rows."""
    found = readers.get(g, [])
    for equation in found:
        if equation.primitive is shaping.transpose:
            turned = readers.get(equation.output, [])
            if uses[equation.output] != len(turned) or any(_summed_over_rows(e, definitions) is not g for e in turned):
                return False
        elif _summed_over_rows(equation, definitions) is not g:
            return False
    return uses[g] == len(found)


def _apart(equation: Equation, g: Variable, d: Variable, w: Variable, r: Variable) -> list[Equation]:
    """The sum without the product."""
    made = Replacement(equation)
    step, transpose, multiply, matmul = made.step, shaping.transpose, ew.multiply, linalg.matmul
    output = equation.output
    n, width = r.shape
    if equation.inputs[-1] is g and equation.primitive is matmul:  # x @ g
        x = equation.inputs[0]
        weighted = step(multiply, x, step(transpose, d, shape=(1, n)), shape=x.shape)
        summed = step(matmul, weighted, r, shape=output.shape)
        factor = w
    elif output.ndim == 1:  # g.sum(axis=0)
        slope = step(transpose, r, shape=(width, n))
        flat = {"shape": (width,)}
        column = step(matmul, slope, d, shape=(width, 1))
        summed = step(shaping.reshape, column, shape=(width,), keywords=flat)
        factor = step(shaping.reshape, w, shape=(width,), keywords=flat)
    else:  # g.T @ x
        x = equation.inputs[1]
        slope = step(transpose, r, shape=(width, n))
        row = step(transpose, d, shape=(1, n))
        weighted = step(multiply, step(transpose, x, shape=x.shape[::-1]), row, shape=x.shape[::-1])
        summed = step(matmul, slope, step(transpose, weighted, shape=x.shape), shape=output.shape)
        factor = step(transpose, w, shape=(width, 1))
    step(multiply, summed, factor, shape=output.shape)
    return made.equations()
