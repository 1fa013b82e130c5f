"""Containers of arrays: nested tuples, lists and dicts, taken apart and put together again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograd.errors import ShapeError
from autograd.graph import here


def items(tree: Any) -> Iterator[Any]:
    """The arrays in nested tuples, lists and dicts, in order; None holds nothing."""
    if isinstance(tree, dict):
        for value in tree.values():
            yield from items(value)
    elif isinstance(tree, tuple | list):
        for value in tree:
            yield from items(value)
    elif tree is not None:
        yield tree


def items_like(tree: Any, structure: Any, what: str) -> Iterator[Any]:
    """The parts of `tree` that stand in the places of the items of `structure`: dicts are matched by key."""
    if isinstance(structure, dict):
        if not isinstance(tree, dict) or tree.keys() != structure.keys():
            raise ShapeError(f"{what} must be a dict with the keys {list(structure)} (at {here()})")
        for key, value in structure.items():
            yield from items_like(tree[key], value, what)
    elif isinstance(structure, tuple | list):
        if not isinstance(tree, tuple | list) or len(tree) != len(structure):
            raise ShapeError(f"{what} must be a {type(structure).__name__} of {len(structure)} parts (at {here()})")
        for part, value in zip(tree, structure, strict=True):
            yield from items_like(part, value, what)
    elif structure is not None:
        if tree is None or isinstance(tree, dict):
            raise ShapeError(f"{what} must have an array in the place of each array, not {tree!r} (at {here()})")
        yield tree


def refilled(tree: Any, leaves: Iterator[Any]) -> Any:
    """The same containers around other leaves."""
    if isinstance(tree, dict):
        return {key: refilled(value, leaves) for key, value in tree.items()}
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*(refilled(value, leaves) for value in tree))
    if isinstance(tree, tuple | list):
        return type(tree)(refilled(value, leaves) for value in tree)
    return None if tree is None else next(leaves)
