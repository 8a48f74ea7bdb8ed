"""What a load depended on, and whether that has changed; light: every build begins here."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from obsdash.project.files import find_definitions

# Modification time (ns), size, hash of the content; None: there is no such file.
Seen = list[int | str] | None


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that the result of running the definitions depends on.

    definitions: hash of the names of all definition files.
    files: by absolute path: [mtime_ns, size, hash] of what is the project's or was opened,
        [mtime_ns, size] of installed modules, None for what was looked for and is not there.
    folders: absolute path → hash of the names in it.
    environ: name → hash of the value, "" when it is not set; "*" stands for all of them.
    volatile: why the result may change although nothing of this does, "" when it may not.
    """

    definitions: str = ""
    files: Mapping[str, Seen] = field(default_factory=dict)
    folders: Mapping[str, str] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    volatile: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return what `unchanged` needs; holds no value of the environment."""
        return asdict(self)

    @staticmethod
    def unchanged(memo: Mapping[str, Any], root: Path) -> bool:
        """Whether a load of `root` would give the same as the one that `memo` is of."""
        return (
            not memo["volatile"]
            and memo["definitions"] == hash_of_definitions(root)
            and all(_same_file(path, seen) for path, seen in memo["files"].items())
            and all(hash_of_folder(path) == seen for path, seen in memo["folders"].items())
            and all(hash_of_variable(name) == seen for name, seen in memo["environ"].items())
        )


def digest(data: bytes) -> str:
    """Return a short hash."""
    return blake2b(data, digest_size=12).hexdigest()


def hash_of_definitions(root: Path) -> str:
    """Return a hash of the names of all definition files."""
    return digest(os.fsencode("\0".join(file.name for file in find_definitions(root))))


def hash_of_folder(path: str) -> str:
    """Return a hash of the names in a folder, "" when it cannot be read."""
    try:
        return digest(os.fsencode("\0".join(sorted(os.listdir(path)))))  # noqa: PTH208 (5 times quicker)
    except OSError:
        return ""


def hash_of_variable(name: str) -> str:
    """Return a hash of an environment variable, "" when it is not set; "*" is all of them."""
    if name == "*":
        return digest(os.fsencode("\0".join(sorted(f"{k}={v}" for k, v in os.environ.items()))))
    value = os.environ.get(name)
    return "" if value is None else digest(os.fsencode(f"{name}={value}"))


def stamp(path: str, content: bytes | None = None) -> Seen:
    """Return what is remembered of a file: with its hash when the content is given."""
    try:
        stat = os.stat(path)  # noqa: PTH116 (half the time of Path.stat, times 500)
    except OSError:
        return None
    seen: list[int | str] = [stat.st_mtime_ns, stat.st_size]
    return seen if content is None else [*seen, digest(content)]


def _same_file(path: str, seen: Seen) -> bool:
    now = stamp(path)
    if now is None or seen is None:
        return now is seen
    if now == seen[:2]:
        return True
    if len(seen) < 3 or now[1] != seen[1]:
        return False
    try:
        return digest(Path(path).read_bytes()) == seen[2]  # only touched, or checked out again
    except OSError:
        return False
