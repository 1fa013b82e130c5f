"""micrograd's `Value`: a float, and the few ops that it has."""

from __future__ import annotations

from functools import partial

from micrograd.engine import Value

from benchmarks.works import values

ENGINE = values.Engine(Value, Value, lambda p: setattr(p, "grad", 0), takes_arrays=False)

op_slope, op_seconds = partial(values.op_slope, ENGINE), partial(values.op_seconds, ENGINE)
