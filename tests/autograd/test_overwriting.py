"""Values overwritten between the forward and the backward pass: a right gradient or an error, never a wrong gradient.

Each form of a call is tried with operands that are spoilt afterwards. The right gradient is the one computed from
operands that nobody touched.
"""

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, affine, grad, no_grad, pick, primitive, vjp
from autograd.errors import StaleValueError
from autograd.primitives import REGISTRY
from tests.autograd.places import place

# --- constants: ndarrays, lists, index arrays ---

WITH_AN_ARRAY = {
    "t + a": lambda t, a: t + a * t,
    "t * a": lambda t, a: t * a,
    "a * t": lambda t, a: a * t,
    "t - a": lambda t, a: (t - a) * t,
    "a - t": lambda t, a: (a - t) * t,
    "t / a": lambda t, a: t / a,
    "a / t": lambda t, a: a / t,
    "t ** a": lambda t, a: t**a,
    "a ** t": lambda t, a: a**t,
    "t @ a": lambda t, a: t @ a,
    "a @ t": lambda t, a: a @ t,
    "multiply": lambda t, a: np.multiply(t, a),
    "multiply reflected": lambda t, a: np.multiply(a, t),
    "maximum": lambda t, a: np.maximum(t, a),
    "where": lambda t, a: np.where(a > 1, t, 0) * np.where(a, t, a),
    "where, the mask itself": lambda t, a: np.where(a.astype(bool), t, t * t),
    "clip": lambda t, a: np.clip(t, a, a + 1),
    "concatenate": lambda t, a: np.concatenate([t, a]) * np.concatenate([a, t]),
    "stack": lambda t, a: np.stack([a, t]).prod(axis=0),
    "dot": lambda t, a: np.dot(t, a),
    "matmul": lambda t, a: np.matmul(a, t),
    "affine": lambda t, a: affine(a.reshape(1, 2), t.reshape(1, 2), a[:1]),
    "logaddexp": lambda t, a: np.logaddexp(t, a),
    "method": lambda t, a: t.dot(a),
    "a view": lambda t, a: t * a[::-1],
    "a NumPy 0-d array": lambda t, a: t * a[0:1].reshape(()),
    "a Tensor sharing nothing": lambda t, a: t * Tensor(a),
}


@pytest.mark.parametrize("form", WITH_AN_ARRAY)
def test_a_constant_array_may_be_overwritten(form):
    f = WITH_AN_ARRAY[form]
    right = Tensor([1.5, 2.5], requires_grad=True)
    f(right, np.array([2.0, 0.5])).sum().backward()
    t, a = Tensor([1.5, 2.5], requires_grad=True), np.array([2.0, 0.5])
    y = f(t, a).sum()
    a[...] = [0.0, 77.0]
    y.backward()
    np.testing.assert_array_equal(t.grad, right.grad)


def test_an_array_operand_may_be_overwritten_before_a_recorded_pass():
    t, a = Tensor([1.5, 2.5], requires_grad=True), np.array([2.0, 0.5])
    y = (a * t * t).sum()
    y.backward(create_graph=True)
    a[...] = 77
    slope = t.grad
    t.zero_grad()
    slope.sum().backward()
    np.testing.assert_array_equal(t.grad, [4.0, 1.0])


@pytest.mark.parametrize(
    "operand", [[2.0, 0.5], (2.0, 0.5), [[2.0, 0.5], [1.0, 1.0]]], ids=["list", "tuple", "nested list"]
)
def test_lists_are_operands_and_may_be_changed_afterwards(operand):
    t = Tensor([1.5, 2.5], requires_grad=True)
    right = np.broadcast_to(operand, np.shape(operand)).reshape(-1, 2).sum(axis=0)
    products = [t * operand, operand * t, np.multiply(t, operand)]
    assert all(type(y) is Tensor for y in products)
    if isinstance(operand, list):
        operand[:] = [9.0, 9.0]
    for y in products:
        t.zero_grad()
        y.sum().backward()
        np.testing.assert_array_equal(t.grad, right)


