"""What holds for every loss, run over `samples.py`."""

import inspect

import numpy as np
import pytest

import nn
from autograd import Tensor, gradcheck, gradgradcheck
from nn.losses.reduction import Loss
from tests.nn.losses.samples import SAMPLES

pytestmark = pytest.mark.filterwarnings("error")
each_loss = pytest.mark.parametrize("name", SAMPLES)


def of_gradient_arguments(sample, **more):
    """The loss as a function of the arguments that take a gradient, and these."""
    n = sample.differentiable
    constants = sample.args[n:]
    return lambda *inputs: sample.function(*inputs, *constants, **sample.settings, **more), sample.args[:n]


def test_every_loss_has_a_sample():
    functions = {sample.function.__name__ for sample in SAMPLES.values()}
    modules = {sample.module.__name__ for sample in SAMPLES.values()}
    names = {name for name in nn.__all__ if name.endswith(("_loss", "_div", "_entropy", "_with_logits"))}
    assert functions == names
    public = {getattr(nn, name) for name in nn.__all__}
    assert modules == {c.__name__ for c in public if isinstance(c, type) and issubclass(c, Loss)}
    assert len(modules) == len(functions)


@each_loss
def test_derivatives_are_those_of_finite_differences(name):
    f, inputs = of_gradient_arguments(SAMPLES[name])
    assert gradcheck(f, *inputs)
    assert gradgradcheck(f, *inputs)


@each_loss
def test_the_mean_and_the_sum_are_those_of_the_single_losses(name):
    f, inputs = of_gradient_arguments(SAMPLES[name], reduction="none")
    losses = np.asarray(f(*inputs))
    f, inputs = of_gradient_arguments(SAMPLES[name], reduction="sum")
    assert np.isclose(f(*inputs), losses.sum(), rtol=1e-12)
    if not ({"weight", "ignore_index"} & set(SAMPLES[name].settings)) and not name.startswith("ctc"):
        f, inputs = of_gradient_arguments(SAMPLES[name])
        assert np.isclose(f(*inputs), losses.mean(), rtol=1e-12)


@each_loss
def test_float32_stays_float32(name):
    sample = SAMPLES[name]
    if "perceptual" in name:
        features = nn.Linear(3, 2, rng=0, dtype=np.float32)
        features.weight.requires_grad = features.bias.requires_grad = False
        sample = sample._replace(settings={**sample.settings, "features": features, "weight": None})
    expected = np.asarray(sample.function(*sample.args, **sample.settings))
    for reduction in ("mean", "sum", "none"):
        f, inputs = of_gradient_arguments(sample, reduction=reduction)
        leaves = [Tensor(x, requires_grad=True, dtype=np.float32) for x in inputs]
        loss = f(*leaves)
        assert loss.dtype == np.float32
        loss.sum().backward()
        for x in leaves:
            assert x.grad.dtype == np.float32
            assert np.isfinite(x.grad).all()
        assert reduction != "mean" or np.allclose(loss.detach().numpy(), expected, rtol=1e-4, atol=1e-6)


@each_loss
def test_arrays_and_lists_are_taken_and_give_numbers(name):
    f, inputs = of_gradient_arguments(SAMPLES[name])
    expected = f(*map(Tensor, inputs)).item()
    if "perceptual_loss" in name:  # its network's parameters are Tensors
        return
    for given in (inputs, [x.tolist() for x in inputs]):
        loss = f(*given)
        assert isinstance(loss, np.float64)
        assert loss == expected


@each_loss
def test_the_module_is_the_function(name):
    sample = SAMPLES[name]
    for reduction in ("mean", "sum", "none"):
        module = sample.module(**sample.settings, reduction=reduction)
        expected = np.asarray(sample.function(*sample.args, **sample.settings, reduction=reduction))
        assert np.array_equal(np.asarray(module(*sample.args)), expected)
        assert f"reduction='{reduction}'" in repr(module)
        assert not list(module.parameters()) or "perceptual" in name


@each_loss
def test_module_and_function_have_the_same_defaults(name):
    def defaults(f):
        return {k: p.default for k, p in inspect.signature(f).parameters.items() if p.default is not p.empty}

    sample = SAMPLES[name]
    assert defaults(sample.module) == defaults(sample.function)


@each_loss
def test_an_unknown_reduction_is_refused(name):
    sample = SAMPLES[name]
    known = "mean, sum, none" + (", batchmean" if "_div" in name else "")
    settings = {**sample.settings, "reduction": "avg"}
    for call in (lambda: sample.module(**settings), lambda: sample.function(*sample.args, **settings)):
        with pytest.raises(ValueError, match=f"unknown reduction 'avg'; known: {known}"):
            call()


@each_loss
def test_an_empty_batch_is_refused_or_sums_to_0(name):
    sample = SAMPLES[name]
    if name.startswith("ctc"):
        return
    empty = [np.asarray(a)[:0] for a in sample.args]
    with pytest.raises(ValueError, match=f"{sample.function.__name__}: .*is empty, shape \\(0"):
        sample.function(*empty, **sample.settings)
    assert sample.function(*empty, **sample.settings, reduction="sum") == 0


@each_loss
def test_one_sample_more_or_less_in_the_target_is_an_error(name):
    sample = SAMPLES[name]
    for i in range(1, len(sample.args) - (2 if name.startswith("ctc") else 0)):
        args = list(sample.args)
        args[i] = np.concatenate([np.asarray(args[i])] * 2)
        with pytest.raises(ValueError, match=sample.function.__name__):
            sample.function(*args, **sample.settings)


@each_loss
def test_a_column_against_a_row_is_an_error(name):
    """(batch, 1) against (batch,) would broadcast to batch² differences."""
    sample = SAMPLES[name]
    if not {"input", "target"} <= set(inspect.signature(sample.function).parameters) or sample.settings:
        return
    if np.shape(sample.args[0]) != np.shape(sample.args[1]):
        return
    columns, rows = [np.asarray(a)[:, :1] for a in sample.args], [np.asarray(a)[:, 0] for a in sample.args]
    for args in ([columns[0], *rows[1:]], [rows[0], *columns[1:]]):
        with pytest.raises(ValueError, match=r"\(4, 1\).*\(4,\)|\(4,\).*\(4, 1\)"):
            sample.function(*args)
