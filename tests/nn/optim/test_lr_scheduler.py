import json
import pickle

import numpy as np
import pytest

import nn
from autograd import Tensor
from nn.optim import lr_scheduler
from tests.nn.optim.record_references import MEASURE, PATH

REFERENCE = json.loads(PATH.read_text(encoding="utf-8"))
named = pytest.mark.parametrize("case", REFERENCE["schedules"], ids=lambda c: f"{c['name']}-{c['settings']}")


def groups(**settings):
    parameters = [{"params": [Tensor([1.0], requires_grad=True)]}, {"params": [Tensor([1.0], requires_grad=True)]}]
    parameters[1]["lr"] = 0.03
    return nn.optim.SGD(parameters, lr=0.1, momentum=0.9, **settings)


def rates(optimizer, step, n=100):
    path = []
    for t in range(n):
        path.append([float(group[name]) for group in optimizer.param_groups for name in ("lr", "momentum")])
        optimizer.step()
        step(t)
    return path


def make(case, optimizer):
    return getattr(lr_scheduler, case["name"])(optimizer, **case["settings"])


def sequential(optimizer):
    warm_up = lr_scheduler.LinearLR(optimizer, 0.1, total_iters=10)
    parts = [warm_up, lr_scheduler.CosineAnnealingLR(optimizer, 40), lr_scheduler.ExponentialLR(optimizer, 0.9)]
    return lr_scheduler.SequentialLR(optimizer, parts, [10, 50])


def chained(optimizer):
    parts = [lr_scheduler.ConstantLR(optimizer, 0.1, total_iters=20), lr_scheduler.ExponentialLR(optimizer, 0.9)]
    return lr_scheduler.ChainedScheduler(parts)


@named
def test_rates_are_pytorchs(case):
    optimizer = groups()
    schedule = make(case, optimizer)
    assert np.allclose(rates(optimizer, lambda t: schedule.step()), case["path"], rtol=1e-12, atol=1e-15)


@named
def test_simulation_tells_the_rates_and_changes_nothing(case):
    optimizer = groups()
    schedule = make(case, optimizer)
    before = str(optimizer), str(schedule)
    for i in (0, 1):
        assert np.allclose(schedule.simulate(100, i), np.array(case["path"])[:, 2 * i], rtol=1e-12, atol=1e-15)
    assert (str(optimizer), str(schedule)) == before


