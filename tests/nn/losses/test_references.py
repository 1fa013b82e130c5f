"""Values and gradients of losses against PyTorch's, recorded by `record_references.py`."""

import json
from pathlib import Path

import numpy as np
import pytest

import nn
from autograd import Tensor
from tests.nn.reference import REFERENCE

CASES = json.loads(Path(__file__).with_name("references.json").read_text(encoding="utf-8"))
CASES += [
    {
        "function": case["function"],
        "args": [case["input"], case["target"]],
        "settings": {k: v for k, v in case["settings"].items() if k != "reduction"},
        "of": {
            case["settings"].get("reduction", "mean"): {"value": case["value"], "gradients": [case["gradient"], None]}
        },
    }
    for case in REFERENCE["losses"]
]


def ctc_of_logits(logits, *args, **settings):
    return nn.ctc_loss(nn.log_softmax(logits), *args, **settings)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['function']}-{c['settings']}")
def test_values_and_gradients_are_pytorchs(case):
    function = ctc_of_logits if case["function"] == "ctc_of_logits" else getattr(nn, case["function"])
    for reduction, result in case["of"].items():
        leaves = [
            None if g is None else Tensor(a, True) for a, g in zip(case["args"], result["gradients"], strict=True)
        ]
        args = [np.asarray(a) if x is None else x for a, x in zip(case["args"], leaves, strict=True)]
        loss = function(*args, **case["settings"], reduction=reduction)
        assert loss.shape == np.shape(result["value"])
        assert np.allclose(loss.detach().numpy(), result["value"], rtol=1e-11, atol=1e-13)
        loss.sum().backward()
        for x, gradient in zip(leaves, result["gradients"], strict=True):
            if x is not None:  # where PyTorch has no number (the gradient of 0 log 0), ours is one all the same
                assert np.isfinite(x.grad).all()
                assert np.allclose(x.grad, np.where(np.isnan(gradient), x.grad, gradient), rtol=1e-11, atol=1e-12)


def test_every_loss_that_pytorch_has_is_recorded():
    recorded = {case["function"] for case in CASES} | {"ctc_loss"}
    without = {
        "log_cosh_loss", "quantile_loss", "js_div", "hinge_loss", "squared_hinge_loss", "focal_loss",
        "contrastive_loss", "dice_loss", "perceptual_loss",
    }  # fmt: skip
    losses = {name for name in nn.__all__ if name.endswith(("_loss", "_div", "_entropy", "_with_logits"))}
    assert losses == (recorded - {"ctc_of_logits"}) | without
