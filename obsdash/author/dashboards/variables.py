"""Dashboard variables: the choices at the top of a dashboard."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, ClassVar, Literal

from obsdash.author.dashboards.queries import Source, reference
from obsdash.author.document import Json, given, marked, merged, place
from obsdash.author.refusals import check_fields, check_text, refuse
from obsdash.origin import Origin

Hide = Literal["", "label", "variable"]
Sort = Literal["", "asc", "desc", "numeric", "numeric-desc", "asc-ignore-case", "desc-ignore-case"]
Refresh = Literal["never", "load", "time range"]

_HIDE: tuple[Hide, ...] = ("", "label", "variable")  # Grafana stores the position
_REFRESH: tuple[Refresh, ...] = ("never", "load", "time range")
_SORT: tuple[Sort, ...] = (
    "",
    "asc",
    "desc",
    "numeric",
    "numeric-desc",
    "asc-ignore-case",
    "desc-ignore-case",
)
_ALL = "$__all"


@dataclass(frozen=True)
class Variable:
    """What all variables share; used as `$name` in queries, titles and links.

    default: the value (values, with multi) a new visitor sees; left out, All or the first one.
    """

    name: str
    _: KW_ONLY
    label: str = ""
    description: str = ""
    hide: Hide = ""
    raw: Mapping[str, Any] = field(default_factory=dict)
    origin: Origin | None = field(default_factory=place, repr=False, compare=False)

    kind: ClassVar[str]

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\w+", self.name) or self.name.startswith("__"):
            refuse(
                f"variable name {self.name!r} is not made of letters, digits and underscores",
                self.origin,
            )
        check_fields(self)

    def to_json_data(self) -> Json:
        """Return the variable as Grafana's editor writes it."""
        shared = {
            "hide": _HIDE.index(self.hide),
            "name": self.name,
            "skipUrlSync": False,
            "type": self.kind,
        } | given(label=self.label, description=self.description)
        return marked(merged(shared | self._model(), self.raw), self.origin)

    def _model(self) -> Json:
        raise NotImplementedError


@dataclass(frozen=True)
class ChoiceVariable(Variable):
    """What variables with a list of choices share.

    all_value: what All stands for, `.*`; left out, all the choices.
    """

    _: KW_ONLY
    multi: bool = False
    include_all: bool = False
    all_value: str = ""
    default: str | Sequence[str] = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.all_value and not self.include_all:
            refuse(f"variable {self.name!r}: all_value needs include_all=True", self.origin)
        if not self.multi and not isinstance(self.default, str):
            refuse(f"variable {self.name!r}: several defaults need multi=True", self.origin)

    def _choice(self) -> Json:
        return {
            "current": self._current(),
            "includeAll": self.include_all,
            "multi": self.multi,
            "options": [],
        } | given(allValue=self.all_value)

    def _current(self, texts: Mapping[str, str] | None = None) -> Json:
        value = self.default or (_ALL if self.include_all else "")
        if not value:
            return {}
        values = _several(value)
        shown = [{_ALL: "All", **(texts or {})}.get(item, item) for item in values]
        if self.multi:
            return {"selected": True, "text": shown, "value": values}
        return {"selected": False, "text": shown[0], "value": values[0]}


@dataclass(frozen=True)
class DatasourceVariable(Variable):
    """Choose among the data sources of a type; queries of that type then use it by themselves.

    default: the name of a data source.
    """

    name: str = "datasource"
    type: str = "prometheus"
    _: KW_ONLY
    label: str = "Data source"
    regex: str = ""
    default: str = ""

    kind: ClassVar[str] = "datasource"

    @property
    def uid(self) -> str:
        """Return what stands for the uid in queries: `${datasource}`."""
        return f"${{{self.name}}}"

    def _model(self) -> Json:
        chosen = {"selected": False, "text": self.default, "value": self.default}
        return {
            "current": chosen if self.default else {},
            "includeAll": False,
            "multi": False,
            "options": [],
            "query": self.type,
            "refresh": 1,
            "regex": self.regex,
        }


@dataclass(frozen=True)
class QueryVariable(ChoiceVariable):
    """Choices that a query finds, in the query language of the data source.

    regex: keeps matching values; a group keeps a part of them.
    """

    query: str
    _: KW_ONLY
    datasource: Source = None
    source_type: str = "prometheus"
    regex: str = ""
    sort: Sort = "asc"
    refresh: Refresh = "load"

    kind: ClassVar[str] = "query"

    def _model(self) -> Json:
        query: Any = self.query
        if self.source_type == "prometheus":
            query = {"query": self.query, "refId": "StandardVariableQuery"}
        return self._choice() | {
            "datasource": reference(self.datasource, self.source_type),
            "definition": self.query,
            "query": query,
            "refresh": _REFRESH.index(self.refresh),
            "regex": self.regex,
            "sort": _SORT.index(self.sort),
        }


