"""Failures that were there before do not fail this run; new ones do."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from obsdash.errors import ConfigError
from obsdash.verify.model import Finding

_Key = tuple[str, str, str]  # resource, part, status


def mark_known(findings: Iterable[Finding], document: Any, name: str) -> tuple[Finding, ...]:
    """Mark each failure that a JSON report of an earlier run has as well.

    name: of the report, for the error when it is none.
    """
    left = Counter(_failures(document, name))
    marked = []
    for finding in findings:
        key = (str(finding.query.ref), finding.query.part, str(finding.status))
        known = not finding.expected and left[key] > 0
        left[key] -= known
        marked.append(replace(finding, known=known))
    return tuple(marked)


def _failures(document: Any, name: str) -> Iterable[_Key]:
    try:
        if document["schemaVersion"] != 1:
            raise ConfigError(f"{name} has schemaVersion {document['schemaVersion']}, not 1")
        return [_key(entry) for entry in document["findings"] if not entry["expected"]]
    except (TypeError, KeyError):
        raise ConfigError(
            f"{name} is no report of verify",
            help=f"obsdash verify --format json > {name} makes one",
        ) from None


def _key(entry: Mapping[str, Any]) -> _Key:
    return str(entry["resource"]), str(entry["part"]), str(entry["status"])
