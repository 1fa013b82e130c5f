"""Is this gradient right? Derivatives measured from f's values alone, with a bound on every number, and three verdicts.

    report = gradcheck(f, x)            # f's gradient by the engine, or your own: gradcheck(f, x, gradient=...)
    report = check_module(model, loss, (x, target))
    print(report)                       # a table; `if report:` holds only for PASS
    report.guilty, report.mistake       # on FAIL: the op and its line, and the kind of mistake
    assert_gradients(f, x)              # in a test: raises with the table

How a slope is measured: `choices.py`, `piecewise.py`, `analytic.py`, `branches.py` (arrays that a complex step can
differentiate), `tape.py` (f's graph, evaluated again), `complex_step.py`; where that cannot be, `finite_differences.py`
and `methods.py`. What is made of it: `tolerances.py`, `lines.py` (f along one element), `verdicts.py`, `directions.py`
(any number of elements), `backpropagation.py`, `op_under_test.py` and `blame.py` (which op), `factors.py`,
`misplaced.py`, `diagnosis.py` and `hand_derived.py` (which mistake), `step_free.py`. One check from beginning to end:
`subject.py`, `point.py`, `neighbourhood.py`, `elements.py` (which are looked at, within a budget), `examination.py`.
Around it: `report.py`, `undisturbed.py` (a check leaves nothing behind), `checks.py`, `models.py` and `numerical.py`
(the functions above). Further: `curves.py` (pictures), `watch.py` (during training), `strategies.py` and
`pytest_plugin.py`.
"""

from autograd.checking.checks import assert_gradients, gradcheck, gradgradcheck
from autograd.checking.curves import TaylorTest, VCurve, taylor_test, v_curve
from autograd.checking.findings import Element, Guilty, Mistake
from autograd.checking.models import check_module
from autograd.checking.numerical import numerical_gradient
from autograd.checking.report import GradcheckReport, InputReport
from autograd.checking.watch import GradientWatch
from autograd.graph import mark_library

__all__ = [
    "Element",
    "GradcheckReport",
    "GradientWatch",
    "Guilty",
    "InputReport",
    "Mistake",
    "TaylorTest",
    "VCurve",
    "assert_gradients",
    "check_module",
    "gradcheck",
    "gradgradcheck",
    "numerical_gradient",
    "taylor_test",
    "v_curve",
]

mark_library(__name__)
