"""autograd/KINKS.md, row by row: the published slopes where a derivative is not unique are those that come out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Tensor

PAGE = Path(__file__).parents[2] / "autograd" / "KINKS.md"
LINES = PAGE.read_text(encoding="utf-8").splitlines()
# function, point, slope, second (or nothing): the cells before the last, which says why.
ROWS = [[cell.strip("` ") for cell in line.split("|")[1:5]] for line in LINES if line.startswith("| `")]
NUMBERS = {"inf": np.inf, "nan": np.nan}
FORMS = {
    "float": lambda value: value,
    "0-d float32": np.float32,
    "array": lambda value: np.full((2, 1), value),
    "float32 array": lambda value: np.full(3, value, np.float32),
}


def named(text: str) -> dict[str, Any]:
    return {name: np.array(value, float) for name, value in eval(f"dict({text})", NUMBERS.copy()).items()}


def cases() -> Iterator[Any]:
    for function, at, slope, second in ROWS:
        point = named(at)
        is_scalar = all(value.ndim == 0 for value in point.values())
        for form in FORMS if is_scalar else ("float", "0-d float32"):  # a vector as it is, in either dtype
            yield pytest.param(function, point, named(slope), named(second), form, id=f"{function} at {at}: {form}")


def gradients(y: Any, leaves: dict[str, Tensor], record: bool) -> dict[str, Any]:
    for x in leaves.values():
        x.zero_grad()
    y.sum().backward(create_graph=record)
    return {name: x.grad for name, x in leaves.items()}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of values such as log 0: the slopes are what is asked for
@pytest.mark.parametrize("function, point, slope, second, form", list(cases()))
def test_the_page_says_what_comes_out(function, point, slope, second, form):
    made = {
        name: FORMS[form](value) if value.ndim == 0 else value.astype(np.float32 if "32" in form else float)
        for name, value in point.items()
    }
    leaves = {name: Tensor(value, requires_grad=True) for name, value in made.items()}
    y = eval(function, vars(autograd) | {"np": np} | leaves)
    found = gradients(y, leaves, record=bool(second))
    for name, x in leaves.items():
        g = found[name].detach().data if isinstance(found[name], Tensor) else found[name]
        assert g.dtype == x.dtype
        np.testing.assert_allclose(g, np.broadcast_to(slope[name], x.shape), rtol=1e-6, atol=0)
    if not second:
        return
    ((name, x),) = leaves.items()
    if not found[name].requires_grad:  # a slope that depends on nothing
        assert not np.any(second[name])
        return
    np.testing.assert_allclose(
        gradients(found[name], leaves, record=False)[name], np.broadcast_to(second[name], x.shape), rtol=1e-6, atol=0
    )


def test_every_row_of_the_page_is_read():
    tables = sum(line.startswith("|---") for line in LINES)
    assert len(ROWS) == sum(line.startswith("|") for line in LINES) - 2 * tables
    assert len({(function, at) for function, at, *_ in ROWS}) == len(ROWS)
