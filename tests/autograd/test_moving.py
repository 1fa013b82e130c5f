"""NumPy functions that move and choose elements, composed of others: value, gradient, both modes, against NumPy."""

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, grad, jvp
from autograd.errors import ShapeError, UnsupportedError
from autograd.graph import ancestors
from tests.autograd.oracles import numeric_jvp, numeric_vjp

V = np.array([0.31, -0.72, 0.53, 1.94])
M = np.array([[0.31, 0.72, 0.53, -0.2], [0.94, -0.15, 0.66, 0.4], [1.3, -1.1, 0.07, 0.85]])
T = np.random.default_rng(0).permutation(np.linspace(-1.5, 1.7, 24)).reshape(2, 3, 4)
S = np.array(0.7)
LONG = T.ravel()

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
                    (lambda x: np.array_split(x, 6)[5] * 2, V), (lambda x: np.stack(np.split(x, 12)[::2]), LONG),
                    (lambda x: np.concatenate([part * part for part in np.array_split(x, 19)]), LONG)],
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

Q = np.array([[2, 0], [1, 3], [3, 0]])
W = np.array([0, 1, 1, 0])
XP, FP = np.array([-1.0, 0.0, 0.5, 2.0]), np.array([0.3, -0.4, 1.2, 0.7])

CHOICES: dict[str, list[tuple[Any, ...]]] = {
    "take": [(lambda x: np.take(x, [5, 0, 5]), M), (lambda x: np.take(x, Q, axis=1), M),
             (lambda x: np.take(x, 1, axis=0), M), (lambda x: np.take(x, [9, -9], mode="wrap"), V),
             (lambda x: np.take(x, [9, -9], mode="clip"), V), (lambda x: np.take(x, [], axis=0), M)],
    "take_along_axis": [(lambda x: np.take_along_axis(x, Q, 1), M),
                        (lambda x: np.take_along_axis(x, Q[:1], axis=-1), M),
                        (lambda x: np.take_along_axis(x, np.argsort(x, axis=0), axis=0), M)],
    "choose": [(lambda x, y: np.choose(W, [x, y]), V, M), (lambda x: np.choose(1, [0.5, x]), V),
               (lambda x, y: np.choose(W * 5 - 1, [x, y, y], mode="wrap"), V, V),
               (lambda x, y: np.choose(W * 5 - 1, (x, y, y), mode="clip"), V, V)],
    "compress": [(lambda x: np.compress([1, 0, 1], x), M), (lambda x: np.compress([False, True], x, axis=0), M)],
    "extract": [(lambda x: np.extract(x > 0.3, x), M), (lambda x: np.extract(M > 0.3, x), M)],
    "select": [(lambda x, y: np.select([x > 0.5, x < 0], [x * y, y]), V, S),
               (lambda x, y: np.select([x > 0.5, x > 0], [2.0, x], default=y), V, V)],
    "diag": [(np.diag, V), (lambda x: np.diag(x, 2), V), (lambda x: np.diag(x, -1), V), (np.diag, M),
             (lambda x: np.diag(x, 2), M), (lambda x: np.diag(x, -9), M)],
    "diagflat": [(lambda x: np.diagflat(x, -1), M)],
    "diagonal": [(np.diagonal, T), (lambda x: np.diagonal(x, 1, 2, 0), T), (lambda x: np.diagonal(x, -1, 0, -1), T)],
    "tril": [(np.tril, M), (lambda x: np.tril(x, -1), T), (lambda x: np.tril(x, 1), V)],
    "triu": [(np.triu, M), (lambda x: np.triu(x, 2), T), (np.triu, V)],
    "sort": [(np.sort, M), (lambda x: np.sort(x, 0), T)],
    "partition": [(lambda x: np.sort(np.partition(x, 1), -1), M), (lambda x: np.partition(x, (1, 2), axis=0)[1] * 2, M),
                  (lambda x: np.partition(x, 3, axis=None)[3] * 2, M)],
    "nonzero": [(lambda x: x[np.nonzero(x > 0.45)], M)],
    "argwhere": [(lambda x: x[tuple(np.argwhere(x > 0.45).T)], M)],
    "flatnonzero": [(lambda x: x.ravel()[np.flatnonzero(x > 0.45)], M)],
    "interp": [(np.interp, np.array([-1.7, -0.9, -0.3, 0.2, 0.4, 1.1, 2.6]), XP, FP),
               (lambda x, fp: np.interp(x, XP, fp, left=9.0, right=-9.0), np.array([[-2.0, 0.1], [0.7, 3.0]]), FP),
               (lambda fp: np.interp([-1.0, 0.0, 0.5, 2.0, -3.0, 3.0], XP, fp), FP),
               (lambda x: np.interp(x, XP, FP), S), (lambda x, fp: np.interp(x, [0.5], fp), V, FP[:1])],
}  # fmt: skip


