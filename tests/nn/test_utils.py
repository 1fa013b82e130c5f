import numpy as np
import pytest

import nn
from autograd import Tensor, gradcheck

rng = np.random.default_rng(8)
clip_grad_norm_, clip_grad_value_ = nn.utils.clip_grad_norm_, nn.utils.clip_grad_value_
GRADIENTS = [rng.normal(size=(3, 2)), rng.normal(size=4), rng.normal(size=())]


def leaves(gradients, dtype=np.float64):
    """Tensors with these gradients; None: without one."""
    made = []
    for g in gradients:
        made.append(Tensor(np.zeros(np.shape(g)), requires_grad=True, dtype=dtype))
        made[-1].grad = g
    return made


@pytest.mark.parametrize("order", [1, 2, 3.5, np.inf])
def test_all_gradients_are_scaled_as_one_vector(order):
    flat = np.concatenate([g.ravel() for g in GRADIENTS])
    norm = np.linalg.norm(flat, order)
    for bound in (norm / 10, norm * 10):
        p = leaves(GRADIENTS)
        assert np.isclose(clip_grad_norm_(p, bound, order), norm, rtol=1e-12)
        scale = min(1, bound / (norm + 1e-6))
        for tensor, g in zip(p, GRADIENTS, strict=True):
            assert np.allclose(tensor.grad, g * scale, rtol=1e-12)


def test_a_single_tensor_and_an_iterator_are_taken_and_those_without_gradient_passed_over():
    (p,) = leaves([np.array([3.0, 4.0])])
    assert clip_grad_norm_(p, 10.0) == 5.0
    without = Tensor([1.0], requires_grad=True)
    assert clip_grad_norm_(iter([p, without]), 1.0) == 5.0
    assert without.grad is None
    assert np.allclose(p.grad, [0.6, 0.8])
    assert clip_grad_norm_([without], 1.0) == 0.0


def test_float32_stays_float32_and_its_squares_do_not_overflow():
    (p,) = leaves([np.array([3e30, 4e30])], np.float32)
    assert np.isclose(clip_grad_norm_([p], 1.0), 5e30)
    assert p.grad.dtype == np.float32
    assert np.allclose(p.grad, [0.6, 0.8])
    clip_grad_value_([p], 0.7)
    assert p.grad.dtype == np.float32
    assert np.allclose(p.grad, [0.6, 0.7])


def test_gradients_that_are_tensors_are_scaled():
    x = Tensor([3.0, 4.0], requires_grad=True)
    (x * x / 2).sum().backward(create_graph=True)
    assert clip_grad_norm_([x], 1.0) == 5.0
    assert isinstance(x.grad, Tensor)
    assert np.allclose(x.grad.detach().numpy(), [0.6, 0.8])
    clip_grad_value_([x], 0.7)
    assert np.allclose(x.grad.detach().numpy(), [0.6, 0.7])
    x.zero_grad()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_gradient_that_is_not_finite_is_refused_before_anything_changes(bad):
    p = leaves([np.array([3.0, 4.0]), np.array([1.0, bad])])
    p[1].name = "bias"
    with pytest.raises(
        ValueError, match=rf"is {bad}; that of parameter 1 \(bias\) of shape \(2,\) is {bad}. .*anomaly"
    ):
        clip_grad_norm_(p, 1.0, error_if_nonfinite=True)
    assert p[0].grad.tolist() == [3.0, 4.0]
    assert not np.isfinite(clip_grad_norm_(p, 1.0))  # as PyTorch: nan, and 0 where a number is divided by inf
    assert np.array_equal(p[0].grad, [np.nan] * 2 if np.isnan(bad) else [0.0] * 2, equal_nan=True)


def test_parameters_and_back():
    model = nn.MLP([2, 3, 1], rng=0)
    vector = nn.utils.parameters_to_vector(model.parameters())
    assert vector.shape == (13,)
    assert nn.utils.parameters_to_vector([Tensor([1.0], dtype=np.float32)]).dtype == np.float32
    other = nn.MLP([2, 3, 1], rng=1)
    nn.utils.vector_to_parameters(vector, other.parameters())
    for p, q in zip(model.parameters(), other.parameters(), strict=True):
        assert np.array_equal(p.detach(), q.detach())


def test_gradients_flow_through_the_vector():
    a, b = Tensor([[1.0, 2.0]], requires_grad=True), Tensor(3.0, requires_grad=True)
    (nn.utils.parameters_to_vector([a, b]) * np.array([1.0, 10.0, 100.0])).sum().backward()
    assert a.grad.tolist() == [[1.0, 10.0]]
    assert b.grad == 100.0
    assert gradcheck(lambda x, y: np.square(nn.utils.parameters_to_vector([x, y])).sum(), np.ones((2, 2)), np.ones(3))


def test_the_vector_may_be_the_memory_of_the_parameters():
    memory = np.arange(4.0)
    first, second = Tensor.wrap(memory[:2]), Tensor.wrap(memory[2:])
    nn.utils.vector_to_parameters(memory[::-1], [first, second])
    assert first.tolist() == [3.0, 2.0]
    assert second.tolist() == [1.0, 0.0]


X = Tensor([1.0, 2.0], requires_grad=True)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: clip_grad_norm_([], 1.0), r"clip_grad_norm_: no parameters were given; .*used up after one pass"),
        (lambda: clip_grad_value_(iter([]), 1.0), r"clip_grad_value_: no parameters"),
        (lambda: nn.utils.parameters_to_vector([]), r"parameters_to_vector: no parameters"),
        (lambda: nn.utils.vector_to_parameters([], []), r"vector_to_parameters: no parameters"),
        (lambda: clip_grad_norm_([X], 0.0), r"clip_grad_norm_: max_norm=0.0 is not a number in \(0, inf\]"),
        (lambda: clip_grad_norm_([X], np.nan), r"max_norm=nan is not a number in \(0, inf\]"),
        (lambda: clip_grad_norm_([X], 1.0, norm_type=-2), r"norm_type=-2 is not a number in \(0, inf\]"),
        (lambda: clip_grad_value_([X], None), r"clip_grad_value_: clip_value=None is not a number in \(0, inf\]"),
        (lambda: clip_grad_value_([X], -1.0), r"clip_grad_value_: clip_value=-1.0 is not a number in \(0, inf\]"),
        (lambda: nn.utils.vector_to_parameters([1.0], [X]), r"\(1,\) does not fit 1 parameters of 2 numbers.*\(2,\)"),
        (lambda: nn.utils.vector_to_parameters([[1.0, 2.0]], [X]), r"vector of shape \(1, 2\) does not fit"),
        (lambda: nn.utils.vector_to_parameters(["a", "b"], [X]), r"numbers are wanted, not <U1"),
        (lambda: nn.utils.vector_to_parameters([1.0] * 4, [X, X * 2]), r"parameter 1 is the result of an operation"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_changes(call, message):
    with pytest.raises(ValueError, match=message):
        call()
    assert X.tolist() == [1.0, 2.0]
    assert X.grad is None


def test_a_parameter_is_a_tensor():
    with pytest.raises(TypeError, match="clip_grad_norm_: a parameter is a Tensor, not a ndarray"):
        clip_grad_norm_([np.ones(3)], 1.0)
    with pytest.raises(
        TypeError, match=r"parameters are Tensors, not a Linear; of a module, give model.parameters\(\)"
    ):
        clip_grad_norm_(nn.Linear(2, 2, rng=0), 1.0)
