"""Programs as numba's loops: what they compute is what eager mode computes, however arrays lie."""

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Tensor
from tests.autograd.compiler.test_random_programs import arrays, programs, run
from tests.autograd.samples import ROWS, ops

pytest.importorskip("numba")


def native(f: Any) -> Any:
    return autograd.compile(f, backend="numba")


def agrees(f: Any, *sets: tuple[Any, ...], rtol: float = 1e-12) -> Any:
    """Compile f, and compare it with itself for several arguments, twice, with earlier results left as they were."""
    compiled = native(f)
    kept: list[Any] = []
    for args in (*sets, *sets):
        before = [np.array(x) for x in args]
        found, expected = (
            leaves(compiled(*args)),
            leaves(f(*(Tensor(x) if isinstance(x, np.ndarray) else x for x in args))),
        )
        for actual, value in zip(found, expected, strict=True):
            value = np.asarray(value.detach())
            np.testing.assert_allclose(actual, value, rtol=rtol, atol=rtol)
            assert (actual.dtype, actual.shape) == (value.dtype, value.shape)
        for x, value in zip(args, before, strict=True):
            np.testing.assert_array_equal(x, value)
        kept += [(x, np.array(x)) for x in found]
    for x, value in kept:
        np.testing.assert_array_equal(x, value)
    assert compiled.cache_info().traces == 1
    return compiled


def leaves(tree: Any) -> list[Any]:
    return [leaf for part in tree for leaf in leaves(part)] if isinstance(tree, tuple | list) else [tree]


rng = np.random.default_rng(0)


def test_a_chain_is_one_loop_and_its_results_are_no_arrays():
    f = agrees(lambda x, b: (np.tanh(x * 2 + b) ** 2).sum(axis=1), (rng.normal(size=(5, 7)), rng.normal(size=7)))
    assert f.source.count("for ") == 2  # the rows, and the numbers in one
    assert "tanh_float64" in f.source and "[7 * i + j]" in f.source


def elementwise_rows() -> list[Any]:
    return [(op, row) for op in ops() if op.is_elementwise for row in ROWS.get(op.name, ())[:2]]


@pytest.mark.slow
def test_every_elementwise_op_in_one_program():
    pairs = elementwise_rows()
    drawn = [[[np.array(x) for x in row.draw(seed)] for _, row in pairs] for seed in (0, 1)]
    kept = [i for i, (a, b) in enumerate(zip(*drawn, strict=True)) if [x.shape for x in a] == [x.shape for x in b]]

    def f(*args):
        rest = iter(args)
        return [pairs[i][0](*(next(rest) for _ in drawn[0][i]), **pairs[i][1].keywords) for i in kept]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of ops that are NumPy's, and of values beyond an op's domain
        compiled = agrees(f, *(tuple(x for i in kept for x in one[i]) for one in drawn))
    by_numpy = [line for line in compiled.planned_source.splitlines() if "[...] = " in line]
    assert len(by_numpy) < 0.25 * len(kept)


def test_sums_and_extremes_along_every_axis():
    axes = (None, 0, 1, -1, (0, 1), (0, 2), (1, 2))

    def f(x):
        return [fold(x, axis=axis, keepdims=fold is np.max) for fold in (np.sum, np.max, np.min) for axis in axes]

    agrees(f, (rng.normal(size=(2, 3, 4)),), (rng.normal(size=(2, 3, 4)),))


def test_products_of_many_shapes_however_they_lie():
    shapes = [(1, 2, 5), (2, 1, 5), (5, 3, 1), (1, 1, 5), (5, 4, 6), (3, 5, 2), (1, 5, 2)]

    def f(*args):
        pairs = list(zip(args[::2], args[1::2], strict=True))
        return [[a @ b, a @ (b.T * 2).T, (b.T @ a.T).T] for a, b in pairs]

    given = [rng.normal(size=shape) for m, n, k in shapes for shape in ((m, k), (k, n))]
    agrees(f, tuple(given))


def test_arguments_that_lie_in_other_ways_are_read_as_they_are():
    x = rng.normal(size=(4, 6))
    read_only = x.copy()
    read_only.flags.writeable = False
    unaligned = np.frombuffer(b"\0" + x.tobytes(), np.uint8)[1:].view(np.float64).reshape(4, 6)
    forms = (x, np.asfortranarray(x), np.repeat(x, 2, axis=1)[:, ::2], x[::-1, ::-1], read_only, unaligned)
    agrees(lambda x: (x.T @ np.tanh(x)).sum(axis=0) - x[1:3].mean(), *((form,) for form in forms))


