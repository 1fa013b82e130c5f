"""Bad input: each error names the op, the shapes or dtypes, the user's line, and what to write instead."""

import numpy as np
import pytest

from autograd import Tensor, affine, relu
from autograd.errors import (
    AutogradError,
    DtypeError,
    GradientError,
    ShapeError,
    UnsupportedError,
    missing_extra,
)
from tests.autograd.places import place


def leaf(*shape, dtype=float):
    return Tensor(np.ones(shape, dtype), requires_grad=True)


LINE = r".*test_errors\.py:\d+: "


# --- shapes ---


@pytest.mark.parametrize(
    "f, message",
    [
        (lambda: leaf(2) + leaf(3), r"add: shapes \(2,\) and \(3,\) do not broadcast"),
        (lambda: leaf(2) * np.ones((3, 3)), r"multiply: shapes \(2,\) and \(3, 3\) do not broadcast"),
        (lambda: np.ones((3, 3)) - leaf(2), r"subtract: shapes \(3, 3\) and \(2,\) do not broadcast"),
        (lambda: leaf(2) / [1.0, 2.0, 3.0], r"divide: shapes \(2,\) and \(3,\) do not broadcast"),
        (lambda: leaf(2) ** leaf(3), r"power: shapes \(2,\) and \(3,\) do not broadcast"),
        (lambda: leaf(2) > leaf(3), r"greater: shapes \(2,\) and \(3,\) do not fit"),
        (lambda: np.maximum(leaf(2), leaf(3)), r"maximum: shapes \(2,\) and \(3,\)"),
        (lambda: np.where(leaf(2) > 0, leaf(3), 0), r"where: shapes \(2,\) and \(3,\) and \(\) do not broadcast"),
        (lambda: leaf(2, 3) @ leaf(2, 3), r"matmul: shapes \(2, 3\) and \(2, 3\) do not fit: the last axis"),
        (lambda: leaf(2, 3) @ np.ones(2), r"matmul: shapes \(2, 3\) and \(2,\) do not fit"),
        (lambda: np.ones((4, 2)) @ leaf(3), r"matmul: shapes \(4, 2\) and \(3,\) do not fit"),
        (lambda: leaf(2, 3) @ 2, r"matmul: shapes \(2, 3\) and \(\) do not fit"),
        (lambda: Tensor(2.0) @ leaf(2), r"matmul: shapes \(\) and \(2,\) do not fit"),
        (lambda: np.dot(leaf(2, 3), leaf(2)), r"dot: shapes \(2, 3\) and \(2,\) do not fit"),
        (lambda: affine(leaf(5, 3), leaf(2, 4), leaf(2)), r"affine: shapes .* weight \(out_features, in_features\)"),
        (lambda: affine(leaf(), leaf(2, 3), leaf(2)), r"affine: shapes \(\) and \(2, 3\) and \(2,\)"),
        (lambda: affine(leaf(5, 3), leaf(2, 3), leaf(3)), r"affine: shapes \(5, 3\) and \(2, 3\) and \(3,\)"),
        (lambda: leaf(2, 3).reshape(4), r"reshape: shapes \(2, 3\) do not fit: .*size 6 into shape \(4,\)"),
        (lambda: np.concatenate([leaf(2, 3), leaf(3, 2)]), r"concatenate: shapes \(2, 3\) and \(3, 2\)"),
        (lambda: np.stack([leaf(2), leaf(3)]), r"stack: shapes \(2,\) and \(3,\)"),
        (lambda: np.broadcast_to(leaf(2), (3, 3)), r"broadcast_to: shapes \(2,\)"),
        (lambda: leaf(2, 3).squeeze(0), r"squeeze: shapes \(2, 3\)"),
        (lambda: leaf(0).max(), r"max: shapes \(0,\).*no identity"),
        (lambda: Tensor([[1.0], [1.0, 2.0]]), "inhomogeneous"),
    ],
)
def test_shapes_that_do_not_fit(f, message):
    with pytest.raises(ShapeError, match=message + LINE) as caught:
        f()
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, AutogradError)


@pytest.mark.parametrize("f", [lambda x: x.sum(axis=2), lambda x: x.mean(axis=(0, 5)), lambda x: np.max(x, axis=-3)])
def test_an_axis_that_is_not_there(f):
    with pytest.raises(IndexError, match=r"(sum|mean|max): .*shape \(2, 3\)" + LINE):
        f(leaf(2, 3))


def test_the_line_is_that_of_the_statement_that_failed():
    x, y = leaf(2), leaf(3)
    with pytest.raises(ShapeError) as caught:
        x + y  # the statement
    assert place(__file__, "the statement") in str(caught.value)


def test_a_shape_for_grad_and_assign():
    x = leaf(2)
    with pytest.raises(ShapeError, match=r"gradient of shape \(3,\) does not fit .* \(2,\)"):
        x.grad = np.ones(3)
    with pytest.raises(ShapeError, match=r"assign: a value of shape \(3,\) does not fit .* \(2,\)" + LINE):
        x.assign(np.ones(3))
    with pytest.raises(ShapeError):
        x.data = 1.0
    np.testing.assert_array_equal(x.data, [1, 1])


# --- types ---


@pytest.mark.parametrize("data", [2, True, [1, 2], np.array([True]), np.int8(1)], ids=repr)
def test_only_floats_require_grad(data):
    with pytest.raises(DtypeError, match="only floating-point Tensors can require grad, not" + LINE):
        Tensor(data, requires_grad=True)
    t = Tensor(data)
    with pytest.raises(DtypeError, match="only floating-point"):
        t.requires_grad = True
    assert not t.requires_grad


