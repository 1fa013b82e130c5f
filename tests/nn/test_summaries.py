import numpy as np
import pytest

import nn
from autograd import Tensor


class Tied(nn.Module):
    """A table used twice, a list, a frozen block, a running mean, several results."""

    def __init__(self):
        self.embed = nn.Embedding(10, 4, rng=0)
        self.blocks = [nn.Residual(nn.Linear(4, 4, rng=1), nn.Tanh()) for _ in range(2)]
        self.norm = nn.BatchNorm1d(4)
        self.out = nn.Linear(4, 10, bias=False)
        self.out.weight = self.embed.weight
        self.scale = Tensor(1.0, requires_grad=True)
        self.blocks[0].requires_grad_(False)

    def forward(self, ids):
        h = self.embed(ids).mean(axis=1)
        for block in self.blocks:
            h = block(h)
        return self.out(self.norm(h)) * self.scale, h


TABLE = """\
Tied
──────────────────────────────────────────────────────────
layer                  input   output           parameters
──────────────────────────────────────────────────────────
Tied                   (3, 5)  (3, 10), (3, 4)           1
  embed Embedding      (3, 5)  (3, 5, 4)                40
  blocks.0 Residual    (3, 4)  (3, 4)
    layers Sequential  (3, 4)  (3, 4)
      0 Linear         (3, 4)  (3, 4)                   20
      1 Tanh           (3, 4)  (3, 4)
  blocks.1 Residual    (3, 4)  (3, 4)
    layers Sequential  (3, 4)  (3, 4)
      0 Linear         (3, 4)  (3, 4)                   20
      1 Tanh           (3, 4)  (3, 4)
  norm BatchNorm1d     (3, 4)  (3, 4)                    8
  out Linear           (3, 4)  (3, 10)                (40)
──────────────────────────────────────────────────────────
89 parameters (712 B), 69 of them trained, 9 numbers in buffers
(n): shared, counted above"""


def test_the_table():
    model = Tied()
    table = model.summary(np.zeros((3, 5), int))
    assert str(table) == repr(table) == TABLE
    assert (table.parameters, table.trainable, table.buffers) == (89, 69, 9)
    assert table.parameters == sum(p.size for p in model.parameters())


def test_without_inputs_there_are_no_shapes():
    table = Tied().summary()
    assert "(3, 4)" not in table
    assert "output" not in table
    assert table.splitlines()[-2:] == TABLE.splitlines()[-2:]


def test_it_leaves_the_model_as_it_was():
    model = Tied()
    dropping = nn.Sequential(model, nn.Identity(), nn.Dropout(0.5, rng=0))
    dropping[1].eval()
    before, generator = dropping.state_dict(), dropping[2].rng.bit_generator.state
    dropping.append(nn.Linear(3, 1))
    with pytest.raises(ValueError):  # a Linear of a tuple
        dropping.summary(np.zeros((3, 5), int))
    del dropping[-1]
    model.summary(np.zeros((3, 5), int))
    dropping[2:].summary(input_size=(4, 2))
    assert all(np.array_equal(value, before[name]) for name, value in dropping.state_dict().items())
    assert dropping[2].rng.bit_generator.state == generator
    assert [module.training for module in dropping] == [True, False, True]
    assert all(not module._hooks.after for module in dropping.modules() if module._hooks)
    assert all(p.grad is None for p in dropping.parameters())


def test_a_layer_in_two_places_has_a_row_and_shapes_for_each():
    layer = nn.PReLU()
    model = nn.Sequential(layer, nn.Linear(2, 5), layer)
    rows = [line.split("  ") for line in model.summary(input_size=(1, 2)).splitlines()]
    assert [[cell.strip() for cell in row if cell] for row in rows[5:8]] == [
        ["0 PReLU", "(1, 2)", "(1, 2)", "1"],
        ["1 Linear", "(1, 2)", "(1, 5)", "15"],
        ["2 PReLU", "(1, 5)", "(1, 5)", "(1)"],
    ]


def test_a_model_that_calls_a_layer_often_has_one_row_for_it():
    class Loop(nn.Module):
        def __init__(self):
            self.cell = nn.Linear(2, 2)

        def forward(self, x):
            for _ in range(3):
                x = self.cell(x)
            return x

    assert Loop().summary(input_size=(1, 2)).count("cell Linear") == 1


def test_zeros_of_input_size_have_the_dtype_of_the_model():
    seen = []
    model = nn.Linear(2, 1, dtype=np.float32)
    model.register_forward_pre_hook(lambda m, args: seen.append(args[0].dtype))
    model.summary(input_size=(1, 2))
    assert seen == [np.dtype(np.float32)]
    with pytest.raises(TypeError, match="inputs to run on or an input_size, not both"):
        model.summary(np.ones((1, 2)), input_size=(1, 2))


@pytest.mark.parametrize("features, told", [(10, "880 B"), (100, "80.8 kB"), (1000, "8.01 MB")])
def test_sizes_are_readable(features, told):
    assert told in nn.Linear(features, features).summary()


def test_a_model_that_holds_itself_is_told_so():
    model = nn.Sequential(nn.ReLU())
    model.owner = model
    with pytest.raises(ValueError, match="owner leads back"):
        model.summary()
