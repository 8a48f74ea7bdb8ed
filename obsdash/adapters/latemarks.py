"""The marks of a grafanalib dashboard, found only when somebody asks."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from obsdash.adapters.plain import plain
from obsdash.origin import DictPlaces, Mark, Origin, split_marks


class LateMarks(Mapping[str, Mark]):
    """Marks by JSON pointer: the dashboard is converted once more, this time with its marks.

    To carry them through every build takes a quarter of its time, and most are never looked at.
    """

    def __init__(self, dashboard: Any, name: str, origin: Origin, places: DictPlaces) -> None:
        self._dashboard = dashboard
        self._name = name
        self._origin = origin
        self._places = places

    def __getitem__(self, pointer: str) -> Mark:
        return self._marks[pointer]

    def __iter__(self) -> Iterator[str]:
        return iter(self._marks)

    def __len__(self) -> int:
        return len(self._marks)

    @cached_property
    def _marks(self) -> dict[str, Mark]:
        document = plain(self._dashboard, self._name, self._origin, places=self._places)
        return {"": Mark(self._origin), **split_marks(document)[1]}
