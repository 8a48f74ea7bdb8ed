"""Texts of foreign origin must steer neither a terminal nor a Markdown page."""

import re
from html import escape

# C0 and C1 controls (but not tab), the escape that starts sequences, bidirectional overrides,
# and the halves that stand for bytes of a file name that are not UTF-8.
_CONTROL = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


_MARKDOWN = {character: f"&#{ord(character)};" for character in "\\`*_{}[]()#|~:@"}


def printable(text: str) -> str:
    """Return one line that is safe to print: control characters become their escapes."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def code(text: str) -> str:
    """Return a text that neither Markdown nor HTML nor a mention reads anything into."""
    if not text:
        return ""
    return f"<code>{''.join(_MARKDOWN.get(c) or escape(c) for c in text)}</code>"
