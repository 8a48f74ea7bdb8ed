"""The lines of a JSON file's objects, found only when somebody asks."""

import re
import zlib
from bisect import bisect_right
from collections.abc import ItemsView, Iterator, Mapping
from functools import cached_property
from typing import Any

import orjson

from obsdash.origin import Mark, Origin, escape

_OBJECT = re.compile(rb'"(?:[^"\\]|\\.)*"|(\{)')  # a text, to be skipped, or the start of an object


class JsonPlaces(Mapping[str, Mark]):
    """Marks of the part of a JSON file that `inside` points at.

    The whole and every object that stands in a list have one.
    """

    def __init__(self, name: str, content: bytes, inside: str) -> None:
        self.name = name
        self.inside = inside
        self._packed = zlib.compress(content, 1)  # most are never asked for
        self._line = content.count(b"\n", 0, content.find(b"{") + 1) + 1

    def __getitem__(self, pointer: str) -> Mark:
        if not pointer and not self.inside:
            return Mark(Origin(self.name, self._line))
        return self._marks[pointer]

    def __iter__(self) -> Iterator[str]:
        return iter(self._marks)

    def __len__(self) -> int:
        return len(self._marks)

    def items(self) -> ItemsView[str, Mark]:
        """Return all at once, and keep none: who asks so does it once, for every file."""
        return self._found().items()

    @cached_property
    def _marks(self) -> dict[str, Mark]:
        return self._found()

    def _found(self) -> dict[str, Mark]:
        content = zlib.decompress(self._packed)
        begun = [match.start() for match in _OBJECT.finditer(content) if match[1]]
        objects = list(_objects(orjson.loads(content), ""))
        if len(begun) != len(objects):  # a key stands twice in an object: lines cannot be told
            return {"": Mark(Origin(self.name, 0))}
        ends = [match.start() for match in re.finditer(rb"\n", content)]
        size = len(self.inside)
        return {
            pointer[size:]: Mark(Origin(self.name, bisect_right(ends, start) + 1))
            for (pointer, listed), start in zip(objects, begun, strict=True)
            if pointer == self.inside or (listed and pointer.startswith(f"{self.inside}/"))
        }


def _objects(value: Any, pointer: str, listed: bool = False) -> Iterator[tuple[str, bool]]:
    """Yield the pointer of each object in the order of the text, and whether it is in a list."""
    if isinstance(value, dict):
        yield pointer, listed
        for key, item in value.items():
            if isinstance(item, dict | list):
                yield from _objects(item, f"{pointer}/{escape(key)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict | list):
                yield from _objects(item, f"{pointer}/{index}", listed=True)
