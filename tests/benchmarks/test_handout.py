"""The hand-out must do hand's training, in whichever form it takes for small and large batches."""

import pytest

from benchmarks.contestants.hand.steps import Hand
from benchmarks.contestants.handout.steps import FEW, Handout
from benchmarks.works.workloads import WORKLOADS


@pytest.mark.parametrize("name", ["xor", "moons", "spirals", "digits"])
def test_it_trains_as_hand_does(name):
    hand, handout = Hand(WORKLOADS[name]), Handout(WORKLOADS[name])
    for _ in range(20):
        assert handout.step() == pytest.approx(hand.step(), rel=1e-4)


def test_both_forms_are_tried_above():
    batches = [len(WORKLOADS[name].batch()[0]) for name in ("xor", "spirals")]
    assert batches[0] <= FEW < batches[1]
