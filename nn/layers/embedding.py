"""`Embedding`: a table with a vector for each of a number of things, such as words."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import Tensor, get_default_dtype
from nn.layers.checks import count
from nn.module import Module
from nn.randomness import Rng, generator_of


def embedding(ids: Any, weight: Any, padding_idx: int | None = None) -> Any:
    """weight[ids]: the rows of a table, by number.

    Parameters
    ----------
    ids : integers of any shape (...). weight : (num_embeddings, embedding_dim).
    padding_idx : a row that takes no gradient; negative counts from the end.

    Shapes: ids (...) -> (..., embedding_dim). A row that stands there several times gets the sum of the gradients.
    Raises TypeError for ids that are no integers, IndexError for one that is not in the table.

    >>> embedding([2, 0], np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])).tolist()
    [[4.0, 5.0], [0.0, 1.0]]
    """
    weight = weight if isinstance(weight, Tensor) else np.asarray(weight)
    ids = np.asarray(ids.detach() if isinstance(ids, Tensor) else ids)
    if not ids.size:
        ids = ids.astype(int)
    if ids.dtype.kind not in "iu":
        raise TypeError(f"embedding: ids are integers, not {ids.dtype}")
    if ids.size and not 0 <= ids.min() <= ids.max() < len(weight):
        wrong = ids[(ids < 0) | (ids >= len(weight))].flat[0]
        raise IndexError(f"embedding: id {wrong} is not in the table, which has rows 0 to {len(weight) - 1}")
    rows = weight[ids]
    if padding_idx is None or not isinstance(rows, Tensor):
        return rows
    padding = (ids == _row(padding_idx, len(weight), "embedding"))[..., np.newaxis]
    return np.where(padding, rows.detach(), rows)


def _row(padding_idx: int, rows: int, layer: str) -> int:
    if isinstance(padding_idx, bool) or not isinstance(padding_idx, int | np.integer):
        raise TypeError(f"{layer}: padding_idx is an integer or None, not {padding_idx!r}")
    if not -rows <= padding_idx < rows:
        raise ValueError(f"{layer}: padding_idx={padding_idx} is not in the table, which has rows 0 to {rows - 1}")
    return int(padding_idx) % rows


class Embedding(Module):
    """weight[ids]: a vector to learn for each of num_embeddings things; see `embedding`.

    Bengio et al. 2003, https://jmlr.org/papers/v3/bengio03a.html.

    Parameters
    ----------
    num_embeddings, embedding_dim : how many vectors, and their length. dtype : theirs; the default dtype if None.
    padding_idx : the row for places without a thing: zeros at first, and without a gradient.
    rng : a seed, a NumPy Generator, or None.

    Attributes: weight (num_embeddings, embedding_dim), drawn from N(0, 1), as PyTorch does.
    Shapes: ids (...), integers -> (..., embedding_dim).
    Raises ValueError for lengths below 1 and a padding_idx outside the table, TypeError for ids that are no integers,
    IndexError for one outside the table.

    >>> import nn
    >>> words = nn.Embedding(10, 3, padding_idx=0, rng=0)
    >>> y = words([[4, 5, 0]])
    >>> y.shape
    (1, 3, 3)
    >>> y[0, 2].tolist()
    [0.0, 0.0, 0.0]
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        dtype: np.typing.DTypeLike | None = None,
        rng: Rng = None,
    ) -> None:
        self.num_embeddings = count(num_embeddings, "num_embeddings", "Embedding")
        self.embedding_dim = count(embedding_dim, "embedding_dim", "Embedding")
        self.padding_idx = None if padding_idx is None else _row(padding_idx, self.num_embeddings, "Embedding")
        table = generator_of(rng).standard_normal((self.num_embeddings, self.embedding_dim))
        if self.padding_idx is not None:
            table[self.padding_idx] = 0
        dtype = get_default_dtype() if dtype is None else dtype
        self.weight = Tensor(table, requires_grad=True, dtype=dtype, name="weight")

    def forward(self, ids: Any) -> Any:
        return embedding(ids, self.weight, self.padding_idx)

    def extra_repr(self) -> str:
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}"
