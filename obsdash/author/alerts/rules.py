"""Alerting and recording rules, for Prometheus and for Loki's ruler."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any, Literal

from obsdash.author.checks import (
    check_duration,
    check_labels,
    check_logql,
    check_name,
    check_promql,
    check_record,
    check_template,
)
from obsdash.author.document import given, marked, place
from obsdash.author.links import PanelLink
from obsdash.errors import DefinitionError
from obsdash.origin import Origin, split_marks
from obsdash.resource import LOKI_RULE_GROUP, RULE_GROUP, Ref, Resource

Engine = Literal["prometheus", "loki"]


@dataclass(frozen=True, slots=True)
class BaseUrls:
    """Where the relative links of alerts begin; what is empty leaves them relative.

    grafana: Grafana's address as a browser reaches it.
    runbooks: the folder of the runbooks, on the web.
    """

    grafana: str = ""
    runbooks: str = ""

    def dashboard(self, panel: PanelLink) -> str:
        """Return the address of a panel."""
        return self.grafana.rstrip("/") + panel.url

    def runbook(self, page: str) -> str:
        """Return the address of a runbook page; a full address stays as it is."""
        if "://" in page or not self.runbooks:
            return page
        return f"{self.runbooks.rstrip('/')}/{page.lstrip('/')}"


@dataclass(frozen=True, kw_only=True)
class Alert:
    """An alerting rule.

    for_, keep_firing_for: how long the expression must hold, and how long the alert stays after.
    runbook: a full address, or a page below `BaseUrls.runbooks`.
    panel: the panel that shows what the alert watches.
    """

    name: str = field(kw_only=False)
    expr: str
    for_: str | None = "5m"
    keep_firing_for: str | None = None
    severity: str = "critical"
    labels: Mapping[str, str] = field(default_factory=dict)
    summary: str
    description: str = ""
    runbook: str = ""
    panel: PanelLink | None = None
    annotations: Mapping[str, str] = field(default_factory=dict)
    origin: Origin | None = field(default_factory=place, repr=False, compare=False)

    def __post_init__(self) -> None:
        what = f"alert {self.name!r}"
        check_name(self.name, "an alert", self.origin)
        check_duration(self.for_, f"{what}: for_", self.origin)
        check_duration(self.keep_firing_for, f"{what}: keep_firing_for", self.origin)
        check_labels(self._labels(), what, self.origin)
        for name, text in self._annotations(BaseUrls()).items():
            check_template(text, f"{what}, annotation {name!r}", self.origin)

    def rule(self, urls: BaseUrls) -> dict[str, Any]:
        """Return the rule as a rule file holds it, with its place."""
        parts = {
            "alert": self.name,
            "expr": tidy(self.expr),
            "for": self.for_,
            "keep_firing_for": self.keep_firing_for,
            "labels": self._labels(),
            "annotations": self._annotations(urls),
        }
        return marked(given(**parts), self.origin)

    def _labels(self) -> dict[str, str]:
        return {**({"severity": self.severity} if self.severity else {}), **self.labels}

    def _annotations(self, urls: BaseUrls) -> dict[str, str]:
        texts = {
            "summary": self.summary,
            "description": self.description,
            "runbook_url": urls.runbook(self.runbook) if self.runbook else "",
        }
        if self.panel:  # the two names with underscores are Grafana's own
            texts["dashboard"] = urls.dashboard(self.panel)
            texts["__dashboardUid__"] = self.panel.dashboard_uid
            texts["__panelId__"] = str(self.panel.panel_id)
        return {**{name: text for name, text in texts.items() if text}, **self.annotations}


@dataclass(frozen=True, kw_only=True)
class Record:
    """A recording rule: the result of an expression, kept as a series of its own."""

    name: str = field(kw_only=False)
    expr: str
    labels: Mapping[str, str] = field(default_factory=dict)
    origin: Origin | None = field(default_factory=place, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_record(self.name, self.origin)
        check_labels(self.labels, f"recording rule {self.name!r}", self.origin)

    def rule(self, _urls: BaseUrls) -> dict[str, Any]:
        """Return the rule as a rule file holds it, with its place."""
        rule = given(record=self.name, expr=tidy(self.expr), labels=dict(self.labels))
        return marked(rule, self.origin)


Rule = Alert | Record


@dataclass(frozen=True, kw_only=True)
class RuleGroup:
    """Rules that are evaluated together, in order.

    interval: how often; the server's evaluation interval when None.
    limit: the number of alerts or series above which the group's results are thrown away.
    query_offset, labels: as in a rule file; Loki's ruler has neither.
    """

    name: str = field(kw_only=False)
    rules: Sequence[Rule] = field(kw_only=False)
    interval: str | None = None
    limit: int | None = None
    query_offset: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    engine: Engine = "prometheus"
    urls: BaseUrls = field(default_factory=BaseUrls)
    origin: Origin | None = field(default_factory=place, repr=False, compare=False)

    def __post_init__(self) -> None:
        what = f"rule group {self.name!r}"
        check_name(self.name, "a rule group", self.origin)
        if "/" in self.name:
            raise DefinitionError(f"{what}: a group's name holds no slash", origin=self.origin)
        if not self.rules:
            raise DefinitionError(f"{what} has no rules", origin=self.origin)
        check_duration(self.interval, f"{what}: interval", self.origin)
        check_duration(self.query_offset, f"{what}: query_offset", self.origin)
        check_labels(self.labels, what, self.origin)
        for rule in self.rules:
            self._check_rule(rule)
        if self.engine == "loki":
            self._check_loki()

    def resources(self) -> Iterable[Resource]:
        """Yield the group; whoever loads the file adds the namespace to its uid."""
        kind = LOKI_RULE_GROUP if self.engine == "loki" else RULE_GROUP
        spec, marks = split_marks(self._document())
        yield Resource(Ref(kind, self.name), spec, marks=marks)

    def _document(self) -> dict[str, Any]:
        group = given(
            name=self.name,
            interval=self.interval,
            limit=self.limit,
            query_offset=self.query_offset,
            labels=dict(self.labels),
            rules=[rule.rule(self.urls) for rule in self.rules],
        )
        return marked(group, self.origin)

    def _check_rule(self, rule: Rule) -> None:
        kind = "alert" if isinstance(rule, Alert) else "recording rule"
        check = check_logql if self.engine == "loki" else check_promql
        check(rule.expr, f"{kind} {rule.name!r}", rule.origin)

    def _check_loki(self) -> None:
        for name in ("query_offset", "labels"):
            if getattr(self, name):
                raise _not_in_loki(f"rule group {self.name!r}", name, self.origin)
        for rule in self.rules:
            if isinstance(rule, Alert) and rule.keep_firing_for:
                raise _not_in_loki(f"alert {rule.name!r}", "keep_firing_for", rule.origin)


def tidy(expression: str) -> str:
    """Return an expression without the indentation of the source it stands in."""
    return dedent(expression).strip()


def _not_in_loki(what: str, field_name: str, origin: Origin | None) -> DefinitionError:
    return DefinitionError(
        f"{what} sets {field_name}, which Loki's ruler drops without a word",
        origin=origin,
        help=f"leave {field_name} out, or move the rule to Prometheus",
    )
