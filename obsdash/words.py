"""Small matters of wording that messages share."""

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'prod'?`, or nothing when no known word is close."""
    from difflib import get_close_matches  # 4 ms that only a mistake should pay

    match = get_close_matches(word, sorted(known), n=1, cutoff=0.5)
    return f"; did you mean {match[0]!r}?" if match else ""


def count(number: int, noun: str, plural: str = "") -> str:
    """Return `1 panel`, `2 panels`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
