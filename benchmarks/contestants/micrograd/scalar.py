"""The network of single numbers."""

from __future__ import annotations

from functools import partial

from benchmarks.contestants.micrograd.values import ENGINE
from benchmarks.works import values

mlp_losses, mlp_seconds = partial(values.mlp_losses, ENGINE), partial(values.mlp_seconds, ENGINE)
mlp_first_seconds = partial(values.mlp_first_seconds, ENGINE)