@pytest.mark.parametrize("name, build", [("sequential", sequential), ("chained", chained)])
def test_combinations_are_pytorchs(name, build):
    optimizer = groups()
    schedule = build(optimizer)
    assert np.allclose(rates(optimizer, lambda t: schedule.step()), REFERENCE[name], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("case", REFERENCE["plateaus"], ids=lambda c: str(c["settings"]))
def test_plateaus_are_pytorchs(case):
    optimizer = groups()
    schedule = lr_scheduler.ReduceLROnPlateau(optimizer, **case["settings"])
    assert np.allclose(rates(optimizer, lambda t: schedule.step(MEASURE[t])), case["path"], rtol=1e-12)


BUILDERS = {f"{c['name']}-{c['settings']}": (lambda o, c=c: make(c, o)) for c in REFERENCE["schedules"]}
BUILDERS |= {"sequential": sequential, "chained": chained}


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_a_run_taken_up_again_goes_on_as_it_would_have(build):
    optimizer, other = groups(), groups()
    schedule = build(optimizer)
    for _ in range(37):
        schedule.step()
    state = pickle.loads(pickle.dumps((optimizer.state_dict(), schedule.state_dict())))
    again = build(other)
    other.load_state_dict(state[0])
    again.load_state_dict(state[1])
    assert json.dumps(state[1])  # plain data
    for _ in range(40):
        assert again.get_last_lr() == schedule.get_last_lr()
        again.step()
        schedule.step()


def test_a_plateau_taken_up_again_goes_on_as_it_would_have():
    optimizer, other = groups(), groups()
    schedule, again = (lr_scheduler.ReduceLROnPlateau(o, factor=0.5, patience=3) for o in (optimizer, other))
    for value in MEASURE[:50]:
        schedule.step(value)
    other.load_state_dict(optimizer.state_dict())
    again.load_state_dict(schedule.state_dict())
    for value in MEASURE[50:]:
        schedule.step(value)
        again.step(value)
        assert again.get_last_lr() == schedule.get_last_lr()
    assert schedule.get_last_lr()[0] < 0.1
    with pytest.raises(ValueError, match="of another schedule: gamma"):
        again.load_state_dict({**again.state_dict(), "gamma": 1})


def test_a_schedule_begins_where_it_is_told():
    optimizer = groups()
    schedule = lr_scheduler.ExponentialLR(optimizer, gamma=0.5, last_epoch=3)
    assert schedule.get_last_lr() == [0.1 / 8, 0.03 / 8]


def test_a_group_added_later_keeps_its_own_rate():
    optimizer = groups()
    schedule = lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
    optimizer.add_param_group({"params": [Tensor([1.0], requires_grad=True)], "lr": 7.0})
    schedule.step()
    assert schedule.get_last_lr() == [0.05, 0.015, 7.0]


def test_the_next_optimizer_step_takes_the_new_rate():
    p = Tensor([1.0], requires_grad=True)
    optimizer = nn.optim.SGD([p], lr=0.5)
    schedule = lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
    for expected in (0.5, 0.25, 0.125):
        p.grad = np.ones(1)
        optimizer.step()
        assert p.item() == expected
        schedule.step()


def test_one_cycle_moves_the_first_beta_and_leaves_others_alone():
    p = Tensor([1.0], requires_grad=True)
    adam = nn.optim.Adam([p], betas=(0.9, 0.99))
    schedule = lr_scheduler.OneCycleLR(adam, max_lr=1.0, total_steps=10)
    assert adam.param_groups[0]["betas"] == (0.95, 0.99)
    for _ in range(2):
        schedule.step()
    assert np.isclose(adam.param_groups[0]["betas"][0], 0.85)
    adagrad = nn.optim.Adagrad([p])
    lr_scheduler.OneCycleLR(adagrad, max_lr=1.0, total_steps=10).step()
    for _ in range(8):
        schedule.step()
    with pytest.raises(ValueError, match="step 11 of a cycle of 10; start a new schedule"):
        schedule.step()


def test_functions_of_ones_own_by_group():
    optimizer = groups()
    schedule = lr_scheduler.LambdaLR(optimizer, [lambda t: 1 / (1 + t), lambda t: 2.0])
    schedule.step()
    assert np.allclose(schedule.get_last_lr(), [0.05, 0.06])
    assert "lr_lambdas" not in schedule.state_dict()


of = lr_scheduler


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda o: of.StepLR(0.1, 3), TypeError, "StepLR: wants an Optimizer, not a float"),
        (lambda o: of.StepLR(o, 0), ValueError, "StepLR: step_size=0 is not a whole number >= 1"),
        (lambda o: of.StepLR(o, 1.5), ValueError, "step_size=1.5"),
        (lambda o: of.StepLR(o, 3, gamma=-1), ValueError, r"gamma=-1 is not a number in \[0, inf\)"),
        (lambda o: of.StepLR(o, 3, last_epoch=-2), ValueError, "last_epoch=-2"),
        (lambda o: of.MultiStepLR(o, [3, -1]), ValueError, r"milestones\[0\]=-1"),
        (lambda o: of.LinearLR(o, start_factor=2), ValueError, r"start_factor=2 is not a number in \[0, 1\]"),
        (lambda o: of.PolynomialLR(o, total_iters=0), ValueError, "total_iters=0"),
        (lambda o: of.LambdaLR(o, 3), TypeError, "LambdaLR: 3 is not a function of the step"),
        (lambda o: of.LambdaLR(o, [abs]), ValueError, "1 functions do not fit 2 groups"),
        (lambda o: of.CosineAnnealingLR(o, 0), ValueError, "T_max=0"),
        (lambda o: of.CosineAnnealingWarmRestarts(o, 5, T_mult=1.5), ValueError, "T_mult=1.5"),
        (lambda o: of.WarmupCosineLR(o, 10, 10), ValueError, "total_steps=10 is not a whole number >= 11"),
        (lambda o: of.OneCycleLR(o, 1.0), ValueError, "epochs=None"),
        (lambda o: of.OneCycleLR(o, [1.0], 10), ValueError, "1 rates in max_lr do not fit 2 groups"),
        (lambda o: of.OneCycleLR(o, 1.0, 10, pct_start=1.5), ValueError, "pct_start=1.5"),
        (lambda o: of.OneCycleLR(o, 1.0, 10, anneal_strategy="up"), ValueError, "anneal_strategy='up'; known: 'cos'"),
        (lambda o: of.SequentialLR(o, [], []), ValueError, r"0 schedules meet at -1 milestones|empty list"),
        (lambda o: of.SequentialLR(o, [of.StepLR(o, 1)], [3]), ValueError, "1 schedules meet at 0 milestones, not 1"),
        (
            lambda o: of.SequentialLR(o, [of.StepLR(o, 1)] * 3, [3, 2]),
            ValueError,
            r"milestones=\[3, 2\] are not in order",
        ),
        (
            lambda o: of.SequentialLR(o, [of.ReduceLROnPlateau(o)], []),
            TypeError,
            r"schedulers\[0\] is a ReduceLROnPlateau",
        ),
        (lambda o: of.ChainedScheduler([]), ValueError, "an empty list of schedulers"),
        (lambda o: of.ChainedScheduler([of.StepLR(groups(), 1)], o), ValueError, "belongs to another optimizer"),
        (lambda o: of.ReduceLROnPlateau(o, mode="low"), ValueError, "mode='low'; known: 'min', 'max'"),
        (lambda o: of.ReduceLROnPlateau(o, factor=1.0), ValueError, r"factor=1.0"),
        (lambda o: of.ReduceLROnPlateau(o, min_lr=[0.1]), ValueError, "1 rates in min_lr do not fit 2 groups"),
        (lambda o: of.ReduceLROnPlateau(o).step(np.ones(3)), ValueError, r"one number is wanted, not shape \(3,\)"),
        (lambda o: of.ReduceLROnPlateau("adam"), TypeError, "wants an Optimizer, not a str"),
    ],
)
def test_bad_values_are_named_before_anything_changes(call, error, message):
    optimizer = groups()
    with pytest.raises(error, match=message):
        call(optimizer)
    assert [group["lr"] for group in optimizer.param_groups] == [0.1, 0.03]


def test_a_state_of_another_schedule_is_refused():
    optimizer = groups()
    schedule = sequential(optimizer)
    state = schedule.state_dict()
    for foreign in (of.StepLR(groups(), 1).state_dict(), {**state, "schedulers": state["schedulers"][:2]}):
        with pytest.raises(ValueError, match=r"of another schedule|a state of 2 schedules, not 3"):
            schedule.load_state_dict(foreign)
    swapped = {**state, "schedulers": state["schedulers"][::-1], "last_epoch": 30}
    with pytest.raises(ValueError, match="of another schedule"):
        schedule.load_state_dict(swapped)
    assert schedule.state_dict() == state
