"""Every op of the registry in random graphs: random arguments, shapes, memory layouts and dtypes.

A step of a program applies an op to arguments from its rows in `samples.py`. To each argument that takes a gradient an
earlier value is added, small enough to stay where the op is defined; so everything depends on everything before it.
The graph is run by NumPy alone too. Expected derivatives are finite differences along random directions, with two
step sizes: what they differ by is the bound on their error, large where a kink lies between.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Tensor, hvp
from autograd.complexes import ComplexPrimitive
from autograd.primitives import CONSTANT, REGISTRY, Primitive
from tests.autograd.layouts import LAYOUTS, laid_out
from tests.autograd.oracles import difference
from tests.autograd.samples import ROWS, Row
from tests.autograd.test_rules import OPS as ALL_OPS
from tests.autograd.test_rules import reference, shape_combinations, wanted

OPS = [op for op in ALL_OPS if not isinstance(op, ComplexPrimitive)]  # programs of real numbers

AMPLITUDE = 0.1
OF_THE_FIRST = {"index_update", "recurrence"}  # write into a copy of their first argument, so keep its dtype
BACKWARDS = slice(None, None, -1)

# How an argument is made of an array, so that the op meets a view; and the array that gives the argument x.
VIEWS = {
    "plain": (lambda x: x, lambda a: a),
    "transposed": (lambda x: x.T, lambda a: a.T),
    "reversed": (lambda x: x[(BACKWARDS,) * x.ndim], lambda a: a[(BACKWARDS,) * a.ndim]),
    "spaced": (lambda x: np.repeat(x, 2, axis=-1) if x.ndim else x, lambda a: a[..., ::2] if a.ndim else a),
}


@dataclass(frozen=True)
class Step:
    """An op, the row it is tried with, other shapes if any, and for each argument a view and an earlier value."""

    op: Primitive
    row: Row
    shapes: tuple[tuple[int, ...], ...] | None
    seed: int
    views: tuple[str, ...]
    sources: tuple[int, ...]
    is_stretched: bool

    def __repr__(self) -> str:
        return f"{self.op.name}{self.shapes or ''} {self.row.keywords} {self.seed} {self.views} {self.sources}"

    def arguments(self) -> list[np.ndarray]:
        if self.shapes is None:
            return self.row.draw(self.seed)
        rng = np.random.default_rng(self.seed)
        return [np.asarray(a.draw(rng, shape)) for a, shape in zip(self.row.arrays, self.shapes, strict=True)]

    def operands(self, stack: list[Any]) -> list[Any]:
        """What the op is applied to: views of arrays to which, where the op is differentiable, values were added."""
        given = self.arguments()
        takes = wanted(self.op, given) or [False] * len(given)
        found = []
        for x, is_wanted, view, source in zip(given, takes, self.views, self.sources, strict=False):
            base, shown = VIEWS[view]
            a, before = np.asarray(base(x)), stack[source % len(stack)]
            if is_wanted and before.size:
                a = a.astype(before.dtype) + np.tanh(np.resize(before, a.shape)) * AMPLITUDE
            else:
                a.flags.writeable = False
            a = shown(a)
            if self.is_stretched and self.op.is_elementwise and a.ndim and a.shape[0]:
                a = np.broadcast_to(a[:1], a.shape)
            found.append(a)
        return found

    def by_numpy(self, *operands: Any) -> np.ndarray:
        return np.asarray(reference(self.op, self.row)(*operands))

    def by_engine(self, *operands: Any) -> Tensor:
        """The op's value, in the common dtype of what it can be differentiated by."""
        y = self.op(*operands, **self.row.keywords)
        if self.op.structure != CONSTANT:
            dtypes = [x.dtype for x, takes in zip(operands, wanted(self.op, list(operands)), strict=True) if takes]
            common = dtypes[0] if self.op.name in OF_THE_FIRST else np.result_type(*dtypes)
            assert y.dtype == self.row.keywords.get("dtype", common), self
        return y


