"""Tensors of arrays, and of single numbers."""

from __future__ import annotations

from functools import partial

from autograd import Tensor
from benchmarks.works import values

ENGINE = values.Engine(lambda v: Tensor(v, requires_grad=True), Tensor, lambda p: p.zero_grad())

op_slope, op_seconds = partial(values.op_slope, ENGINE), partial(values.op_seconds, ENGINE)
