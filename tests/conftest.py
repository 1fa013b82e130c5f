"""Settings that hold for every test."""

from hypothesis import HealthCheck, settings

# No deadline: a slow machine is no failure. Not derandomised, so that each run looks at new examples; a failure
# prints the example, and `@reproduce_failure` keeps it.
settings.register_profile("readgrad", deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("readgrad")
