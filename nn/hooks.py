"""Functions to call around a module's `forward`, each with a handle that takes it away again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Hook = Callable[..., Any]


class Hooks:
    """The hooks of one module, in the order they are called."""

    __slots__ = ("after", "before")

    def __init__(self) -> None:
        self.before: list[HookHandle] = []
        self.after: list[HookHandle] = []

    def around(self, module: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """What `module.forward` gives, with each hook's say before and after it."""
        for handle in tuple(self.before):
            given = (args, keywords) if handle.with_kwargs else (args,)
            changed = handle.hook(module, *given)
            if changed is not None:
                args, keywords = _arguments(handle, changed, keywords)
        output = module.forward(*args, **keywords)
        for handle in tuple(self.after):
            given = (args, keywords) if handle.with_kwargs else (args,)
            changed = handle.hook(module, *given, output)
            if changed is not None:
                output = changed
        return output


class HookHandle:
    """A registered hook; `remove()`, or the end of a `with` block, takes it away."""

    __slots__ = ("_hooks", "hook", "with_kwargs")

    def __init__(self, hooks: list[HookHandle], hook: Hook, prepend: bool, with_kwargs: bool) -> None:
        if not callable(hook):
            raise TypeError(f"a hook is a function, not a {type(hook).__name__}")
        self._hooks, self.hook, self.with_kwargs = hooks, hook, with_kwargs
        hooks.insert(0 if prepend else len(hooks), self)

    def remove(self) -> None:
        """Take the hook away; a second time changes nothing."""
        self._hooks[:] = [handle for handle in self._hooks if handle is not self]

    def __enter__(self) -> HookHandle:
        return self

    def __exit__(self, *error: object) -> None:
        self.remove()


def _arguments(handle: HookHandle, changed: Any, keywords: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments a pre-hook returned; one that takes no keywords leaves them, and may return one value alone."""
    if not handle.with_kwargs:
        return (changed if isinstance(changed, tuple) else (changed,)), keywords
    if not (isinstance(changed, tuple) and len(changed) == 2 and isinstance(changed[1], dict)):
        raise TypeError(f"a pre-hook with_kwargs returns (args, kwargs) or None, not a {type(changed).__name__}")
    return (changed[0] if isinstance(changed[0], tuple) else (changed[0],)), changed[1]
