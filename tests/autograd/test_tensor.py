"""`Tensor` as a value: making one, its attributes, NumPy's protocols, operators, indexing, leaving the graph."""

import copy
import operator
import pickle
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Tensor, get_default_dtype, no_grad, set_default_dtype
from autograd.errors import AutogradError, DtypeError, GradientError
from autograd.graph import Node
from tests.autograd.places import place


def leaf(data, dtype=None):
    return Tensor(data, requires_grad=True, dtype=dtype)


def assert_same(actual, expected):
    assert type(actual) is Tensor
    assert actual.dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(actual.detach().data, expected)


# --- making one ---


@pytest.mark.parametrize(
    "data, dtype, shape",
    [
        (2.0, "f8", ()),
        (2, "i8", ()),
        (True, "?", ()),
        ([1.0, 2.0], "f8", (2,)),
        ([1, 2.0], "f8", (2,)),
        ([[1, 2]], "i8", (1, 2)),
        ([], "f8", (0,)),
        ((), "f8", (0,)),
        (np.float32(2), "f4", ()),
        (np.array(2.0), "f8", ()),
        (np.ones((2, 0), np.float16), "f2", (2, 0)),
        (range(3), "i8", (3,)),
        (Tensor([1.0, 2.0]), "f8", (2,)),
        ([np.float32(1), np.float32(2)], "f4", (2,)),
        ([Tensor(1.0), Tensor(2.0)], "f8", (2,)),
    ],
    ids=repr,
)
def test_a_tensor_is_made_as_an_array_is(data, dtype, shape):
    t = Tensor(data)
    assert t.dtype == np.dtype(dtype)
    assert t.shape == shape
    assert t.ndim == len(shape)
    assert t.size == np.prod(shape)
    assert t.is_leaf
    assert not t.requires_grad
    assert type(t.data) is np.ndarray


def test_the_data_are_copied_and_wrap_shares_them():
    a = np.array([1.0, 2.0])
    t, shared = Tensor(a), Tensor.wrap(a, requires_grad=True, name="w")
    a[0] = 9
    np.testing.assert_array_equal(t.data, [1, 2])
    np.testing.assert_array_equal(shared.data, [9, 2])
    assert np.shares_memory(shared.data, a)
    shared.assign([3.0, 4.0])
    np.testing.assert_array_equal(a, [3, 4])
    assert shared.name == "w"
    (shared * shared).sum().backward()
    np.testing.assert_array_equal(shared.grad, [6, 8])


def test_a_tensor_of_a_tensor_is_a_leaf_of_its_own():
    x = leaf([1.0, 2.0])
    y = Tensor(x * 2, requires_grad=True)
    assert y.is_leaf
    (y * y).sum().backward()
    assert x.grad is None
    np.testing.assert_array_equal(y.grad, [4, 8])


def test_dtype_converts():
    assert Tensor([1, 2], dtype=np.float32).dtype == np.float32
    assert Tensor(2, dtype=float, requires_grad=True).dtype == np.float64


@pytest.mark.parametrize(
    "data",
    [
        2.5,
        [1.0, 2.5],
        [1, 2.5],
        (1, 2.5),
        [2.5, 1],
        [[1, 2.5]],
        [[1], [2.5]],
        [[2.5], [1]],
        [[1, 2], [3, 4.5]],
        [True, 2.5],
    ],
    ids=repr,
)
def test_python_numbers_with_a_float_among_them_take_the_default_dtype(data):
    before = get_default_dtype()
    try:
        for dtype in (np.float32, np.float16, np.float64):
            set_default_dtype(dtype)
            t = Tensor(data)
            assert t.dtype == dtype
            np.testing.assert_array_equal(t.data, np.array(data, dtype))
            assert Tensor(np.array(data)).dtype == np.float64  # an array has a dtype of its own
            assert Tensor([1, 2]).dtype == np.int64
            assert Tensor([1, np.float64(2.5)]).dtype == np.float64
    finally:
        set_default_dtype(before)


def test_requires_grad_can_be_set_on_leaves():
    t = Tensor([1.0, 2.0])
    t.requires_grad = True
    y = (t * t).sum()
    y.backward()
    np.testing.assert_array_equal(t.grad, [2, 4])
    t.requires_grad = False
    assert not (t * t).requires_grad
    with pytest.raises(GradientError, match="leaves only"):
        y.requires_grad = False


