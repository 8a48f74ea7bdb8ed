"""Encode each file once, however often it is compared and then written."""

from collections.abc import Sequence
from dataclasses import dataclass

from obsdash.directory import formats
from obsdash.resource import Resource


@dataclass(frozen=True, slots=True)
class _Encoded:
    resources: Sequence[Resource]
    content: bytes


class Encoder:
    """Remember the bytes of each file as long as the very same resources are in it."""

    def __init__(self) -> None:
        self._encoded: dict[str, _Encoded] = {}

    def encode(self, path: str, resources: Sequence[Resource]) -> bytes:
        """Return the bytes of a file."""
        known = self._encoded.get(path)
        if known is None or {*map(id, known.resources)} != {*map(id, resources)}:
            known = _Encoded(resources, formats.encode(path, resources))
            self._encoded[path] = known
        return known.content

    def decode(self, path: str, content: bytes, wanted: Sequence[Resource]) -> Sequence[Resource]:
        """Return the resources in a file; raises ValueError when it is damaged.

        Where the bytes are those of known or wanted resources, these are returned and nothing is
        parsed: comparing them with what is wanted then costs nothing either.
        """
        known = self._encoded.get(path)
        if known and known.content == content:
            return known.resources
        if wanted and self.encode(path, wanted) == content:
            return wanted
        return formats.decode(path, content)
