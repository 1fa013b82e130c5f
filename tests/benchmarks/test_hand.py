"""The yardstick must be right before it measures anything."""

import numpy as np
import pytest

from benchmarks.contestants.hand.steps import Adam, Hand, binary_cross_entropy_with_logits, cross_entropy
from benchmarks.works.workloads import WORKLOADS


@pytest.mark.parametrize("name", WORKLOADS)
def test_gradients_agree_with_finite_differences(name):
    hand = Hand(WORKLOADS[name], np.float64)
    rng = np.random.default_rng(0)
    for p, g in zip(hand.weights + hand.biases, hand.gradients()[1], strict=True):
        assert g.shape == p.shape
        for index in rng.integers(p.size, size=3):
            value, h = p.flat[index], 1e-6
            p.flat[index] = value + h
            above = hand.gradients()[0]
            p.flat[index] = value - h
            below = hand.gradients()[0]
            p.flat[index] = value
            assert g.flat[index] == pytest.approx((above - below) / (2 * h), abs=1e-8)


@pytest.mark.parametrize("name", WORKLOADS)
def test_workloads_are_float32_seeded_and_learnable(name):
    workload = WORKLOADS[name]
    for one, other in zip(workload.batch(), workload.batch(), strict=True):
        assert one.tobytes() == other.tobytes()
    hand = Hand(workload)
    first = hand.step()
    for _ in range(19):
        last = hand.step()
    assert {p.dtype for p in hand.weights + hand.biases} == {np.dtype(np.float32)}
    assert last < first


def test_losses_are_stable_for_large_logits():
    loss, g = binary_cross_entropy_with_logits(np.array([[1e4], [-1e4]]), np.array([[0.0], [1.0]]))
    assert loss == 1e4
    np.testing.assert_array_equal(g, [[0.5], [-0.5]])
    loss, g = cross_entropy(np.array([[1e4, 0.0]]), np.array([1]))
    assert loss == 1e4
    np.testing.assert_array_equal(g, [[1, -1]])


def test_adam_is_the_published_update():
    p = np.array([0.5, -2.0])
    expected, m, v = p.copy(), np.zeros(2), np.zeros(2)
    adam = Adam([p], lr=0.1)
    for t in range(1, 6):
        g = np.sin(np.arange(2) + t)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        expected -= 0.1 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        adam.step([g])
        np.testing.assert_allclose(p, expected, rtol=1e-12)
