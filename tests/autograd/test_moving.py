"""NumPy functions that move and choose elements, composed of others: value, gradient, both modes, against NumPy."""

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, grad, jvp
from autograd.errors import ShapeError, UnsupportedError
from tests.autograd.oracles import numeric_jvp, numeric_vjp

V = np.array([0.31, -0.72, 0.53, 1.94])
M = np.array([[0.31, 0.72, 0.53, -0.2], [0.94, -0.15, 0.66, 0.4], [1.3, -1.1, 0.07, 0.85]])
T = np.random.default_rng(0).permutation(np.linspace(-1.5, 1.7, 24)).reshape(2, 3, 4)
S = np.array(0.7)

SHAPES: dict[str, list[tuple[Any, ...]]] = {
    "moveaxis": [(lambda x: np.moveaxis(x, 0, -1), T), (lambda x: np.moveaxis(x, (0, -1), [1, 0]), T)],
    "rollaxis": [(lambda x: np.rollaxis(x, 2), T), (lambda x: np.rollaxis(x, 0, 3), T),
                 (lambda x: np.rollaxis(x, -1, -2), T), (lambda x: np.rollaxis(x, 1, 1), T)],
    "atleast_1d": [(np.atleast_1d, S), (np.atleast_1d, M), (lambda x, y: np.atleast_1d(x, y)[0] * 2, S, V)],
    "atleast_2d": [(np.atleast_2d, S), (np.atleast_2d, V), (np.atleast_2d, T)],
    "atleast_3d": [(np.atleast_3d, S), (np.atleast_3d, V), (np.atleast_3d, M), (np.atleast_3d, T)],
    "broadcast_arrays": [(lambda x, y: np.broadcast_arrays(x, y)[0] * 2, V, M),
                         (lambda x, y: np.broadcast_arrays(x, y, 2.0)[1] * 2, V, M)],
    "tile": [(lambda x: np.tile(x, 2), V), (lambda x: np.tile(x, (2, 1, 3)), M), (lambda x: np.tile(x, (2,)), T),
             (lambda x: np.tile(x, (2, 3)), S), (lambda x: np.tile(x, 0), V)],
    "repeat": [(lambda x: np.repeat(x, 2), M), (lambda x: np.repeat(x, 3, axis=1), M),
               (lambda x: np.repeat(x, [2, 0, 1], axis=0), M), (lambda x: np.repeat(x, [2], axis=-1), T),
               (lambda x: np.repeat(x, 3), S)],
    "roll": [(lambda x: np.roll(x, 1), M), (lambda x: np.roll(x, (1, -2), axis=(0, 1)), M)],
    "resize": [(lambda x: np.resize(x, (2, 5)), V), (lambda x: np.resize(x, 3), M), (lambda x: np.resize(x, (0,)), V)],
    "flip": [(np.flip, M), (lambda x: np.flip(x, 1), M), (lambda x: np.flip(x, (0, -1)), T)],
    "fliplr": [(np.fliplr, T)],
    "flipud": [(np.flipud, M)],
    "rot90": [(lambda x, k=k, axes=axes: np.rot90(x, k, axes), T) for k in range(-1, 5) for axes in ((0, 1), (2, 1))],
    "vstack": [(lambda x, y: np.vstack([x, y, x[0]]), M, M[:1]), (lambda x: np.vstack((x, x * 2)), V)],
    "hstack": [(lambda x, y: np.hstack([x, y]), M, M[:, :1]), (lambda x, y: np.hstack((x, y, S)), V, V)],
    "dstack": [(lambda x, y: np.dstack([x, y]), M, M), (lambda x: np.dstack((x, x * 2)), V)],
    "column_stack": [(lambda x, y: np.column_stack([x, y]), M[:, 0], M)],
    "append": [(lambda x, y: np.append(x, y), V, M), (lambda x: np.append(x, [[1.0] * 4], axis=0), M)],
    "block": [(lambda x, y: np.block([[x, y], [np.ones((1, 4)), 2 * y[:1]]]), M, M[:, :1]),
              (lambda x: np.block([x, 1.0, x]), V), (lambda x: np.block(x) * 2, V),
              (lambda x: np.block([[x, x]]), V), (lambda x: np.block([x, x]), T)],
    "split": [(lambda x: np.split(x, 2)[1] * 2, V), (lambda x: np.split(x, [1, 3], axis=1)[1] * 2, M),
              (lambda x: np.split(x, [3, 1, 9], axis=-1)[i] * 2 if (i := 2) else x, M)],
    "array_split": [(lambda x: np.array_split(x, 3)[0] * 2, V), (lambda x: np.array_split(x, 3, -1)[1] * 2, M),
                    (lambda x: np.array_split(x, 6)[5] * 2, V)],
    "hsplit": [(lambda x: np.hsplit(x, 2)[1] * 2, V), (lambda x: np.hsplit(x, [1])[1] * 2, M)],
    "vsplit": [(lambda x: np.vsplit(x, 3)[1] * 2, M)],
    "dsplit": [(lambda x: np.dsplit(x, 2)[1] * 2, T)],
    "pad": [(lambda x: np.pad(x, 2), V), (lambda x: np.pad(x, ((1, 0), (0, 2)), constant_values=3.5), M),
            (lambda x: np.pad(x, ((1, 0), (0, 2)), constant_values=((1, 2), (3, 4))), M),
            (lambda x: np.pad(x, (1, 2)), M), (lambda x: np.pad(x, ((0, 0),)), V), (lambda x: np.pad(x, [[2], [1]]), M)]
           + [(lambda x, mode=mode: np.pad(x, ((1, 2), (3, 1)), mode=mode), M)
              for mode in ("edge", "reflect", "symmetric", "wrap")]
           + [(lambda x, mode=mode: np.pad(x, 9, mode), V) for mode in ("edge", "reflect", "symmetric", "wrap")],
    "insert": [(lambda x: np.insert(x, 1, 5.0), V), (lambda x, y: np.insert(x, 1, y), V, S),
               (lambda x, y: np.insert(x, [0, 2], y), V, V[:2]), (lambda x, y: np.insert(x, 2, y), V, V[:2]),
               (lambda x, y: np.insert(x, -1, y, axis=1), M, M[:, 0]),
               (lambda x, y: np.insert(x, [1, 3], y, axis=1), M, M[:, :2]),
               (lambda x, y: np.insert(x, [1], y, axis=1), M, M[:, :2]),
               (lambda x, y: np.insert(x, 1, y, axis=0), M, M[:2]), (lambda x: np.insert(x, 1, 2.0), M),
               (lambda x, y: np.insert(x, [2, 2, 0], y, axis=0), M, M[0]),
               (lambda x: np.insert(x, slice(1, 3), 0.5), V), (lambda x: np.insert(x, [], 0.5), V)],
    "delete": [(lambda x: np.delete(x, 1), V), (lambda x: np.delete(x, [0, -1, 0], axis=1), M),
               (lambda x: np.delete(x, slice(None, None, 2), axis=1), M), (lambda x: np.delete(x, []), M),
               (lambda x: np.delete(x, np.array([True, False, True]), axis=0), M)],
}  # fmt: skip


