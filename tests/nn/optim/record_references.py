"""Records what PyTorch's optimizers and schedules do, as data for the tests.

`python -m tests.nn.optim.record_references`, with torch installed. Made with PyTorch 2.13.0 on a CPU, all in float64.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

PATH = Path(__file__).with_name("references.json")

OPTIMIZERS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.05}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "maximize": True}),
    ("SGD", {"lr": 0.1, "weight_decay": 0.2, "maximize": True}),
    ("Adam", {}),
    ("Adam", {"lr": 0.05, "betas": [0.8, 0.95], "eps": 1e-3, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.05, "amsgrad": True}),
    ("Adam", {"lr": 0.05, "maximize": True, "betas": [0.0, 0.5]}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.05, "weight_decay": 0.3, "amsgrad": True}),
    ("AdamW", {"lr": 0.05, "weight_decay": 0, "maximize": True}),
    ("NAdam", {}),
    ("NAdam", {"lr": 0.05, "momentum_decay": 0.02, "weight_decay": 0.1, "betas": [0.8, 0.95]}),
    ("NAdam", {"lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True}),
    ("RAdam", {}),
    ("RAdam", {"lr": 0.05, "betas": [0.8, 0.95], "weight_decay": 0.1, "eps": 1e-3}),
    ("RAdam", {"lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True}),
    ("Adamax", {}),
    ("Adamax", {"lr": 0.05, "betas": [0.8, 0.95], "weight_decay": 0.1, "maximize": True}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.02, "initial_accumulator_value": 0.5, "weight_decay": 0.1}),
    ("Adagrad", {"lr": 0.1, "eps": 0.1, "maximize": True}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.05, "alpha": 0.9, "momentum": 0.8, "weight_decay": 0.1}),
    ("RMSprop", {"lr": 0.05, "alpha": 0.9, "centered": True, "eps": 0.01, "maximize": True}),
    ("RMSprop", {"lr": 0.02, "momentum": 0.5, "centered": True, "eps": 0.01}),
    ("Adadelta", {}),
    ("Adadelta", {"lr": 0.5, "rho": 0.8, "eps": 1e-3, "weight_decay": 0.1, "maximize": True}),
    ("Adafactor", {}),
    ("Adafactor", {"lr": 0.05, "beta2_decay": -0.5, "eps": [1e-2, 0.1], "d": 2.0, "weight_decay": 0.1}),
    ("Adafactor", {"lr": 0.05, "maximize": True}),
]

SCHEDULES: list[tuple[str, dict[str, Any]]] = [
    ("StepLR", {"step_size": 7}),
    ("StepLR", {"step_size": 30, "gamma": 0.5}),
    ("MultiStepLR", {"milestones": [10, 3, 40, 40], "gamma": 0.3}),
    ("ConstantLR", {}),
    ("ConstantLR", {"factor": 0.2, "total_iters": 20}),
    ("LinearLR", {}),
    ("LinearLR", {"start_factor": 0.9, "end_factor": 0.1, "total_iters": 50}),
    ("ExponentialLR", {"gamma": 0.95}),
    ("PolynomialLR", {"total_iters": 60, "power": 2.0}),
    ("PolynomialLR", {}),
    ("CosineAnnealingLR", {"T_max": 100}),
    ("CosineAnnealingLR", {"T_max": 30, "eta_min": 0.01}),
    ("CosineAnnealingWarmRestarts", {"T_0": 10}),
    ("CosineAnnealingWarmRestarts", {"T_0": 7, "T_mult": 2, "eta_min": 0.001}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 100}),
    ("OneCycleLR", {"max_lr": [0.5, 0.2], "epochs": 20, "steps_per_epoch": 6, "anneal_strategy": "linear"}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 101, "three_phase": True, "pct_start": 0.4, "div_factor": 10.0}),
]
# A measure that falls, rests, jumps up and falls again.
MEASURE = [max(0.2, 1 - 0.05 * t) + (0.3 if 40 <= t < 50 else 0.0) - 0.002 * max(0, t - 60) for t in range(100)]
PLATEAUS: list[dict[str, Any]] = [
    {},
    {"factor": 0.5, "patience": 3},
    {"factor": 0.5, "patience": 2, "cooldown": 4, "min_lr": [0.01, 0.0]},
    {"mode": "max", "factor": 0.7, "patience": 5, "threshold": 0.01, "threshold_mode": "abs"},
]

LBFGS: list[dict[str, Any]] = [
    {},
    {"lr": 0.5, "max_iter": 4, "history_size": 3},
    {"lr": 0.8, "max_iter": 10, "max_eval": 5, "tolerance_change": 1e-4},
]


def bowl(p: Any, q: Any) -> Any:
    """A loss that is near enough to quadratic, of a matrix (2, 3) and a vector (3,), Tensors of either library."""
    return ((p @ q - 1) ** 2).sum() + 0.3 * ((p - 0.2) ** 2).sum() + 0.2 * (q**4).sum() + 0.5 * ((q - p[0]) ** 2).sum()


STEPS = 200
RECORDED = (1, 2, 3, 4, 5, 6, 10, 20, 50, 100, 200)


def slope(step: int, i: int, p: np.ndarray) -> np.ndarray:
    """A gradient that depends on where parameter i is, and on the step."""
    return 0.5 * p + np.sin(3 * p + 0.7 * step + i)


def gradient(step: int, i: int, p: np.ndarray) -> np.ndarray | None:
    """`slope`, now and then missing."""
    return None if (step, i) in ((0, 2), (2, 1), (3, 1), (5, 0), (40, 2), (41, 2)) else slope(step, i, p)


def main() -> None:
    """Write `references.json`."""
    import torch  # type: ignore[import-not-found]

    torch.set_default_dtype(torch.float64)
    rng = np.random.default_rng(0)
    start = [rng.normal(size=shape).tolist() for shape in ((2, 3), (3,), (1,))]

    def trajectory(name: str, settings: dict[str, Any]) -> list[list[Any]]:
        """Values of all parameters after each of the RECORDED steps."""
        parameters = [torch.tensor(p, requires_grad=True) for p in start]
        optimizer = getattr(torch.optim, name)(parameters, **settings)
        path = []
        for step in range(STEPS):
            for i, p in enumerate(parameters):
                g = gradient(step, i, p.detach().numpy())
                p.grad = None if g is None else torch.tensor(g)
            optimizer.step()
            if step + 1 in RECORDED:
                path.append([p.detach().numpy().tolist() for p in parameters])
        return path

    def groups() -> Any:
        return torch.optim.SGD(
            [{"params": [torch.ones(1)]}, {"params": [torch.ones(1)], "lr": 0.03}], lr=0.1, momentum=0.9
        )

    def rates(optimizer: Any, step: Callable[[int], None], n: int) -> list[list[float]]:
        """Learning rate and momentum of both groups before each of n steps."""
        path = []
        for t in range(n):
            path.append([float(g[name]) for g in optimizer.param_groups for name in ("lr", "momentum")])
            optimizer.step()
            step(t)
        return path

    def schedule(name: str, settings: dict[str, Any]) -> list[list[float]]:
        optimizer = groups()
        scheduler = getattr(torch.optim.lr_scheduler, name)(optimizer, **settings)
        return rates(optimizer, lambda t: scheduler.step(), 100)

    def sequential() -> list[list[float]]:
        optimizer, of = groups(), torch.optim.lr_scheduler
        parts = [
            of.LinearLR(optimizer, 0.1, total_iters=10),
            of.CosineAnnealingLR(optimizer, 40),
            of.ExponentialLR(optimizer, 0.9),
        ]
        scheduler = of.SequentialLR(optimizer, parts, [10, 50])
        return rates(optimizer, lambda t: scheduler.step(), 100)

    def chained() -> list[list[float]]:
        optimizer, of = groups(), torch.optim.lr_scheduler
        scheduler = of.ChainedScheduler(
            [of.ConstantLR(optimizer, 0.1, total_iters=20), of.ExponentialLR(optimizer, 0.9)]
        )
        return rates(optimizer, lambda t: scheduler.step(), 100)

    def plateau(settings: dict[str, Any]) -> list[list[float]]:
        optimizer = groups()
        scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **settings)
        return rates(optimizer, lambda t: scheduler.step(MEASURE[t]), 100)

    def lbfgs(settings: dict[str, Any]) -> list[list[Any]]:
        p, q = (torch.tensor(part, requires_grad=True) for part in start[:2])
        optimizer = torch.optim.LBFGS([p, q], **settings)

        def closure() -> Any:
            optimizer.zero_grad()
            loss = bowl(p, q)
            loss.backward()
            return loss

        path = []
        for _ in range(6):
            loss = optimizer.step(closure)
            path.append([loss.item(), *(x.detach().numpy().tolist() for x in (p, q))])
        return path

    schedules = [{"name": name, "settings": s, "path": schedule(name, s)} for name, s in SCHEDULES]
    plateaus = [{"settings": s, "path": plateau(s)} for s in PLATEAUS]
    combined = {"sequential": sequential(), "chained": chained()}
    optimizers = [{"name": name, "settings": s, "path": trajectory(name, s)} for name, s in OPTIMIZERS]
    recorded = {"start": start, "optimizers": optimizers, "schedules": schedules, "plateaus": plateaus, **combined}
    recorded["lbfgs"] = [{"settings": s, "path": lbfgs(s)} for s in LBFGS]
    PATH.write_text(json.dumps(recorded) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
