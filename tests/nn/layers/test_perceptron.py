import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


@pytest.mark.parametrize("y", [[0, 0, 0, 1], [0, 1, 1, 1], [1, 1, 1, 0], [1, 0, 0, 0], [1, 1, 1, 1], [0, 0, 1, 1]])
def test_learns_what_a_line_separates(y):
    model = nn.Perceptron().fit(CORNERS, y)
    assert model.predict(CORNERS).tolist() == y
    assert model.predict(CORNERS).dtype == int
    assert model.converged
    assert model.mistakes[-1] == 0


@pytest.mark.parametrize("y", [[0, 1, 1, 0], [1, 0, 0, 1]])
def test_says_that_it_cannot_learn_exclusive_or(y):
    with pytest.warns(
        UserWarning, match=r"cannot learn these 4 examples \(right on \d\).*no hyperplane separates"
    ) as seen:
        model = nn.Perceptron(2).fit(CORNERS, y)
    assert seen[0].filename == __file__
    assert model.converged is False
    assert len(model.mistakes) < 20
    assert all(model.mistakes)
    assert model.predict(CORNERS).tolist() != y


def test_says_that_the_epochs_ran_out():
    x, y = np.array([[1.0, 0.0], [1.0, 1e-3]]), [0, 1]
    with pytest.warns(UserWarning, match="in the last of 2 epochs.*max_epochs"):
        nn.Perceptron(max_epochs=2).fit(x, y)


def test_the_rule_is_rosenblatts():
    """Two examples by hand: a mistake on the second of the first epoch, then one on the first, and so on."""
    model = nn.Perceptron(lr=0.5).fit([[2.0], [1.0]], [1, 0])
    w = b = 0.0
    for _ in range(len(model.mistakes)):
        for x, t in ((2.0, 1), (1.0, 0)):
            error = t - (w * x + b > 0)
            w, b = w + 0.5 * error * x, b + 0.5 * error
    assert (model.weight.tolist(), model.bias.item()) == ([w], b)
    assert model.predict([[2.0], [1.0]]).tolist() == [1, 0]


@given(st.integers(0, 2**32 - 1))
def test_separable_data_are_learned(seed):
    rng = np.random.default_rng(seed)
    x, normal = rng.normal(size=(30, 3)), rng.normal(size=3)
    distance = x @ normal / np.linalg.norm(normal)
    x, y = x[np.abs(distance) > 0.1], (distance > 0)[np.abs(distance) > 0.1]
    model = nn.Perceptron().fit(x, y)
    assert (model.predict(x) == y).all()


def test_the_learning_rate_changes_no_prediction_and_fit_begins_anew():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 2))
    y = x @ [1.0, -2.0] > 0.3
    slow, fast = nn.Perceptron(lr=0.25).fit(x, y), nn.Perceptron(lr=4.0).fit(x, y)
    assert slow.mistakes == fast.mistakes
    assert np.allclose(fast.weight.numpy(), 16 * slow.weight.numpy())
    first = slow.weight.tolist()
    assert slow.fit(x, y).weight.tolist() == first


def test_it_is_a_module_with_buffers():
    model = nn.Perceptron().fit(CORNERS, [0, 0, 0, 1])
    assert list(model.parameters()) == []
    other = nn.Perceptron(2)
    other.load_state_dict(model.state_dict())
    assert other(Tensor([[1.0, 1.0], [0.0, 1.0]])).tolist() == [1.0, 0.0]
    assert repr(other) == "Perceptron(in_features=2)"


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: nn.Perceptron().predict(CORNERS), r"no weights yet; fit\(x, y\) learns them"),
        (lambda: nn.Perceptron(lr=0.0), r"lr=0.0 is not a number in \(0, inf\)"),
        (lambda: nn.Perceptron(max_epochs=0), "max_epochs must be an integer of at least 1"),
        (lambda: nn.Perceptron(3)(CORNERS), r"x of shape \(4, 2\) does not end in as many"),
    ],
)
def test_bad_settings_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    "x, y, message",
    [
        (CORNERS, [0, 1], r"not shapes \(4, 2\) and \(2,\)"),
        (CORNERS[0], [0, 1], r"not shapes \(2,\) and \(2,\)"),
        (np.zeros((4, 0)), [0, 0, 0, 1], r"not shapes \(4, 0\) and \(4,\)"),
        (np.zeros((0, 2)), [], r"not shapes \(0, 2\) and \(0,\)"),
        (CORNERS, [-1, 1, 1, 1], r"the classes are 0 and 1, not -1; write y == positive_class"),
        (CORNERS + np.inf, [0, 0, 0, 1], "values that are not finite"),
        (np.ones((4, 3)), [0, 0, 0, 1], r"Perceptron of 2 features: x of shape \(4, 3\) has 3"),
    ],
)
def test_bad_data_are_named_and_change_nothing(x, y, message):
    model = nn.Perceptron().fit(CORNERS, [0, 0, 0, 1])
    before = model.weight.tolist(), model.mistakes
    with pytest.raises(ValueError, match=message):
        model.fit(x, y)
    assert (model.weight.tolist(), model.mistakes) == before