def test_integers_bools_and_mixed_dtypes():
    def f(i, b, x, small):
        return (
            i + i,
            i / 2,
            i // 3,
            -i % 7,
            b & (x > 0),
            ~b,
            np.where(b, i, x),
            x * small,
            i.sum(),
            b.sum(axis=0),
            small + 1,
        )

    given = (
        np.arange(-5, 7).reshape(3, 4), rng.random((3, 4)) > 0.5, rng.normal(size=(3, 4)),
        rng.normal(size=(3, 4)).astype(np.float32),
    )  # fmt: skip
    agrees(f, given)


def test_what_is_no_number_stays_so():
    def f(x):
        y = x + 1
        return (
            x - x,
            y - 1,
            np.maximum(x, 0),
            np.minimum(x, 0),
            x.sum(),
            x.max(),
            autograd.relu(x),
            x * 0,
            np.tanh(x),
            np.exp(x),
        )

    with np.errstate(all="ignore"):
        agrees(f, *((np.array(x),) for x in ([1e-30, np.inf, -0.0], [np.nan, 1, 2], [-np.inf, 3, 1e30])))


def test_one_element_of_each_row():
    def f(x, index):
        def loss(x):
            return -autograd.pick(autograd.log_softmax(x), index=index).mean()

        return autograd.value_and_grad(loss)(x)

    x = rng.normal(size=(4, 3))
    compiled = agrees(f, (x, np.array([0, 2, 1, 1])), (x, np.array([-1, 0, -3, 2])))
    with pytest.raises(IndexError, match="rows of 3"):
        compiled(x, np.array([0, 1, 2, 3]))
    with pytest.raises(IndexError, match="rows of 3"):
        compiled(x, np.array([0, 1, 2, -4]))


def test_empty_arrays():
    agrees(lambda x: (x * 2, x.sum(), x.T @ x, np.tanh(x).sum(axis=1)), (np.zeros((0, 3)),), (np.zeros((0, 3)),))


def test_arrays_put_together_and_parts_of_zeros():
    def f(x, y):
        return (
            np.concatenate([x * 2, y, x.T.T]),
            np.concatenate([x, y + 1], axis=1),
            autograd.vjp(lambda x: x[1:, ::2], x)[1](y[1:, ::2]),
        )

    agrees(f, (rng.normal(size=(3, 4)), rng.normal(size=(3, 4))))


def test_leaves_that_take_each_others_values():
    def trained(f):
        a, b = Tensor([1.0, 2.0], requires_grad=True), Tensor([3.0, 4.0], requires_grad=True)
        count = Tensor(0)

        def step(x):
            old = a + 0
            a.assign(b)
            b.assign(old * x)
            count.assign(count + 1)
            return old * 2, old

        step = f(step)
        return [leaves(step(np.array([1.0, 0.5]))) for _ in range(3)], a.tolist(), b.tolist(), int(count)

    for actual, expected in zip(trained(native)[0], trained(lambda f: f)[0], strict=True):
        for one, other in zip(actual, expected, strict=True):
            np.testing.assert_allclose(one, np.asarray(other.detach()) if isinstance(other, Tensor) else other)
    assert trained(native)[1:] == trained(lambda f: f)[1:]


def test_dropout_draws_anew():
    rng, twin = np.random.default_rng(0), np.random.default_rng(0)
    f = native(lambda x: np.tanh(x) * autograd.sample(rng.random, (3,)) + autograd.sample(rng.random, (3,)))
    x = np.ones(3)
    for _ in range(3):
        np.testing.assert_allclose(f(x), np.tanh(x) * twin.random(3) + twin.random(3), rtol=1e-15)
    assert "rng.random((3,))" in f.source


def test_parameters_given_other_memory():
    w = Tensor(np.ones((3, 2)), requires_grad=True)
    f = native(lambda x: x @ w.T)
    x = rng.normal(size=(4, 2))
    for value in (np.ones((3, 2)), rng.normal(size=(3, 2)), np.asfortranarray(rng.normal(size=(3, 2)))):
        w.data = value
        np.testing.assert_allclose(f(x), x @ value.T, rtol=1e-14)


@pytest.mark.slow
@settings(max_examples=12)
@given(programs(), st.sampled_from([np.float64, np.float32]), st.integers(0, 99))
def test_random_programs(steps, dtype, seed):
    def f(*inputs):
        def loss(*xs):
            return (run(steps, *xs)[-1] * 0.5).sum()

        results = run(steps, *inputs)
        return results[-1], results[0], autograd.value_and_grad(loss, argnums=(0, 1, 2))(*inputs)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        agrees(f, *(tuple(arrays(i, dtype)) for i in (seed, seed + 1)), rtol=1e-10 if dtype is np.float64 else 2e-4)
