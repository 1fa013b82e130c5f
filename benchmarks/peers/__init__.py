"""Other engines, each in an environment of its own: `make bench-peers` makes those, `--peers` races against them.

A peer is one module here. It defines `training(workload)`, a contestant of the five training steps, and further
functions for the works that it takes part in. The module is loaded in the peer's own process only (`serve.py`): HIPS's
package has the same import name as ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).parents[2] / ".venv-peers"


@dataclass(frozen=True)
class Peer:
    """What to install, and where its contestants are."""

    name: str
    requirements: tuple[str, ...]
    module: str
    about: str

    @property
    def python(self) -> Path:
        """The interpreter of the peer's environment."""
        return HOME / self.name / "bin" / "python"


PEERS = {
    peer.name: peer
    for peer in (
        Peer("pytorch", ("torch==2.13.0", "numpy"), "pytorch", "eager, fused optimizers"),
        Peer("jax", ("jax[cpu]==0.10.2",), "jax_jit", "one jitted step with donated buffers; the loss is read"),
        Peer("mygrad", ("mygrad==2.5.0",), "mygrad_steps", "memory guarding off; NumPy optimizers in place"),
        Peer("hips", ("autograd==1.9.1",), "hips_autograd", "value_and_grad; NumPy optimizers in place"),
        Peer("micrograd", ("micrograd==0.1.0", "numpy"), "micrograd_scalars", "scalar graphs only"),
        Peer("tinygrad", ("tinygrad==0.14.0", "numpy"), "tinygrad_jit", "TinyJit; needs the program clang"),
        Peer("sklearn", ("scikit-learn==1.9.1",), "sklearn_mlp", "MLPClassifier; whole trainings only"),
    )
}