def test_a_list_of_arrays_and_tensors_may_be_changed_afterwards():
    t, a = Tensor([1.5, 2.5], requires_grad=True), np.array([1.0, 1.0])
    parts = [t, a, [3.0, 4.0], t * t]
    y = np.stack(parts).prod(axis=0).sum()
    a[...] = 5
    parts[2][0] = 7.0
    parts[0] = None
    y.backward()
    np.testing.assert_allclose(t.grad, 3 * np.array([1.5, 2.5]) ** 2 * [3, 4])


@pytest.mark.parametrize(
    "index",
    [
        np.array([0, 2, 0]),
        [0, 2, 0],
        [[0, 1], [1, 2]],
        np.array([True, False, True]),
        [True, False, True],
        (np.array([0, 1]), np.array([2, 2])),
        ([0, 1], slice(None)),
    ],
    ids=str,
)
def test_an_index_may_be_changed_afterwards(index):
    t = Tensor(np.arange(9.0).reshape(3, 3), requires_grad=True)
    expected = np.zeros((3, 3))
    np.add.at(expected, index, 1.0)
    y = t[index].sum()
    part = index[0] if isinstance(index, tuple) else index
    if isinstance(part, list) and isinstance(part[0], list):
        part[0][0] = 2
    else:
        part[0] = not part[0] if np.asarray(part).dtype == bool else 2
    y.backward()
    np.testing.assert_array_equal(t.grad, expected)


def test_a_tensor_index_may_be_assigned_to_afterwards():
    t, index = Tensor([1.0, 2.0, 3.0], requires_grad=True), Tensor(np.array([0, 0, 1]))
    y = t[index].sum()
    index.assign([2, 2, 2])
    y.backward()
    np.testing.assert_array_equal(t.grad, [2, 1, 0])


def test_the_index_of_pick_may_be_changed_afterwards():
    t, index = Tensor(np.arange(6.0).reshape(3, 2), requires_grad=True), np.array([0, 1, 0])
    y = (pick(t, index=index) * np.array([1.0, 10.0, 100.0])).sum()
    y_again = grad(lambda x: (pick(x, index=index) * t[:, 0]).sum())
    index[...] = 1
    y.backward()
    np.testing.assert_array_equal(t.grad, [[1, 0], [0, 10], [100, 0]])
    assert y_again(np.ones((3, 2))).shape == (3, 2)


def test_lists_among_the_keywords_may_be_changed_afterwards():
    t, axes, shape = Tensor(np.arange(6.0).reshape(1, 2, 3), requires_grad=True), [1, 2, 0], [3, 2]
    y = np.transpose(t, axes)
    z = np.reshape(t, shape)
    weights = np.arange(6.0)
    axes.sort()
    shape[:] = [7, 7]
    (y * weights.reshape(2, 3, 1)).sum().backward()
    (z * weights.reshape(3, 2)).sum().backward(create_graph=True)
    np.testing.assert_array_equal(Tensor(t.grad).data.ravel(), 2 * weights)


@pytest.mark.parametrize("form", ["an array", "a tuple", "a list", "a Tensor"])
def test_arrays_among_the_keywords_of_ones_own_op_may_be_changed_afterwards(form):
    kept = dict(REGISTRY)
    try:
        scale = primitive(
            lambda x, by: x * np.asarray(by).reshape(-1), lambda g, y, x, by: g * np.asarray(by).reshape(-1), name="own"
        )
    finally:
        REGISTRY.clear()
        REGISTRY.update(kept)
    by = np.array([2.0, 3.0])
    held: Any = {"an array": by, "a tuple": (by,), "a list": [by], "a Tensor": Tensor(by)}[form]
    t = Tensor([1.0, 1.0], requires_grad=True)
    y = scale(t, by=held)
    by[...] = 77
    if form == "a Tensor":
        held.assign(by)
    y.sum().backward()
    np.testing.assert_array_equal(t.grad, [2, 3])


