"""Durations as Prometheus reads and writes them."""

import re

UNITS = (
    ("y", 365 * 24 * 3600 * 1000, True),
    ("w", 7 * 24 * 3600 * 1000, True),
    ("d", 24 * 3600 * 1000, False),
    ("h", 3600 * 1000, False),
    ("m", 60 * 1000, False),
    ("s", 1000, False),
    ("ms", 1, False),
)  # the name, milliseconds, whether it is used only where nothing is left over
PATTERN = re.compile("".join(rf"(?:(\d+){unit})?" for unit, _, _ in UNITS))


def milliseconds(text: str) -> int | None:
    """Return how long a duration is, None when it is none."""
    if text == "0":
        return 0
    match = PATTERN.fullmatch(text)
    if not text or not match:
        return None
    pairs = zip(match.groups(), UNITS, strict=True)
    return sum(int(number) * size for number, (_, size, _) in pairs if number)


def rendered(length: int) -> str:
    """Write a number of milliseconds the shortest way."""
    if not length:
        return "0s"
    parts = []
    for unit, size, exact in UNITS:
        if exact and length % size:
            continue
        count, length = divmod(length, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts)