def test_freezing_a_leaf_after_the_forward_pass_gives_it_no_gradient():
    t, u = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    y = (t * u).sum()
    t.requires_grad = False
    y.backward()
    assert t.grad is None
    np.testing.assert_array_equal(u.grad, [1, 2])


def test_names_and_versions():
    t = Tensor([1.0], name="w")
    assert t.name == "w"
    t.name = "v"
    assert t.name == "v"
    first = t.version
    t.assign([2.0])
    second = t.version
    t.data = [3.0]
    assert first == 0
    assert first < second < t.version
    y = leaf(2.0) * 3
    assert y.name is None
    y.name = "y"
    assert y.name == "y"
    assert y.version == 0


# --- NumPy's protocols ---

SCALAR_OPERANDS = [2, 2.0, True, np.float64(2), np.float32(2), np.int64(2), np.array(2.0), np.array(2, np.float32)]
ARRAY_OPERANDS = [
    np.array([2.0, 4.0]),
    np.array([2, 4]),
    np.array([2, 4], np.float32),
    [2.0, 4.0],
    (2, 4),
    np.array([[2.0], [4]]),
]
OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]


@pytest.mark.parametrize("other", [*SCALAR_OPERANDS, *ARRAY_OPERANDS], ids=repr)
@pytest.mark.parametrize("data", [3.0, np.float32(3), [3.0, 1.0], np.array([3, 1], np.float32)], ids=repr)
@pytest.mark.parametrize("op", [*OPERATORS, *COMPARISONS], ids=lambda op: op.__name__)
def test_operators_with_everything_numpy_knows_are_numpys_on_either_side(op, data, other):
    x = Tensor(data)
    array = np.asarray(x.data)
    numpy_other = np.asarray(other) if isinstance(other, list | tuple) else other
    # NumPy makes a scalar of any 0-d result and takes a bare 0-d array for one; only dtypes could differ.
    for t in (x, leaf(data)):
        assert_same(op(t, other), op(array, numpy_other))
        assert_same(op(other, t), op(numpy_other, array))
        assert_same(op(t, Tensor(numpy_other)), op(array, np.asarray(numpy_other)))


@pytest.mark.parametrize("other", [*SCALAR_OPERANDS, *ARRAY_OPERANDS], ids=repr)
@pytest.mark.parametrize("data", [3.0, np.float32(3), [3.0, 1.0], np.array([3, 1], np.float32)], ids=repr)
def test_gradients_with_everything_numpy_knows_on_either_side(data, other):
    x = leaf(data)
    array, o = np.asarray(data, float), np.asarray(other, float)
    ones = np.ones(np.broadcast_shapes(array.shape, o.shape))

    def folded(g):
        return autograd.broadcasting.unbroadcast(np.asarray(g * ones), array.shape)

    for y, expected in (
        (x * other, folded(o)),
        (other * x, folded(o)),
        (x - other, folded(1)),
        (other - x, folded(-1)),
        (other / x, folded(-o / array**2)),
        (x**other, folded(o * array ** (o - 1))),
    ):
        x.zero_grad()
        y.backward(np.ones(y.shape))
        assert x.grad.dtype == x.dtype
        np.testing.assert_allclose(x.grad, expected, rtol=1e-6)