# --- leaves: assign, .data ---

LEAVES = {"scalar": (3.0, 5.0), "float32": (np.float32(3), np.float32(5)), "array": ([3.0, 1.0], [5.0, 1.0])}


@pytest.fixture(params=LEAVES)
def leaf_and_new(request):
    value, new = LEAVES[request.param]
    return Tensor(value, requires_grad=True, name="weight"), new


def used_in(x):
    return (x * x).sum()  # used here


OVERWRITE = {
    "assign": lambda x, new: x.assign(new),
    "the setter": lambda x, new: setattr(x, "data", new),
    "in place": lambda x, new: x.data.__setitem__(..., new),
    "the step of a learner": lambda x, new: setattr(x, "data", x.data - np.asarray(x.data) + new),
    "assign and look": lambda x, new: (x.assign(new), x.data),
    "in place and look": lambda x, new: (x.data.__setitem__(..., new), x.data),
    "in place, then use and look": lambda x, new: (x.data.__setitem__(..., new), used_in(x), x.data),
}


@pytest.mark.parametrize("how", OVERWRITE)
def test_a_leaf_overwritten_after_its_use_makes_the_graph_stale(leaf_and_new, how):
    x, new = leaf_and_new
    y = used_in(x)
    OVERWRITE[how](x, new)
    with pytest.raises(StaleValueError, match="'weight'") as caught:
        y.backward()
    assert place(__file__, "used here") in str(caught.value)
    assert f"{__file__}:" in str(caught.value).split("overwritten afterwards")[1]
    assert x.grad is None
    used_in(x).backward()  # a new forward pass sees the new value
    np.testing.assert_array_equal(x.grad, 2 * np.asarray(new))


def test_the_error_names_the_line_of_the_assignment():
    x = Tensor([3.0], requires_grad=True)
    y = (x * x).sum()  # the forward line
    x.assign([4.0])  # the assignment
    with pytest.raises(StaleValueError) as caught:
        y.backward()
    assert place(__file__, "the forward line") in str(caught.value)
    assert place(__file__, "the assignment") in str(caught.value)


def test_a_constant_leaf_overwritten_after_its_use_makes_the_graph_stale():
    x, c = Tensor([3.0], requires_grad=True), Tensor([2.0])
    y = (x * c).sum()
    c.assign([5.0])
    with pytest.raises(StaleValueError):
        y.backward()


def test_a_pass_from_a_transform_or_a_recorded_pass_is_stale_too():
    w = Tensor([3.0], requires_grad=True)
    _, pullback = vjp(lambda x: (x * w).sum(), np.array([2.0]))
    y = (w * w).sum()
    w.assign([4.0])
    with pytest.raises(StaleValueError):
        pullback(1.0)
    with pytest.raises(StaleValueError):
        y.backward(create_graph=True)


@pytest.mark.parametrize("data", [3.0, [3.0, 4.0], np.float32(3), [np.nan]], ids=str)
@pytest.mark.parametrize("f", [lambda x: x * x, lambda x: x + 1.0, lambda x: -x, np.exp, np.sum])
def test_looking_at_data_between_the_passes_changes_nothing(data, f):
    right, x = Tensor(data, requires_grad=True), Tensor(data, requires_grad=True)
    f(right).sum().backward()
    y = f(x).sum()
    assert type(x.data) is np.ndarray
    np.testing.assert_array_equal(x.data, data)
    y.backward()
    np.testing.assert_array_equal(x.grad, right.grad)
    assert x.grad.dtype == right.grad.dtype


