import numpy as np
import pytest

import nn
from tests.nn.reference import global_state


@pytest.fixture
def task():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 3))
    return x, np.tanh(x @ np.array([[1.0], [-2.0], [0.5]]))


def model():
    return nn.Sequential(nn.Linear(3, 16, rng=1), nn.Tanh(), nn.Dropout(0.1, rng=2), nn.Linear(16, 1, rng=3))


def state(net, optimizer):
    values = [p.data.copy() for p in net.parameters()]
    return [v.tobytes() for v in values], str(optimizer.state_dict()), str(net[2].rng.bit_generator.state), net.training


@pytest.mark.parametrize("kind", [nn.optim.SGD, nn.optim.Adam])
def test_training_at_the_suggestion_gets_far(task, kind):
    finding = nn.lr_find(model(), task, loss=nn.mse_loss, optimizer=kind, rng=0)
    assert finding.lrs[0] == 1e-6
    assert (np.diff(np.log(finding.lrs)) > 0).all()
    assert len(finding.lrs) == len(finding.losses) == len(finding.smoothed) <= 100

    def loss_after_training(lr):
        net = model()
        optimizer = kind(net.parameters(), lr=lr)
        for _ in range(60):
            optimizer.zero_grad()
            loss = nn.mse_loss(net(task[0]), task[1])
            loss.backward()
            optimizer.step()
        return loss.item()

    assert loss_after_training(finding.suggestion) < 0.3 * min(
        loss_after_training(finding.suggestion / 1000), finding.losses[0]
    )


def test_nothing_is_changed_and_the_same_seed_gives_the_same_bits(task):
    net = model().eval()
    optimizer = nn.optim.Adam(net.parameters(), lr=0.3)
    before, world = state(net, optimizer), global_state()
    first = nn.lr_find(net, task, loss=nn.mse_loss, optimizer=optimizer, rng=5)
    assert state(net, optimizer) == before
    assert global_state() == world
    again = nn.lr_find(net, task, loss=nn.mse_loss, optimizer=optimizer, rng=np.random.default_rng(5))
    assert first.losses.tobytes() == again.losses.tobytes()
    assert first.suggestion == again.suggestion


def test_it_ends_when_the_loss_diverges(task):
    finding = nn.lr_find(model(), task, loss=nn.mse_loss, optimizer=nn.optim.SGD, end_lr=1e6, rng=0)
    assert finding.lrs[-1] < 1e4
    assert np.isfinite(finding.losses).all()
    assert finding.suggestion < finding.lrs[finding.smoothed.argmin()]


def test_the_curve_is_drawn(task):
    pytest.importorskip("matplotlib")
    finding = nn.lr_find(model(), task, loss=nn.mse_loss, rng=0, num_iter=20)
    ax = finding.plot()
    assert ax.get_xscale() == "log"
    assert f"{finding.suggestion:.2g}" in ax.get_legend().get_texts()[-1].get_text()


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"start_lr": 0}, "0 < start_lr < end_lr, not start_lr=0"),
        ({"num_iter": 2}, "num_iter >= 3, not 2"),
        ({"batch_size": 0}, "batch_size >= 1"),
        ({"diverge": 1}, "diverge > 1"),
        ({"start_lr": 1e30, "end_lr": 1e31, "optimizer": nn.optim.SGD}, "start lower"),
    ],
)
def test_bad_settings_are_named(task, settings, message):
    with pytest.raises(ValueError, match=message):
        nn.lr_find(model(), task, loss=nn.mse_loss, **settings)


def test_inputs_and_targets_that_do_not_fit_are_named(task):
    with pytest.raises(ValueError, match="200 inputs and 3 targets"):
        nn.lr_find(model(), (task[0], task[1][:3]), loss=nn.mse_loss)