def test_numpys_functions_work_in_each_form_of_call():
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    a = x.data.copy()
    for actual, expected in (
        (np.exp(x), np.exp(a)),
        (np.sum(x), a.sum()),
        (np.sum(x, 0), a.sum(0)),
        (np.sum(a=x), a.sum()),
        (np.sum(a=x, axis=1, keepdims=True), a.sum(1, keepdims=True)),
        (np.sum(axis=0, a=x), a.sum(0)),
        (np.sum(x, None, None), a.sum()),
        (np.mean(x, axis=(0, 1)), a.mean()),
        (np.std(x, 0), a.std(0)),
        (np.std(a=x, ddof=1), a.std(ddof=1)),
        (np.var(x, 1), a.var(1)),
        (np.max(x, 1), a.max(1)),
        (np.amax(x), a.max()),
        (np.ravel(x), a.ravel()),
        (np.ravel(a=x), a.ravel()),
        (np.reshape(x, (4,)), a.reshape(4)),
        (np.reshape(x, -1), a.reshape(-1)),
        (np.transpose(x), a.T),
        (np.transpose(x, (1, 0)), a.T),
        (np.swapaxes(x, 0, 1), a.T),
        (np.squeeze(x), a),
        (np.expand_dims(x, 0), a[None]),
        (np.broadcast_to(x, (3, 2, 2)), np.broadcast_to(a, (3, 2, 2))),
        (np.concatenate([x, a]), np.concatenate([a, a])),
        (np.concatenate((a, x), 1), np.concatenate((a, a), 1)),
        (np.concatenate((x, x), axis=None), np.concatenate((a, a), axis=None)),
        (np.stack([x, a, [[0, 0], [0, 0]]], axis=-1), np.stack([a, a, [[0, 0], [0, 0]]], axis=-1)),
        (np.where(x > 2, x, 0), np.where(a > 2, a, 0)),
        (np.where(a > 2, 1.0, x), np.where(a > 2, 1.0, a)),
        (np.clip(x, 2, 3), np.clip(a, 2, 3)),
        (np.clip(x, None, 3), np.clip(a, None, 3)),
        (np.clip(x, a_min=2, a_max=None), np.clip(a, 2, None)),
        (np.clip(x, min=2), np.clip(a, 2, None)),
        (np.clip(2.5, x, 4.0), np.clip(2.5, a, 4.0)),
        (np.maximum(2, x), np.maximum(2, a)),
        (np.dot(x, a), a.dot(a)),
        (np.matmul(a, x), a @ a),
        (a @ x, a @ a),
        (x @ a, a @ a),
        (a.tolist() @ x, a @ a),
        (x @ a.tolist(), a @ a),
        (np.add.reduce(x), a.sum(0)),
        (np.add.reduce(x, axis=None), a.sum()),
        (np.maximum.reduce(x, axis=1, keepdims=True), a.max(1, keepdims=True)),
        (np.round(x, 1), a),
        (np.around(x), a),
    ):
        assert_same(actual, expected)


def test_facts_about_a_tensor_are_plain_numbers():
    x = leaf(np.ones((2, 3)))
    assert np.shape(x) == (2, 3)
    assert np.ndim(x) == 2
    assert np.size(x) == 6
    assert np.size(x, 0) == 2
    assert np.shape(leaf(1.0)) == ()


def test_truth_of_whole_arrays():
    x = leaf([1.0, 0.0])
    assert np.allclose(x, x.data)
    assert not np.allclose(x, x + 1)
    assert np.array_equal(x, [1.0, 0.0])
    assert np.all(x == x)
    assert x.any()
    assert not x.all()
    assert np.count_nonzero(x) == 1
    results: list[Any] = [np.allclose(x, x), np.array_equal(x, x), np.count_nonzero(x)]
    for y in results:
        assert type(y) is Tensor
        assert np.shape(y) == ()


def test_a_tensor_that_requires_grad_does_not_become_an_array_unseen():
    for x in (leaf([1.0, 2.0]), leaf(1.0), leaf([1.0, 2.0]) * 2):
        for leave in (np.asarray, np.array, lambda t: t.numpy(), lambda t: np.array([t, t]), lambda t: Tensor([t])):
            with pytest.raises(GradientError, match=r"test_tensor\.py:\d+.*detach\(\)\.numpy\(\)"):
                leave(x)
    a = np.zeros(2)
    with pytest.raises(GradientError):
        a[:] = leaf([1.0, 2.0])


def test_a_tensor_without_gradient_becomes_an_array():
    x = Tensor([1.0, 2.0])
    np.testing.assert_array_equal(np.asarray(x), [1, 2])
    assert np.asarray(x, dtype=np.float32).dtype == np.float32
    np.testing.assert_array_equal(x.numpy(), [1, 2])
    copied = np.array(x)
    copied[0] = 9
    np.testing.assert_array_equal(x.data, [1, 2])
    np.testing.assert_array_equal(leaf([1.0, 2.0]).detach().numpy(), [1, 2])


