"""Large models: one wrong element among 101,770 is found and named; and many small ones are never accused."""

from typing import Any

import numpy as np
import pytest

import nn
from autograd import check_module, grad, gradcheck, relu

SIZES = [(128, 784), (128,), (10, 128), (10,)]


def large_network() -> tuple[Any, list[np.ndarray], tuple[np.ndarray, ...]]:
    """The loss of a 784-128-10 network as a function of its parameters, a point, and the gradient there."""
    rng = np.random.default_rng(0)
    x, target = rng.normal(size=(32, 784)), rng.integers(0, 10, 32)

    def loss(w: Any, b: Any, v: Any, c: Any) -> Any:
        return nn.cross_entropy(relu(x @ w.T + b) @ v.T + c, target)

    parameters = [rng.uniform(-1, 1, size) / np.sqrt(size[-1]) for size in SIZES]
    return loss, parameters, grad(loss, (0, 1, 2, 3))(*parameters)


LOSS, PARAMETERS, GRADIENT = large_network()


def finds_one_wrong_element(seed: int) -> bool:
    """Whether an element off by 1e-6 fails, and is the one that the report names."""
    rng = np.random.default_rng(seed)
    sizes = np.array([g.size for g in GRADIENT])
    k = rng.choice(4, p=sizes / sizes.sum())
    place = rng.choice(np.flatnonzero(GRADIENT[k]))
    wrong = [g.copy() for g in GRADIENT]
    wrong[k].flat[place] *= 1 + 1e-6
    report = gradcheck(LOSS, *PARAMETERS, gradient=tuple(wrong), seed=seed)
    index = tuple(int(i) for i in np.unravel_index(place, wrong[k].shape))
    return report.verdict == "FAIL" and (report.worst.name, report.worst.index) == ("wbvc"[k], index)


def test_one_wrong_element_among_101_770_is_found_and_located():
    assert sum(w.size for w in PARAMETERS) == 101_770
    assert all(finds_one_wrong_element(seed) for seed in range(2))


@pytest.mark.slow
def test_one_wrong_element_is_found_for_49_of_50_seeds():
    assert sum(finds_one_wrong_element(seed) for seed in range(50)) >= 49


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_large_model_passes_along_directions(dtype):
    rng = np.random.default_rng(0)
    batch = rng.normal(size=(16, 784)).astype(dtype), rng.integers(0, 10, 16)
    report = check_module(nn.MLP([784, 128, 10], rng=0, dtype=dtype), nn.cross_entropy, batch)
    assert report, report
    assert all(x.by_directions == 3 for x in report.inputs) and "all," in str(report)
    assert report.sensitivity < 1e-6 and len(str(report).splitlines()) <= 40


def test_several_wrong_elements_are_all_found():
    wrong = [g.copy() for g in GRADIENT]
    places = [np.flatnonzero(np.abs(wrong[0]) > 1e-4)[i] for i in (0, 100, 5000)]
    wrong[0].flat[places] *= np.array([1.1, 0.5, -1.0])
    report = gradcheck(LOSS, *PARAMETERS, gradient=tuple(wrong))
    found = {e.index for e in report.elements if e.verdict == "FAIL"}
    assert found == {tuple(int(i) for i in np.unravel_index(p, wrong[0].shape)) for p in places}


@pytest.mark.parametrize("error", [1e-3, 1.0])
def test_one_wrong_element_of_a_function_of_arrays_is_found_by_differences(error):
    x = np.random.default_rng(0).normal(size=(60, 50))
    mistake = np.zeros(x.shape)
    mistake[1, 27] = error

    def f(x):  # plain NumPy, with no graph to replay
        return float(np.sum(x**2))

    assert gradcheck(f, x, gradient=lambda x: 2 * x, budget=0)
    report = gradcheck(f, x, gradient=lambda x: 2 * x + mistake, budget=0)
    assert report.verdict == "FAIL" and report.worst.index == (1, 27)


def random_relu_networks(seed: int, count: int, on_kinks: bool = False) -> Any:
    """A check of some networks side by side, each with its own shape of data; on kinks, units are exactly 0."""
    rng = np.random.default_rng(seed)
    n, width = rng.integers(1, 4), rng.integers(1, 6)
    x, target = rng.normal(size=(count, 3, n)), rng.normal(size=(count, 3, 1))
    shapes = [(count, n, width), (count, 1, width), (count, width, 1), (count, 1, 1)]
    # Of different sizes, so that no network is lost beside another.
    inputs = [rng.normal(size=shape) * 2.0 ** rng.integers(-3, 4) for shape in shapes]
    if on_kinks:
        x, inputs = np.rint(x), [np.rint(p) for p in inputs]
    return gradcheck(lambda w, b, v, c: ((relu(x @ w + b) @ v + c - target) ** 2).sum(), *inputs)


@pytest.mark.parametrize("first, last", [(0, 20), pytest.param(20, 150, marks=pytest.mark.slow)])
def test_random_relu_networks_are_never_accused(first, last):
    for seed in range(first, last):
        report = random_relu_networks(seed, 1, on_kinks=seed % 2 == 0)
        assert report.verdict != "FAIL", (seed, report)


@pytest.mark.slow
def test_none_of_ten_thousand_relu_networks_is_accused():
    """Forty at a time: checks of one network each would take five minutes."""
    for seed in range(250):
        report = random_relu_networks(1000 + seed, 40, on_kinks=seed % 25 == 0)
        assert report.verdict != "FAIL", (seed, report)
