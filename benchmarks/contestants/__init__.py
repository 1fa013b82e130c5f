"""Who is measured: a contestant is a folder here, and a file in its folder a work that it takes part in.

`hand`, `handout`, `eager`, `compiled` and `native` run in this process. The others, the peers, run in one of their own
(`remote.py`, `serve.py`), in an environment of their own: HIPS's package has the same import name as ours.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

HOME = Path(__file__).parents[2] / ".venv-peers"


class Unavailable(Exception):
    """Why a contestant cannot run on this machine; it is left out, and said to be."""


@dataclass(frozen=True)
class Contestant:
    """What it is, what to install for it, and what a program that uses it imports."""

    name: str
    about: str
    imports: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    pip_options: tuple[str, ...] = ()
    environment_of: str = ""

    @property
    def here(self) -> bool:
        """Whether it runs in this process."""
        return not (self.requirements or self.environment_of)

    @property
    def python(self) -> Path:
        """The interpreter of its own environment."""
        return HOME / (self.environment_of or self.name) / "bin" / "python"

    def takes_part_in(self, work: str) -> bool:
        """Whether there is a module for that work."""
        return (Path(__file__).parent / self.name / f"{work}.py").exists()


CONTESTANTS = {
    contestant.name: contestant
    for contestant in (
        Contestant("hand", "plain NumPy, gradients derived on paper"),
        Contestant("handout", "the fastest NumPy program we could find"),
        Contestant("eager", "this library", ("autograd", "nn")),
        Contestant("compiled", "this library's compile, the whole step", ("autograd", "nn")),
        Contestant("native", 'the same with backend="numba": loops in machine code', ("autograd", "nn", "numba")),
        Contestant(
            "pytorch",
            "eager, a CPU build; the fastest form of each optimizer",
            ("torch",),
            ("torch==2.13.0", "numpy"),
            ("--extra-index-url", "https://download.pytorch.org/whl/cpu"),
        ),
        Contestant(
            "jax", "the whole step in one jit, buffers donated; the loss is read", ("jax",), ("jax[cpu]==0.10.2",)
        ),
        Contestant("jax_unread", "the same; the loss is read once, after the last step", environment_of="jax"),
        Contestant("mygrad", "memory guarding off; NumPy's updates in place", ("mygrad",), ("mygrad==2.5.0",)),
        Contestant("hips", "value_and_grad; NumPy's updates in place", ("autograd.numpy",), ("autograd==1.9.1",)),
        Contestant("micrograd", "single numbers only", ("micrograd.engine",), ("micrograd==0.1.0", "numpy")),
        Contestant("tinygrad", "TinyJit, on clang", ("tinygrad",), ("tinygrad==0.14.0", "ziglang==0.17.0", "numpy")),
        Contestant("sklearn", "MLPClassifier; whole trainings", ("sklearn.neural_network",), ("scikit-learn==1.9.1",)),
    )
}


class Call(Protocol):
    """Asks one contestant, wherever it runs, for ``module.function``: ``call("steps.losses", workload=...)``."""

    def __call__(self, target: str, /, **arguments: Any) -> Any: ...


def answer(name: str, target: str, arguments: dict[str, Any]) -> Any:
    """Do what a call asks for in the contestant's own process, with the collector in the same state for everybody."""
    module, function = target.split(".")
    asked = getattr(import_module(f"benchmarks.contestants.{name}.{module}"), function)
    gc.collect()
    return asked(**arguments)
