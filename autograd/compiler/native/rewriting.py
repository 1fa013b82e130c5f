"""Equations in the form that loops are made of: composite ops as their steps, small matrix products as sums."""

from __future__ import annotations

from autograd.compiler.passes import Made
from autograd.compiler.passes.algebra import Definitions, algebra, defined, split
from autograd.compiler.passes.cheaper import cheaper
from autograd.compiler.passes.cleaning import dead_code, shared_subexpressions
from autograd.compiler.passes.expanding import expanded
from autograd.compiler.passes.replacing import Replacement
from autograd.compiler.program import Equation, Program, Variable, is_matrix
from autograd.ops import elementwise as ew
from autograd.ops import linalg, reductions, shaping
from autograd.ops.indexing import getitem

# Up to so many products, an element of a matrix product is a sum inside of a loop, which may do more than that product.
SHORT = 4


def to_be_looped(program: Program) -> Made:
    """The passes that make a written program as loops are made of it."""
    simplified = (expanded, *2 * (algebra, shared_subexpressions, cheaper), algebra, dead_code)
    for one in (*simplified, products_apart, algebra, shared_subexpressions, dead_code):
        program = one(program)
        yield one.__name__, program


def products_apart(program: Program) -> Program:
    """The program with affine maps in two steps, and small products as sums."""
    return split(split(program, (_affine,)), (_short, _vector))


def are_matrices(equation: Equation) -> bool:
    """Whether an equation is a product of two matrices of one floating-point type."""
    if equation.primitive not in (linalg.matmul, linalg.dot):
        return False
    return all(is_matrix(x, equation.output.dtype) for x in equation.inputs)


def _affine(equation: Equation, definitions: Definitions) -> list[Equation] | None:
    """x @ W.T + b in two steps, of which the second goes into a loop."""
    if equation.primitive is not linalg.affine:
        return None
    x, weight, bias = equation.inputs
    if not all(isinstance(z, Variable) and z.ndim == 2 for z in (x, weight)):
        return None
    made = Replacement(equation)
    turned = made.step(shaping.transpose, weight, shape=weight.shape[::-1])
    product = made.step(linalg.matmul, x, turned, shape=equation.output.shape)
    made.step(ew.add, product, bias, shape=equation.output.shape)
    return made.equations()


def _short(equation: Equation, definitions: Definitions) -> list[Equation] | None:
    """a @ b with short sums: a[:, :1] * b[:1] + a[:, 1:2] * b[1:2] + ..."""
    if not are_matrices(equation) or not 0 < (k := equation.inputs[0].shape[1]) <= SHORT:
        return None
    a, b = equation.inputs
    made, shape = Replacement(equation), equation.output.shape
    total: Variable | None = None
    for i in range(k):
        part = slice(i, i + 1)
        column = made.step(getitem, a, index=(slice(None), part), shape=(a.shape[0], 1)) if k > 1 else a
        row = made.step(getitem, b, index=part, shape=(1, b.shape[1])) if k > 1 else b
        product = made.step(ew.multiply, column, row, shape=shape)
        total = product if total is None else made.step(ew.add, total, product, shape=shape)
    return made.equations()


def _vector(equation: Equation, definitions: Definitions) -> list[Equation] | None:
    """a @ b, where a is one row or b one column: a sum of products, in the order in which the matrix lies."""
    if not are_matrices(equation) or 1 not in equation.output.shape:
        return None
    a, b = equation.inputs
    matrix, vector, axis = (b, a, 0) if a.shape[0] == 1 else (a, b, 1)
    made, shape = Replacement(equation), equation.output.shape
    if (turned := defined(matrix, shaping.transpose, definitions)) is not None and turned.keywords.get("axes") is None:
        matrix, axis = turned.inputs[0], 1 - axis
    else:
        vector = made.step(shaping.transpose, vector, shape=vector.shape[::-1])
    products = made.step(ew.multiply, matrix, vector, shape=matrix.shape)
    total = made.step(reductions.sum_, products, shape=(matrix.shape[1 - axis],), axis=axis, keepdims=False)
    made.step(shaping.reshape, total, shape=shape, keywords={"shape": shape})
    return made.equations()
