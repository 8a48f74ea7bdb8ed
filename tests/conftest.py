"""What all tests share."""

from hypothesis import HealthCheck, settings

# The same examples everywhere, and no failure because a machine is slow.
settings.register_profile(
    "obsdash", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("obsdash")