def cases(table):
    return [pytest.param(*([f, arrays]), id=f"{name}-{i}") for name, rows in table.items()
            for i, (f, *arrays) in enumerate(rows)]  # fmt: skip


CASES = cases(SHAPES | CHOICES)


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
    (lambda x: np.pad(x, 1, mode="zigzag"), UnsupportedError),
    (lambda x: np.pad(x, 1, mode=lambda *a: None), UnsupportedError),
    (lambda x: np.split(x, 3, axis=1), ShapeError),
    (lambda x: np.moveaxis(x, (0, 0), (0, 1)), ShapeError),
    (lambda x: np.moveaxis(x, 5, 0), IndexError),
    (lambda x: np.vstack([x, x[:, :1]]), ShapeError),
    (lambda x: np.block([[x], x]), ShapeError),
    (lambda x: np.delete(x, 99), IndexError),
    (lambda x: np.take(x, [0.5]), UnsupportedError),
    (lambda x: np.take(x, 12), IndexError),
    (lambda x: np.choose([0, 2], [x, x]), ShapeError),
    (lambda x: np.select([x > 0], [x, x]), ShapeError),
    (lambda x: np.interp(x, XP, FP[1:]), ShapeError),
    (lambda x: np.interp(x, XP, FP, period=0), ShapeError),
    (lambda x: np.diag(np.stack([x, x])), ShapeError),
    (lambda x: np.broadcast_arrays(x, np.ones(3)), ShapeError),
    (lambda x: np.pad(x[:0], 1, mode="edge"), ShapeError),
    (lambda x: np.delete(x, [True, False], axis=0), ShapeError),
    (lambda x: np.rollaxis(x, 2), IndexError),
    (lambda x: np.repeat(x, [1, 2], axis=0), ShapeError),
    (lambda x: np.take(x, [0], mode="nearest"), UnsupportedError),
    (lambda x: np.vstack([]) if x is None else np.dstack([x, V]), ShapeError),
    (lambda x: np.resize(x, (-1, 2)), ShapeError),
    (lambda x: np.vsplit(x[0], 2), ShapeError),
    (lambda x: np.dsplit(x, 2), ShapeError),
    (lambda x: np.array_split(x, 0), ShapeError),
    (lambda x: np.tril(x[0, 0]), ShapeError),
    (lambda x: np.diagonal(x, axis1=1, axis2=1), ShapeError),
    (lambda x: np.choose([0], [x, x], mode="nearest"), UnsupportedError),
    (lambda x: np.vstack([x, x], dtype=np.float32), UnsupportedError),
])  # fmt: skip
def test_what_is_refused(call, error):
    with pytest.raises(error, match=r"^\w+: .*test_moving\.py:\d+"):
        call(Tensor(M, requires_grad=True))


@pytest.mark.parametrize("call, advice", [
    (lambda x: np.put_along_axis(x, np.array([[0]]), 5.0, axis=1), r"y\[index\] = values"),
    (lambda x: np.put(x, [0], 5.0), "np.where"),
    (lambda x: np.place(x, M > 0, [5.0]), r"y\[mask\] = values"),
    (lambda x: np.putmask(x, M > 0, 5.0), "np.where"),
    (lambda x: np.fill_diagonal(x, 5.0), "diag_indices"),
    (lambda x: np.unique(x), "depends on values"),
])  # fmt: skip
def test_what_writes_or_has_no_fixed_shape_is_refused_with_advice(call, advice):
    with pytest.raises(UnsupportedError, match=advice):
        call(Tensor(M, requires_grad=True))


