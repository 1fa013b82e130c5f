"""Ops of complex numbers are judged one by one, as those of real ones are in `test_mutations.py`."""

from collections import Counter
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, gradcheck, holomorphic
from autograd.checking.diagnosis import diagnose
from autograd.checking.op_under_test import ComplexOpUnderTest
from autograd.complexes import complex_primitive
from autograd.errors import DtypeError
from autograd.graph import Node, ancestors
from tests.autograd.samples import ROWS, ops


def complex_nodes() -> list[Node]:
    """A recorded call of each op that takes or gives complex numbers, at its samples."""
    nodes = []
    for op in ops():
        for row in ROWS.get(op.name, ()):
            arrays = row.draw()
            if all(np.asarray(x).dtype.kind != "c" for x in arrays):
                continue
            try:
                y = op(*(Tensor(x, requires_grad=x.dtype.kind in "fc") for x in arrays), **row.keywords)
            except DtypeError:
                continue
            for part in y if isinstance(y, tuple) else (y,):
                recorded = ancestors([part._node])[0] if part.requires_grad else []
                nodes += [n for n in recorded if any(np.asarray(v).dtype.kind == "c" for v in values_of(n))]
    return nodes


def values_of(node: Node) -> list[Any]:
    return [node.output, *(x.output if type(x) is Node else x for x in node.inputs)]


NODES = complex_nodes()
MISTAKES = {
    "sign": lambda c: -c,
    "constant factor": lambda c: 3 * c,
    "zero": lambda c: 0 * c,
    "None": lambda c: None,
    "not a number": lambda c: c * np.nan,
    "missing conjugate": np.conj,
}


def test_no_right_rule_of_complex_numbers_is_accused_and_most_are_confirmed():
    verdicts = Counter()
    for node in NODES:
        op = ComplexOpUnderTest(node, seed=0)
        for position in op.positions:
            verdict = op.verdict(position)
            assert verdict is not False, (op.primitive.name, position)
            verdicts[verdict] += 1
    assert verdicts[True] > 70 and not verdicts[None], verdicts


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_mistake_in_each_op_of_complex_numbers_is_found_and_named(kind):
    tried, named = 0, 0
    for op in (ComplexOpUnderTest(node, seed=0) for node in NODES):
        right = op.contribution
        for position in op.positions:
            c = right(position)
            if c is None or np.asarray(c).dtype.kind != "c":
                continue
            wrong = MISTAKES[kind](c)
            kept = np.asarray if np.asarray(op.arguments[position]).dtype.kind == "c" else np.real
            if np.allclose(kept(0 * c if wrong is None else wrong), kept(c)):
                continue  # no mistake, as the conjugate of a real contribution
            tried += 1
            with pytest.MonkeyPatch.context() as monkeypatch:
                monkeypatch.setattr(
                    op, "contribution", lambda p, right=right, **other: MISTAKES[kind](right(p, **other))
                )
                assert op.verdict(position) is False, (op.primitive.name, position)
                named += diagnose(op, position) == kind
    assert tried > 40 and named >= 0.9 * tried, (tried, named)


RE, IM = np.array([0.3, 1.2, -0.5]), np.array([1.0, -0.4, 0.8])


def test_the_guilty_op_among_complex_ones_is_named():
    right = holomorphic(lambda z: np.exp(z), lambda g, y, z: g * y, name="right")
    wrong = complex_primitive(lambda z: np.sin(z), lambda g, y, z: g * np.cos(z), name="unconjugated")
    f = lambda a, b: (np.abs(wrong(right(a + 1j * b))) ** 2).sum()
    assert gradcheck(lambda a, b: (np.abs(right(a + 1j * b)) ** 2).sum(), RE, IM)
    report = gradcheck(f, RE, IM)
    assert report.verdict == "FAIL" and report.guilty.op == "unconjugated" and report.guilty.file == __file__
    assert report.mistake == "missing conjugate" and "conj(x)" in report.mistake.detail


def test_two_mistakes_of_complex_ops_that_cancel_are_both_found():
    first = holomorphic(lambda z: np.exp(z), lambda g, y, z: -g * y, name="first")
    second = holomorphic(lambda z: np.sin(z), lambda g, y, z: -g * np.cos(z), name="second")
    report = gradcheck(lambda a, b: (np.abs(second(first(a + 1j * b))) ** 2).sum(), RE, IM)
    assert all(e.verdict == "PASS" for e in report.elements)
    assert report.verdict == "FAIL" and report.guilty.op == "first" and report.mistake == "sign"
