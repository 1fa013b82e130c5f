"""Where random numbers come from: whatever draws takes `rng`, a seed, a NumPy Generator, or None.

    nn.manual_seed(0)               # once, at the top: the same weights, the same dropout, in every run
    model = nn.MLP([2, 16, 1], dropout=0.1)

    model = nn.MLP([2, 16, 1], dropout=0.1, rng=np.random.default_rng(0))    # or without anything global

None draws from one Generator that the library owns: its seed is fresh entropy until `manual_seed` sets it. NumPy's
global generator (`np.random.seed`) is neither read nor written. Same seed, same code, same NumPy: the same bits, as far
as the arithmetic repeats, and BLAS may round differently with another number of threads.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import numpy as np

# A seed, a Generator to draw from (and advance), or None for `default_generator()`.
Rng: TypeAlias = "int | np.random.Generator | None"  # quoted: numpy.random is loaded at its first use


@lru_cache(maxsize=1)
def default_generator() -> np.random.Generator:
    """The Generator that everything draws from which was given none; always the same object.

    Its state, `default_generator().bit_generator.state`, can be saved and set, to go on from a point in between.

    >>> import nn
    >>> nn.manual_seed(7) is nn.default_generator()
    True
    """
    return np.random.default_rng()


def manual_seed(seed: int) -> np.random.Generator:
    """Begin `default_generator()` anew from a seed, for all that holds it already, too; returns it.

    Raises TypeError or ValueError for what is no seed, an integer that is not negative; nothing is changed then.

    >>> import nn
    >>> x = np.ones(8)
    >>> _ = nn.manual_seed(0)
    >>> layer = nn.Dropout()
    >>> first = layer(x).tolist()
    >>> _ = nn.manual_seed(0)
    >>> layer(x).tolist() == first
    True
    """
    if not isinstance(seed, int | np.integer):
        raise TypeError(f"manual_seed: a seed is an integer that is not negative, not {seed!r}")
    seeded = generator_of(int(seed))
    default_generator().bit_generator.state = seeded.bit_generator.state
    return default_generator()


def generator_of(rng: Rng = None, generator: Rng = None) -> np.random.Generator:
    """The generator to draw from, given as `rng` or, in PyTorch's word, `generator`: a seed, a Generator or None."""
    if rng is not None and generator is not None:
        raise TypeError("rng and generator are two names for one thing: give one of them")
    given = rng if generator is None else generator
    if given is None:
        return default_generator()
    try:
        return np.random.default_rng(given)
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"rng is a seed, an integer that is not negative, or a numpy.random.Generator, or None; not {given!r}"
        ) from None
