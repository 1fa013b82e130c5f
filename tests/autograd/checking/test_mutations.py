"""Every op of the registry with a wrong rule, of every kind: the checker finds it, names the op, and names the kind.

A mutant is the op's right rule with one mistake in it. One that gives the same numbers at the sample's values (a
transposed 1 by 1 matrix, a rule that is zero anyway) is no mistake, and is left out.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, gradcheck
from autograd.checking.op_under_test import OpUnderTest, summed
from autograd.primitives import CONSTANT, Primitive
from tests.autograd.samples import ROWS, Row, ops


def _last(g: Any, elsewhere: float, there: float) -> Any:
    """g with other weights at the last place along the first axis."""
    g = np.array(g, dtype=float)
    if g.ndim:
        factor = np.full(g.shape, elsewhere)
        factor[-1] = there
        g = g * factor
    return g[()]


def _shifted(c: Any) -> Any:
    return np.roll(c, 1, axis=-1) if np.ndim(c) else c


def _apart(c: Any) -> Any:
    """A contribution before its sum over an axis that was stretched."""
    return np.stack([c / 4, c * 3 / 4])


# (rule, g) -> contribution, with the mistake in it
KINDS: dict[str, Any] = {
    "sign": lambda rule, g: -rule(g),
    "constant factor": lambda rule, g: rule(g) / 3,
    "zero": lambda rule, g: rule(g) * 0,
    "None": lambda rule, g: None,
    "not a number": lambda rule, g: rule(g) * np.nan,
    "cotangent ignored": lambda rule, g: rule(np.ones_like(g)),
    "not linear in the cotangent": lambda rule, g: rule(g * g),
    "precision loss": lambda rule, g: np.asarray(rule(g)).astype(np.float32).astype(float),
    "transpose": lambda rule, g: np.asarray(rule(g)).T,
    "shifted index": lambda rule, g: _shifted(rule(g)),
    "= for +=": lambda rule, g: rule(_last(g, 0, 1)),
    "double accumulation": lambda rule, g: rule(_last(g, 1, 2)),
    "missing unbroadcast sum": lambda rule, g: _apart(rule(g)),
    "stale value": None,  # the rule is called with the arguments of another call
}


def sample_of(op: Primitive) -> Row | None:
    """The first row of real numbers with more than one element, so that most mistakes can be told from no mistake."""
    real = [row for row in ROWS[op.name] if all(x.dtype.kind != "c" for x in (*row.draw(), value_of(op, row)))]
    return next((row for row in real if all(np.size(x) > 1 for x in row.draw())), real[0] if real else None)


def value_of(op: Primitive, row: Row) -> np.ndarray:
    with np.errstate(all="ignore"):
        return np.asarray(op.forward(*row.draw(), **row.keywords))


# Those of complex numbers: `test_blame.py`.
DIFFERENTIABLE = [op for op in ops() if op.structure != CONSTANT and ROWS.get(op.name) and sample_of(op)]


def takes_gradient(op: Primitive, arrays: list[Any]) -> list[bool]:
    return [x.dtype.kind == "f" and (op.joint is not None or op.rules[i] is not None) for i, x in enumerate(arrays)]


def plant(monkeypatch: pytest.MonkeyPatch, op: Primitive, position: int, kind: str, other: list[Any], y: Any) -> None:
    """Put the mistake into the op's rule for one argument; `other` and `y` are the arguments of another call."""

    def mistaken(rule: Any) -> Any:
        def wrong(g: Any, now_y: Any, *now: Any, **keywords: Any) -> Any:
            if kind == "stale value":
                return rule(g, y, *other, **keywords)
            return KINDS[kind](lambda g: rule(g, now_y, *now, **keywords), g)

        return wrong

    if op.joint is None:
        monkeypatch.setattr(op, "rules", tuple(mistaken(r) if i == position else r for i, r in enumerate(op.rules)))
        return
    right = op.joint

    def joint(g: Any, y: Any, *arrays: Any, **keywords: Any) -> list[Any]:
        contributions = list(right(g, y, *arrays, **keywords))
        one = mistaken(lambda *args, **keywords: right(*args, **keywords)[position])
        contributions[position] = one(g, y, *arrays, **keywords)
        return contributions

    monkeypatch.setattr(op, "joint", joint)


