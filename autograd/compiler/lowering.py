"""From an equation to NumPy: `affine(x, weight, bias)` is `x @ weight.T + bias`.

How an op is written comes from its declaration alone: the `text` it gives, an operator, NumPy's own function, the one
expression that its forward function is, or that function, copied to the head of the program.
"""

from __future__ import annotations

import ast
import copy
import inspect
from functools import lru_cache
from types import FunctionType
from typing import Any

import numpy as np

from autograd.compiler.functions import Helpers, defaults_of, expression_of, numpy_path
from autograd.compiler.literals import literal
from autograd.compiler.operations import DRAW
from autograd.compiler.program import Equation, Variable

_OPERATORS: dict[Any, ast.operator | ast.unaryop | ast.cmpop] = {
    np.add: ast.Add(), np.subtract: ast.Sub(), np.multiply: ast.Mult(), np.divide: ast.Div(), np.power: ast.Pow(),
    np.remainder: ast.Mod(), np.floor_divide: ast.FloorDiv(), np.negative: ast.USub(), np.invert: ast.Invert(),
    np.less: ast.Lt(), np.less_equal: ast.LtE(), np.greater: ast.Gt(), np.greater_equal: ast.GtE(),
    np.equal: ast.Eq(), np.not_equal: ast.NotEq(), np.bitwise_and: ast.BitAnd(), np.bitwise_or: ast.BitOr(),
    np.bitwise_xor: ast.BitXor(),
}  # fmt: skip


class Lowering:
    """Writes equations as expressions over names; collects the helper functions that they call."""

    def __init__(self, taken: set[str]) -> None:
        self.helpers = Helpers(taken)

    def expression(self, equation: Equation, written: dict[Variable, ast.expr]) -> ast.expr:
        """The right-hand side of an equation; `written` says how each variable is written."""
        primitive = equation.primitive
        beside = equation.output.dtype
        dtypes = [x.dtype for x in equation.inputs if isinstance(x, Variable) and x.dtype.kind in "fc"]
        if beside.kind == "b" or (dtypes and beside not in dtypes):  # a comparison, or a wider number beside a narrower
            beside = dtypes[0] if dtypes else beside
        meets = beside if any(isinstance(x, Variable) for x in equation.inputs) else None  # else it has to tell itself
        inputs = [_syntax(x, written, meets) for x in equation.inputs]
        keywords = {name: _syntax(x, written, None) for name, x in equation.keywords.items()}
        if primitive is DRAW:
            return _draw(inputs[0], equation.keywords)
        if primitive.text is not None:
            body = ast.parse(primitive.text, mode="eval").body
            defaults = defaults_of(primitive.forward) if isinstance(primitive.forward, FunctionType) else {}
            return _filled(body, _named_inputs(primitive, inputs) | defaults | keywords)
        operator = _OPERATORS.get(primitive.numpy_function) if primitive.forward is primitive.numpy_function else None
        if operator is not None and not keywords:
            return _tidied(_operation(operator, inputs))
        path = numpy_path(primitive.forward)
        if path is not None:
            return _tidied(_call(path, inputs, keywords))
        found = expression_of(primitive.forward)
        if found is not None and len(inputs) == primitive.arity:
            names, defaults, body = found
            return _filled(body, defaults | dict(zip(names, inputs, strict=False)) | keywords)
        return _tidied(_call(self.helpers.name_of(primitive.forward, primitive.name), inputs, keywords))


def _draw(generator: ast.expr, keywords: dict[str, Any]) -> ast.expr:
    arguments = [literal(x) for x in keywords["arguments"]]
    method = ast.Attribute(generator, keywords["method"], ast.Load())
    return ast.Call(method, [x for x in arguments if x is not None], [])


def _syntax(x: Any, written: dict[Variable, ast.expr], beside: np.dtype | None) -> ast.expr:
    if isinstance(x, Variable):
        return written[x]
    if isinstance(x, tuple | list):
        parts = [_syntax(part, written, beside) for part in x]
        return ast.Tuple(parts, ast.Load()) if isinstance(x, tuple) else ast.List(parts, ast.Load())
    tree = literal(x, beside)
    if tree is None:
        raise TypeError(f"compile: no way to write {x!r} in a program")
    return tree


def _parameters(function: Any) -> list[str]:
    if isinstance(function, np.ufunc):
        return ["a", "b", "c"]
    code = function.__code__
    return list(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])


def _named_inputs(primitive: Any, inputs: list[ast.expr]) -> dict[str, ast.expr]:
    """Inputs by the parameters of the op's function; those of `*arrays` as a list."""
    names = _parameters(primitive.forward)
    if not isinstance(primitive.forward, np.ufunc) and primitive.forward.__code__.co_flags & inspect.CO_VARARGS:
        return {primitive.forward.__code__.co_varnames[len(names)]: ast.List(inputs, ast.Load())}
    return dict(zip(names, inputs, strict=False))


