"""The optimizers of `torch.optim`, each in all the forms that it has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch  # type: ignore[import-not-found]

from benchmarks.works import updates

torch.set_num_threads(1)

FORMS: dict[str, dict[str, bool]] = {
    "loop": {"foreach": False},
    "foreach": {"foreach": True},
    "fused": {"fused": True},
}


def _step(name: str, workload: str, form: str) -> Callable[[], Any] | None:
    parameters = [torch.ones(shape, requires_grad=True) for shape in updates.shapes(workload)]
    for p in parameters:
        p.grad = torch.ones_like(p)
    try:
        return getattr(torch.optim, name)(parameters, **updates.SETTINGS.get(name, {}), **FORMS[form]).step
    except (AttributeError, TypeError):
        return None


def forms(name: str) -> list[str]:
    """The forms that PyTorch has of an optimizer; none where it has no such optimizer."""
    return [form for form in FORMS if _step(name, "xor", form) is not None]


def seconds(name: str, workload: str, repeats: int, form: str) -> float:
    """Seconds a step, as `contestants/eager/updates.py` has it."""
    step = _step(name, workload, form)
    assert step is not None
    return updates.seconds(step, repeats)
