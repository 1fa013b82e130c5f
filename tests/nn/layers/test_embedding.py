import numpy as np
import pytest

import nn
from autograd import Tensor, check_module, gradcheck, gradgradcheck
from tests.nn.reference import LAYERS


@pytest.mark.parametrize("case", LAYERS["embedding"], ids=lambda c: f"padding_idx={c['padding_idx']}")
def test_rows_and_gradients_are_pytorchs(case):
    layer = nn.Embedding(5, 3, padding_idx=case["padding_idx"])
    layer.load_state_dict({"weight": case["weight"]})
    for ids in (case["ids"], np.array(case["ids"]), Tensor(case["ids"])):
        layer.zero_grad()
        y = layer(ids)
        assert y.detach().numpy().tolist() == case["value"]
        (y * np.array(case["slopes"])).sum().backward()
        assert np.allclose(layer.weight.grad, case["gradient"], rtol=1e-13)


def test_initial_values_are_normal_and_the_padding_row_is_zero():
    table = nn.Embedding(2000, 30, padding_idx=-1, rng=0).weight.data
    assert not table[-1].any()
    assert abs(table[:-1].mean()) < 0.02
    assert abs(table[:-1].std() - 1) < 0.02
    assert nn.Embedding(4, 2, rng=7).weight.tolist() == nn.Embedding(4, 2, rng=7).weight.tolist()


@pytest.mark.parametrize("padding_idx", [None, 1])
def test_derivatives_are_those_of_finite_differences(padding_idx):
    table = np.random.default_rng(0).normal(size=(4, 3))
    ids = np.array([[0, 2], [2, 3]])
    assert gradcheck(lambda w: nn.embedding(ids, w, padding_idx), table)
    assert gradgradcheck(lambda w: np.tanh(nn.embedding(ids, w, padding_idx)), table)
    layer = nn.Embedding(4, 3, padding_idx=padding_idx, rng=0)
    assert check_module(layer, nn.mse_loss, (ids, np.ones((2, 2, 3))))


def test_the_padding_row_stays_under_an_optimizer_and_float32_stays():
    layer = nn.Embedding(4, 3, padding_idx=0, dtype=np.float32, rng=0)
    optimizer = nn.optim.Adam(layer.parameters(), lr=0.1)
    for _ in range(3):
        y = layer([0, 1, 0, 3])
        optimizer.zero_grad()
        (y * y).sum().backward()
        optimizer.step()
    assert y.dtype == layer.weight.grad.dtype == np.float32
    assert not layer.weight.data[0].any()


def test_any_shape_of_ids():
    layer = nn.Embedding(4, 3)
    assert layer(2).shape == (3,)
    assert layer([]).shape == (0, 3)
    assert layer(np.zeros((2, 3, 4), np.uint8)).shape == (2, 3, 4, 3)


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: nn.Embedding(4, 3)([1.0]), TypeError, "ids are integers, not float64"),
        (lambda: nn.Embedding(4, 3)([True]), TypeError, "ids are integers, not bool"),
        (lambda: nn.Embedding(4, 3)([[0, 4]]), IndexError, "id 4 is not in the table, which has rows 0 to 3"),
        (lambda: nn.Embedding(4, 3)([-1]), IndexError, "id -1 is not in the table"),
        (lambda: nn.Embedding(4, 3, padding_idx=4), ValueError, "padding_idx=4 is not in the table"),
        (lambda: nn.Embedding(4, 3, padding_idx=1.0), TypeError, "padding_idx is an integer or None, not 1.0"),
        (lambda: nn.Embedding(0, 3), ValueError, "num_embeddings must be an integer of at least 1"),
        (lambda: nn.Embedding(3, -1), ValueError, "embedding_dim must be an integer of at least 1"),
    ],
)
def test_bad_settings_and_ids_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
