"""Whose code and whose objects: the user's may change from call to call, the library's, NumPy's and Python's do not."""

from __future__ import annotations

import functools
import os
import sys
import sysconfig
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import numpy as np

from autograd.graph import LIBRARY_MARK

_PATHS = (sysconfig.get_path(key) for key in ("stdlib", "platstdlib", "purelib", "platlib"))
_ELSEWHERE = tuple(f"{path}{os.sep}" for path in dict.fromkeys(_PATHS))


@functools.lru_cache(maxsize=1024)
def is_users(file: str) -> bool:
    """Whether code of that file is neither Python's nor an installed package's."""
    return not file.startswith((*_ELSEWHERE, "<frozen", "<compiled", "<__array_function__"))


def is_librarys(value: Any) -> bool:
    """Whether a value is a module, class or function that is not the user's, and so does not change."""
    if isinstance(value, ModuleType):
        return LIBRARY_MARK in vars(value) or not is_users(getattr(value, "__file__", None) or "<frozen")
    if isinstance(value, type):
        return not _is_users_class(value)
    if isinstance(value, FunctionType):
        return LIBRARY_MARK in value.__globals__ or not is_users(value.__code__.co_filename)
    return isinstance(value, BuiltinFunctionType | np.ufunc)


def _is_users_class(kind: type) -> bool:
    module = sys.modules.get(kind.__module__)
    if module is None or kind.__module__ == "__main__":
        return True
    if kind.__module__ in ("types", "argparse"):  # SimpleNamespace and Namespace: settings
        return kind.__name__ in ("SimpleNamespace", "Namespace")
    return not is_librarys(module)


def is_object(value: Any) -> bool:
    """Whether a value is an object, a class or a module of the user's, whose attributes may change."""
    if isinstance(value, type | ModuleType):
        return not is_librarys(value)
    return hasattr(type(value), "__mro__") and type(value).__module__ != "builtins" and _is_users_class(type(value))
