"""Every op of the registry against NumPy's value and against finite differences, in every form an argument can take.

Nothing here names an op, but for a few that must be told apart: rows in `samples.py` are all that a new op needs.
"""

import copy
import itertools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, grad, jvp
from autograd.complexes import ComplexPrimitive
from autograd.graph import ancestors, tick
from autograd.primitives import CONSTANT, REGISTRY, Primitive
from tests.autograd.layouts import LAYOUTS, laid_out
from tests.autograd.oracles import inner, numeric_jvp, numeric_vjp
from tests.autograd.places import line_of
from tests.autograd.samples import ROWS, Row, ops

OPS = ops()
ELEMENTWISE = [op for op in OPS if op.is_elementwise and op.name in ROWS]


def cases(wanted: Callable[[Primitive], bool]) -> list[Any]:
    return [
        pytest.param(op, row, id=f"{op.name}-{number}")
        for op in OPS
        if wanted(op)
        for number, row in enumerate(ROWS.get(op.name, []))
    ]


def cases_with_complex_numbers() -> list[Any]:
    """The rows of ops that take complex numbers too, with imaginary parts."""
    return [
        pytest.param(case.values[0], case.values[1].with_complex_numbers(), id=f"complex-{case.id}")
        for case in cases(lambda op: op.structure != CONSTANT and op.takes_complex)
        if not isinstance(case.values[0], ComplexPrimitive)  # they have complex rows of their own
    ]


differentiable = pytest.mark.parametrize("op, row", cases(lambda op: op.structure != CONSTANT))
differentiable_and_complex = pytest.mark.parametrize(
    "op, row", cases(lambda op: op.structure != CONSTANT) + cases_with_complex_numbers()
)
constant = pytest.mark.parametrize("op, row", cases(lambda op: op.structure == CONSTANT))
elementwise = pytest.mark.parametrize("op", ELEMENTWISE, ids=lambda op: op.name)


# --- helpers ---


def wanted(op: Primitive, arrays: list[Any]) -> list[bool]:
    """Which arguments take a gradient."""
    return [True] * len(arrays) if op.joint is not None else [rule is not None for rule in op.rules]


def reference(op: Primitive, row: Row) -> Callable[..., Any]:
    """The value to expect, by NumPy alone."""
    function = row.numpy or op.numpy_function
    if op.joint is not None:
        return lambda *arrays: function(arrays, **row.keywords)
    return lambda *arrays: function(*arrays, **row.keywords)


def tensors(op: Primitive, arrays: list[Any]) -> list[Tensor]:
    return [Tensor(x, requires_grad=w) for x, w in zip(arrays, wanted(op, arrays), strict=True)]


def cotangent_for(value: Any, dtype: Any = None) -> np.ndarray:
    rng = np.random.default_rng(1)
    cotangent = rng.uniform(0.5, 1.5, np.shape(value))
    if np.iscomplexobj(value):
        return (cotangent + 1j * rng.uniform(0.5, 1.5, np.shape(value))).astype(dtype or complex)
    return cotangent.astype(dtype or float)


def in_precision(x: np.ndarray, dtype: Any) -> np.ndarray:
    """Real and complex numbers in single or double precision, everything else as it is."""
    return x.astype(np.result_type(dtype, 1j) if x.dtype.kind == "c" else dtype) if x.dtype.kind in "fc" else x


def tangent_for(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    tangent = np.asarray(rng.uniform(-1, 1, np.shape(x)))
    return tangent + 1j * rng.uniform(-1, 1, np.shape(x)) if x.dtype.kind == "c" else tangent


def gradients(op: Primitive, arrays: list[Any], keywords: dict[str, Any], cotangent: Any = None) -> list[Any]:
    """The gradient of `sum(cotangent * op(*arrays))` with respect to each argument; None for those without."""
    leaves = tensors(op, arrays)
    y = op(*leaves, **keywords)
    y.backward(cotangent_for(y) if cotangent is None else cotangent)
    return [leaf.grad for leaf in leaves]


def assert_close(actual: Any, expected: Any, tolerance: float = 1e-8) -> None:
    assert np.shape(actual) == np.shape(expected)
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance)


def assert_all_close(actual: list[Any], expected: list[Any], tolerance: float = 1e-8) -> None:
    assert [x is None for x in actual] == [x is None for x in expected]
    for a, e in zip(actual, expected, strict=True):
        if e is not None:
            assert_close(a, e, tolerance)


