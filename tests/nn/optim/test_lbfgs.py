import copy
import json

import numpy as np
import pytest

import nn
from autograd import Tensor
from tests.nn.optim.record_references import PATH, bowl

REFERENCE = json.loads(PATH.read_text(encoding="utf-8"))


class Bowl:
    def __init__(self, settings, dtype=np.float64):
        self.p, self.q = (Tensor(np.array(part, dtype), requires_grad=True) for part in REFERENCE["start"][:2])
        self.optimizer = nn.optim.LBFGS([self.p, self.q], **settings)

    def closure(self):
        self.optimizer.zero_grad()
        loss = bowl(self.p, self.q)
        loss.backward()
        return loss

    def step(self):
        loss = self.optimizer.step(self.closure)
        return [loss.item(), *self.p.data.ravel().tolist(), *self.q.tolist()]


@pytest.mark.parametrize("case", REFERENCE["lbfgs"], ids=lambda c: str(c["settings"]))
def test_trajectories_are_pytorchs(case):
    work = Bowl(case["settings"])
    for loss, p, q in case["path"]:
        assert np.allclose(work.step(), [loss, *np.ravel(p), *q], rtol=1e-9, atol=1e-9)


def test_it_goes_on_from_a_state_dict_bit_for_bit():
    work, other = Bowl({"lr": 0.5, "max_iter": 3}), Bowl({})
    work.step()
    other.optimizer.load_state_dict(copy.deepcopy(work.optimizer.state_dict()))
    other.p.assign(work.p.data)
    other.q.assign(work.q.data)
    for _ in range(3):
        assert work.step() == other.step()


def test_float32_stays_float32():
    work = Bowl({"lr": 0.5}, np.float32)
    work.step()
    assert work.p.dtype == work.q.dtype == np.float32
    assert work.optimizer._memory["step"].dtype == np.float32


def test_what_has_no_gradient_rests():
    p, q = Tensor([1.0], requires_grad=True), Tensor([5.0], requires_grad=True)
    optimizer = nn.optim.LBFGS([p, q])

    def closure():
        optimizer.zero_grad()
        loss = ((p - 3) ** 2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    assert np.allclose([p.item(), q.item()], [3, 5])


def test_a_least_squares_problem_is_solved_to_rounding():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 5)), rng.normal(size=40)
    w = Tensor(np.zeros(5), requires_grad=True)
    optimizer = nn.optim.LBFGS([w], max_iter=50, tolerance_change=0, tolerance_grad=1e-12)

    def closure():
        optimizer.zero_grad()
        loss = ((x @ w - y) ** 2).mean()
        loss.backward()
        return loss

    optimizer.step(closure)
    assert np.allclose(w.data, np.linalg.lstsq(x, y, rcond=None)[0], atol=1e-9)


def test_bad_input_is_named():
    p, q = Tensor([1.0], requires_grad=True), Tensor([1.0], requires_grad=True, dtype=np.float32)
    with pytest.raises(ValueError, match="one group, of one dtype, is wanted"):
        nn.optim.LBFGS([p, q])
    with pytest.raises(ValueError, match="LBFGS: max_iter=-1"):
        nn.optim.LBFGS([p], max_iter=-1)
    optimizer = nn.optim.LBFGS([p])
    with pytest.raises(TypeError, match=r"step\(closure\) wants a function"):
        optimizer.step()
    with pytest.raises(ValueError, match="is another optimizer's"):
        optimizer.load_state_dict({"state": {0: {"step": 1}}, "param_groups": [{"params": [0]}]})