def _operation(operator: Any, inputs: list[ast.expr]) -> ast.expr:
    if isinstance(operator, ast.unaryop):
        return ast.UnaryOp(operator, inputs[0])
    if isinstance(operator, ast.cmpop):
        return ast.Compare(inputs[0], [operator], [inputs[1]])
    return ast.BinOp(inputs[0], operator, inputs[1])


def _call(path: str, inputs: list[ast.expr], keywords: dict[str, ast.expr]) -> ast.expr:
    function = ast.parse(path, mode="eval").body
    return ast.Call(function, inputs, [ast.keyword(name, value) for name, value in keywords.items()])


class _Filling(ast.NodeTransformer):
    def __init__(self, values: dict[str, ast.expr]) -> None:
        self.values = values

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return copy.deepcopy(self.values[node.id]) if node.id in self.values else node


def _filled(body: ast.expr, values: dict[str, ast.expr]) -> ast.expr:
    """An expression with its names replaced."""
    return _tidied(_Filling(values).visit(copy.deepcopy(body)))


class _Tidying(ast.NodeTransformer):
    """Arguments that say what holds anyway are left out: `np.sum(x, axis=None)`, `x.transpose(None)`."""

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        test = node.test
        if isinstance(test, ast.Compare) and _is_none(test.comparators[0]) and isinstance(test.left, ast.Constant):
            holds = (test.left.value is None) == isinstance(test.ops[0], ast.Is)
            return node.body if holds else node.orelse
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        node.slice = _colons(node.slice)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        zeros = node.left
        if not (isinstance(node.op, ast.Add) and isinstance(zeros, ast.Call) and _is_number(node.right)):
            return node
        if ast.unparse(zeros.func) == "np.zeros_like" and len(zeros.args) == 1:
            return ast.Call(_FULL_LIKE, [*zeros.args, node.right], zeros.keywords)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if ast.unparse(node.func) == "np.zeros_like" and len(node.args) == 2 and _is_none(node.args[1]):
            node.args.pop()
        for k in node.keywords:  # a sum over the axes (0,) is one over the axis 0
            if k.arg == "axis" and isinstance(k.value, ast.Tuple) and len(k.value.elts) == 1 and _folds(node.func):
                k.value = k.value.elts[0]
        node.keywords = [k for k in node.keywords if not _is_default(ast.unparse(node.func), k)]
        defaults = list(_defaults_of(ast.unparse(node.func)).values())
        while node.args and _is_none(node.args[-1]) and defaults[len(node.args) - 1 : len(node.args)] == [None]:
            node.args.pop()
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr == "transpose" and all(map(_is_none, node.args)):
            return ast.Attribute(function.value, "T", ast.Load())
        is_reshape = isinstance(node.func, ast.Attribute) and node.func.attr == "reshape"
        if is_reshape and len(node.args) == 1 and isinstance(node.args[0], ast.Tuple) and node.args[0].elts:
            node.args = node.args[0].elts
        return node


_FULL_LIKE = ast.parse("np.full_like", mode="eval").body


def _folds(function: ast.expr) -> bool:
    return ast.unparse(function) in ("np.sum", "np.mean", "np.prod", "np.max", "np.min", "np.var", "np.std")


def _is_number(tree: ast.expr) -> bool:
    """Whether a tree is a number: `2.0`, `-2.0`, `1 / 128`."""
    if isinstance(tree, ast.UnaryOp):
        return _is_number(tree.operand)
    if isinstance(tree, ast.BinOp):
        return _is_number(tree.left) and _is_number(tree.right)
    return isinstance(tree, ast.Constant) and isinstance(tree.value, int | float)


def _colons(index: ast.expr) -> ast.expr:
    """`slice(None, 4, None)` inside brackets as `:4`."""
    if isinstance(index, ast.Tuple):
        return ast.Tuple([_colons(part) for part in index.elts], ast.Load())
    if isinstance(index, ast.Call) and isinstance(index.func, ast.Name) and index.func.id == "slice":
        return ast.Slice(*(None if _is_none(end) else end for end in index.args))
    return index


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_default(function: str, keyword: ast.keyword) -> bool:
    if not isinstance(keyword.value, ast.Constant) or keyword.arg is None:
        return False
    default = _defaults_of(function).get(keyword.arg, _UNKNOWN)
    return default is keyword.value.value or (default is np._NoValue and keyword.value.value in (None, False))


_UNKNOWN = object()


@lru_cache(maxsize=256)
def _defaults_of(path: str) -> dict[str, Any]:
    """Defaults of a function of NumPy, as far as it tells them."""
    first, *rest = path.split(".")
    value: Any = np if first == "np" else None
    for part in rest:
        value = getattr(value, part, None)
    try:
        return {name: p.default for name, p in inspect.signature(value).parameters.items()}
    except (TypeError, ValueError):
        return {}


def _tidied(tree: ast.expr) -> ast.expr:
    return _Tidying().visit(tree)
