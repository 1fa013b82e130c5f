"""`numpy.fft` on Tensors: every function, norm, parity and length against NumPy's values and finite differences."""

import itertools

import numpy as np
import pytest

from autograd import Tensor, draw, gradcheck, gradgradcheck, graph_of, hvp, jacobian, jvp, vjp
from tests.autograd.oracles import inner, numeric_vjp

NORMS = (None, "backward", "ortho", "forward")
OF_REAL = ("fft", "ifft", "rfft", "ihfft")
OF_COMPLEX = ("fft", "ifft", "irfft", "hfft")


def values(*shape, is_complex=False, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, shape)
    return x + 1j * rng.uniform(-1, 1, shape) if is_complex else x


def check(f, x):
    """The value of f is NumPy's to the bit, its gradient that of finite differences."""
    expected = f(x)
    leaf = Tensor(x, requires_grad=True)
    y = f(leaf)
    assert y.dtype == expected.dtype
    np.testing.assert_array_equal(y.data, expected)
    u = values(*y.shape, is_complex=expected.dtype.kind == "c", seed=1)
    y.backward(u)
    assert leaf.grad.dtype == x.dtype
    np.testing.assert_allclose(leaf.grad, numeric_vjp(f, [x], u, [True])[0], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("length", [4, 5])
@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize(
    "name, is_complex", [(name, False) for name in (*OF_REAL, "irfft", "hfft")] + [(name, True) for name in OF_COMPLEX]
)
def test_along_one_axis(name, is_complex, norm, length):
    transform = getattr(np.fft, name)
    for n in (None, 1, 2, 3, length + 1, 2 * length - 1, 2 * length):
        check(lambda x, n=n: transform(x, n=n, norm=norm), values(length, is_complex=is_complex))
    for axis in (0, -2):
        check(lambda x, axis=axis: transform(x, axis=axis, norm=norm), values(2, length, 1, is_complex=is_complex))
    check(lambda x: transform(x, 3, 0, norm), values(2, 2, is_complex=is_complex))


@pytest.mark.parametrize("norm", ["backward", "ortho", "forward"])
@pytest.mark.parametrize(
    "name, is_complex",
    [
        ("fftn", False),
        ("fftn", True),
        ("ifftn", True),
        ("rfftn", False),
        ("irfftn", True),
        ("fft2", True),
        ("ifft2", False),
        ("rfft2", False),
        ("irfft2", True),
    ],
)
@pytest.mark.filterwarnings("ignore:.*axes.*:DeprecationWarning")  # NumPy's, of s without axes
def test_along_several_axes(name, is_complex, norm):
    transform = getattr(np.fft, name)
    x = values(2, 3, 2, is_complex=is_complex)
    check(lambda x: transform(x, norm=norm), x)
    for s, axes in (
        ((3, 3), (0, 2)),
        ((2, 5), (-1, 1)),
        ((4, -1), (1, 2)),
        (None, (1, 0)),
        (None, (2,)),
        (None, [0, -1]),
        ((4, 3), (1, 1)),
    ):
        check(lambda x, s=s, axes=axes: transform(x, s=s, axes=axes, norm=norm), x)


@pytest.mark.filterwarnings("ignore:.*axes.*:DeprecationWarning")
def test_lengths_without_axes_are_of_the_last_axes():
    for name in ("fftn", "rfftn"):
        check(lambda x, name=name: getattr(np.fft, name)(x, (3, 5)), values(2, 3, 4))


@pytest.mark.parametrize("name", ["fftshift", "ifftshift"])
@pytest.mark.parametrize("axes", [None, 0, -1, (0, 1), [1]])
def test_shifts(name, axes):
    for is_complex in (False, True):
        check(lambda x: getattr(np.fft, name)(x, axes), values(4, 5, is_complex=is_complex))


@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft", "rfft2", "irfftn"])
def test_single_precision_stays(name):
    x = Tensor(values(4, 6).astype(np.float32), requires_grad=True)
    y = getattr(np.fft, name)(x)
    assert y.dtype in (np.float32, np.complex64)
    (np.abs(y) ** 2).sum().backward()
    assert x.grad.dtype == np.float32


# --- what they are used for ---


def test_filtering_a_signal():
    keep = np.array([1, 1, 0.5, 0, 0])
    for n in (8, 9):
        x = values(n)
        f = lambda x, n=n: np.fft.irfft(np.fft.rfft(x) * keep, n)
        leaf = Tensor(x, requires_grad=True)
        u = values(n, seed=1)
        f(leaf).backward(u)
        np.testing.assert_allclose(leaf.grad, numeric_vjp(f, [x], u, [True])[0], rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(leaf.grad, f(u), atol=1e-15)  # a filter of real gains is its own transpose


@pytest.mark.parametrize("n", [6, 7])
def test_power_is_the_same_in_both_domains(n):
    """Parseval: sum |fft(x)|**2 = n sum x**2, so the gradient is 2 n x."""
    x = Tensor(values(n), requires_grad=True)
    (np.abs(np.fft.fft(x)) ** 2).sum().backward()
    np.testing.assert_allclose(x.grad, 2 * n * x.data, rtol=1e-13)


def test_convolution_by_way_of_the_spectrum_is_convolution():
    a, v, u = values(5), values(3, seed=1), values(7, seed=2)
    leaves = [Tensor(a, requires_grad=True), Tensor(v, requires_grad=True)]
    y = np.fft.irfft(np.fft.rfft(leaves[0], 7) * np.fft.rfft(leaves[1], 7), 7)
    np.testing.assert_allclose(y.data, np.convolve(a, v), atol=1e-14)
    y.backward(u)
    for leaf, expected in zip(leaves, numeric_vjp(np.convolve, [a, v], u, [True, True]), strict=True):
        np.testing.assert_allclose(leaf.grad, expected, rtol=1e-9, atol=1e-9)


def test_a_filter_is_learned_from_its_real_and_imaginary_part():
    """Two real leaves, gradient descent: the filter that delays by two samples is found."""
    x = np.eye(16)[0]
    target = np.roll(x, 2)
    re, im = Tensor(np.ones(9), requires_grad=True), Tensor(np.zeros(9), requires_grad=True)
    for _ in range(100):
        re.zero_grad()
        im.zero_grad()
        error = np.fft.irfft(np.fft.rfft(x) * (re + 1j * im)) - target
        loss = (error * error).sum()
        loss.backward()
        re.data -= 2 * re.grad
        im.data -= 2 * im.grad
    assert loss.item() < 1e-6
    np.testing.assert_allclose((re + 1j * im).data, np.fft.rfft(target), atol=1e-3)


def test_a_complex_filter_is_learned_as_it_is():
    """The same with one complex leaf: `p.data -= lr * p.grad` descends, as the gradients' convention has it."""
    x = np.eye(16)[0]
    target = np.roll(x, 2)
    p = Tensor(np.ones(9, complex), requires_grad=True)
    losses = []
    for _ in range(100):
        p.zero_grad()
        error = np.fft.irfft(np.fft.rfft(x) * p) - target
        loss = (error * error).sum()
        loss.backward()
        p.data -= 2 * p.grad
        losses.append(loss.item())
    assert losses[-1] < 1e-6
    assert all(after < before for before, after in itertools.pairwise(losses[:40]))


# --- higher orders, transforms, tools ---


def spectral(x):
    """Real in, real out, and not linear."""
    z = np.fft.rfft(x)
    return np.fft.irfft(z * np.exp(1j * np.abs(z)), 7)


def test_checks_and_second_derivatives_through_the_spectrum():
    x = values(7)
    assert gradcheck(spectral, x).verdict == "PASS"
    assert gradgradcheck(spectral, x).verdict == "PASS"
    assert gradcheck(spectral, x.astype(np.float32)).verdict == "PASS"


def test_jacobian_of_a_transform_is_its_matrix():
    x = values(5)
    matrix = np.fft.fft(np.eye(5), axis=0)
    np.testing.assert_allclose(jacobian(lambda x: np.fft.fft(x).real)(x), matrix.real, atol=1e-15)
    np.testing.assert_allclose(jacobian(lambda x: np.fft.fft(x).imag)(x), matrix.imag, atol=1e-15)


def test_forward_mode_is_the_directional_derivative_and_the_transpose_of_reverse_mode():
    x, t, u = values(7), values(7, seed=1), values(7, seed=2)
    step = 1e-6
    _, pushed = jvp(spectral, (x,), (t,))
    np.testing.assert_allclose(pushed, (spectral(x + step * t) - spectral(x - step * t)) / (2 * step), atol=1e-7)
    np.testing.assert_allclose(inner(u, pushed), inner(vjp(spectral, x)[1](u)[0], t), rtol=1e-12)
    f = lambda x: (spectral(x) ** 3).sum()
    gradient = lambda x: vjp(f, x)[1](1.0)[0]
    expected = (gradient(x + step * t) - gradient(x - step * t)) / (2 * step)
    np.testing.assert_allclose(hvp(f, (x,), (t,)), expected, atol=1e-6)


def test_a_complex_value_has_complex_tangents_and_cotangents():
    x, t = values(4), values(4, seed=1)
    _, pushed = jvp(np.fft.rfft, (x,), (t,))
    np.testing.assert_allclose(pushed, np.fft.rfft(t), rtol=1e-13)
    _, pullback = vjp(np.fft.rfft, x)
    u = values(3, is_complex=True, seed=2)
    np.testing.assert_allclose(inner(u, pushed), inner(pullback(u)[0], t), rtol=1e-12)


def test_the_graph_names_the_transform():
    x = Tensor(values(4), requires_grad=True)
    y = np.abs(np.fft.rfft(x)).sum()
    y.backward()
    graph = graph_of(y)
    assert [node.op for node in graph.nodes] == ["", "rfft", "modulus", "sum"]
    assert graph.nodes[1].dtype == "complex128"
    np.testing.assert_allclose(graph.nodes[1].value, np.fft.rfft(x.data))
    assert graph.nodes[1].grad is not None
    assert "rfft" in draw(y).source


# --- what is refused ---


def test_real_transforms_refuse_complex_numbers():
    z = Tensor(values(4, is_complex=True))
    for name, instead in (("rfft", "np.fft.fft"), ("ihfft", "np.fft.ifft"), ("rfft2", "np.fft.fft")):
        with pytest.raises(TypeError, match=rf"takes real numbers, not complex128.*test_fft.py.*{instead}"):
            getattr(np.fft, name)(z.reshape(2, 2))


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda x: np.fft.fft(x, norm="half"), "norm='half' is not one of 'backward', 'ortho', 'forward'"),
        (lambda x: np.fft.fft(x, 0), "fft.*Invalid number of FFT data points"),
        (lambda x: np.fft.irfft(x[:1]), "irfft.*Invalid number of FFT data points"),
        (lambda x: np.fft.fft(x, axis=1), "axis 1 is out of bounds"),
        (lambda x: np.fft.fftn(x, (2, 2), (0,)), "lengths for 2 axes, but there are 1"),
        (lambda x: np.fft.rfftn(x, axes=()), "needs one axis at least"),
        (lambda x: np.fft.fft(x, out=np.zeros(4, complex)), "out"),
        (lambda x: np.fft.fft(x, 2.5), "float"),
    ],
)
def test_wrong_arguments(call, message):
    with pytest.raises((TypeError, ValueError, IndexError), match=message):
        call(Tensor(values(4), requires_grad=True))
