"""One spelling of an Alertmanager configuration."""

import re
from collections.abc import Callable, Mapping
from typing import Any

Matcher = tuple[str, str, str]  # label, operator, value

_MATCHER = re.compile(
    r"""\s*(?P<name>"(?:[^"\\]|\\.)*"|[^\s"=!~{},]+)
        \s*(?P<is>=~|!~|!=|=)
        \s*(?P<value>"(?:[^"\\]|\\.)*"|[^",}]*?)\s*(?=,|$)""",
    re.VERBOSE,
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ESCAPED = re.compile(r'\\([\\"n])')
MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)


def respelled(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration with matchers, headers and times in one spelling, all else as it is.

    Every list keeps its items' places.
    """
    return {key: _PARTS.get(key, _as_it_is)(value) for key, value in config.items()}


def _as_it_is(value: Any) -> Any:
    return value


def _each(respell: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Any], Any]:
    """Return what respells the objects of a list."""

    def items(value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return [respell(item) if isinstance(item, dict) else item for item in value]

    return items


def _route(route: Any) -> Any:
    if not isinstance(route, dict):
        return route
    rest = {key: value for key, value in route.items() if key not in _MATCHERS}
    if "routes" in rest:
        rest["routes"] = _each(_route)(rest["routes"])
    return {**rest, **_matchers(route, "matchers", "match", "match_re")}


_MATCHERS = ("matchers", "match", "match_re")


def _inhibition(rule: dict[str, Any]) -> dict[str, Any]:
    found = dict(rule)
    for side in ("source", "target"):
        names = f"{side}_matchers", f"{side}_match", f"{side}_match_re"
        for name in names:
            found.pop(name, None)
        found |= _matchers(rule, *names)
    return found


def _matchers(holder: dict[str, Any], new: str, equal: str, regex: str) -> dict[str, Any]:
    """Return all matchers of a route or one side of an inhibition under the name of the new key."""
    listed = holder.get(new)
    odd = listed is not None and not isinstance(listed, list)
    if odd or not all(isinstance(holder.get(key) or {}, dict) for key in (equal, regex)):
        return {key: holder[key] for key in (new, equal, regex) if key in holder}
    found = [one for text in listed or () for one in _split(text)]
    found += [matcher(name, "=", value) for name, value in (holder.get(equal) or {}).items()]
    found += [matcher(name, "=~", value) for name, value in (holder.get(regex) or {}).items()]
    return {new: sorted(found, key=str)} if found else {}


def _split(text: Any) -> list[Any]:
    """Take a text of one or several matchers apart; what is none stays as it is."""
    found = parsed(text) if isinstance(text, str) else None
    return [text] if found is None else [matcher(*one) for one in found]


def parsed(text: str) -> list[Matcher] | None:
    """Return the matchers in a text of one or several, None when it holds something else."""
    inner = text.strip()
    if inner.startswith("{") and inner.endswith("}"):
        inner = inner[1:-1]
    found, position = list[Matcher](), 0
    while match := _MATCHER.match(inner, position):
        found.append((_plain(match["name"]), match["is"], _plain(match["value"])))
        if match.end() == len(inner):
            return found
        position = match.end() + 1
    return found if found and not inner[position:].strip() else None


def matcher(name: Any, operator: str, value: Any) -> str:
    """Write a matcher as Alertmanager does: `severity="critical"`."""
    label = str(name) if _NAME.fullmatch(str(name)) else _quoted(str(name))
    return f"{label}{operator}{_quoted(str(value))}"


def _plain(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    return _ESCAPED.sub(lambda found: "\n" if found[1] == "n" else found[1], text)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _receiver(receiver: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _each(_integration(key))(value) if key.endswith("_configs") else value
        for key, value in receiver.items()
    }


def _integration(kind: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return what respells an integration."""
    own = _INTEGRATIONS.get(kind, _as_it_is)

    def respell(config: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = _http(own(config))
        return _with_slash(found, "api_url") if kind in _SLASHED else found

    return respell


def _global(config: Any) -> Any:
    if not isinstance(config, dict):
        return config
    found = _http(config)
    for kind in _SLASHED:
        found = _with_slash(found, f"{kind.removesuffix('_configs')}_api_url")
    return found


_SLASHED = ("opsgenie_configs", "victorops_configs", "wechat_configs")  # by Alertmanager itself


def _with_slash(config: dict[str, Any], key: str) -> dict[str, Any]:
    url = config.get(key)
    return {**config, key: f"{url.rstrip('/')}/"} if isinstance(url, str) and url else config


def _http(config: dict[str, Any]) -> dict[str, Any]:
    """Write a bearer token as the authorization that it is."""
    http = config.get("http_config")
    if not isinstance(http, dict) or "authorization" in http:
        return config
    tokens = {
        key.replace("bearer_token", "credentials"): value
        for key, value in http.items()
        if key in ("bearer_token", "bearer_token_file") and value
    }
    if not tokens:
        return config
    rest = {key: value for key, value in http.items() if not key.startswith("bearer_token")}
    authorization = {"type": "Bearer", **tokens}
    return {**config, "http_config": {**rest, "authorization": authorization}}


def _email(config: dict[str, Any]) -> dict[str, Any]:
    headers = config.get("headers")
    if not isinstance(headers, dict):
        return config
    named = {"-".join(map(str.capitalize, str(k).split("-"))): v for k, v in headers.items()}
    return {**config, "headers": named}


def _jira(config: dict[str, Any]) -> dict[str, Any]:
    return {
        key: {"template": value} if _is_short(key, value) else value
        for key, value in config.items()
    }


def _is_short(key: str, value: Any) -> bool:
    return key in ("summary", "description") and isinstance(value, str)


_INTEGRATIONS = {"email_configs": _email, "jira_configs": _jira}


def _times(named: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _each(_interval)(value) if key == "time_intervals" else value
        for key, value in named.items()
    }


def _interval(interval: dict[str, Any]) -> dict[str, Any]:
    return {
        key: [_range(one) for one in value]
        if key in ("weekdays", "days_of_month", "months", "years") and isinstance(value, list)
        else value
        for key, value in interval.items()
    }


def _range(text: Any) -> Any:
    """Return `1:3` for `January:March` and 1 alike."""
    if not isinstance(text, str | int):
        return text
    ends = str(text).lower().split(":")
    return ":".join(str(MONTHS.index(end) + 1) if end in MONTHS else end for end in ends)


_PARTS: Mapping[str, Callable[[Any], Any]] = {
    "global": _global,
    "route": _route,
    "inhibit_rules": _each(_inhibition),
    "receivers": _each(_receiver),
    "time_intervals": _each(_times),
    "mute_time_intervals": _each(_times),
}