def test_looking_at_data_after_a_step_does_not_spoil_the_next():
    """A learner who updates in place and prints in between."""
    x = Tensor([3.0, 1.0], requires_grad=True)
    for step in range(4):
        loss = (x * x).sum()
        if step % 2:
            print(x.data)
        loss.backward()
        x.data[...] -= 0.25 * x.grad
        x.zero_grad()
        print(x.data)
    np.testing.assert_array_equal(x.data, [3 / 16, 1 / 16])


def test_a_value_that_came_and_went_is_not_taken_for_one_that_stayed():
    x = Tensor([3.0, 1.0], requires_grad=True)
    before = used_in(x)
    assert x.data[0] == 3
    x.assign([5.0, 1.0])
    between = used_in(x)
    x.assign([3.0, 1.0])
    with pytest.raises(StaleValueError):
        between.backward()
    with pytest.raises(StaleValueError):
        before.backward()
    assert x.grad is None


def test_writing_the_same_values_is_harmless():
    x = Tensor([3.0, 1.0], requires_grad=True)
    y = (x * x).sum()
    x.data[...] = [3.0, 1.0]
    y.backward()
    np.testing.assert_array_equal(x.grad, [6, 2])


@pytest.mark.parametrize("data", [3.0, np.float32(3.0), [3.0, 4.0], [[1.0]]], ids=str)
@pytest.mark.parametrize("keep", [False, True], ids=["graph dropped", "graph kept"])
def test_the_teaching_idiom_learns(data, keep):
    p = Tensor(data, requires_grad=True)
    kept, start = [], np.array(data)
    for step in range(5):
        loss = (p * p).sum()
        kept.append(loss) if keep else None
        loss.backward()
        p.data -= 0.25 * p.grad
        p.grad = None
        np.testing.assert_allclose(p.data, start * 0.5 ** (step + 1))
        assert p.dtype == start.dtype
    assert p.version > 0


def test_an_update_under_no_grad():
    p = Tensor([4.0], requires_grad=True)
    (p * p).sum().backward()
    with no_grad():
        p.assign(p - 0.5 * p.grad)
    assert p.is_leaf
    assert p.requires_grad
    np.testing.assert_array_equal(p.data, [0.0])


VIEWS = {
    "reshape": lambda w: w.reshape(2, 1),
    "transpose": lambda w: w.reshape(1, 2).T,
    "slice": lambda w: w[::-1].reshape(2, 1)[::-1],
    "expand_dims": lambda w: np.expand_dims(w, 1),
    "positive of a view": lambda w: +w.reshape(2, 1),
    "swapaxes": lambda w: w[None].swapaxes(0, 1),
    "the leaf": lambda w: w[:, None],
}
THROUGH = {
    "multiply": (lambda x, y: x * y, lambda w: w),
    "divide": (lambda x, y: x / y, lambda w: 1 / w),
    "a rule that reads its output": (lambda x, y: np.exp(x * y), lambda w: w * np.exp(w)),
    "matmul": (lambda x, y: (x.T @ y) * np.ones((2, 1)), lambda w: 2 * w),
    "another view": (lambda x, y: x.reshape(2) * y.reshape(2), lambda w: w),
}


@pytest.mark.parametrize("how", [h for h in OVERWRITE if "use and look" not in h])
@pytest.mark.parametrize("through", THROUGH)
@pytest.mark.parametrize("view", VIEWS)
def test_a_leaf_overwritten_while_a_pullback_waits_that_reads_a_view_of_it(view, through, how):
    """The view lies before the transform, whose pass goes no further back: it sees no leaf whose clock would tell."""
    f, slope = THROUGH[through]
    w = Tensor([3.0, 4.0], requires_grad=True)
    y = VIEWS[view](w)
    _, pullback = vjp(lambda x: f(x, y), np.ones((2, 1)))
    right = slope(w.data.copy()).reshape(2, 1)
    OVERWRITE[how](w, np.array([-7.0, -6.0]))
    try:
        (gradient,) = pullback(np.ones(2) if through == "another view" else np.ones((2, 1)))
    except StaleValueError:
        return
    np.testing.assert_allclose(gradient, right)


