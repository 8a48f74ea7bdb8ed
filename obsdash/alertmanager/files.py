"""The configuration file: what is in it, whose it is, and how ours looks."""

import hashlib
import re
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from obsdash.disk import yaml
from obsdash.disk.whole import Access, access_of, read_or_none, why, write_whole
from obsdash.errors import TargetError
from obsdash.resource import Spec

KEPT = "before-obsdash"  # ends the name of the copy of a file that was taken over
_PRIVATE = Access(0o640)
_HEADER = "# Written by obsdash for project {}; a change by hand is overwritten.\n"
_OURS = re.compile(re.escape(_HEADER).replace(r"\{\}", r"(\S+)").encode())


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it is; content None: there is none."""

    content: bytes | None = field(repr=False)
    access: Access

    @property
    def project(self) -> str:
        """The project whose obsdash wrote it, "" for somebody else's."""
        return whose(self.content)


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The file that an Alertmanager is started with."""

    path: Path
    project: str

    def read(self) -> Found:
        """Return what is there; raises TargetError when it cannot be read."""
        if not self.path.parent.is_dir():
            raise TargetError(
                f"config = {str(self.path)!r}: there is no such folder",
                help="config is Alertmanager's --config.file, as this machine sees it",
            )
        try:
            return Found(read_or_none(self.path), access_of(self.path) or _PRIVATE)
        except OSError as error:
            raise TargetError(f"{self.path} cannot be read: {why(error)}") from error

    def encode(self, spec: Spec) -> bytes:
        """Return our file of a configuration."""
        return encode(spec, self.project)

    def keep(self, found: Found) -> None:
        """Keep a copy beside the file, under a name that is free; raises OSError."""
        names = (f"{self.path.name}.{KEPT}{f'-{n}' if n else ''}" for n in count())
        for copy in map(self.path.with_name, names):
            there = read_or_none(copy)
            if there is None and found.content is not None:
                write_whole(copy, found.content, durable=True, access=found.access)
            if there in (None, found.content):
                return


def encode(spec: Spec, project: str) -> bytes:
    """Return the file that a project's obsdash writes."""
    return header(project).encode() + yaml.dump(spec)


def header(project: str) -> str:
    """Return the line that makes a file a project's."""
    return _HEADER.format(project)


def decode(content: bytes) -> Spec:
    """Return the configuration in a file; raises ValueError when it is none."""
    spec = yaml.load(content)
    if not isinstance(spec, dict):
        raise ValueError("the configuration is a mapping")
    return spec


def whose(content: bytes | None) -> str:
    """Return the project whose obsdash wrote a configuration, "" for somebody else's."""
    match = _OURS.match(content or b"")
    return match[1].decode(errors="replace") if match else ""


def config_hash(content: bytes) -> int:
    """Return what an Alertmanager that has loaded the file shows as its hash."""
    digest = hashlib.md5(content, usedforsecurity=False).digest()
    return int.from_bytes(digest[:6], "little")
