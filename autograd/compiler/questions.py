"""What was asked of results while a function was recorded, asked again at each call.

A loss that checks its targets (`decide`) may get targets that were computed from the arguments: `t.astype(int)`. Their
part of the program is run before each call, and the program is recorded anew where an answer is another one, which
raises the error that eager mode raises. What depends on parameters or draws would cost a forward pass, and is asked
only when the function is recorded.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.operations import DRAW
from autograd.compiler.passes import optimized
from autograd.compiler.recording import Capture
from autograd.compiler.source import Source
from autograd.compiler.tracing import Trace, parents_of
from autograd.graph import LIBRARY_MARK, Node


class Questions:
    """The questions about results that depend on arguments and constants alone; `names` are those of the arguments."""

    def __init__(self, capture: Capture, names: dict[Node, str]) -> None:
        depends: dict[Node, bool] = {}
        asked = [
            decision
            for decision in capture.decisions
            if decision[0].primitive is not None and _of_arguments(decision[0], capture, names, depends)
        ]
        self._questions = [rest for _, *rest in asked]
        if not asked:
            return
        trace = Trace(capture, "asked", names, [node for node, *_ in asked], {}, with_writes=False)
        source = Source(optimized(trace.program))
        namespace = {**source.objects, LIBRARY_MARK: True}
        exec(source.text, namespace)
        self._compute = namespace["asked"]
        self._constants = [node.output for node in list(trace.inputs)[len(names) :]]

    def hold(self, values: list[Any]) -> bool:
        """Whether all answers are the same for these arguments."""
        if not self._questions:
            return True
        try:
            with np.errstate(all="ignore"):
                results = self._compute(*values, *self._constants)
        except (ArithmeticError, LookupError, ValueError):  # recorded anew, the function itself says what is wrong
            return False
        results = results if len(self._questions) > 1 else (results,)
        return all(
            question(np.asarray(x), *args) == answer
            for x, (question, args, answer) in zip(results, self._questions, strict=True)
        )


def _of_arguments(root: Node, capture: Capture, names: dict[Node, str], depends: dict[Node, bool]) -> bool:
    """Whether a result depends on nothing that is read at a call but arguments."""
    stack = [root]
    while stack:
        node = stack[-1]
        if node in depends:
            stack.pop()
        elif node in names or node in capture.constants:
            depends[node] = True
        elif node.primitive is None:
            source = capture.aliases.get(node)
            if source is None or source in depends:
                depends[node] = source is not None and depends[source]
            else:
                stack.append(source)
        else:
            parents = parents_of(node)
            missing = [x for x in parents if x not in depends]
            if missing:
                stack += missing
            else:
                depends[node] = node.primitive is not DRAW and all(depends[x] for x in parents)
    return depends[root]
