import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor, gradcheck, gradgradcheck
from tests.nn.reference import REFERENCE

MODULES = {
    "mse_loss": nn.MSELoss,
    "binary_cross_entropy_with_logits": nn.BCEWithLogitsLoss,
    "cross_entropy": nn.CrossEntropyLoss,
}
LOGITS = np.array([[1.5, -0.3, 0.2], [-2.0, 0.7, 0.4]])
TARGETS = np.array([[0.1, 0.9, 1.0], [0.0, 0.4, 0.6]])
IDS = np.array([2, 0])


@pytest.mark.parametrize("case", REFERENCE["losses"], ids=lambda c: f"{c['function']}-{c['settings']}")
def test_values_and_gradients_are_pytorchs(case):
    settings = {k: np.array(v) if isinstance(v, list) else v for k, v in case["settings"].items()}
    function, module = getattr(nn, case["function"]), MODULES[case["function"]](**settings)
    for f in (lambda x, t: function(x, t, **settings), module):
        x = Tensor(case["input"], requires_grad=True)
        loss = f(x, np.array(case["target"]))
        assert loss.shape == np.shape(case["value"])
        assert np.allclose(loss.detach().numpy(), case["value"], rtol=1e-12, atol=1e-14)
        loss.sum().backward()
        assert np.allclose(x.grad, case["gradient"], rtol=1e-12, atol=1e-14)


CASES = {
    "mse": lambda x: nn.mse_loss(x, TARGETS),
    "bce": lambda x: nn.binary_cross_entropy_with_logits(x, TARGETS),
    "bce weighted": lambda x: nn.binary_cross_entropy_with_logits(
        x, TARGETS, [1.0, 2.0, 0.5], pos_weight=[3.0, 1.0, 2.0]
    ),
    "ids": lambda x: nn.cross_entropy(x, IDS),
    "ids smoothed": lambda x: nn.cross_entropy(x, IDS, [1.0, 2.0, 0.5], label_smoothing=0.2, ignore_index=0),
    "probabilities": lambda x: nn.cross_entropy(x, TARGETS, [1.0, 2.0, 0.5], label_smoothing=0.2),
}


@pytest.mark.parametrize("name", CASES)
def test_derivatives_are_those_of_finite_differences(name):
    assert gradcheck(CASES[name], LOGITS)
    assert gradgradcheck(CASES[name], LOGITS)


def test_gradients_flow_to_targets():
    x = Tensor(LOGITS)
    assert gradcheck(lambda t: nn.mse_loss(x, t), TARGETS)
    inside = np.clip(TARGETS, 0.1, 0.9)
    assert gradcheck(lambda t: nn.binary_cross_entropy_with_logits(x, t), inside)
    assert gradcheck(lambda t: nn.cross_entropy(x, t), inside)


@pytest.mark.parametrize("name", CASES)
def test_float32_stays_float32(name):
    x = Tensor(LOGITS, requires_grad=True, dtype=np.float32)
    loss = CASES[name](x)
    assert loss.dtype == np.float32
    loss.backward()
    assert x.grad.dtype == np.float32


@given(st.floats(-1e4, 1e4), st.floats(0, 1))
def test_binary_cross_entropy_of_any_logit_is_finite(x, t):
    logit = Tensor([x], requires_grad=True)
    loss = nn.binary_cross_entropy_with_logits(logit, [t])
    loss.backward()
    assert np.isclose(loss.item(), np.logaddexp(0, x) - x * t, rtol=1e-12, atol=1e-9)
    assert np.isclose(logit.grad[0], (1 + np.tanh(x / 2)) / 2 - t, atol=1e-11)


def test_scalars_are_taken():
    x = Tensor(0.3, requires_grad=True)
    loss = nn.mse_loss(x, 1.0) + nn.binary_cross_entropy_with_logits(x, 1.0)
    loss.backward()
    assert np.isclose(float(x.grad), 2 * (0.3 - 1) - 1 / (1 + np.exp(0.3)))


def test_targets_of_other_kinds_are_taken():
    x = Tensor(LOGITS, dtype=np.float32)
    expected = nn.cross_entropy(x, IDS).item()
    for ids in (IDS.tolist(), IDS.astype(np.uint8), Tensor(IDS), IDS.astype(">i4"), np.array([2, 9, 0, 9])[::2]):
        assert nn.cross_entropy(x, ids).item() == expected
    expected = nn.binary_cross_entropy_with_logits(x, TARGETS > 0.5).item()
    for t in (
        (TARGETS > 0.5).astype(int),
        Tensor(TARGETS > 0.5),
        (TARGETS > 0.5).tolist(),
        np.asfortranarray(TARGETS > 0.5),
    ):
        assert nn.binary_cross_entropy_with_logits(x, t).item() == expected
        assert nn.mse_loss(x, t).dtype == np.float32


@pytest.mark.parametrize("name", CASES)
def test_arrays_and_lists_are_taken_and_give_numbers(name):
    expected = CASES[name](Tensor(LOGITS)).item()
    for x in (LOGITS, LOGITS.tolist()):
        loss = CASES[name](x)
        assert isinstance(loss, np.float64)
        assert loss == expected


def test_a_gradient_flows_to_the_target_of_a_list():
    t = Tensor([1.0, 4.0], requires_grad=True)
    loss = nn.mse_loss([1.0, 2.0], t)
    loss.backward()
    assert loss.item() == 2.0
    assert t.grad.tolist() == [0.0, 2.0]
    assert nn.mse_loss(1.0, 3) == 4.0