class OlderLibrary:
    """Asks by DLPack as before version 1, which could not say that memory is read-only."""

    def __init__(self, t):
        self.t = t

    def __dlpack__(self, **ignored):
        return self.t.__dlpack__()

    def __dlpack_device__(self):
        return self.t.__dlpack_device__()


@pytest.mark.parametrize("data", [2.0, np.float32(2), [1.0, 2.0], np.ones((2, 3), np.float32).T, [1, 2]], ids=repr)
def test_other_libraries_take_constants_by_dlpack(data):
    t = Tensor(data)
    for array in (np.from_dlpack(t), np.from_dlpack(OlderLibrary(t)), np.from_dlpack(t, copy=True)):
        assert array.dtype == t.dtype
        np.testing.assert_array_equal(array, t.data)
    if t.shape:
        assert np.shares_memory(np.from_dlpack(t), t.data)
    assert not np.from_dlpack(t).flags.writeable
    assert not np.shares_memory(np.from_dlpack(OlderLibrary(t)), t.data)


def test_a_tensor_that_requires_grad_is_not_exported_by_dlpack():
    for x in (leaf([1.0, 2.0]), leaf(1.0), leaf([1.0, 2.0]) * 2):
        with pytest.raises(GradientError, match=r"test_tensor\.py:\d+.*detach\(\)\.numpy\(\)"):
            np.from_dlpack(x)


def test_a_matrix_or_a_memmap_is_shared_as_the_array_it_is(tmp_path):
    matrix = np.ones((2, 2)).view(np.matrix)
    memory = np.memmap(tmp_path / "a", np.float64, "w+", shape=(2, 2))
    memory[...] = 1
    for array in (matrix, memory):
        t = Tensor.wrap(array, requires_grad=True)
        assert type(t.data) is np.ndarray
        assert np.shares_memory(t.data, array)
        (t * t).sum().backward()
        np.testing.assert_array_equal(t.grad, [[2, 2], [2, 2]])
        t.assign(np.zeros((2, 2)))
        assert not np.any(array)


def test_in_place_operators_rebind():
    x = leaf([1.0, 2.0])
    y = x + 0
    y += 1
    y *= x
    y -= [1.0, 1.0]
    y /= 2
    y **= 2
    assert y is not x
    np.testing.assert_array_equal(x.data, [1, 2])
    y.sum().backward()
    d = x.data
    np.testing.assert_allclose(x.grad, 2 * (d * d + d - 1) / 2 * (2 * d + 1) / 2)


IN_PLACE = [operator.iadd, operator.isub, operator.imul, operator.itruediv]


@pytest.mark.parametrize("data", [4.0, [4.0, 2.0], np.float32(4)], ids=repr)
@pytest.mark.parametrize("op", IN_PLACE, ids=lambda op: op.__name__)
@pytest.mark.parametrize("recording", [True, False], ids=["recording", "no_grad"])
def test_a_step_that_would_only_rebind_a_parameter_is_refused(op, data, recording):
    """`p -= lr * p.grad` would leave the leaf as it is, and learn nothing."""
    p = leaf(data)
    (p * p).sum().backward()
    kept, value = p, p.data.copy()
    with pytest.raises(GradientError, match=r"\.data [-+*/]=") as caught:
        if recording:
            p = op(p, 0.25 * p.grad)  # the step
        else:
            with no_grad():
                p = op(p, 0.25 * p.grad)  # the step of no_grad
    assert place(__file__, "the step" if recording else "the step of no_grad") in str(caught.value)
    assert p is kept
    np.testing.assert_array_equal(p.data, value)


def test_a_step_written_as_the_statement_it_is():
    p = leaf([4.0, 2.0])
    (p * p).sum().backward()
    with pytest.raises(GradientError, match=r"p\.data -="), no_grad():
        p -= 0.25 * p.grad
    p.data -= 0.25 * p.grad
    np.testing.assert_array_equal(p.data, [2, 1])