@pytest.mark.parametrize(
    "data",
    ["abc", None, {}, object(), ["a", "b"], [None], np.array(["2020-01-01"], "M8[D]"), 10**400, b"x", np.exp],
)
def test_data_that_are_no_numbers(data):
    with pytest.raises(DtypeError, match="a Tensor holds numbers, not" + LINE):
        Tensor(data)


@pytest.mark.parametrize("other", ["abc", None, object(), {}, [None], ["a"], np.array(["a"]), np.array([None])])
@pytest.mark.parametrize("data", [1.0, [1.0]], ids=["scalar", "array"])
def test_operands_that_are_no_numbers(other, data):
    x = Tensor(data, requires_grad=True)
    for f in (lambda: x + other, lambda: other * x, lambda: np.maximum(x, other), lambda: np.where(x > 0, other, x)):
        with pytest.raises(TypeError):
            f()


def test_wrap_shares_arrays_only():
    with pytest.raises(DtypeError, match=r"for a list use Tensor\(data\)"):
        Tensor.wrap([1.0])  # type: ignore[arg-type]
    with pytest.raises(DtypeError, match="numbers"):
        Tensor.wrap(np.array(["a"]))
    with pytest.raises(DtypeError, match="only floating-point"):
        Tensor.wrap(np.array([1]), requires_grad=True)


# --- NumPy functions and arguments without a rule ---


@pytest.mark.parametrize(
    "f, name, advice",
    [
        (lambda x: np.put(x, 0, 1.0), "put", "np.where"),
        (lambda x: np.copyto(x, 1.0), "copyto", "assign"),
        (lambda x: np.nextafter(x, x), "nextafter", "floating-point grid"),
        (lambda x: np.spacing(x), "spacing", "floating-point grid"),
        (lambda x: np.frexp(x), "frexp", "np.log2"),
        (lambda x: np.add.at(np.zeros(3), [0], x), "add.at", "np.bincount"),
        (lambda x: np.maximum.at(x, [0], 1.0), "maximum.at", "y[index] = values"),
        (lambda x: np.emath.sqrt(x), "lib.*sqrt", "np.sqrt"),
        (lambda x: np.linalg.eigvals(x), "linalg.eigvals", "eigvalsh"),
    ],
)
def test_a_numpy_function_without_a_rule_is_refused_at_the_call_by_name(f, name, advice):
    for x in (leaf(3), Tensor(np.ones(3)), leaf(3) * 2):
        with pytest.raises(UnsupportedError, match=rf"numpy\.{name} has no derivative rule" + LINE) as caught:
            f(x)
        assert advice in str(caught.value)
        assert "tensor.detach().numpy()" in str(caught.value)


@pytest.mark.parametrize(
    "f, message",
    [
        (lambda x: np.max(x, where=[True, False, True]), "max: where= needs initial="),
        (lambda x: np.reshape(x, (3,), order="K"), "reshape: order="),
        (lambda x: np.exp(x, where=x > 0), r"exp: where=.*np\.where"),
        (lambda x: np.exp(x, dtype=np.float32), "exp: dtype="),
        (lambda x: np.add(x, 1, casting="unsafe"), "add: casting="),
        (lambda x: np.concatenate([x, x], dtype=np.float32), "concatenate: .*dtype"),
        (lambda x: np.stack([x, x], casting="unsafe"), "stack: .*casting"),
        (lambda x: np.clip(x, 0, 1, dtype=np.float32), "clip: .*dtype"),
        (lambda x: np.where(x, x), "where: one array, or three"),
    ],
)
def test_an_argument_without_a_rule_is_refused_at_the_call_by_name(f, message):
    with pytest.raises(UnsupportedError, match=message + LINE):
        f(leaf(3))


@pytest.mark.parametrize(
    "f",
    [
        lambda x, out: np.exp(x, out=out),
        lambda x, out: np.exp(x, out),
        lambda x, out: np.add(x, 1, out=out),
        lambda x, out: np.add(out, x, out=out),
        lambda x, out: np.sum(x, axis=0, out=out),
        lambda x, out: np.add.reduce(x, 0, None, out),
        lambda x, out: np.concatenate([x, x], out=out),
        lambda x, out: np.clip(x, 0, 1, out=out),
        lambda x, out: np.matmul(x, x, out=out),
        lambda x, out: out.__iadd__(x),
        lambda x, out: out.__imul__(x),
    ],
)
def test_out_is_refused(f):
    for x in (leaf(3), Tensor(np.ones(3))):
        out = np.zeros(3)
        with pytest.raises(UnsupportedError, match="out" + LINE):
            f(x, out)
        np.testing.assert_array_equal(out, np.zeros(3))


def test_out_may_not_be_a_tensor():
    with pytest.raises(UnsupportedError, match="out="):
        np.exp(np.ones(3), out=leaf(3))


# --- values are immutable ---


def test_a_result_is_not_assigned_to():
    y = leaf(2) * 2  # made here
    with pytest.raises(GradientError, match="multiply") as caught:
        y.assign([1.0, 2.0])
    assert place(__file__, "made here") in str(caught.value)
    with pytest.raises(GradientError):
        y.data = [1.0, 2.0]


def test_errors_of_an_ops_own_function_pass_through_named():
    with pytest.raises(TypeError, match="bitwise_and" + LINE):
        leaf(2) & leaf(2)


def test_a_failed_call_leaves_nothing_behind():
    x = leaf(2)
    with pytest.raises(ShapeError):
        relu(x) + leaf(3)
    (x * 3).sum().backward()
    np.testing.assert_array_equal(x.grad, [3, 3])


def test_a_missing_extra_is_told_in_one_line():
    error = missing_extra("pygraphviz", "drawing without a dot program", "viz")
    assert str(error) == "drawing without a dot program needs pygraphviz: pip install 'readgrad[viz]'"
    assert isinstance(error, ImportError)
