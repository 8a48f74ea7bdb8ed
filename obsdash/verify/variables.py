"""What a dashboard's variables stand for, as Grafana would fill them in."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from obsdash.promql import Verbatim, variables
from obsdash.verify.collect import source_of, variables_of
from obsdash.verify.model import Window
from obsdash.verify.timing import duration_or, rounded, spelled

Value = str | tuple[str, ...]
Values = Mapping[str, Value]

_ALL = "$__all"


@dataclass(frozen=True, slots=True)
class Variable:
    """One of a dashboard's variables."""

    name: str
    type: str
    spec: Mapping[str, Any]

    @property
    def text(self) -> str:
        """Return what is written where others have a query."""
        query = self.spec.get("query")
        return query if isinstance(query, str) else ""

    @property
    def listed(self) -> list[str]:
        """Return the choices that are written down: `a,b`, or with texts `One : 1,Two : 2`."""
        parts = re.split(r"(?<!\\),", self.text)
        chosen = (part.replace("\\,", ",").rpartition(" : ")[2].strip() for part in parts)
        return [choice for choice in chosen if choice]

    @property
    def several(self) -> bool:
        """Whether Grafana treats its value as a choice of several."""
        return bool(self.spec.get("multi") or self.spec.get("includeAll"))

    @property
    def saved(self) -> tuple[str, ...]:
        """Return the saved choice; () when there is none."""
        current = self.spec.get("current")
        value = current.get("value") if isinstance(current, Mapping) else None
        found = value if isinstance(value, list) else [value]
        return tuple(str(item) for item in found if item not in (None, ""))

    def choose(self, offered: Sequence[str]) -> Value:
        """Return what Grafana shows first: the saved choice as far as offered, else All, else the
        first.
        """
        kept = tuple(value for value in self.saved if value in offered)
        if self.spec.get("includeAll") and (_ALL in self.saved or not kept):
            every = self.spec.get("allValue")
            return Verbatim(every) if every else tuple(offered)
        kept = kept or tuple(offered[:1])
        if self.several:
            return kept
        return kept[0] if kept else ""

    def fallback(self) -> Value | None:
        """Return what to take when its query cannot be run; None when nothing is known."""
        if self.saved and _ALL not in self.saved:
            return self.saved if self.several else self.saved[0]
        every = self.spec.get("allValue") if self.spec.get("includeAll") else None
        return Verbatim(every) if every else None

    def matching(self, found: Sequence[str]) -> list[str]:
        """Return what the variable's regex lets through, or the part it picks; once each."""
        pattern = self.spec.get("regex")
        regex = _regex(pattern if isinstance(pattern, str) else "")
        if regex is None:
            return list(dict.fromkeys(found))
        matches = (match for value in found if (match := regex.search(value)))
        return list(dict.fromkeys(picked for match in matches if (picked := _picked(match))))


def dashboard_variables(spec: Mapping[str, Any]) -> list[Variable]:
    """Return a dashboard's variables, each after those that it depends on."""
    found = [
        Variable(str(entry.get("name") or ""), str(entry.get("type") or ""), entry)
        for entry in variables_of(spec)
        if isinstance(entry, Mapping)
    ]
    return list(_ordered(found))


def static_value(variable: Variable, window: Window) -> str:
    """Return the value of a variable that neither asks anybody nor has a list of choices."""
    match variable.type:
        case "interval":
            return _interval(variable, variable.listed, window)
        case "constant" | "textbox":
            return (variable.saved or (variable.text,))[0]
        case _:
            return (variable.saved or ("",))[0]


def built_in(window: Window, scrape: timedelta, *, instant: bool, title: str = "") -> Values:
    """Return Grafana's own variables, for a panel that asks with this window."""
    step, length = window.step, window.length
    rate = max(4 * scrape, step + scrape)
    seconds = round(length.total_seconds())
    return {
        "__interval": spelled(step),
        "__interval_ms": str(_millis(step)),
        "__rate_interval": spelled(rate),
        "__rate_interval_ms": str(_millis(rate)),
        "__range": f"{seconds}s",
        "__range_s": str(seconds),
        "__range_ms": str(_millis(length)),
        "__auto": f"{seconds}s" if instant else spelled(step),
        "__from": str(int(window.start.timestamp() * 1000)),
        "__to": str(int(window.end.timestamp() * 1000)),
        "__dashboard": title,
        "__org": "1",
        "__user": "obsdash",
        "__timezone": "utc",
    }


def _regex(pattern: str) -> re.Pattern[str] | None:
    """Read a JavaScript regular expression, `/…/i` or bare; None when there is nothing to read."""
    delimited = re.fullmatch(r"/(.*)/([a-z]*)", pattern, re.DOTALL)
    body, flags = delimited.groups() if delimited else (pattern and f"^{pattern}$", "")
    try:
        ours = re.sub(r"\(\?<(?=[A-Za-z])", "(?P<", body)
        return re.compile(ours, re.IGNORECASE if "i" in flags else 0) if body else None
    except re.error:
        return None  # a construct that only JavaScript has: rather too many values than none


def _picked(match: re.Match[str]) -> str:
    named = match.groupdict()
    return named.get("value") or named.get("text") or (match[1] if match.re.groups else match[0])


def _interval(variable: Variable, offered: Sequence[str], window: Window) -> str:
    """Return the chosen interval; `auto` is a share of the range."""
    saved = (variable.saved or ("",))[0]
    auto = variable.spec.get("auto") is True
    if saved in offered and saved:
        return saved
    if not auto:
        return next(iter(offered), "1m")
    count = variable.spec.get("auto_count")
    count = count if isinstance(count, int) and count > 0 else 30
    least = duration_or(str(variable.spec.get("auto_min") or ""), timedelta(seconds=10))
    return spelled(max(least, rounded(window.length / count)))


def _ordered(found: list[Variable]) -> Iterator[Variable]:
    """Yield each variable after those it names; those in a circle come as they stand."""
    names = {variable.name for variable in found}
    left, known = list(found), set[str]()
    while left:
        ready = [v for v in left if not (_named(v) & names) - known - {v.name}] or left[:1]
        known |= {variable.name for variable in ready}
        yield from ready
        left = [variable for variable in left if variable not in ready]


def _named(variable: Variable) -> frozenset[str]:
    source = source_of(variable.spec.get("datasource"))
    query = json.dumps(variable.spec.get("query"), default=str)
    return variables(f"{query} {source.uid} {variable.spec.get('regex') or ''}")


def _millis(value: timedelta) -> int:
    return round(value / timedelta(milliseconds=1))