def cases(table):
    return [pytest.param(*([f, arrays]), id=f"{name}-{i}") for name, rows in table.items()
            for i, (f, *arrays) in enumerate(rows)]  # fmt: skip


CASES = cases(SHAPES)


@pytest.mark.parametrize("f, arrays", CASES)
def test_value_and_derivatives_are_those_of_numpy(f, arrays):
    leaves = [Tensor(x, requires_grad=True) for x in arrays]
    y, expected = f(*leaves), np.asarray(f(*arrays))
    assert type(y) is Tensor
    assert y.dtype == expected.dtype
    np.testing.assert_allclose(y.data, expected, rtol=1e-12)
    u = np.random.default_rng(1).uniform(0.5, 1.5, expected.shape)
    if y.requires_grad:
        y.backward(u, create_graph=True)
    numeric = numeric_vjp(f, arrays, u, [True] * len(arrays))
    for x, e in zip(leaves, numeric, strict=True):
        np.testing.assert_allclose(np.zeros(x.shape) if x.grad is None else x.grad.detach().data, e, atol=1e-8)
    tangents = [np.random.default_rng(2).uniform(-1, 1, x.shape) for x in arrays]
    _, pushed = jvp(lambda *xs: f(*xs) * 1.0, tuple(arrays), tuple(tangents))
    np.testing.assert_allclose(pushed, numeric_jvp(f, arrays, tangents), atol=1e-8)


@pytest.mark.parametrize("f, arrays", CASES)
def test_second_derivatives_and_float32(f, arrays):
    others = arrays[1:]

    def squares(x):
        return (f(x, *others) ** 2 * np.linspace(0.5, 1.5, np.size(f(arrays[0], *others))).reshape(
            np.shape(f(arrays[0], *others)))).sum()  # fmt: skip

    t = np.random.default_rng(2).uniform(-1, 1, arrays[0].shape)
    pushed = jvp(grad(lambda x: squares(x) + 0.0 * x.sum()), (arrays[0],), (t,))[1]
    np.testing.assert_allclose(
        pushed, numeric_jvp(grad(lambda x: squares(x) + 0.0 * x.sum()), [arrays[0]], [t]), atol=1e-7
    )
    singles = [Tensor(x.astype(np.float32), requires_grad=True) for x in arrays]
    y = f(*singles)
    if all(np.shape(x) for x in arrays) and y.requires_grad:
        y.sum().backward()
        assert all(x.grad is None or x.grad.dtype == np.float32 for x in singles)


@pytest.mark.parametrize("call, error", [
    (lambda x: np.pad(x, 1, mode="linear_ramp"), UnsupportedError),
    (lambda x: np.pad(x, 1, mode="mean"), UnsupportedError),
    (lambda x: np.pad(x, 1, mode="reflect", reflect_type="odd"), UnsupportedError),
    (lambda x: np.split(x, 3, axis=1), ShapeError),
    (lambda x: np.moveaxis(x, (0, 0), (0, 1)), ShapeError),
    (lambda x: np.moveaxis(x, 5, 0), IndexError),
    (lambda x: np.vstack([x, x[:, :1]]), ShapeError),
    (lambda x: np.block([[x], x]), ShapeError),
    (lambda x: np.delete(x, 99), IndexError),
    (lambda x: np.vstack([x, x], dtype=np.float32), UnsupportedError),
])  # fmt: skip
def test_what_is_refused(call, error):
    with pytest.raises(error):
        call(Tensor(M, requires_grad=True))
