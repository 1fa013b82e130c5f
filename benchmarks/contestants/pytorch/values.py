"""PyTorch's tensors; as its single numbers, those without axes."""

from __future__ import annotations

from functools import partial

import torch  # type: ignore[import-not-found]

from benchmarks.works import values

torch.set_num_threads(1)

ENGINE = values.Engine(
    lambda v: torch.tensor(v, dtype=torch.float64, requires_grad=True),
    lambda v: torch.tensor(v, dtype=torch.float64),
    lambda p: setattr(p, "grad", None),
)

op_slope, op_seconds = partial(values.op_slope, ENGINE), partial(values.op_seconds, ENGINE)
