"""Values, gradients and second derivatives beside those of PyTorch, as `record_references.py` wrote them down."""

import json

import numpy as np
import pytest

from autograd import Tensor
from tests.autograd.record_references import PATH
from tests.autograd.reference_cases import CASES, Case, projections

RECORDED = json.loads(PATH.read_text(encoding="utf-8"))
TOLERANCE = 1e-10


def projected(results: list[Tensor], phase: float) -> Tensor:
    weights = projections([y.shape for y in results], phase)
    return sum(((y * w).sum() for y, w in zip(results, weights, strict=True)), start=Tensor(0.0))


def slopes(y: Tensor, leaves: list[Tensor]) -> list[Tensor]:
    """The gradient, itself recorded; where y does not depend on a leaf, zeros."""
    for x in leaves:
        x.zero_grad()
    if y.requires_grad:
        y.backward(create_graph=True)
    return [Tensor(np.zeros(x.shape)) if x.grad is None else x.grad for x in leaves]


def computed(case: Case, inputs: list[list[float]]) -> dict[str, list[np.ndarray]]:
    leaves = [Tensor(np.array(x, float), requires_grad=True) for x in inputs]
    y = case.ours(*(x * x for x in leaves)) if case.squares else case.ours(*leaves)
    results = list(y) if isinstance(y, (tuple, list)) else [y]
    gradients = slopes(projected(results, 0), leaves)
    seconds = slopes(projected(gradients, 1), leaves)
    found = {"values": results, "gradients": gradients, "seconds": seconds}
    return {kind: [x.detach().data for x in arrays] for kind, arrays in found.items()}


def test_every_case_is_recorded_once():
    assert [str(case) for case in CASES] == list(RECORDED)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_values_and_both_derivatives_are_those_of_pytorch(case):
    recorded = RECORDED[str(case)]
    with np.errstate(all="ignore"):  # some inputs are where a slope is infinite
        found = computed(case, recorded["inputs"])
    for kind, arrays in found.items():
        expected = case.instead.get(kind, recorded[kind])
        assert len(arrays) == len(expected)
        for actual, theirs in zip(arrays, expected, strict=True):
            assert actual.shape == np.shape(theirs)
            np.testing.assert_allclose(actual, theirs, rtol=TOLERANCE, atol=TOLERANCE, err_msg=kind)


@pytest.mark.parametrize("case", [case for case in CASES if case.instead], ids=str)
def test_where_we_differ_pytorch_still_does(case):
    assert case.reason
    for kind, ours in case.instead.items():
        pairs = zip(ours, RECORDED[str(case)][kind], strict=True)
        assert not all(np.allclose(a, b, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True) for a, b in pairs), kind
