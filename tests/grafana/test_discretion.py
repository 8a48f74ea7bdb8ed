"""What Grafana says of a secret is repeated without it."""

import json
from urllib.parse import quote

import pytest

from obsdash.grafana.discretion import discreet, hidden
from obsdash.grafana.trouble import GrafanaError

SECRET = 'https://hooks.example.com/s3cr"et?x=1'


@pytest.mark.parametrize(
    "said", [SECRET, json.dumps({"url": SECRET}), f"/x?to={quote(SECRET, safe='')}"]
)
def test_a_secret_is_hidden_however_it_is_spelled(said: str) -> None:
    text = hidden(f"invalid URL {said}: refused", [SECRET, ""])
    assert "s3cr" not in text
    assert "[REDACTED]" in text
    assert text.startswith("invalid URL")


@pytest.mark.parametrize("length", range(3, len(SECRET)))
def test_what_a_cut_left_of_it_is_hidden_too(length: int) -> None:
    assert hidden(f"invalid URL {SECRET[:length]}…", [SECRET]) == "invalid URL [REDACTED]…"


def test_other_words_stay() -> None:
    assert hidden("name is empty…", [SECRET]) == "name is empty…"


def test_an_error_is_raised_again_without_it() -> None:
    with pytest.raises(GrafanaError) as caught, discreet([SECRET]):
        raise GrafanaError(f"400: bad {SECRET}", reason=f"bad {SECRET}")
    assert SECRET not in f"{caught.value} {caught.value.message} {caught.value.reason}"


def test_a_secret_within_another_is_hidden_with_it() -> None:
    error = GrafanaError('invalid URL "https://a/hush"', status=400, reason="https://a/hush")
    with pytest.raises(GrafanaError) as raised, discreet(["", "hush", "https://a/hush"]):
        raise error
    assert raised.value.message == 'invalid URL "[REDACTED]"'
    assert (raised.value.reason, raised.value.status) == ("[REDACTED]", 400)
