"""Panel ids that stay when other panels come and go."""

from zlib import crc32

_POSITIVE = 0x7FFFFFFF  # Grafana and JavaScript both hold 31 bits without loss


def panel_id(key: str) -> int:
    """Return the id that belongs to a key: positive, below 2³¹, the same on every machine."""
    return (crc32(key.encode()) & _POSITIVE) or 1