@pytest.mark.parametrize("op", IN_PLACE, ids=lambda op: op.__name__)
@pytest.mark.parametrize("recording", [True, False], ids=["recording", "no_grad"])
def test_in_place_operators_rebind_results_constants_and_what_is_no_tensor(op, recording):
    x = leaf([4.0, 2.0])
    starts: list[Any] = [x * 1, x[0:2], Tensor([4.0, 2.0]), x.detach(), Tensor(3.0), leaf(3.0) * 1, 3.0, 3]
    for start in starts:
        before = np.array(start.data if isinstance(start, Tensor) else start)
        for other in (2.0, x, Tensor(2.0), np.array([1.0, 2.0])):
            if not isinstance(start, Tensor) and not isinstance(other, Tensor):
                continue
            if recording:
                y = op(start, other)
            else:
                with no_grad():
                    y = op(start, other)
            assert type(y) is Tensor
            assert y is not start
            value = other.data if isinstance(other, Tensor) else other
            plain = {"iadd": np.add, "isub": np.subtract, "imul": np.multiply, "itruediv": np.divide}[op.__name__]
            np.testing.assert_array_equal(y.detach().data, plain(before, value))
            np.testing.assert_array_equal(start.data if isinstance(start, Tensor) else start, before)
            if recording:
                tracked = isinstance(start, Tensor) and start.requires_grad
                assert y.requires_grad == (tracked or other is x)


def test_a_sum_that_grows_in_a_loop():
    x, total, product = leaf([1.0, 2.0]), Tensor(0.0), Tensor(1.0)
    for i in range(3):
        total += (x * i).sum()
        product *= x[0] + i
    (total + product).backward()
    np.testing.assert_array_equal(x.grad, [3 + 11, 3])


def test_unary_operators_and_power():
    x = leaf([-1.5, 2.0])
    assert_same(-x, [1.5, -2.0])
    assert_same(+x, [-1.5, 2.0])
    assert_same(abs(x), [1.5, 2.0])
    assert_same(round(x), [-2.0, 2.0])
    assert_same(~(x > 0), [True, False])
    assert_same(x**2, [2.25, 4.0])
    assert_same((x > 0) & (x > 1), [False, True])
    assert_same((x > 0) | (x < 0), [True, True])


