"""Thresholds, value mappings, overrides, transformations: what colours and shapes values."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from obsdash.author.document import Json, defined, given, place, plain
from obsdash.author.refusals import refuse

Special = Literal["true", "false", "null", "nan", "null+nan", "empty"]

# Every other text is a fixed colour: a name of Grafana's palette (`dark-red`), `#rrggbb`, `text`.
_COLOR_MODES = ("thresholds", "palette-classic", "palette-classic-by-name")


def thresholds(base: str, *steps: tuple[float, str], percent: bool = False) -> Json:
    """Colour values: `thresholds("green", (0.8, "yellow"), (0.9, "red"))`.

    base: the colour below the first step. percent: steps are percentages of min … max.
    """
    values = [value for value, _ in steps]
    if values != sorted(set(values)):
        refuse(f"thresholds must rise from step to step, got {values}", place())
    return {
        "mode": "percentage" if percent else "absolute",
        "steps": [{"color": base, "value": None}]
        + [{"color": color, "value": value} for value, color in steps],
    }


def color_json(color: str) -> Json:
    """Return Grafana's form of a colour mode or a fixed colour."""
    if color in _COLOR_MODES or color.startswith("continuous-"):
        return {"mode": color}
    return {"fixedColor": color, "mode": "fixed"}


def map_values(values: Mapping[Any, str | tuple[str, str]]) -> Json:
    """Show texts for values: `map_values({0: ("down", "red"), 1: ("up", "green")})`."""
    return {
        "type": "value",
        "options": {
            str(value): _result(text, index) for index, (value, text) in enumerate(values.items())
        },
    }


def map_range(low: float | None, high: float | None, text: str, color: str = "") -> Json:
    """Show a text for the values low … high; None leaves an end open."""
    ends = {"from": low, "to": high}  # an end that is null, Grafana 9 takes for 0: leave it out
    options = defined(**ends) | {"result": _result((text, color), 0)}
    return {"type": "range", "options": options}


def map_special(match: Special, text: str, color: str = "") -> Json:
    """Show a text for values that are missing or no number."""
    return {"type": "special", "options": {"match": match, "result": _result((text, color), 0)}}


def _result(text: str | tuple[str, str], index: int) -> Json:
    text, color = (text, "") if isinstance(text, str) else text
    return given(text=text, color=color) | {"index": index}


def override(
    *,
    by_name: str = "",
    by_regex: str = "",
    by_query: str = "",
    by_type: str = "",
    unit: str | None = None,
    decimals: int | None = None,
    min: float | None = None,  # noqa: A002 (Grafana's word)
    max: float | None = None,  # noqa: A002
    display_name: str | None = None,
    color: str | None = None,
    thresholds: Json | None = None,
    mappings: Sequence[Json] | None = None,
    links: Sequence[Any] | None = None,
    **custom: Any,
) -> Json:
    """Treat some series or columns differently; exactly one `by_…` says which.

    by_query: a refId. by_type: `number`, `string`, `time`.
    custom: further options in Grafana's own names: `lineWidth=2, axisPlacement="right", width=90`.
    """
    matchers = given(byName=by_name, byRegexp=by_regex, byFrameRefID=by_query, byType=by_type)
    if len(matchers) != 1:
        refuse("an override needs exactly one of by_name, by_regex, by_query, by_type", place())
    if re.search(r"\(\?[a-zA-Z]", by_regex):  # (?: and (?= are known
        refuse(
            f"an override's by_regex is matched by JavaScript, which does not know {by_regex!r}",
            place(),
            'write flags behind it: "/^error/i"',
        )
    properties = {
        "unit": unit,
        "decimals": decimals,
        "min": min,
        "max": max,
        "displayName": display_name,
        "color": color_json(color) if color else None,
        "thresholds": thresholds,
        "mappings": mappings,
        "links": links,
    } | {f"custom.{name}": value for name, value in custom.items()}
    [(matcher, options)] = matchers.items()
    return {
        "matcher": {"id": matcher, "options": options},
        "properties": [
            {"id": name, "value": plain(value)}
            for name, value in properties.items()
            if value is not None
        ],
    }


def transform(name: str, **options: Any) -> Json:
    """Reshape the data of a panel: `transform("organize", renameByName={"Value": "Use"})`."""
    return {"id": name, "options": plain(options)}
