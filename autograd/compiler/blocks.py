"""Long vectors in pieces that stay in the cache: an optimizer's update, a block of elements at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from autograd.compiler.program import Equation, Program, Variable

# Elements of one block: 128 KiB of float32.
BLOCK = 32_768


def is_blockable(equation: Equation, size: int) -> bool:
    """Whether an equation acts on vectors of that length, element by element."""
    primitive, output = equation.primitive, equation.output
    if not (isinstance(primitive.forward, np.ufunc) and primitive.is_elementwise) or equation.keywords:
        return False
    if output.shape != (size,) or output.dtype.kind != "f":
        return False
    return all(not isinstance(x, Variable) or x.shape in ((size,), ()) for x in equation.inputs) and all(
        isinstance(x, Variable) or np.ndim(x) == 0 for x in equation.inputs
    )


def run_from(program: Program, start: int) -> int:
    """Where the blockable equations that begin at `start` end; `start` itself if they are too few or too short."""
    size = program.equations[start].output.size
    if size <= BLOCK:
        return start
    end = start
    while end < len(program.equations) and is_blockable(program.equations[end], size):
        end += 1
    return end if end - start > 1 else start


class Blocks:
    """A loop over the blocks of some vectors; results that only live inside of it have buffers of one block.

    These lie in `spare` arrays, which nothing else uses during the loop, as far as there are such.
    """

    def __init__(
        self,
        equations: tuple[Equation, ...],
        arrays: dict[Variable, np.ndarray],
        kept: set[Variable],
        spare: Iterable[np.ndarray] = (),
    ) -> None:
        self._spare = [array.reshape(-1).view(np.uint8) for array in spare]
        self._equations = equations
        self._arrays = arrays  # of what is read from outside, and of what outlives the loop
        self._kept = kept
        self._free: list[np.ndarray] = []

    def lines(self, name: Callable[[Any], str], function: Callable[[Any], str]) -> Iterator[tuple[str, Any]]:
        """Lines of the loop; the first comes with the list that is looped over."""
        size = self._equations[0].output.size
        last = {x: i for i, equation in enumerate(self._equations) for x in equation.reads()}
        buffers: dict[Variable, np.ndarray] = {}
        body = []
        for i, equation in enumerate(self._equations):
            for x in dict.fromkeys(equation.reads()):
                if last[x] == i and x in buffers:
                    self._free.append(buffers[x])
            output = equation.output
            if output not in self._arrays:
                buffers[output] = self._buffer(output.dtype)
            parted = {x for x in equation.reads() if x in buffers or x in self._arrays}
            inputs = [
                name(x) + "_part" if isinstance(x, Variable) and x in parted else name(x) for x in equation.inputs
            ]
            out = f"{name(output)}_part"
            out = f"out={out}" if equation.primitive.forward in (np.maximum, np.minimum) else out
            body.append(f"    {function(equation.primitive.forward)}({', '.join(inputs)}, {out})")
        parts = list(dict.fromkeys((*self._arrays, *buffers)))
        blocks = [
            tuple(
                self._arrays[x][a : a + BLOCK] if x in self._arrays else buffers[x][: min(BLOCK, size - a)]
                for x in parts
            )
            for a in range(0, size, BLOCK)
        ]
        yield f"for {', '.join(f'{name(x)}_part' for x in parts)} in", blocks
        for line in body:
            yield line, None

    def _buffer(self, dtype: np.dtype) -> np.ndarray:
        for i, buffer in enumerate(self._free):
            if buffer.dtype == dtype:
                return self._free.pop(i)
        size = BLOCK * dtype.itemsize
        for i, memory in enumerate(self._spare):
            if memory.size >= size:
                self._spare[i] = memory[size:]
                return memory[:size].view(dtype)
        return np.empty(BLOCK, dtype)
