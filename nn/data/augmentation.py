"""Random changes to a batch that leave its meaning alone, so that a model learns what does not matter.

    rng = np.random.default_rng(0)
    for images, labels in batches:
        images = nn.data.random_flip(nn.data.random_crop(images, (28, 28), rng, padding=2), rng)

Batches are NumPy arrays: vectors (batch, features), signals (batch, ..., length) or images (batch, ..., height, width).
Each function gives a new array of the same dtype, and draws for each sample on its own from the generator it is given.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.ranges import number_in


def gaussian_noise(batch: Any, std: float, rng: np.random.Generator) -> np.ndarray:
    """x + σ ε, with ε drawn from the standard normal distribution for each element.

    Parameters
    ----------
    batch : x (batch, ...), floats. std : σ >= 0. rng : to draw from.

    Raises ValueError for a batch of integers or without an axis, or σ < 0; TypeError for a batch that is a Tensor, or
    an rng that is no Generator. Source: Bishop 1995, https://doi.org/10.1162/neco.1995.7.1.108.

    >>> import nn
    >>> nn.data.gaussian_noise(np.zeros((1, 2)), 0.1, np.random.default_rng(0)).round(4)
    array([[ 0.0126, -0.0132]])
    """
    batch = _batch(batch, "gaussian_noise", rng, 1)
    _check_floats(batch, "gaussian_noise")
    number_in("gaussian_noise", "std", std)
    return batch + (std * rng.standard_normal(batch.shape)).astype(batch.dtype)


def random_shift(
    batch: Any, max_shift: int, rng: np.random.Generator, axes: int | tuple[int, ...] = -1, fill: float = 0
) -> np.ndarray:
    """Move each sample by a number of places drawn from -m to m, for each axis; what moves in is `fill`.

    Parameters
    ----------
    batch : (batch, ..., length), or with `axes=(-2, -1)` images (batch, ..., height, width).
    max_shift : m, from 0 to the length of the shortest of the axes. rng : to draw from.
    axes : the axes to move along, not the batch's. fill : what moves in.

    Raises ValueError for m out of range, axes that are none or the batch's; TypeError for a batch that is a Tensor, or
    an rng that is no Generator. Source: Simard et al. 2003, https://doi.org/10.1109/ICDAR.2003.1227801.

    >>> import nn
    >>> nn.data.random_shift([[1, 2, 3, 4], [1, 2, 3, 4]], 2, np.random.default_rng(0))
    array([[3, 4, 0, 0],
           [2, 3, 4, 0]])
    """
    batch = _batch(batch, "random_shift", rng, 2)
    shifted = _sample_axes(batch, axes, "random_shift")
    shortest = min(batch.shape[axis] for axis in shifted)
    if not _is_integer(max_shift) or not 0 <= max_shift <= shortest:
        raise ValueError(f"random_shift: max_shift={max_shift!r} is not an integer from 0 to {shortest}, the length")
    margins = [(max_shift, max_shift) if axis in shifted else (0, 0) for axis in range(batch.ndim)]
    padded = _padded(batch, margins, fill, "random_shift")
    return _windows(padded, batch.shape, shifted, rng)


def random_flip(batch: Any, rng: np.random.Generator, p: float = 0.5, axis: int = -1) -> np.ndarray:
    """Mirror each sample, with probability p, along one axis.

    Parameters
    ----------
    batch : images (batch, ..., height, width), or other arrays (batch, ..., length). rng : to draw from.
    p : in [0, 1]. axis : -1 changes left and right, -2 top and bottom.

    Raises ValueError for p outside [0, 1], an axis that is none or the batch's; TypeError for a batch that is a Tensor,
    or an rng that is no Generator. Source: Krizhevsky et al. 2012, section 4.1, https://doi.org/10.1145/3065386.

    >>> import nn
    >>> nn.data.random_flip([[1, 2, 3], [1, 2, 3], [1, 2, 3]], np.random.default_rng(0))
    array([[1, 2, 3],
           [3, 2, 1],
           [3, 2, 1]])
    """
    batch = _batch(batch, "random_flip", rng, 2)
    (flipped_axis,) = _sample_axes(batch, axis, "random_flip")
    number_in("random_flip", "p", p, high=1, ends="[]")
    flipped = rng.random(len(batch)) < p
    result = batch.copy()
    result[flipped] = np.flip(batch[flipped], flipped_axis)
    return result


def random_crop(
    images: Any, size: int | tuple[int, int], rng: np.random.Generator, padding: int = 0, fill: float = 0
) -> np.ndarray:
    """Cut a window of a given size out of each image, in a place drawn for it.

    Parameters
    ----------
    images : (batch, ..., height, width). rng : to draw from.
    size : (height, width) of the window, or one number for a square.
    padding : how many rows and columns to put around each image first. fill : what they hold.

    Raises ValueError for a window larger than the padded image or without extent, or a padding below 0; TypeError for a
    batch that is a Tensor, or an rng that is no Generator. Source: Krizhevsky et al. 2012, section 4.1,
    https://doi.org/10.1145/3065386.

    >>> import nn
    >>> nn.data.random_crop(np.arange(9).reshape(1, 3, 3), 2, np.random.default_rng(0))
    array([[[4, 5],
            [7, 8]]])
    """
    images = _batch(images, "random_crop", rng, 3)
    if not _is_integer(padding) or padding < 0:
        raise ValueError(f"random_crop: padding={padding!r} is not an integer from 0 on")
    window = tuple(size) if isinstance(size, tuple | list) else (size, size)
    room = tuple(n + 2 * padding for n in images.shape[-2:])
    if len(window) != 2 or not all(_is_integer(n) and 1 <= n <= most for n, most in zip(window, room, strict=True)):
        raise ValueError(f"random_crop: size={size!r} does not fit into {room[0]} x {room[1]}, padding included")
    margins = [(0, 0)] * (images.ndim - 2) + [(padding, padding)] * 2
    padded = _padded(images, margins, fill, "random_crop")
    return _windows(padded, (*images.shape[:-2], *window), (images.ndim - 2, images.ndim - 1), rng)


def mixup(x: Any, y: Any, alpha: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """λ a + (1 - λ) b of inputs and of targets, b another sample of the batch, λ drawn from Beta(α, α) for each pair.

    Parameters
    ----------
    x : inputs (batch, ...), floats. y : targets (batch, ...), floats: numbers, or probabilities of classes.
    alpha : α > 0; the smaller, the more λ lies near 0 or 1. rng : to draw from.

    Returns the mixed x and y. Raises ValueError for x or y of integers (class ids cannot be mixed: give
    `np.eye(classes)[ids]`), batches of two sizes, or α <= 0; TypeError for a batch that is a Tensor, or an rng that is
    no Generator. Source: Zhang et al. 2018, equation 1, https://arxiv.org/abs/1710.09412.

    >>> import nn
    >>> x, y = nn.data.mixup([[0.0], [1.0]], np.eye(2), 1.0, np.random.default_rng(3))
    >>> np.allclose(y, np.hstack([1 - x, x]))
    True
    """
    x, y = _batch(x, "mixup", rng, 1), _batch(y, "mixup", rng, 1)
    _check_floats(x, "mixup")
    if y.dtype.kind != "f":
        raise ValueError(f"mixup: targets of {y.dtype} cannot be mixed; for class ids give np.eye(classes)[ids]")
    if len(x) != len(y):
        raise ValueError(f"mixup: {len(x)} inputs and {len(y)} targets; give one target for each input")
    number_in("mixup", "alpha", alpha, ends="()")
    share, partner = rng.beta(alpha, alpha, size=len(x)), rng.permutation(len(x))

    def mixed(batch: np.ndarray) -> np.ndarray:
        of_own = share.reshape(-1, *[1] * (batch.ndim - 1)).astype(batch.dtype)
        return of_own * batch + (1 - of_own) * batch[partner]

    return mixed(x), mixed(y)


def _padded(batch: np.ndarray, margins: list[tuple[int, int]], fill: float, name: str) -> np.ndarray:
    """The batch with margins of `fill`; an error where its dtype cannot hold that."""
    if batch.dtype.kind != "f" and not np.array_equal(np.asarray(fill).astype(batch.dtype), fill):
        raise ValueError(f"{name}: fill={fill!r} is no {batch.dtype}; give one that is, or a batch of floats")
    return np.pad(batch, margins, constant_values=fill)


def _windows(padded: np.ndarray, shape: tuple[int, ...], axes: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Of each sample a window of `shape` (a batch's), in a place drawn along each of the axes."""
    index: list[np.ndarray] = list(np.ogrid[tuple(slice(n) for n in shape)])
    for axis in axes:
        starts = rng.integers(0, padded.shape[axis] - shape[axis] + 1, size=len(padded))
        index[axis] = index[axis] + starts.reshape(-1, *[1] * (len(shape) - 1))
    return padded[tuple(index)]


