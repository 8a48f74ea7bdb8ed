"""What all tests share."""

import signal

from hypothesis import HealthCheck, settings

# The same examples everywhere, and no failure because a machine is slow.
settings.register_profile(
    "obsdash", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("obsdash")

# Run in the background of a script, Ctrl-C is ignored, by all that is started as well.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
