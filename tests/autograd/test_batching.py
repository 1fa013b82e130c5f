"""Many cotangents in one pass: for every op what each of them gives alone."""

import math
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, grad, jacobian, jacobians, jvp, vjp
from autograd.primitives import CONSTANT
from autograd.rows import Rows
from tests.autograd.samples import INDICES
from tests.autograd.test_rules import cases, cotangent_for, differentiable, of_one, wanted

first_rows = pytest.mark.parametrize(
    "op, row", [case for case in cases(lambda op: op.structure != CONSTANT) if case.id.endswith("-0")]
)


def refuse(*args: Any) -> Any:
    raise AssertionError("sent one by one")


@pytest.fixture
def only_together(monkeypatch):
    """A rule that cannot take many rows is an error here, not a detour."""
    monkeypatch.setattr(jacobians, "_one_by_one", refuse)
    monkeypatch.setattr(jacobians, "_FEW", 0)


def rows_one_by_one(f, x):
    value, pullback = vjp(f, x)
    rows = [pullback(unit.reshape(value.shape))[0] for unit in np.eye(value.size)]
    return np.array(rows).reshape(value.shape + x.shape)


def columns_one_by_one(f, x):
    value = np.asarray(f(x))
    columns = [jvp(f, (x,), (unit.reshape(x.shape),))[1] for unit in np.eye(x.size)]
    return np.moveaxis(np.array(columns).reshape((x.size, *value.shape)), 0, -1).reshape(value.shape + x.shape)


def in_reals(f, x):
    """f and x with two real numbers for each complex one, since a jacobian is of real ones."""

    def real_f(r):
        y = f(r[0] + 1j * r[1] if np.iscomplexobj(x) else r)
        return np.stack([np.real(y), np.imag(y)]) if np.iscomplexobj(y) else y

    return real_f, np.stack([x.real, x.imag]) if np.iscomplexobj(x) else x


@pytest.mark.usefixtures("only_together")
@differentiable
def test_the_jacobian_of_every_op_is_that_of_its_rows_and_of_its_columns(op, row):
    arrays = [np.asarray(x) for x in row.draw()]
    for position, is_wanted in enumerate(wanted(op, arrays)):
        if is_wanted:
            f, x = in_reals(of_one(op, arrays, position, row.keywords), arrays[position])
            expected = rows_one_by_one(f, x)
            np.testing.assert_allclose(jacobian(f, mode="reverse")(x), expected, rtol=1e-12, atol=1e-13)
            np.testing.assert_allclose(jacobian(f, mode="forward")(x), expected, rtol=1e-12, atol=1e-13)
            np.testing.assert_allclose(columns_one_by_one(f, x), expected, rtol=1e-12, atol=1e-13)


@pytest.mark.usefixtures("only_together")
@pytest.mark.parametrize("mode", ["forward", "reverse"])
@first_rows
def test_the_jacobian_of_every_op_can_be_differentiated(op, row, mode, monkeypatch):
    arrays = [np.asarray(x) for x in row.draw()]
    position = wanted(op, arrays).index(True)
    f, x = in_reals(of_one(op, arrays, position, row.keywords), arrays[position])
    u = cotangent_for(np.zeros(np.shape(f(x)) + x.shape))

    def total(x):
        return (jacobian(f, mode=mode)(x) * u).sum()

    together = grad(total)(x)
    monkeypatch.undo()
    monkeypatch.setattr(jacobians, "_FEW", 10**6)
    np.testing.assert_allclose(together, grad(total)(x), rtol=1e-12, atol=1e-12)


# --- what rules do with a cotangent, one by one ---

g = np.random.default_rng(0).uniform(-1, 1, (5, 3, 4))
w = np.random.default_rng(1).uniform(-1, 1, (3, 4))
square = np.random.default_rng(2).uniform(-1, 1, (3, 3)) + 3 * np.eye(3)