def mutant(monkeypatch: pytest.MonkeyPatch, op: Primitive, kind: str) -> tuple[OpUnderTest, int] | None:
    """A call of the op with the mistake planted; None where it makes no difference."""
    row = sample_of(op)
    arrays, others = row.draw(), row.draw(seed=5)
    takes = takes_gradient(op, arrays)
    position = takes.index(True)
    y = op(*(Tensor(x, requires_grad=t) for x, t in zip(arrays, takes, strict=True)), **row.keywords)
    call = OpUnderTest(y._node, seed=0)
    right = np.asarray(call.contribution(position))
    if right.dtype.kind == "c":  # the parts of complex numbers, tried with real ones
        return None
    with np.errstate(all="ignore"):
        other = [b if t else a for a, b, t in zip(arrays, others, takes, strict=True)]
        plant(monkeypatch, op, position, kind, other, op.forward(*other, **row.keywords))
        try:
            wrong = call.contribution(position)
        except Exception:
            return call, position
    if wrong is None:
        return (call, position) if right.any() else None
    if op.is_elementwise:  # the engine undoes broadcasting
        wrong = summed(wrong, right.shape)
    same_size = np.size(wrong) == right.size
    if same_size and np.allclose(np.reshape(wrong, right.shape), right, rtol=1e-9, atol=1e-12):
        return None
    return call, position


def checked(op: Primitive) -> Any:
    """`gradcheck` of a function that applies the op, whatever rule it has now, to its sample."""
    row = sample_of(op)
    arrays = row.draw()
    takes = takes_gradient(op, arrays)

    def f(*xs: Tensor) -> Any:
        given = iter(xs)
        y = op(*(next(given) if t else a for a, t in zip(arrays, takes, strict=True)), **row.keywords)
        return (y * np.random.default_rng(3).uniform(1, 2, y.shape)).sum()

    return gradcheck(f, *(x for x, t in zip(arrays, takes, strict=True) if t))


def survey(pairs: Iterable[tuple[Primitive, str]]) -> tuple[int, list[Any], Counter]:
    """Mutants tried, those not failed or not blamed on the op, and how often one kind was named as another."""
    tried, missed, misnamed = 0, [], Counter[tuple[str, str]]()
    for op, kind in pairs:
        with pytest.MonkeyPatch.context() as monkeypatch, np.errstate(all="ignore"):
            if mutant(monkeypatch, op, kind) is None:
                continue
            tried += 1
            report = checked(op)
            if report.verdict != "FAIL" or report.guilty is None or report.guilty.op != op.name:
                missed.append((op.name, kind, str(report)))
            elif report.mistake != kind:
                misnamed[kind, report.mistake.kind] += 1
    return tried, missed, misnamed


@pytest.mark.slow
def test_every_kind_of_mistake_in_every_op_is_found_and_named():
    assert len(DIFFERENTIABLE) > 80 and len(KINDS) >= 12
    tried, missed, misnamed = survey((op, kind) for op in DIFFERENTIABLE for kind in KINDS)
    assert tried > 1000 and not missed, (len(missed), missed[:3])
    assert misnamed.total() <= 0.1 * tried, misnamed
    print(f"{tried} mutants, {misnamed.total()} of them given another name: {dict(misnamed)}")


def test_one_kind_of_mistake_in_each_op_is_found_and_named():
    """A quick part of the slow test: another kind for each op in turn."""
    kinds = list(KINDS)
    tried, missed, misnamed = survey((op, kinds[i % len(kinds)]) for i, op in enumerate(DIFFERENTIABLE))
    assert tried > 60 and not missed, (len(missed), missed[:3])
    assert misnamed.total() <= 0.1 * tried, misnamed


def test_two_mistakes_that_cancel_are_both_found():
    from autograd import elementwise

    sine = elementwise(lambda x: np.sin(x), lambda g, y, x: -g * np.cos(x), name="wrong_sine")
    exponential = elementwise(lambda x: np.exp(x), lambda g, y, x: -g * y, name="wrong_exponential")
    report = gradcheck(lambda x: exponential(sine(x)).sum(), np.array([0.3, 1.2]))
    assert all(e.verdict == "PASS" for e in report.elements)
    assert report.verdict == "FAIL" and report.guilty.op == "wrong_sine" and report.mistake == "sign"
    assert "does not show" in report.reason


def test_the_guilty_op_is_named_with_the_line_that_calls_it():
    from autograd import elementwise

    wrong = elementwise(lambda x: x**3, lambda g, y, x: 2 * g * x * x, name="wrong_cube")

    def f(x):
        h = np.tanh(x)
        h = wrong(h)  # this line
        return (h * h).sum()

    guilty = gradcheck(f, np.array([0.5, -1.0])).guilty
    assert guilty.op == "wrong_cube" and guilty.file == __file__ and "this line" in guilty.location.text