# --- arguments ---


def _batch(batch: Any, name: str, rng: np.random.Generator, axes: int) -> np.ndarray:
    """The batch as an array of at least so many axes; an error for a Tensor, and for what is no Generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"{name}: rng is a numpy.random.Generator, not a {type(rng).__name__}; make one, np.random.default_rng(0), "
            "before the first batch: a seed would change every batch in the same way"
        )
    if hasattr(batch, "requires_grad"):
        raise TypeError(f"{name}: batches are changed as arrays, before they become Tensors; give tensor.data")
    array = np.asarray(batch)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{name}: numbers are wanted, not {array.dtype}")
    if array.ndim < axes:
        raise ValueError(f"{name}: a batch of shape {array.shape} has less than {axes} axes, the first of samples")
    return array


def _check_floats(batch: np.ndarray, name: str) -> None:
    if batch.dtype.kind != "f":
        raise ValueError(f"{name}: floats are wanted, not {batch.dtype}; scale them, as with batch.astype(float) / 255")


def _sample_axes(batch: np.ndarray, axes: int | tuple[int, ...], name: str) -> tuple[int, ...]:
    """Axes of the samples, counted from the front; an error for the batch's own."""
    given = tuple(axes) if isinstance(axes, tuple | list) else (axes,)
    for axis in given:
        if not _is_integer(axis) or not -batch.ndim <= axis < batch.ndim or axis % batch.ndim == 0:
            raise ValueError(f"{name}: axis {axis} is not one of the samples', 1 to {batch.ndim - 1}")
    found = tuple(axis % batch.ndim for axis in given)
    if len(set(found)) < len(found):
        raise ValueError(f"{name}: axes={axes} name one axis twice")
    return found


def _is_integer(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