FUNCTIONS: dict[str, Any] = {
    "product": lambda g: g * w,
    "product from the left": lambda g: w * g,
    "with a number": lambda g: 2.0 * g - np.float64(3) + 1,
    "with a row": lambda g: g * w[0],
    "with more axes": lambda g: g * np.ones((2, 1, 1)),
    "with itself": lambda g: g[0] * g,
    "a comparison": lambda g: np.where(g > 0, g, 0),
    "sum": lambda g: g.sum(),
    "sum of an axis": lambda g: g.sum(axis=-1, keepdims=True) + np.add.reduce(g, axis=0),
    "reduce": lambda g: np.add.reduce(g) + np.maximum.reduce(g, axis=(0, 1), keepdims=True),
    "mean": lambda g: g.mean(axis=(0, 1)),
    "reshape": lambda g: g.reshape(2, -1),
    "ravel": lambda g: g.ravel(),
    "transposes": lambda g: g.T + g.transpose(1, 0) + g.swapaxes(0, -1) + np.transpose(g),
    "squeeze": lambda g: np.squeeze(g[None, :, None]) + g[None].squeeze(0),
    "cumsum": lambda g: g.cumsum(axis=0) + g.cumsum(1),
    "cumsum of all": lambda g: g.cumsum(),
    "matmul": lambda g: g @ w.T,
    "matmul from the left": lambda g: w.T @ g,
    "matmul with stacks": lambda g: np.ones((2, 1, 3)) @ g,
    "matmul of two": lambda g: g @ g.T,
    "matmul with vectors": lambda g: (g @ w[0]) @ g,
    "dot": lambda g: g.dot(w.T).dot(w[:, 0]),
    "dot of stacks": lambda g: np.dot(np.ones((2, 2, 3)), g),
    "einsum": lambda g: np.einsum("ij,kj->ik", g, w),
    "einsum without an output": lambda g: np.einsum("ij,ij", g, w),
    "solve": lambda g: np.linalg.solve(square, g),
    "solve of a vector": lambda g: np.linalg.solve(square, g[:, 0]),
    "inverse": lambda g: np.linalg.inv(g[:, :3]),
    "several results": lambda g: np.linalg.qr(g.T)[1],
    "concatenate": lambda g: np.concatenate((g, w, g), axis=1),
    "concatenate flat": lambda g: np.concatenate((g, w), axis=None),
    "stack": lambda g: np.stack([g, w], axis=-1),
    "broadcast": lambda g: np.broadcast_to(g[0], (2, 3, 4)),
    "parts": lambda g: np.stack([part * i for i, part in enumerate(g)]),
    "length": lambda g: g * len(g),
    "outer": lambda g: np.multiply.outer(g, w),
    "accumulate": lambda g: np.add.accumulate(g),
    "triangle": lambda g: np.tril(g),
    "float32": lambda g: g.astype(np.float32),
    "like": lambda g: np.zeros_like(g) + np.ones_like(w) * g,
    "shape": lambda g: g * (np.shape(g)[0] + np.ndim(g) + np.size(g) + g.size + g.ndim),
    "parts of complex numbers": lambda g: np.stack([(g * 1j).imag, (g * 1j + w).real, (g * 1j).conj().imag]),
    "parts of real numbers": lambda g: g.real + g.imag + g.conj() + np.conjugate(g) + np.real(g),
    "roll": lambda g: np.roll(g, 1, axis=0),
} | {f"index {name}": lambda g, index=index: g[index] for name, index in INDICES.items()}


@pytest.mark.parametrize("tensors", [False, True], ids=["arrays", "Tensors"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_of_rows_is_that_of_each_row(name, tensors):
    f = FUNCTIONS[name]
    rows = f(Rows(Tensor(g) if tensors else g))
    assert type(rows) is Rows
    expected = [f(one) for one in g]
    assert rows.shape == np.shape(expected[0])
    assert rows.dtype == expected[0].dtype
    assert rows.ndim == np.ndim(expected[0])
    held = rows.stacked(5)
    assert type(held) is (Tensor if tensors else np.ndarray)
    np.testing.assert_allclose(Tensor(held).data, expected, rtol=1e-13)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_of_what_all_rows_share_is_that_of_the_array(name):
    shared = FUNCTIONS[name](Rows(g[0], is_stack=False))
    assert not shared.is_stack
    np.testing.assert_array_equal(shared.stacked(1)[0], FUNCTIONS[name](g[0]))


def added_in_place(g):
    g += 1


USES = {
    "an array": np.asarray,
    "a number": float,
    "a truth": bool,
    "a list": lambda g: np.array([g, g]),
    "in place": added_in_place,
    "into a buffer": lambda g: np.multiply(g, 2, out=np.zeros(())),
    "added to a buffer": lambda g: np.zeros(()).__iadd__(g),
    "a part assigned": lambda g: np.zeros(2).__setitem__(0, g),
    "copied into a buffer": lambda g: np.copyto(np.zeros(()), g),
    "added at": lambda g: np.add.at(np.zeros(2), [0], g),
    "math": math.exp,
}


@pytest.mark.parametrize("use", USES)
def test_many_rows_are_not_taken_for_one_array(use):
    with pytest.raises((TypeError, ValueError)):
        USES[use](Rows(np.ones(5)))
