import numpy as np
import pytest

import nn
from autograd import Tensor, check_module

rng = np.random.default_rng(6)
MASKS = rng.random((3, 2, 4, 4)) > 0.5
P = rng.random((3, 2, 4, 4))


def test_dice_by_its_definition_on_sets():
    other = rng.random(MASKS.shape) > 0.5
    for i, loss in enumerate(nn.dice_loss(other, MASKS, smooth=1e-12, reduction="none")):
        a, b = set(np.flatnonzero(other[i])), set(np.flatnonzero(MASKS[i]))
        assert np.isclose(loss, 1 - 2 * len(a & b) / (len(a) + len(b)), rtol=1e-9)


def test_the_gradient_of_dice():
    p = Tensor(P, requires_grad=True)
    nn.dice_loss(p, MASKS, smooth=1.0, reduction="sum").backward()
    common = (P * MASKS).sum(axis=(1, 2, 3), keepdims=True) * 2 + 1
    whole = P.sum(axis=(1, 2, 3), keepdims=True) + MASKS.sum(axis=(1, 2, 3), keepdims=True) + 1
    assert np.allclose(p.grad, (common - 2 * MASKS * whole) / whole**2, rtol=1e-11)


def test_equal_masks_and_empty_ones_cost_nothing():
    assert nn.dice_loss(MASKS, MASKS) == 0
    assert nn.dice_loss(np.zeros((1, 4)), np.zeros((1, 4))) == 0


def test_each_class_has_its_own_overlap():
    losses = nn.dice_loss(P, MASKS, axis=(2, 3), reduction="none")
    assert losses.shape == (3, 2)
    assert np.isclose(losses[1, 0], nn.dice_loss(P[1:2, 0], MASKS[1:2, 0]))


def test_perceptual_by_its_definition():
    x, y = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    phi = nn.Linear(3, 2, rng=0)
    w, b = (p.detach().numpy() for p in phi.parameters())
    features = lambda z: [phi(z), z]
    expected = 0.5 * ((x @ w.T - y @ w.T) ** 2).mean(axis=1) + 2.0 * ((x - y) ** 2).mean(axis=1)
    losses = nn.perceptual_loss(x, y, features, weight=[0.5, 2.0], reduction="none")
    assert np.allclose(losses.detach().numpy(), expected, rtol=1e-12)
    assert np.isclose(nn.perceptual_loss(x, y, lambda z: z), nn.mse_loss(x, y))
    assert b.shape == (2,)


def test_the_network_of_a_perceptual_loss_is_part_of_it_and_may_be_frozen():
    loss = nn.PerceptualLoss(nn.Linear(3, 2, rng=0))
    assert [name for name, _ in loss.named_parameters()] == ["features.weight", "features.bias"]
    for parameter in loss.parameters():
        parameter.requires_grad = False
    model = nn.Linear(3, 3, rng=1)
    assert check_module(model, loss, (P[:, 0, 0, :3], P[:, 1, 0, :3]))
    assert all(parameter.grad is None for parameter in loss.parameters())


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: nn.dice_loss(P * 3, MASKS), r"dice_loss: input \d\.\d+ is not a probability.*of logits, take nn.sigm"),
        (lambda: nn.dice_loss(P, MASKS * 2), r"dice_loss: target 2.0 is not a probability"),
        (lambda: nn.dice_loss(P, MASKS[:, :1]), r"\(3, 2, 4, 4\) and target of shape \(3, 1, 4, 4\) differ"),
        (lambda: nn.dice_loss([0.5], [1]), r"masks are \(batch, ...\), not of shape \(1,\); .*reshape it to \(1, -1\)"),
        (lambda: nn.dice_loss(P, MASKS, smooth=0), r"dice_loss: smooth=0 is not a number in \(0, inf\)"),
        (lambda: nn.DiceLoss(smooth=-1.0), r"DiceLoss: smooth=-1.0 is not"),
        (lambda: nn.perceptual_loss(P, P, lambda z: []), r"features gave an empty list"),
        (lambda: nn.perceptual_loss(P, P, lambda z: z.sum()), r"features of shape \(\) for an input of shape \(3, 2"),
        (lambda: nn.perceptual_loss(P, P, lambda z: [z, z[:1]]), r"features of shape \(1, 2, 4, 4\)"),
        (lambda: nn.perceptual_loss(P, P, lambda z: [z, z], weight=[1.0]), r"1 weights for features of 2 layers"),
    ],
)
def test_what_does_not_fit_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
