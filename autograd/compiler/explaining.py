"""Where a line of the backward pass comes from: the step of the chain rule behind it, as a comment in the source.

    # h = np.tanh(z)  =>  dL/dz = dL/dh * (1.0 - h * h)

The right-hand side is what the rules of the ops in that line did when the pass was recorded, before it was simplified.
So it holds for every op, one's own too, and tells what broadcasting summed. L is what the pass started from.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from autograd.compiler.literals import literal
from autograd.compiler.lowering import Lowering
from autograd.compiler.passes.algebra import matrices, rewritten, single_axes, spread_from
from autograd.compiler.program import Program, Variable

_DEEPEST = 16  # operations within one another that a step may show
_LONGEST = 300
_WIDTH = 100


class Derivations:
    """The chain rule's steps in a recorded program.

    `cotangents` are pairs (x, dL/dx) in the order in which the pass came to them, (x, None) for what it started from;
    `names` those of the program as it is written, and `lines` its lines in the order of the forward pass.
    """

    def __init__(
        self,
        recorded: Program,
        cotangents: Iterable[tuple[Variable, Variable | None]],
        names: dict[Variable, str],
        lines: dict[Variable, str],
    ) -> None:
        plainer = rewritten(recorded, (matrices, single_axes))
        self._definitions = {equation.output: equation for equation in plainer.equations}
        self._names = names
        self._lines = lines
        self._places = {x: i for i, x in enumerate(lines)}
        self._visible = {*lines, *(x for x in recorded.inputs if x in names)}
        self._lowering = Lowering(set(names.values()))
        self._of: dict[Variable, Variable | None] = {}  # x -> dL/dx, of what the program names
        self._those: dict[Variable, list[Variable]] = {}  # dL/dx -> each such x
        for x, g in cotangents:
            if x in self._visible:
                self._of[x] = g
                if g is not None:
                    self._those.setdefault(g, []).append(x)
        self._users: dict[Variable, list[Variable]] = {}
        for equation in plainer.equations:
            for x in dict.fromkeys(equation.reads()):
                self._users.setdefault(x, []).append(equation.output)
        self._told: set[Variable] = set()

    def of(self, result: Variable) -> list[str]:
        """Comments for the line that computes a result: the steps that lead to it; none if it is no cotangent."""
        known = [*self._those.get(result, ()), *([result.of] if result.of is not None else [])]
        return [line for x in dict.fromkeys(known) if self._of.get(x) is not None for line in self._steps_to(x)]

    def _steps_to(self, x: Variable) -> Iterator[str]:
        """The step to dL/dx, after those to the cotangents that it needs and that no line told before."""
        stack = [x]
        while stack:
            x = stack[-1]
            missing = [u for u in self._sources(x) if u not in self._told and self._of[u] is not None]
            if x not in self._told and not set(missing) <= set(stack):
                stack += missing
                continue
            stack.pop()
            if x not in self._told:
                self._told.add(x)
                yield from self._step(x)

    def _sources(self, x: Variable) -> list[Variable]:
        """The named results that x goes into, of those whose cotangents dL/dx is computed from."""
        reached = self._reached(x)
        found: list[Variable] = []
        stack = list(self._users.get(x, ()))
        seen = set(stack)
        while stack:
            u = stack.pop()
            if u in self._visible:
                found += [u] if u in self._of else []
                continue
            further = [v for v in self._users.get(u, ()) if v not in seen]
            seen.update(further)
            stack += further
        sending = [u for u in found if self._of[u] is None or self._of[u] in reached]
        return sorted(sending or found, key=self._places.__getitem__)

    def _reached(self, x: Variable) -> set[Variable]:
        """The cotangents that dL/dx is computed from; its own, where that was handed on as it was."""
        g = self._of[x]
        if g is None:
            return set()
        reached = {g} if self._those[g][0] is not x else set()
        stack, section = [g], self._definitions[g].section if g in self._definitions else ""
        while stack:
            equation = self._definitions.get(stack.pop())
            for part in () if equation is None else equation.reads():
                if part in self._those:
                    reached.add(part)
                elif part in self._definitions and self._definitions[part].section == section:
                    stack.append(part)
        return reached

    def _step(self, x: Variable) -> list[str]:
        """`h = np.tanh(z)  =>  dL/dz = dL/dh * (1.0 - h * h)`, in lines; none where it cannot be told shortly."""
        sources, g = self._sources(x), self._of[x]
        if not sources or g is None:
            return []
        uses = [self._lines[u] for u in sources]
        if any(self._of[u] is g for u in sources):  # handed on as it was
            right = _slope(self._names[next(u for u in sources if self._of[u] is g)])
        elif (tree := self._expression(g, self._definitions[g].section)) is not None:
            right = ast.unparse(tree)
        else:
            return []
        conclusion = f"=>  {_slope(self._names[x])} = {_bracketed(right)}"
        whole = "  ".join((", ".join(uses), conclusion))
        if len(whole) <= _WIDTH:
            return [whole]
        return [*uses, conclusion] if len(whole) <= _LONGEST else []

    def _expression(self, x: Variable, section: str, depth: int = 0) -> ast.expr | None:
        """What rules computed in a section of the program, over named cotangents and results; None if it is long."""
        if x in self._those and depth:
            those = self._those[x]
            return ast.Name(_slope(self._names[x.of if x.of in those else those[0]]), ast.Load())
        equation = self._definitions.get(x)
        if equation is None or (depth and x in self._visible and equation.section != section):
            return ast.Name(self._names[x], ast.Load()) if x in self._names else None
        if depth == _DEEPEST:
            return None
        if (source := spread_from(x, self._definitions)) is not None:
            return (
                self._expression(source, section, depth + 1)
                if isinstance(source, Variable)
                else literal(source, x.dtype)
            )
        written = {}
        for part in equation.reads():
            tree = self._expression(part, section, depth + 1)
            if tree is None:
                return None
            written[part] = tree
        return ast.fix_missing_locations(self._lowering.expression(equation, written))


def _slope(name: str) -> str:
    return f"dL/d{name}"


def _bracketed(text: str) -> str:
    """Brackets around `dL/dy` where it would be misread: `(dL/dy).T`, `x / (dL/dy)`."""
    text = re.sub(r"(dL/d\w+)(?=[.\[])", r"(\1)", text)
    return re.sub(r"(?<=/ )(dL/d\w+)", r"(\1)", text)