def test_indices_take_no_gradient():
    x = Tensor(M, requires_grad=True)
    found = [np.argsort(x), np.argpartition(x, 1), np.searchsorted(XP, x), np.digitize(x, XP), np.argwhere(x),
             np.flatnonzero(x), *np.nonzero(x)]  # fmt: skip
    assert all(type(y) is Tensor and not y.requires_grad and y.dtype == int for y in found)


@pytest.mark.parametrize("call", [
    lambda m, i: np.compress(m, V),
    lambda m, i: np.extract(m, V),
    lambda m, i: np.choose(i, [V, 2 * V]),
    lambda m, i: np.select([m], [V]),
    lambda m, i: np.take_along_axis(V, i, axis=0),
    lambda m, i: np.delete(V, i),
    lambda m, i: np.insert(V, i, 1.0),
    lambda m, i: np.insert(V, [0, 1, 1, 0], m),
])  # fmt: skip
def test_arrays_chosen_from_by_tensors_become_tensors(call):
    y = call(Tensor(V > 0.4), Tensor(W))
    assert type(y) is Tensor
    np.testing.assert_array_equal(y.data, call(V > 0.4, W))


def test_ties_are_sorted_stably_and_each_element_has_its_own_gradient():
    x = Tensor([2.0, 1.0, 2.0, 1.0], requires_grad=True)
    np.sort(x).backward([1.0, 10.0, 100.0, 1000.0])
    np.testing.assert_array_equal(x.grad, [100, 1, 1000, 10])


def test_the_slope_of_interp_at_a_knot_is_that_of_the_line_to_its_right():
    np.testing.assert_allclose(grad(lambda x: np.interp(x, XP, FP).sum())(XP), [-0.7, 3.2, -0.5 / 1.5, 0])
    x = np.array([np.nan, np.inf, -np.inf])
    np.testing.assert_array_equal(np.interp(Tensor(x), XP, FP).data, np.interp(x, XP, FP))


def test_pad_by_elements_gives_them_the_gradient_of_all_their_places():
    x = Tensor(V, requires_grad=True)
    np.pad(x, (2, 1), mode="edge").sum().backward()
    np.testing.assert_array_equal(x.grad, [3, 1, 1, 2])


@pytest.mark.parametrize("f", [
    lambda x: np.resize(x, (2, 2)),
    lambda x: np.sort(x, axis=0),
    lambda x: np.tile(x, 2),
    lambda x: np.pad(x, 1),
    lambda x: np.append(x, x),
    lambda x: np.delete(x, 0, axis=1),
    np.fliplr,
    np.diagonal,
    np.triu,
])  # fmt: skip
def test_arrays_without_elements(f):
    e = np.zeros((0, 3))
    x = Tensor(e, requires_grad=True)
    y = f(x)
    np.testing.assert_array_equal(y.data, f(e))
    if y.requires_grad:
        y.sum().backward()
        assert x.grad.shape == (0, 3)


def test_scalars():
    s = Tensor(2.0, requires_grad=True)
    (np.pad(s, 1) + np.tile(s, 3).sum() + np.flip(s) + np.insert(s, 0, 1.0)[1] + np.diagflat(s)[0, 0]).backward()
    assert s.grad == 7


@pytest.mark.parametrize("f", [
    lambda x: np.tile(x, 2),
    lambda x: np.pad(x, 1, constant_values=1),
    lambda x: np.insert(x, 1, 1, axis=1),
    lambda x: np.diag(x[0], 1),
    lambda x: np.take(x, [2, 2]),
    np.tril,
    np.sort,
])  # fmt: skip
def test_integers_and_bools_move_as_they_are(f):
    for a in (np.arange(6).reshape(2, 3), np.arange(6).reshape(2, 3) > 2):
        y = f(Tensor(a))
        np.testing.assert_array_equal(y.data, f(a))
        assert y.dtype == a.dtype


def test_the_backward_pass_of_many_parts_is_not_quadratic():
    n = 256
    parts = np.split(Tensor(np.ones(n), requires_grad=True), n)
    ops, _ = ancestors([np.concatenate(parts)._node], 0)
    zeros = sum(node.first.output.size for node in ops if node.primitive.name == "getitem")  # filled on the way back
    assert n < zeros <= n * (8 + 2 * np.log2(n))