def test_a_pullback_through_a_view_of_a_leaf_nobody_wrote_to():
    w = Tensor([3.0, 4.0], requires_grad=True)
    for make in VIEWS.values():
        y = make(w)
        _, pullback = vjp(lambda x, y=y: x * y, np.ones((2, 1)))
        np.testing.assert_array_equal(pullback(np.ones((2, 1)))[0], [[3], [4]])
        w.assign(w.data)
        w.data
        np.testing.assert_array_equal(make(w).detach().data, [[3], [4]])


def test_a_recorded_pullback_through_a_view_of_an_overwritten_leaf():
    w, c = Tensor([3.0, 4.0], requires_grad=True), Tensor([1.0, 1.0], requires_grad=True)
    y = w.reshape(2, 1)
    _, pullback = vjp(lambda x: x * x * y, np.ones((2, 1)))
    w.data -= 10
    try:
        (gradient,) = pullback((c * 1).reshape(2, 1))
        gradient.sum().backward()
    except StaleValueError:
        return
    np.testing.assert_array_equal(c.grad, [6, 8])
    np.testing.assert_array_equal(gradient.detach().data, [[6], [8]])


# --- results and what was cut off them ---


def test_data_of_a_result_cannot_be_written():
    x = Tensor([1.0, 2.0], requires_grad=True)
    scalar: Any = Tensor(2.0, requires_grad=True)
    results: list[Any] = [x * 2, x.detach() * 2, np.exp(x), x[0], scalar * 3.0, x.T, x.detach()]
    for y in results:
        with pytest.raises(ValueError, match="read-only"):
            y.data[...] = 5


def leaf_parts():
    """Unrecorded values that NumPy would let share a leaf's memory."""
    return {
        "detach": lambda c: c.detach(),
        "detach of a view": lambda c: c.reshape(-1).detach(),
        "detach of a view of a view": lambda c: c.reshape(1, 2)[0].detach(),
        "numpy": lambda c: Tensor(c.detach().numpy()),
        "no_grad view": lambda c: no_grad()(lambda: c[0:2])(),
        "no_grad transpose": lambda c: no_grad()(lambda: c.T)(),
        "no_grad view of a recorded view": lambda c: no_grad()(lambda v: v[0:2])(c.reshape(2)),
        "no_grad function": lambda c: no_grad()(lambda: np.squeeze(c))(),
        "no_grad broadcast": lambda c: no_grad()(lambda: np.broadcast_to(c, (1, 2)))(),
    }


@pytest.mark.parametrize("part", leaf_parts())
@pytest.mark.parametrize("requires_grad", [False, True], ids=["constant leaf", "leaf"])
def test_a_value_cut_off_a_leaf_does_not_follow_its_updates(part, requires_grad):
    c, w = Tensor([3.0, 4.0], requires_grad=requires_grad), Tensor([1.0, 1.0], requires_grad=True)
    v = leaf_parts()[part](c)
    y = (w * v).sum()
    c.data -= 1
    np.testing.assert_array_equal(v.data.ravel(), [3, 4])
    y.backward()
    np.testing.assert_array_equal(w.grad, [3, 4])


def test_a_view_of_a_constant_leaf_does_not_follow_its_updates():
    c, w = Tensor([3.0, 4.0]), Tensor([1.0, 1.0], requires_grad=True)
    views = [c[0:2], c.reshape(2), c.T, c.ravel(), np.expand_dims(c, 0), np.broadcast_to(c, (3, 2))]
    y = sum((w * v).sum() for v in views)
    c.data -= 1
    y.backward()
    np.testing.assert_array_equal(w.grad, [24, 32])