def of_one(
    op: Primitive, arrays: list[Any], position: int, keywords: dict[str, Any] | None = None
) -> Callable[[Any], Any]:
    """The op as a function of one of its arguments."""
    return lambda x: op(*arrays[:position], x, *arrays[position + 1 :], **(keywords or {}))


def call(op: Primitive, *arguments: Any) -> Any:
    """As a user would: through NumPy where the op is a NumPy function."""
    is_numpy = (getattr(op.numpy_function, "__module__", None) or "numpy").startswith("numpy")
    return (op.numpy_function if is_numpy else op)(*arguments)


# --- the registry itself ---


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)
def test_every_op_has_a_sample(op):
    assert ROWS.get(op.name), f"{op.name} has no row in tests/autograd/samples.py"


def test_no_two_ops_share_a_name():
    names = [op.name for op in OPS]
    assert sorted(set(names)) == sorted(names)


def test_every_sample_is_of_an_op():
    assert set(ROWS) <= {op.name for op in OPS}


# --- values ---


@differentiable_and_complex
def test_value_is_numpys(op, row):
    arrays = row.draw()
    value, expected = op(*tensors(op, arrays), **row.keywords), reference(op, row)(*arrays)
    assert isinstance(value, Tensor)
    assert value.requires_grad
    assert value.dtype == expected.dtype
    assert_close(value.data, expected, 1e-13)
    assert_close(op(*arrays, **row.keywords), expected, 1e-13)  # and on plain arrays


@constant
def test_value_of_a_nondifferentiable_op_is_numpys_and_takes_no_gradient(op, row):
    arrays = row.draw()
    floats = [x.dtype.kind == "f" for x in arrays]
    value = op(*(Tensor(x, requires_grad=f) for x, f in zip(arrays, floats, strict=True)), **row.keywords)
    expected = reference(op, row)(*arrays)
    assert type(value) is Tensor
    assert not value.requires_grad
    assert value.is_leaf
    np.testing.assert_array_equal(value.data, expected)
    assert value.dtype == np.asarray(expected).dtype


@pytest.mark.parametrize("op, row", [case for case in cases(lambda op: True) if case.values[1].numpy is None])
def test_numpys_own_function_on_tensors_is_the_op(op, row):
    arrays = row.draw()
    value = reference(op, row)(*(Tensor(x) for x in arrays))
    assert isinstance(value, Tensor)
    np.testing.assert_array_equal(value.data, np.asarray(op(*arrays, **row.keywords)))


@pytest.mark.parametrize(
    "function",
    [f for f in REGISTRY if isinstance(getattr(f, "__self__", None), np.ufunc)],
    ids=lambda f: f"{f.__self__.__name__}.{f.__name__}",
)
@pytest.mark.parametrize("keywords", [{}, {"axis": 1}, {"axis": None}, {"axis": (0, 1), "keepdims": True}], ids=str)
def test_ufunc_reduce_on_a_tensor_is_numpys(function, keywords):
    x = ROWS["sum"][0].draw()[0]
    t = Tensor(x, requires_grad=True)
    value = function(t, **keywords)
    assert value.requires_grad
    assert_close(value.data, function(x, **keywords), 1e-13)
    assert_close(function(t, 1).data, function(x, 1), 1e-13)


# --- derivatives ---


@differentiable_and_complex
def test_gradient_is_that_of_finite_differences(op, row):
    arrays = row.draw()
    f = reference(op, row)
    cotangent = cotangent_for(f(*arrays))
    expected = numeric_vjp(f, arrays, cotangent, wanted(op, arrays))
    assert_all_close(gradients(op, arrays, row.keywords, cotangent), expected)


