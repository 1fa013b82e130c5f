import copy

import numpy as np
import pytest

import nn
from autograd import Tensor
from nn.randomness import generator_of
from tests.nn.reference import global_state


def everything():
    """Whatever draws numbers, drawn with no generator given."""
    x = np.ones((4, 3))
    model = nn.MLP([3, 8, 1], "prelu", dropout=0.5)
    return [
        *(p.tolist() for p in model.parameters()),
        model(x).tolist(),
        nn.dropout(x).tolist(),
        nn.Dropout()(x).tolist(),
        nn.Linear(2, 2).weight.tolist(),
        nn.Embedding(3, 2).weight.tolist(),
        [w.tolist() for w in nn.Neuron(3).weights],
        nn.init.orthogonal_(Tensor(np.zeros((2, 2)))).tolist(),
        nn.init.trunc_normal_(Tensor(np.zeros(3))).tolist(),
    ]


def test_same_seed_same_bits():
    state = global_state()
    nn.manual_seed(3)
    first = everything()
    second = everything()
    nn.manual_seed(3)
    assert everything() == first
    assert second != first
    nn.manual_seed(4)
    assert everything() != first
    assert global_state() == state


def test_seeding_reaches_layers_that_are_there_already():
    layer = nn.Dropout()
    x = np.ones(30)
    nn.manual_seed(0)
    first = layer(x).tolist()
    nn.manual_seed(0)
    assert layer(x).tolist() == first
    own = nn.Dropout(rng=5)
    first = own(x).tolist()
    nn.manual_seed(0)
    assert own(x).tolist() != first  # it has a generator of its own, and goes on


def test_the_default_generator_is_one_and_its_state_can_be_kept():
    generator = nn.manual_seed(1)
    assert generator is nn.default_generator()
    kept = copy.deepcopy(generator.bit_generator.state)
    first = everything()
    generator.bit_generator.state = kept
    assert everything() == first


def test_seeds_and_generators_are_taken():
    generator = np.random.default_rng(0)
    assert generator_of(generator) is generator
    assert generator_of(generator=generator) is generator
    assert generator_of(7).random() == np.random.default_rng(7).random() == generator_of(np.int64(7)).random()
    assert generator_of() is nn.default_generator()


@pytest.mark.parametrize("wrong, error", [(-1, ValueError), (1.5, TypeError), ("seed", TypeError)])
def test_what_is_no_seed_is_named(wrong, error):
    for call in (lambda: nn.Linear(2, 1, rng=wrong), lambda: nn.init.normal_(Tensor([1.0]), generator=wrong)):
        with pytest.raises(error, match=f"rng is a seed.*not {wrong!r}"):
            call()
    nn.manual_seed(0)
    with pytest.raises(error, match="seed"):
        nn.manual_seed(wrong)
    assert nn.default_generator().random() == np.random.default_rng(0).random()


def test_none_and_generators_are_no_seeds():
    for wrong in (None, np.random.default_rng(0)):
        with pytest.raises(TypeError, match="manual_seed: a seed is an integer"):
            nn.manual_seed(wrong)