@pytest.mark.parametrize("cut", [lambda y: y.detach(), lambda y: no_grad()(lambda: +y)()], ids=["detach", "no_grad"])
def test_a_detached_result_that_becomes_a_leaf_has_memory_of_its_own(cut):
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = np.exp(x)
    d = cut(y)
    d.requires_grad = True
    d.name = "d"
    d.data -= 1
    d.data[...] *= 5
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, np.exp([1.0, 2.0]))


CONSTANTS = {
    "a constant": lambda: Tensor([2.0, 3.0]),
    "a float32": lambda: Tensor(np.array([2.0, 3.0], np.float32)),
    "a number": lambda: Tensor(2.0),
    "a 0-d float32": lambda: Tensor(np.float32(2)),
    "a matrix": lambda: Tensor(np.asfortranarray([[2.0, 3.0], [4.0, 5.0]])),
    "a named constant": lambda: Tensor([2.0, 3.0], name="c"),
    "a constant result": lambda: Tensor([1.0, 2.0]) * 2,
    "a detached result": lambda: (Tensor([1.0, 2.0], requires_grad=True) * 2).detach(),
    "a detached leaf": lambda: Tensor([1.0, 2.0], requires_grad=True).detach(),
    "a result of no_grad": lambda: no_grad()(lambda: Tensor([1.0, 2.0], requires_grad=True) * 2)(),
    "integers": lambda: Tensor([1, 2]),
}
TAKEN = {
    "asarray": np.asarray,
    "asarray of its dtype": lambda c: np.asarray(c, dtype=c.dtype),
    "asanyarray": np.asanyarray,
    "ascontiguousarray": np.ascontiguousarray,
    "array": np.array,
    "array, no copy if it can": lambda c: np.array(c, copy=None),
    "__array__": lambda c: c.__array__(),
    "a view of asarray": lambda c: np.asarray(c).reshape(-1),
}


@pytest.mark.parametrize("taken", TAKEN)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("constant", CONSTANTS)
def test_writing_into_an_array_made_of_a_tensor_changes_no_gradient(constant, when, taken):
    c = CONSTANTS[constant]()
    right = np.array(c)
    w = Tensor(np.ones(c.shape), requires_grad=True)
    array = TAKEN[taken](c) if when == "before" else None
    y = (w * c).sum() + np.exp(w * 1.0 + c).sum() * 0
    if array is None:
        array = TAKEN[taken](c)
    try:
        array[...] = 99
    except ValueError as error:
        assert "read-only" in str(error)
    y.backward()
    np.testing.assert_array_equal(w.grad, right)
    np.testing.assert_array_equal(c.data, right)


def test_an_array_made_of_a_detached_result_does_not_reach_into_the_graph():
    x = Tensor([1.0, 2.0], requires_grad=True)
    h = np.exp(x)
    for take in (np.asarray, lambda t: t.numpy(), lambda t: t.__array__()):
        array = take(h.detach())
        try:
            array[...] = 0
        except ValueError as error:
            assert "read-only" in str(error)
    h.sum().backward()
    np.testing.assert_array_equal(x.grad, np.exp([1.0, 2.0]))


# --- gradients ---


def test_no_two_gradients_share_memory_nor_alias_the_users():
    mine = np.array([1.0, 2.0])
    leaves = [Tensor([1.0, 1.0], requires_grad=True) for _ in range(4)]
    a, b, c, d = leaves
    (a + b + c.reshape(2) - (-d)).backward(mine)
    arrays = [mine, *(leaf.grad for leaf in leaves), *(leaf.data for leaf in leaves)]
    assert not any(np.shares_memory(x, y) for i, x in enumerate(arrays) for y in arrays[:i])
    for leaf in leaves:
        np.testing.assert_array_equal(leaf.grad, mine)
    a.grad *= 100
    np.testing.assert_array_equal(b.grad, mine)
    np.testing.assert_array_equal(mine, [1, 2])


