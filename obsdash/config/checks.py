"""A TOML table that is asked for what it should hold, and notes what is wrong with its line."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from obsdash import secrets
from obsdash.errors import ConfigError
from obsdash.origin import Origin
from obsdash.words import nearest

FILE = "pyproject.toml"
_INDEX = re.compile(r"\[(\d+)\]")


class Table:
    """Values under a dotted path; `errors` is shared by all tables of one file."""

    def __init__(self, values: Any, path: str, source: str, errors: list[ConfigError]) -> None:
        self.path = path
        self.source = source
        self.errors = errors
        self.values: Mapping[str, Any] = values if isinstance(values, dict) else {}
        if not isinstance(values, dict):
            self.wrong("", "must be a table")

    def known(self, *names: str) -> None:
        """Refuse every other key, naming the nearest known one."""
        for key in self.values.keys() - set(names):
            self.wrong(key, f"is not known{nearest(key, names)}", help_=f"keys: {', '.join(names)}")

    def wrong(self, key: str, why: str, *, help_: str = "") -> None:
        """Note that a value cannot be used."""
        name = ".".join(part for part in ("tool.obsdash", self.path, key) if part)
        origin = Origin(FILE, self.line(key))
        self.errors.append(ConfigError(f"{name} {why}", origin=origin, help=help_))

    def text(self, key: str, default: str = "") -> str:
        """Return a string."""
        value = self.values.get(key, default)
        if isinstance(value, str):
            return value
        self.wrong(key, "must be a string")
        return default

    def required(self, key: str) -> str:
        """Return a string that must be there and not be empty."""
        value = self.text(key)
        if not value and isinstance(self.values.get(key, ""), str):
            self.wrong(key, "is missing")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings."""
        value = self.values.get(key, [])
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self.wrong(key, "must be a list of strings")
        return ()

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false."""
        value = self.values.get(key, default)
        if isinstance(value, bool):
            return value
        self.wrong(key, "must be true or false")
        return default

    def number(self, key: str) -> int:
        """Return a whole number, 0 when absent."""
        value = self.values.get(key, 0)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        self.wrong(key, "must be a whole number")
        return 0

    def secret(self, key: str) -> str:
        """Return a secret's reference, "" when absent."""
        if key not in self.values:
            return ""
        try:
            return secrets.check(self.values[key], key)
        except ConfigError as error:
            self.wrong(key, "must be a reference, not the secret itself", help_=error.help)
            return ""

    def url(self, key: str, value: Any) -> str:
        """Return a URL without credentials and without a slash at its end."""
        parts = urlsplit(value) if isinstance(value, str) else urlsplit("")
        if parts.username or parts.password:
            self.wrong(key, "holds credentials", help_='use user = "…" and password = "env:NAME"')
        elif parts.scheme not in ("http", "https") or not parts.hostname:
            self.wrong(key, "must be a URL that starts with http:// or https://")
        else:
            return str(value).rstrip("/")
        return ""

    def table(self, key: str) -> "Table":
        """Return the table under a key; an empty one when absent."""
        return self._child(self.values.get(key, {}), key)

    def tables(self) -> Iterator[tuple[str, "Table"]]:
        """Yield each key and the table it holds."""
        for key, value in self.values.items():
            yield key, self._child(value, key)

    def list_of_tables(self, key: str) -> list["Table"]:
        """Return the tables of a list."""
        value = self.values.get(key, [])
        if not isinstance(value, list):
            self.wrong(key, "must be a list of tables")
            return []
        return [self._child(item, f"{key}[{index}]") for index, item in enumerate(value)]

    def check_name(self, name: str, pattern: re.Pattern[str]) -> None:
        """Note a table whose own name is not a name."""
        if not pattern.fullmatch(name):
            self.wrong("", "must be named with letters, digits, '.', '_' or '-'")

    def line(self, key: str = "") -> int:
        """Return the line of a key, as near as a search can tell; 0 when unknown."""
        lines = self.source.splitlines()
        start = _entry(lines, _header(lines, self.path), self.path)
        return _find(lines, start, key) or start if key else start

    def _child(self, value: Any, key: str) -> "Table":
        return Table(value, f"{self.path}.{key}" if self.path else key, self.source, self.errors)


def _header(lines: list[str], path: str) -> int:
    """Return the line of the nearest table header around a dotted path."""
    parts = _INDEX.sub("", path).split(".") if path else []
    for length in range(len(parts), -1, -1):
        header = ".".join(["tool", "obsdash", *parts[:length]])
        for number, line in enumerate(lines, 1):
            if line.strip().startswith((f"[{header}]", f"[[{header}]]")):
                return number
    return 0


def _entry(lines: list[str], start: int, path: str) -> int:
    """Return the line of the list entry that a path ends in, `start` when it ends in none."""
    index = _INDEX.search(path)
    if not index:
        return start
    key = path[: index.start()].rpartition(".")[2]
    first = _find(lines, start, key) or start
    braces = 0
    for number, line in enumerate(lines[first - 1 :], first):
        braces += line.count("{")
        if braces > int(index[1]):
            return number
    return first


def _find(lines: list[str], start: int, key: str) -> int:
    """Return the first line from `start` (1-based) on that sets a key, 0 when none does."""
    word = re.compile(rf"""(?<![\w-])["']?{re.escape(key)}["']?\s*=""")
    numbered = enumerate(lines[max(start - 1, 0) :], max(start, 1))
    return next((number for number, line in numbered if word.search(line)), 0)
