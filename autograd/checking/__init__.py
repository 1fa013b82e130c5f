"""Is this gradient right? Derivatives compared with finite differences, with an error bound on every number.

    report = gradcheck(f, x)            # f's gradient by the engine, or your own: gradcheck(f, x, gradient=...)
    report = check_module(model, loss, (x, target))
    print(report)                       # a table; `if report:` holds only for PASS
    assert_gradients(f, x)              # in a test: raises with the table

Read on in `finite_differences.py` (how a slope and its error bound come about), `verdicts.py` (what is held
against an analytic derivative, and when the checker abstains), `report.py`, `undisturbed.py` (how a check leaves
nothing behind), `examination.py` (one check from beginning to end) and `checks.py` (the functions above).
"""

from autograd.checking.checks import assert_gradients, check_module, gradcheck, gradgradcheck, numerical_gradient
from autograd.checking.report import Element, GradcheckReport, InputReport

__all__ = [
    "Element",
    "GradcheckReport",
    "InputReport",
    "assert_gradients",
    "check_module",
    "gradcheck",
    "gradgradcheck",
    "numerical_gradient",
]