def steps(op: Primitive) -> st.SearchStrategy[Step]:
    width = max(len(row.arrays) for row in ROWS[op.name])
    return st.builds(
        Step,
        st.just(op),
        st.sampled_from(ROWS[op.name]),
        st.sampled_from(shape_combinations(op.arity)) if op.is_elementwise else st.none(),
        st.integers(0, 99),
        st.tuples(*[st.sampled_from(list(VIEWS))] * width),
        st.tuples(*[st.integers(0, 9)] * width),
        st.booleans(),
    )


ANY_STEP = st.sampled_from(OPS).flatmap(steps)


def programs(op: Primitive) -> st.SearchStrategy[list[Step]]:
    """Graphs in which `op` has a place."""
    return st.tuples(st.lists(ANY_STEP, max_size=2), steps(op), st.lists(ANY_STEP, max_size=3)).map(
        lambda parts: [*parts[0], parts[1], *parts[2]]
    )


class Leaf(NamedTuple):
    """What a program starts from."""

    shape: tuple[int, ...]
    seed: int
    layout: str
    dtype: type[np.floating]


def made(leaf: Leaf, dtype: Any = np.float64) -> np.ndarray:
    x = np.asarray(np.random.default_rng(leaf.seed).uniform(-1, 1, leaf.shape), dtype)
    return laid_out(x, leaf.layout)


LEAVES = st.lists(
    st.builds(
        Leaf,
        st.sampled_from([(), (1,), (3,), (2, 1), (2, 3), (2, 0), (1, 2, 2)]),
        st.integers(0, 99),
        st.sampled_from(list(LAYOUTS)),
        st.sampled_from([np.float32, np.float64]),
    ),
    min_size=1,
    max_size=3,
)


def run(program: list[Step], values: list[Any], by_numpy: bool = False) -> list[Any]:
    """What each step computed."""
    stack, outputs = list(values), []
    for step in program:
        operands = step.operands(stack)
        outputs.append(step.by_numpy(*operands) if by_numpy else step.by_engine(*operands))
        if step.op.structure != CONSTANT:
            stack.append(outputs[-1])
    return outputs


def total(program: list[Step], outputs: list[Any]) -> Any:
    """A fixed combination of all elements that have a derivative."""
    return sum(
        (
            np.sum(y * np.cos(np.arange(y.size) + k).reshape(y.shape))
            for k, (step, y) in enumerate(zip(program, outputs, strict=True))
            if step.op.structure != CONSTANT
        ),
        start=0.0,
    )


