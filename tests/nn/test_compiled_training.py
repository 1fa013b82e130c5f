"""Whole training steps, compiled: losses and parameters equal the eager ones, for models x losses x optimizers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor
from tests.nn.losses.samples import SAMPLES

STEPS = 100


def batch(kind: str, dtype: Any) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(8, 3)).astype(dtype)
    if kind == "classes":
        return x, rng.integers(0, 4, 8)
    if kind == "distributions":
        p = rng.uniform(0.1, 1, (8, 4))
        return x, (p / p.sum(axis=1, keepdims=True)).astype(dtype)
    if kind == "labels":
        return x, rng.integers(0, 2, (8, 4)).astype(dtype)
    return x, rng.normal(size=(8, 4)).astype(dtype)


MODELS: dict[str, Callable[..., nn.Module]] = {
    "tanh": lambda **k: nn.MLP([3, 5, 4], activation="tanh", **k),
    "relu": lambda **k: nn.MLP([3, 6, 5, 4], activation="relu", **k),
    "sigmoid": lambda **k: nn.MLP([3, 5, 4], activation="sigmoid", **k),
    "gelu": lambda **k: nn.MLP([3, 5, 4], activation="gelu", **k),
    "leaky": lambda **k: nn.MLP([3, 5, 4], activation="leaky_relu", **k),
    "softmax": lambda **k: nn.MLP([3, 5, 4], activation="softmax", **k),
    "dropout": lambda **k: nn.MLP([3, 6, 4], activation="relu", dropout=0.4, **k),
}
LOSSES: dict[str, tuple[Callable[..., Any], str]] = {
    "mse": (nn.mse_loss, "numbers"),
    "bce": (nn.binary_cross_entropy_with_logits, "labels"),
    "bce weighted": (
        lambda x, t: nn.binary_cross_entropy_with_logits(x, t, pos_weight=2.0, weight=0.5, reduction="sum"),
        "labels",
    ),
    "cross entropy": (nn.cross_entropy, "classes"),
    "smoothed": (lambda x, t: nn.cross_entropy(x, t, label_smoothing=0.1), "classes"),
    "soft targets": (nn.cross_entropy, "distributions"),
    "huber": (nn.huber_loss, "numbers"),
    "l1": (nn.l1_loss, "numbers"),
}
OPTIMIZERS: dict[str, Callable[..., nn.optim.optimizer.Optimizer]] = {
    "SGD": lambda p: nn.optim.SGD(p, lr=0.05),
    "momentum": lambda p: nn.optim.SGD(p, lr=0.02, momentum=0.9, weight_decay=0.01),
    "dampened": lambda p: nn.optim.SGD(p, lr=0.02, momentum=0.9, dampening=0.1),
    "nesterov": lambda p: nn.optim.SGD(p, lr=0.02, momentum=0.9, nesterov=True),
    "Adam": lambda p: nn.optim.Adam(p, lr=0.01),
    "amsgrad": lambda p: nn.optim.Adam(p, lr=0.01, amsgrad=True, maximize=False),
    "AdamW": lambda p: nn.optim.AdamW(p, lr=0.01),
    "RMSprop": lambda p: nn.optim.RMSprop(p, lr=0.01, momentum=0.5, centered=True),
    "Adagrad": lambda p: nn.optim.Adagrad(p, lr=0.05),
    "Adadelta": lambda p: nn.optim.Adadelta(p),
    "Adamax": lambda p: nn.optim.Adamax(p, lr=0.01),
    "NAdam": lambda p: nn.optim.NAdam(p, lr=0.01),
    "RAdam": lambda p: nn.optim.RAdam(p, lr=0.01),
    "AdaBelief": lambda p: nn.optim.AdaBelief(p, lr=0.01),
    "Lion": lambda p: nn.optim.Lion(p, lr=0.001),
    "LAMB": lambda p: nn.optim.LAMB(p, lr=0.01),
    "LARS": lambda p: nn.optim.LARS(p, lr=0.01),
    "Adafactor": lambda p: nn.optim.Adafactor(p),
}


class Trainer:
    """A model, a loss and an optimizer; `step` is one training step, compiled or not."""

    def __init__(
        self, model: str, loss: str, optimizer: str, dtype: Any, compiled: bool, backend: str = "numpy"
    ) -> None:
        self.model = MODELS[model](dtype=dtype, rng=1)
        self.loss, kind = LOSSES[loss]
        self.x, self.t = batch(kind, dtype)
        self.optimizer = OPTIMIZERS[optimizer](self.model.parameters())
        self.step = autograd.compile(self._step, backend=backend) if compiled else self._step

    def _step(self, x: Any, t: Any) -> Any:
        self.optimizer.zero_grad()
        loss = self.loss(self.model(x), t)
        loss.backward()
        self.optimizer.step()
        return loss

    def run(self, steps: int) -> tuple[list[float], np.ndarray]:
        losses = [float(self.step(self.x, self.t)) for _ in range(steps)]
        return losses, np.concatenate([p.data.ravel() for p in self.model.parameters()])


def assert_alike(
    model: str, loss: str, optimizer: str, dtype: Any, tolerance: float, steps: int = STEPS, backend: str = "numpy"
) -> None:
    losses, values = Trainer(model, loss, optimizer, dtype, compiled=False).run(steps)
    trainer = Trainer(model, loss, optimizer, dtype, compiled=True, backend=backend)
    compiled_losses, compiled_values = trainer.run(steps)
    np.testing.assert_allclose(compiled_losses, losses, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(compiled_values, values, rtol=tolerance, atol=tolerance)
    assert trainer.step.cache_info().traces <= 7
    assert compiled_values.dtype == dtype


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer(optimizer):
    assert_alike("tanh", "mse", optimizer, np.float64, 1e-10)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_model_and_loss(model, loss):
    assert_alike(model, loss, "Adam", np.float64, 1e-10, steps=20)


@pytest.mark.parametrize("model", ("tanh", "relu", "dropout"))
def test_float32(model):
    assert_alike(model, "cross entropy", "Adam", np.float32, 1e-3, steps=20)


def test_a_schedule_changes_the_learning_rate_without_recording_anew():
    pair = [Trainer("tanh", "mse", "Adam", np.float64, compiled) for compiled in (False, True)]
    schedules = [nn.optim.lr_scheduler.StepLR(trainer.optimizer, step_size=2, gamma=0.5) for trainer in pair]
    losses = []
    for _ in range(10):
        losses.append([float(trainer.step(trainer.x, trainer.t)) for trainer in pair])
        for schedule in schedules:
            schedule.step()
    np.testing.assert_allclose(*np.array(losses).T, rtol=1e-10)
    assert pair[1].step.cache_info().traces == 1


def test_train_and_eval_have_programs_of_their_own():
    model = nn.MLP([3, 8, 4], dropout=0.5, rng=0)
    f = autograd.compile(model)
    x, _ = batch("numbers", np.float64)
    assert not np.array_equal(f(x), f(x))
    model.eval()
    np.testing.assert_allclose(f(x), model(x).detach().numpy(), rtol=1e-12)
    np.testing.assert_array_equal(f(x), f(x))
    model.train()
    assert not np.array_equal(f(x), f(x))


def test_steps_may_be_mixed_with_eager_ones_and_state_saved_between():
    a, b = Trainer("tanh", "mse", "Adam", np.float64, True), Trainer("tanh", "mse", "Adam", np.float64, False)
    for i in range(6):
        (a.step if i % 2 else a._step)(a.x, a.t)
        b.step(b.x, b.t)
    for x, y in zip(a.model.parameters(), b.model.parameters(), strict=True):
        np.testing.assert_allclose(x.data, y.data, rtol=1e-10)
    assert a.optimizer.state_dict()["state"][0]["step"] == 6
    a.optimizer.load_state_dict(b.optimizer.state_dict())
    a.model.load_state_dict(b.model.state_dict())
    assert float(a.step(a.x, a.t)) == pytest.approx(float(b.step(b.x, b.t)), rel=1e-10)


def test_a_rebound_parameter_is_noticed():
    model = nn.Linear(3, 4, rng=0)
    f = autograd.compile(model)
    x, _ = batch("numbers", np.float64)
    f(x)
    model.weight = Tensor(np.ones((4, 3)), requires_grad=True)
    np.testing.assert_allclose(f(x), model(x).detach().numpy())
    nn.optim.SGD(model.parameters(), lr=0.1)  # binds the arrays to another vector
    model.weight.assign(np.zeros((4, 3)))
    np.testing.assert_allclose(f(x), model(x).detach().numpy())


def test_a_frozen_parameter_stays():
    trainer = Trainer("tanh", "mse", "Adam", np.float64, True)
    first, *_ = trainer.model.parameters()
    first.requires_grad = False
    before = first.data.copy()
    trainer.run(3)
    np.testing.assert_array_equal(first.data, before)
    first.requires_grad = True
    trainer.run(3)
    assert not np.array_equal(first.data, before)


def test_targets_out_of_range_are_refused_at_each_call():
    trainer = Trainer("tanh", "cross entropy", "SGD", np.float64, True)
    trainer.run(2)
    before = [p.data.copy() for p in trainer.model.parameters()]
    with pytest.raises(ValueError, match="class id 7"):
        trainer.step(trainer.x, np.full(8, 7))
    for p, value in zip(trainer.model.parameters(), before, strict=True):
        np.testing.assert_array_equal(p.data, value)
    ignoring = np.where(np.arange(8) < 4, trainer.t, -100)
    eager = float(nn.cross_entropy(trainer.model(trainer.x), ignoring))
    assert float(trainer.step(trainer.x, ignoring)) == pytest.approx(eager, rel=1e-12)


@pytest.mark.parametrize("name", SAMPLES)
def test_gradient_of_every_loss(name):
    function, _, args, count, settings = SAMPLES[name]

    def gradients(*inputs):
        def loss(*xs):
            return function(*xs, **settings).sum()

        return autograd.value_and_grad(loss, argnums=tuple(range(count)))(*inputs)

    compiled = autograd.compile(gradients)
    for scale in (1.0, 1.0, 0.9):
        inputs = (args[0] * scale, *args[1:])
        (value, found), (expected, wanted) = compiled(*inputs), gradients(*inputs)
        np.testing.assert_allclose(value, expected, rtol=1e-12)
        for actual, right in zip(found, wanted, strict=True):
            np.testing.assert_allclose(actual, right, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("norm", ("batch", "layer"))
def test_normalisation_and_its_running_values(norm):
    outcomes = []
    for compiled in (False, True):
        model = nn.MLP([3, 6, 4], norm=norm, dropout=0.2, rng=0)
        optimizer = nn.optim.Adam(model.parameters(), lr=0.01)

        def step(x, t, model=model, optimizer=optimizer):
            optimizer.zero_grad()
            loss = nn.mse_loss(model(x), t)
            loss.backward()
            optimizer.step()
            return loss

        run = autograd.compile(step) if compiled else step
        x, t = batch("numbers", np.float64)
        losses = [float(run(x, t)) for _ in range(STEPS)]
        outcomes.append((losses, model.state_dict(), model.eval()(x).tolist()))
    (losses, state, values), (compiled_losses, compiled_state, compiled_values) = outcomes
    np.testing.assert_allclose(compiled_losses, losses, rtol=1e-10)
    np.testing.assert_allclose(compiled_values, values, rtol=1e-8)
    for name, value in state.items():
        np.testing.assert_allclose(compiled_state[name], value, rtol=1e-8, atol=1e-8, err_msg=name)
