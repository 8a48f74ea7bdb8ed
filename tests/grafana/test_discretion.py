"""What Grafana complains about, without secrets."""

import pytest

from obsdash.grafana.discretion import discreet
from obsdash.grafana.trouble import GrafanaError


def test_a_complaint_is_passed_on_without_the_secrets_in_it() -> None:
    error = GrafanaError('invalid URL "https://a/hush"', status=400, reason="https://a/hush")
    with pytest.raises(GrafanaError) as raised, discreet(["", "hush", "https://a/hush"]):
        raise error
    assert raised.value.message == 'invalid URL "[REDACTED]"'
    assert (raised.value.reason, raised.value.status) == ("[REDACTED]", 400)
    assert "hush" not in str(raised.value)