@differentiable_and_complex
def test_second_derivative_is_that_of_finite_differences(op, row):
    """Of s = <u, gradient of <v, op(x)>>, with respect to x and, since the rule is linear in it, to v."""
    arrays = row.draw()
    which = wanted(op, arrays)
    v = cotangent_for(reference(op, row)(*arrays))
    directions = [cotangent_for(x) for x in arrays]

    def s(*arguments: Any) -> float:
        *xs, v = arguments
        pairs = zip(gradients(op, xs, row.keywords, v), directions, strict=True)
        return sum((inner(u, g) for g, u in pairs if g is not None), start=0.0)

    leaves, cotangent = tensors(op, arrays), Tensor(v, requires_grad=True)
    op(*leaves, **row.keywords).backward(cotangent, create_graph=True)
    total = sum(
        (inner(u, x.grad) for x, u in zip(leaves, directions, strict=True) if x.requires_grad), start=Tensor(0.0)
    )
    for x in leaves:
        x.zero_grad()
    cotangent.zero_grad()
    total.backward()
    second = [
        None if not w else np.zeros(x.shape) if x.grad is None else x.grad
        for x, w in zip([*leaves, cotangent], [*which, True], strict=True)
    ]
    assert_all_close(second, numeric_vjp(s, [*arrays, v], 1.0, [*which, True]), 1e-6)


@differentiable_and_complex
def test_forward_mode_agrees_with_finite_differences_and_with_reverse_mode(op, row):
    arrays = row.draw()
    which = [i for i, w in enumerate(wanted(op, arrays)) if w]
    rng = np.random.default_rng(2)
    tangents = [tangent_for(x, rng) if i in which else None for i, x in enumerate(arrays)]

    def f(*chosen: Any) -> Any:
        arguments = list(arrays)
        for i, x in zip(which, chosen, strict=True):
            arguments[i] = x
        return op(*arguments, **row.keywords)

    value, pushed = jvp(f, tuple(arrays[i] for i in which), tuple(tangents[i] for i in which))
    assert_close(value, op(*arrays, **row.keywords), 1e-13)
    assert_close(pushed, numeric_jvp(reference(op, row), arrays, tangents))
    u = cotangent_for(value)
    pulled = gradients(op, arrays, row.keywords, u)
    there, back = inner(u, pushed), sum(inner(pulled[i], tangents[i]) for i in which)
    np.testing.assert_allclose(there, back, rtol=1e-12, atol=1e-12)
    for i in which:  # each argument alone: the others are constants
        _, alone = jvp(of_one(op, arrays, i, row.keywords), (arrays[i],), (tangents[i],))
        only = [t if j == i else None for j, t in enumerate(tangents)]
        assert_close(alone, numeric_jvp(reference(op, row), arrays, only))


@differentiable_and_complex
def test_forward_over_reverse_is_the_second_derivative(op, row):
    arrays = row.draw()
    position = wanted(op, arrays).index(True)
    v = cotangent_for(reference(op, row)(*arrays))
    tangent = tangent_for(arrays[position], np.random.default_rng(3))

    def f(x: Any) -> Any:
        return inner(v, of_one(op, arrays, position, row.keywords)(x))

    _, pushed = jvp(grad(f), (arrays[position],), (tangent,))
    assert_close(pushed, numeric_jvp(grad(f), [arrays[position]], [tangent]), 1e-6)


@pytest.mark.parametrize("op", [op for op in ELEMENTWISE if op.arity == 1], ids=lambda op: op.name)
def test_third_and_fourth_derivatives_of_a_function_of_one_number(op):
    """Each from the one below, which the tests above and the pass before have found right."""
    x = float(np.asarray(ROWS[op.name][0].arrays[0].draw(np.random.default_rng(8), ())))
    below = grad(grad(op))
    for _ in range(2):
        above = grad(below)
        assert_close(above(x), numeric_jvp(below, [x], [1.0]), 1e-6)
        below = above


# --- Python numbers ---

OPERATORS: dict[Any, Callable[..., Any]] = {
    np.add: operator.add,
    np.subtract: operator.sub,
    np.multiply: operator.mul,
    np.divide: operator.truediv,
    np.power: operator.pow,
}


def with_python_numbers() -> list[Any]:
    """Each elementwise op of several arguments, in each form of a call, as a function of each of them alone."""
    found = []
    for op in ELEMENTWISE:
        forms = {"function": lambda *a, op=op: call(op, *a)}
        if op.numpy_function in OPERATORS:
            forms["operator"] = OPERATORS[op.numpy_function]
        row = ROWS[op.name][0]
        found += [
            pytest.param(op, form, position, id=f"{op.name}-{position}-{kind}")
            for position, w in enumerate(wanted(op, list(row.arrays)))
            if w and op.arity > 1
            for kind, form in forms.items()
        ]
    return found


