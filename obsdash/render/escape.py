"""Texts of foreign origin must not steer a terminal."""

import re

# C0 and C1 controls (but not tab), the escape that starts sequences, and bidirectional overrides.
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """Return one line that is safe to print: control characters become their escapes."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)
