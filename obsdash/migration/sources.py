"""The data sources of a server, and what the spellings of a reference mean there."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

BUILT_IN = {
    "-- Grafana --": {"type": "datasource", "uid": "grafana"},
    "grafana": {"type": "datasource", "uid": "grafana"},
    "-- Mixed --": {"type": "datasource", "uid": "-- Mixed --"},
    "-- Dashboard --": {"type": "datasource", "uid": "-- Dashboard --"},
}


class Source(NamedTuple):
    """A data source as references name it."""

    uid: str
    name: str
    type: str
    default: bool = False


@dataclass(frozen=True, slots=True)
class Sources:
    """The data sources of one server; none when nobody could ask for them."""

    known: tuple[Source, ...] = ()

    @classmethod
    def listed(cls, answers: Iterable[Any]) -> "Sources":
        """Read what the server says of its data sources, objects as `/api/datasources` has them."""
        found = [answer for answer in answers if isinstance(answer, dict) and answer.get("uid")]
        return cls(
            tuple(
                Source(
                    str(one["uid"]),
                    str(one.get("name") or ""),
                    str(one.get("type") or ""),
                    one.get("isDefault") is True,
                )
                for one in found
            )
        )

    @property
    def default(self) -> dict[str, str] | None:
        """The reference of the server's default data source."""
        return next((_reference(one) for one in self.known if one.default), None)

    def resolved(self, reference: Any) -> Any:
        """Return `{type, uid}`; what the server does not know stays as it is, text as `{uid}`."""
        if not isinstance(reference, str | dict) or reference in ("default", {}):
            return self.default
        if not isinstance(reference, str):
            return self._named(reference.get("uid")) or self._typed(reference) or reference
        return self._named(reference) or {"uid": reference}

    def _typed(self, reference: dict[str, Any]) -> dict[str, str] | None:
        """Return what only a type stands for: the default if it is of it, or the first one."""
        if reference.get("uid") is not None:
            return None
        found = [_reference(one) for one in self.known if one.type == reference.get("type")]
        return self.default if self.default in found else next(iter(found), None)

    def _named(self, name: Any) -> dict[str, str] | None:
        if not isinstance(name, str):
            return None
        if name in BUILT_IN:
            return dict(BUILT_IN[name])
        by_uid = (one for one in self.known if one.uid == name)
        by_name = (one for one in self.known if one.name == name)
        found = next(by_uid, None) or next(by_name, None)
        return _reference(found) if found else None


def _reference(source: Source) -> dict[str, str]:
    return {"type": source.type, "uid": source.uid}


NONE = Sources()