@pytest.mark.parametrize("other", [2, 1.5, -2.0, np.array([2.0, -0.7]), [2, 3], Tensor([2.0, 0.5])], ids=repr)
@pytest.mark.parametrize("data", [7.3, [7.3, -7.3], np.float32(7.3)], ids=repr)
def test_floor_division_takes_no_gradient(data, other):
    a, b = np.asarray(Tensor(data)), np.asarray(other)
    for x in (Tensor(data), leaf(data)):
        for y, expected in ((x // other, a // b), (other // x, b // a), (np.floor_divide(x, other), a // b)):
            assert type(y) is Tensor
            assert not y.requires_grad
            np.testing.assert_allclose(y.data, expected)
    x = leaf(data)
    (x * (x // 2)).sum().backward()
    np.testing.assert_array_equal(x.grad, a // 2)


@pytest.mark.parametrize("other", [2, 1.5, -2.0, np.array([2.0, -0.7])], ids=repr)
@pytest.mark.parametrize("data", [7.3, [7.3, -7.3]], ids=repr)
def test_remainders(data, other):
    """a % b is a - b * (a // b), whose last factor is piecewise constant."""
    a, b = np.asarray(data), np.asarray(other, float)
    for remainder in (operator.mod, np.remainder, np.mod):
        x = leaf(data)
        y = remainder(x, other)
        np.testing.assert_allclose(y.detach().data, a % b)
        y.sum().backward()
        np.testing.assert_array_equal(x.grad, np.full(x.shape, y.size / x.size))
        x = leaf(data)
        y = remainder(other, x)
        np.testing.assert_allclose(y.detach().data, b % a)
        y.sum().backward()
        slopes = np.broadcast_to(-(b // a), y.shape)
        np.testing.assert_array_equal(x.grad, slopes if x.shape else slopes.sum())


def test_the_remainder_of_constants():
    assert_same(Tensor([5, 7]) % 3, np.array([2, 1]))
    assert_same(7 % Tensor([5, 4]), np.array([2, 3]))


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("huge", [10**400, -(10**400)], ids=["10**400", "-10**400"])
@pytest.mark.parametrize("data", [1.5, [1.5], np.float32(1.5), np.array([1.5], np.float32), np.float16(1)], ids=repr)
@pytest.mark.parametrize(
    "op", [*OPERATORS, np.add, np.multiply, np.maximum, np.power, *COMPARISONS], ids=lambda op: op.__name__
)
def test_an_integer_beyond_all_floats_is_infinite_or_refused_with_the_line(op, data, huge, flip):
    for t in (Tensor(data), leaf(data)):
        with np.errstate(all="ignore"):
            try:
                y = op(huge, t) if flip else op(t, huge)
            except (AutogradError, ArithmeticError, TypeError, ValueError) as error:
                assert f"{__file__}:" in str(error)
            else:
                infinite = np.inf if huge > 0 else -np.inf
                assert_same(y, op(infinite, t.detach().data) if flip else op(t.detach().data, infinite))


def test_matmul_in_all_its_shapes():
    v, m, stack_ = leaf([1.0, 2.0]), leaf([[1.0, 2.0], [3.0, 4.0]]), leaf(np.ones((3, 2, 2)))
    for a in (v, m, stack_):
        for b in (v, m, stack_):
            assert_same(a @ b, a.data @ b.data)


# --- comparisons ---


def test_comparisons_are_constants_of_bools():
    x = leaf([1.0, 2.0])
    for y in (x > 1, x == x, x != 2.0, np.less(x, 2), leaf(2.0) >= 1):
        assert type(y) is Tensor
        assert y.dtype == bool
        assert not y.requires_grad
    assert (leaf(2.0) > 1).shape == ()
    assert not leaf(np.nan) == leaf(np.nan)  # noqa: SIM201


def test_comparison_with_what_is_no_number():
    x = leaf([1.0])
    assert (x == None) is False  # noqa: E711
    assert (x != None) is True  # noqa: E711
    with pytest.raises(TypeError):
        assert x < None


def test_tensors_are_dictionary_keys_by_identity():
    x, y = leaf(1.0), leaf(1.0)
    assert len({x, y, x}) == 2
    assert {x: 1, y: 2}[y] == 2


# --- Python numbers and containers ---


@pytest.mark.parametrize("data", [2.0, np.float32(2), [2.0], [[2.0]], 2, np.int32(2)], ids=repr)
def test_one_element_is_a_python_number(data):
    x = Tensor(data, requires_grad=np.asarray(data).dtype.kind == "f")
    assert float(x) == 2.0
    assert type(float(x)) is float
    assert int(x) == 2
    assert bool(x)
    assert x.item() == 2
    assert type(x.item()) in (int, float)
    assert f"{x:.2f}" == "2.00"
    assert complex(float(x)) == 2


def test_a_condition_and_an_index_of_python():
    x = leaf(3.0)
    assert x > 2
    if x < 2:
        raise AssertionError
    assert list(range(Tensor(3))) == [0, 1, 2]
    assert "abc"[Tensor(1)] == "b"
    with pytest.raises(TypeError):
        range(x)


@pytest.mark.parametrize("convert", [float, int, bool, "{:.2f}".format, operator.index])
def test_many_elements_are_no_python_number(convert):
    for x in (leaf([1.0, 2.0]), leaf(np.ones((0,)))):
        with pytest.raises(TypeError, match=r"one element.*shape \([20],\).*test_tensor\.py"):
            convert(x)


def test_item_of_many_elements():
    with pytest.raises(ValueError, match=r"\(2,\) has 2 elements.*test_tensor\.py"):
        leaf([1.0, 2.0]).item()


def test_len_iter_and_unpacking():
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    assert len(x) == 2
    first, second = x
    (first * second).sum().backward()
    np.testing.assert_array_equal(x.grad, [[3, 4], [1, 2]])
    assert [float(y) for y in leaf([5.0, 6.0])] == [5, 6]
    assert sum(leaf([5.0, 6.0])).item() == 11
    assert max(leaf([5.0, 7.0, 6.0])).item() == 7
    with pytest.raises(TypeError, match="0-d"):
        len(leaf(1.0))
    with pytest.raises(TypeError, match="0-d"):
        iter(leaf(1.0))


def test_tolist():
    assert leaf([[1.0, 2.0]]).tolist() == [[1, 2]]
    assert leaf(2.0).tolist() == 2.0
    assert leaf(np.float32(2)).tolist() == 2.0


def test_repr():
    assert repr(leaf(3.0)) == "Tensor(3.0, requires_grad=True)"
    assert repr(Tensor(3.0)) == "Tensor(3.0)"
    assert repr(Tensor([1.0, 2.0])) == "Tensor([1., 2.])"
    assert repr(Tensor([1], name="n")) == "Tensor([1], dtype=int64, name='n')"
    assert repr(leaf(3.0) * 2) == "Tensor(6.0, op='multiply')"
    assert repr(Tensor(np.float32(0.5))) == "Tensor(0.5, dtype=float32)"
    assert "e" in repr(leaf(1e300))
    assert str(leaf(3.0)) == f"{leaf(3.0)}" == repr(leaf(3.0))
    assert repr(Tensor([])) == "Tensor([])"
    assert len(repr(Tensor(np.ones((1000, 1000))))) < 2000


# --- indexing ---


@pytest.mark.parametrize(
    "index",
    [
        Tensor([0, 2]),
        Tensor([True, False, True]),
        (Tensor([0, 1]), Tensor([1, 1])),
        slice(Tensor(1), None),
        Tensor(1),
        (1, 2),
        (-1, slice(None)),
    ],
    ids=repr,
)
def test_tensors_are_indices(index):
    x = leaf(np.arange(12.0).reshape(3, 4))
    parts = index if isinstance(index, tuple) else (index,)
    plain: Any = tuple(
        slice(1, None)
        if isinstance(p, slice) and p.start is not None
        else np.asarray(p)
        if isinstance(p, Tensor)
        else p
        for p in parts
    )
    y = x[index]
    assert_same(y, x.data[plain])
    y.sum().backward()
    expected = np.zeros((3, 4))
    np.add.at(expected, plain, 1)
    np.testing.assert_array_equal(x.grad, expected)


def test_a_mask_computed_from_the_tensor_itself():
    x = leaf([3.0, -1.0, 2.0])
    x[x > 0].sum().backward()
    np.testing.assert_array_equal(x.grad, [1, 0, 1])


def test_indices_of_a_scalar():
    x = leaf(3.0)
    for index, shape in (((), ()), (..., ()), (None, (1,)), ((None, None), (1, 1)), (True, (1,))):
        x.zero_grad()
        y = x[index]
        assert y.shape == shape
        (y * 2).sum().backward()
        assert x.grad == 2


@pytest.mark.parametrize("index", [3, -4, (0, 0, 0), [7], "a", 1.0, np.array([0.5])], ids=repr)
def test_a_bad_index_is_numpys_error_with_the_shape_and_the_line(index):
    with pytest.raises(IndexError, match=r"getitem: .*shape \(3, 4\).*test_tensor\.py"):
        leaf(np.ones((3, 4)))[index]


def test_a_number_has_no_elements():
    with pytest.raises(IndexError):
        leaf(3.0)[0]


# --- leaving the graph, and coming back ---


def test_detach_cuts_and_shares_no_future():
    x = leaf([1.0, 2.0])
    y = x * x
    z = (y * y.detach()).sum()
    assert y.detach().is_leaf
    z.backward()
    np.testing.assert_array_equal(x.grad, 2 * x.data * x.data**2)


@pytest.mark.parametrize("data", [2.0, [1.0, 2.0], np.float32(2)], ids=repr)
@pytest.mark.parametrize("twin", [copy.copy, copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))])
def test_leaves_can_be_copied_and_pickled(data, twin):
    x = Tensor(data, requires_grad=True, name="x")
    (x * x).sum().backward()
    y = twin(x)
    assert y.name == "x"
    assert y.requires_grad
    assert y.dtype == x.dtype
    np.testing.assert_array_equal(y.data, x.data)
    np.testing.assert_array_equal(y.grad, x.grad)
    y.assign(y.data + 1)
    assert not np.array_equal(x.data, y.data)


def test_results_cannot_be_pickled():
    with pytest.raises(GradientError, match=r"multiply .*test_tensor\.py.*detach"):
        pickle.dumps(leaf(2.0) * 3)
    assert pickle.loads(pickle.dumps((leaf(2.0) * 3).detach())).item() == 6


def test_conversion_to_integers_takes_no_gradient_and_to_floats_does():
    x = leaf([1.7, 2.2])
    for dtype in (int, np.int8, bool):
        assert not x.astype(dtype).requires_grad
        assert not (x.astype(dtype) * 2.0).requires_grad
    (x.astype(np.float32) * np.float32(3)).sum().backward()
    np.testing.assert_array_equal(x.grad, [3, 3])
    assert x.grad.dtype == np.float64


def test_an_update_of_a_constant():
    """`assign` works on every leaf, and on constants that share a node until they are touched."""
    c = Tensor([1.0, 2.0]) * 2
    twin = c.detach()
    c.assign([7.0, 8.0])
    np.testing.assert_array_equal(c.data, [7, 8])
    np.testing.assert_array_equal(twin.data, [2, 4])
    assert not Tensor(1.0).requires_grad  # the shared node is as it was


@pytest.mark.parametrize(
    "assign", [lambda t, v: t.assign(v), lambda t, v: setattr(t, "data", v)], ids=["assign", "data"]
)
@pytest.mark.parametrize("data", [2.0, np.float32(2), [2.0], np.array([2.0], np.float32), 2, [2]], ids=repr)
@pytest.mark.parametrize("value", ["2.5", b"2.5", None, 1j, "x"], ids=repr)
def test_a_value_that_is_no_number_is_not_assigned(data, value, assign):
    t = Tensor(data)
    for wrong in (value, np.array(value), [value]):
        fitting = np.shape(wrong) == t.shape
        with pytest.raises((DtypeError, ValueError) if not fitting else DtypeError, match=r"test_tensor\.py"):
            assign(t, wrong)
        np.testing.assert_array_equal(t.data, data)
        assert t.dtype == np.asarray(data).dtype


def test_values_with_a_fraction_are_not_assigned_to_integers():
    for data, wrong in (
        ([1, 2], [1.5, 2.0]),
        (3, 2.5),
        (3, np.nan),
        ([1, 2], np.array([np.inf, 1.0])),
        ([True], [0.5]),
    ):
        t = Tensor(data)
        with pytest.raises(DtypeError, match=r"assign.*test_tensor\.py"):
            t.assign(wrong)
        np.testing.assert_array_equal(t.data, data)
    t = Tensor([1, 2])
    t.assign([3, 4])
    np.testing.assert_array_equal(t.data, [3, 4])
    t.assign(np.array([5, 6], np.int8))
    t.assign(Tensor([7, 8]))
    np.testing.assert_array_equal(t.data, [7, 8])
    assert t.dtype == np.int64


@pytest.mark.parametrize("data", [2.0, np.float32(2), [2.0, 3.0], np.ones(2, np.float16)], ids=repr)
def test_numbers_of_every_kind_are_assigned_in_the_leafs_dtype(data):
    t = leaf(data)
    dtype = t.dtype
    shape = t.shape
    for value in (4, 4.0, True, np.float64(4), np.float32(4), np.int8(4), Tensor(4.0), leaf(4.0)):
        filled = (
            value if not shape else Tensor(np.full(shape, value.data)) if isinstance(value, Tensor) else [value] * 2
        )
        t.assign(filled)
        assert t.dtype == dtype
        np.testing.assert_array_equal(t.data, np.full(shape, 1 if value is True else 4))


def test_no_grad_results_are_leaves():
    x = leaf([1.0])
    with no_grad():
        y = x * 2
    assert y.is_leaf
    y.requires_grad = True
    (y * y).sum().backward()
    assert y.grad == [4]
    assert x.grad is None


def test_a_result_knows_the_operation_that_made_it():
    x = Tensor([1.0, 2.0], requires_grad=True)
    assert autograd.softmax(x).made_by is autograd.softmax
    assert (autograd.softmax(x) * 2).made_by is not autograd.softmax
    assert x.made_by is None
    assert autograd.softmax(x.detach()).made_by is None


@pytest.mark.parametrize("x", [2.0, [1.0, 2.0]])
def test_an_operator_fills_its_node_in_as_record_does(x):
    a = Tensor(x, requires_grad=True)
    by_operator, by_record = (a * a)._node, np.multiply(a, a)._node
    for slot in Node.__slots__:
        if slot in ("clock", "lasti"):
            continue
        first, second = (getattr(node, slot, "unset") for node in (by_operator, by_record))
        assert first is second or np.array_equal(first, second), slot
    assert by_operator.clock + 1 == by_record.clock
