"""Whole training steps as numba's loops: losses and parameters equal the eager ones."""

import numpy as np
import pytest

from tests.nn.test_compiled_training import LOSSES, MODELS, Trainer, assert_alike

pytest.importorskip("numba")

# Some losses take elements by an array of places, which is NumPy's.
pytestmark = pytest.mark.filterwarnings("ignore:compile. NumPy does:UserWarning")

# Each model once, with another loss each; the optimizers that do more than the others.
PAIRS = list(zip(MODELS, LOSSES, strict=False))
OPTIMIZERS = ("nesterov", "amsgrad", "RMSprop", "LAMB", "Adafactor")


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_optimizers(optimizer):
    assert_alike("tanh", "mse", optimizer, np.float64, 1e-10, steps=20, backend="numba")


@pytest.mark.slow
@pytest.mark.parametrize("model, loss", PAIRS)
def test_models_and_losses(model, loss):
    assert_alike(model, loss, "SGD", np.float64, 1e-10, steps=20, backend="numba")


@pytest.mark.parametrize("model", ("tanh", "dropout"))
def test_float32(model):
    assert_alike(model, "cross entropy", "Adam", np.float32, 1e-3, steps=20, backend="numba")


def test_targets_are_guarded_at_each_call_and_nothing_is_written_then():
    trainer = Trainer("tanh", "cross entropy", "SGD", np.float64, True, "numba")
    trainer.run(2)
    before = [p.data.copy() for p in trainer.model.parameters()]
    with pytest.raises(ValueError, match="class id 7"):
        trainer.step(trainer.x, np.full(8, 7))
    for p, value in zip(trainer.model.parameters(), before, strict=True):
        np.testing.assert_array_equal(p.data, value)
