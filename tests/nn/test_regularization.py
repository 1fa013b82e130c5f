import numpy as np
import pytest

import nn
from autograd import Tensor, gradcheck, gradgradcheck

rng = np.random.default_rng(9)
W, B = rng.normal(size=(3, 2)), rng.normal(size=3)


def test_penalties_by_their_definition():
    flat = np.concatenate([W.ravel(), B])
    assert np.isclose(nn.l1_penalty([Tensor(W), Tensor(B)]).item(), np.linalg.norm(flat, 1), rtol=1e-13)
    assert np.isclose(nn.l2_penalty([Tensor(W), Tensor(B)]).item(), flat @ flat, rtol=1e-13)
    assert nn.l2_penalty(Tensor(B, dtype=np.float32)).dtype == np.float32


@pytest.mark.parametrize("penalty", [nn.l1_penalty, nn.l2_penalty])
def test_derivatives_are_those_of_finite_differences(penalty):
    assert gradcheck(lambda w, b: penalty([w, b]), W, B)
    assert gradgradcheck(lambda w, b: penalty([w, b]), W, B)


def test_half_the_l2_penalty_is_weight_decay():
    model, twin = nn.Linear(2, 3, rng=0), nn.Linear(2, 3, rng=0)
    x, y = rng.normal(size=(4, 2)), rng.normal(size=(4, 3))
    (nn.mse_loss(model(x), y) + 0.1 / 2 * nn.l2_penalty(model.parameters())).backward()
    nn.mse_loss(twin(x), y).backward()
    nn.optim.SGD(model.parameters(), lr=0.5).step()
    nn.optim.SGD(twin.parameters(), lr=0.5, weight_decay=0.1).step()
    for p, q in zip(model.parameters(), twin.parameters(), strict=True):
        assert np.allclose(p.detach(), q.detach(), rtol=1e-13)


def test_the_l1_penalty_pulls_no_zero():
    p = Tensor([0.0, -2.0], requires_grad=True)
    nn.l1_penalty(p).backward()
    assert p.grad.tolist() == [0.0, -1.0]


def test_the_norm_of_each_units_weights_is_bounded():
    model = nn.Linear(4, 3, rng=0)
    model.weight.data *= np.array([[10.0], [0.1], [5.0]])
    before, bias = model.weight.detach().numpy().copy(), model.bias.detach().numpy().copy()
    nn.max_norm_(model.parameters(), 1.0)
    norms = np.linalg.norm(before, axis=1)
    expected = before / np.maximum(norms, 1.0)[:, None]
    assert norms[1] < 1 < norms[0]
    assert np.allclose(model.weight.detach(), expected, rtol=1e-13)
    assert np.array_equal(model.weight.detach()[1], before[1])
    assert np.array_equal(model.bias.detach(), bias)


def test_axes_after_the_first_are_one_units():
    w = Tensor(np.full((2, 2, 2), 3.0), requires_grad=True, dtype=np.float32)
    nn.max_norm_(w, 3.0)
    assert np.allclose(w.detach(), 1.5)
    assert w.dtype == np.float32


def test_a_bounded_weight_counts_as_assigned():
    w = Tensor(np.ones((1, 4)), requires_grad=True)
    before = w.version
    nn.max_norm_(w, 5.0)
    assert w.version == before
    nn.max_norm_(w, 1.0)
    assert w.version > before


def test_what_does_not_fit_is_named_and_nothing_changes():
    good, bad = Tensor(np.full((2, 2), 9.0), requires_grad=True), Tensor([[1.0, np.nan]], requires_grad=True)
    for call, message in (
        (lambda: nn.l1_penalty([]), "l1_penalty: no parameters were given"),
        (lambda: nn.l2_penalty(iter([])), "l2_penalty: no parameters were given"),
        (lambda: nn.max_norm_([], 1.0), "max_norm_: no parameters were given"),
        (lambda: nn.max_norm_([good], 0), r"max_norm_: max_norm=0 is not a number in \(0, inf\]"),
        (lambda: nn.max_norm_([good, bad], 1.0), r"max_norm_: parameter 1 of shape \(1, 2\) holds nan"),
        (lambda: nn.max_norm_([good, good * 1.0], 1.0), "max_norm_: parameter 1 is the result of an operation"),
    ):
        with pytest.raises(ValueError, match=message):
            call()
    assert good.tolist() == [[9.0, 9.0], [9.0, 9.0]]
