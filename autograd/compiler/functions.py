"""Functions as syntax: the source of an op's forward function, to be written into a program.

One that is a single expression (`lambda x, shape: x.reshape(shape)`) can take the place of its call; any other is
copied to the head of the program with all that it calls, under its name without the underscore.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import linecache
from collections.abc import Callable
from functools import lru_cache
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from autograd.compiler.literals import literal
from autograd.primitives import Primitive

_MODULES = {"np", "math"}


@lru_cache(maxsize=64)
def _tree(file: str) -> ast.Module:
    return ast.parse("".join(linecache.getlines(file)))


@lru_cache(maxsize=1024)
def _syntax_of(function: FunctionType) -> ast.FunctionDef | ast.Lambda | None:
    """The definition of a Python function; None where its source cannot be found."""
    code = function.__code__
    try:
        tree = _tree(code.co_filename)
    except (SyntaxError, ValueError):
        return None
    places = {(line, column) for line, _, column, _ in code.co_positions()}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == function.__name__:
            begins = {node.lineno, *(decorator.lineno for decorator in node.decorator_list)}
            found = code.co_firstlineno in begins
        elif isinstance(node, ast.Lambda) and function.__name__ == "<lambda>":
            found = node.lineno == code.co_firstlineno and (node.body.lineno, node.body.col_offset) in places
        else:
            continue
        if found:
            return node
    return None


def expression_of(function: Callable[..., Any]) -> tuple[list[str], dict[str, ast.expr], ast.expr] | None:
    """Parameters, defaults and body of a function that is one expression in NumPy; None for any other."""
    if not isinstance(function, FunctionType) or function.__closure__:
        return None
    syntax = _syntax_of(function)
    if syntax is None or syntax.args.vararg or syntax.args.kwarg:
        return None
    if isinstance(syntax, ast.FunctionDef):
        body = [line for line in syntax.body if not _is_docstring(line)]
        if len(body) != 1 or not isinstance(body[0], ast.Return) or body[0].value is None:
            return None
        value = body[0].value
    else:
        value = syntax.body
    parameters = [a.arg for a in (*syntax.args.posonlyargs, *syntax.args.args, *syntax.args.kwonlyargs)]
    if _globals_in(value) - _MODULES - set(parameters):
        return None
    return parameters, defaults_of(function), value


def defaults_of(function: FunctionType) -> dict[str, ast.expr]:
    """The values that parameters have if they are not given."""
    found: dict[str, ast.expr] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.default is not parameter.empty:
            path = numpy_path(parameter.default) if callable(parameter.default) else None
            tree = literal(parameter.default) if path is None else ast.parse(path, mode="eval").body
            if tree is not None:
                found[name] = tree
    return found


def _locals_in(tree: ast.AST) -> set[str]:
    """Names that a piece of code gives to its own variables and parameters."""
    nodes = list(ast.walk(tree))
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return stored | {node.arg for node in nodes if isinstance(node, ast.arg)}


def _globals_in(tree: ast.AST) -> set[str]:
    """Names that a piece of code looks up outside of itself, but for Python's own."""
    loaded = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return {name for name in loaded - _locals_in(tree) if not hasattr(builtins, name)}


