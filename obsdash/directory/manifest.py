"""`.obsdash.json`: which files and folders in a directory are ours, and what we wrote into them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import orjson

from obsdash.disk.whole import read_or_none, why
from obsdash.errors import TargetError

NAME = ".obsdash.json"
SCHEMA_VERSION = 1

_REMEDY = "restore it, or remove what obsdash wrote there and write anew"


@dataclass(frozen=True, slots=True)
class Manifest:
    """files: relative path → SHA-256 of what was written; folders: of Grafana, by their titles."""

    files: Mapping[str, str] = field(default_factory=dict)
    folders: frozenset[str] = frozenset()

    def encode(self) -> bytes:
        """Return its JSON; equal manifests, equal bytes."""
        document = {
            "schemaVersion": SCHEMA_VERSION,
            "files": dict(self.files),
            "folders": sorted(self.folders),
        }
        options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
        return orjson.dumps(document, option=options)


def load_manifest(root: Path) -> Manifest:
    """Read the manifest of a directory; raises TargetError when it cannot be relied on."""
    file = root / NAME
    try:
        content = read_or_none(file)
    except OSError as error:
        raise TargetError(f"{file} cannot be read: {why(error)}") from error
    if content is None:
        return Manifest()
    try:
        return _decode(orjson.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TargetError(f"{file} is damaged", help=_REMEDY) from error


def _decode(document: Any) -> Manifest:
    if document["schemaVersion"] != SCHEMA_VERSION:
        raise ValueError("of another version")
    files = {_inside(path): str(digest) for path, digest in document["files"].items()}
    return Manifest(files, frozenset(_inside(folder) for folder in document["folders"]))


def _inside(path: str) -> str:
    """Return the path; nobody may make us delete a file outside of the directory."""
    if path.startswith("/") or ".." in PurePosixPath(path).parts:
        raise ValueError("outside")
    return path
