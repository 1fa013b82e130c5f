"""Settings that hold for every test."""

import os

import pytest
from hypothesis import HealthCheck, settings

# The workers of pytest-xdist, which begin after this, share the cores: more threads for each matrix product only wait
# for one another.
for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

# The suite looks at the same examples in every run, so that what passes here passes in CI; without a deadline, since a
# slow machine is no failure. HYPOTHESIS_PROFILE=explore looks at new ones, and many more.
settings.register_profile(
    "readgrad", derandomize=True, deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", parent=settings.get_profile("readgrad"), derandomize=False, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "readgrad"))


@pytest.fixture(scope="session", autouse=True)
def cache_of_the_session(tmp_path_factory):
    """Compiled loops are kept for the session, and never in the folder of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("READGRAD_CACHE", str(tmp_path_factory.mktemp("loops")))
        yield
