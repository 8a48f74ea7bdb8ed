"""The data sources of the project, as references are resolved to them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from obsdash.adapters.draft import Draft, text_of
from obsdash.resource import DATASOURCE


@dataclass(frozen=True, slots=True)
class Source:
    """One data source."""

    uid: str
    type: str
    default: bool = False


@dataclass(frozen=True, slots=True)
class Sources:
    """The data sources of the project, by uid and by name."""

    known: Mapping[str, Source] = field(default_factory=dict)

    @classmethod
    def of(cls, drafts: Iterable[Draft]) -> "Sources":
        """Pick the data sources out of all drafts; a uid goes before an equal name."""
        by_uid: dict[str, Source] = {}
        by_name: dict[str, Source] = {}
        for draft in drafts:
            if draft.ref.kind == DATASOURCE:
                default = draft.spec.get("isDefault") is True
                source = Source(draft.ref.uid, text_of(draft.spec, "type"), default)
                by_uid[source.uid] = source
                by_name[text_of(draft.spec, "name")] = source
        return cls({**by_name, **by_uid})

    def named(self, name: str) -> Source | None:
        """Return the data source with a uid or name."""
        return self.known.get(name)

    @property
    def default(self) -> Source | None:
        """Return the default data source."""
        return next((source for source in self.known.values() if source.default), None)

    def of_type(self, kind: str) -> Source | None:
        """Return the only data source of a type, or the default if it is of it."""
        found = {source.uid: source for source in self.known.values() if source.type == kind}
        defaults = [source for source in found.values() if source.default]
        if defaults or len(found) == 1:
            return (defaults or list(found.values()))[0]
        return None
