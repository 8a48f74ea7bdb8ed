"""Which names can be a file's, on every file system."""

import re

LONGEST = 200  # bytes; file systems allow 255, endings and temporary names need some

_FORBIDDEN = re.compile(r"[/\\\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def unusable(name: str) -> str:
    """Return why a name cannot be a file's, "" when it can."""
    if _FORBIDDEN.search(name):
        return "it has a slash or a control character in it"
    if not name or name[0] in ". " or name[-1] in ". ":
        return "it is empty, or begins or ends with a dot or a space"
    if _RESERVED.fullmatch(name):
        return "some systems reserve it"
    return "" if len(name.encode()) <= LONGEST else f"it has more than {LONGEST} bytes"