@pytest.mark.parametrize("shape", [(), (3,)], ids=str)
@pytest.mark.parametrize("op, form, position", with_python_numbers())
def test_both_derivatives_where_all_but_one_argument_are_python_numbers(op, form, position, shape):
    """0-d float64 Tensors hold Python floats too: rules meet nothing but those in a recorded pass."""
    row = ROWS[op.name][0]
    for seed in range(4):  # on either side of kinks
        rng = np.random.default_rng(seed)
        numbers: list[Any] = [np.asarray(a.draw(rng, ())).item() for a in row.arrays]
        x = np.asarray(row.arrays[position].draw(rng, shape))

        def f(x, numbers=numbers):
            return form(*numbers[:position], x, *numbers[position + 1 :])

        def slope(x, f=f):
            t = Tensor(x, requires_grad=True)
            f(t).sum().backward()
            return t.grad

        first = numeric_vjp(f, [x], np.ones(shape), [True])[0]
        second = numeric_vjp(slope, [x], np.ones(shape), [True])[0]
        t = Tensor(x, requires_grad=True)
        f(t).sum().backward(create_graph=True)
        recorded = t.grad
        assert type(recorded) is Tensor
        assert_close(recorded.detach().data, first)
        t.zero_grad()
        if recorded.requires_grad:
            recorded.sum().backward()
            assert_close(t.grad, second)
        else:
            assert_close(np.zeros(shape), second)
        assert_close(grad(lambda x, f=f: f(x).sum())(x), first)
        twice = grad(lambda x, f=f: grad(lambda z: f(z).sum())(x).sum())(x)
        assert_close(twice, second)
        # The others as Tensors that take no gradient.
        t.zero_grad()
        fixed = [Tensor(n) if i != position else t for i, n in enumerate(numbers)]
        call(op, *fixed).sum().backward(create_graph=True)
        assert_close(t.grad.detach().data, first)


# --- shapes ---


def shape_combinations(arity: int) -> list[tuple[tuple[int, ...], ...]]:
    """All that broadcast together: stretched axes, missing axes, axes of length one and zero."""
    shapes = {
        1: [(), (1,), (3,), (2, 3), (1, 1), (0,), (2, 0)],
        2: [(), (1,), (2,), (3, 1), (3, 2), (1, 1), (2, 1, 2), (0,), (3, 0)],
        3: [(), (1,), (2,), (3, 1), (3, 2), (0,)],
    }[arity]
    found = []
    for combination in itertools.product(shapes, repeat=arity):
        try:
            np.broadcast_shapes(*combination)
        except ValueError:
            continue
        found.append(combination)
    return found


@elementwise
def test_broadcasting_is_undone_for_every_combination_of_shapes(op):
    row = ROWS[op.name][0]
    f = reference(op, row)
    for shapes in shape_combinations(op.arity):
        rng = np.random.default_rng(4)
        arrays = [np.asarray(a.draw(rng, shape)) for a, shape in zip(row.arrays, shapes, strict=True)]
        value = op(*tensors(op, arrays))
        assert value.shape == np.broadcast_shapes(*shapes)
        cotangent = cotangent_for(value)
        expected = numeric_vjp(f, arrays, cotangent, wanted(op, arrays))
        assert_all_close(gradients(op, arrays, {}, cotangent), expected)


@elementwise
def test_forward_mode_broadcasts_what_is_stretched(op):
    row = ROWS[op.name][0]
    f = reference(op, row)
    for shapes in shape_combinations(op.arity):
        rng = np.random.default_rng(5)
        arrays = [np.asarray(a.draw(rng, shape)) for a, shape in zip(row.arrays, shapes, strict=True)]
        for i, w in enumerate(wanted(op, arrays)):
            if w:
                tangent = np.asarray(rng.uniform(-1, 1, shapes[i]))
                _, pushed = jvp(of_one(op, arrays, i), (arrays[i],), (tangent,))
                only = [tangent if j == i else None for j in range(op.arity)]
                assert_close(pushed, numeric_jvp(f, arrays, only))


SCALARS = {
    "a Python float": lambda x: Tensor(float(x), requires_grad=True),
    "a float64 array": lambda x: Tensor.wrap(np.array(x), requires_grad=True),
    "a float32": lambda x: Tensor(np.float32(x), requires_grad=True),
    "one element of an array": lambda x: Tensor([float(x)], requires_grad=True)[0],
}


