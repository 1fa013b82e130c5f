"""What beginners write by mistake, and the words of the error that tell them what to write instead."""

import numpy as np
import pytest

import nn
from autograd import Tensor

X = np.random.default_rng(0).normal(size=(8, 2))
LABELS = (X[:, 0] > 0).astype(int)


def model(outputs=1):
    return nn.MLP([2, 4, outputs], rng=0)


class Silent(nn.Module):
    """Its forward returns nothing, and its weights are arrays."""

    def __init__(self):
        self.weight = np.zeros((2, 1))

    def forward(self, x):
        x @ self.weight


def step_with_the_loss():
    net = model()
    loss = net(X).sum()
    loss.backward()
    nn.optim.SGD(net.parameters()).step(loss)


@pytest.mark.parametrize(
    ("mistake", "error", "words"),
    [
        (lambda: nn.optim.SGD(model()), TypeError, r"SGD: params is a list.*model\.parameters\(\).*not one MLP"),
        (lambda: nn.optim.SGD(nn.Linear(2, 1)), TypeError, r"model\.parameters\(\) gives it.*not one Linear"),
        (lambda: nn.optim.SGD(model().parameters), TypeError, r"model\.parameters\(\) gives it.*not one method"),
        (lambda: nn.optim.SGD(0.1, model().parameters()), TypeError, r"SGD: params is a list.*not one float"),
        (lambda: nn.optim.SGD(model().named_parameters()), TypeError, r"parameter 0 is a tuple.*model\.parameters\(\)"),
        (lambda: nn.optim.SGD(Silent().parameters()), ValueError, r"empty list.*Tensors with requires_grad=True"),
        (
            step_with_the_loss,
            TypeError,
            r"SGD\.step takes nothing.*not a Tensor: call loss\.backward\(\), then step\(\)",
        ),
        (lambda: model().load_state_dict("m.npz"), TypeError, r"MLP: a dict of arrays is wanted.*not a str"),
        (lambda: model().load_state_dict(model()), TypeError, r"model\.state_dict\(\) gives it, not a MLP"),
        (lambda: nn.Sequential([nn.Linear(2, 1)]), TypeError, r"write Sequential\(\*layers\)"),
        (lambda: nn.mse_loss(Silent()(X), X), ValueError, r"mse_loss: .*not None; does every forward return"),
        (lambda: nn.cross_entropy(Silent()(X), LABELS), ValueError, r"cross_entropy: .*does every forward return"),
        (lambda: nn.CrossEntropyLoss(model(2)(X), LABELS), TypeError, r"nn\.CrossEntropyLoss\(\)\(logits, target\)"),
        (lambda: nn.BCELoss(nn.sigmoid(model()(X))), TypeError, r"make the module first and then call it"),
        (lambda: nn.functional.relu(X), AttributeError, r"no attribute 'functional'; the functions are in nn itself"),
        (lambda: nn.no_grad(), AttributeError, r"no attribute 'no_grad'; write autograd\.no_grad"),
        (lambda: nn.Linaer(2, 1), AttributeError, r"module 'nn' has no attribute 'Linaer'$"),
        (lambda: nn.cross_entropy(model()(X), LABELS), ValueError, r"0 to 0; .*binary_cross_entropy_with_logits"),
    ],
)
def test_the_error_says_what_to_write(mistake, error, words):
    with pytest.raises(error, match=words):
        mistake()


def test_a_schedule_takes_the_loss_itself():
    optimizer = nn.optim.SGD([Tensor([1.0], requires_grad=True)], lr=1.0)
    schedule = nn.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0)
    loss = (optimizer.param_groups[0]["params"][0] * 3.0).sum()
    for _ in range(2):
        schedule.step(loss)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.1)
