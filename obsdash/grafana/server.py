"""Which Grafana it is, and what differs between versions. Every difference stands here."""

import re
from dataclasses import dataclass

# Types of data sources that got another name: old, new, and the first version that knows the new.
RENAMED_SOURCES = (
    ("phlare", "grafana-pyroscope-datasource", (10, 1, 0)),
    ("testdata", "grafana-testdata-datasource", (10, 2, 0)),
    ("postgres", "grafana-postgresql-datasource", (10, 2, 3)),
)

_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")


@dataclass(frozen=True, slots=True)
class Server:
    """A Grafana of one version; `text` is the version as the server writes it, "" if it hides it.

    A version that is hidden everywhere counts as a new one: its refusals are reported as they come.
    """

    text: str = ""

    def __str__(self) -> str:
        return f"Grafana {self.text}".rstrip()

    @property
    def version(self) -> tuple[int, int, int]:
        """Return the numbers of `12.4.0-9812.patch1`, (12, 4, 0)."""
        found = _VERSION.match(self.text)
        return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else (999, 0, 0)

    def source_type(self, name: str) -> str:
        """Return what this server calls a type of data source, old or new name given."""
        for old, new, since in RENAMED_SOURCES:
            if name in (old, new):
                return new if self.version >= since else old
        return name

    @property
    def database_in_settings(self) -> bool:
        """Whether SQL data sources have the database's name in jsonData, not beside it."""
        return self.version >= (9, 4, 0)

    @property
    def unique_titles(self) -> bool:
        """Whether a folder holds one dashboard a title only."""
        return self.version < (11, 3, 0)

    @property
    def unique_library_names(self) -> bool:
        """Whether a folder holds one library panel a name only; from 11 on the server decides."""
        return self.version < (11, 0, 0)

    @property
    def nested_folders(self) -> bool:
        """Whether a folder can hold folders (before 11.0 only behind a feature flag)."""
        return self.version >= (11, 0, 0)

    @property
    def folder_counts(self) -> bool:
        """Whether the server says what a folder holds."""
        return self.version >= (10, 0, 0)

    @property
    def provenance_in_lists(self) -> bool:
        """Whether the lists of mute timings and templates say who wrote each."""
        return self.version >= (12, 0, 0)

    @property
    def active_timings(self) -> bool:
        """Whether a policy can say when it is active, not only when it is mute."""
        return self.version >= (12, 1, 0)

    @property
    def search_lags(self) -> bool:
        """Whether the search, and counts, follow a write only after a while."""
        return self.version >= (12, 0, 0)

    @property
    def whole_rule_groups(self) -> bool:
        """Whether a write of a rule group makes new rules with our uids, and keeps their order."""
        return self.version >= (11, 5, 2)

    @property
    def deletes_rule_groups(self) -> bool:
        """Whether a rule group can be deleted in one call."""
        return self.version >= (11, 0, 0)

    @property
    def title_twins(self) -> bool:
        """Whether a folder holds several alert rules of one title."""
        return self.version >= (12, 0, 0)

    @property
    def keeps_firing(self) -> bool:
        """Whether a rule can have `keep_firing_for`."""
        return self.version >= (12, 0, 0)

    @property
    def ends_with_series(self) -> bool:
        """Whether a rule can say that an alert ends as soon as its series does."""
        return self.version >= (12, 0, 0)

    @property
    def recording_rules(self) -> bool:
        """Whether there are recording rules (before 12.1 only behind a feature flag)."""
        return self.version >= (12, 1, 0)