@dataclass(frozen=True)
class LabelVariable(QueryVariable):
    """The values of a label: `LabelVariable("job", 'up{env="prod"}')`.

    query: the series to look at, `up{job=~"$job"}`; "" for all.
    values: the label, where it is not named like the variable.
    """

    _: KW_ONLY
    values: str = ""

    def _model(self) -> Json:
        label = self.values or self.name
        text = f"label_values({self.query}, {label})" if self.query else f"label_values({label})"
        model = super()._model()
        query = model["query"] | {"query": text} if isinstance(model["query"], dict) else text
        return model | {"definition": text, "query": query}


@dataclass(frozen=True)
class CustomVariable(ChoiceVariable):
    """A list of choices that is written down: `["a", "b"]`, or with texts `{"a": "Shown as A"}`."""

    choices: Sequence[str] | Mapping[str, str]

    kind: ClassVar[str] = "custom"

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.choices, str) or not self.choices:
            refuse(f"variable {self.name!r}: choices must be a list of texts", self.origin)
        unknown = {*_several(self.default)} - {*self._texts(), _ALL}
        if unknown:
            refuse(f"variable {self.name!r}: default {min(unknown)!r} is no choice", self.origin)

    def _texts(self) -> dict[str, str]:
        if isinstance(self.choices, Mapping):
            return dict(self.choices)
        return {value: value for value in self.choices}

    def _model(self) -> Json:
        texts = self._texts()
        current = self._current(texts) or _option(*next(iter(texts.items())))
        offered = ({_ALL: "All"} if self.include_all else {}) | texts
        return self._choice() | {
            "current": current,
            "options": [_option(*item, _several(current["value"])) for item in offered.items()],
            "query": ",".join(_written(*item) for item in texts.items()),
        }


@dataclass(frozen=True)
class IntervalVariable(Variable):
    """A choice of time spans, `$interval` in a range: `rate(x[$interval])`.

    auto: offer a span that fits the time range, and begin with it.
    """

    name: str = "interval"
    choices: Sequence[str] = ("1m", "5m", "15m", "1h", "6h", "1d")
    _: KW_ONLY
    default: str = ""
    auto: bool = False
    auto_steps: int = 30
    auto_min: str = "1m"

    kind: ClassVar[str] = "interval"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.default and self.default not in self.choices:
            refuse(f"variable {self.name!r}: default {self.default!r} is no choice", self.origin)

    def _model(self) -> Json:
        automatic = f"$__auto_interval_{self.name}"
        texts = ({automatic: "auto"} if self.auto else {}) | {
            value: value for value in self.choices
        }
        value = self.default or next(iter(texts))
        return {
            "auto": self.auto,
            "auto_count": self.auto_steps,
            "auto_min": self.auto_min,
            "current": _option(value, texts[value]),
            "options": [_option(item, text, [value]) for item, text in texts.items()],
            "query": ",".join(self.choices),
            "refresh": 2,
        }


@dataclass(frozen=True)
class TextVariable(Variable):
    """A field for free text."""

    default: str = ""

    kind: ClassVar[str] = "textbox"

    def _model(self) -> Json:
        option = _option(self.default, self.default)
        return {
            "current": option,
            "options": [option | {"selected": True}],
            "query": self.default,
        }


@dataclass(frozen=True)
class ConstantVariable(Variable):
    """A value that is written down once and used in many queries."""

    value: str
    _: KW_ONLY
    hide: Hide = "variable"

    kind: ClassVar[str] = "constant"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_text(self, "value")

    def _model(self) -> Json:
        return {"query": self.value}


@dataclass(frozen=True)
class AdhocVariable(Variable):
    """Filters a visitor adds; Grafana puts them into every query of the data source."""

    name: str = "filters"
    _: KW_ONLY
    datasource: Source = None
    source_type: str = "prometheus"

    kind: ClassVar[str] = "adhoc"

    def _model(self) -> Json:
        return {"datasource": reference(self.datasource, self.source_type), "filters": []}


def _option(value: str, text: str, chosen: Sequence[str] = ()) -> Json:
    return {"selected": value in chosen, "text": text, "value": value}


def _several(value: str | Sequence[str]) -> list[str]:
    return ([value] if value else []) if isinstance(value, str) else list(value)


def _written(value: str, text: str) -> str:
    """Write a choice as Grafana's editor does: `text : value`, commas escaped."""
    return (value if text == value else f"{text} : {value}").replace(",", "\\,")
