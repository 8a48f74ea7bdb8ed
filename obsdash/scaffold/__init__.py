"""What `obsdash init` writes: the files of the folder `project`, and the settings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from obsdash.errors import ConfigError

_FILES = Path(__file__).parent / "project"
_SETTINGS = "pyproject.toml"
_SECTION = b"[tool.obsdash"


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written, or left alone because it was there."""

    path: str
    new: bool


def write_project(folder: Path) -> tuple[Written, ...]:
    """Write a project into a folder, over nothing that is there; raises ConfigError."""
    settings = folder / _SETTINGS
    try:
        if settings.exists() and _SECTION in settings.read_bytes():
            raise ConfigError(f"{settings} has a [tool.obsdash] already: this is a project")
        folder.mkdir(parents=True, exist_ok=True)
        return (_write_settings(settings), *(_write(folder, source) for source in _sources()))
    except OSError as error:
        place = error.filename or folder
        raise ConfigError(f"{place} cannot be written: {error.strerror}") from None


def _sources() -> Iterator[Path]:
    return (path for path in sorted(_FILES.rglob("*")) if path.is_file() and _wanted(path))


def _wanted(path: Path) -> bool:
    return path.name != _SETTINGS and "__pycache__" not in path.parts


def _write_settings(file: Path) -> Written:
    """Write the settings; where the file holds others, add them below."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", file.resolve().parent.name).strip("-._")[:40]
    text = (_FILES / _SETTINGS).read_text(encoding="utf-8").replace("PROJECT", name or "project")
    before = file.read_text(encoding="utf-8").rstrip("\n") + "\n\n" if file.exists() else ""
    file.write_text(before + text, encoding="utf-8")
    return Written(_SETTINGS, new=True)


def _write(folder: Path, source: Path) -> Written:
    path = source.relative_to(_FILES).as_posix()
    # Git and the packaging tools skip files that begin with a dot less surely than none.
    target = folder / re.sub(r"(^|/)dot-", r"\1.", path)
    if target.exists():
        return Written(path, new=False)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes())
    return Written(target.relative_to(folder).as_posix(), new=True)