def _is_docstring(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and isinstance(line.value.value, str)


def _first_paragraph(docstring: ast.stmt) -> ast.stmt:
    """A docstring without its examples."""
    assert isinstance(docstring, ast.Expr) and isinstance(docstring.value, ast.Constant)
    return ast.Expr(ast.Constant(str(docstring.value.value).split("\n\n")[0]))


class Helpers:
    """Functions and constants to be written at the head of a program, in the order in which they need each other."""

    def __init__(self, taken: set[str]) -> None:
        self._taken = taken
        self.definitions: dict[str, str] = {}  # name -> source text
        self._names: dict[Any, str] = {}
        self.objects: dict[str, Any] = {}  # functions without source: the program can be run, but not kept

    def name_of(self, function: Callable[..., Any], hint: str | None = None) -> str:
        """The name of a function in the program, which it is added to if it is not there."""
        if function in self._names:
            return self._names[function]
        function = inspect.unwrap(function)
        base = hint or function.__name__.strip("_")
        base = base if base.isidentifier() and base != "lambda" else "helper"
        name = self._free(base)
        self._names[function] = name
        syntax = _syntax_of(function) if isinstance(function, FunctionType) and not function.__closure__ else None
        if syntax is None:
            self.objects[name] = function
            return name
        if isinstance(syntax, ast.Lambda):
            lines: list[ast.stmt] = [ast.Return(syntax.body)]
        else:
            lines = [_first_paragraph(line) if _is_docstring(line) else line for line in syntax.body]
        copy = ast.parse(ast.unparse(ast.Module([_function(name, syntax.args, lines)], []))).body[0]
        renamed = {}
        for other in sorted(_globals_in(copy) - _MODULES - {name}):
            value = function.__globals__.get(other)
            renamed[other] = self._apart(other, self._name_of_global(other, value), copy)
        copy = ast.fix_missing_locations(_Renaming(renamed).visit(copy))
        self.definitions[name] = ast.unparse(copy)
        return name

    def _apart(self, name: str, given: str, function: ast.AST) -> str:
        """The name given to a global; under its old name where the function has a local of the new one."""
        if given in _locals_in(function):
            self.definitions[name] = f"{name} = {given}"
            return name
        return given

    def _name_of_global(self, name: str, value: Any) -> str:
        if isinstance(value, Primitive):
            return self.name_of(value.forward, value.name)
        if isinstance(value, ModuleType):
            self.definitions[name] = f"import {value.__name__} as {name}".replace(f" as {value.__name__}", "")
            return name
        if isinstance(value, type) and issubclass(value, Exception):  # ours is one of Python's own, too
            value = next(base for base in value.__mro__ if base.__module__ == "builtins")
            return value.__name__
        if callable(value) and not isinstance(value, type):
            return self.name_of(value)
        known = self._names.get(("constant", name))
        if known is None:
            known = self._names["constant", name] = self._free(name.strip("_"))
            tree = literal(value)
            if tree is None:
                self.objects[known] = value
            else:
                self.definitions[known] = f"{known} = {ast.unparse(tree)}"
        return known

    def _free(self, base: str) -> str:
        taken = {*self._taken, *self.definitions, *self.objects, *self._names.values()}
        name, number = base, 1
        while name in taken:
            number += 1
            name = f"{base}{number}"
        return name


def _function(name: str, arguments: ast.arguments, body: list[ast.stmt]) -> ast.stmt:
    """A function of that name, without types."""
    function = ast.parse(f"def {name}({ast.unparse(_without_types(arguments))}): pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    function.body = [line for line in body if not isinstance(line, ast.AnnAssign) or line.value is not None]
    return ast.fix_missing_locations(function)


def _without_types(arguments: ast.arguments) -> ast.arguments:
    def strip(argument: ast.arg | None) -> ast.arg | None:
        return None if argument is None else ast.arg(argument.arg)

    return ast.arguments(
        posonlyargs=[ast.arg(a.arg) for a in arguments.posonlyargs],
        args=[ast.arg(a.arg) for a in arguments.args],
        vararg=strip(arguments.vararg),
        kwonlyargs=[ast.arg(a.arg) for a in arguments.kwonlyargs],
        kw_defaults=arguments.kw_defaults,
        kwarg=strip(arguments.kwarg),
        defaults=arguments.defaults,
    )


class _Renaming(ast.NodeTransformer):
    """Other names for globals; `op.forward` becomes the name of the op's function."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if node.attr == "forward" and isinstance(node.value, ast.Name) and node.value.id in self.names:
            return ast.Name(self.names[node.value.id], ast.Load())
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.generic_visit(node)
        assert node.value is not None
        return ast.Assign([node.target], node.value)


def numpy_path(function: Any) -> str | None:
    """How NumPy's own function is called, as `np.linalg.solve`; None for any other function."""
    name = getattr(function, "__name__", "")
    if isinstance(function, np.ufunc):
        return f"np.{name}" if getattr(np, name, None) is function else None
    module = getattr(function, "__module__", None) or ""
    if module.split(".")[0] != "numpy":
        return None
    path = module.replace("numpy", "np", 1) + "." + name
    value: Any = np
    for part in path.split(".")[1:]:
        value = getattr(value, part, None)
    return path if value is function else None