def random_directions(values: list[np.ndarray], seed: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [np.asarray(rng.uniform(-1, 1, x.shape)) for x in values]


def expected_along(f: Callable[[list[Any]], Any], values: list[Any], directions: list[Any]) -> tuple[Any, Any]:
    """The derivative of f along the directions, and a bound on its error."""

    def moved(step: float) -> Any:
        return f([x + step * d for x, d in zip(values, directions, strict=True)])

    coarse, fine = difference(moved), difference(lambda step: moved(step / 2)) * 2
    return fine, 10 * np.abs(coarse - fine) + 1e-8 * (1 + np.abs(fine))


def along(gradients: list[Any], directions: list[Any]) -> float:
    return float(sum((np.sum(g * d) for g, d in zip(gradients, directions, strict=True)), start=0.0))


def gradients(end: Any, tensors: list[Tensor]) -> list[Any]:
    if isinstance(end, Tensor) and end.requires_grad:
        end.backward()
    return [np.zeros(t.shape, t.dtype) if t.grad is None else t.grad for t in tensors]


# --- what holds for a program and its leaves ---


def check_values_gradients_and_inputs(program: list[Step], leaves: list[Leaf]) -> None:
    values = [made(leaf) for leaf in leaves]
    before = [x.copy() for x in values]
    tensors = [Tensor.wrap(x, requires_grad=True) for x in values]
    outputs = run(program, tensors)
    for step, y, expected in zip(program, outputs, run(program, values, by_numpy=True), strict=True):
        assert (y.shape, y.dtype) == (expected.shape, expected.dtype), step
        np.testing.assert_allclose(y.data, expected, rtol=1e-11, atol=1e-11, err_msg=str(step))
    pulled = gradients(total(program, outputs), tensors)
    for seed in range(2):
        directions = random_directions(values, seed)
        expected, bound = expected_along(lambda x: total(program, run(program, x, by_numpy=True)), values, directions)
        assert abs(along(pulled, directions) - expected) <= bound
    for x, b in zip(values, before, strict=True):
        np.testing.assert_array_equal(x, b)


def check_dtypes(program: list[Step], leaves: list[Leaf]) -> None:
    """A gradient has its leaf's dtype; values and gradients are near those of float64 alone."""
    tensors = [Tensor.wrap(made(leaf, leaf.dtype), requires_grad=True) for leaf in leaves]
    doubles = [Tensor(t.data, requires_grad=True, dtype=np.float64) for t in tensors]
    outputs, exact = run(program, tensors), run(program, doubles)
    for step, y, e in zip(program, outputs, exact, strict=True):
        if step.op.structure != CONSTANT:
            np.testing.assert_allclose(y.data, e.data, rtol=1e-3, atol=1e-3, err_msg=str(step))
    pulled = gradients(total(program, outputs), tensors)
    for g, e, t in zip(pulled, gradients(total(program, exact), doubles), tensors, strict=True):
        assert g.dtype == t.dtype
        np.testing.assert_allclose(g, e, rtol=1e-3, atol=1e-3 * np.max(np.abs(e), initial=1))


def check_second_derivatives(program: list[Step], leaves: list[Leaf]) -> None:
    values = [made(leaf) for leaf in leaves]
    one, other = random_directions(values, 0), random_directions(values, 1)

    def slope(x: list[Any]) -> float:
        tensors = [Tensor(v, requires_grad=True) for v in x]
        return along(gradients(total(program, run(program, tensors)), tensors), one)

    def f(*x: Any) -> Any:
        return total(program, run(program, list(x))) + sum((np.sum(v) for v in x), start=0.0)

    pushed = hvp(f, tuple(values), tuple(other))
    expected, bound = expected_along(slope, values, other)
    assert abs(along(pushed if len(values) > 1 else [pushed], one) - expected) <= bound


# --- each op in such programs ---


def each_op(share: int) -> Callable[..., Any]:
    """The test with every op: there are more than a hundred, so each gets a share of the profile's examples."""

    def decorated(test: Callable[..., Any]) -> Any:
        few = settings(max_examples=max(1, settings.default.max_examples // share))
        return pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)(few(given(st.data(), LEAVES)(test)))

    return decorated


@each_op(40)
def test_values_gradients_and_inputs(op, data, leaves):
    check_values_gradients_and_inputs(data.draw(programs(op)), leaves)


@each_op(100)
def test_dtypes(op, data, leaves):
    check_dtypes(data.draw(programs(op)), leaves)


@each_op(100)
def test_second_derivatives(op, data, leaves):
    check_second_derivatives(data.draw(programs(op)), leaves)


@pytest.mark.parametrize(
    "check, wrong",
    [
        (check_values_gradients_and_inputs, {"forward": lambda x: np.sin(x) * (1 + 1e-9)}),
        (check_values_gradients_and_inputs, {"forward": lambda x: np.sin(x, out=x)}),
        (check_values_gradients_and_inputs, {"rules": (lambda g, y, x: 1.0001 * g * np.cos(x),)}),
        (check_dtypes, {"forward": lambda x: np.sin(x).astype(float)}),
        (check_second_derivatives, {"rules": (lambda g, y, x: g * np.cos(x.detach() if type(x) is Tensor else x),)}),
    ],
    ids=["value", "writes", "factor", "dtype", "unwraps"],
)
def test_a_wrong_op_is_found(check, wrong, monkeypatch):
    sin = REGISTRY[np.sin]
    program = [Step(sin, ROWS["sin"][0], ((3,),), 0, ("plain",), (0,), is_stretched=False)]
    leaves = [Leaf((3,), 1, "reversed", np.float32)]
    check(program, leaves)
    for name, value in wrong.items():
        monkeypatch.setattr(sin, name, value)
    with pytest.raises(AssertionError):
        check(program, leaves)
