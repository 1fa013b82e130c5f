"""The network of single numbers: the eager one's step through `autograd.compile`, recorded in the first step."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import autograd
from benchmarks.contestants.eager.values import ENGINE
from benchmarks.works import values

COMPILED = replace(ENGINE, step=autograd.compile)

mlp_losses, mlp_seconds = partial(values.mlp_losses, COMPILED), partial(values.mlp_seconds, COMPILED)
mlp_first_seconds = partial(values.mlp_first_seconds, COMPILED)