@elementwise
@pytest.mark.parametrize("kinds", [*SCALARS, "mixed"])
def test_scalars_of_every_kind(op, kinds):
    """A 0-d value may be held in several forms; all have one gradient, and it comes back in the leaf's dtype."""
    row = ROWS[op.name][0]
    which = wanted(op, list(row.arrays))
    choices = itertools.product(SCALARS, repeat=sum(which)) if kinds == "mixed" else [(kinds,) * sum(which)]
    for choice in choices:
        rng = np.random.default_rng(6)
        arrays = [np.asarray(a.draw(rng, ())) for a in row.arrays]
        makers = iter(choice)
        arguments: list[Any] = [SCALARS[next(makers)](x) if w else bool(x) for x, w in zip(arrays, which, strict=True)]
        for t in arguments:
            if type(t) is Tensor:
                t.retain_grad()
        y = op(*arguments)
        assert y.shape == ()
        y.backward()
        expected = numeric_vjp(reference(op, row), arrays, 1.0, which)
        for t, e in zip(arguments, expected, strict=True):
            if e is not None:
                assert type(t.grad) is np.ndarray
                assert t.grad.dtype == t.dtype
                assert_close(t.grad, e, 1e-8 if "a float32" not in choice else 1e-4)


# --- dtypes ---

SINGLE = (np.float32, np.complex64)


def in_single_precision(keywords: dict[str, Any]) -> dict[str, Any]:
    if "dtype" not in keywords:
        return keywords
    return keywords | {"dtype": in_precision(np.zeros(1, keywords["dtype"]), np.float32).dtype}


@differentiable_and_complex
def test_float32_stays_float32(op, row):
    arrays = [in_precision(x, np.float32) for x in row.draw()]
    keywords = in_single_precision(row.keywords)
    leaves = tensors(op, arrays)
    y = op(*leaves, **keywords)
    assert y.dtype in SINGLE
    y.backward(cotangent_for(y, y.dtype), create_graph=True)
    first = [x.grad for x in leaves if x.requires_grad]
    assert [g.dtype for g in first] == [x.dtype for x in leaves if x.requires_grad]
    doubles = gradients(op, [in_precision(x, float) for x in arrays], row.keywords)
    assert_all_close([None if x.grad is None else x.grad.data for x in leaves], doubles, 2e-4)
    for x in leaves:
        x.zero_grad()
    total = sum((g.sum().real for g in first), start=Tensor(np.float32(0)))
    assert total.dtype == np.float32
    if total.requires_grad:
        total.backward()
        assert all(x.grad is None or x.grad.dtype == x.dtype for x in leaves)


@differentiable_and_complex
def test_forward_mode_keeps_float32(op, row):
    arrays = [in_precision(x, np.float32) for x in row.draw()]
    keywords = in_single_precision(row.keywords)
    position = wanted(op, arrays).index(True)
    x = arrays[position]
    _, pushed = jvp(of_one(op, arrays, position, keywords), (x,), (np.ones_like(x),))
    assert pushed.dtype in SINGLE


@pytest.mark.parametrize(
    "op", [op for op in ELEMENTWISE if op.arity == 2 and None not in op.rules], ids=lambda op: op.name
)
@pytest.mark.parametrize("shape", [(), (3,)], ids=str)
@pytest.mark.parametrize("number", [2, 1.5], ids=str)
def test_a_python_number_on_either_side_does_not_widen_float32(op, shape, number):
    row = ROWS[op.name][0]
    x = np.asarray(row.arrays[0].draw(np.random.default_rng(7), shape))
    for flip in (False, True):
        t = Tensor(x.astype(np.float32), requires_grad=True)
        y = call(op, number, t) if flip else call(op, t, number)
        assert y.dtype == np.float32
        y.backward(np.ones(shape))
        assert t.grad.dtype == np.float32

        def f(x, flip=flip):
            return op.numpy_function(number, x) if flip else op.numpy_function(x, number)

        assert_close(y.data, f(x), 1e-5)
        assert_close(t.grad, numeric_vjp(f, [x], np.ones(shape), [True])[0], 1e-4)


