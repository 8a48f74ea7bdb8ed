"""What a dashboard's variables stand for, as Grafana would fill them in."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from obsdash.promql import substitute, variables
from obsdash.resource import Spec
from obsdash.verify.collect import source_of
from obsdash.verify.model import Window

Values = Mapping[str, str | Sequence[str]]

_ALL = "$__all"
_UNKNOWN = re.compile(r"\d+|__.*")  # capture groups of label_replace(), macros of other sources


@dataclass(frozen=True, slots=True)
class Variable:
    """One of a dashboard's variables."""

    name: str
    type: str
    spec: Spec

    @property
    def current(self) -> str | list[str]:
        """Return the saved value: "" when there is none."""
        value = (self.spec.get("current") or {}).get("value", "")
        return [str(item) for item in value] if isinstance(value, list) else str(value or "")

    @property
    def takes_all(self) -> bool:
        """Whether the saved choice, or the only sensible first one, is All."""
        chosen = self.current in (_ALL, [_ALL])
        return chosen or (not self.current and bool(self.spec.get("includeAll")))

    def choose(self, offered: Sequence[str]) -> str | list[str]:
        """Return what Grafana would show first: the saved value where it is offered, else…"""
        if self.takes_all:
            every = self.spec.get("allValue")
            return str(every) if every else list(offered)
        current = self.current
        if isinstance(current, list):
            return [value for value in current if value in offered] or list(offered[:1])
        return current if current in offered else next(iter(offered), "")

    def offered(self, found: Sequence[str]) -> list[str]:
        """Return the values that the variable's regex lets through, once each."""
        pattern = str(self.spec.get("regex") or "").strip("/")
        if not pattern:
            return list(dict.fromkeys(found))
        regex = re.compile(re.sub(r"\(\?<(?=[A-Za-z])", "(?P<", pattern))
        matches = (match for value in found if (match := regex.search(value)))
        named = (m.groupdict().get("value") or (m[1] if m.re.groups else m[0]) for m in matches)
        return list(dict.fromkeys(value for value in named if value))


def dashboard_variables(spec: Spec) -> list[Variable]:
    """Return a dashboard's variables, each after those that it depends on."""
    section = spec.get("templating")
    entries = section.get("list") if isinstance(section, Mapping) else None
    found = [
        Variable(str(entry.get("name", "")), str(entry.get("type", "")), dict(entry))
        for entry in entries or []
        if isinstance(entry, Mapping)
    ]
    return list(_ordered(found))


def built_in(window: Window, scrape: timedelta) -> dict[str, str]:
    """Return Grafana's own variables for a panel of ordinary width."""
    step, length = window.step, window.length
    rate = max(4 * scrape, step + scrape)
    return {
        "__interval": _duration(step),
        "__interval_ms": str(_millis(step)),
        "__rate_interval": _duration(rate),
        "__rate_interval_ms": str(_millis(rate)),
        "__range": f"{int(length.total_seconds())}s",
        "__range_s": str(int(length.total_seconds())),
        "__range_ms": str(_millis(length)),
        "__auto": _duration(rate),
        "__from": str(int(window.start.timestamp() * 1000)),
        "__to": str(int(window.end.timestamp() * 1000)),
        "__dashboard": "",
        "__name": "",
        "__org": "1",
        "__user": "obsdash",
        "timeFilter": "true",
    }


def static_value(variable: Variable, window: Window) -> str | list[str] | None:
    """Return the value of a variable that needs no data source, None for one that does."""
    query = str(variable.spec.get("query") or "")
    if variable.type == "custom":
        return variable.choose([part.split(" : ")[-1].strip() for part in _commas(query)])
    if variable.type == "interval":
        offered = _commas(query)
        chosen = variable.choose(offered)
        automatic = isinstance(chosen, str) and (not chosen or "auto" in chosen)
        return _duration(window.step) if automatic else chosen
    if variable.type in ("constant", "textbox"):
        return variable.current or query
    if variable.type == "switch":
        return variable.current or "false"
    return "" if variable.type not in ("query", "datasource") else None


def fill(text: str, values: Values) -> tuple[str, list[str]]:
    """Return the text with its variables replaced, and the names of those nobody defined."""
    filled = substitute(text, values)
    unknown = sorted(
        name for name in variables(text) - values.keys() if not _UNKNOWN.fullmatch(name)
    )
    return filled, unknown


def _ordered(found: list[Variable]) -> Iterator[Variable]:
    """Yield each variable after those it names; those in a circle come last, as they stand."""
    names = {variable.name for variable in found}
    left, known = list(found), set[str]()
    while left:
        ready = [v for v in left if not (_named(v) & names) - known - {v.name}] or left
        for variable in ready:
            known.add(variable.name)
            yield variable
        left = [variable for variable in left if variable.name not in known]


def _named(variable: Variable) -> frozenset[str]:
    source = source_of(variable.spec.get("datasource"))
    query = json.dumps(variable.spec.get("query"))
    return variables(f"{query} {source.uid} {variable.spec.get('regex') or ''}")


def _commas(text: str) -> list[str]:
    parts = re.split(r"(?<!\\),", text)
    return [part.strip().replace("\\,", ",") for part in parts if part.strip()]


def _duration(value: timedelta) -> str:
    seconds = value.total_seconds()
    return f"{int(seconds)}s" if seconds >= 1 else f"{max(1, _millis(value))}ms"


def _millis(value: timedelta) -> int:
    return int(value / timedelta(milliseconds=1))
