"""The data sources there are, as the definitions and a Grafana say."""

from collections.abc import Iterable, Mapping
from typing import Any

from obsdash.http import AnswerError, Client
from obsdash.resource import DATASOURCE, Resource
from obsdash.verify.model import DataSource
from obsdash.verify.timing import duration_or

_FORBIDDEN = 403


def defined_sources(resources: Iterable[Resource]) -> tuple[DataSource, ...]:
    """Return the data sources that the project defines."""
    return tuple(data_source(r.spec) for r in resources if r.ref.kind == DATASOURCE)


def grafana_sources(client: Client) -> tuple[DataSource, ...] | None:
    """Return a Grafana's data sources, None when we may not see them; raises TargetError."""
    try:
        found = client.get_json("/api/datasources")
    except AnswerError as error:
        if error.status == _FORBIDDEN:
            return None
        raise
    entries = found if isinstance(found, list) else []
    return tuple(data_source(entry) for entry in entries if isinstance(entry, Mapping))


def data_source(entry: Mapping[str, Any]) -> DataSource:
    """Read what Grafana's API says of a data source."""
    settings = entry.get("jsonData")
    interval = settings.get("timeInterval") if isinstance(settings, Mapping) else None
    blank = DataSource("")
    return DataSource(
        type=str(entry.get("type") or ""),
        uid=str(entry.get("uid") or ""),
        name=str(entry.get("name") or ""),
        default=entry.get("isDefault") is True,
        scrape=duration_or(str(interval or ""), blank.scrape),
    )