INTEGERS = np.array([[2, 0, -1], [1, 0, 3]])


@pytest.mark.parametrize("name", CASES)
def test_integer_inputs_count_as_floats_and_round_no_target(name):
    expected = CASES[name](Tensor(INTEGERS.astype(float))).item()
    for x in (Tensor(INTEGERS), INTEGERS, INTEGERS.tolist(), INTEGERS.astype(np.int8)):
        assert CASES[name](x).item() == expected


def test_the_mean_squared_error_of_integers():
    assert np.isclose(nn.mse_loss(Tensor([1, 2]), [1.9, 2.9]).item(), 0.81)
    assert nn.mse_loss(Tensor([True, False]), [0.5, 0.5]).item() == 0.25


@pytest.mark.parametrize("dtype", [">f4", ">f8", "f2", "g"])
def test_targets_of_every_float_type_are_read_right(dtype):
    x, t = Tensor(LOGITS.astype(dtype)), TARGETS.astype(dtype)
    assert np.isclose(float(nn.binary_cross_entropy_with_logits(x, t)), CASES["bce"](Tensor(LOGITS)).item(), rtol=1e-2)
    for wrong in (-0.25, 1.25, np.nan):
        t[0, 1] = wrong
        with pytest.raises(ValueError, match=f"target {wrong} is not a probability"):
            nn.binary_cross_entropy_with_logits(x, t)


def test_changing_the_targets_after_the_loss_changes_nothing():
    x, ids = Tensor(LOGITS, requires_grad=True), IDS.copy()
    loss = nn.cross_entropy(x, ids)
    ids[...] = 1
    loss.backward()
    other = Tensor(LOGITS, requires_grad=True)
    nn.cross_entropy(other, IDS).backward()
    assert np.array_equal(x.grad, other.grad)


def test_a_masked_class_gives_no_nan():
    x = Tensor([[1.0, -np.inf, 0.0]], requires_grad=True)
    loss = nn.cross_entropy(x, [0])
    loss.backward()
    assert np.isclose(loss.item(), np.log1p(np.exp(-1)))
    assert np.isfinite(x.grad).all()


def test_all_targets_ignored():
    x = Tensor(LOGITS, requires_grad=True)
    with pytest.raises(ValueError, match="all targets are ignored"):
        nn.cross_entropy(x, [7, 7], ignore_index=7)
    loss = nn.cross_entropy(x, [7, 7], ignore_index=7, reduction="sum")
    assert loss.item() == 0


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: nn.mse_loss(Tensor(np.ones((4, 1))), np.ones(4)),
            r"\(4, 1\) and target of shape \(4,\) differ.*reshape",
        ),
        (
            lambda: nn.mse_loss(Tensor([1.0]), [1.0], reduction="avg"),
            r"unknown reduction 'avg'; known: mean, sum, none",
        ),
        (lambda: nn.mse_loss(["a"], [1.0]), r"mse_loss: numbers are wanted, not <U1"),
        (lambda: nn.MSELoss("avg"), r"unknown reduction 'avg'"),
        (lambda: nn.binary_cross_entropy_with_logits(Tensor([0.0]), [[1.0]]), r"\(1,\) and target of shape \(1, 1\)"),
        (lambda: nn.binary_cross_entropy_with_logits(Tensor([0.0, 1.0]), [1.0, -1.0]), r"target -1\.0 is not a prob"),
        (lambda: nn.binary_cross_entropy_with_logits(Tensor([0.0]), [1.5]), r"target 1\.5 is not"),
        (lambda: nn.binary_cross_entropy_with_logits(Tensor([0.0]), [np.nan]), r"target nan is not"),
        (lambda: nn.cross_entropy(Tensor(LOGITS), [0, 3]), r"class id 3 is out of range 0 to 2"),
        (lambda: nn.cross_entropy(Tensor(LOGITS), [0, -1]), r"class id -1 is out of range 0 to 2"),
        (
            lambda: nn.cross_entropy(Tensor(LOGITS), [[0], [1]]),
            r"class ids of shape \(2,\).*not a target of shape \(2, 1\)",
        ),
        (
            lambda: nn.cross_entropy(Tensor(LOGITS), [0.0, 1.0]),
            r"class ids are integers, not float64; write target.astype",
        ),
        (lambda: nn.cross_entropy(Tensor(LOGITS), TARGETS - 0.5), r"target -0\.4 is not a probability"),
        (lambda: nn.cross_entropy(Tensor(LOGITS), [True, False]), r"class ids are integers, not bool"),
        (lambda: nn.cross_entropy(Tensor(LOGITS), IDS, [1.0]), r"weight has shape \(1,\), where there are 3 classes"),
        (lambda: nn.cross_entropy(Tensor(LOGITS), IDS, label_smoothing=2), r"label_smoothing=2 is not in \[0, 1\]"),
        (lambda: nn.cross_entropy(Tensor(1.0), 0), r"shape \(\) have no axis of classes"),
        (lambda: nn.cross_entropy(Tensor(LOGITS), IDS, reduction="x"), r"unknown reduction 'x'"),
    ],
)
def test_what_does_not_fit_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_negative_zero_is_a_probability():
    assert nn.binary_cross_entropy_with_logits(Tensor([0.0]), [-0.0]).item() == np.log(2)


def test_the_weight_of_a_loss_is_its_buffer():
    loss = nn.CrossEntropyLoss(weight=[1.0, 2.0, 3.0])
    assert [name for name, _ in loss.named_buffers()] == ["weight"]