@pytest.mark.parametrize("make", [np.array, Tensor, list], ids=["array", "Tensor", "list"])
def test_the_gradient_of_a_leaf_itself_is_a_copy(make):
    x, mine = Tensor([1.0, 1.0], requires_grad=True), make([1.0, 2.0])
    x.backward(mine)
    x.grad[0] = 50
    np.testing.assert_array_equal(mine if make is not Tensor else mine.data, [1, 2])
    x.backward(mine)
    np.testing.assert_array_equal(x.grad, [51, 4])


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("f", [lambda x: x, lambda x: +x, lambda x: x.reshape(2), lambda x: x + 0])
def test_the_gradient_argument_may_be_overwritten_after_the_pass(f, create_graph):
    x, mine = Tensor([1.0, 1.0], requires_grad=True), np.array([1.0, 2.0])
    f(x).backward(mine, create_graph=create_graph)
    mine[...] = 99
    np.testing.assert_array_equal(x.grad.data if create_graph else x.grad, [1, 2])


def test_a_gradient_that_was_kept_does_not_grow_with_the_next_pass():
    x = Tensor([1.0, 1.0], requires_grad=True)
    (x * 2).sum().backward()
    kept = x.grad
    (x * 2).sum().backward()
    np.testing.assert_array_equal(kept, [2, 2])
    np.testing.assert_array_equal(x.grad, [4, 4])


def test_a_gradient_that_is_set_is_copied_in_the_leafs_dtype():
    for dtype in (np.float32, np.float64):
        x, mine = Tensor(np.ones(2, dtype), requires_grad=True), np.array([1.0, 2.0])
        x.grad = mine
        mine[0] = 9
        np.testing.assert_array_equal(x.grad, [1, 2])
        assert x.grad.dtype == dtype


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("write", [lambda p: p.assign([5.0, 6.0]), lambda p: setattr(p, "data", p.data - 1)])
def test_a_hook_that_assigns_to_a_leaf_whose_old_value_is_still_needed(write, create_graph):
    p = Tensor([1.0, 2.0], requires_grad=True)
    h = p * p
    y = h * 3
    y.register_hook(lambda g: write(p))
    with pytest.raises(StaleValueError, match=r"test_overwriting\.py"):
        y.sum().backward(create_graph=create_graph)
    assert p.grad is None


def test_a_hook_that_assigns_to_a_leaf_that_is_done_with():
    p, q = Tensor([1.0, 2.0], requires_grad=True), Tensor([1.0, 2.0], requires_grad=True)
    h = q * q
    y = p * h
    h.register_hook(lambda g: p.assign([5.0, 6.0]))
    y.sum().backward()
    np.testing.assert_array_equal(q.grad, [2, 8])
    np.testing.assert_array_equal(p.grad, [1, 4])


@pytest.mark.parametrize("build", [lambda x, w: x * w, lambda x, w: x.exp() + x * w, lambda x, w: w @ x])
def test_a_leaf_that_is_made_to_require_grad_after_it_was_used_is_refused(build):
    """Its gradient would lack what came of it before: of `x.exp()` nothing was recorded."""
    x, w = Tensor([1.0, 2.0]), Tensor([3.0, 4.0], requires_grad=True)
    y = build(x, w).sum()
    x.requires_grad = True
    with pytest.raises(StaleValueError, match=r"made to require grad.*test_overwriting\.py.*requires_grad = True"):
        y.backward()
    assert x.grad is None
    assert w.grad is None
    build(x, w).sum().backward()
    assert x.grad is not None


def test_a_leaf_that_is_frozen_after_it_was_used_gets_nothing_and_others_get_theirs():
    x, w = Tensor([1.0, 2.0], requires_grad=True), Tensor([3.0, 4.0], requires_grad=True)
    y = (x * w).sum()
    x.requires_grad = False
    y.backward()
    assert x.grad is None
    np.testing.assert_array_equal(w.grad, [1, 2])
    x.requires_grad = True
    x.requires_grad = True
    (x * w).sum().backward()
    np.testing.assert_array_equal(x.grad, [3, 4])