@differentiable_and_complex
def test_gradients_come_back_in_each_leafs_dtype(op, row):
    """Single and double precision mixed in one call, every way round."""
    doubles = row.draw()
    which = wanted(op, doubles)
    expected = gradients(op, doubles, row.keywords)
    for dtypes in itertools.product((np.float32, np.float64), repeat=len(doubles)):
        arrays = [in_precision(x, d) if w else x for x, d, w in zip(doubles, dtypes, which, strict=True)]
        actual = gradients(op, arrays, row.keywords)
        assert [None if g is None else g.dtype for g in actual] == [
            x.dtype if w else None for x, w in zip(arrays, which, strict=True)
        ]
        assert_all_close(actual, expected, 2e-4)


# --- memory ---


@pytest.mark.parametrize("layout", LAYOUTS)
@differentiable
def test_memory_layout_does_not_matter_and_inputs_are_not_written_to(op, row, layout):
    arrays = row.draw()
    laid = [laid_out(x, layout) for x in arrays]
    cotangent = laid_out(cotangent_for(op(*arrays, **row.keywords)), layout)
    before, kept = [x.copy() for x in laid], cotangent.copy()
    try:
        expected = gradients(op, before, row.keywords, kept)
    except np.linalg.LinAlgError:
        assert layout == "zero strides"  # makes a square matrix singular
        return
    leaves = [Tensor.wrap(x, requires_grad=w) for x, w in zip(laid, wanted(op, arrays), strict=True)]
    y = op(*leaves, **row.keywords)
    y.backward(Tensor.wrap(cotangent), retain_graph=True)
    assert_all_close([leaf.grad for leaf in leaves], expected, 1e-12)
    for x, b in zip([*laid, cotangent], [*before, kept], strict=True):
        np.testing.assert_array_equal(x, b)
    for leaf in leaves:
        if leaf.requires_grad:
            assert not np.shares_memory(leaf.grad, cotangent)
            assert not any(np.shares_memory(leaf.grad, x) for x in laid)
            assert not any(leaf.grad is not other.grad and np.shares_memory(leaf.grad, other.grad)
                           for other in leaves if other.requires_grad)  # fmt: skip


@differentiable
def test_a_rule_returns_nothing_it_was_given_but_the_cotangent(op, row):
    arrays = [np.asarray(x) for x in row.draw()]
    y = np.asarray(op(*arrays, **row.keywords))
    g = cotangent_for(y)
    before = [x.copy() for x in (g, y, *arrays)]
    if op.joint is not None:
        returned = list(op.joint(g, y, *arrays, **row.keywords))
    else:
        returned = [rule(g, y, *arrays, **row.keywords) for rule in op.rules if rule is not None]
    for c in returned:
        assert not any(np.shares_memory(c, x) for x in (y, *arrays))
    for x, b in zip((g, y, *arrays), before, strict=True):
        np.testing.assert_array_equal(x, b)


@pytest.mark.parametrize(
    "op, row", [case for case in cases(lambda op: op.structure != CONSTANT) if case.values[1].arrays_in_keywords()]
)
@pytest.mark.parametrize("through_tensors", [False, True], ids=["arrays", "Tensors"])
def test_arrays_among_the_keywords_may_be_overwritten_after_the_call(op, row, through_tensors):
    arrays, keywords = row.draw(), copy.deepcopy(row.keywords)
    leaves = tensors(op, arrays)
    y = op(*leaves, **keywords)
    expected = gradients(op, arrays, row.keywords, cotangent_for(y))
    for part in row.arrays_in_keywords(keywords):
        part[...] = part.flat[0]
    y.backward(cotangent_for(y), create_graph=through_tensors)
    assert_all_close([None if x.grad is None else Tensor(x.grad).data for x in leaves], expected, 0)


# --- source lines ---


@differentiable
def test_what_a_recorded_pass_records_lies_at_the_line_of_that_pass(op, row):
    leaves = tensors(op, row.draw())
    y = op(*leaves, **row.keywords)
    before = tick()
    y.backward(cotangent_for(y), create_graph=True)  # the recorded pass
    found = [x.grad._node for x in leaves if x.grad is not None and x.grad.requires_grad]
    made, _ = ancestors(found, before)
    for node in made:
        assert (node.location.file, node.location.line) == (__file__, line_of(__file__, "the recorded pass")), (
            node.primitive.name
        )
