"""The pytest plugin: the fixture `assert_gradients`, and a marker that sets its options for a test or a module.

    @pytest.mark.gradients(rtol=1e-6, method="ridders")
    def test_my_layer(assert_gradients):
        assert_gradients(lambda w: layer(w).sum(), w)

pytest finds it by itself where readgrad is installed. A failure shows the report, not a traceback into the checker.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from autograd.checking.checks import gradcheck


def pytest_configure(config: Any) -> None:
    config.addinivalue_line(
        "markers", "gradients(**options): options of gradcheck for the fixture assert_gradients in this test"
    )


@pytest.fixture(name="assert_gradients")
def _assert_gradients(request: Any) -> Callable[..., None]:
    """`assert_gradients(f, *inputs, **options)`: fails with the report unless the gradient of f passes."""
    options: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers("gradients"))):  # the closest last
        options |= marker.kwargs

    def check(f: Callable[..., Any], *inputs: Any, **more: Any) -> None:
        __tracebackhide__ = True
        report = gradcheck(f, *inputs, **{**options, **more})
        if not report:
            pytest.fail(str(report), pytrace=False)

    return check
