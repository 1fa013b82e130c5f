"""`Dropout`: noise in training that keeps units from relying on one another."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.module import Module
from nn.randomness import Rng, generator_of


class Dropout(Module):
    """y = x m / (1 - p) in training, each m on its own 0 with probability p and else 1; y = x in evaluation.

    Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html, in the inverted form that needs no rescaling
    later. Shape of x kept.

    Parameters
    ----------
    p : probability of dropping an element, in [0, 1].
    rng : a seed, a NumPy Generator, or None.

    Raises ValueError for p outside [0, 1].

    >>> import nn
    >>> from autograd import Tensor
    >>> layer = nn.Dropout(0.5, rng=0)
    >>> layer(Tensor(np.ones(6))).tolist()
    [2.0, 0.0, 0.0, 0.0, 2.0, 2.0]
    >>> layer.eval()(Tensor(np.ones(2))).tolist()
    [1.0, 1.0]
    """

    def __init__(self, p: float = 0.5, rng: Rng = None) -> None:
        if not 0 <= p <= 1:
            raise ValueError(f"Dropout: p={p} is not a probability, a number in [0, 1]")
        self.p = p
        self.rng = generator_of(rng)

    def forward(self, x: Any) -> Any:
        if not self.training or self.p == 0:
            return x
        kept = self.rng.random(x.shape) >= self.p
        return x * (kept * np.asarray(1 / (1 - self.p) if self.p < 1 else 0, x.dtype))

    def extra_repr(self) -> str:
        return f"p={self.p}"
