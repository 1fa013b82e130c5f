import pytest

from autograd.primitives import REGISTRY


@pytest.fixture(autouse=True)
def own_ops_leave_the_registry():
    """Ops declared in a test are gone after it: the registry-driven tests demand a sample for each."""
    before = dict(REGISTRY)
    yield
    REGISTRY.clear()
    REGISTRY.update(before)
