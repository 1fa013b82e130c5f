"""`np.pad` in each mode, and `np.trim_zeros`."""

import numpy as np
import pytest

from autograd import Tensor
from tests.autograd.agreement import assert_is_numpys

A = np.random.default_rng(0).uniform(-1.7, 2.1, (4, 3))


@pytest.mark.parametrize(
    "mode, keywords",
    [
        ("linear_ramp", {}),
        ("linear_ramp", {"end_values": ((1, 2), (3.5, 4))}),
        ("maximum", {}),
        ("minimum", {"stat_length": 2}),
        ("mean", {"stat_length": ((2, 1), (1, 3))}),
        ("median", {}),
        ("reflect", {"reflect_type": "odd"}),
        ("symmetric", {"reflect_type": "odd"}),
        ("wrap", {}),
        ("edge", {}),
    ],
)
@pytest.mark.parametrize("width", [1, ((2, 0), (0, 3)), ((7, 9), (5, 11))], ids=str)
def test_each_mode(mode, keywords, width):
    f = lambda x: np.pad(x, width, mode, **keywords)
    np.testing.assert_allclose(f(Tensor(A)).data, f(A), rtol=1e-12)
    if width != ((7, 9), (5, 11)):
        assert_is_numpys(f, [A], second=False)


def test_one_element_and_unspecified_values():
    for mode in ("reflect", "symmetric"):
        assert_is_numpys(lambda x, mode=mode: np.pad(x, 3, mode, reflect_type="odd"), [A[:, :1]])
    np.testing.assert_array_equal(np.pad(Tensor(A), 1, "empty")[1:-1, 1:-1].data, A)


@pytest.mark.parametrize("mode", ["mean", "maximum", "linear_ramp", "wrap"])
def test_integers_stay_integers(mode):
    assert_is_numpys(lambda x: np.pad(x, 2, mode), [np.array([[1, 2, 4], [7, 5, 5]])], constant=True)


@pytest.mark.parametrize("mode", ["mean", "linear_ramp", "wrap", "constant"])
def test_complex_numbers(mode):
    z = A * (1 + 0.5j) + 1j
    np.testing.assert_allclose(np.pad(Tensor(z, requires_grad=True), 2, mode).data, np.pad(z, 2, mode), rtol=1e-13)


@pytest.mark.parametrize("trim", ["fb", "f", "b"])
def test_trim_zeros(trim):
    for x in (np.array([0, 0, 1.5, 0, 2.5, 0]), np.zeros(3), np.array([1.5])):
        t = Tensor(x, requires_grad=True)
        y = np.trim_zeros(t, trim)
        np.testing.assert_array_equal(y.data, np.trim_zeros(x, trim))
        y.sum().backward()
        assert t.grad.sum() == y.size
