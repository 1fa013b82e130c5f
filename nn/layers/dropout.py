"""`Dropout`: noise in training that keeps units from relying on one another."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import Tensor, get_default_dtype, sample
from nn.module import Module
from nn.randomness import Rng, generator_of
from nn.ranges import number_in


def dropout(x: Any, p: float = 0.5, training: bool = True, rng: Rng = None) -> Any:
    """x m / (1 - p) in training, each m on its own 0 with probability p and else 1; x itself otherwise.

    Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html, in the inverted form that needs no rescaling
    later. Shape of x kept. `rng` is a seed, a NumPy Generator, or None. Raises ValueError for p outside [0, 1].

    >>> dropout(np.ones(6), p=0.5, rng=0).tolist()
    [2.0, 0.0, 0.0, 0.0, 2.0, 2.0]
    """
    if not training or number_in("dropout", "p", p, high=1, ends="[]") == 0:
        return x
    if type(x) is not Tensor:
        x = np.asarray(x)
    kept = sample(generator_of(rng).random, x.shape) >= p
    dtype = x.dtype if x.dtype.kind == "f" else get_default_dtype()
    return x * (kept * np.asarray(1 / (1 - p) if p < 1 else 0, dtype))


class Dropout(Module):
    """y = x m / (1 - p) in training, each m on its own 0 with probability p and else 1; y = x in evaluation.

    See `dropout`. Shape of x kept.

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
        self.p = number_in("Dropout", "p", p, high=1, ends="[]")
        self.rng = generator_of(rng)

    def forward(self, x: Any) -> Any:
        return dropout(x, self.p, self.training, self.rng)

    def extra_repr(self) -> str:
        return f"p={self.p}"
